// SPDX-License-Identifier: GPL-2.0

//! The code of compressed texts.
//!
//! A text is bytes and copies. A copy stands for bytes that stand before it in the text, too; it has a length and the
//! distance of the original. Both are written as bits by an arithmetic coder, which takes the less room for a bit the
//! more often it had this value at the same place. The length of the text stands first, in two bytes.
//!
//! The build script uses this file, too.

/// Bytes of the shortest copy.
pub(super) const SHORTEST: usize = 3;
/// Bits of a copy's length, less the shortest.
pub(super) const LENGTH_BITS: u32 = 5;

// The places of bits. Where a number has more than one bit, the place depends on the bits before.
/// Whether a copy comes next; depends on whether a copy was before.
pub(super) const IS_COPY: usize = 0;
pub(super) const LENGTHS: usize = IS_COPY + 2;
/// How many bits the distance has behind its first; depends on the length.
pub(super) const DISTANCE_BITS: usize = LENGTHS + (1 << LENGTH_BITS);
/// The bits of the distance behind its first, from the highest down.
pub(super) const DISTANCES: usize = DISTANCE_BITS + 3 * 16;
/// The bits of a byte; depends on the byte before.
pub(super) const BYTES_AFTER: usize = DISTANCES + 16;
pub(super) const PLACES: usize = BYTES_AFTER + 128 * 128;

/// What is known of a place at first: in the upper twelve bits the probability of 0, of 4096, and below it how many
/// bits were seen there, up to 3.
pub(super) const EVEN: u16 = 1 << 15;

pub(super) const fn places_of_distance(length: usize) -> usize {
    let longer = length - SHORTEST;
    DISTANCE_BITS + 16 * if longer < 2 { longer } else { 2 }
}

/// What is known of a place after a bit. The first bits count for more than those after them.
#[inline]
pub(super) const fn adapt(place: u16, bit: u32) -> u16 {
    let (probability, seen) = (place >> 4, place & 0xf);
    let probability = if bit == 0 {
        probability + ((4096 - probability) >> (seen + 1))
    } else {
        probability - (probability >> (seen + 1))
    };
    (probability << 4) | if seen < 3 { seen + 1 } else { seen }
}

/// Where the part for 0 of the numbers from `low` to `high` ends.
#[inline]
pub(super) const fn middle(low: u32, high: u32, place: u16) -> u32 {
    low + ((high - low) >> 12) * (place >> 4) as u32
}
