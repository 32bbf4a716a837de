// SPDX-License-Identifier: GPL-2.0

//! A chunk of the memory that an argument points to.

use super::fields::*;
use super::layout::{MAX_ARGS, MAX_CHUNK_BYTES};

/// A chunk of the memory that an argument points to, as a MEMORY record has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chunk<'a> {
    /// What is known of the bytes.
    pub head: ChunkHead,
    words: &'a [u64],
}

/// What is known of the bytes of a chunk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ChunkHead {
    /// The register that holds the argument, below [`MAX_ARGS`].
    pub register: u8,
    /// It is not the first chunk of its argument.
    pub continues: bool,
    /// It is the last chunk of its argument.
    pub is_last: bool,
    /// The memory after it could not be read: the address is bad. Not together with `is_absent`.
    pub is_fault: bool,
    /// The memory after it was not resident when it was to be copied.
    pub is_absent: bool,
    /// There was more memory than is recorded.
    pub is_cut: bool,
    /// The memory was read at the return of the call, not at its entry.
    pub at_return: bool,
    /// The lower 8 bits of the call's number.
    pub call: u8,
    /// The number of bytes, 0 to [`MAX_CHUNK_BYTES`].
    pub len: u16,
}

impl<'a> Chunk<'a> {
    /// A chunk of the first `head.len` bytes of `words`. `None` if there are too few words, or if a field of `head` is
    /// out of range.
    #[inline]
    pub fn new(head: ChunkHead, words: &'a [u64]) -> Option<Self> {
        let len = usize::from(head.len);
        if len > MAX_CHUNK_BYTES || usize::from(head.register) >= MAX_ARGS || head.is_fault && head.is_absent {
            return None;
        }
        Some(Self { head, words: words.get(..len.div_ceil(8))? })
    }

    /// The chunk of the MEMORY record at the start of `words`.
    #[inline]
    pub(super) fn from_record(words: &'a [u64]) -> Option<Self> {
        let (&word, words) = words.split_first()?;
        let head = ChunkHead {
            register: MEMORY_ARGUMENT.get(word) as u8,
            continues: MEMORY_CONTINUES.get(word) != 0,
            is_last: MEMORY_IS_LAST.get(word) != 0,
            is_fault: MEMORY_IS_FAULT.get(word) != 0,
            is_absent: MEMORY_IS_ABSENT.get(word) != 0,
            is_cut: MEMORY_IS_CUT.get(word) != 0,
            at_return: MEMORY_AT_RETURN.get(word) != 0,
            call: MEMORY_CALL.get(word) as u8,
            len: MEMORY_BYTES.get(word) as u16,
        };
        Self::new(head, words)
    }

    /// The words of the record that hold the bytes.
    #[inline]
    pub fn words(&self) -> &'a [u64] {
        self.words
    }

    /// The bytes of the chunk.
    #[inline]
    pub fn bytes(&self) -> impl Iterator<Item = u8> + 'a {
        self.words.iter().flat_map(|word| word.to_le_bytes()).take(usize::from(self.head.len))
    }
}
