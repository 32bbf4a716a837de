// SPDX-License-Identifier: GPL-2.0

//! Which arguments mean something in a call, and which are printed only when the call returns.

use super::atoms::{self, Atom};
use super::command_memory::is_written;
use super::commands::{has_fcntl_argument, has_ioctl_argument, has_meaning};
use super::context::{shows_entry_memory, Context};
use super::scalars::creates_file;
use crate::calls::{Direction, Parameter};

/// Whether an argument means something in this call. Examples of arguments that do not: the permissions where no file
/// is created, the arguments of a command that has none, and the second half of a value that is printed with its first.
pub(crate) fn is_relevant(context: &Context<'_>, parameter: &Parameter) -> bool {
    const MREMAP_FIXED: u64 = 2;
    const MREMAP_DONTUNMAP: u64 = 4;
    const PTRACE_TRACEME: u32 = 0;
    const RESTART2: u32 = 0xa1b2_c3d4;
    const MEMBARRIER_CMD_FLAG_CPU: u64 = 1;
    let register = |at: u8| context.register(at);
    let kind = Atom::of_kind(parameter);
    match kind {
        atoms::OFF_LOW | atoms::OFF_HIGH => return is_first_half(context, parameter),
        atoms::PRCTL_ARG | atoms::KEYCTL_ARG => return has_meaning(context, parameter),
        _ => (),
    }
    let is_mode = kind == atoms::MODE;
    match context.name {
        atoms::OPEN if is_mode => creates_file(register(1)),
        atoms::OPENAT if is_mode => creates_file(register(2)),
        atoms::MQ_OPEN if is_mode || kind == atoms::MQ_ATTR => creates_file(register(1)),
        atoms::MKNOD if kind == atoms::DEV => is_device(register(1)),
        atoms::MKNODAT if kind == atoms::DEV => is_device(register(2)),
        atoms::FCNTL | atoms::FCNTL64 if kind == atoms::FCNTL_ARG => has_fcntl_argument(register(1) as u32),
        atoms::IOCTL if kind == atoms::IOCTL_ARG => has_ioctl_argument(register(1) as u32),
        atoms::FUTEX | atoms::FUTEX_TIME64 => (futex_registers(register(1)) >> parameter.register) & 1 != 0,
        atoms::MREMAP if parameter.register == 4 => register(3) & (MREMAP_FIXED | MREMAP_DONTUNMAP) != 0,
        atoms::MEMBARRIER if parameter.register == 2 => register(1) & MEMBARRIER_CMD_FLAG_CPU != 0,
        atoms::REBOOT if parameter.register == 3 => register(2) as u32 == RESTART2,
        atoms::SYSLOG if parameter.register > 0 => !matches!(register(0) as u32, 0 | 1 | 5..=7 | 9 | 10),
        atoms::PTRACE if parameter.register > 0 => register(0) as u32 != PTRACE_TRACEME,
        // KCMP_FILE, KCMP_EPOLL_TFD, and kinds that have no name.
        atoms::KCMP if kind == atoms::ULONG => !matches!(register(2) as u32, 1..=6),
        // strace 6.13 does not know the newer arguments.
        atoms::BPF => parameter.register < 3,
        _ => true,
    }
}

/// Whether `mode`, the mode of a file, is a device's.
fn is_device(mode: u64) -> bool {
    matches!(mode & 0o170_000, 0o020_000 | 0o060_000)
}

/// Whether the parameter is the first half of a 64-bit value.
fn is_first_half(context: &Context<'_>, parameter: &Parameter) -> bool {
    let is_half = |other: &Parameter| matches!(Atom::of_kind(other), atoms::OFF_LOW | atoms::OFF_HIGH);
    let Some(first) = context.find_parameter(&is_half) else { return true };
    // The two halves of a value are in neighboring registers, and values follow each other.
    (parameter.register - first.register.min(parameter.register)) % 2 == 0
}

/// Gives a bit for each register that means something in an operation of `futex`.
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

/// Whether an argument is printed only when the call returns: because the kernel writes the memory that it points to,
/// or because strace waits for the return.
pub(crate) fn waits_for_return(context: &Context<'_>, parameter: &Parameter) -> bool {
    match parameter.direction {
        Direction::Value => is_written(context, parameter),
        Direction::In => context.name == atoms::SENDMMSG,
        Direction::InOut => !shows_entry_memory(context.name, parameter),
        // A null pointer is printed at once.
        Direction::Out => match context.name {
            atoms::ACCEPT
            | atoms::ACCEPT4
            | atoms::GETSOCKNAME
            | atoms::GETPEERNAME
            | atoms::RT_SIGTIMEDWAIT
            | atoms::RT_SIGTIMEDWAIT_TIME64 => context.register(1) != 0,
            _ => true,
        },
    }
}
