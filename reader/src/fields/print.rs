// SPDX-License-Identifier: GPL-2.0

//! Fields as people read them.

use super::{arg, Field, Id, Kind, Value};
use crate::model::{Event, What};
use std::io::Write as _;

/// Appends `field` to `out`; says whether the event has it.
pub fn print(field: &Field, out: &mut Vec<u8>, event: &Event<'_>) -> bool {
    let mut scratch = Vec::new();
    let Some(value) = field.value(event, &mut scratch) else { return false };
    // Writing to a vector does not fail.
    let _ = match value {
        Value::Uint(number) if field.kind() == Kind::Nanoseconds => write!(out, "{number:09}"),
        Value::Int(number) => write!(out, "{number}"),
        Value::Uint(number) => write!(out, "{number}"),
        Value::Bool(is_true) => write!(out, "{is_true}"),
        Value::Address(address) => write!(out, "{address}"),
        Value::Text(text) => {
            match (field.id(), argument_shape(field, event)) {
                // What these are made of is escaped already.
                (Id::Args, _) | (_, Some(arg::Shape::Other)) => out.extend_from_slice(text),
                (_, None | Some(arg::Shape::Text)) if field.id() != Id::Buffer => escape(out, text),
                _ => dots(out, text),
            }
            Ok(())
        }
    };
    true
}

/// Of `evt.arg`: what kind of argument it is.
fn argument_shape(field: &Field, event: &Event<'_>) -> Option<arg::Shape> {
    let What::Call(call) = &event.what else { return None };
    match arg::find(call, field.argument()?)? {
        arg::Found::Parameter(parameter) => Some(arg::shape(&parameter)),
        arg::Found::Result => None,
    }
}

/// Appends `text` with `\xNN` for the bytes of characters that control or mislead and for what is no UTF-8, and `\\`
/// for a backslash, so that it stays on its line and can be told from all others.
pub fn escape(out: &mut Vec<u8>, text: &[u8]) {
    let hex = |out: &mut Vec<u8>, bytes: &[u8]| {
        for byte in bytes {
            // Writing to a vector does not fail.
            let _ = write!(out, "\\x{byte:02x}");
        }
    };
    // As good as all texts.
    if text.iter().all(|&byte| matches!(byte, b' '..=b'~') && byte != b'\\') {
        return out.extend_from_slice(text);
    }
    for chunk in text.utf8_chunks() {
        for character in chunk.valid().chars() {
            let mut utf8 = [0; 4];
            let utf8 = character.encode_utf8(&mut utf8).as_bytes();
            match character {
                '\\' => out.extend_from_slice(b"\\\\"),
                _ if character.is_control() || misleads(character) => hex(out, utf8),
                _ => out.extend_from_slice(utf8),
            }
        }
        hex(out, chunk.invalid());
    }
}

/// Whether a character is no control character but has a line end, or read from right to left.
fn misleads(character: char) -> bool {
    matches!(character, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Appends bytes with a dot for each that is not printed, as sysdig shows buffers.
fn dots(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend(bytes.iter().map(|&byte| if matches!(byte, b' '..=b'~') { byte } else { b'.' }));
}
