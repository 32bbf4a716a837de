// SPDX-License-Identifier: GPL-2.0

//! Arguments and results, of all kinds of calls, on all machines.

use crate::bytes;
use crate::sample::{arm, arm64, i386, x86_64};
use syscall_record::args::TextLimits;

/// `AT_FDCWD` in a register of 64 bits, as compilers pass it.
const CWD: u64 = 0xffff_ff9c;

#[test]
fn open_flags_differ_between_machines() {
    let open = |flags| arm64("openat", &[CWD, 0x1000, flags, 0o644]).reading(1, b"/etc/passwd").returning(3).line();
    assert_eq!(open(0x80000), r#"openat(AT_FDCWD, "/etc/passwd", O_RDONLY|O_CLOEXEC) = 3"#);
    assert_eq!(open(0xa41), r#"openat(AT_FDCWD, "/etc/passwd", O_WRONLY|O_CREAT|O_TRUNC|O_NONBLOCK, 0644) = 3"#);
    // Some bits mean different flags on ARM and on x86.
    assert_eq!(open(0x4000), r#"openat(AT_FDCWD, "/etc/passwd", O_RDONLY|O_DIRECTORY) = 3"#);
    let open = |call: crate::sample::Sample| call.reading(0, b"f").returning(3).line();
    assert_eq!(open(x86_64("open", &[0x1000, 0x1_0000, 0])), r#"open("f", O_RDONLY|O_DIRECTORY) = 3"#);
    assert_eq!(open(i386("open", &[0x1000, 0x8000, 0])), r#"open("f", O_RDONLY|O_LARGEFILE) = 3"#);
    assert_eq!(open(arm("open", &[0x1000, 0x2_0002, 0])), r#"open("f", O_RDWR|O_LARGEFILE) = 3"#);
    assert_eq!(open(x86_64("open", &[0x1000, 0x41_0002, 0o600])), r#"open("f", O_RDWR|O_TMPFILE, 0600) = 3"#);
    assert_eq!(open(x86_64("open", &[0x1000, 0x10_1003, 0])), r#"open("f", O_ACCMODE|O_SYNC) = 3"#);
    assert_eq!(open(x86_64("open", &[0x1000, 0x8000_0000, 0])), r#"open("f", O_RDONLY|0x80000000) = 3"#);
    let how = bytes![0x40u64, 0o640u64, 8u64];
    let call = x86_64("openat2", &[CWD, 0x1000, 0x2000, 24]).reading(1, b"f").reading(2, &how);
    assert_eq!(
        call.returning(3).line(),
        r#"openat2(AT_FDCWD, "f", {flags=O_RDONLY|O_CREAT, mode=0640, resolve=RESOLVE_BENEATH}, 24) = 3"#
    );
}

#[test]
fn memory_that_was_not_recorded_is_an_address() {
    let open = || x86_64("open", &[0x1000, 0, 0]);
    assert_eq!(open().returning(3).line(), "open(0x1000, O_RDONLY) = 3");
    assert_eq!(
        open().reading(0, b"").faulty().returning(-14).line(),
        "open(0x1000, O_RDONLY) = -1 EFAULT (Bad address)"
    );
    assert_eq!(
        open().reading(0, b"").returning(-2).line(),
        r#"open("", O_RDONLY) = -1 ENOENT (No such file or directory)"#
    );
    assert_eq!(open().reading(0, b"abc").cut().returning(3).line(), r#"open("abc"..., O_RDONLY) = 3"#);
    assert_eq!(x86_64("open", &[0, 0, 0]).returning(-14).line(), "open(NULL, O_RDONLY) = -1 EFAULT (Bad address)");
    // The kernel has written nothing.
    assert_eq!(
        x86_64("read", &[3, 0x10, 5]).returning(-11).line(),
        "read(3, 0x10, 5) = -1 EAGAIN (Resource temporarily unavailable)"
    );
    assert_eq!(x86_64("read", &[3, 0x10, 5]).returning(0).line(), r#"read(3, "", 5) = 0"#);
}

/// What was resident before it is printed, as of a string that is cut. If nothing can be printed, a comment says why.
#[test]
fn memory_that_was_not_resident_is_an_address_with_a_comment() {
    let open = || x86_64("open", &[0x1000, 0, 0]);
    assert_eq!(open().reading(0, b"").absent().returning(3).line(), "open(0x1000 /* not resident */, O_RDONLY) = 3");
    assert_eq!(open().reading(0, b"abc").absent().returning(3).line(), r#"open("abc"..., O_RDONLY) = 3"#);
    let read = || x86_64("read", &[3, 0x10, 5]);
    assert_eq!(read().giving(1, b"").absent().returning(5).line(), "read(3, 0x10 /* not resident */, 5) = 5");
    assert_eq!(read().giving(1, b"ab").absent().returning(5).line(), r#"read(3, "ab"..., 5) = 5"#);
    let stat = x86_64("fstat", &[3, 0x10]).giving(1, b"half of it").absent();
    assert_eq!(stat.returning(0).line(), "fstat(3, 0x10 /* not resident */) = 0");
    let size = x86_64("ioctl", &[0, 0x5413, 0x10]).giving(2, b"").absent();
    assert_eq!(size.returning(0).line(), "ioctl(0, TIOCGWINSZ, 0x10 /* not resident */) = 0");
    let execve = x86_64("execve", &[0x10, 0x20, 0x30]).reading(0, b"/bin/ls").reading(1, b"ls\0").absent();
    assert_eq!(
        execve.reading(2, &2u32.to_le_bytes()).absent().returning(0).line(),
        r#"execve("/bin/ls", ["ls", ...], 0x30 /* 2 vars, ... */) = 0"#
    );
    let pieces = [bytes![2u32, 2u32], b"ab".to_vec(), bytes![9u32, 3u32, 0x10_0000u32, 0u32]].concat();
    assert_eq!(
        x86_64("writev", &[3, 0x10, 2]).reading(1, &pieces).absent().returning(11).line(),
        r#"writev(3, [{iov_base="ab", iov_len=2}, {iov_base=0x100000 /* not resident */, iov_len=9}], 2) = 11"#
    );
}

#[test]
fn buffers_are_quoted_up_to_the_limit() {
    let elf = b"\x7fELF\x02\x01\x01\x03\0\0\0\0\0\0\0\0\x03\0\xb7\0\x01\0\0\0\x80$\x02\0\0\0\0\0\xff\xff";
    let read = arm64("read", &[3, 0x10, 832]).giving(1, elf).cut().returning(832);
    assert_eq!(
        read.line_with(TextLimits { limit: 32, shows_all: false }),
        r#"read(3, "\177ELF\2\1\1\3\0\0\0\0\0\0\0\0\3\0\267\0\1\0\0\0\200$\2\0\0\0\0\0"..., 832) = 832"#
    );
    // The buffer was recorded in full, or in part.
    let write = |len: u64| x86_64("write", &[1, 0x10, len]).reading(1, b"usr1\nalarm\n").returning(len as i64).line();
    assert_eq!(write(11), r#"write(1, "usr1\nalarm\n", 11) = 11"#);
    assert_eq!(write(100), r#"write(1, "usr1\nalarm\n"..., 100) = 100"#);
    let random = x86_64("getrandom", &[0x10, 8, 1]).giving(0, b"\xba\xb3o\x99\x1b\x91\xa1:").returning(8);
    assert_eq!(random.line(), r#"getrandom("\xba\xb3\x6f\x99\x1b\x91\xa1\x3a", 8, GRND_NONBLOCK) = 8"#);
    let link = x86_64("readlink", &[0x10, 0x20, 4096]).reading(0, b"/usr/bin/python3").giving(1, b"python3.13");
    assert_eq!(link.returning(10).line(), r#"readlink("/usr/bin/python3", "python3.13", 4096) = 10"#);
    let pieces = [bytes![4u32, 4u32], b"take".to_vec(), bytes![9u32, 3u32], b"abc".to_vec()].concat();
    let writev = x86_64("writev", &[3, 0x10, 2]).reading(1, &pieces).returning(13);
    assert_eq!(writev.line(), r#"writev(3, [{iov_base="take", iov_len=4}, {iov_base="abc"..., iov_len=9}], 2) = 13"#);
    let readv =
        x86_64("readv", &[3, 0x10, 2]).giving(1, &[bytes![4u32, 2u32], b"ab".to_vec(), bytes![9u32, 0u32]].concat());
    assert_eq!(readv.returning(2).line(), r#"readv(3, [{iov_base="ab", iov_len=4}, {iov_base="", iov_len=9}], 2) = 2"#);
    // The first buffer has no address. The second has a bad address, which stands after the bytes that could be read.
    let pieces = [bytes![0u32, u32::MAX, 9u32, 3u32], b"ab".to_vec(), bytes![0x10_0000u32, 0u32]].concat();
    let writev = x86_64("writev", &[3, 0x10, 2]).reading(1, &pieces).faulty().returning(-14);
    assert_eq!(
        writev.line(),
        "writev(3, [{iov_base=NULL, iov_len=0}, {iov_base=0x100000, iov_len=9}], 2) = -1 EFAULT (Bad address)"
    );
}

/// A value of 64 bits takes two registers of 32 bits. On ARM the first of them has an even number.
#[test]
fn value_of_64_bits_is_joined_from_two_registers() {
    let moved = |call: crate::sample::Sample| call.reading(1, b"x").returning(1).line();
    let expected = r#"pwrite64(4, "x", 1, 4294967301) = 1"#;
    assert_eq!(moved(x86_64("pwrite64", &[4, 0x10, 1, 0x1_0000_0005])), expected);
    assert_eq!(moved(arm("pwrite64", &[4, 0x10, 1, 0, 5, 1])), expected);
    assert_eq!(moved(i386("pwrite64", &[4, 0x10, 1, 5, 1])), expected);
    let seek = |call: crate::sample::Sample| call.returning(0).line();
    assert_eq!(seek(arm64("lseek", &[3, u64::MAX, 1])), "lseek(3, -1, SEEK_CUR) = 0");
    assert_eq!(seek(arm("lseek", &[3, 0xffff_ffff, 1])), "lseek(3, -1, SEEK_CUR) = 0");
    let llseek = i386("_llseek", &[3, 1, 5, 0x10, 0]).giving(3, &0x1_0000_0005u64.to_le_bytes());
    assert_eq!(seek(llseek), "_llseek(3, 4294967301, [4294967301], SEEK_SET) = 0");
    let mapped = arm("mmap2", &[0, 12288, 3, 0x22, 0xffff_ffff, 3]).returning(0xf7fa_b000);
    assert_eq!(
        mapped.line(),
        "mmap2(NULL, 12288, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0x3000) = 0xf7fab000"
    );
    let send = x86_64("sendfile", &[3, 10, 0x10, 7]).reading(2, &bytes![0u64]).giving(2, &bytes![7u64]);
    assert_eq!(send.returning(7).line(), "sendfile(3, 10, [0] => [7], 7) = 7");
}

#[test]
fn stat_has_mode_and_size_or_device() {
    let stat = |size: usize, fields: &[(usize, u64, usize)]| {
        let mut bytes = vec![0; size];
        for &(at, value, len) in fields {
            bytes[at..at + len].copy_from_slice(&value.to_le_bytes()[..len]);
        }
        bytes
    };
    let regular = "{st_mode=S_IFREG|0644, st_size=4886718345, ...}";
    let fstat = |call: crate::sample::Sample, bytes: Vec<u8>| call.giving(1, &bytes).returning(0).line();
    let call = fstat(x86_64("fstat", &[3, 0x10]), stat(144, &[(24, 0o100644, 4), (48, 0x1_2345_6789, 8)]));
    assert_eq!(call, format!("fstat(3, {regular}) = 0"));
    let call = fstat(arm64("fstat", &[3, 0x10]), stat(128, &[(16, 0o100644, 4), (48, 0x1_2345_6789, 8)]));
    assert_eq!(call, format!("fstat(3, {regular}) = 0"));
    let call = fstat(i386("fstat64", &[3, 0x10]), stat(96, &[(16, 0o100644, 4), (44, 0x1_2345_6789, 8)]));
    assert_eq!(call, format!("fstat64(3, {regular}) = 0"));
    let call = fstat(arm("fstat64", &[3, 0x10]), stat(104, &[(16, 0o100644, 4), (48, 0x1_2345_6789, 8)]));
    assert_eq!(call, format!("fstat64(3, {regular}) = 0"));
    let call = fstat(arm("fstat", &[3, 0x10]), stat(64, &[(8, 0o041777, 2), (20, 40, 4)]));
    assert_eq!(call, "fstat(3, {st_mode=S_IFDIR|S_ISVTX|0777, st_size=40, ...}) = 0");
    let call = fstat(x86_64("fstat", &[1, 0x10]), stat(144, &[(24, 0o020620, 4), (40, 0x8800, 8)]));
    assert_eq!(call, "fstat(1, {st_mode=S_IFCHR|0620, st_rdev=makedev(0x88, 0), ...}) = 0");

    let statx = stat(256, &[(0, 0x17ff, 4), (28, 0o100755, 2), (40, 12, 8)]);
    let call = arm64("statx", &[CWD, 0x10, 0x800, 0x7ff, 0x20]).reading(1, b"/").giving(4, &statx);
    assert_eq!(
        call.returning(0).line(),
        "statx(AT_FDCWD, \"/\", AT_STATX_SYNC_AS_STAT|AT_NO_AUTOMOUNT, STATX_BASIC_STATS, {stx_mask=STATX_BASIC_STATS|\
         STATX_MNT_ID, stx_attributes=0, stx_mode=S_IFREG|0755, stx_size=12, ...}) = 0"
    );
    let statfs = bytes![
        0x0102_1994u64,
        4096u64,
        122335u64,
        121808u64,
        121808u64,
        122335u64,
        121673u64,
        0xe060_51ca_3382_db51u64,
        255u64,
        4096u64,
        0x1020u64
    ];
    assert_eq!(
        arm64("fstatfs", &[3, 0x10]).giving(1, &statfs).returning(0).line(),
        "fstatfs(3, {f_type=TMPFS_MAGIC, f_bsize=4096, f_blocks=122335, f_bfree=121808, f_bavail=121808, \
         f_files=122335, f_ffree=121673, f_fsid={val=[0x3382db51, 0xe06051ca]}, f_namelen=255, f_frsize=4096, \
         f_flags=ST_VALID|ST_RELATIME}) = 0"
    );
    let folder = x86_64("getdents64", &[3, 0x55bf_1e53_4a20, 32768]).giving(1, &bytes![3u32]).returning(80);
    assert_eq!(folder.line(), "getdents64(3, 0x55bf1e534a20 /* 3 entries */, 32768) = 80");
    let node = |mode, dev| x86_64("mknodat", &[CWD, 0x10, mode, dev]).reading(1, b"n").returning(0).line();
    assert_eq!(node(0o010600, 9), r#"mknodat(AT_FDCWD, "n", S_IFIFO|0600) = 0"#);
    assert_eq!(node(0o020666, 0x103), r#"mknodat(AT_FDCWD, "n", S_IFCHR|0666, makedev(0x1, 0x3)) = 0"#);
}

#[test]
fn file_times_have_dates() {
    let touch = |times: Vec<u8>| arm64("utimensat", &[4, 0, 0x10, 0]).reading(2, &times).returning(0).line();
    assert_eq!(
        touch(bytes![1_795_280_768u64, 348_000_000u64, 0u64, 0x3fff_ffffu64]),
        "utimensat(4, NULL, [{tv_sec=1795280768, tv_nsec=348000000} /* 2026-11-21T17:06:08.348000000+0000 */, \
         UTIME_NOW], 0) = 0"
    );
    assert_eq!(
        touch(bytes![0u64, 0x3fff_fffeu64, 0u64, 0u64]),
        "utimensat(4, NULL, [UTIME_OMIT, {tv_sec=0, tv_nsec=0}], 0) = 0"
    );
}

#[test]
fn execve_has_its_arguments_and_the_number_of_variables() {
    let argv = b"sleep\x000.5\0";
    let exec =
        |argv: &[u8]| x86_64("execve", &[0x10, 0x20, 0xaaaa_c445_2928]).reading(0, b"/bin/sleep").reading(1, argv);
    let vars = exec(argv).reading(2, &bytes![10u32]).returning(0);
    assert_eq!(vars.line(), r#"execve("/bin/sleep", ["sleep", "0.5"], 0xaaaac4452928 /* 10 vars */) = 0"#);
    let one = exec(b"\0").reading(2, &bytes![1u32]).returning(0);
    assert_eq!(one.line(), r#"execve("/bin/sleep", [""], 0xaaaac4452928 /* 1 var */) = 0"#);
    let cut = exec(b"a\0b").cut().returning(0).line();
    assert_eq!(cut, r#"execve("/bin/sleep", ["a", "b"..., ...], 0xaaaac4452928) = 0"#);
    let limited = exec(b"1\x0022\x00333\x004\0").returning(0).line_with(TextLimits { limit: 2, shows_all: false });
    assert_eq!(limited, r#"execve("/bin/sleep", ["1", "22", ...], 0xaaaac4452928) = 0"#);
}

#[test]
fn clone_has_the_arguments_that_its_flags_make_relevant() {
    // The order of the last two arguments depends on the machine.
    let flags = 0x0120_0011;
    let expected =
        "clone(child_stack=NULL, flags=CLONE_CHILD_CLEARTID|CLONE_CHILD_SETTID|SIGCHLD, child_tidptr=0x50) = 9";
    assert_eq!(x86_64("clone", &[flags, 0, 0, 0x50, 0]).returning(9).line(), expected);
    assert_eq!(arm64("clone", &[flags, 0, 0, 0, 0x50]).returning(9).line(), expected);
    assert_eq!(i386("clone", &[flags, 0, 0, 0, 0x50]).returning(9).line(), expected);
    let vfork = arm64("clone", &[0x4111, 0xffff_e162_5a90, 0, 0, 0]).returning(1677);
    assert_eq!(vfork.line(), "clone(child_stack=0xffffe1625a90, flags=CLONE_VM|CLONE_VFORK|SIGCHLD) = 1677");
    let thread = x86_64("clone", &[0x3d0f00, 0x10, 0x20, 0x30, 0x40]).giving(2, &bytes![1725u32]).returning(1725);
    assert_eq!(
        thread.line(),
        "clone(child_stack=0x10, flags=CLONE_VM|CLONE_FS|CLONE_FILES|CLONE_SIGHAND|CLONE_THREAD|CLONE_SYSVSEM|CLONE_SETTLS|\
         CLONE_PARENT_SETTID|CLONE_CHILD_CLEARTID, parent_tid=[1725], tls=0x40, child_tidptr=0x30) = 1725"
    );
    let args = bytes![0x3d0f00u64, 0u64, 0x9f0u64, 0x9f0u64, 0u64, 0x100u64, 0x7f_ff80u64, 0x8c0u64, 0u64, 0u64, 0u64];
    let clone3 = x86_64("clone3", &[0x10, 88]).reading(0, &args);
    let text = "clone3({flags=CLONE_VM|CLONE_FS|CLONE_FILES|CLONE_SIGHAND|CLONE_THREAD|CLONE_SYSVSEM|CLONE_SETTLS|\
                CLONE_PARENT_SETTID|CLONE_CHILD_CLEARTID, child_tid=0x9f0, parent_tid=0x9f0, exit_signal=0, stack=0x100, \
                stack_size=0x7fff80, tls=0x8c0}";
    assert_eq!(clone3.clone().returning(1725).line(), format!("{text} => {{parent_tid=[1725]}}, 88) = 1725"));
    assert_eq!(clone3.returning(-11).line(), format!("{text}, 88) = -1 EAGAIN (Resource temporarily unavailable)"));
    let space = |flags| x86_64("unshare", &[flags]).returning(0).line();
    assert_eq!(space(0x4402_0000), "unshare(CLONE_NEWNS|CLONE_NEWUTS|CLONE_NEWNET) = 0");
    assert_eq!(x86_64("setns", &[20, 0x80]).returning(0).line(), "setns(20, CLONE_NEWTIME) = 0");
}

#[test]
fn wait_status_tells_how_a_child_ended() {
    let wait = |status: u32, result| {
        x86_64("wait4", &[u64::MAX, 0x10, 0, 0]).giving(1, &bytes![status]).returning(result).line()
    };
    assert_eq!(wait(0x300, 9), "wait4(-1, [{WIFEXITED(s) && WEXITSTATUS(s) == 3}], 0, NULL) = 9");
    assert_eq!(wait(9, 9), "wait4(-1, [{WIFSIGNALED(s) && WTERMSIG(s) == SIGKILL}], 0, NULL) = 9");
    assert_eq!(wait(0x86, 9), "wait4(-1, [{WIFSIGNALED(s) && WTERMSIG(s) == SIGABRT && WCOREDUMP(s)}], 0, NULL) = 9");
    assert_eq!(wait(0x137f, 9), "wait4(-1, [{WIFSTOPPED(s) && WSTOPSIG(s) == SIGSTOP}], 0, NULL) = 9");
    assert_eq!(wait(0xffff, 9), "wait4(-1, [{WIFCONTINUED(s)}], 0, NULL) = 9");
    assert_eq!(
        wait(0x3_057f, 9),
        "wait4(-1, [{WIFSTOPPED(s) && WSTOPSIG(s) == SIGTRAP}|PTRACE_EVENT_CLONE<<16], 0, NULL) = 9"
    );
    // No child has ended, so the call has not written the memory.
    assert_eq!(wait(0x300, 0), "wait4(-1, 0x10, 0, NULL) = 0");
    let info = [bytes![17u32, 0u32, 1u32, 0u32, 1461u32, 0u32, 2u32, 0u32, 10u64, 9u64], vec![0; 80]].concat();
    assert_eq!(
        x86_64("waitid", &[1, 1461, 0x10, 4, 0]).giving(2, &info).returning(0).line(),
        "waitid(P_PID, 1461, {si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=1461, si_uid=0, si_status=2, \
         si_utime=10 /* 0.10 s */, si_stime=9 /* 0.09 s */}, WEXITED, NULL) = 0"
    );
}

#[test]
fn signals_have_names_sets_and_handlers() {
    let action = bytes![0xaaaa_ada8_4b20u64, 0u64, 0u64, !0x1_8000_0000u64];
    assert_eq!(
        arm64("rt_sigaction", &[17, 0x10, 0, 8]).reading(1, &action).returning(0).line(),
        "rt_sigaction(SIGCHLD, {sa_handler=0xaaaaada84b20, sa_mask=~[RTMIN RT_1], sa_flags=0}, NULL, 8) = 0"
    );
    let (new, old) = (bytes![1u64, 0x1c00_0000u64, 0x7f01u64, 2u64], bytes![0u64, 0u64, 0u64, 0u64]);
    assert_eq!(
        x86_64("rt_sigaction", &[13, 0x10, 0x20, 8]).reading(1, &new).giving(2, &old).returning(0).line(),
        "rt_sigaction(SIGPIPE, {sa_handler=SIG_IGN, sa_mask=[INT], sa_flags=SA_RESTORER|SA_ONSTACK|SA_RESTART, \
         sa_restorer=0x7f01}, {sa_handler=SIG_DFL, sa_mask=[], sa_flags=0}, 8) = 0"
    );
    // Registers have 32 bits, but the set of signals has 64.
    let narrow = bytes![0x0804_9000u32, 0x0400_0004u32, 0xf7f0_0000u32, 1u64];
    assert_eq!(
        i386("rt_sigaction", &[10, 0x10, 0, 8]).reading(1, &narrow).returning(0).line(),
        "rt_sigaction(SIGUSR1, {sa_handler=0x8049000, sa_mask=[HUP], sa_flags=SA_RESTORER|SA_SIGINFO, \
         sa_restorer=0xf7f00000}, NULL, 8) = 0"
    );
    let mask = |set: u64| {
        let call = x86_64("rt_sigprocmask", &[0, 0x10, 0x20, 8]).reading(1, &bytes![set]).giving(2, &bytes![0u64]);
        call.returning(0).line()
    };
    assert_eq!(mask(0x2_0000_0a00), "rt_sigprocmask(SIG_BLOCK, [USR1 USR2 RT_2], [], 8) = 0");
    assert_eq!(mask(u64::MAX), "rt_sigprocmask(SIG_BLOCK, ~[], [], 8) = 0");
    assert_eq!(x86_64("kill", &[u64::MAX, 0]).returning(0).line(), "kill(-1, 0) = 0");
    assert_eq!(x86_64("tgkill", &[1, 2, 34]).returning(0).line(), "tgkill(1, 2, SIGRT_2) = 0");
    let info = [bytes![10u32, 0u32, -6i32, 0u32, 1517u32, 0u32], vec![0; 104]].concat();
    let call = x86_64("rt_sigtimedwait", &[0x10, 0x20, 0x30, 8]).reading(0, &bytes![0x200u64]);
    assert_eq!(
        call.reading(2, &bytes![1u64, 0u64]).giving(1, &info).returning(10).line(),
        "rt_sigtimedwait([USR1], {si_signo=SIGUSR1, si_code=SI_TKILL, si_pid=1517, si_uid=0}, {tv_sec=1, tv_nsec=0}, 8) \
         = 10 (SIGUSR1)"
    );
    let stack = x86_64("sigaltstack", &[0x10, 0]).reading(0, &bytes![0u64, 2u64, 8192u64]).returning(0);
    assert_eq!(stack.line(), "sigaltstack({ss_sp=NULL, ss_flags=SS_DISABLE, ss_size=8192}, NULL) = 0");
}

#[test]
fn socket_calls_have_addresses_and_options() {
    let socket = |domain, kind, protocol| x86_64("socket", &[domain, kind, protocol]).returning(3).line();
    assert_eq!(socket(2, 0x80001, 0), "socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC, IPPROTO_IP) = 3");
    assert_eq!(socket(1, 0x80801, 0), "socket(AF_UNIX, SOCK_STREAM|SOCK_CLOEXEC|SOCK_NONBLOCK, 0) = 3");
    assert_eq!(socket(16, 3, 0), "socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE) = 3");
    assert_eq!(socket(99, 99, 99), "socket(0x63 /* AF_??? */, SOCK_RAW|0x60 /* SOCK_??? */, 99) = 3");

    let connect =
        |address: &[u8]| x86_64("connect", &[5, 0x10, address.len() as u64]).reading(1, address).returning(0).line();
    let v4 = b"\x02\0\0\x50\x7f\0\0\x01\0\0\0\0\0\0\0\0";
    assert_eq!(
        connect(v4),
        r#"connect(5, {sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr("127.0.0.1")}, 16) = 0"#
    );
    let v6 = [b"\x0a\0\x1f\x90\0\0\0\x07".as_slice(), &[0; 15], &[1], &3u32.to_le_bytes()].concat();
    assert_eq!(
        connect(&v6),
        "connect(5, {sa_family=AF_INET6, sin6_port=htons(8080), sin6_flowinfo=htonl(7), inet_pton(AF_INET6, \"::1\", \
         &sin6_addr), sin6_scope_id=3}, 28) = 0"
    );
    assert_eq!(connect(b"\x01\0/run/x\0junk"), r#"connect(5, {sa_family=AF_UNIX, sun_path="/run/x"}, 13) = 0"#);
    assert_eq!(connect(b"\x01\0\0abc\0"), r#"connect(5, {sa_family=AF_UNIX, sun_path=@"abc\0"}, 7) = 0"#);
    assert_eq!(connect(b"\x01\0"), "connect(5, {sa_family=AF_UNIX}, 2) = 0");
    assert_eq!(
        connect(b"\x10\0\0\0\x05\0\0\0\0\0\0\0"),
        "connect(5, {sa_family=AF_NETLINK, nl_pid=5, nl_groups=00000000}, 12) = 0"
    );
    assert_eq!(connect(b"\x02\0\0\x50"), r#"connect(5, {sa_family=AF_INET, sa_data="\0P"}, 4) = 0"#);
    assert_eq!(connect(b"\x02"), "connect(5, 0x10, 1) = 0");

    let accept = x86_64("accept4", &[6, 0x10, 0x20, 0x800]).reading(2, &bytes![112u32]);
    assert_eq!(
        accept.clone().giving(1, v4).giving(2, &bytes![16u32]).returning(3).line(),
        "accept4(6, {sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr(\"127.0.0.1\")}, [112 => 16], SOCK_NONBLOCK) = 3"
    );
    assert_eq!(
        accept.returning(-11).line(),
        "accept4(6, 0x10, [112], SOCK_NONBLOCK) = -1 EAGAIN (Resource temporarily unavailable)"
    );
    assert_eq!(x86_64("accept4", &[6, 0, 0, 0x80000]).returning(3).line(), "accept4(6, NULL, NULL, SOCK_CLOEXEC) = 3");

    let option = |level, name, value: &[u8]| {
        x86_64("setsockopt", &[3, level, name, 0x10, value.len() as u64]).reading(3, value).returning(0).line()
    };
    assert_eq!(option(6, 1, &bytes![1u32]), "setsockopt(3, SOL_TCP, TCP_NODELAY, [1], 4) = 0");
    assert_eq!(
        option(1, 13, &bytes![1u32, 5u32]),
        "setsockopt(3, SOL_SOCKET, SO_LINGER, {l_onoff=1, l_linger=5}, 8) = 0"
    );
    assert_eq!(option(1, 25, b"lo"), r#"setsockopt(3, SOL_SOCKET, SO_BINDTODEVICE, "lo", 2) = 0"#);
    let get = x86_64("getsockopt", &[4, 1, 4, 0x10, 0x20]).reading(4, &bytes![4u32]).giving(3, &bytes![111u32]);
    assert_eq!(
        get.giving(4, &bytes![4u32]).returning(0).line(),
        "getsockopt(4, SOL_SOCKET, SO_ERROR, [ECONNREFUSED], [4]) = 0"
    );
}

#[test]
fn messages_have_their_buffers_up_to_the_result() {
    let message =
        |flags: u64| [bytes![0u64, 0u64, 0x9000u64, 1u64, 0u64, 0u64, flags, 4u32, 4u32], b"take".to_vec()].concat();
    assert_eq!(
        x86_64("sendmsg", &[5, 0x10, 0x4000]).reading(1, &message(0)).returning(4).line(),
        "sendmsg(5, {msg_name=NULL, msg_namelen=0, msg_iov=[{iov_base=\"take\", iov_len=4}], msg_iovlen=1, \
         msg_controllen=0, msg_flags=0}, MSG_NOSIGNAL) = 4"
    );
    let two = [bytes![0u32], message(0), bytes![0u32], message(0x20)].concat();
    assert_eq!(
        x86_64("sendmmsg", &[5, 0x10, 2, 0]).reading(1, &two).returning(1).line(),
        "sendmmsg(5, [{msg_hdr={msg_name=NULL, msg_namelen=0, msg_iov=[{iov_base=\"take\", iov_len=4}], msg_iovlen=1, \
         msg_controllen=0, msg_flags=0}, msg_len=4}, {msg_hdr={msg_name=NULL, msg_namelen=0, msg_iov=[{iov_base=\"take\", \
         iov_len=4}], msg_iovlen=1, msg_controllen=0, msg_flags=MSG_TRUNC}}], 2, 0) = 1"
    );
    let received = [bytes![2u32], message(0), bytes![4u32], message(0)].concat();
    let call = x86_64("recvmmsg", &[5, 0x10, 8, 0, 0]).giving(1, &received).returning(2).line();
    assert!(
        call.contains(r#"[{iov_base="ta", iov_len=4}]"#) && call.ends_with("msg_len=4}], 8, 0, NULL) = 2"),
        "{call}"
    );
}

#[test]
fn ready_descriptors_stand_after_the_result() {
    let fds = bytes![4u32, 0x1u32, -1i32, 0u32, 3u32, 0x4u32];
    let poll = x86_64("poll", &[0x10, 3, 1000]).reading(0, &fds);
    let text = "poll([{fd=4, events=POLLIN}, {fd=-1}, {fd=3, events=POLLOUT}], 3, 1000)";
    let ready = bytes![4u32, 0x1u32, -1i32, 0u32, 3u32, 0x14_0004u32];
    assert_eq!(
        poll.clone().giving(0, &ready).returning(1).line(),
        format!("{text} = 1 ([{{fd=3, revents=POLLOUT|POLLHUP}}])")
    );
    assert_eq!(poll.returning(0).line(), format!("{text} = 0 (Timeout)"));
    let ppoll = arm64("ppoll", &[0x10, 1, 0x20, 0, 0]).reading(0, &bytes![4u32, 1u32]).reading(2, &bytes![1u64, 0u64]);
    assert_eq!(
        ppoll.giving(0, &bytes![4u32, 0x1_0001u32]).giving(2, &bytes![0u64, 984137104u64]).returning(1).line(),
        "ppoll([{fd=4, events=POLLIN}], 1, {tv_sec=1, tv_nsec=0}, NULL, 0) = 1 ([{fd=4, revents=POLLIN}], \
         left {tv_sec=0, tv_nsec=984137104})"
    );
    let select = x86_64("pselect6", &[5, 0x10, 0x20, 0, 0x30, 0]).reading(1, &bytes![8u64]).reading(2, &bytes![16u64]);
    let select = select.reading(4, &bytes![0u64, 10000000u64]).giving(1, &bytes![0u64]).giving(2, &bytes![16u64]);
    assert_eq!(
        select.giving(4, &bytes![0u64, 9420272u64]).returning(1).line(),
        "pselect6(5, [3], [4], NULL, {tv_sec=0, tv_nsec=10000000}, NULL) = 1 (out [4], left {tv_sec=0, tv_nsec=9420272})"
    );
    // The structure has padding, except on x86.
    let event = bytes![0x8000_2001u32, 0x1234_5678_9abcu64];
    assert_eq!(
        x86_64("epoll_ctl", &[8, 1, 3, 0x10]).reading(3, &event).returning(0).line(),
        "epoll_ctl(8, EPOLL_CTL_ADD, 3, {events=EPOLLIN|EPOLLRDHUP|EPOLLET, data=0x123456789abc}) = 0"
    );
    assert_eq!(
        x86_64("epoll_ctl", &[8, 2, 3, 0x10]).reading(3, &event).returning(0).line(),
        "epoll_ctl(8, EPOLL_CTL_DEL, 3, 0x10) = 0"
    );
    let event = bytes![1u32, 0u32, 5u64];
    assert_eq!(
        arm("epoll_wait", &[8, 0x10, 512, 60000]).giving(1, &event).returning(1).line(),
        "epoll_wait(8, [{events=EPOLLIN, data=0x5}], 512, 60000) = 1"
    );
    assert_eq!(x86_64("epoll_wait", &[8, 0x10, 512, 0]).returning(0).line(), "epoll_wait(8, [], 512, 0) = 0");
}

#[test]
fn command_decides_what_its_argument_means() {
    let fcntl = |command, argument, result| x86_64("fcntl", &[3, command, argument]).returning(result).line();
    assert_eq!(fcntl(1, 0, 0), "fcntl(3, F_GETFD) = 0");
    assert_eq!(fcntl(1, 0, 1), "fcntl(3, F_GETFD) = 0x1 (flags FD_CLOEXEC)");
    assert_eq!(fcntl(3, 0, 0x8402), "fcntl(3, F_GETFL) = 0x8402 (flags O_RDWR|O_APPEND|O_LARGEFILE)");
    assert_eq!(fcntl(4, 0x800, 0), "fcntl(3, F_SETFL, O_RDONLY|O_NONBLOCK) = 0");
    assert_eq!(fcntl(1030, 10, 10), "fcntl(3, F_DUPFD_CLOEXEC, 10) = 10");
    assert_eq!(fcntl(9999, 5, -22), "fcntl(3, 0x270f /* F_??? */, 0x5) = -1 EINVAL (Invalid argument)");
    let lock = bytes![1u16, 0u16, 0u32, 0x4000_0002u64, 510u64, 0u32, 0u32];
    assert_eq!(
        x86_64("fcntl", &[4, 6, 0x10]).reading(2, &lock).returning(0).line(),
        "fcntl(4, F_SETLK, {l_type=F_WRLCK, l_whence=SEEK_SET, l_start=1073741826, l_len=510}) = 0"
    );
    // On i386 64-bit members are aligned to 4 bytes, so there is no padding.
    let lock = bytes![2u16, 1u16, 5u64, 6u64, 7u32];
    assert_eq!(
        i386("fcntl64", &[4, 12, 0x10]).reading(2, &lock).giving(2, &lock).returning(0).line(),
        "fcntl64(4, F_GETLK64, {l_type=F_UNLCK, l_whence=SEEK_CUR, l_start=5, l_len=6, l_pid=7}) = 0"
    );
    let ioctl = |command, argument| x86_64("ioctl", &[1, command, argument]);
    assert_eq!(
        ioctl(0x5401, 0x10).returning(-25).line(),
        "ioctl(1, TCGETS, 0x10) = -1 ENOTTY (Inappropriate ioctl for device)"
    );
    assert_eq!(ioctl(0x5421, 0x10).reading(2, &bytes![1u32]).returning(0).line(), "ioctl(1, FIONBIO, [1]) = 0");
    let size = bytes![24u16, 80u16, 0u32];
    assert_eq!(
        ioctl(0x5413, 0x10).giving(2, &size).returning(0).line(),
        "ioctl(1, TIOCGWINSZ, {ws_row=24, ws_col=80, ws_xpixel=0, ws_ypixel=0}) = 0"
    );
    assert_eq!(ioctl(0x5451, 0).returning(0).line(), "ioctl(1, FIOCLEX) = 0");
    assert_eq!(ioctl(0x8004_5a01, 0x10).returning(0).line(), "ioctl(1, _IOC(_IOC_READ, 0x5a, 0x1, 0x4), 0x10) = 0");
    let terminal = bytes![0x500u32, 5u32, 0xbfu32, 0x8a3bu32];
    assert_eq!(
        ioctl(0x5402, 0x10).reading(2, &terminal).returning(0).line(),
        "ioctl(1, TCSETS, {c_iflag=ICRNL|IXON, c_oflag=NL0|CR0|TAB0|BS0|VT0|FF0|OPOST|ONLCR, c_cflag=B38400|CS8|CREAD, \
         c_lflag=ISIG|ICANON|ECHO|ECHOE|ECHOK|IEXTEN|ECHOCTL|ECHOKE, ...}) = 0"
    );
    let prctl = |registers: &[u64]| x86_64("prctl", registers);
    assert_eq!(
        prctl(&[15, 0x10, 0, 0, 0]).reading(1, b"worker-of-many2").returning(0).line(),
        r#"prctl(PR_SET_NAME, "worker-of-many2"...) = 0"#
    );
    assert_eq!(prctl(&[16, 0x10, 0, 0, 0]).giving(1, b"sh").returning(0).line(), r#"prctl(PR_GET_NAME, "sh") = 0"#);
    assert_eq!(
        prctl(&[47, 1, 0, 0, 0]).returning(0).line(),
        "prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, CAP_CHOWN, 0, 0) = 0"
    );
    assert_eq!(prctl(&[38, 1, 0, 0, 0]).returning(0).line(), "prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) = 0");
    assert_eq!(prctl(&[3, 1, 0, 0, 0]).returning(1).line(), "prctl(PR_GET_DUMPABLE) = 1 (SUID_DUMP_USER)");
    assert_eq!(x86_64("arch_prctl", &[0x1002, 0x7f2b]).returning(0).line(), "arch_prctl(ARCH_SET_FS, 0x7f2b) = 0");
}

#[test]
fn futex_operation_decides_which_arguments_mean_something() {
    let futex = |operation, registers: [u64; 4]| {
        let [third, fourth, fifth, sixth] = registers;
        x86_64("futex", &[0x10, operation, third, fourth, fifth, sixth])
    };
    assert_eq!(
        futex(0x81, [0x7fff_ffff, 1, 2, 3]).returning(0).line(),
        "futex(0x10, FUTEX_WAKE_PRIVATE, 2147483647) = 0"
    );
    assert_eq!(
        futex(0x80, [2, 0x20, 0, 0]).reading(3, &bytes![1u64, 5u64]).returning(-110).line(),
        "futex(0x10, FUTEX_WAIT_PRIVATE, 2, {tv_sec=1, tv_nsec=5}) = -1 ETIMEDOUT (Connection timed out)"
    );
    assert_eq!(
        futex(0x189, [0, 0, 0, 0xffff_ffff]).returning(0).line(),
        "futex(0x10, FUTEX_WAIT_BITSET_PRIVATE|FUTEX_CLOCK_REALTIME, 0, NULL, FUTEX_BITSET_MATCH_ANY) = 0"
    );
    assert_eq!(futex(4, [1, 2, 0x30, 3]).returning(0).line(), "futex(0x10, FUTEX_CMP_REQUEUE, 1, 2, 0x30, 3) = 0");
    assert_eq!(futex(8, [1, 2, 3, 4]).returning(0).line(), "futex(0x10, FUTEX_TRYLOCK_PI) = 0");
}

#[test]
fn structures_of_the_table_have_their_fields() {
    let limit = x86_64("prlimit64", &[0, 3, 0, 0x10]).giving(3, &bytes![8_388_608u64, u64::MAX]).returning(0);
    assert_eq!(limit.line(), "prlimit64(0, RLIMIT_STACK, NULL, {rlim_cur=8192*1024, rlim_max=RLIM64_INFINITY}) = 0");
    let limit = arm("ugetrlimit", &[3, 0x10]).giving(1, &bytes![1024u32, u32::MAX]).returning(0);
    assert_eq!(limit.line(), "ugetrlimit(RLIMIT_STACK, {rlim_cur=1024, rlim_max=RLIM_INFINITY}) = 0");
    let timer = bytes![0u32, 500000u32, 0u32, 50000u32];
    assert_eq!(
        arm("setitimer", &[0, 0x10, 0]).reading(1, &timer).returning(0).line(),
        "setitimer(ITIMER_REAL, {it_interval={tv_sec=0, tv_usec=500000}, it_value={tv_sec=0, tv_usec=50000}}, NULL) = 0"
    );
    let event = [bytes![0u64, 14u32, 0u32], vec![0; 48]].concat();
    assert_eq!(
        x86_64("timer_create", &[0, 0x10, 0x20]).reading(1, &event).giving(2, &bytes![0u32]).returning(0).line(),
        "timer_create(CLOCK_REALTIME, {sigev_signo=SIGALRM, sigev_notify=SIGEV_SIGNAL}, [0]) = 0"
    );
    let sleep = |result| {
        let call = x86_64("clock_nanosleep", &[1, 0, 0x10, 0x20]).reading(2, &bytes![1u64, 0u64]);
        call.giving(3, &bytes![0u64, 5u64]).returning(result).line()
    };
    assert_eq!(sleep(0), "clock_nanosleep(CLOCK_MONOTONIC, 0, {tv_sec=1, tv_nsec=0}, 0x20) = 0");
    assert!(sleep(-516).contains("{tv_sec=1, tv_nsec=0}, {tv_sec=0, tv_nsec=5}) = ? "));
    let times = bytes![25u64, 98u64, 0u64, 0u64];
    assert_eq!(
        arm64("times", &[0x10]).giving(0, &times).returning(1_717_971_790).line(),
        "times({tms_utime=25 /* 0.25 s */, tms_stime=98 /* 0.98 s */, tms_cutime=0, tms_cstime=0}) = 1717971790"
    );
    let info = [
        bytes![
            34u64, 37952u64, 9408u64, 3168u64, 9u64, 8u64, 7u64, 6u64, 5u64, 4u64, 62u16, 0u16, 0u32, 3u64, 2u64, 1u32
        ],
        vec![0; 4],
    ]
    .concat();
    assert_eq!(
        x86_64("sysinfo", &[0x10]).giving(0, &info).returning(0).line(),
        "sysinfo({uptime=34, loads=[37952, 9408, 3168], totalram=9, freeram=8, sharedram=7, bufferram=6, totalswap=5, \
         freeswap=4, procs=62, totalhigh=3, freehigh=2, mem_unit=1}) = 0"
    );
    let mut name = vec![0; 390];
    name[..5].copy_from_slice(b"Linux");
    name[65..71].copy_from_slice(b"(none)");
    assert_eq!(
        x86_64("uname", &[0x10]).giving(0, &name).returning(0).line(),
        r#"uname({sysname="Linux", nodename="(none)", ...}) = 0"#
    );
    assert_eq!(
        x86_64("uname", &[0x10]).giving(0, &name[..80]).cut().returning(0).line(),
        r#"uname({sysname="Linux", nodename="(none)", ...}) = 0"#
    );
}

#[test]
fn memory_maps_have_flags_and_hexadecimal_results() {
    let map = |prot, flags| x86_64("mmap", &[0, 4096, prot, flags, 3, 0x19d000]).returning(0x7000).line();
    assert_eq!(map(0, 2), "mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE, 3, 0x19d000) = 0x7000");
    assert_eq!(
        map(5, 0x812),
        "mmap(NULL, 4096, PROT_READ|PROT_EXEC, MAP_PRIVATE|MAP_FIXED|MAP_DENYWRITE, 3, 0x19d000) = 0x7000"
    );
    assert_eq!(
        map(0x40, 0x5408_0003),
        "mmap(NULL, 4096, 0x40 /* PROT_??? */, MAP_SHARED_VALIDATE|MAP_SYNC|21<<MAP_HUGE_SHIFT, 3, 0x19d000) = 0x7000"
    );
    assert_eq!(x86_64("brk", &[0]).returning(0x55b3_3421_1000).line(), "brk(NULL) = 0x55b334211000");
    assert_eq!(arm("brk", &[0]).returning(0xf7ee_0000_u32 as i32 as i64).line(), "brk(NULL) = 0xf7ee0000");
    let remap = |flags| x86_64("mremap", &[0x10, 1, 2, flags, 0x20]).returning(0x10).line();
    assert_eq!(remap(1), "mremap(0x10, 1, 2, MREMAP_MAYMOVE) = 0x10");
    assert_eq!(remap(3), "mremap(0x10, 1, 2, MREMAP_MAYMOVE|MREMAP_FIXED, 0x20) = 0x10");
    assert_eq!(x86_64("umask", &[0o22]).returning(0o77).line(), "umask(022) = 077");
}

#[test]
fn arguments_and_results_of_other_calls() {
    let line = |name, registers: &[u64], result| x86_64(name, registers).returning(result).line();
    assert_eq!(
        line("faccessat2", &[CWD, 0, 4, 0x200], -14),
        "faccessat2(AT_FDCWD, NULL, R_OK, AT_EACCESS) = -1 EFAULT (Bad address)"
    );
    assert_eq!(
        line("unlinkat", &[CWD, 0, 0x200], -14),
        "unlinkat(AT_FDCWD, NULL, AT_REMOVEDIR) = -1 EFAULT (Bad address)"
    );
    assert_eq!(line("fchown", &[3, 0xffff_ffff, 0], 0), "fchown(3, -1, 0) = 0");
    assert_eq!(line("close_range", &[3, 0xffff_ffff, 4], 0), "close_range(3, 4294967295, CLOSE_RANGE_CLOEXEC) = 0");
    assert_eq!(
        line("syslog", &[8, 0, 4], 0),
        "syslog(8 /* SYSLOG_ACTION_CONSOLE_LEVEL */, NULL, 4 /* LOGLEVEL_WARNING */) = 0"
    );
    assert_eq!(line("syslog", &[10, 0x10, 5], 9), "syslog(10 /* SYSLOG_ACTION_SIZE_BUFFER */) = 9");
    assert_eq!(line("sched_getscheduler", &[0], 3), "sched_getscheduler(0) = 3 (SCHED_BATCH)");
    assert_eq!(
        line("personality", &[0xffff_ffff], 0x40000),
        "personality(0xffffffff) = 0x40000 (PER_LINUX|ADDR_NO_RANDOMIZE)"
    );
    assert_eq!(line("semget", &[0, 2, 0o1644], 5), "semget(IPC_PRIVATE, 2, IPC_CREAT|0644) = 5");
    assert_eq!(line("semctl", &[0, 0, 0x100, 0], 0), "semctl(0, 0, IPC_64|IPC_RMID, NULL) = 0");
    assert_eq!(
        line("keyctl", &[0, 0xffff_fffd, 0, 1, 2], 7),
        "keyctl(KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 0) = 7"
    );
    assert_eq!(line("ptrace", &[0x4200, 5, 0, 1], 0), "ptrace(PTRACE_SETOPTIONS, 5, NULL, PTRACE_O_TRACESYSGOOD) = 0");
    assert_eq!(
        line("ioprio_set", &[1, 0, 0x6007], 0),
        "ioprio_set(IOPRIO_WHO_PROCESS, 0, IOPRIO_PRIO_VALUE(IOPRIO_CLASS_IDLE, 7)) = 0"
    );
    let mount = |flags| {
        let call = x86_64("mount", &[0x10, 0x20, 0x5e3028, flags, 0x40]).reading(0, b"none").reading(1, b"m");
        call.reading(2, b"tmpfs").reading(4, b"size=64k").returning(0).line()
    };
    assert_eq!(mount(1), r#"mount("none", "m", "tmpfs", MS_RDONLY, "size=64k") = 0"#);
    assert_eq!(mount(0x21), r#"mount("none", "m", 0x5e3028, MS_RDONLY|MS_REMOUNT, "size=64k") = 0"#);
    assert_eq!(mount(0x1000), r#"mount("none", "m", 0x5e3028, MS_BIND, 0x40) = 0"#);
    let caps = x86_64("capget", &[0x10, 0x20]).reading(0, &bytes![0x2008_0522u32, 1245u32]);
    assert_eq!(
        caps.giving(1, &bytes![3u32, 0u32, 1u32, 0u32, 1u32, 0u32]).returning(0).line(),
        "capget({version=_LINUX_CAPABILITY_VERSION_3, pid=1245}, {effective=1<<CAP_CHOWN|1<<CAP_DAC_OVERRIDE, \
         permitted=1<<CAP_MAC_OVERRIDE, inheritable=1<<CAP_CHOWN}) = 0"
    );
    let groups = x86_64("getgroups", &[10, 0x10]).giving(1, &bytes![1u32, 2u32, 3u32]).returning(3);
    assert_eq!(groups.line(), "getgroups(10, [1, 2, 3]) = 3");
    let cpus = x86_64("sched_getaffinity", &[0, 128, 0x10]).giving(2, &bytes![3u64]).returning(8);
    assert_eq!(cpus.line(), "sched_getaffinity(0, 128, [0 1]) = 8");
    let segment = bytes![u32::MAX, 0xf7ee_2500u32, 0xf_ffffu32, 0x51u32];
    assert_eq!(
        i386("set_thread_area", &[0x10]).reading(0, &segment).giving(0, &bytes![12u32]).returning(0).line(),
        "set_thread_area({entry_number=-1, base_addr=0xf7ee2500, limit=0x0fffff, seg_32bit=1, contents=0, \
         read_exec_only=0, limit_in_pages=1, seg_not_present=0, useable=1}) = 0 (entry_number=12)"
    );
}
