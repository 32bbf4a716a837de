// SPDX-License-Identifier: GPL-2.0

//! Texts of the reader that take half the room: packed while it is compiled, unpacked when they are first asked for.
//!
//! They are ASCII. Packed, a byte below 0x80 is itself; two, `1LLLLDDD DDDDDDDD`, are the L + 3 bytes of the text that
//! begin D + 1 bytes before.

use std::string::String;
use std::sync::OnceLock;
use std::vec::Vec;

/// How far before a copy its original may begin.
const REACH: usize = 1 << 11;
const SHORTEST: usize = 3;
const LONGEST: usize = SHORTEST + 15;
/// How many originals are tried.
const TRIES: usize = 8;
const HASHES: usize = 1 << 12;

/// A text in `BYTES` bytes.
#[derive(Debug)]
pub struct Text<const BYTES: usize> {
    bytes: [u8; BYTES],
    text: OnceLock<String>,
}

impl<const BYTES: usize> Text<BYTES> {
    /// Packs a text, for which `BYTES` is its [`packed_length`].
    #[must_use]
    pub const fn new(text: &[u8]) -> Self {
        let mut bytes = [0; BYTES];
        pack(text, &mut bytes);
        Self { bytes, text: OnceLock::new() }
    }

    /// The text.
    #[inline]
    pub fn get(&self) -> &str {
        self.text.get_or_init(|| unpack(&self.bytes))
    }
}

/// How many bytes a text takes.
#[must_use]
pub const fn packed_length(text: &[u8]) -> usize {
    pack(text, &mut [0; 1 << 16])
}

/// Packs a text to the start of `out`; how many bytes that takes.
const fn pack(text: &[u8], out: &mut [u8]) -> usize {
    assert!(text.len() < 1 << 16, "the text takes 64 KiB or more");
    // By hash the last place that has it, and by place the one before with the same hash, counted from 1.
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

/// Of the bytes that a copy has at least.
const fn hash(text: &[u8], at: usize) -> usize {
    if at + SHORTEST > text.len() {
        return 0;
    }
    (text[at] as usize ^ ((text[at + 1] as usize) << 3) ^ ((text[at + 2] as usize) << 6)) % HASHES
}

/// How many bytes are the same from two places on, as far as a copy goes.
const fn equal(text: &[u8], one: usize, other: usize) -> usize {
    let mut length = 0;
    while length < LONGEST && other + length < text.len() && text[one + length] == text[other + length] {
        length += 1;
    }
    length
}

fn unpack(bytes: &[u8]) -> String {
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
        let mut packed = std::vec![0; text.len()];
        let length = pack(text.as_bytes(), &mut packed);
        assert_eq!(unpack(&packed[..length]), text);
        length
    }

    #[test]
    fn texts_come_back() {
        assert_eq!(["", "a", "ab", "abc", "abcab"].map(roundtrip), [0, 1, 2, 3, 5]);
        assert_eq!(roundtrip("abcabc"), 5);
        // A copy may begin in what it makes.
        assert_eq!(roundtrip(&"a".repeat(20)), 1 + 2 + 1);
        // Too far away, and just not.
        let far = |distance: usize| std::format!("abc{}abc", "0".repeat(distance - 3));
        assert_eq!(roundtrip(&far(REACH)) + 1, roundtrip(&far(REACH + 1)));
        let numbers = (0..9999).map(|number| std::format!("{number:x}")).collect::<Vec<_>>().join(" ");
        assert!(roundtrip(&numbers) < numbers.len());
    }

    #[test]
    fn a_text_is_there_for_all_who_ask() {
        const TEXT: &[u8] = b"fd: fd, fd: fd";
        static PACKED: Text<{ packed_length(TEXT) }> = Text::new(TEXT);
        assert!(PACKED.bytes.len() < TEXT.len());
        assert_eq!([PACKED.get(), PACKED.get()], ["fd: fd, fd: fd"; 2]);
    }
}
