// SPDX-License-Identifier: GPL-2.0

//! Putting a line together.

/// What a line is put together by: never inlined, for it is done in hundreds of places.
pub(in crate::style) trait Line {
    /// Appends text.
    fn put(&mut self, text: &[u8]);

    /// Appends a character.
    fn put_byte(&mut self, byte: u8);
}

impl Line for Vec<u8> {
    #[inline(never)]
    fn put(&mut self, text: &[u8]) {
        self.extend_from_slice(text);
    }

    #[inline(never)]
    fn put_byte(&mut self, byte: u8) {
        self.push(byte);
    }
}
