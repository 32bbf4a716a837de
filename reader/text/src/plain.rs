// SPDX-License-Identifier: GPL-2.0

//! Finds the bytes that do not stand for themselves.

/// Each byte of a word is 1.
const ONES: u64 = u64::MAX / 255;
/// The highest bit of each byte.
const HIGH: u64 = ONES << 7;

/// How many bytes at the start of `bytes` are printable ASCII characters, but neither `one` nor `other`.
#[inline]
pub(crate) fn plain_length(bytes: &[u8], one: u8, other: u8) -> usize {
    let mut length = 0;
    // Eight bytes at a time, as long as all of them are plain.
    while let Some(eight) = bytes.get(length..).and_then(|rest| rest.first_chunk::<8>()) {
        let word = u64::from_le_bytes(*eight);
        let others = is_below(word, b' ') | equals(word, one) | equals(word, other) | equals(word, 0x7f) | word;
        if others & HIGH != 0 {
            break;
        }
        length += 8;
    }
    while let Some(&byte) = bytes.get(length) {
        if !matches!(byte, b' '..=b'~') || byte == one || byte == other {
            break;
        }
        length += 1;
    }
    length
}

/// The highest bit of a byte of the result is set if that byte of `word` is below `limit`. Of the bytes above the first
/// such byte, and of bytes of 128 and more, nothing is told.
#[inline(always)]
fn is_below(word: u64, limit: u8) -> u64 {
    word.wrapping_sub(ONES * limit as u64) & !word
}

/// The same for bytes that equal `byte`.
#[inline(always)]
fn equals(word: u64, byte: u8) -> u64 {
    is_below(word ^ (ONES * byte as u64), 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn plain_bytes_end_at_the_first_that_is_not(mut bytes in prop::collection::vec(b' '..=b'~', 0..40), at in 0usize..40, byte: u8) {
            if let Some(place) = bytes.get_mut(at) {
                *place = byte;
            }
            let is_plain = |byte: &u8| matches!(byte, b' '..=b'~') && *byte != b'"' && *byte != b'\\';
            let expected = bytes.iter().position(|byte| !is_plain(byte)).unwrap_or(bytes.len());
            prop_assert_eq!(plain_length(&bytes, b'"', b'\\'), expected);
        }
    }
}
