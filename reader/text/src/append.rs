// SPDX-License-Identifier: GPL-2.0

//! Text and characters.

/// Appends to a line. The methods are never inlined, because hundreds of places call them.
pub trait Append {
    /// Appends text.
    fn put(&mut self, text: &[u8]);

    /// Appends a character.
    fn put_byte(&mut self, byte: u8);

    /// Appends the name of a structure's member that is not the first: `, NAME=`.
    fn put_member(&mut self, name: &str);
}

impl Append for Vec<u8> {
    #[inline(never)]
    fn put(&mut self, text: &[u8]) {
        self.extend_from_slice(text);
    }

    #[inline(never)]
    fn put_byte(&mut self, byte: u8) {
        self.push(byte);
    }

    #[inline(never)]
    fn put_member(&mut self, name: &str) {
        self.put(b", ");
        self.put(name.as_bytes());
        self.put_byte(b'=');
    }
}
