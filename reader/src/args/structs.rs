// SPDX-License-Identifier: GPL-2.0

//! Structures whose layouts are in the table.

use super::bytes::{integer, sign_extend};
use super::context::Context;
use super::dates::put_date_comment;
use super::flags::put_constants;
use super::layouts::find_layout;
use super::scalars::{put_clock_ticks, put_futex2_flags};
use crate::calls::Abi;
use crate::text::{number, quote, Append};

/// Appends the structure of this name, as far as `bytes` reach; `None` if not even its first field is there.
pub(super) fn put_struct(out: &mut Vec<u8>, context: &Context<'_>, name: &str, bytes: &[u8]) -> Option<()> {
    put_struct_at(out, context, name, bytes, &mut 0)
}

/// Appends the structure at the offset `at`, and moves the offset behind it.
fn put_struct_at(out: &mut Vec<u8>, context: &Context<'_>, name: &str, bytes: &[u8], at: &mut usize) -> Option<()> {
    let layout = find_layout(name)?;
    let start = out.len();
    let base = *at;
    out.put_byte(b'{');
    for field in layout.split(' ') {
        if let Some(offset) = field.strip_prefix('@') {
            *at = base + offset.parse::<usize>().ok()?;
            continue;
        }
        if field == "..." && context.shows_all {
            continue;
        }
        let (field, is_shown_unless_zero) = field.strip_prefix('?').map_or((field, false), |field| (field, true));
        let field_start = *at;
        let name_at = out.len();
        if name_at > start + 1 {
            out.put(b", ");
        }
        let Some((name, kind)) = field.split_once(':') else {
            out.put(b"...");
            break;
        };
        out.put(name.as_bytes());
        out.put_byte(b'=');
        if put_field(out, context, kind, bytes, at).is_none() {
            out.truncate(name_at);
            // Without its first field nothing is printed of the structure, otherwise the fields before this one.
            if name_at == start + 1 {
                out.truncate(start);
                return None;
            }
            out.put(b", ...");
            break;
        }
        let is_zero = || bytes.get(field_start..*at).is_some_and(|field| field.iter().all(|&byte| byte == 0));
        if name.is_empty() || is_shown_unless_zero && is_zero() {
            out.truncate(name_at);
        }
    }
    out.put_byte(b'}');
    Some(())
}

/// Appends the field at the offset `at`, and moves the offset behind it; `None` if `bytes` end before the field does.
fn put_field(out: &mut Vec<u8>, context: &Context<'_>, kind: &str, bytes: &[u8], at: &mut usize) -> Option<()> {
    if let Some(name) = kind.strip_prefix('(').and_then(|kind| kind.strip_suffix(')')) {
        return put_struct_at(out, context, name, bytes, at);
    }
    if let Some(size) = kind.strip_prefix('s') {
        let size = size.parse::<usize>().ok()?;
        let text = bytes.get(*at..).unwrap_or_default();
        let text = text.get(..size).unwrap_or(text);
        let end = text.iter().position(|&byte| byte == 0);
        if end.is_none() && text.len() < size {
            return None;
        }
        *at += size;
        quote::put_quoted(out, text.get(..end.unwrap_or(size)).unwrap_or_default());
        return Some(());
    }
    let (kind, set) = kind.split_once('/').map_or((kind, None), |(kind, set)| (kind, Some(set)));
    let (kind, count) = match kind.split_once('*') {
        Some((kind, count)) => (kind, count.parse::<usize>().ok()?),
        None => (kind, 1),
    };
    let letter = *kind.as_bytes().first()?;
    let size = match letter {
        b'b' => 1,
        b'H' | b'h' => 2,
        b'u' | b'd' | b'x' | b'r' | b't' => 4,
        b'L' | b'l' | b'p' | b'c' => context.long_size(),
        _ => 8,
    };
    let align = if context.call.abi == Abi::I386 { size.min(4) } else { size };
    *at = at.next_multiple_of(align);
    if count > 1 {
        out.put_byte(b'[');
    }
    for index in 0..count {
        if index > 0 {
            out.put(b", ");
        }
        let value = integer(bytes, *at, size)?;
        *at += size;
        put_value(out, letter, size, set, value);
    }
    if count > 1 {
        out.put_byte(b']');
    }
    Some(())
}

/// Appends a value of `size` bytes, whose type is a letter of the table of layouts.
fn put_value(out: &mut Vec<u8>, letter: u8, size: usize, set: Option<&str>, value: u64) {
    let signed = sign_extend(value, size);
    match set {
        Some("futex2_flags") => return put_futex2_flags(out, value),
        Some(set) => return put_constants(out, set, value),
        None => {}
    }
    match letter {
        b'h' | b'd' | b'q' | b'l' => number::put_signed(out, signed),
        b'x' | b'X' => number::put_hex(out, value),
        b'p' | b'A' => number::put_address(out, value),
        b'o' => number::put_mode(out, value),
        b'c' => put_clock_ticks(out, value),
        b't' | b'T' => {
            number::put_signed(out, signed);
            put_date_comment(out, signed, 0, 0);
        }
        b'r' => put_limit(out, value, u64::from(u32::MAX), "RLIM_INFINITY"),
        b'R' => put_limit(out, value, u64::MAX, "RLIM64_INFINITY"),
        _ => number::put_decimal(out, value),
    }
}

/// Appends a resource limit, in units of 1024 if it is a multiple of 1024.
fn put_limit(out: &mut Vec<u8>, value: u64, infinity: u64, name: &str) {
    if value == infinity {
        out.put(name.as_bytes());
    } else if value > 1024 && value % 1024 == 0 {
        number::put_decimal(out, value / 1024);
        out.put(b"*1024");
    } else {
        number::put_decimal(out, value);
    }
}
