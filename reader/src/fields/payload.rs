// SPDX-License-Identifier: GPL-2.0

//! Payload: the bytes that calls read and write, in sysdig's forms.

use crate::text::escape::{misleads, put_escaped};
pub(super) use crate::text::payload::put_dots;
use std::io::Write as _;

/// The form of payload.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Payload {
    /// On the line, with a dot for each byte that is no printable ASCII character.
    #[default]
    Dots,
    /// On lines of its own, as text: without invalid UTF-8 and control characters.
    Text,
    /// On lines of its own, in hexadecimal.
    Hex,
    /// On lines of its own, in hexadecimal with the text beside it.
    HexText,
}

/// How payload is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PayloadOptions {
    /// The form.
    pub payload: Payload,
    /// Whether a line has everything that was recorded, and not only its beginning.
    pub prints_all: bool,
    /// The most bytes that are printed; `None` for all.
    pub limit: Option<u32>,
}

/// The most characters on a line, including the three dots that stand for the rest.
const MAX_DOTS: usize = 80;
/// Bytes on a line of hexadecimal numbers. Each group has two.
const ROW_BYTES: usize = 16;

impl PayloadOptions {
    /// Appends `bytes`.
    pub(crate) fn put(self, out: &mut Vec<u8>, bytes: &[u8]) {
        let bytes = self.cut(bytes);
        match self.payload {
            _ if bytes.is_empty() => (),
            Payload::Dots if self.prints_all || bytes.len() <= MAX_DOTS => put_dots(out, bytes),
            Payload::Dots => {
                put_dots(out, bytes.get(..MAX_DOTS - 3).unwrap_or_default());
                out.extend_from_slice(b"...");
            }
            Payload::Text => put_text(out, bytes),
            Payload::Hex => put_hex(out, bytes, false),
            Payload::HexText => put_hex(out, bytes, true),
        }
    }

    /// Gives the bytes that are printed: those up to the limit.
    pub(crate) fn cut(self, bytes: &[u8]) -> &[u8] {
        self.limit.and_then(|limit| bytes.get(..limit as usize)).unwrap_or(bytes)
    }
}

/// Appends the text in `bytes`, without characters that control a terminal. A line may end in `\n`, `\r` or both.
#[cold]
fn put_text(out: &mut Vec<u8>, bytes: &[u8]) {
    out.push(b'\n');
    let mut last = '\0';
    for character in bytes.utf8_chunks().flat_map(|chunk| chunk.valid().chars()) {
        match character {
            '\r' => out.push(b'\n'),
            '\n' if last == '\r' => (),
            '\n' | '\t' => out.push(character as u8),
            _ if character.is_control() => (),
            _ if misleads(character) => put_escaped(out, character.encode_utf8(&mut [0; 4]).as_bytes()),
            _ => out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
        }
        last = character;
    }
}

/// Appends rows of hexadecimal numbers, each with its offset.
#[cold]
fn put_hex(out: &mut Vec<u8>, bytes: &[u8], has_text: bool) {
    for (row, part) in bytes.chunks(ROW_BYTES).enumerate() {
        let _ = write!(out, "\n\t{:#06x}:", row * ROW_BYTES);
        for (index, byte) in part.iter().enumerate() {
            let space = if index % 2 == 0 { " " } else { "" };
            let _ = write!(out, "{space}{byte:02x}");
        }
        if has_text {
            let missing = ROW_BYTES - part.len();
            let width = missing * 2 + missing / 2 + 2;
            let _ = write!(out, "{:width$}", "");
            put_dots(out, part);
        }
    }
    out.push(b'\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(payload: Payload, bytes: &[u8]) -> String {
        let mut out = Vec::new();
        PayloadOptions { payload, ..PayloadOptions::default() }.put(&mut out, bytes);
        String::from_utf8(out).expect("UTF-8")
    }

    #[test]
    fn dots_stop_at_80_characters_or_at_the_limit() {
        assert_eq!(shown(Payload::Dots, b"root:\0\x1b[1m\xff\n"), "root:..[1m..");
        assert_eq!(shown(Payload::Dots, &[b'a'; 80]), "a".repeat(80));
        assert_eq!(shown(Payload::Dots, &[b'a'; 81]), "a".repeat(77) + "...");
        let mut out = Vec::new();
        PayloadOptions { prints_all: true, ..PayloadOptions::default() }.put(&mut out, &[b'a'; 81]);
        assert_eq!(out, [b'a'; 81]);
        let mut out = Vec::new();
        PayloadOptions { limit: Some(3), ..PayloadOptions::default() }.put(&mut out, &[b'a'; 81]);
        PayloadOptions { limit: Some(3), payload: Payload::Hex, ..PayloadOptions::default() }.put(&mut out, b"01234");
        PayloadOptions { limit: Some(3), ..PayloadOptions::default() }.put(&mut out, b"ab");
        PayloadOptions { limit: Some(0), payload: Payload::HexText, ..PayloadOptions::default() }.put(&mut out, b"ab");
        assert_eq!(out, b"aaa\n\t0x0000: 3031 32\nab");
    }

    #[test]
    fn text_has_no_control_characters_and_no_invalid_utf8() {
        let bytes = "GET /\u{e4} HTTP/1.0\r\nHost: x\r\n\r\na\tb\rc\u{1b}[1m\u{9b}1m".as_bytes();
        assert_eq!(shown(Payload::Text, bytes), "\nGET /\u{e4} HTTP/1.0\nHost: x\n\na\tb\nc[1m1m");
        // A file's name was shown backwards.
        assert_eq!(shown(Payload::Text, "a\u{202e}fdp.exe".as_bytes()), "\na\\xe2\\x80\\xaefdp.exe");
        assert_eq!(shown(Payload::Text, b"a\xff\xfeb"), "\nab");
    }

    #[test]
    fn hexadecimal_rows_have_16_bytes() {
        assert_eq!(
            shown(Payload::Hex, b"0123456789abcdef\n"),
            "\n\t0x0000: 3031 3233 3435 3637 3839 6162 6364 6566\n\t0x0010: 0a\n"
        );
        let expected = "\n\t0x0000: 3031 3233 3435 3637 3839 6162 6364 6566  0123456789abcdef\
            \n\t0x0010: 4142 0a                                  AB.\n";
        assert_eq!(shown(Payload::HexText, b"0123456789abcdefAB\n"), expected);
        for payload in [Payload::Dots, Payload::Text, Payload::Hex, Payload::HexText] {
            assert_eq!(shown(payload, b""), "");
        }
    }
}
