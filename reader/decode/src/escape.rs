// SPDX-License-Identifier: GPL-2.0

//! Escapes text that programs chose, such as names and paths, before it is printed.

/// Gives `text` to `put`, piece by piece, in a form that stays on its line. `\xNN` stands for each byte of a character
/// that controls the terminal or misleads the reader, and for each byte that is not UTF-8; `\\` stands for a backslash.
/// So two different texts never look the same.
pub fn escape(text: &[u8], mut put: impl FnMut(&[u8])) {
    // Nearly all texts need no escapes. To find this out is a tenth of the work.
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

/// Whether a character breaks the line or changes the direction of the text, without being a control character.
pub fn misleads(character: char) -> bool {
    matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
