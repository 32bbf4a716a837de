// SPDX-License-Identifier: GPL-2.0

//! Text that others chose, so that it stays on its line.

/// Gives out `text`, piece by piece, with `\xNN` for the bytes of characters that control or mislead and for what is no
/// UTF-8, and `\\` for a backslash, so that it stays on its line and can be told from all others.
pub fn escape(text: &[u8], mut put: impl FnMut(&[u8])) {
    // As good as all texts; a tenth of the work.
    if text.iter().all(|&byte| matches!(byte, b' '..=b'~') && byte != b'\\') {
        return put(text);
    }
    for chunk in text.utf8_chunks() {
        for character in chunk.valid().chars() {
            let mut utf8 = [0; 4];
            let utf8 = character.encode_utf8(&mut utf8).as_bytes();
            match character {
                '\\' => put(b"\\\\"),
                _ if character.is_control() || misleads(character) => hex(utf8, &mut put),
                _ => put(utf8),
            }
        }
        hex(chunk.invalid(), &mut put);
    }
}

fn hex(bytes: &[u8], put: &mut impl FnMut(&[u8])) {
    let digit = |value: u8| if value < 10 { b'0' + value } else { b'a' + value - 10 };
    for byte in bytes {
        put(&[b'\\', b'x', digit(byte >> 4), digit(byte & 0xf)]);
    }
}

/// Whether a character is no control character but has a line end, or read from right to left.
fn misleads(character: char) -> bool {
    matches!(character, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
