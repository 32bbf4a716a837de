// SPDX-License-Identifier: GPL-2.0

//! Text that others chose, without characters that control a terminal.

use crate::plain::plain_length;
pub use syscall_record_decode::escape::misleads;

/// Appends `text` so that it stays on its line: control characters, characters that mislead a reader, bytes that are
/// not UTF-8, and backslashes are escaped.
pub fn put_escaped(out: &mut Vec<u8>, text: &[u8]) {
    // Nearly all texts need no escapes.
    if plain_length(text, b'\\', b'\\') == text.len() {
        return out.extend_from_slice(text);
    }
    syscall_record_decode::escape::escape(text, |bytes| out.extend_from_slice(bytes));
}
