// SPDX-License-Identifier: GPL-2.0

//! A set of system calls.

use super::calls::NUMBERS;

/// Bytes for one kind of programs: a bit for each number below [`NUMBERS`], and a word for all higher numbers.
const KIND_BYTES: usize = NUMBERS / 8 + 8;

/// A set of system calls, by number: calls of programs as wide as the kernel, and calls of 32-bit programs on a 64-bit
/// kernel. Numbers from [`NUMBERS`] on are in no table of calls; the set has all or none of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallSet([[u8; KIND_BYTES]; 2]);

impl CallSet {
    /// Bytes of a set in a request.
    pub(super) const BYTES: usize = 2 * KIND_BYTES;

    /// The empty set.
    #[inline]
    pub const fn none() -> Self {
        Self([[0; KIND_BYTES]; 2])
    }

    /// The set of all calls.
    #[inline]
    pub const fn all() -> Self {
        let mut bits = [0xff; KIND_BYTES];
        bits[NUMBERS / 8] = 1;
        let mut unused = NUMBERS / 8 + 1;
        while unused < KIND_BYTES {
            bits[unused] = 0;
            unused += 1;
        }
        Self([bits; 2])
    }

    /// Adds call `number` to the set, or removes it.
    #[inline]
    pub fn set(&mut self, is_32bit: bool, number: u32, is_in: bool) {
        let (byte, bit) = place(number);
        let byte = &mut self.0[usize::from(is_32bit)][byte];
        *byte = if is_in { *byte | bit } else { *byte & !bit };
    }

    /// Whether call `number` is in the set.
    #[inline]
    pub fn contains(&self, is_32bit: bool, number: u32) -> bool {
        let (byte, bit) = place(number);
        self.0[usize::from(is_32bit)][byte] & bit != 0
    }

    /// Writes the set to the start of `bytes`. For each kind of programs: a bit for each number below [`NUMBERS`], the
    /// lowest number first; then a word that is 1 if the set has the higher numbers.
    #[inline]
    pub(super) fn write_to(&self, bytes: &mut [u8]) {
        for (to, from) in bytes.iter_mut().zip(self.0.as_flattened()) {
            *to = *from;
        }
    }

    /// Reads a set from the start of `bytes`, as [`Self::write_to`] writes it; `None` if a word is neither 0 nor 1.
    #[inline]
    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut set = Self::none();
        for (to, from) in set.0.as_flattened_mut().iter_mut().zip(bytes) {
            *to = *from;
        }
        let is_valid = |bits: &[u8; KIND_BYTES]| bits[NUMBERS / 8] <= 1 && bits[NUMBERS / 8 + 1..] == [0; 7];
        set.0.iter().all(is_valid).then_some(set)
    }
}

/// The place of a call's bit: the index of the byte, and the bit in it.
#[inline]
const fn place(number: u32) -> (usize, u8) {
    let number = if number as usize > NUMBERS { NUMBERS } else { number as usize };
    (number / 8, 1 << (number % 8))
}
