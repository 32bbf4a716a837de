// SPDX-License-Identifier: GPL-2.0

//! Arguments that are looked at only if others say so, and those that are not what the table calls them then.

use super::{commands, number, values, Context, Options};
use crate::calls::{Direction, Parameter};
use crate::model::Call;

/// Whether an argument means something in this call: the permissions of a file that is not to be made do not,
/// nor do arguments of commands that have none, nor the second half of a value that is printed with its first.
pub fn is_shown(call: &Call<'_>, parameter: &Parameter) -> bool {
    is_shown_in(&Context::new(call, Options::default()), parameter)
}

pub(in crate::style) fn is_shown_in(context: &Context<'_>, parameter: &Parameter) -> bool {
    const MREMAP_FIXED: u64 = 2;
    const MREMAP_DONTUNMAP: u64 = 4;
    const PTRACE_TRACEME: u32 = 0;
    let register = |at: u8| context.register(at);
    match (context.name, parameter.kind) {
        ("open", "mode") => values::makes_file(register(1)),
        ("openat", "mode") => values::makes_file(register(2)),
        ("mq_open", "mode" | "mq_attr") => values::makes_file(register(1)),
        ("mknod", "dev") => has_device(register(1)),
        ("mknodat", "dev") => has_device(register(2)),
        (_, "off_low" | "off_high") => is_first_half(context, parameter),
        ("fcntl" | "fcntl64", "fcntl_arg") => commands::fcntl_has_argument(register(1) as u32),
        (_, "prctl_arg" | "keyctl_arg") => commands::has_meaning(context, parameter),
        ("futex" | "futex_time64", _) => futex_registers(register(1)) >> parameter.register & 1 != 0,
        ("mremap", _) if parameter.register == 4 => register(3) & (MREMAP_FIXED | MREMAP_DONTUNMAP) != 0,
        ("syslog", _) if parameter.register > 0 => !matches!(register(0) as u32, 0 | 1 | 5..=7 | 9 | 10),
        ("ptrace", _) if parameter.register > 0 => register(0) as u32 != PTRACE_TRACEME,
        // Newer than what is compared with.
        ("bpf", _) => parameter.register < 3,
        _ => true,
    }
}

/// Whether a file of this mode is a device.
fn has_device(mode: u64) -> bool {
    matches!(mode & 0o170_000, 0o020_000 | 0o060_000)
}

/// Whether it is the first of two halves.
fn is_first_half(context: &Context<'_>, parameter: &Parameter) -> bool {
    let halves = context.call.known.and_then(|known| known.parameters()).into_iter().flatten();
    let before = halves
        .take_while(|other| other.register < parameter.register)
        .filter(|other| matches!(other.kind, "off_low" | "off_high"));
    before.count() % 2 == 0
}

/// The registers that count in a call of `futex`, a bit each.
fn futex_registers(operation: u64) -> u8 {
    match operation & 0x7f {
        0 => 0b1111,
        1 | 2 => 0b111,
        3 => 0b1_1111,
        4 | 5 | 12 => 0b11_1111,
        6 | 13 => 0b1011,
        7 | 8 => 0b11,
        9 => 0b10_1111,
        10 => 0b10_0111,
        11 => 0b1_1111,
        _ => 0b11_1111,
    }
}

/// Whether memory that the kernel reads and writes is shown as it was at the entry.
pub(super) fn is_input(call: &str, parameter: &Parameter) -> bool {
    match call {
        "poll" | "ppoll" | "ppoll_time64" | "select" | "_newselect" | "pselect6" | "pselect6_time64" => true,
        "splice" | "copy_file_range" | "sendfile" | "sendfile64" => true,
        "recvmmsg" | "recvmmsg_time64" => parameter.kind != "mmsghdr",
        "capget" | "capset" | "set_thread_area" | "get_thread_area" => true,
        // What it was, and what it became.
        _ => parameter.kind == "int" || parameter.kind == "uint",
    }
}

/// Whether an argument can be printed only when the call returns: the kernel writes what it points to, or strace
/// waits until then.
pub(in crate::style) fn is_late(context: &Context<'_>, parameter: &Parameter) -> bool {
    match parameter.direction {
        Direction::Value => false,
        Direction::In => context.name == "sendmmsg",
        Direction::InOut => !is_input(context.name, parameter),
        // Without an address, nothing is waited for.
        Direction::Out => match context.name {
            "accept" | "accept4" | "getsockname" | "getpeername" | "rt_sigtimedwait" | "rt_sigtimedwait_time64" => {
                context.register(1) != 0
            }
            _ => true,
        },
    }
}

/// Appends an argument that is not what it is called; `false` if it is.
pub(super) fn put(out: &mut Vec<u8>, context: &Context<'_>, parameter: &Parameter, value: u64) -> bool {
    const MS_REMOUNT: u64 = 0x20;
    const MS_BIND_OR_MOVE_OR_PROPAGATION: u64 = 0x1e_3000;
    match context.name {
        "futex" | "futex_time64" => futex(out, context.register(1), parameter.register, value),
        "mount" => {
            let flags = context.register(3);
            let is_other = flags & MS_BIND_OR_MOVE_OR_PROPAGATION != 0;
            let is_ignored = match parameter.register {
                2 => flags & MS_REMOUNT != 0 || is_other,
                4 => flags & MS_REMOUNT == 0 && is_other,
                _ => false,
            };
            if is_ignored {
                number::address(out, value);
            }
            is_ignored
        }
        _ => false,
    }
}

fn futex(out: &mut Vec<u8>, operation: u64, register: u8, value: u64) -> bool {
    const WAKE_OP: u64 = 5;
    let low = u64::from(value as u32);
    match (operation & 0x7f, register) {
        (3..=5 | 12, 3) => number::decimal(out, low),
        (9 | 10, 5) if low == u64::from(u32::MAX) => out.extend_from_slice(b"FUTEX_BITSET_MATCH_ANY"),
        (4 | 12, 5) => number::decimal(out, low),
        (WAKE_OP, 5) => {
            if low >> 28 & 8 != 0 {
                out.extend_from_slice(b"FUTEX_OP_OPARG_SHIFT<<28|");
            }
            values::set(out, "futex_wake_op", low >> 28 & 7);
            out.extend_from_slice(b"<<28|");
            number::hex(out, low >> 12 & 0xfff);
            out.extend_from_slice(b"<<12|");
            values::set(out, "futex_wake_cmp", low >> 24 & 0xf);
            out.extend_from_slice(b"<<24|");
            number::hex(out, low & 0xfff);
        }
        (14.., 3) => number::address(out, value),
        _ => return false,
    }
    true
}
