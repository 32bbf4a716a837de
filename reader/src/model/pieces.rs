// SPDX-License-Identifier: GPL-2.0

//! What is recorded of buffers in a list, `struct iovec`, and of messages that have such lists.

use super::Memory;
use syscall_record_format::calls::plan::NULL_PIECE;

/// What is left of an argument's memory, to be taken from its front.
#[derive(Clone, Copy)]
pub struct Pieces<'a> {
    bytes: &'a [u8],
    /// If not all could be read, the address of the last buffer, which is the bad one if it is not whole.
    last: Option<u64>,
}

/// A buffer of a list.
pub struct Piece<'a> {
    /// Its length.
    pub len: u64,
    /// What is recorded of it.
    pub bytes: &'a [u8],
    /// Its address, if that is a bad one.
    pub bad: Option<u64>,
}

impl<'a> Pieces<'a> {
    /// All of it.
    pub fn of(memory: &'a Memory) -> Self {
        match memory.bytes.split_last_chunk() {
            Some((bytes, address)) if memory.is_fault => Self { bytes, last: Some(u64::from_le_bytes(*address)) },
            _ => Self { bytes: &memory.bytes, last: None },
        }
    }

    /// Takes a number of 32 bits.
    pub fn word(&mut self) -> Option<u64> {
        let (number, rest) = self.bytes.split_first_chunk()?;
        self.bytes = rest;
        Some(u64::from(u32::from_le_bytes(*number)))
    }

    /// Takes so many bytes, or as many as there are.
    pub fn take(&mut self, count: u64) -> &'a [u8] {
        let count = usize::try_from(count).unwrap_or(usize::MAX).min(self.bytes.len());
        let (first, rest) = self.bytes.split_at(count);
        self.bytes = rest;
        first
    }

    /// Takes a buffer.
    pub fn piece(&mut self) -> Option<Piece<'a>> {
        let (len, there) = (self.word()?, self.word()?);
        if there == u64::from(NULL_PIECE) {
            return Some(Piece { len, bytes: &[], bad: Some(0) });
        }
        let bytes = self.take(there);
        let is_whole = bytes.len() as u64 == there;
        Some(Piece { len, bytes, bad: self.last.filter(|_| !is_whole) })
    }
}
