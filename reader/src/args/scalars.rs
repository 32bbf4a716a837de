// SPDX-License-Identifier: GPL-2.0

//! Single numbers with a meaning of their own, which stand in registers and in memory.

use super::flags::{put_constants, put_flags, put_more_flags, put_or};
use crate::calls::Abi;
use crate::constants::{errno, find_constant, signals, ConstantSet};
use crate::text::{number, Append};

/// Appends the descriptor of a directory.
pub(super) fn put_dirfd(out: &mut Vec<u8>, value: u64) {
    match value as i32 {
        -100 => out.put(b"AT_FDCWD"),
        fd => number::put_signed(out, i64::from(fd)),
    }
}

/// Appends the id of a user or group; `none` stands for no id, and is printed as -1.
pub(super) fn put_id(out: &mut Vec<u8>, value: u64, none: u64) {
    if value == none {
        out.put(b"-1");
    } else {
        number::put_decimal(out, value);
    }
}

/// Appends a file's type and permissions.
pub(super) fn put_file_mode(out: &mut Vec<u8>, mode: u64) {
    let start = out.len();
    match mode & 0o170_000 {
        0 => {}
        kind => match find_constant("file_type", kind) {
            Some(constant) => constant.put(out),
            None => return number::put_mode(out, mode),
        },
    }
    for (bit, name) in [(0o4000, "S_ISUID"), (0o2000, "S_ISGID"), (0o1000, "S_ISVTX")] {
        if mode & bit != 0 {
            put_or(out, start);
            out.put(name.as_bytes());
        }
    }
    put_or(out, start);
    number::put_mode(out, mode & 0o777);
}

/// Appends a device's major and minor number.
pub(super) fn put_device(out: &mut Vec<u8>, dev: u64) {
    let major = ((dev >> 8) & 0xfff) | ((dev >> 32) & !0xfff);
    let minor = (dev & 0xff) | ((dev >> 12) & 0xffff_ff00);
    out.put(b"makedev(");
    number::put_hex(out, major);
    out.put(b", ");
    number::put_hex(out, minor);
    out.put_byte(b')');
}

/// Appends a signal's name, or its number if it has none.
pub(super) fn put_signal(out: &mut Vec<u8>, signal: u64) {
    let start = out.len();
    out.put(b"SIG");
    if !signals::put_signal(out, signal) {
        out.truncate(start);
        number::put_signed(out, i64::from(signal as i32));
    }
}

/// Appends an error's name, or its number if it has none.
pub(super) fn put_errno(out: &mut Vec<u8>, number: u32) {
    match errno::name(number) {
        Some(name) => out.put(name.as_bytes()),
        None => number::put_decimal(out, u64::from(number)),
    }
}

/// Appends the serial number of one of the kernel's keys.
pub(super) fn put_key_serial(out: &mut Vec<u8>, key: u64) {
    match find_constant("key_serial", key) {
        Some(constant) => constant.put(out),
        None => number::put_signed(out, i64::from(key as i32)),
    }
}

/// Appends a time in hundredths of a second, and in a comment in seconds.
pub(super) fn put_clock_ticks(out: &mut Vec<u8>, ticks: u64) {
    number::put_decimal(out, ticks);
    if ticks > 0 {
        out.put(b" /* ");
        number::put_decimal(out, ticks / 100);
        out.put_byte(b'.');
        number::put_padded(out, ticks % 100, 2);
        out.put(b" s */");
    }
}

/// Finds the flags of `open`, some of which differ between ARM and x86.
pub(super) fn open_flag_set(abi: Abi) -> Option<ConstantSet> {
    ConstantSet::new(match abi {
        Abi::Arm | Abi::Arm64 => "open_flags_arm",
        Abi::X86_64 | Abi::I386 => "open_flags",
    })
}

/// Appends how a file is opened: the access mode, and flags.
pub(super) fn put_open_flags(out: &mut Vec<u8>, abi: Abi, value: u64) {
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
        put_more_flags(out, open_flag_set(abi), rest, start);
    }
}

/// Whether opening creates a file, which makes its permissions relevant: `O_CREAT` or `__O_TMPFILE` is set.
pub(super) fn creates_file(open_flags: u64) -> bool {
    open_flags & 0x40_0040 != 0
}

pub(crate) const CLONE_PIDFD: u64 = 0x1000;
pub(crate) const CLONE_SETTLS: u64 = 0x8_0000;
pub(crate) const CLONE_PARENT_SETTID: u64 = 0x10_0000;
/// `CLONE_CHILD_CLEARTID` and `CLONE_CHILD_SETTID`: a bit of either makes the child's thread id relevant.
pub(crate) const CLONE_CHILD_TID: u64 = 0x0120_0000;

/// Appends what a new task shares with its parent, and the signal at its end.
pub(crate) fn put_clone_flags(out: &mut Vec<u8>, value: u64) {
    let start = out.len();
    let (bits, end) = (value & !0xff, value & 0xff);
    if bits != 0 {
        put_flags(out, ConstantSet::new("clone_flags"), bits);
    }
    if end != 0 || bits == 0 {
        put_or(out, start);
        put_signal(out, end);
    }
}

/// Appends the size of a futex, and its flags.
pub(super) fn put_futex2_flags(out: &mut Vec<u8>, value: u64) {
    put_constants(out, "futex_size", value & 3);
    if value & !3 != 0 {
        out.put_byte(b'|');
        put_constants(out, "futex2_flags", value & !3);
    }
}
