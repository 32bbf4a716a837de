// SPDX-License-Identifier: GPL-2.0

//! Short texts of fixed capacity, which lines are put together from. Copies are of fixed size: the compiler turns them
//! into a few moves. For a slice it would call `memcpy`, for an iterator it would loop.

use std::fmt;

/// FixedText of up to `N` bytes.
#[derive(Clone, Copy)]
pub struct FixedText<const N: usize> {
    /// The text, then bytes without a meaning.
    bytes: [u8; N],
    /// How many bytes the text has.
    len: usize,
}

impl<const N: usize> FixedText<N> {
    /// An empty text.
    #[inline]
    pub const fn new() -> Self {
        Self { bytes: [0; N], len: 0 }
    }

    /// Removes all bytes.
    #[inline]
    pub fn clear(&mut self) {
        self.len = 0;
    }

    /// The text's bytes.
    #[inline]
    pub fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }

    /// Appends `bytes`. Appends nothing where there is no room for all of them; callers choose `N` so that there is.
    #[inline]
    pub fn put(&mut self, bytes: &[u8]) {
        if let Some(place) = self.bytes.get_mut(self.len..self.len + bytes.len()) {
            place.copy_from_slice(bytes);
            self.len += bytes.len();
        }
    }

    /// Appends a text. There must be room for `M` bytes, also where the text is shorter.
    #[inline]
    pub fn put_text<const M: usize>(&mut self, text: &FixedText<M>) {
        self.put_first(&text.bytes, text.len);
    }

    /// Appends `number` as `0x` and hexadecimal digits, without leading zeroes. There must be room for
    /// [`HEX_BYTES`].
    #[inline]
    pub fn put_hex(&mut self, number: u64) {
        let [high, low] = [(number >> 32) as u32, number as u32];
        // How many digits a half has without leading zeroes; one digit for 0.
        let count = |half: u32| (32 - (half | 1).leading_zeros()).div_ceil(4) as usize;
        self.put_first(b"0x", 2);
        if high == 0 {
            self.put_first(&last_digits(low, count(low)), count(low));
        } else {
            self.put_first(&last_digits(high, count(high)), count(high));
            self.put_first(&last_digits(low, 8), 8);
        }
    }

    /// Appends the first `len` of `bytes`. There must be room for all `M` bytes.
    #[inline]
    fn put_first<const M: usize>(&mut self, bytes: &[u8; M], len: usize) {
        if let Some(place) = self.bytes.get_mut(self.len..self.len + M) {
            place.copy_from_slice(bytes);
            self.len += len;
        }
    }
}

impl<const N: usize> fmt::Write for FixedText<N> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.put(text.as_bytes());
        Ok(())
    }
}

/// The longest hexadecimal number: `0x` and 16 digits.
pub const HEX_BYTES: usize = 18;

/// Formats `number` as `0x` and hexadecimal digits, without leading zeroes.
#[inline]
pub fn hex(number: u64) -> FixedText<HEX_BYTES> {
    let mut text = FixedText::new();
    text.put_hex(number);
    text
}

/// The last `count` (1 to 8) of the eight hexadecimal digits of `number`, as characters. The bytes after these have no
/// meaning.
#[inline]
fn last_digits(number: u32, count: usize) -> [u8; 8] {
    // All digits at once: each goes to a byte of a word, the first digit to the highest byte.
    let mut digits = u64::from(number);
    digits = (digits | (digits << 16)) & 0x0000_ffff_0000_ffff;
    digits = (digits | (digits << 8)) & 0x00ff_00ff_00ff_00ff;
    digits = (digits | (digits << 4)) & 0x0f0f_0f0f_0f0f_0f0f;
    // A byte of `letters` is 1 where the digit is 10 or more: adding 6 to such a digit gives 16 or more.
    let letters = ((digits + 0x0606_0606_0606_0606) >> 4) & 0x0101_0101_0101_0101;
    let characters = digits + letters * u64::from(b'a' - b'9' - 1) + 0x3030_3030_3030_3030;
    (characters << (64 - 8 * count)).to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn hex_agrees_with_format(number in any::<u64>(), shift in 0u32..64) {
            let number = number >> shift;
            prop_assert_eq!(hex(number).bytes().to_vec(), format!("{number:#x}").into_bytes());
        }
    }

    #[test]
    fn bytes_beyond_capacity_are_left_out() {
        let mut text = FixedText::<5>::new();
        text.put(b"abc");
        text.put(b"def");
        text.put_text(&hex(0));
        assert_eq!(text.bytes(), b"abc");
        assert_eq!(hex(0).bytes(), b"0x0");
    }
}
