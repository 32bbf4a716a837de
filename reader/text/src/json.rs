// SPDX-License-Identifier: GPL-2.0

//! Strings of JSON.

use crate::escape::misleads;
use crate::plain::plain_length;
use std::io::Write as _;

/// Appends a string, between quotes. Bytes that are not UTF-8 become U+FFFD.
pub fn put_string(out: &mut Vec<u8>, text: &[u8]) {
    out.push(b'"');
    // Nearly all strings need no escapes.
    let (plain, rest) = text.split_at(plain_length(text, b'"', b'\\'));
    out.extend_from_slice(plain);
    if !rest.is_empty() {
        put_escaped(out, rest);
    }
    out.push(b'"');
}

fn put_escaped(out: &mut Vec<u8>, text: &[u8]) {
    for chunk in text.utf8_chunks() {
        for character in chunk.valid().chars() {
            match character {
                '"' | '\\' => out.extend([b'\\', character as u8]),
                '\n' => out.extend_from_slice(b"\\n"),
                '\t' => out.extend_from_slice(b"\\t"),
                ' '..='~' => out.push(character as u8),
                // JSON allows the latter unescaped. But some control a terminal, and old JavaScript rejects others.
                // Others change the direction of the text.
                _ if character.is_control() || misleads(character) => {
                    let _ = write!(out, "\\u{:04x}", character as u32);
                }
                _ => out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
            }
        }
        if !chunk.invalid().is_empty() {
            out.extend_from_slice("\u{fffd}".as_bytes());
        }
    }
}
