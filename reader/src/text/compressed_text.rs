// SPDX-License-Identifier: GPL-2.0

//! ASCII texts that are compressed at compile time, to about half their size, and decompressed at their first use.
//!
//! In a compressed text a byte below 0x80 stands for itself. Two bytes `1LLLLDDD DDDDDDDD` are a copy: they stand for
//! the L + 3 bytes of the text that begin D + 1 bytes before.

use std::sync::OnceLock;

/// How many bytes before a copy its original may begin.
const REACH: usize = 1 << 11;
/// Bytes of the shortest and of the longest copy.
const SHORTEST: usize = 3;
const LONGEST: usize = SHORTEST + 15;
/// How many places the compressor tries as the original of a copy.
const TRIES: usize = 8;
const HASHES: usize = 1 << 12;

/// A text, compressed to `BYTES` bytes.
#[derive(Debug)]
pub(crate) struct CompressedText<const BYTES: usize> {
    compressed: [u8; BYTES],
    text: OnceLock<String>,
}

impl<const BYTES: usize> CompressedText<BYTES> {
    /// Compresses `text`; `BYTES` must be its [`compressed_length`].
    pub(crate) const fn new(text: &[u8]) -> Self {
        let mut compressed = [0; BYTES];
        compress(text, &mut compressed);
        Self { compressed, text: OnceLock::new() }
    }

    /// The text. The first call decompresses it and keeps the result.
    #[inline]
    pub(crate) fn get(&self) -> &str {
        self.text.get_or_init(|| decompress(&self.compressed))
    }
}

/// How many bytes `text` takes when it is compressed.
pub(crate) const fn compressed_length(text: &[u8]) -> usize {
    compress(text, &mut [0; 1 << 16])
}

/// Writes `text`, compressed, to the start of `out`; returns the number of bytes written.
const fn compress(text: &[u8], out: &mut [u8]) -> usize {
    assert!(text.len() < 1 << 16, "the text takes 64 KiB or more");
    // `last` has for each hash the last place with this hash; `before` has for each place the place before it with the
    // same hash. Places count from 1; 0 is none.
    let (mut last, mut before) = ([0_u16; HASHES], [0_u16; 1 << 16]);
    let (mut at, mut to) = (0, 0);
    while at < text.len() {
        assert!(text[at].is_ascii(), "the text is not ASCII");
        let (mut length, mut distance, mut tries) = (1, 0, 0);
        let mut place = last[hash(text, at)] as usize;
        while place > 0 && at - (place - 1) <= REACH && tries < TRIES {
            let equal = equal(text, place - 1, at);
            if equal > length {
                (length, distance) = (equal, at - (place - 1));
            }
            place = before[place - 1] as usize;
            tries += 1;
        }
        if length < SHORTEST {
            length = 1;
            out[to] = text[at];
            to += 1;
        } else {
            let copy = 0x8000 | ((length - SHORTEST) << 11) | (distance - 1);
            [out[to], out[to + 1]] = (copy as u16).to_be_bytes();
            to += 2;
        }
        let end = at + length;
        while at < end {
            let hash = hash(text, at);
            before[at] = last[hash];
            at += 1;
            last[hash] = at as u16;
        }
    }
    to
}

/// The hash of the first [`SHORTEST`] bytes from a place on.
const fn hash(text: &[u8], at: usize) -> usize {
    if at + SHORTEST > text.len() {
        return 0;
    }
    (text[at] as usize ^ ((text[at + 1] as usize) << 3) ^ ((text[at + 2] as usize) << 6)) % HASHES
}

/// How many bytes are equal from two places on, at most [`LONGEST`].
const fn equal(text: &[u8], one: usize, other: usize) -> usize {
    let mut length = 0;
    while length < LONGEST && other + length < text.len() && text[one + length] == text[other + length] {
        length += 1;
    }
    length
}

fn decompress(bytes: &[u8]) -> String {
    let mut text = Vec::with_capacity(4 * bytes.len());
    let mut bytes = bytes.iter();
    while let Some(&byte) = bytes.next() {
        if byte.is_ascii() {
            text.push(byte);
            continue;
        }
        let copy = usize::from(u16::from_be_bytes([byte & 0x7f, bytes.next().copied().unwrap_or(0)]));
        let from = text.len().saturating_sub(copy % REACH + 1);
        for at in from..from + copy / REACH + SHORTEST {
            text.extend(text.get(at).copied());
        }
    }
    String::from_utf8(text).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn roundtrip(text: &str) -> usize {
        let mut compressed = vec![0; text.len()];
        let length = compress(text.as_bytes(), &mut compressed);
        assert_eq!(decompress(&compressed[..length]), text);
        length
    }

    #[test]
    fn decompressed_text_equals_original() {
        assert_eq!(["", "a", "ab", "abc", "abcab"].map(roundtrip), [0, 1, 2, 3, 5]);
        assert_eq!(roundtrip("abcabc"), 5);
        // A copy may overlap its original.
        assert_eq!(roundtrip(&"a".repeat(20)), 1 + 2 + 1);
        // The farthest original that a copy can have, and one byte farther.
        let far = |distance: usize| format!("abc{}abc", "0".repeat(distance - 3));
        assert_eq!(roundtrip(&far(REACH)) + 1, roundtrip(&far(REACH + 1)));
        let numbers = (0..9999).map(|number| format!("{number:x}")).collect::<Vec<_>>().join(" ");
        assert!(roundtrip(&numbers) < numbers.len());
    }

    #[test]
    fn static_text_can_be_read_twice() {
        const TEXT: &[u8] = b"fd: fd, fd: fd";
        static COMPRESSED: CompressedText<{ compressed_length(TEXT) }> = CompressedText::new(TEXT);
        assert!(COMPRESSED.compressed.len() < TEXT.len());
        assert_eq!([COMPRESSED.get(), COMPRESSED.get()], ["fd: fd, fd: fd"; 2]);
    }
}
