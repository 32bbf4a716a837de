// SPDX-License-Identifier: GPL-2.0

//! ASCII texts that the build script compresses, to about 40 %, and that are decompressed at their first use.

use super::coding::{
    adapt, middle, places_of_distance, BYTES_AFTER, DISTANCES, EVEN, IS_COPY, LENGTHS, LENGTH_BITS, PLACES, SHORTEST,
};
use std::sync::OnceLock;

/// A text that is stored compressed.
#[derive(Debug)]
pub(crate) struct CompressedText {
    compressed: &'static [u8],
    text: OnceLock<String>,
}

/// The text that the build script compressed to the file of this name.
macro_rules! compressed_text {
    ($name:literal) => {
        $crate::text::compressed_text::CompressedText::new(include_bytes!(concat!(env!("OUT_DIR"), "/", $name)))
    };
}
pub(crate) use compressed_text;

impl CompressedText {
    pub(crate) const fn new(compressed: &'static [u8]) -> Self {
        Self { compressed, text: OnceLock::new() }
    }

    /// The text. The first call decompresses it and keeps the result.
    #[inline]
    pub(crate) fn get(&self) -> &str {
        match self.text.get() {
            Some(text) => text,
            None => self.fill(),
        }
    }

    #[cold]
    #[inline(never)]
    fn fill(&self) -> &str {
        self.text.get_or_init(|| decompress(self.compressed))
    }
}

struct BitReader<'a> {
    bytes: std::slice::Iter<'a, u8>,
    number: u32,
    low: u32,
    high: u32,
    probabilities: Vec<u16>,
}

impl BitReader<'_> {
    fn take(&mut self, place: usize) -> u32 {
        let Some(probability) = self.probabilities.get_mut(place) else { return 0 };
        let middle = middle(self.low, self.high, *probability);
        let bit = u32::from(self.number > middle);
        if bit == 0 {
            self.high = middle;
        } else {
            self.low = middle + 1;
        }
        *probability = adapt(*probability, bit);
        while (self.low ^ self.high) >> 24 == 0 {
            self.low <<= 8;
            self.high = (self.high << 8) | 0xff;
            self.number = (self.number << 8) | next(&mut self.bytes);
        }
        bit
    }

    fn take_number(&mut self, places: usize, bits: u32) -> usize {
        let node = (0..bits).fold(1, |node, _| 2 * node + self.take(places + node) as usize);
        node - (1 << bits)
    }
}

fn next(bytes: &mut std::slice::Iter<'_, u8>) -> u32 {
    bytes.next().map_or(0, |&byte| u32::from(byte))
}

fn decompress(bytes: &[u8]) -> String {
    let mut bytes = bytes.iter();
    let length = (0..2).fold(0, |length, _| (length << 8) | next(&mut bytes)) as usize;
    let number = (0..4).fold(0, |number, _| (number << 8) | next(&mut bytes));
    let mut reader = BitReader { bytes, number, low: 0, high: u32::MAX, probabilities: vec![EVEN; PLACES] };
    let mut text: Vec<u8> = Vec::with_capacity(length);
    let mut is_copy = 0;
    while text.len() < length {
        is_copy = reader.take(IS_COPY + is_copy) as usize;
        if is_copy == 0 {
            let before = text.last().map_or(0, |&byte| usize::from(byte));
            text.push(reader.take_number(BYTES_AFTER + 128 * before, 7) as u8);
            continue;
        }
        let length = reader.take_number(LENGTHS, LENGTH_BITS) + SHORTEST;
        let bits = reader.take_number(places_of_distance(length), 4);
        let distance = (0..bits).rev().fold(1, |distance, bit| 2 * distance + reader.take(DISTANCES + bit) as usize);
        let from = text.len().saturating_sub(distance);
        for at in from..from + length {
            text.extend(text.get(at).copied());
        }
    }
    String::from_utf8(text).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::compressor::{compress, LONGEST};
    use super::*;

    fn roundtrip(text: &str) -> usize {
        let compressed = compress(text.as_bytes());
        assert_eq!(decompress(&compressed), text);
        compressed.len()
    }

    #[test]
    fn decompressed_text_equals_original() {
        for text in ["", "a", "ab", "abc", "abcab", "abcabc", "\0\u{7f}\0"] {
            assert!(roundtrip(text) <= text.len() + 4, "{text:?}");
        }
        // A copy may overlap its original.
        assert!(roundtrip(&"a".repeat(LONGEST)) < roundtrip(&"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKL"[..LONGEST]));
        assert!(roundtrip(&"a".repeat(65_535)) < 3000);
        // A far original.
        let far = |distance: usize| format!("abc{}abc", "0".repeat(distance - 3));
        for distance in [3, 4, 255, 256, 40_000, 65_529] {
            roundtrip(&far(distance));
        }
        let numbers = (0..9999).map(|number| format!("{number:x}")).collect::<Vec<_>>().join(" ");
        assert!(roundtrip(&numbers) < numbers.len() / 2);
    }

    #[test]
    fn static_text_can_be_read_twice() {
        static HELP: CompressedText = compressed_text!("help");
        assert!(HELP.get().len() > 2 * HELP.compressed.len());
        assert_eq!(HELP.get(), HELP.get());
    }

    #[test]
    fn damaged_texts_end() {
        let compressed = compress(b"fd: fd, fd: fd");
        for at in 0..compressed.len() {
            for bit in 0..8 {
                let mut damaged = compressed.clone();
                damaged[at] ^= 1 << bit;
                decompress(&damaged);
            }
        }
    }
}
