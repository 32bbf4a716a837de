// SPDX-License-Identifier: GPL-2.0

//! Values in the words of a set.

use super::{number, Line};
use crate::style::words::Set;

/// Where a set has no word for a value.
const UNKNOWN: &str = "???";

/// Appends a value in the words of the set of this name, or as a hexadecimal number.
pub(super) fn set(out: &mut Vec<u8>, name: &str, value: u64) {
    match Set::new(name) {
        Some(set) if set.is_flags => flags(out, Some(set), value),
        Some(set) => match set.word(value) {
            Some(word) => word.put(out),
            None => {
                number::hex(out, value);
                unknown(out, set);
            }
        },
        None => number::hex(out, value),
    }
}

/// Appends the words of bits, what is left in hexadecimal.
pub(super) fn flags(out: &mut Vec<u8>, set: Option<Set>, value: u64) {
    let start = out.len();
    let rest = put_flags(out, set, value, start);
    if out.len() > start {
        if rest != 0 {
            or(out, start);
            number::hex(out, rest);
        }
        return;
    }
    number::hex(out, rest);
    if let (Some(set), true) = (set, rest != 0) {
        unknown(out, set);
    }
}

/// Appends the words of bits, with `|` before each if there is something since `start`, and gives the bits that are left.
pub(super) fn put_flags(out: &mut Vec<u8>, set: Option<Set>, value: u64, start: usize) -> u64 {
    let mut rest = value;
    for word in set.iter().flat_map(Set::words) {
        let is_there = if word.value == 0 { value == 0 } else { rest & word.value == word.value };
        if is_there {
            or(out, start);
            word.put(out);
            rest &= !word.value;
        }
    }
    rest
}

/// Appends `|` if there is something since `start`.
pub(super) fn or(out: &mut Vec<u8>, start: usize) {
    if out.len() > start {
        out.put_byte(b'|');
    }
}

/// Appends what says that a number has no word.
fn unknown(out: &mut Vec<u8>, set: Set) {
    if !set.prefix.is_empty() {
        out.put(b" /* ");
        out.put(set.prefix.as_bytes());
        out.put(UNKNOWN.as_bytes());
        out.put(b" */");
    }
}

/// Appends a number and its word.
pub(super) fn commented(out: &mut Vec<u8>, name: &str, value: u64) {
    number::signed(out, i64::from(value as i32));
    if let Some(word) = Set::new(name).and_then(|set| set.word(value)) {
        out.put(b" /* ");
        word.put(out);
        out.put(b" */");
    }
}

/// Appends a value whose bits in `mask` are in words of the first set, and the others in those of the second.
pub(super) fn in_two(out: &mut Vec<u8>, names: [&str; 2], value: u64, mask: u64) {
    let start = out.len();
    set(out, names[0], value & mask);
    let rest = value & !mask & u64::from(u32::MAX);
    if rest != 0 {
        or(out, start);
        flags(out, Set::new(names[1]), rest);
    }
}
