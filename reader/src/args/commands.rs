// SPDX-License-Identifier: GPL-2.0

//! Calls with a command: `fcntl`, `ioctl`, `prctl`, `keyctl`. The command tells which arguments follow, and what the
//! arguments and the result mean.

use super::atoms::{self, Atom};
use super::context::Context;
use super::flags::put_constants;
use super::scalars::{put_id, put_key_serial, put_open_flags, put_signal};
use crate::calls::Parameter;
use crate::constants::find_constant;
use crate::text::{number, Append};

const F_DUPFD: u32 = 0;
const F_GETFD: u32 = 1;
const F_SETFD: u32 = 2;
const F_GETFL: u32 = 3;
const F_SETFL: u32 = 4;
const F_SETOWN: u32 = 8;
const F_GETOWN: u32 = 9;
const F_SETSIG: u32 = 10;
const F_GETSIG: u32 = 11;
const F_SETLEASE: u32 = 1024;
const F_GETLEASE: u32 = 1025;
const F_NOTIFY: u32 = 1026;
const F_DUPFD_QUERY: u32 = 1027;
const F_DUPFD_CLOEXEC: u32 = 1030;
const F_SETPIPE_SZ: u32 = 1031;
const F_GETPIPE_SZ: u32 = 1032;
const F_ADD_SEALS: u32 = 1033;
const F_GET_SEALS: u32 = 1034;

const PR_GET_DUMPABLE: u32 = 3;
const PR_GET_SECUREBITS: u32 = 27;

/// Whether a command of `fcntl` has an argument.
pub(super) fn has_fcntl_argument(command: u32) -> bool {
    !matches!(command, F_GETFD | F_GETFL | F_GETOWN | F_GETSIG | F_GETLEASE | F_GETPIPE_SZ | F_GET_SEALS)
}

/// Appends the argument of `fcntl`.
pub(super) fn put_fcntl_argument(out: &mut Vec<u8>, context: &Context<'_>, value: u64) {
    let low = u64::from(value as u32);
    match context.register(1) as u32 {
        F_SETFD => put_constants(out, "fd_flags", low),
        F_SETFL => put_open_flags(out, context.call.abi, low),
        F_DUPFD | F_DUPFD_CLOEXEC | F_DUPFD_QUERY | F_SETOWN | F_SETPIPE_SZ => {
            number::put_signed(out, i64::from(value as i32));
        }
        F_SETSIG => put_signal(out, low),
        F_SETLEASE => put_constants(out, "lock_type", low),
        F_NOTIFY => put_constants(out, "notify_flags", low),
        F_ADD_SEALS => put_constants(out, "f_seals", low),
        _ => number::put_hex(out, value),
    }
}

/// Appends a command of `ioctl`: its name, or the fields of its bits.
pub(super) fn put_ioctl_command(out: &mut Vec<u8>, command: u64) {
    if let Some(constant) = find_constant("ioctl_cmd", command) {
        // These commands have two names.
        out.put(match command {
            0x4004_9409 => b"BTRFS_IOC_CLONE or ",
            0x4020_940d => b"BTRFS_IOC_CLONE_RANGE or ",
            0xc018_9436 => b"BTRFS_IOC_FILE_EXTENT_SAME or ",
            _ => b"",
        });
        return constant.put(out);
    }
    out.put(b"_IOC(");
    out.put(match command >> 30 {
        0 => b"_IOC_NONE",
        1 => b"_IOC_WRITE",
        2 => b"_IOC_READ",
        _ => b"_IOC_READ|_IOC_WRITE",
    });
    for bits in [(command >> 8) & 0xff, command & 0xff, (command >> 16) & 0x3fff] {
        out.put(b", ");
        number::put_hex(out, bits);
    }
    out.put_byte(b')');
}

/// Appends the argument of `ioctl` as a value; most commands have an address.
pub(super) fn put_ioctl_argument(out: &mut Vec<u8>, command: u32, value: u64) {
    const TCSBRK: u32 = 0x5409;
    const TCXONC: u32 = 0x540a;
    const TCFLSH: u32 = 0x540b;
    const TIOCSCTTY: u32 = 0x540e;
    const TCSBRKP: u32 = 0x5425;
    const FICLONE: u32 = 0x4004_9409;
    match command {
        TCXONC => put_constants(out, "tcxonc", value),
        TCFLSH => put_constants(out, "tcflsh", value),
        TIOCSCTTY | TCSBRK | TCSBRKP | FICLONE => number::put_signed(out, i64::from(value as i32)),
        _ if find_constant("ioctl_cmd", u64::from(command)).is_some() => {
            number::put_address(out, value);
        }
        _ => number::put_hex(out, value),
    }
}

/// Whether a command of `ioctl` has an argument. Some commands of terminals, block devices and descriptors have none.
pub(super) fn has_ioctl_argument(command: u32) -> bool {
    !matches!(command, 0x540c | 0x540d | 0x541d | 0x5422 | 0x5427 | 0x5428 | 0x5437 | 0x5450 | 0x5451 | 0x125f | 0x1261)
}

/// Whether an argument of `prctl` or `keyctl` means something.
pub(super) fn has_meaning(context: &Context<'_>, parameter: &Parameter) -> bool {
    letter(context, parameter).is_some()
}

/// Appends an argument of `prctl` or `keyctl`.
pub(super) fn put_command_argument(out: &mut Vec<u8>, context: &Context<'_>, parameter: &Parameter, value: u64) {
    put_by_letter(out, letter(context, parameter).unwrap_or(b'x'), value);
}

/// Appends an argument whose meaning is given by a letter of [`prctl_letters`] or [`keyctl_letters`].
fn put_by_letter(out: &mut Vec<u8>, letter: u8, value: u64) {
    let low = u64::from(value as u32);
    let set = match letter {
        b'a' => return number::put_address(out, value),
        b'd' => return number::put_signed(out, i64::from(value as i32)),
        b'u' => return number::put_decimal(out, value),
        b'i' => return put_id(out, low, u64::from(u32::MAX)),
        b's' => return put_signal(out, low),
        b'k' => return put_key_serial(out, low),
        b'A' => "cap_ambient",
        b'B' => "secbits",
        b'C' => "cap",
        b'D' => "suid_dump",
        b'M' => "seccomp_mode",
        b'V' => "vma",
        _ => return number::put_hex(out, value),
    };
    put_constants(out, set, value);
}

/// Finds the letter for the meaning of an argument; `None` if the argument means nothing.
fn letter(context: &Context<'_>, parameter: &Parameter) -> Option<u8> {
    let command = context.register(0) as u32;
    let letters = match Atom::of_kind(parameter) {
        atoms::PRCTL_ARG => prctl_letters(command, context.register(1)),
        _ => keyctl_letters(command),
    };
    letters.as_bytes().get(usize::from(parameter.register).checked_sub(1)?).copied()
}

/// Gives a letter for each argument of `prctl` that means something, or that the kernel requires to be 0. `argument` is
/// the first argument after the command.
fn prctl_letters(command: u32, argument: u64) -> &'static str {
    const PR_SET_VMA: u32 = 0x5356_4d41;
    const PR_SET_PTRACER: u32 = 0x5961_6d61;
    match command {
        1 => "s",
        4 => "D",
        8 | 10 | 12 | 14 | 20 | 36 => "u",
        2 | 5 | 9 | 11 | 15 | 16 | 19 | 25 | 37 | 40 => "a",
        PR_GET_DUMPABLE | 7 | 13 | 21 | PR_GET_SECUREBITS | 30..=32 | 46 | 51 => "",
        6 | 26 | 45 | 50 | 52 => "x",
        22 => match argument {
            1 => "M",
            2 => "Ma",
            _ => "Mxxx",
        },
        23 | 24 => "C",
        28 => "B",
        29 => "d",
        38 | 41 | 57 => "uxxx",
        47 if (1..=3).contains(&argument) => "ACxx",
        47 => "Axxx",
        53 => "xx",
        59 => "xxxa",
        PR_SET_VMA => "Vaua",
        PR_SET_PTRACER => "d",
        _ => "xxxx",
    }
}

/// Gives a letter for each argument of `keyctl` that means something.
fn keyctl_letters(command: u32) -> &'static str {
    match command {
        0 => "kd",
        1 => "a",
        2 | 6 | 11 | 17 => "kau",
        3 | 7 | 16 | 21 => "k",
        4 => "kii",
        5 => "kx",
        8 | 9 => "kk",
        10 => "kaak",
        12 | 20 => "kauk",
        13 => "kuk",
        14 => "d",
        15 => "ku",
        18 => "",
        19 => "kuuk",
        22 => "ik",
        _ => "xxxx",
    }
}

/// Appends what the result means, for the commands whose result is more than a number.
pub(super) fn put_command_result(out: &mut Vec<u8>, context: &Context<'_>, result: u64) {
    let command = context.register(if context.name == atoms::PRCTL { 0 } else { 1 }) as u32;
    let (label, set) = match (context.name, command) {
        (atoms::PRCTL, PR_GET_DUMPABLE) => ("", "suid_dump"),
        (atoms::PRCTL, PR_GET_SECUREBITS) => ("", "secbits"),
        (atoms::FCNTL | atoms::FCNTL64, F_GETFD) => ("flags ", "fd_flags"),
        (atoms::FCNTL | atoms::FCNTL64, F_GETFL) => ("flags ", ""),
        (atoms::FCNTL | atoms::FCNTL64, F_GETSIG) => ("", "signal"),
        (atoms::FCNTL | atoms::FCNTL64, F_GETLEASE) => ("", "lock_type"),
        (atoms::FCNTL | atoms::FCNTL64, F_GET_SEALS) => ("seals ", "f_seals"),
        _ => return,
    };
    if result == 0 && !matches!(set, "" | "suid_dump" | "lock_type") {
        return;
    }
    out.put(label.as_bytes());
    match set {
        "" => put_open_flags(out, context.call.abi, result),
        "signal" => put_signal(out, result),
        _ => put_constants(out, set, result),
    }
}

/// Whether the result of a call with a command is printed in hexadecimal, because it is bits.
pub(super) fn has_hex_result(context: &Context<'_>) -> bool {
    match context.name {
        atoms::PRCTL => context.register(0) as u32 == PR_GET_SECUREBITS,
        atoms::FCNTL | atoms::FCNTL64 => {
            matches!(context.register(1) as u32, F_GETFD | F_GET_SEALS | F_GETFL | F_GETLEASE)
        }
        _ => false,
    }
}
