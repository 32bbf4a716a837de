// SPDX-License-Identifier: GPL-2.0

//! Takes apart what is recorded of a list of buffers (`struct iovec`), or of messages that have such lists.

use super::Memory;
use syscall_record_format::calls::plan::NULL_BUFFER;

/// Reads an argument's memory from its front.
#[derive(Clone, Copy)]
pub struct IovecReader<'a> {
    /// What was not read yet.
    bytes: &'a [u8],
    /// If not all memory could be read by the kernel, the address of the last buffer. That buffer is the one that could
    /// not be read, if it is not complete.
    last: Option<u64>,
    /// Whether that buffer was not resident.
    is_absent: bool,
    /// See [`Memory::is_before_version_3`].
    pub(super) is_before_version_3: bool,
}

/// A buffer of a list.
pub struct IovecBuffer<'a> {
    /// Its length in the program.
    pub len: u64,
    /// What is recorded of it.
    pub bytes: &'a [u8],
    /// Its address, if it could not be read.
    pub bad_address: Option<u64>,
    /// Whether it could not be read because it was not resident.
    pub is_absent: bool,
}

impl<'a> IovecReader<'a> {
    /// Begins at the front of an argument's memory.
    pub fn of(memory: &'a Memory) -> Self {
        let &Memory { is_absent, is_before_version_3, .. } = memory;
        match memory.bytes.split_last_chunk() {
            Some((bytes, address)) if memory.is_fault || is_absent => {
                Self { bytes, last: Some(u64::from_le_bytes(*address)), is_absent, is_before_version_3 }
            }
            _ => Self { bytes: &memory.bytes, last: None, is_absent: false, is_before_version_3 },
        }
    }

    /// If not all memory could be read by the kernel, the address of the last buffer.
    pub fn fault_address(&self) -> Option<u64> {
        self.last.filter(|_| !self.is_absent)
    }

    /// Reads a number of 32 bits.
    pub fn next_word(&mut self) -> Option<u64> {
        let (number, rest) = self.bytes.split_first_chunk()?;
        self.bytes = rest;
        Some(u64::from(u32::from_le_bytes(*number)))
    }

    /// Reads `count` bytes, or all that are left if there are fewer.
    pub fn next_bytes(&mut self, count: u64) -> &'a [u8] {
        let count = usize::try_from(count).unwrap_or(usize::MAX).min(self.bytes.len());
        let (first, rest) = self.bytes.split_at(count);
        self.bytes = rest;
        first
    }

    /// Reads the next buffer.
    pub fn next_buffer(&mut self) -> Option<IovecBuffer<'a>> {
        let (len, recorded) = (self.next_word()?, self.next_word()?);
        if recorded == u64::from(NULL_BUFFER) {
            return Some(IovecBuffer { len, bytes: &[], bad_address: Some(0), is_absent: false });
        }
        let bytes = self.next_bytes(recorded);
        let is_complete = bytes.len() as u64 == recorded;
        let bad_address = self.last.filter(|_| !is_complete);
        Some(IovecBuffer { len, bytes, bad_address, is_absent: self.is_absent && bad_address.is_some() })
    }
}
