// SPDX-License-Identifier: GPL-2.0

//! Arguments that are no addresses of memory.

use super::{number, Context};
use crate::calls::{Abi, Parameter};
use crate::style::words::{self, Set};

/// Where the words of a set end, the bits that are left.
pub(super) const UNKNOWN: &str = "???";

/// Appends a value of a kind that [`crate::calls`] lists.
pub(super) fn put(out: &mut Vec<u8>, context: &Context<'_>, parameter: &Parameter, value: u64) {
    let low = u64::from(value as u32);
    match parameter.kind {
        "fd" | "int" | "pid" => number::signed(out, i64::from(value as i32)),
        "dirfd" => dirfd(out, value),
        "uint" => number::decimal(out, low),
        "long" if context.name.ends_with("truncate") => number::decimal(out, value),
        "long" => number::signed(out, context.long(value)),
        "ulong" | "size" | "u64" => number::decimal(out, value),
        "off" => number::signed(out, value as i64),
        "off_low" | "off_high" => number::signed(out, context.joined(parameter, value) as i64),
        "hex" => hex(out, context, parameter, value),
        "ptr" => number::address(out, value),
        "pgoff" => number::hex(out, value.wrapping_mul(4096)),
        "uid" | "gid" => id(out, low, u64::from(u32::MAX)),
        "old_uid" | "old_gid" => id(out, low & 0xffff, 0xffff),
        "mode" => match context.name {
            "mknod" | "mknodat" => file_mode(out, low & 0xffff),
            _ => number::mode(out, low & 0xffff),
        },
        "dev" => device(out, low),
        "signal" => signal(out, low),
        "old_sigset" => super::signals::mask(out, value, context.long_size()),
        "key" if low == 0 => out.extend_from_slice(b"IPC_PRIVATE"),
        "key" => number::hex(out, low),
        "key_serial" => key(out, low),
        "fcntl_arg" => super::commands::fcntl(out, context, value),
        "ioctl_arg" => number::hex(out, value),
        "ioctl_cmd" => super::commands::ioctl(out, low),
        "prctl_arg" | "keyctl_arg" => super::commands::argument(out, context, parameter, value),
        kind => in_words(out, context, kind, value),
    }
}

/// Appends a value for which there are words, some of them in more than one set.
fn in_words(out: &mut Vec<u8>, context: &Context<'_>, kind: &str, value: u64) {
    let low = u64::from(value as u32);
    match kind {
        "open_flags" => open_flags(out, context.call.abi, low),
        "accept_flags" => set(out, "sock_flags", low),
        "dup_flags" | "pipe_flags" => flags(out, open_set(context.call.abi), low),
        "timerfd_settime_flags" => set(out, "timerfd_flags", low),
        "at_flags" => match context.name {
            "faccessat2" => set(out, "faccessat_flags", low),
            "name_to_handle_at" => set(out, "name_to_handle_flags", low),
            _ => set(out, "at_flags", low),
        },
        "statx_flags" => statx_flags(out, low),
        "clone_flags" => match context.name {
            "setns" => set(out, "setns_flags", low),
            _ => clone_flags(out, value),
        },
        "map_flags" => map_flags(out, low),
        "futex_op" => futex_op(out, low),
        "futex2_flags" => futex2_flags(out, low),
        "clock_id" => clock(out, low),
        "socket_type" => socket_type(out, low),
        "socket_protocol" => match context.register(0) as u32 {
            2 | 10 if context.name == "socket" => set(out, "protocol", low),
            16 if context.name == "socket" => set(out, "netlink_protocol", low),
            _ => number::decimal(out, low),
        },
        "sock_option" => sock_option(out, context.register(1) as u32, low),
        "ipc_flags" => ipc_flags(out, context.name, low),
        "ipc_cmd" => ipc_cmd(out, context.name, low),
        "mempolicy" => in_two(out, ["mempolicy", "mempolicy_mode_flags"], low, !0xe000),
        "personality" if low == u64::from(u32::MAX) => number::hex(out, low),
        "personality" => personality(out, low),
        "fanotify_flags" => in_two(out, ["fanotify_class", "fanotify_flags"], low, 0xc),
        "ioprio" => ioprio(out, low),
        "quota_cmd" => {
            out.extend_from_slice(b"QCMD(");
            set(out, "quota_cmd", low >> 8);
            out.extend_from_slice(b", ");
            set(out, "quota_type", low & 0xff);
            out.push(b')');
        }
        "ptrace_op" => ptrace_op(out, context.call.abi, low),
        "syslog_op" => commented(out, "syslog_op", low),
        "fanotify_mask" | "mount_flags" => set(out, kind, value),
        _ => set(out, kind, low),
    }
}

/// Appends what is hexadecimal where no words are known, and in some calls has them.
fn hex(out: &mut Vec<u8>, context: &Context<'_>, parameter: &Parameter, value: u64) {
    match (context.name, parameter.register) {
        ("reboot", _) => set(out, "reboot_magic", u64::from(value as u32)),
        ("pidfd_send_signal", _) => set(out, "pidfd_signal_flags", u64::from(value as u32)),
        ("landlock_create_ruleset", _) => set(out, "landlock_flags", u64::from(value as u32)),
        ("mmap", _) => number::hex(out, value),
        ("sched_getattr" | "sched_setattr", _) => number::decimal(out, u64::from(value as u32)),
        ("syslog", _) => number::signed(out, i64::from(value as i32)),
        _ => number::hex(out, value),
    }
}

/// Appends a value in the words of the set of this name, or as a hexadecimal number.
pub(super) fn set(out: &mut Vec<u8>, name: &str, value: u64) {
    match Set::new(name) {
        Some(set) if set.is_flags => flags(out, Some(set), value),
        Some(set) => match set.word(value) {
            Some(word) => word.put(out),
            None => {
                number::hex(out, value);
                unknown(out, set);
            }
        },
        None => number::hex(out, value),
    }
}

/// Appends the words of bits, what is left in hexadecimal.
pub(super) fn flags(out: &mut Vec<u8>, set: Option<Set>, value: u64) {
    let start = out.len();
    let rest = put_flags(out, set, value, start);
    if out.len() > start {
        if rest != 0 {
            or(out, start);
            number::hex(out, rest);
        }
        return;
    }
    number::hex(out, rest);
    if let (Some(set), true) = (set, rest != 0) {
        unknown(out, set);
    }
}

/// Appends the words of bits, with `|` before each if there is something since `start`, and gives the bits that are left.
pub(super) fn put_flags(out: &mut Vec<u8>, set: Option<Set>, value: u64, start: usize) -> u64 {
    let mut rest = value;
    for word in set.iter().flat_map(Set::words) {
        let is_there = if word.value == 0 { value == 0 } else { rest & word.value == word.value };
        if is_there {
            or(out, start);
            word.put(out);
            rest &= !word.value;
        }
    }
    rest
}

/// Appends `|` if there is something since `start`.
pub(super) fn or(out: &mut Vec<u8>, start: usize) {
    if out.len() > start {
        out.push(b'|');
    }
}

/// Appends what says that a number has no word.
fn unknown(out: &mut Vec<u8>, set: Set) {
    if !set.prefix.is_empty() {
        out.extend_from_slice(b" /* ");
        out.extend_from_slice(set.prefix.as_bytes());
        out.extend_from_slice(UNKNOWN.as_bytes());
        out.extend_from_slice(b" */");
    }
}

/// Appends a number and its word.
pub(super) fn commented(out: &mut Vec<u8>, name: &str, value: u64) {
    number::signed(out, i64::from(value as i32));
    if let Some(word) = Set::new(name).and_then(|set| set.word(value)) {
        out.extend_from_slice(b" /* ");
        word.put(out);
        out.extend_from_slice(b" */");
    }
}

/// Appends a value whose bits in `mask` are in words of the first set, and the others in those of the second.
fn in_two(out: &mut Vec<u8>, names: [&str; 2], value: u64, mask: u64) {
    let start = out.len();
    set(out, names[0], value & mask);
    let rest = value & !mask & u64::from(u32::MAX);
    if rest != 0 {
        or(out, start);
        flags(out, Set::new(names[1]), rest);
    }
}

pub(super) fn dirfd(out: &mut Vec<u8>, value: u64) {
    match value as i32 {
        -100 => out.extend_from_slice(b"AT_FDCWD"),
        fd => number::signed(out, i64::from(fd)),
    }
}

pub(super) fn id(out: &mut Vec<u8>, value: u64, none: u64) {
    if value == none {
        out.extend_from_slice(b"-1");
    } else {
        number::decimal(out, value);
    }
}

/// Appends a file's type and permissions.
pub(super) fn file_mode(out: &mut Vec<u8>, mode: u64) {
    let start = out.len();
    match mode & 0o170_000 {
        0 => {}
        kind => match Set::new("file_type").and_then(|set| set.word(kind)) {
            Some(word) => word.put(out),
            None => return number::mode(out, mode),
        },
    }
    for (bit, name) in [(0o4000, "S_ISUID"), (0o2000, "S_ISGID"), (0o1000, "S_ISVTX")] {
        if mode & bit != 0 {
            or(out, start);
            out.extend_from_slice(name.as_bytes());
        }
    }
    or(out, start);
    number::mode(out, mode & 0o777);
}

/// Appends a device's numbers.
pub(super) fn device(out: &mut Vec<u8>, dev: u64) {
    let major = (dev >> 8 & 0xfff) | (dev >> 32 & !0xfff);
    let minor = (dev & 0xff) | (dev >> 12 & 0xffff_ff00);
    out.extend_from_slice(b"makedev(");
    number::hex(out, major);
    out.extend_from_slice(b", ");
    number::hex(out, minor);
    out.push(b')');
}

pub(super) fn signal(out: &mut Vec<u8>, signal: u64) {
    let start = out.len();
    out.extend_from_slice(b"SIG");
    if !words::put_signal(out, signal) {
        out.truncate(start);
        number::signed(out, i64::from(signal as i32));
    }
}

pub(super) fn key(out: &mut Vec<u8>, key: u64) {
    match Set::new("key_serial").and_then(|set| set.word(key)) {
        Some(word) => word.put(out),
        None => number::signed(out, i64::from(key as i32)),
    }
}

fn open_set(abi: Abi) -> Option<Set> {
    Set::new(match abi {
        Abi::Arm | Abi::Arm64 => "open_flags_arm",
        Abi::X86_64 | Abi::I386 => "open_flags",
    })
}

/// Appends how a file is to be opened.
pub(super) fn open_flags(out: &mut Vec<u8>, abi: Abi, value: u64) {
    let start = out.len();
    let mode: &[u8] = match value & 3 {
        0 => b"O_RDONLY",
        1 => b"O_WRONLY",
        2 => b"O_RDWR",
        _ => b"O_ACCMODE",
    };
    out.extend_from_slice(mode);
    let rest = value & !3;
    if rest != 0 {
        let rest = put_flags(out, open_set(abi), rest, start);
        if rest != 0 {
            out.push(b'|');
            number::hex(out, rest);
        }
    }
}

/// Whether a file is made if it is not there, so that its permissions matter: `O_CREAT` or `__O_TMPFILE`.
pub(super) fn makes_file(flags: u64) -> bool {
    flags & 0x40_0040 != 0
}

fn statx_flags(out: &mut Vec<u8>, value: u64) {
    const SYNC: u64 = 0x6000;
    set(out, "statx_sync", value & SYNC);
    let rest = value & !SYNC;
    if rest != 0 {
        out.push(b'|');
        let start = out.len();
        let rest = put_flags(out, Set::new("at_flags"), rest, start);
        if rest != 0 {
            or(out, start);
            number::hex(out, rest);
        }
    }
}

/// Appends what is shared with a new task, and the signal at its end.
pub(in crate::style) fn clone_flags(out: &mut Vec<u8>, value: u64) {
    let start = out.len();
    let (bits, end) = (value & !0xff, value & 0xff);
    if bits != 0 {
        flags(out, Set::new("clone_flags"), bits);
    }
    if end != 0 || bits == 0 {
        or(out, start);
        signal(out, end);
    }
}

fn map_flags(out: &mut Vec<u8>, value: u64) {
    const TYPE: u64 = 0xf;
    const HUGE_SHIFT: u32 = 26;
    const HUGE: u64 = 0x3f << HUGE_SHIFT;
    set(out, "map_flags", value & TYPE);
    let start = out.len();
    let set = Set::new("map_flags");
    let rest = value & !(TYPE | HUGE);
    if rest != 0 {
        out.push(b'|');
        let start = out.len();
        let rest = put_flags(out, set, rest, start);
        if rest != 0 {
            or(out, start);
            number::hex(out, rest);
        }
    }
    if value & HUGE != 0 {
        or(out, start - 1);
        number::decimal(out, (value & HUGE) >> HUGE_SHIFT);
        out.extend_from_slice(b"<<MAP_HUGE_SHIFT");
    }
}

fn futex_op(out: &mut Vec<u8>, value: u64) {
    const PRIVATE: u64 = 0x80;
    const REALTIME: u64 = 0x100;
    match Set::new("futex_op").and_then(|set| set.word(value & !(PRIVATE | REALTIME))) {
        Some(word) => {
            word.put(out);
            if value & PRIVATE != 0 {
                out.extend_from_slice(b"_PRIVATE");
            }
            if value & REALTIME != 0 {
                out.extend_from_slice(b"|FUTEX_CLOCK_REALTIME");
            }
        }
        None => set(out, "futex_op", value),
    }
}

fn futex2_flags(out: &mut Vec<u8>, value: u64) {
    set(out, "futex_size", value & 3);
    if value & !3 != 0 {
        out.push(b'|');
        set(out, "futex2_flags", value & !3);
    }
}

/// Appends a clock: one of the system's, or that of a process or thread.
fn clock(out: &mut Vec<u8>, value: u64) {
    let clock = value as i32;
    if clock >= 0 {
        return set(out, "clock_id", value);
    }
    let of = i64::from(!(clock >> 3));
    if clock & 7 == 3 {
        out.extend_from_slice(b"FD_TO_CLOCKID(");
        number::signed(out, of);
    } else {
        out.extend_from_slice(if clock & 4 != 0 { b"MAKE_THREAD_CPUCLOCK(" } else { b"MAKE_PROCESS_CPUCLOCK(" });
        number::signed(out, of);
        out.extend_from_slice(b", ");
        set(out, "cpu_clock", value & 3);
    }
    out.push(b')');
}

fn socket_type(out: &mut Vec<u8>, value: u64) {
    let start = out.len();
    let mut rest = value;
    if let Some(word) = Set::new("socket_type").and_then(|set| set.word(value & 0xf)) {
        word.put(out);
        rest &= !0xf;
        if rest == 0 {
            return;
        }
    }
    or(out, start);
    set(out, "sock_flags", rest);
}

/// Appends an option of a socket by what its level calls it.
fn sock_option(out: &mut Vec<u8>, level: u32, value: u64) {
    let name = match level {
        0 => "sol_ip",
        1 => "sol_socket",
        6 => "sol_tcp",
        17 => "sol_udp",
        41 => "sol_ipv6",
        263 => "sol_packet",
        270 => "sol_netlink",
        282 => "sol_tls",
        _ => return number::decimal(out, value),
    };
    set(out, name, value);
}

fn ipc_flags(out: &mut Vec<u8>, call: &str, value: u64) {
    let start = out.len();
    let bits = value & !0o777;
    if bits != 0 {
        let set = Set::new(if call == "shmget" { "shm_flags" } else { "ipc_flags" });
        let rest = put_flags(out, set, bits, start);
        if rest != 0 {
            or(out, start);
            number::hex(out, rest);
        }
    }
    or(out, start);
    number::mode(out, value & 0o777);
}

fn ipc_cmd(out: &mut Vec<u8>, call: &str, value: u64) {
    const IPC_64: u64 = 0x100;
    if value & IPC_64 != 0 {
        out.extend_from_slice(b"IPC_64|");
    }
    set(out, call, value & !IPC_64);
}

/// Appends a persona and its properties.
pub(super) fn personality(out: &mut Vec<u8>, value: u64) {
    in_two(out, ["personality", "personality_flags"], value, 0xff);
}

/// Appends a class and a priority in it.
pub(super) fn ioprio(out: &mut Vec<u8>, value: u64) {
    out.extend_from_slice(b"IOPRIO_PRIO_VALUE(");
    set(out, "ioprio_class", value >> 13);
    out.extend_from_slice(b", ");
    number::decimal(out, value & 0x1fff);
    out.push(b')');
}

/// Appends what a tracer asks for; some of it has numbers that mean something else on other machines.
fn ptrace_op(out: &mut Vec<u8>, abi: Abi, value: u64) {
    let own = match abi {
        Abi::X86_64 | Abi::I386 => "ptrace_op_x86",
        Abi::Arm => "ptrace_op_arm",
        Abi::Arm64 => "ptrace_op_arm64",
    };
    match Set::new(own).and_then(|set| set.word(value)) {
        Some(word) => word.put(out),
        None => set(out, "ptrace_op", value),
    }
}
