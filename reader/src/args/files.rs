// SPDX-License-Identifier: GPL-2.0

//! What calls tell and are told of files: types and sizes, times, how to open them, entries of directories.

use super::atoms::{self, Atom};
use super::bytes::{integer, sign_extend};
use super::context::Context;
use super::dates::put_date_comment;
use super::flags::put_constants;
use super::scalars::{creates_file, put_device, put_file_mode, put_open_flags};
use crate::calls::plan::MAX_DIRENTS;
use crate::calls::Abi;
use crate::model::Memory;
use crate::text::quote::put_quoted;
use crate::text::{number, Append};

const S_IFMT: u64 = 0o170_000;
const S_IFCHR: u64 = 0o020_000;
const S_IFBLK: u64 = 0o060_000;

/// Appends what `stat` has told: a file's mode, and its size or device.
pub(super) fn put_stat(out: &mut Vec<u8>, context: &Context<'_>, kind: Atom, bytes: &[u8]) -> Option<()> {
    // The offset and size of mode, device and size.
    let [mode, dev, size] = match (kind, context.call.abi) {
        (atoms::OLDSTAT, _) => [(4, 2), (12, 2), (16, 4)],
        (atoms::STAT, Abi::X86_64) => [(24, 4), (40, 8), (48, 8)],
        (atoms::STAT, Abi::Arm64) => [(16, 4), (32, 8), (48, 8)],
        (atoms::STAT, Abi::Arm | Abi::I386) => [(8, 2), (16, 4), (20, 4)],
        (_, Abi::I386) => [(16, 4), (32, 8), (44, 8)],
        (_, _) => [(16, 4), (32, 8), (48, 8)],
    };
    let field = |(at, size): (usize, usize)| integer(bytes, at, size);
    let mode = field(mode)?;
    out.put(b"{st_mode=");
    put_file_mode(out, mode);
    if matches!(mode & S_IFMT, S_IFCHR | S_IFBLK) {
        out.put(b", st_rdev=");
        put_device(out, field(dev)?);
    } else {
        out.put(b", st_size=");
        number::put_decimal(out, field(size)?);
    }
    out.put(b", ...}");
    Some(())
}

/// Appends what `statx` has told: a file's mode and size, as far as its mask says that they are there.
pub(super) fn put_statx(out: &mut Vec<u8>, bytes: &[u8]) -> Option<()> {
    const STATX_TYPE: u64 = 1;
    const STATX_MODE: u64 = 2;
    const STATX_SIZE: u64 = 0x200;
    let mask = integer(bytes, 0, 4)?;
    out.put(b"{stx_mask=");
    put_constants(out, "statx_mask", mask);
    out.put(b", stx_attributes=");
    put_constants(out, "statx_attrs", integer(bytes, 8, 8)?);
    if mask & (STATX_TYPE | STATX_MODE) != 0 {
        out.put(b", stx_mode=");
        put_file_mode(out, integer(bytes, 28, 2)?);
    }
    if mask & STATX_SIZE != 0 {
        out.put(b", stx_size=");
        number::put_decimal(out, integer(bytes, 40, 8)?);
    }
    out.put(b", ...}");
    Some(())
}

/// Appends how `openat2` opens a file.
pub(super) fn put_open_how(out: &mut Vec<u8>, context: &Context<'_>, bytes: &[u8]) -> Option<()> {
    let (flags, mode, resolve) = (integer(bytes, 0, 8)?, integer(bytes, 8, 8)?, integer(bytes, 16, 8)?);
    out.put(b"{flags=");
    put_open_flags(out, context.call.abi, flags);
    if creates_file(flags) || mode != 0 {
        out.put(b", mode=");
        number::put_mode(out, mode);
    }
    out.put(b", resolve=");
    put_constants(out, "resolve_flags", resolve);
    out.put_byte(b'}');
    Some(())
}

/// Appends the address of a directory's entries, and how many they are.
pub(super) fn put_dirents(out: &mut Vec<u8>, context: &Context<'_>, address: u64, memory: &Memory) {
    if context.shows_all && put_dirent_array(out, context, memory).is_some() {
        return;
    }
    number::put_address(out, address);
    // The module has counted the entries of `getdents64`; the count stands at the start.
    if context.name == atoms::GETDENTS64 {
        out.put(b" /* ");
        let count = integer(&memory.bytes, 0, 4).unwrap_or(0);
        number::put_decimal(out, count);
        out.put(if count < u64::from(MAX_DIRENTS) { b" entries */" } else { b"+ entries */" });
        return;
    }
    // Two numbers stand before the length of an entry.
    let length_at = if context.is_32bit() { 8 } else { 16 };
    let (mut at, mut count) = (0, 0_u64);
    while let Some(length) = integer(&memory.bytes, at + length_at, 2) {
        count += 1;
        if length == 0 {
            break;
        }
        at += length as usize;
    }
    out.put(b" /* ");
    number::put_decimal(out, count);
    out.put(if memory.is_cut { b"+ entries */" } else { b" entries */" });
}

/// Appends the entries of a directory, as far as they are recorded; `None` if it is not known how many bytes they have.
fn put_dirent_array(out: &mut Vec<u8>, context: &Context<'_>, memory: &Memory) -> Option<()> {
    let start = out.len();
    let is_new = context.name == atoms::GETDENTS64;
    // Before the entries of `getdents64` stands their number.
    let bytes = memory.bytes.get(if is_new { 4 } else { 0 }..)?;
    let long = if is_new { 8 } else { context.long_size() };
    let all = usize::try_from(context.call.result?).ok()?;
    let mut at = 0;
    out.put_byte(b'[');
    while at < all {
        out.put(if at == 0 { b"{d_ino=" } else { b", {d_ino=" });
        let entry = bytes.get(at..).unwrap_or_default();
        let length = integer(entry, 2 * long, 2).map(|length| length as usize);
        let Some(entry) = length.filter(|&length| length > 2 * long + 2).and_then(|length| entry.get(..length)) else {
            out.truncate(start);
            return None;
        };
        number::put_decimal(out, integer(entry, 0, long)?);
        out.put(b", d_off=");
        number::put_decimal(out, integer(entry, long, long)?);
        out.put(b", d_reclen=");
        number::put_decimal(out, entry.len() as u64);
        let (name, kind) = if is_new {
            (entry.get(2 * long + 3..)?, integer(entry, 2 * long + 2, 1)?)
        } else {
            (entry.get(2 * long + 2..entry.len() - 1)?, u64::from(*entry.last()?))
        };
        let name = name.split(|&byte| byte == 0).next()?;
        let put_kind = |out: &mut Vec<u8>| {
            out.put(b", d_type=");
            put_constants(out, "dirent_type", kind);
        };
        if is_new {
            put_kind(out);
        }
        out.put(b", d_name=");
        put_quoted(out, name);
        if !is_new {
            put_kind(out);
        }
        out.put_byte(b'}');
        at += entry.len();
    }
    out.put_byte(b']');
    Some(())
}

/// Appends a file's two times, of `size` bytes each, with their dates. The fraction of a second has `width` digits.
pub(super) fn put_file_times(out: &mut Vec<u8>, bytes: &[u8], size: usize, width: usize) -> Option<()> {
    const UTIME_NOW: u64 = (1 << 30) - 1;
    const UTIME_OMIT: u64 = (1 << 30) - 2;
    let half = size / 2;
    for (at, separator) in [(0, b"[".as_slice()), (size, b", ")] {
        out.put(separator);
        let seconds = sign_extend(integer(bytes, at, half)?, half);
        let part = integer(bytes, at + half, half)?;
        match part {
            UTIME_NOW if width == 9 => out.put(b"UTIME_NOW"),
            UTIME_OMIT if width == 9 => out.put(b"UTIME_OMIT"),
            _ => {
                out.put(b"{tv_sec=");
                number::put_signed(out, seconds);
                out.put(if width == 9 { b", tv_nsec=" } else { b", tv_usec=" });
                number::put_decimal(out, part);
                out.put_byte(b'}');
                put_date_comment(out, seconds, part, width);
            }
        }
    }
    out.put_byte(b']');
    Some(())
}
