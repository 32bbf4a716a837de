// SPDX-License-Identifier: GPL-2.0

//! Integers in recorded memory. All are little-endian.

/// Reads an unsigned integer of `size` bytes, 1 to 8, at the offset `at`.
#[inline(never)]
pub(crate) fn integer(bytes: &[u8], at: usize, size: usize) -> Option<u64> {
    let rest = bytes.get(at..)?;
    match size {
        4 => return rest.first_chunk().map(|bytes| u64::from(u32::from_le_bytes(*bytes))),
        8 => return rest.first_chunk().map(|bytes| u64::from_le_bytes(*bytes)),
        _ => (),
    }
    let bytes = rest.get(..size)?;
    Some(bytes.iter().rev().fold(0, |number, &byte| (number << 8) | u64::from(byte)))
}

/// Reads an unsigned integer from up to 8 bytes at the start; bytes that are missing are 0.
pub(crate) fn integer_at_start(bytes: &[u8]) -> u64 {
    integer(bytes, 0, bytes.len().min(8)).unwrap_or(0)
}

/// Extends the sign of an integer of `size` bytes, 1 to 8.
pub(super) fn sign_extend(value: u64, size: usize) -> i64 {
    let shift = 64 - 8 * size as u32;
    (value << shift) as i64 >> shift
}
