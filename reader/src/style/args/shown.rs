// SPDX-License-Identifier: GPL-2.0

//! Arguments that are looked at only if others say so, and those that are not what the table calls them then.

use super::names::Name;
use super::{behind, commands, names, number, values, Context, Line, Options};
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
    const RESTART2: u32 = 0xa1b2_c3d4;
    const MEMBARRIER_CMD_FLAG_CPU: u64 = 1;
    let register = |at: u8| context.register(at);
    match (context.name, names::of(parameter)) {
        (names::OPEN, names::MODE) => values::makes_file(register(1)),
        (names::OPENAT, names::MODE) => values::makes_file(register(2)),
        (names::MQ_OPEN, names::MODE | names::MQ_ATTR) => values::makes_file(register(1)),
        (names::MKNOD, names::DEV) => has_device(register(1)),
        (names::MKNODAT, names::DEV) => has_device(register(2)),
        (_, names::OFF_LOW | names::OFF_HIGH) => is_first_half(context, parameter),
        (names::FCNTL | names::FCNTL64, names::FCNTL_ARG) => commands::fcntl_has_argument(register(1) as u32),
        (names::IOCTL, names::IOCTL_ARG) => commands::ioctl_has_argument(register(1) as u32),
        (_, names::PRCTL_ARG | names::KEYCTL_ARG) => commands::has_meaning(context, parameter),
        (names::FUTEX | names::FUTEX_TIME64, _) => (futex_registers(register(1)) >> parameter.register) & 1 != 0,
        (names::MREMAP, _) if parameter.register == 4 => register(3) & (MREMAP_FIXED | MREMAP_DONTUNMAP) != 0,
        (names::MEMBARRIER, _) if parameter.register == 2 => register(1) & MEMBARRIER_CMD_FLAG_CPU != 0,
        (names::REBOOT, _) if parameter.register == 3 => register(2) as u32 == RESTART2,
        (names::SYSLOG, _) if parameter.register > 0 => !matches!(register(0) as u32, 0 | 1 | 5..=7 | 9 | 10),
        (names::PTRACE, _) if parameter.register > 0 => register(0) as u32 != PTRACE_TRACEME,
        // Newer than what is compared with.
        (names::BPF, _) => parameter.register < 3,
        _ => true,
    }
}

/// Whether a file of this mode is a device.
fn has_device(mode: u64) -> bool {
    matches!(mode & 0o170_000, 0o020_000 | 0o060_000)
}

/// Whether it is the first of two halves.
fn is_first_half(context: &Context<'_>, parameter: &Parameter) -> bool {
    let is_half = |other: &Parameter| matches!(names::of(other), names::OFF_LOW | names::OFF_HIGH);
    let Some(first) = context.parameter(&is_half) else { return true };
    // They stand one next to the other, as pairs.
    (parameter.register - first.register.min(parameter.register)) % 2 == 0
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
pub(super) fn is_input(call: Name, parameter: &Parameter) -> bool {
    match call {
        names::POLL
        | names::PPOLL
        | names::PPOLL_TIME64
        | names::SELECT
        | names::NEWSELECT
        | names::PSELECT6
        | names::PSELECT6_TIME64 => true,
        names::SPLICE | names::COPY_FILE_RANGE | names::SENDFILE | names::SENDFILE64 => true,
        names::RECVMMSG | names::RECVMMSG_TIME64 => names::of(parameter) != names::MMSGHDR,
        names::CAPGET | names::CAPSET | names::SET_THREAD_AREA | names::GET_THREAD_AREA => true,
        // What it was, and what it became.
        _ => matches!(names::of(parameter), names::INT | names::UINT),
    }
}

/// Whether an argument can be printed only when the call returns: the kernel writes what it points to, or strace
/// waits until then.
pub(in crate::style) fn is_late(context: &Context<'_>, parameter: &Parameter) -> bool {
    match parameter.direction {
        Direction::Value => behind::is_written(context, parameter),
        Direction::In => context.name == names::SENDMMSG,
        Direction::InOut => !is_input(context.name, parameter),
        // Without an address, nothing is waited for.
        Direction::Out => match context.name {
            names::ACCEPT
            | names::ACCEPT4
            | names::GETSOCKNAME
            | names::GETPEERNAME
            | names::RT_SIGTIMEDWAIT
            | names::RT_SIGTIMEDWAIT_TIME64 => context.register(1) != 0,
            _ => true,
        },
    }
}

/// Appends an argument that is not what it is called; `false` if it is.
pub(super) fn put(out: &mut Vec<u8>, context: &Context<'_>, parameter: &Parameter, value: u64) -> bool {
    const MS_REMOUNT: u64 = 0x20;
    const MS_BIND_OR_MOVE_OR_PROPAGATION: u64 = 0x1e_3000;
    match context.name {
        names::FUTEX | names::FUTEX_TIME64 => futex(out, context.register(1), parameter.register, value),
        names::MOUNT => {
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
        (9 | 10, 5) if low == u64::from(u32::MAX) => out.put(b"FUTEX_BITSET_MATCH_ANY"),
        (4 | 12, 5) => number::decimal(out, low),
        (WAKE_OP, 5) => {
            if (low >> 28) & 8 != 0 {
                out.put(b"FUTEX_OP_OPARG_SHIFT<<28|");
            }
            values::set(out, "futex_wake_op", (low >> 28) & 7);
            out.put(b"<<28|");
            number::hex(out, (low >> 12) & 0xfff);
            out.put(b"<<12|");
            values::set(out, "futex_wake_cmp", (low >> 24) & 0xf);
            out.put(b"<<24|");
            number::hex(out, low & 0xfff);
        }
        (14.., 3) => number::address(out, value),
        _ => return false,
    }
    true
}
