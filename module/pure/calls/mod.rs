// SPDX-License-Identifier: GPL-2.0

//! The table of system calls: for each its numbers, its name, and what its arguments are.
//!
//! There is one, `rows.rs`, for all architectures, for the module and for the reader: who changes what a
//! parameter is called changes what the module copies, what the reader prints and what `-L` shows. A row's text is
//!
//! ```text
//! openat(dfd: dirfd, filename: in path, flags: open_flags, mode: mode)
//! read(fd: fd, buf: out bytes[count], count: size)
//! lookup_dcookie
//! ```
//!
//! (the last for a number that the kernel has nothing behind any more), and a parameter is `NAME: WORD` if it is a value,
//! and `NAME: in WORD`, `out WORD` or `inout WORD` if it points to memory that the kernel reads, writes, or both.
//! The memory is one of what the word stands for, or as many as the `[LENGTH]` after the word says:
//!
//! | length | is |
//! |---|---|
//! | `[count]` | the parameter of this name; if that is itself a pointer, what it points to |
//! | `[2]` | this number |
//! | `[=]` | the result of the call |
//! | `[!]` | one, but there only where the call failed: what an interrupted sleep had left |
//!
//! It counts elements, and of the words marked *bytes* below bytes. Of those marked *result* no more than the
//! call's result is there at its end: `read(…, buf: out bytes[count], …)` fills as many bytes as it says it did.
//! Nothing that is `out` is there if the call failed.
//!
//! # Words for values
//!
//! | word | means |
//! |---|---|
//! | `int` `uint` | 32 bits, signed and not; registers may have anything above them |
//! | `long` `ulong` `size` | as wide as the program's registers |
//! | `off` `u64` | 64 bits, signed and not; in two registers on 32-bit ARM |
//! | `off_low` `off_high` | halves of one `off`, in either order, one next to the other. On 64-bit machines the lower is all of it |
//! | `hex` | 32 bits or as wide as registers: bits that have no words here |
//! | `ptr` | an address that is not followed |
//! | `fd` `dirfd` | a file descriptor; for the latter `AT_FDCWD` is another name of the current directory |
//! | `pid` `uid` `gid` | of processes, threads and groups (0 and negative ones, too), users, groups: 32 bits |
//! | `old_uid` `old_gid` | 16 bits |
//! | `mode` | permissions, octal, and file types |
//! | `dev` | a device, as the kernel packs its numbers into 32 bits |
//! | `signal` | its number |
//! | `old_sigset` | the first signals, a register wide |
//! | `pgoff` | an offset in units of 4096 bytes |
//! | `key` `key_serial` | of System V IPC; of the kernel's keys |
//! | `fcntl_arg` `ioctl_arg` `keyctl_arg` `prctl_arg` | as the call's first command says, a number or the address of something ([`plan::Command`]) |
//!
//! Sets of bits and enumerations, each named after what the manual pages call it: `accept_flags` `access_mode`
//! `arch_prctl_op` `at_flags` `bpf_cmd` `clock_id` `clone_flags` (of `clone` with a signal in the lowest byte, of `setns` with another flag there)
//! `close_range_flags` `delete_module_flags` `dup_flags` `epoll_flags` `epoll_op` `eventfd_flags` `fadvise`
//! `fallocate_mode` `fanotify_flags` `fanotify_mark_flags` `fanotify_mask` (64 bits, as `u64`) `fcntl_cmd` `flock_op`
//! `fsconfig_cmd` `fsmount_flags` `fsopen_flags` `fspick_flags` `futex2_flags` `futex_op` `get_mempolicy_flags`
//! `inotify_flags` `inotify_mask` `io_uring_enter_flags` `io_uring_register_op` `ioctl_cmd` `ioprio` `ioprio_which`
//! `ipc_call` `ipc_cmd` `ipc_flags` (of `*get`, with a mode in its lowest bits) `itimer` `kcmp_type` `kexec_file_flags`
//! `kexec_flags` `keyctl_op` `landlock_rule` `lsm_attr` `madvise` `map_flags` `membarrier_cmd` `memfd_flags` `mempolicy`
//! `mempolicy_flags` `mlock_flags` `mlockall_flags` `module_flags` `mount_attr_flags` `mount_flags` `move_mount_flags`
//! `mremap_flags` `msg_flags` `msgop_flags` `msync_flags` `open_flags` `open_tree_flags` `perf_flags` `personality`
//! `pidfd_flags` `pipe_flags` `pkey_rights` `prctl_op` `priority_which` `prot` `ptrace_op` `quota_cmd` `random_flags`
//! `reboot_cmd` `rename_flags` `resource` `rseq_flags` `rusage_who` `rwf_flags` `sched_policy` `seccomp_flags`
//! `seccomp_op` `shmat_flags` `shutdown_how` `sigmask_how` `signalfd_flags` `sock_level` `sock_option` (as the level
//! before it says) `socket_domain` `socket_protocol` (as the domain says) `socket_type` `socketcall` `splice_flags`
//! `statx_flags` `statx_mask` `swap_flags` `sync_file_range_flags` `syslog_op` `timer_flags` `timerfd_flags`
//! `timerfd_settime_flags` `umount_flags` `unshare_flags` `userfaultfd_flags` `wait_id` `wait_options` `whence`
//! `xattr_flags`.
//!
//! # Words for memory
//!
//! | word | means |
//! |---|---|
//! | `path` `str` | a string that ends in a NUL |
//! | `bytes` | anything (*bytes*, *result*) |
//! | `strings` `vars` | a null-terminated array of pointers to strings; of `vars` only their number matters |
//! | `iovec` | an array of buffers; `in` and `out` say what happens to the buffers (of `out` *result*, in bytes) |
//! | `remote_iovec` | the same, but of buffers in another process |
//! | `msghdr` | a `struct msghdr` with the address and the buffers it points to (of `out` *result*, in bytes) |
//! | `mmsghdr` | an array of `struct mmsghdr`, likewise (of `out` *result*) |
//! | `msgbuf` | a `long`, and as many bytes as the length says (*bytes*, *result*) |
//! | `sockaddr` | a socket's address (*bytes*) |
//! | `sockopt` | what the option's name says (*bytes*) |
//! | `int` `uint` `long` `ulong` `size` `off` `u64` `ptr` `uid` `gid` `old_uid` `old_gid` | as values are, or an array of them (of `uid` and `gid`, old and new, *result*) |
//! | `int2` | two `int`, the file descriptors that `pipe` and `socketpair` give |
//! | `wait_status` | an `int` as `waitpid` has it |
//! | `timespec` `timeval` `itimerspec` `itimerval` `timex` | of 64-bit seconds, on every machine |
//! | `timespec32` `timeval32` `itimerspec32` `itimerval32` `timex32` `utimbuf32` | of 32-bit seconds |
//! | `timespec_2` `timespec32_2` `timeval_2` `timeval32_2` | two: of the last access and of the last change |
//! | `utimbuf` | as those, in 64-bit seconds |
//! | `rlimit` `rlimit32` `rlimit64` | of 64, 32 and 64 bits |
//! | `sigset` `cpu_set` | bits, of signals and of CPUs (*bytes*; of `cpu_set` *result*) |
//! | `old_sigset` | a `ulong` of signals |
//! | `fd_set` `nodemask` | bits, of file descriptors and of memory nodes; the length counts bits |
//! | `sigset_argpack` | a `sigset`'s address and its size |
//! | `dirents` `old_dirents` | what `getdents64` and `getdents` give (*bytes*, *result*) |
//! | `old_dirent` | one, as `readdir` gives it |
//! | `file_handle` | how long it is and its type; what follows is not looked at |
//!
//! Structures by their name in C, which may differ between machines as they do in C: `cachestat` `cachestat_range`
//! `epoll_event` `futex_waitv` `io_event` `io_uring_params` `iocb` `kexec_segment` `mnt_id_req` `mq_attr`
//! `msqid_ds` `ns_id_req` `old_sigaction` `old_utsname` `oldold_utsname` `oldstat` (`struct __old_kernel_stat`)
//! `perf_attr` (`struct perf_event_attr`, its first version) `pollfd` `rusage` `sched_param` `sembuf` `shmid_ds` `sigaction`
//! `sigevent` `siginfo` `stack_t` `stat` `stat64` `statfs` `statfs64` `statx` `sysinfo` `timezone` `tms` `user_cap_data`
//! `user_cap_header` `user_desc` `ustat` `utsname`; and those whose size the program tells (*bytes*): `bpf_attr`
//! `clone_args` `file_attr` `landlock_ruleset_attr` `lsm_ctx` `mount_attr` `open_how` `sched_attr` `statmount`
//! `xattr_args`.

use super::format::Machine;

mod category;
mod command;
pub mod plan;
mod plans;
mod rows;
mod size;
#[cfg(feature = "host")]
mod table;
mod text;

pub use category::Category;
#[allow(unused_imports)] // The reader's alone.
pub use size::size_of;
#[cfg(feature = "host")]
pub use table::{prototypes, Call};

#[cfg(feature = "host")]
use text::Pieces;

/// A call's numbers, one for each [`Abi`] or -1, its category and its text. Rows exist only while this is
/// compiled: what is needed of them is packed into tables.
struct Row([i32; ABIS], Category, &'static str);

/// Which table of system calls a program uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Abi {
    /// Programs of 64-bit ARM.
    Arm64,
    /// Programs of 32-bit ARM (EABI), on whichever kernel.
    Arm,
    /// Programs of x86-64.
    X86_64,
    /// 32-bit programs on x86-64.
    I386,
}

const ABIS: usize = Abi::ALL.len();

impl Abi {
    /// All of them, in the order of the table's columns.
    pub const ALL: [Self; 4] = [Self::Arm64, Self::Arm, Self::X86_64, Self::I386];

    /// The table of a program on a kernel for `machine`.
    #[inline]
    pub const fn new(machine: Machine, is_32bit: bool) -> Self {
        match (machine, is_32bit) {
            (Machine::Arm64, false) => Self::Arm64,
            (Machine::Arm64, true) | (Machine::Arm, _) => Self::Arm,
            (Machine::X86_64, false) => Self::X86_64,
            (Machine::X86_64, true) => Self::I386,
        }
    }

    /// Whether a `long` and an address of the program have 32 bits.
    #[inline]
    pub const fn is_32bit(self) -> bool {
        matches!(self, Self::Arm | Self::I386)
    }
}

/// What the kernel takes as one argument.
///
/// Where its prototype has the halves of a 64-bit value as two (`pread64` of i386, `preadv`,
/// `_llseek`), these are two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// Name.
    pub name: &'static str,
    /// What it is, or what lies where it points to: one of the words above.
    pub kind: &'static str,
    /// Whether it points to memory, and who writes there.
    pub direction: Direction,
    /// How much of it lies there, without the brackets.
    pub length: Option<&'static str>,
    /// The register that holds it, counted from the first that holds an argument.
    pub register: u8,
    /// Whether the register after that holds its higher 32 bits.
    pub is_pair: bool,
}

/// What an argument has to do with memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Nothing: it is a value.
    Value,
    /// It is the address of memory that the kernel reads.
    In,
    /// It is the address of memory that the kernel writes.
    Out,
    /// It is the address of memory that the kernel reads and then writes.
    InOut,
}

impl Parameter {
    /// The argument, from the `registers` that hold the call's; `None` if these are too few.
    pub fn value(&self, registers: &[u64]) -> Option<u64> {
        let at = usize::from(self.register);
        let low = *registers.get(at)?;
        if !self.is_pair {
            return Some(low);
        }
        let high = *registers.get(at + 1)?;
        Some((high << 32) | (low & u64::from(u32::MAX)))
    }
}

/// System call numbers below this may be known.
pub const NUMBERS: usize = 512;
/// The most registers that hold arguments.
pub const MAX_ARGUMENTS: u8 = 6;

/// The numbers of `execve` and `execveat` in the tables of [`plan::Plans`], where a call keeps its
/// number while the program becomes one of another width. None elsewhere: on ARM all programs have one table,
/// and x86 gives the call the number of the new program's `execve` (`set_personality_64bit()`).
#[inline]
pub const fn exec_numbers(machine: Machine, is_32bit: bool) -> &'static [u32] {
    match (machine, is_32bit) {
        (Machine::Arm64, false) => &[221, 281],
        (Machine::Arm64, true) => &[11, 387],
        (Machine::Arm | Machine::X86_64, _) => &[],
    }
}
