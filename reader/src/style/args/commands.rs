// SPDX-License-Identifier: GPL-2.0

//! Calls with a command, which says what the arguments after it are, and whether there are any.

use super::{names, number, values, Context, Line};
use crate::calls::Parameter;
use crate::style::words::Set;

const F_DUPFD: u32 = 0;
pub(super) const F_GETFD: u32 = 1;
const F_SETFD: u32 = 2;
pub(super) const F_GETFL: u32 = 3;
const F_SETFL: u32 = 4;
const F_SETOWN: u32 = 8;
const F_GETOWN: u32 = 9;
const F_SETSIG: u32 = 10;
pub(super) const F_GETSIG: u32 = 11;
const F_SETLEASE: u32 = 1024;
pub(super) const F_GETLEASE: u32 = 1025;
const F_NOTIFY: u32 = 1026;
const F_DUPFD_QUERY: u32 = 1027;
const F_DUPFD_CLOEXEC: u32 = 1030;
const F_SETPIPE_SZ: u32 = 1031;
const F_GETPIPE_SZ: u32 = 1032;
const F_ADD_SEALS: u32 = 1033;
pub(super) const F_GET_SEALS: u32 = 1034;

/// Whether a command of `fcntl` has an argument.
pub(super) fn fcntl_has_argument(command: u32) -> bool {
    !matches!(command, F_GETFD | F_GETFL | F_GETOWN | F_GETSIG | F_GETLEASE | F_GETPIPE_SZ | F_GET_SEALS)
}

/// Appends the argument of `fcntl`.
pub(super) fn fcntl(out: &mut Vec<u8>, context: &Context<'_>, value: u64) {
    let low = u64::from(value as u32);
    match context.register(1) as u32 {
        F_SETFD => values::set(out, "fd_flags", low),
        F_SETFL => values::open_flags(out, context.call.abi, low),
        F_DUPFD | F_DUPFD_CLOEXEC | F_DUPFD_QUERY | F_SETOWN | F_SETPIPE_SZ => {
            number::signed(out, i64::from(value as i32));
        }
        F_SETSIG => values::signal(out, low),
        F_SETLEASE => values::set(out, "lock_type", low),
        F_NOTIFY => values::set(out, "notify_flags", low),
        F_ADD_SEALS => values::set(out, "f_seals", low),
        _ => number::hex(out, value),
    }
}

/// Appends a command of `ioctl`, by name or by what its bits say.
pub(super) fn ioctl(out: &mut Vec<u8>, command: u64) {
    if let Some(word) = Set::new("ioctl_cmd").and_then(|set| set.word(command)) {
        // These have two names.
        out.put(match command {
            0x4004_9409 => b"BTRFS_IOC_CLONE or ",
            0x4020_940d => b"BTRFS_IOC_CLONE_RANGE or ",
            0xc018_9436 => b"BTRFS_IOC_FILE_EXTENT_SAME or ",
            _ => b"",
        });
        return word.put(out);
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
        number::hex(out, bits);
    }
    out.put_byte(b')');
}

/// Appends the argument of `ioctl`: as a rule an address, which is not followed.
pub(super) fn ioctl_argument(out: &mut Vec<u8>, command: u32, value: u64) {
    const TCSBRK: u32 = 0x5409;
    const TCXONC: u32 = 0x540a;
    const TCFLSH: u32 = 0x540b;
    const TIOCSCTTY: u32 = 0x540e;
    const TCSBRKP: u32 = 0x5425;
    const FICLONE: u32 = 0x4004_9409;
    match command {
        TCXONC => values::set(out, "tcxonc", value),
        TCFLSH => values::set(out, "tcflsh", value),
        TIOCSCTTY | TCSBRK | TCSBRKP | FICLONE => number::signed(out, i64::from(value as i32)),
        _ if Set::new("ioctl_cmd").and_then(|set| set.word(u64::from(command))).is_some() => {
            number::address(out, value);
        }
        _ => number::hex(out, value),
    }
}

/// Whether a command of `ioctl` has an argument: those of terminals, block devices and file descriptors that only do
/// something have none.
pub(super) fn ioctl_has_argument(command: u32) -> bool {
    !matches!(command, 0x540c | 0x540d | 0x541d | 0x5422 | 0x5427 | 0x5428 | 0x5437 | 0x5450 | 0x5451 | 0x125f | 0x1261)
}

/// Whether an argument of `prctl` or `keyctl` means something.
pub(super) fn has_meaning(context: &Context<'_>, parameter: &Parameter) -> bool {
    kind(context, parameter).is_some()
}

/// Appends an argument of `prctl` or `keyctl`.
pub(super) fn argument(out: &mut Vec<u8>, context: &Context<'_>, parameter: &Parameter, value: u64) {
    put(out, kind(context, parameter).unwrap_or(b'x'), value);
}

fn put(out: &mut Vec<u8>, kind: u8, value: u64) {
    let low = u64::from(value as u32);
    let set = match kind {
        b'a' => return number::address(out, value),
        b'd' => return number::signed(out, i64::from(value as i32)),
        b'u' => return number::decimal(out, value),
        b'i' => return values::id(out, low, u64::from(u32::MAX)),
        b's' => return values::signal(out, low),
        b'k' => return values::key(out, low),
        b'A' => "cap_ambient",
        b'B' => "secbits",
        b'C' => "cap",
        b'D' => "suid_dump",
        b'M' => "seccomp_mode",
        b'V' => "vma",
        _ => return number::hex(out, value),
    };
    values::set(out, set, value);
}

/// What the argument is, by a letter of [`put`]'s.
fn kind(context: &Context<'_>, parameter: &Parameter) -> Option<u8> {
    let command = context.register(0) as u32;
    let kinds = match names::of(parameter) {
        names::PRCTL_ARG => prctl_kinds(command, context.register(1)),
        _ => keyctl_kinds(command),
    };
    kinds.as_bytes().get(usize::from(parameter.register).checked_sub(1)?).copied()
}

/// What the arguments of `prctl` are, as far as they mean something, or are checked to be 0.
fn prctl_kinds(option: u32, argument: u64) -> &'static str {
    const PR_SET_VMA: u32 = 0x5356_4d41;
    const PR_SET_PTRACER: u32 = 0x5961_6d61;
    match option {
        1 => "s",
        4 => "D",
        8 | 10 | 12 | 14 | 20 | 36 => "u",
        2 | 5 | 9 | 11 | 15 | 16 | 19 | 25 | 37 | 40 => "a",
        3 | 7 | 13 | 21 | 27 | 30..=32 | 46 | 51 => "",
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

/// What the arguments of `keyctl` are.
fn keyctl_kinds(operation: u32) -> &'static str {
    match operation {
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

/// Appends what the result of a call with a command says in words, if it does.
pub(super) fn result(out: &mut Vec<u8>, context: &Context<'_>, result: u64) {
    let command = context.register(if context.name == names::PRCTL { 0 } else { 1 }) as u32;
    let (what, set) = match (context.name, command) {
        (names::PRCTL, 3) => ("", "suid_dump"),
        (names::PRCTL, 27) => ("", "secbits"),
        (names::FCNTL | names::FCNTL64, F_GETFD) => ("flags ", "fd_flags"),
        (names::FCNTL | names::FCNTL64, F_GETFL) => ("flags ", ""),
        (names::FCNTL | names::FCNTL64, F_GETSIG) => ("", "signal"),
        (names::FCNTL | names::FCNTL64, F_GETLEASE) => ("", "lock_type"),
        (names::FCNTL | names::FCNTL64, F_GET_SEALS) => ("seals ", "f_seals"),
        _ => return,
    };
    if result == 0 && !matches!(set, "" | "suid_dump" | "lock_type") {
        return;
    }
    out.put(what.as_bytes());
    match set {
        "" => values::open_flags(out, context.call.abi, result),
        "signal" => values::signal(out, result),
        _ => values::set(out, set, result),
    }
}

/// Whether the result of a call with a command is hexadecimal: it is bits.
pub(super) fn is_hex(context: &Context<'_>) -> bool {
    match context.name {
        names::PRCTL => context.register(0) as u32 == 27,
        names::FCNTL | names::FCNTL64 => {
            matches!(context.register(1) as u32, F_GETFD | F_GET_SEALS | F_GETFL | F_GETLEASE)
        }
        _ => false,
    }
}
