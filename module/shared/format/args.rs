// SPDX-License-Identifier: GPL-2.0

//! The arguments of a call, as records have them.

use super::layout::MAX_ARGS;

/// The arguments of a call, as a record has them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Args<'a> {
    words: &'a [u64],
    count: u8,
    bits: u32,
}

impl<'a> Args<'a> {
    /// The arguments of a record, after its first `head` words.
    #[inline]
    pub(super) fn after(words: &'a [u64], head: usize, count: u64, bits: u32) -> Option<Self> {
        if count > MAX_ARGS as u64 {
            return None;
        }
        let len = arg_words(bits, count as u32) as usize;
        Some(Self { words: words.get(head..head + len)?, count: count as u8, bits })
    }

    /// The first `count` arguments in `words`, from registers of `bits` bits, as records have them. `None` if `count`
    /// is above [`MAX_ARGS`], or if there are too few words.
    #[inline]
    pub fn new(words: &'a [u64], count: u8, bits: u32) -> Option<Self> {
        Self::after(words, 0, u64::from(count), bits)
    }

    /// The number of arguments, 0 to [`MAX_ARGS`].
    #[inline]
    pub fn count(&self) -> u8 {
        self.count
    }

    /// The words of the record that hold the arguments.
    #[inline]
    pub fn words(&self) -> &'a [u64] {
        self.words
    }

    /// The arguments in their order, zero-extended; 0 beyond the last.
    pub fn registers(&self) -> [u64; MAX_ARGS] {
        let mut registers = [0; MAX_ARGS];
        for (register, value) in registers.iter_mut().zip(self.iter()) {
            *register = value;
        }
        registers
    }

    /// The arguments in their order, zero-extended.
    #[inline]
    pub fn iter(&self) -> impl Iterator<Item = u64> + 'a {
        let Self { words, bits, .. } = *self;
        (0..usize::from(self.count)).filter_map(move |index| match bits {
            32 => Some((words.get(index / 2)? >> (index % 2 * 32)) & 0xffff_ffff),
            _ => words.get(index).copied(),
        })
    }
}

/// How many words `count` registers of `bits` bits take.
#[inline(always)]
pub const fn arg_words(bits: u32, count: u32) -> u32 {
    if bits == 32 {
        count.wrapping_add(1) >> 1
    } else {
        count
    }
}

/// The words for registers of `bits` bits; words from [`arg_words`] on mean nothing.
#[inline]
pub const fn pack_args(args: [u64; MAX_ARGS], bits: u32) -> [u64; MAX_ARGS] {
    if bits != 32 {
        return args;
    }
    let [a, b, c, d, e, f] = args;
    [(a & 0xffff_ffff) | (b << 32), (c & 0xffff_ffff) | (d << 32), (e & 0xffff_ffff) | (f << 32), 0, 0, 0]
}
