// SPDX-License-Identifier: GPL-2.0

//! Payload on a line.

/// Appends printable ASCII characters as they are, and a dot for any other byte.
pub fn put_dots(out: &mut Vec<u8>, bytes: &[u8]) {
    let start = out.len();
    out.extend_from_slice(bytes);
    for byte in out.get_mut(start..).unwrap_or_default() {
        if !matches!(*byte, b' '..=b'~') {
            *byte = b'.';
        }
    }
}
