// SPDX-License-Identifier: GPL-2.0

//! Buffers that calls read and write, as sysdig shows them.

use std::io::Write as _;

/// In which form.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Payload {
    /// On the line, with a dot for each byte that is no ASCII character.
    #[default]
    Dots,
    /// On lines of its own, the text in it alone.
    Text,
    /// On lines of its own, in hexadecimal.
    Hex,
    /// The same, with the text beside it.
    HexText,
}

/// How payload is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// Its form.
    pub payload: Payload,
    /// Whether all that was recorded is shown on a line, not only its beginning.
    pub is_whole: bool,
    /// How many bytes are shown at the most.
    pub limit: Option<u32>,
}

/// Characters on a line, the dots for the rest included.
const MAX_DOTS: usize = 80;
/// Bytes on a line of hexadecimal numbers, two to a group.
const ROW_BYTES: usize = 16;

impl Look {
    /// Appends `bytes`.
    pub fn put(self, out: &mut Vec<u8>, bytes: &[u8]) {
        let bytes = self.cut(bytes);
        match self.payload {
            _ if bytes.is_empty() => (),
            Payload::Dots if self.is_whole || bytes.len() <= MAX_DOTS => dots(out, bytes),
            Payload::Dots => {
                dots(out, bytes.get(..MAX_DOTS - 3).unwrap_or_default());
                out.extend_from_slice(b"...");
            }
            Payload::Text => text(out, bytes),
            Payload::Hex => hex(out, bytes, false),
            Payload::HexText => hex(out, bytes, true),
        }
    }

    /// What is shown at the most of `bytes`.
    pub(super) fn cut(self, bytes: &[u8]) -> &[u8] {
        self.limit.and_then(|limit| bytes.get(..limit as usize)).unwrap_or(bytes)
    }
}

fn dots(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend(bytes.iter().map(|&byte| if matches!(byte, b' '..=b'~') { byte } else { b'.' }));
}

/// What does not control a terminal. Line ends are of any kind.
#[cold]
fn text(out: &mut Vec<u8>, bytes: &[u8]) {
    out.push(b'\n');
    let mut last = '\0';
    for character in bytes.utf8_chunks().flat_map(|chunk| chunk.valid().chars()) {
        match character {
            '\r' => out.push(b'\n'),
            '\n' if last == '\r' => (),
            '\n' | '\t' => out.push(character as u8),
            _ if character.is_control() => (),
            _ => out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
        }
        last = character;
    }
}

#[cold]
fn hex(out: &mut Vec<u8>, bytes: &[u8], has_text: bool) {
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
            dots(out, part);
        }
    }
    out.push(b'\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(payload: Payload, bytes: &[u8]) -> String {
        let mut out = Vec::new();
        Look { payload, ..Look::default() }.put(&mut out, bytes);
        String::from_utf8(out).expect("text")
    }

    #[test]
    fn on_the_line() {
        assert_eq!(shown(Payload::Dots, b"root:\0\x1b[1m\xff\n"), "root:..[1m..");
        assert_eq!(shown(Payload::Dots, &[b'a'; 80]), "a".repeat(80));
        assert_eq!(shown(Payload::Dots, &[b'a'; 81]), "a".repeat(77) + "...");
        let mut out = Vec::new();
        Look { is_whole: true, ..Look::default() }.put(&mut out, &[b'a'; 81]);
        assert_eq!(out, [b'a'; 81]);
        let mut out = Vec::new();
        Look { limit: Some(3), ..Look::default() }.put(&mut out, &[b'a'; 81]);
        Look { limit: Some(3), payload: Payload::Hex, ..Look::default() }.put(&mut out, b"01234");
        Look { limit: Some(3), ..Look::default() }.put(&mut out, b"ab");
        Look { limit: Some(0), payload: Payload::HexText, ..Look::default() }.put(&mut out, b"ab");
        assert_eq!(out, b"aaa\n\t0x0000: 3031 32\nab");
    }

    #[test]
    fn text() {
        let bytes = "GET /\u{e4} HTTP/1.0\r\nHost: x\r\n\r\na\tb\rc\u{1b}[1m\u{9b}1m".as_bytes();
        assert_eq!(shown(Payload::Text, bytes), "\nGET /\u{e4} HTTP/1.0\nHost: x\n\na\tb\nc[1m1m");
        assert_eq!(shown(Payload::Text, b"a\xff\xfeb"), "\nab");
    }

    #[test]
    fn hexadecimal() {
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
