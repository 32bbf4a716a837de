// SPDX-License-Identifier: GPL-2.0

//! Sets of system calls.

use super::calls::NUMBERS;

const WORDS: usize = NUMBERS / 64;

/// A set of system calls, by their numbers: those of the kernel's own programs, and those of 32-bit programs on a
/// 64-bit kernel. Numbers from [`NUMBERS`] on, which no table has, are in it together or not at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallSet([Numbers; 2]);

/// Numbers of one kind of programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Numbers {
    bits: [u64; WORDS],
    others: bool,
}

impl CallSet {
    /// Bytes of a set in a request.
    pub(super) const BYTES: usize = 2 * (WORDS + 1) * 8;

    /// The empty set.
    #[inline]
    pub const fn none() -> Self {
        Self([Numbers { bits: [0; WORDS], others: false }; 2])
    }

    /// The set of all calls.
    #[inline]
    pub const fn all() -> Self {
        Self([Numbers { bits: [u64::MAX; WORDS], others: true }; 2])
    }

    /// Puts call `number` in, or takes it out.
    #[inline]
    pub fn set(&mut self, is_32bit: bool, number: u32, is_in: bool) {
        let Numbers { bits, others } = &mut self.0[usize::from(is_32bit)];
        match bits.get_mut(number as usize / 64) {
            Some(word) => *word = (*word & !(1 << (number % 64))) | (u64::from(is_in) << (number % 64)),
            None => *others = is_in,
        }
    }

    /// Whether call `number` is in.
    #[inline]
    pub fn contains(&self, is_32bit: bool, number: u32) -> bool {
        let Numbers { bits, others } = &self.0[usize::from(is_32bit)];
        bits.get(number as usize / 64).map_or(*others, |word| word & (1 << (number % 64)) != 0)
    }

    /// Writes the set to `bytes`: for each kind of programs its bits, the lowest number first, and a word for the others.
    #[inline]
    pub(super) fn write_to(&self, bytes: &mut [u8]) {
        for (bytes, Numbers { bits, others }) in bytes.chunks_exact_mut((WORDS + 1) * 8).zip(&self.0) {
            for (to, word) in bytes.chunks_exact_mut(8).zip(bits.iter().chain([&u64::from(*others)])) {
                to.copy_from_slice(&word.to_le_bytes());
            }
        }
    }

    /// Reads a set; `None` if a word for the others is missing or neither 0 nor 1.
    #[inline]
    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut set = Self::none();
        for (Numbers { bits, others }, bytes) in set.0.iter_mut().zip(bytes.chunks_exact((WORDS + 1) * 8)) {
            let mut words = bytes.chunks_exact(8).map(|eight| {
                let mut word = [0; 8];
                word.copy_from_slice(eight);
                u64::from_le_bytes(word)
            });
            for (to, word) in bits.iter_mut().zip(&mut words) {
                *to = word;
            }
            *others = match words.next()? {
                0 => false,
                1 => true,
                _ => return None,
            };
        }
        Some(set)
    }
}
