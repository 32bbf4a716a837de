// SPDX-License-Identifier: GPL-2.0

//! Sets of system calls.

use super::calls::NUMBERS;

/// Bytes of the bits of one kind of programs: one for each number, and a word for those beyond.
const KIND_BYTES: usize = NUMBERS / 8 + 8;

/// A set of system calls, by their numbers: those of the kernel's own programs, and those of 32-bit programs on a
/// 64-bit kernel. Numbers from [`NUMBERS`] on, which no table has, are in it together or not at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallSet([[u8; KIND_BYTES]; 2]);

impl CallSet {
    /// Bytes of a set.
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

    /// Puts call `number` in, or takes it out.
    #[inline]
    pub fn set(&mut self, is_32bit: bool, number: u32, is_in: bool) {
        let (byte, bit) = place(number);
        let byte = &mut self.0[usize::from(is_32bit)][byte];
        *byte = if is_in { *byte | bit } else { *byte & !bit };
    }

    /// Whether call `number` is in.
    #[inline]
    pub fn contains(&self, is_32bit: bool, number: u32) -> bool {
        let (byte, bit) = place(number);
        self.0[usize::from(is_32bit)][byte] & bit != 0
    }

    /// Writes the set to the start of `bytes`: for each kind of programs its bits, the lowest number first, and a
    /// word that is 1 if the numbers beyond are in.
    #[inline]
    pub(super) fn write_to(&self, bytes: &mut [u8]) {
        for (to, from) in bytes.iter_mut().zip(self.0.as_flattened()) {
            *to = *from;
        }
    }

    /// Reads a set from the start of `bytes`; `None` if such a word is neither 0 nor 1.
    #[inline]
    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut set = Self::none();
        for (to, from) in set.0.as_flattened_mut().iter_mut().zip(bytes) {
            *to = *from;
        }
        let is_right = |bits: &[u8; KIND_BYTES]| bits[NUMBERS / 8] <= 1 && bits[NUMBERS / 8 + 1..] == [0; 7];
        set.0.iter().all(is_right).then_some(set)
    }
}

/// Where the bit of a call is: in which byte, and which one there.
#[inline]
const fn place(number: u32) -> (usize, u8) {
    let number = if number as usize > NUMBERS { NUMBERS } else { number as usize };
    (number / 8, 1 << (number % 8))
}
