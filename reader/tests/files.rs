// SPDX-License-Identifier: GPL-2.0

//! The model knows what descriptors refer to, and the parents and users of processes.

mod common;

use common::modelled::{lines_of, lines_of_machine};
use common::script::{Script, AT_FDCWD, CLOEXEC, SH};
use common::*;
use std::os::fd::AsRawFd;
use syscall_record::model::{self, EventKind};
use syscall_record_format::format::{Edges, Machine, Task};

const MACHINES: [Machine; 3] = [Machine::Arm64, Machine::Arm, Machine::X86_64];

#[test]
fn file_is_known_from_open_to_close() {
    for machine in MACHINES {
        let mut script = Script::new(machine);
        script.call("openat", &[AT_FDCWD, 1, 0, 0], &[b"/etc/passwd"], 3);
        script.call("read", &[3, 1, 80], &[], 10);
        script.call("close", &[3], &[], 0);
        script.call("read", &[3, 1, 80], &[], -9);
        let expected = [
            "openat> -",
            "openat 3 File /etc/passwd",
            "read> 3 File /etc/passwd",
            "read 3 File /etc/passwd",
            "close> 3 File /etc/passwd",
            "close 3 File /etc/passwd",
            "read> -",
            "read -",
        ];
        assert_eq!(script.files(), expected, "{machine:?}");
    }
}

/// The kernel frees a descriptor before `close` returns. Another thread may then get it.
#[test]
fn descriptor_reused_before_close_returns_refers_to_the_new_file() {
    let mut script = Script::new(Machine::Arm64);
    script.call("openat", &[AT_FDCWD, 1, 0, 0], &[b"/old"], 3);
    script.enter(SH, "close", &[3], &[]);
    let other = Task { tgid: SH, ..task(101, b"sh") };
    let number = script.number("openat");
    script.events.extend(memory(script.now, 0, other, number, 1, false, b"/new"));
    script.events.push(enter_with(script.now, 0, other, number, &[AT_FDCWD, 1, 0, 0]));
    script.events.push(exit(script.now + 1, 0, other, 3));
    script.now += 10;
    script.exit(SH, 0).call("read", &[3], &[], 0);
    let files = script.files();
    assert_eq!(files[4..6], ["openat 3 File /new", "close 3 File /old"]);
    assert_eq!(files[7], "read 3 File /new");
}

#[test]
fn relative_paths_are_joined_to_known_directories() {
    for (machine, directory) in [(Machine::Arm64, 0o40_000), (Machine::Arm, 0o40_000), (Machine::X86_64, 0o200_000)] {
        let mut script = Script::new(machine);
        let opens = |script: &mut Script, base: u64, path: &str| {
            script.call("openat", &[base, 1, 0, 0], &[path.as_bytes()], 9);
            script.last()
        };
        assert_eq!(opens(&mut script, AT_FDCWD, "a"), "openat 9 File a", "the current directory is not known");
        script.answered("getcwd", &[1, 80], &[b"/home/me\0"], 9);
        assert_eq!(opens(&mut script, AT_FDCWD, "./a"), "openat 9 File /home/me/a");
        script.call("chdir", &[1], &[b"../you"], 0).call("chdir", &[1], &[b"/nowhere"], -2);
        assert_eq!(opens(&mut script, AT_FDCWD, "a"), "openat 9 File /home/you/a");
        script.call("openat", &[AT_FDCWD, 1, directory, 0], &[b"/usr/lib"], 4);
        assert_eq!(script.last(), "openat 4 Directory /usr/lib");
        assert_eq!(opens(&mut script, 4, "libc.so"), "openat 9 File /usr/lib/libc.so");
        assert_eq!(opens(&mut script, 77, "libc.so"), "openat 9 File libc.so", "the directory is not known");
        script.call("fchdir", &[4], &[], 0);
        assert_eq!(opens(&mut script, AT_FDCWD, "x"), "openat 9 File /usr/lib/x");
    }
}

#[test]
fn failed_calls_and_unrecorded_paths_make_no_file() {
    let mut script = Script::new(Machine::X86_64);
    script.call("openat", &[AT_FDCWD, 1, 0, 0], &[b"/a"], 3);
    script.call("openat", &[AT_FDCWD, 1, 0, 0], &[], 3);
    assert_eq!(script.last(), "openat -", "its path was not recorded");
    script.call("openat", &[AT_FDCWD, 1, 0, 0], &[b"/a"], -13).call("read", &[3], &[], 0);
    assert_eq!(script.last(), "read -");
    script.call("mmap", &[0, 4096, 3, 0x22, u64::MAX, 0], &[], 0x7000_0000);
    assert_eq!(script.last(), "mmap -");
}

#[test]
fn duplicates_refer_to_the_same_file_until_exec_closes_them() {
    let mut script = Script::new(Machine::X86_64);
    script.call("open", &[1, 0, 0], &[b"/a"], 3);
    for (name, args, new) in [
        ("dup", &[3][..], 4),
        ("dup2", &[3, 1], 1),
        ("dup3", &[3, 2, 0o2_000_000], 2),
        ("fcntl", &[3, 0, 10], 10),
        ("fcntl", &[3, 1030, 10], 11),
    ] {
        script.call(name, args, &[], new);
        assert_eq!(script.last(), format!("{name} {new} File /a"));
    }
    script.call("fcntl", &[3, 3], &[], 0x8000);
    assert_eq!(script.last(), "fcntl 3 File /a");
    script.call("close", &[3], &[], 0).call("write", &[1, 1, 1], &[], 1);
    assert_eq!(script.last(), "write 1 File /a");
    // These descriptors are closed by `execve`, like all that `dup3` and `fcntl` have marked so.
    script.call("fcntl", &[10, 2, 1], &[], 0).call("ioctl", &[4, 0x5451], &[], 0).call("execve", &[1, 2, 3], &[], 0);
    let open = |script: &mut Script, fd: u64| {
        script.call("fsync", &[fd], &[], 0);
        script.last() != "fsync -"
    };
    let left: Vec<u64> = (0..12).filter(|&fd| open(&mut script, fd)).collect();
    assert_eq!(left, [1]);
}

#[test]
fn close_range_closes_or_marks_a_range() {
    let mut script = Script::new(Machine::Arm64);
    for fd in 3..9 {
        script.call("openat2", &[AT_FDCWD, 1, 2, 24], &[b"/a", &[0; 24]], fd);
    }
    script.call("close_range", &[4, 5, 0], &[], 0).call("close_range", &[7, 0xffff_ffff, 4], &[], 0);
    let open = |script: &mut Script, fd: u64| {
        script.call("fsync", &[fd], &[], 0);
        script.last() != "fsync -"
    };
    let left: Vec<u64> = (0..12).filter(|&fd| open(&mut script, fd)).collect();
    assert_eq!(left, [3, 6, 7, 8]);
    script.call("execve", &[1, 2, 3], &[], 0);
    let left: Vec<u64> = (0..12).filter(|&fd| open(&mut script, fd)).collect();
    assert_eq!(left, [3, 6]);
}

const HERE: &[u8] = &[2, 0, 0, 80, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0];
const THERE: &[u8] = &[2, 0, 0x9c, 0x40, 10, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 0];

#[test]
fn sockets_are_named_by_their_addresses() {
    let mut script = Script::new(Machine::Arm64);
    script.call("socket", &[2, 1, 0], &[], 3);
    assert_eq!(script.last(), "socket 3 Ipv4 ");
    script.call("bind", &[3, 1, 16], &[HERE], 0).call("listen", &[3, 5], &[], 0);
    assert_eq!(script.last(), "listen 3 Ipv4 127.0.0.1:80");
    script.answered("accept4", &[3, 1, 2, 0], &[THERE], 4);
    assert_eq!(script.last(), "accept4 4 Ipv4 10.0.0.7:40000->127.0.0.1:80");
    script.answered("accept", &[3, 0, 0], &[], 5);
    assert_eq!(script.last(), "accept 5 Ipv4 127.0.0.1:80", "who it was is not known");
    script.answered("getpeername", &[5, 1, 2], &[THERE], 0);
    assert_eq!(script.last(), "getpeername 5 Ipv4 10.0.0.7:40000->127.0.0.1:80");

    script.call("socket", &[2, 0o4001, 0], &[], 6).call("connect", &[6, 1, 16], &[HERE], -115);
    assert_eq!(script.last(), "connect 6 Ipv4 ->127.0.0.1:80");
    script.answered("getsockname", &[6, 1, 2], &[THERE], 0);
    assert_eq!(script.last(), "getsockname 6 Ipv4 10.0.0.7:40000->127.0.0.1:80");
    script.call("connect", &[6, 1, 16], &[THERE], -111);
    assert_eq!(script.last(), "connect 6 Ipv4 10.0.0.7:40000->127.0.0.1:80", "it failed");

    script.call("socket", &[10, 2, 0], &[], 7);
    assert_eq!(script.last(), "socket 7 Ipv6 ");
    script.call("socket", &[1, 1, 0], &[], 8).call("connect", &[8, 1, 12], &[b"\x01\0/run/log\0"], 0);
    assert_eq!(script.last(), "connect 8 Unix /run/log");
    script.call("socket", &[16, 3, 0], &[], 9);
    assert_eq!(script.last(), "socket 9 Socket ");
}

#[test]
fn pairs_and_anonymous_files_have_their_kind_and_name() {
    let mut script = Script::new(Machine::X86_64);
    script.answered("pipe2", &[1, 0], &[&[3, 0, 0, 0, 4, 0, 0, 0]], 0).call("read", &[3], &[], 0);
    assert_eq!(script.last(), "read 3 Pipe ");
    script.answered("socketpair", &[1, 1, 0, 1], &[&[5, 0, 0, 0, 6, 0, 0, 0]], 0).call("read", &[6], &[], 0);
    assert_eq!(script.last(), "read 6 Unix ");
    for (name, args, input, expected) in [
        ("eventfd2", &[0, 0][..], &b""[..], "Event anon_inode:[eventfd]"),
        ("signalfd4", &[u64::MAX, 1, 8, 0], b"", "Signal anon_inode:[signalfd]"),
        ("timerfd_create", &[1, 0], b"", "Timer anon_inode:[timerfd]"),
        ("epoll_create1", &[0], b"", "Epoll anon_inode:[eventpoll]"),
        ("inotify_init", &[], b"", "Inotify anon_inode:inotify"),
        ("memfd_create", &[1, 0], b"wl", "Other /memfd:wl"),
        ("pidfd_open", &[1, 0], b"", "Other anon_inode:[pidfd]"),
    ] {
        let inputs: &[&[u8]] = if input.is_empty() { &[] } else { &[input] };
        script.call(name, args, inputs, 7);
        assert_eq!(script.last(), format!("{name} 7 {expected}"));
    }
}

/// After the fork, parent and child each have their own descriptors, unless they share them.
#[test]
fn child_inherits_or_shares_descriptors_and_directory() {
    let flags = [(0x11, false), (0x4111, false), (0x511, true)];
    for ((flags, shares), machine) in flags.into_iter().flat_map(|flags| MACHINES.map(|machine| (flags, machine))) {
        let mut script = Script::new(machine);
        script.call("openat", &[AT_FDCWD, 1, 0, 0], &[b"/a"], 3).call("chdir", &[1], &[b"/home"], 0);
        script.enter(SH, "clone", &[flags, 0, 0, 0, 0], &[]);
        // The child's calls come before the maker returns.
        script.born(101).call_by(101, "openat", &[AT_FDCWD, 1, 0, 0], &[b"/home/b"], 4);
        assert_eq!(script.last(), "openat 4 File /home/b");
        script.exit(SH, 101).call("fsync", &[4], &[], 0);
        assert_eq!(script.last(), if shares { "fsync 4 File /home/b" } else { "fsync -" }, "{flags:#x}");
        script.call("close", &[3], &[], 0).call_by(101, "fsync", &[3], &[], 0);
        assert_eq!(script.last(), if shares { "fsync -" } else { "fsync 3 File /a" }, "{flags:#x}");
        // `execve` ends the sharing.
        script.call_by(101, "execve", &[1, 2, 3], &[], 0).call_by(101, "close", &[4], &[], 0);
        script.call("fsync", &[4], &[], 0);
        assert_eq!(script.last(), if shares { "fsync 4 File /home/b" } else { "fsync -" }, "{flags:#x}");
    }
}

/// As with `posix_spawn`, the maker waits until the child has run another program.
#[test]
fn child_of_vfork_inherits_before_its_maker_returns() {
    for machine in MACHINES {
        // Another process that makes a child, and does not wait for it, is not taken for the maker.
        for has_other in [false, true] {
            let mut script = Script::new(machine);
            script.call_by(200, "getpid", &[], &[], 200);
            script.call("openat", &[AT_FDCWD, 1, CLOEXEC, 0], &[b"/a"], 3);
            script.call("openat", &[AT_FDCWD, 1, CLOEXEC, 0], &[b"/b"], 4);
            script.enter(SH, "clone", &[0x4111, 0, 0, 0, 0], &[]);
            if has_other {
                script.enter(200, "clone", &[0x11, 0, 0, 0, 0], &[]);
            }
            script.born(101).call_by(101, "close", &[4], &[], 0).call_by(101, "dup3", &[3, 0, 0], &[], 0);
            script.call_by(101, "execve", &[1, 2, 3], &[], 0);
            script.exit(SH, 101).call_by(101, "read", &[0, 1, 80], &[], 0);
            assert_eq!(script.last(), "read 0 File /a", "{machine:?}");
            script.call_by(101, "fsync", &[3], &[], 0);
            assert_eq!(script.last(), "fsync -", "{machine:?}");
            script.call("fsync", &[4], &[], 0);
            assert_eq!(script.last(), "fsync 4 File /b", "{machine:?}");
        }
    }
}

/// Two processes may be the maker, until one of them returns with the child's id.
#[test]
fn child_whose_maker_is_known_late_inherits_what_it_has_not_touched() {
    for machine in MACHINES {
        for runs in [false, true] {
            let mut script = Script::new(machine);
            script.call_by(200, "getpid", &[], &[], 200);
            for (fd, flags) in [(0, 0), (1, 0), (3, 0), (4, CLOEXEC), (5, 0), (6, 0)] {
                script.call("openat", &[AT_FDCWD, 1, flags, 0], &[b"/a"], fd);
            }
            script.enter(SH, "clone", &[0x4111, 0, 0, 0, 0], &[]);
            script.enter(200, "clone", &[0x4111, 0, 0, 0, 0], &[]);
            script.born(101).call_by(101, "close", &[3], &[], 0);
            script.call_by(101, "openat", &[AT_FDCWD, 1, 0, 0], &[b"/b"], 1);
            script.call_by(101, "close_range", &[6, 90, 0], &[], 0);
            if runs {
                script.call_by(101, "execve", &[1, 2, 3], &[], 0);
            }
            script.exit(SH, 101);
            let left: Vec<String> = (0..7).map(|fd| script.call_by(101, "fsync", &[fd], &[], 0).last()).collect();
            let four = if runs { "fsync -" } else { "fsync 4 File /a" };
            let expected =
                ["fsync 0 File /a", "fsync 1 File /b", "fsync -", "fsync -", four, "fsync 5 File /a", "fsync -"];
            assert_eq!(left, expected, "{machine:?}");
        }
    }
}

/// The id that a maker in a container gets is one of its namespace. Outside, another program may have that id, and goes
/// on. If the process with that id has the maker's name, it was killed, and the child has its id.
#[test]
fn child_id_of_a_living_process_replaces_it_only_if_names_agree() {
    for edges in [Edges::Both, Edges::Exit] {
        let mut script = Script::new(Machine::Arm64);
        script.recording.edges = edges;
        script.comm = b"db";
        script.call_by(157, "openat", &[AT_FDCWD, 1, 0, 0], &[b"/db"], 5);
        script.comm = b"sh";
        script.call_by(158, "openat", &[AT_FDCWD, 1, 0, 0], &[b"/old"], 6);
        script.call("getpid", &[], &[], 7).call("clone", &[0x11, 0, 0, 0, 0], &[], 157);
        script.call("getpid", &[], &[], 7).call("clone", &[0x11, 0, 0, 0, 0], &[], 158);
        script.call_by(158, "fsync", &[6], &[], 0);
        assert_eq!(script.last(), "fsync -", "{edges:?}");
        script.comm = b"db";
        script.call_by(157, "fsync", &[5], &[], 0);
        assert_eq!(script.last(), "fsync 5 File /db", "{edges:?}");
        if edges == Edges::Both {
            script.enter(157, "fsync", &[5], &[]);
            script.comm = b"sh";
            script.call("clone", &[0x11, 0, 0, 0, 0], &[], 157);
            script.comm = b"db";
            script.exit(157, 0);
            assert_eq!(script.last(), "fsync 5 File /db");
        }
    }
}

/// Descriptor 500,000, opened and closed 5,000 times, took 22 seconds: half a million slots were made each time.
#[test]
fn high_descriptor_is_known_beside_low_ones() {
    for high in [(1 << 19) - 1, i64::from(i32::MAX)] {
        let mut script = Script::new(Machine::X86_64);
        script.call("openat", &[AT_FDCWD, 1, 0, 0], &[b"/low"], 3).call("openat", &[AT_FDCWD, 1, 0, 0], &[b"/a"], high);
        script.call("fsync", &[high as u64], &[], 0);
        assert_eq!(script.last(), format!("fsync {high} File /a"));
        script.call("close", &[high as u64], &[], 0).call("fsync", &[high as u64], &[], 0);
        assert_eq!(script.last(), "fsync -");
        script.call("fsync", &[3], &[], 0);
        assert_eq!(script.last(), "fsync 3 File /low");
    }
}

#[test]
fn threads_share_descriptors() {
    let mut script = Script::new(Machine::X86_64);
    let args = [&0x3d_0f00_u64.to_le_bytes()[..], &[0; 80]].concat();
    script.enter(SH, "clone3", &[1, 88], &[&args]);
    let thread = Task { tgid: SH, ..task(101, b"sh") };
    script.events.push(exit(script.now, 0, thread, 0));
    script.exit(SH, 101).call("openat", &[AT_FDCWD, 1, 0, 0], &[b"/a"], 3);
    script.events.push(enter_with(script.now, 0, thread, script.number("fsync"), &[3]));
    assert_eq!(script.last(), "fsync> 3 File /a");
}

#[test]
fn files_and_parents_from_before_the_recording_are_looked_up_only_live() {
    let pid = std::process::id();
    let mut script = Script::new(Machine::Arm64);
    let file = std::fs::File::open("Cargo.toml").expect("opens");
    script.call_by(pid, "fsync", &[file.as_raw_fd() as u64], &[], 0);
    script.call_by(pid, "openat", &[AT_FDCWD, 1, 0, 0], &[b"Cargo.toml"], 3);
    let path = std::fs::canonicalize("Cargo.toml").expect("is there");
    let stream = stream(vec![packets(script.recording, 0, &script.events, &[])]);
    for is_live in [true, false] {
        let mut files = Vec::new();
        let parents = lines_of_machine(&stream, is_live, |event| {
            let EventKind::Call(call) = &event.kind else { return String::new() };
            files.extend(call.file.map(|file| (file.number, file.name.to_vec())));
            format!("{:?} {}", call.process.ppid, call.process.uid.is_some())
        });
        let parent = is_live.then(std::os::unix::process::parent_id);
        assert_eq!(parents, vec![format!("{parent:?} {is_live}"); 4]);
        let path = path.as_os_str().as_encoded_bytes();
        let of = |fd, path: &[u8]| (fd, path.to_vec());
        let expected = if is_live {
            vec![of(file.as_raw_fd(), path), of(file.as_raw_fd(), path), of(3, path)]
        } else {
            vec![of(3, b"Cargo.toml")]
        };
        assert_eq!(files, expected);
    }
}

/// The call that made the child tells it, also if only returns are recorded.
#[test]
fn parents_and_their_current_names_are_known() {
    for edges in [Edges::Both, Edges::Exit] {
        let mut script = Script::new(Machine::Arm64);
        script.recording.edges = edges;
        let clone = MadeCall { number: script.number("clone"), args: Some(vec![0x11, 0, 0, 0, 0]) };
        let call = MadeCall { number: script.number("getpid"), args: Some(vec![]) };
        let of = |name: &[u8], pid| task(pid, name);
        let mut add = |task: Task, call: &MadeCall, result| {
            let edge = |edge, time| MadeEvent { time, cpu: 0, task, edge };
            if edges == Edges::Both {
                script.events.push(edge(MadeEdge::Enter(call.clone()), script.now));
                script.events.push(edge(MadeEdge::Exit(result), script.now + 5));
            } else {
                script.events.push(edge(MadeEdge::Return(call.clone(), result), script.now));
            }
            script.now += 10;
        };
        add(of(b"sh", SH), &clone, 101);
        add(of(b"sh", 101), &call, 101);
        add(of(b"ls", 101), &call, 101);
        add(of(b"ls", 101), &clone, 102);
        add(of(b"bash", SH), &call, 100);
        add(of(b"ls", 101), &call, 101);
        add(of(b"ls", 102), &call, 102);
        add(of(b"cat", 300), &call, 300);
        let stream = stream(vec![packets(script.recording, 0, &script.events, &[])]);
        let mut lines = lines_of(&stream, |event| {
            let EventKind::Call(call) = &event.kind else { return String::new() };
            let text = |name: &model::ProcessName| String::from_utf8_lossy(name).into_owned();
            let model::Process { pid, name, ppid, parent_name, uid, .. } = call.process;
            assert_eq!(*uid, None);
            format!("{pid} {} of {ppid:?} {:?}", text(name), parent_name.as_ref().map(text))
        });
        lines.dedup();
        let expected = [
            "100 sh of None None",
            "101 sh of Some(100) Some(\"sh\")",
            "101 ls of Some(100) Some(\"sh\")",
            "100 bash of None None",
            "101 ls of Some(100) Some(\"bash\")",
            "102 ls of Some(101) Some(\"ls\")",
            "300 cat of None None",
        ];
        assert_eq!(lines, expected, "{edges:?}");
    }
}

#[test]
fn effective_user_is_known_once_set_and_inherited() {
    const SAME: u64 = 0xffff_ffff;
    for machine in MACHINES {
        let bits = if machine == Machine::Arm { "32" } else { "" };
        let [set, set_two, set_three] = ["setuid", "setreuid", "setresuid"].map(|name| format!("{name}{bits}"));
        let mut script = Script::new(machine);
        script.call(&set, &[5], &[], -1).call(&set, &[33], &[], 0);
        script.call(&set_two, &[7, SAME], &[], 0).call(&set_two, &[SAME, 8], &[], 0);
        script.call(&set_three, &[1, SAME, 2], &[], 0).call(&set_three, &[SAME, 9, SAME], &[], 0);
        script.enter(SH, "clone", &[0x11, 0, 0, 0, 0], &[]).born(101).call_by(101, "getpid", &[], &[], 101);
        script.exit(SH, 101).call(&set, &[10], &[], 0);
        script.call_by(101, "execve", &[1, 2, 3], &[b"/bin/ls"], 0);
        // Where no return tells that the child is new, its user is known when its maker has returned.
        let child = if machine == Machine::X86_64 { "101 9" } else { "101 -" };
        let expected = ["100 -", "100 33", "100 8", "100 9", child, "100 9", "100 10", "101 9"];
        assert_eq!(script.users(), expected, "{machine:?}");
    }
}

#[test]
fn new_user_is_known_from_returns_but_not_without_arguments() {
    let mut script = Script::new(Machine::Arm64);
    script.recording.edges = Edges::Exit;
    script.call("setuid", &[33], &[], 0);
    assert_eq!(script.users(), ["100 33"]);

    script = Script::new(Machine::Arm64);
    script.recording.has_args = false;
    script.call("geteuid", &[], &[], 33).call("setuid", &[0], &[], 0);
    assert_eq!(script.users(), ["100 -", "100 33", "100 -"]);
}

#[test]
fn calls_that_tell_users_set_them_and_the_real_one_only_if_none_is_known() {
    let mut script = Script::new(Machine::Arm64);
    script.call("geteuid", &[], &[], -38).call("getuid", &[], &[], 1000).call("geteuid", &[], &[], 0xffff_fffe);
    script.call("getuid", &[], &[], 1000);
    script.answered("getresuid", &[1, 2, 3], &[&[1, 0, 0, 0], &[2, 1, 0, 0], &[3, 0, 0, 0]], 0);
    assert_eq!(script.users(), ["100 -", "100 1000", "100 4294967294", "100 258"]);
}

/// In old calls, the id that leaves the user as it is has 16 bits, too.
#[test]
fn old_calls_set_users_of_16_bits() {
    let mut script = Script::new(Machine::Arm);
    script.call("setuid", &[33], &[], 0).call("setreuid", &[1, 0xffff], &[], 0).call("setreuid", &[1, 2], &[], 0);
    assert_eq!(script.users(), ["100 -", "100 33", "100 2"]);
}
