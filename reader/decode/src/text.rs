// SPDX-License-Identifier: GPL-2.0

//! Short texts. Lines are put together from these: by copies of fixed size, which the compiler turns
//! into a few moves, where it would call `memcpy` for a slice and loop for an iterator.

use std::fmt;

/// Text of `N` bytes at the most.
#[derive(Clone, Copy)]
pub struct Text<const N: usize> {
    /// Those behind `len` mean nothing.
    bytes: [u8; N],
    len: usize,
}

impl<const N: usize> Text<N> {
    /// Empty.
    #[inline]
    pub const fn new() -> Self {
        Self { bytes: [0; N], len: 0 }
    }

    /// Makes it empty.
    #[inline]
    pub fn clear(&mut self) {
        self.len = 0;
    }

    /// Its bytes.
    #[inline]
    pub fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }

    /// Appends `bytes`. Callers see to it that there is room; otherwise nothing is appended.
    #[inline]
    pub fn put(&mut self, bytes: &[u8]) {
        if let Some(place) = self.bytes.get_mut(self.len..self.len + bytes.len()) {
            place.copy_from_slice(bytes);
            self.len += bytes.len();
        }
    }

    /// Appends a text. It must have room for `M` bytes, whatever the text's length.
    #[inline]
    pub fn put_text<const M: usize>(&mut self, text: &Text<M>) {
        self.put_first(&text.bytes, text.len);
    }

    /// Appends the first `len` of `bytes`; there must be room for all.
    #[inline]
    fn put_first<const M: usize>(&mut self, bytes: &[u8; M], len: usize) {
        if let Some(place) = self.bytes.get_mut(self.len..self.len + M) {
            place.copy_from_slice(bytes);
            self.len += len;
        }
    }
}

impl<const N: usize> fmt::Write for Text<N> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.put(text.as_bytes());
        Ok(())
    }
}

/// The longest hexadecimal number: `0x` and 16 digits.
pub const HEX_BYTES: usize = 18;

/// `0x` and the hexadecimal digits of `number`, without leading zeroes.
#[inline]
pub fn hex(number: u64) -> Text<HEX_BYTES> {
    let [high, low] = [(number >> 32) as u32, number as u32];
    // Those of the upper half, or of the lower one if that is all.
    let count = |half: u32| (32 - (half | 1).leading_zeros()).div_ceil(4) as usize;
    let mut text = Text::new();
    text.put(b"0x");
    if high == 0 {
        text.put_first(&last_digits(low, count(low)), count(low));
    } else {
        text.put_first(&last_digits(high, count(high)), count(high));
        text.put_first(&last_digits(low, 8), 8);
    }
    text
}

/// The last `count` of the eight hexadecimal digits of `number`, 1 to 8; what is behind them means nothing.
#[inline]
fn last_digits(number: u32, count: usize) -> [u8; 8] {
    // All at once: a digit to each byte of a word, the first to the highest.
    let mut digits = u64::from(number);
    digits = (digits | (digits << 16)) & 0x0000_ffff_0000_ffff;
    digits = (digits | (digits << 8)) & 0x00ff_00ff_00ff_00ff;
    digits = (digits | (digits << 4)) & 0x0f0f_0f0f_0f0f_0f0f;
    // 1 for each that is 10 or more: 6 makes it 16 or more.
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
        fn hexadecimal(number in any::<u64>(), shift in 0u32..64) {
            let number = number >> shift;
            prop_assert_eq!(hex(number).bytes().to_vec(), format!("{number:#x}").into_bytes());
        }
    }

    #[test]
    fn what_does_not_fit_is_left_out() {
        let mut text = Text::<5>::new();
        text.put(b"abc");
        text.put(b"def");
        text.put_text(&hex(0));
        assert_eq!(text.bytes(), b"abc");
        assert_eq!(hex(0).bytes(), b"0x0");
    }
}
