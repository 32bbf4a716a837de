// SPDX-License-Identifier: GPL-2.0

//! Arguments that are no addresses of memory.

use super::names::Name;
use super::{names, number, Context, Line};
use crate::calls::{Abi, Parameter};
use crate::style::words::{self, Set};

pub(super) use super::sets::{commented, flags, in_two, or, put_flags, set};

/// Appends a value of a kind that [`crate::calls`] lists.
pub(super) fn put(out: &mut Vec<u8>, context: &Context<'_>, parameter: &Parameter, value: u64) {
    let low = u64::from(value as u32);
    let kind = names::of(parameter);
    match kind {
        names::FCNTL_ARG | names::IOCTL_ARG | names::PRCTL_ARG if super::behind::put(out, context, parameter) => {}
        names::INT if context.name == names::SYSLOG && context.register(0) == 8 => commented(out, "loglevel", low),
        names::PTR if context.name == names::PTRACE && parameter.register == 3 => {
            ptrace_data(out, context.register(0), value)
        }
        names::FD | names::INT | names::PID => number::signed(out, i64::from(value as i32)),
        names::DIRFD => dirfd(out, value),
        names::UINT => number::decimal(out, low),
        names::LONG if context.text.ends_with("truncate") => number::decimal(out, value),
        names::LONG => number::signed(out, context.long(value)),
        names::ULONG | names::SIZE | names::U64 => number::decimal(out, value),
        names::OFF => number::signed(out, value as i64),
        names::OFF_LOW | names::OFF_HIGH => number::signed(out, context.joined(parameter, value) as i64),
        names::HEX => hex(out, context, parameter, value),
        names::PTR => number::address(out, value),
        names::PGOFF => number::hex(out, value.wrapping_mul(4096)),
        names::UID | names::GID => id(out, low, u64::from(u32::MAX)),
        names::OLD_UID | names::OLD_GID => id(out, low & 0xffff, 0xffff),
        names::MODE => match context.name {
            names::MKNOD | names::MKNODAT => file_mode(out, low & 0xffff),
            _ => number::mode(out, low & 0xffff),
        },
        names::DEV => device(out, low),
        names::SIGNAL => signal(out, low),
        names::OLD_SIGSET => super::signals::mask(out, value, context.long_size()),
        names::KEY if low == 0 => out.put(b"IPC_PRIVATE"),
        names::KEY => number::hex(out, low),
        names::KEY_SERIAL => key(out, low),
        names::FCNTL_ARG => super::commands::fcntl(out, context, value),
        names::IOCTL_ARG => super::commands::ioctl_argument(out, context.register(1) as u32, value),
        names::IOCTL_CMD => super::commands::ioctl(out, low),
        names::PRCTL_ARG | names::KEYCTL_ARG => super::commands::argument(out, context, parameter, value),
        _ => in_words(out, context, parameter.kind, value),
    }
}

/// Appends a value for which there are words, some of them in more than one set.
fn in_words(out: &mut Vec<u8>, context: &Context<'_>, kind: &str, value: u64) {
    let low = u64::from(value as u32);
    match Name::new(kind) {
        names::OPEN_FLAGS => open_flags(out, context.call.abi, low),
        names::ACCEPT_FLAGS => set(out, "sock_flags", low),
        names::DUP_FLAGS | names::PIPE_FLAGS => flags(out, open_set(context.call.abi), low),
        names::TIMERFD_SETTIME_FLAGS => set(out, "timerfd_flags", low),
        names::AT_FLAGS => match context.name {
            names::FACCESSAT2 => set(out, "faccessat_flags", low),
            names::NAME_TO_HANDLE_AT => set(out, "name_to_handle_flags", low),
            _ => set(out, "at_flags", low),
        },
        names::STATX_FLAGS => statx_flags(out, low),
        names::CLONE_FLAGS => match context.name {
            names::SETNS => set(out, "setns_flags", low),
            _ => clone_flags(out, value),
        },
        names::MAP_FLAGS => map_flags(out, low),
        names::FUTEX_OP => futex_op(out, low),
        names::FUTEX2_FLAGS => futex2_flags(out, low),
        names::SOCKET_TYPE => socket_type(out, low),
        names::SOCKET_PROTOCOL => match context.register(0) as u32 {
            2 | 10 if context.name == names::SOCKET => set(out, "protocol", low),
            16 if context.name == names::SOCKET => set(out, "netlink_protocol", low),
            17 if context.name == names::SOCKET => {
                out.put(b"htons(");
                set(out, "eth_p", u64::from((low as u16).swap_bytes()));
                out.put_byte(b')');
            }
            _ => number::decimal(out, low),
        },
        names::SOCK_OPTION => sock_option(out, context.register(1) as u32, low),
        names::IPC_FLAGS => ipc_flags(out, context.text, low),
        names::IPC_CMD => ipc_cmd(out, context.text, low),
        names::MEMPOLICY => in_two(out, ["mempolicy", "mempolicy_mode_flags"], low, !0xe000),
        names::PERSONALITY if low == u64::from(u32::MAX) => number::hex(out, low),
        names::PERSONALITY => personality(out, low),
        names::FANOTIFY_FLAGS => in_two(out, ["fanotify_class", "fanotify_flags"], low, 0xc),
        names::IOPRIO => ioprio(out, low),
        names::QUOTA_CMD => {
            out.put(b"QCMD(");
            set(out, "quota_cmd", low >> 8);
            out.put(b", ");
            set(out, "quota_type", low & 0xff);
            out.put_byte(b')');
        }
        names::PTRACE_OP => ptrace_op(out, context.call.abi, low),
        names::SYSLOG_OP => commented(out, "syslog_op", low),
        names::SWAP_FLAGS => swap_flags(out, low),
        names::FANOTIFY_MASK | names::MOUNT_FLAGS => set(out, kind, value),
        _ => set(out, kind, low),
    }
}

/// Appends what is hexadecimal where no words are known, and in some calls has them.
fn hex(out: &mut Vec<u8>, context: &Context<'_>, parameter: &Parameter, value: u64) {
    match (context.name, parameter.register) {
        (names::REBOOT, _) => set(out, "reboot_magic", u64::from(value as u32)),
        (names::PIDFD_SEND_SIGNAL, _) => set(out, "pidfd_signal_flags", u64::from(value as u32)),
        (names::LANDLOCK_CREATE_RULESET, _) => set(out, "landlock_flags", u64::from(value as u32)),
        (names::MMAP, _) => number::hex(out, value),
        (names::SCHED_GETATTR | names::SCHED_SETATTR | names::COPY_FILE_RANGE, _) => {
            number::decimal(out, u64::from(value as u32))
        }
        (names::SYSLOG, _) => number::signed(out, i64::from(value as i32)),
        _ => number::hex(out, value),
    }
}

pub(super) fn dirfd(out: &mut Vec<u8>, value: u64) {
    match value as i32 {
        -100 => out.put(b"AT_FDCWD"),
        fd => number::signed(out, i64::from(fd)),
    }
}

pub(super) fn id(out: &mut Vec<u8>, value: u64, none: u64) {
    if value == none {
        out.put(b"-1");
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
            out.put(name.as_bytes());
        }
    }
    or(out, start);
    number::mode(out, mode & 0o777);
}

/// Appends a device's numbers.
pub(super) fn device(out: &mut Vec<u8>, dev: u64) {
    let major = ((dev >> 8) & 0xfff) | ((dev >> 32) & !0xfff);
    let minor = (dev & 0xff) | ((dev >> 12) & 0xffff_ff00);
    out.put(b"makedev(");
    number::hex(out, major);
    out.put(b", ");
    number::hex(out, minor);
    out.put_byte(b')');
}

pub(super) fn signal(out: &mut Vec<u8>, signal: u64) {
    let start = out.len();
    out.put(b"SIG");
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
    out.put(mode);
    let rest = value & !3;
    if rest != 0 {
        let rest = put_flags(out, open_set(abi), rest, start);
        if rest != 0 {
            out.put_byte(b'|');
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
        out.put_byte(b'|');
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
    let set = Set::new("map_flags");
    match set.and_then(|set| set.word(value & TYPE)) {
        Some(word) => word.put(out),
        None => {
            number::hex(out, value & TYPE);
            out.put(b" /* MAP_??? */");
        }
    }
    let rest = value & !(TYPE | HUGE);
    if rest != 0 {
        out.put_byte(b'|');
        let start = out.len();
        let rest = put_flags(out, set, rest, start);
        if rest != 0 {
            or(out, start);
            number::hex(out, rest);
        }
    }
    if value & HUGE != 0 {
        out.put_byte(b'|');
        number::decimal(out, (value & HUGE) >> HUGE_SHIFT);
        out.put(b"<<MAP_HUGE_SHIFT");
    }
}

fn futex_op(out: &mut Vec<u8>, value: u64) {
    const PRIVATE: u64 = 0x80;
    const REALTIME: u64 = 0x100;
    match Set::new("futex_op").and_then(|set| set.word(value & !(PRIVATE | REALTIME))) {
        Some(word) => {
            word.put(out);
            if value & PRIVATE != 0 {
                out.put(b"_PRIVATE");
            }
            if value & REALTIME != 0 {
                out.put(b"|FUTEX_CLOCK_REALTIME");
            }
        }
        None => set(out, "futex_op", value),
    }
}

/// Appends how a swap device is to be used; the lowest bits are its priority.
fn swap_flags(out: &mut Vec<u8>, value: u64) {
    const PRIORITY: u64 = 0x7fff;
    let start = out.len();
    if value & !PRIORITY != 0 || value == 0 {
        set(out, "swap_flags", value & !PRIORITY);
    }
    if value & PRIORITY != 0 {
        or(out, start);
        number::decimal(out, value & PRIORITY);
    }
}

fn futex2_flags(out: &mut Vec<u8>, value: u64) {
    set(out, "futex_size", value & 3);
    if value & !3 != 0 {
        out.put_byte(b'|');
        set(out, "futex2_flags", value & !3);
    }
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
        out.put(b"IPC_64|");
    }
    set(out, call, value & !IPC_64);
}

/// Appends a persona and its properties.
pub(super) fn personality(out: &mut Vec<u8>, value: u64) {
    in_two(out, ["personality", "personality_flags"], value, 0xff);
}

/// Appends a class and a priority in it.
pub(super) fn ioprio(out: &mut Vec<u8>, value: u64) {
    out.put(b"IOPRIO_PRIO_VALUE(");
    set(out, "ioprio_class", value >> 13);
    out.put(b", ");
    number::decimal(out, value & 0x1fff);
    out.put_byte(b')');
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

/// Appends what a tracer gives with what it asks for.
fn ptrace_data(out: &mut Vec<u8>, operation: u64, value: u64) {
    const CONT: u64 = 7;
    const SINGLESTEP: u64 = 9;
    const DETACH: u64 = 17;
    const SYSCALL: u64 = 24;
    const SETOPTIONS: u64 = 0x4200;
    const SEIZE: u64 = 0x4206;
    match operation {
        CONT | SINGLESTEP | DETACH | SYSCALL => signal(out, value),
        SETOPTIONS | SEIZE => set(out, "ptrace_options", value),
        _ => number::address(out, value),
    }
}
