// SPDX-License-Identifier: GPL-2.0

//! Structures, from their layouts as text.

use super::layouts::layout;
use super::{dates, number, quote, signals, values, Context, Line};
use crate::calls::Abi;

/// An unsigned integer of `size` bytes, 1 to 8.
#[inline(never)]
pub(super) fn integer(bytes: &[u8], at: usize, size: usize) -> Option<u64> {
    let bytes = bytes.get(at..at.checked_add(size)?)?;
    Some(bytes.iter().rev().fold(0, |number, &byte| (number << 8) | u64::from(byte)))
}

/// Appends a structure, as far as there are `bytes` of it; `None` if there is nothing of it.
pub(super) fn put(out: &mut Vec<u8>, context: &Context<'_>, name: &str, bytes: &[u8]) -> Option<()> {
    put_at(out, context, name, bytes, &mut 0)
}

/// Appends the structure that lies at `at`, and moves that behind it.
fn put_at(out: &mut Vec<u8>, context: &Context<'_>, name: &str, bytes: &[u8], at: &mut usize) -> Option<()> {
    let layout = layout(name)?;
    let start = out.len();
    let base = *at;
    out.put_byte(b'{');
    for field in layout.split(' ') {
        if let Some(offset) = field.strip_prefix('@') {
            *at = base + offset.parse::<usize>().ok()?;
            continue;
        }
        let name_at = out.len();
        if name_at > start + 1 {
            out.put(b", ");
        }
        let Some((name, what)) = field.split_once(':') else {
            out.put(b"...");
            continue;
        };
        out.put(name.as_bytes());
        out.put_byte(b'=');
        if put_field(out, context, what, bytes, at).is_none() {
            out.truncate(name_at);
            // Nothing of it, or no more than a part.
            if name_at == start + 1 {
                out.truncate(start);
                return None;
            }
            out.put(b", ...");
            break;
        }
        if name.is_empty() {
            out.truncate(name_at);
        }
    }
    out.put_byte(b'}');
    Some(())
}

/// Appends the field that lies at `at`, and moves that behind it; `None` if it is not there as a whole.
fn put_field(out: &mut Vec<u8>, context: &Context<'_>, what: &str, bytes: &[u8], at: &mut usize) -> Option<()> {
    if let Some(name) = what.strip_prefix('(').and_then(|what| what.strip_suffix(')')) {
        return put_at(out, context, name, bytes, at);
    }
    if let Some(size) = what.strip_prefix('s') {
        let size = size.parse::<usize>().ok()?;
        let text = bytes.get(*at..).unwrap_or_default();
        let text = text.get(..size).unwrap_or(text);
        let end = text.iter().position(|&byte| byte == 0);
        if end.is_none() && text.len() < size {
            return None;
        }
        *at += size;
        quote::quote(out, text.get(..end.unwrap_or(size)).unwrap_or_default());
        return Some(());
    }
    let (what, set) = what.split_once('/').map_or((what, None), |(what, set)| (what, Some(set)));
    let (kind, count) = match what.split_once('*') {
        Some((kind, count)) => (kind, count.parse::<usize>().ok()?),
        None => (what, 1),
    };
    let kind = *kind.as_bytes().first()?;
    let size = match kind {
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
        put_value(out, kind, size, set, value);
    }
    if count > 1 {
        out.put_byte(b']');
    }
    Some(())
}

fn put_value(out: &mut Vec<u8>, kind: u8, size: usize, set: Option<&str>, value: u64) {
    let shift = 64 - 8 * size as u32;
    let signed = (value << shift) as i64 >> shift;
    if let Some(set) = set {
        return values::set(out, set, value);
    }
    match kind {
        b'h' | b'd' | b'q' | b'l' => number::signed(out, signed),
        b'x' | b'X' => number::hex(out, value),
        b'p' | b'A' => number::address(out, value),
        b'o' => number::mode(out, value),
        b'c' => signals::clock_ticks(out, value),
        b't' | b'T' => {
            number::signed(out, signed);
            dates::comment(out, signed, 0, 0);
        }
        b'r' => limit(out, value, u64::from(u32::MAX), "RLIM_INFINITY"),
        b'R' => limit(out, value, u64::MAX, "RLIM64_INFINITY"),
        _ => number::decimal(out, value),
    }
}

/// Appends a limit, in units of 1024 if that is all of it.
fn limit(out: &mut Vec<u8>, value: u64, infinity: u64, word: &str) {
    if value == infinity {
        out.put(word.as_bytes());
    } else if value > 1024 && value % 1024 == 0 {
        number::decimal(out, value / 1024);
        out.put(b"*1024");
    } else {
        number::decimal(out, value);
    }
}
