// SPDX-License-Identifier: GPL-2.0

//! Values as the constants of a set.

use crate::constants::{find_constant, ConstantSet};
use crate::text::{number, Append};

/// Stands after the prefix of a set that has no constant for a value: `MAP_???`.
const UNKNOWN: &str = "???";

/// Appends a value as constants of the set of this name. A value without a constant, or of an unknown set, is a
/// hexadecimal number.
pub(super) fn put_constants(out: &mut Vec<u8>, set: &str, value: u64) {
    put_constants_of(out, ConstantSet::new(set), value);
}

/// Appends a value as constants, as [`put_constants`] does.
pub(super) fn put_constants_of(out: &mut Vec<u8>, set: Option<ConstantSet>, value: u64) {
    match set {
        Some(set) if set.is_flags => put_flags(out, Some(set), value),
        Some(set) => match set.constant(value) {
            Some(constant) => constant.put(out),
            None => {
                number::put_hex(out, value);
                put_unknown(out, set);
            }
        },
        None => number::put_hex(out, value),
    }
}

/// Appends flags: the constants of the bits, and the bits without a constant in hexadecimal.
pub(super) fn put_flags(out: &mut Vec<u8>, set: Option<ConstantSet>, value: u64) {
    let start = out.len();
    let rest = put_known_flags(out, set, value, start);
    if out.len() > start {
        if rest != 0 {
            put_or(out, start);
            number::put_hex(out, rest);
        }
        return;
    }
    number::put_hex(out, rest);
    if let (Some(set), true) = (set, rest != 0) {
        put_unknown(out, set);
    }
}

/// Appends flags as [`put_flags`] does, but `|` before each if there is text since `start`, nothing for no bits, and no
/// comment if all bits are unknown.
pub(super) fn put_more_flags(out: &mut Vec<u8>, set: Option<ConstantSet>, value: u64, start: usize) {
    let rest = put_known_flags(out, set, value, start);
    if rest != 0 {
        put_or(out, start);
        number::put_hex(out, rest);
    }
}

/// Appends the constants of bits, with `|` before each if there is text since `start`. Gives the bits without a
/// constant.
fn put_known_flags(out: &mut Vec<u8>, set: Option<ConstantSet>, value: u64, start: usize) -> u64 {
    let Some(set) = set else { return value };
    set.split_flags(value, &mut |constant| {
        put_or(out, start);
        constant.put(out);
    })
}

/// Appends `|` if there is text since `start`.
pub(super) fn put_or(out: &mut Vec<u8>, start: usize) {
    if out.len() > start {
        out.put_byte(b'|');
    }
}

/// Appends a comment that a number has no constant: ` /* MAP_??? */`.
fn put_unknown(out: &mut Vec<u8>, set: ConstantSet) {
    if !set.prefix.is_empty() {
        out.put(b" /* ");
        out.put(set.prefix.as_bytes());
        out.put(UNKNOWN.as_bytes());
        out.put(b" */");
    }
}

/// Appends a number, and its constant in a comment.
pub(super) fn put_commented(out: &mut Vec<u8>, set: &str, value: u64) {
    number::put_signed(out, i64::from(value as i32));
    if let Some(constant) = find_constant(set, value) {
        out.put(b" /* ");
        constant.put(out);
        out.put(b" */");
    }
}

/// Appends a value of two sets: the bits in `mask` as constants of the first set, the others as flags of the second.
pub(super) fn put_of_two_sets(out: &mut Vec<u8>, sets: [&str; 2], value: u64, mask: u64) {
    let start = out.len();
    put_constants(out, sets[0], value & mask);
    let rest = value & !mask & u64::from(u32::MAX);
    if rest != 0 {
        put_or(out, start);
        put_flags(out, ConstantSet::new(sets[1]), rest);
    }
}
