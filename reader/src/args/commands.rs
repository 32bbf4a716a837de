// SPDX-License-Identifier: GPL-2.0

//! Calls with a command: `fcntl`, `ioctl`, `prctl`, `keyctl`. The command tells which arguments follow, and what the
//! arguments and the result mean.

use super::atoms::{self, Atom};
use super::context::Context;
use super::flags::put_constants;
use super::scalars::{put_id, put_key_serial, put_open_flags, put_signal};
use crate::calls::Parameter;
use crate::constants::ioctl_names::{find_ioctl, put_ioctl};
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

const NS_GET_NSTYPE: u32 = 0xb703;

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
pub(super) fn put_ioctl_command(out: &mut Vec<u8>, context: &Context<'_>, command: u32) {
    if put_ioctl(out, command, context.is_32bit()) || put_sized_command(out, command) {
        return;
    }
    let command = u64::from(command);
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

/// Whether a command has a size, or the number of something, in its bits.
fn is_sized(command: u32) -> bool {
    put_sized_command(&mut Vec::new(), command)
}

/// Appends a command that has a size, or the number of something, in its bits. Appends nothing and gives `false` for
/// others.
fn put_sized_command(out: &mut Vec<u8>, command: u32) -> bool {
    let (number, size) = (u64::from(command & 0xff), u64::from((command >> 16) & 0x3fff));
    let (name, set) = match (command >> 30, (command >> 8) & 0xff, number) {
        (2, 0x45, 0x06) => ("EVIOCGNAME", ""),
        (2, 0x45, 0x07) => ("EVIOCGPHYS", ""),
        (2, 0x45, 0x08) => ("EVIOCGUNIQ", ""),
        (2, 0x45, 0x09) => ("EVIOCGPROP", ""),
        (2, 0x45, 0x0a) => ("EVIOCGMTSLOTS", ""),
        (2, 0x45, 0x18) => ("EVIOCGKEY", ""),
        (2, 0x45, 0x19) => ("EVIOCGLED", ""),
        (2, 0x45, 0x1a) => ("EVIOCGSND", ""),
        (2, 0x45, 0x1b) => ("EVIOCGSW", ""),
        (2, 0x45, 0x20..=0x3f) => ("EVIOCGBIT", "input_event"),
        (2, 0x45, 0x40..=0x7f) if size == 24 => ("EVIOCGABS", "input_abs"),
        (1, 0x45, 0xc0..=0xff) if size == 24 => ("EVIOCSABS", "input_abs"),
        (2, 0x55, 0x2c) => ("UI_GET_SYSNAME", ""),
        (2, 0x48, 0x04) => ("HIDIOCGRAWNAME", ""),
        (2, 0x48, 0x05) => ("HIDIOCGRAWPHYS", ""),
        (3, 0x48, 0x06) => ("HIDIOCSFEATURE", ""),
        (3, 0x48, 0x07) => ("HIDIOCGFEATURE", ""),
        (1, 0x6b, 0) if size % 32 == 0 => ("SPI_IOC_MESSAGE", ""),
        _ => return false,
    };
    out.put(name.as_bytes());
    out.put_byte(b'(');
    if set == "input_abs" {
        put_constants(out, set, number & 0x3f);
    } else if set.is_empty() {
        number::put_decimal(out, if name == "SPI_IOC_MESSAGE" { size / 32 } else { size });
    } else {
        match number & 0x1f {
            0 => out.put_byte(b'0'),
            event => put_constants(out, set, event),
        }
        out.put(b", ");
        number::put_decimal(out, size);
    }
    out.put_byte(b')');
    true
}

/// Appends the argument of `ioctl` as a value; most commands have an address.
pub(super) fn put_ioctl_argument(out: &mut Vec<u8>, context: &Context<'_>, value: u64) {
    let command = context.register(1) as u32;
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
        // LOOP_SET_FD, LOOP_CHANGE_FD, LOOP_CTL_ADD, LOOP_CTL_REMOVE, INOTIFY_IOC_SETNEXTWD
        0x4c00 | 0x4c06 | 0x4c80 | 0x4c81 | 0x4004_4900 => number::put_signed(out, i64::from(value as i32)),
        // LOOP_SET_DIRECT_IO, LOOP_SET_BLOCK_SIZE, BLKRASET, BLKFRASET, RTC_IRQP_SET, RTC_EPOCH_SET
        0x4c08 | 0x4c09 | 0x1262 | 0x1264 | 0x4008_700c | 0x4008_700e | 0x4004_700c | 0x4004_700e => {
            number::put_decimal(out, value);
        }
        // HDIO_SET_*: numbers
        0x321..=0x32e => number::put_decimal(out, value),
        // PERF_EVENT_IOC_ENABLE, PERF_EVENT_IOC_DISABLE, PERF_EVENT_IOC_RESET
        0x2400 | 0x2401 | 0x2403 => put_constants(out, "perf_ioc_flags", value),
        // PERF_EVENT_IOC_REFRESH, PERF_EVENT_IOC_SET_OUTPUT, PERF_EVENT_IOC_SET_BPF
        0x2402 | 0x2405 | 0x4004_2408 => number::put_signed(out, i64::from(value as i32)),
        _ if is_address(command) && (find_ioctl(command, context.is_32bit()).is_some() || is_sized(command)) => {
            number::put_address(out, value);
        }
        _ => number::put_hex(out, value),
    }
}

/// Whether the argument of a command that has a name is an address: it says so, or is of a family whose commands do not
/// say.
fn is_address(command: u32) -> bool {
    command >> 30 != 0
        || matches!((command >> 8) & 0xff, 0x00 | 0x12 | 0x46 | 0x4b | 0x4c | 0x53 | 0x54 | 0x56 | 0x89 | 0x8b | 0xb7)
}

/// Whether a command of `ioctl` has an argument. Some commands of terminals, block devices and descriptors have none.
pub(super) fn has_ioctl_argument(command: u32) -> bool {
    !matches!(
        command,
        // TIOCEXCL, TIOCNXCL, TIOCCONS, TIOCNOTTY, TIOCSBRK, TIOCCBRK, TIOCVHANGUP, FIONCLEX, FIOCLEX, BLKRRPART,
        // BLKFLSBUF
        0x540c | 0x540d | 0x541d | 0x5422 | 0x5427 | 0x5428 | 0x5437 | 0x5450 | 0x5451 | 0x125f | 0x1261
        // BLKTRACESTART…, RTC_AIE_ON…, RTC_WIE_ON, RTC_WIE_OFF, RTC_VL_CLR, WDIOC_KEEPALIVE
        | 0x1274..=0x1276 | 0x7001..=0x7006 | 0x700f | 0x7010 | 0x7014 | 0x8004_5705
        // LOOP_CLR_FD, LOOP_SET_CAPACITY, LOOP_CTL_GET_FREE, FIFREEZE, FITHAW, NS_GET_USERNS, NS_GET_PARENT,
        // NS_GET_NSTYPE
        | 0x4c01 | 0x4c07 | 0x4c82 | 0xc004_5877 | 0xc004_5878 | 0xb701..=0xb703
        // RNDZAPENTCNT, RNDCLEARPOOL, RNDRESEEDCRNG, UI_DEV_CREATE, UI_DEV_DESTROY, COUNTER_ENABLE_EVENTS…
        // UBI_IOCVOLCRBLK, UBI_IOCVOLRMBLK, BTRFS_IOC_TRANS_START, BTRFS_IOC_TRANS_END, BTRFS_IOC_SYNC,
        // BTRFS_IOC_SCRUB_CANCEL
        | 0x4080_4f07 | 0x4f08 | 0x9406..=0x9408 | 0x941c
        | 0x5204 | 0x5206 | 0x5207 | 0x5501 | 0x5502 | 0x3e01 | 0x3e02
    )
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
        (atoms::IOCTL, NS_GET_NSTYPE) => ("", "setns_flags"),
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
