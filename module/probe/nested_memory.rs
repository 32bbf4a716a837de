// SPDX-License-Identifier: GPL-2.0

//! Copies memory that points to more memory, or that has parts: arrays of strings, I/O vectors, messages, folder
//! entries.

use super::chunks::{Chunks, CopyStop};
use crate::shared::calls::plan::{
    MAX_ADDRESS_BYTES, MAX_CONTROL_BYTES, MAX_DIRENTS, MAX_PIECES, MESSAGE_WORDS, NULL_BUFFER,
};
use kernel::prelude::*;

/// The most bytes of a program's arguments that are recorded, all arguments together.
const MAX_STRINGS_BYTES: usize = 4096;
/// The most arguments of a program that are recorded.
const MAX_STRINGS: usize = 64;
/// The most variables of an environment that are counted.
const MAX_VARS: u32 = 4096;
/// The shortest entry of a folder: `struct linux_dirent64` of `include/linux/dirent.h` with a name of one byte,
/// aligned.
const MIN_DIRENT_BYTES: usize = 24;

/// Reads and copies memory of a program whose pointers have `pointer_bytes` bytes.
#[derive(Clone, Copy)]
pub(super) struct NestedMemory {
    pub(super) pointer_bytes: usize,
    /// The most bytes that are recorded of one buffer of a vector.
    pub(super) snaplen: usize,
}

impl NestedMemory {
    /// Reads element `index` of an array at `at`: a pointer, or a number of the same length.
    fn word(self, chunks: &Chunks<'_, '_>, at: u64, index: u64) -> Result<u64, CopyStop> {
        let size = self.pointer_bytes;
        let mut bytes = [0; 8];
        let place = at.wrapping_add(index.wrapping_mul(size as u64));
        chunks.read(place, bytes.get_mut(..size).unwrap_or_default())?;
        Ok(u64::from_le_bytes(bytes))
    }

    /// Reads elements `index` and `index + 1` of an array at `at`, as [`word`](Self::word) does.
    fn pair(self, chunks: &Chunks<'_, '_>, at: u64, index: u64) -> Result<(u64, u64), CopyStop> {
        let size = self.pointer_bytes;
        let mut bytes = [0; 16];
        let place = at.wrapping_add(index.wrapping_mul(size as u64));
        chunks.read(place, bytes.get_mut(..2 * size).unwrap_or_default())?;
        let both = u128::from_le_bytes(bytes);
        let (low, high) = (both as u64, (both >> 64) as u64);
        Ok(if size == 8 { (low, high) } else { (u64::from(low as u32), low >> 32) })
    }

    /// Appends a program's arguments, each with its NUL.
    pub(super) fn copy_strings(self, chunks: &mut Chunks<'_, '_>, at: u64) -> Result<(), CopyStop> {
        let mut left = MAX_STRINGS_BYTES;
        for index in 0..=MAX_STRINGS {
            let string = self.word(chunks, at, index as u64)?;
            if string == 0 {
                return Ok(());
            }
            if left == 0 || index == MAX_STRINGS {
                break;
            }
            let before = chunks.total;
            chunks.copy_string(string, left)?;
            chunks.put(&[0])?;
            left = left.saturating_sub(chunks.total.wrapping_sub(before));
        }
        chunks.head.is_cut = true;
        Ok(())
    }

    /// Appends the number of variables of an environment.
    pub(super) fn count_vars(self, chunks: &mut Chunks<'_, '_>, at: u64) -> Result<(), CopyStop> {
        let mut count = 0u32;
        while count < MAX_VARS && self.word(chunks, at, u64::from(count))? != 0 {
            count = count.wrapping_add(1);
        }
        chunks.put(&count.to_le_bytes())
    }

    /// Appends the buffers of a vector, which have at most `limit` bytes together. A buffer is recorded as its length,
    /// the number of recorded bytes or [`NULL_BUFFER`], and these bytes.
    pub(super) fn copy_vector(
        self,
        chunks: &mut Chunks<'_, '_>,
        at: u64,
        count: u64,
        mut limit: usize,
    ) -> Result<(), CopyStop> {
        for index in 0..count.min(MAX_PIECES) {
            let (base, length) = self.pair(chunks, at, index.wrapping_mul(2))?;
            let there = usize::try_from(length).unwrap_or(usize::MAX).min(limit);
            let recorded = there.min(self.snaplen).min(chunks.snaplen);
            let follow = if base == 0 { NULL_BUFFER } else { recorded as u32 };
            let length = u32::try_from(length).unwrap_or(u32::MAX);
            chunks.put(&(u64::from(follow) << 32 | u64::from(length)).to_le_bytes())?;
            if base == 0 {
                continue;
            }
            chunks.piece = base;
            chunks.copy(base, recorded)?;
            chunks.head.is_cut |= recorded < there;
            limit = limit.wrapping_sub(there);
            chunks.snaplen = chunks.snaplen.wrapping_sub(recorded);
        }
        chunks.head.is_cut |= count > MAX_PIECES;
        Ok(())
    }

    /// Appends a message: its structure, a word of 64 bits for each field; the name; the buffers, which have at most
    /// `limit` bytes together; the control data.
    pub(super) fn copy_message(self, chunks: &mut Chunks<'_, '_>, at: u64, limit: usize) -> Result<(), CopyStop> {
        // `struct user_msghdr` of `include/linux/socket.h`, `struct compat_msghdr` of `include/net/compat.h`. The
        // second and the last field are of the type int. Where pointers have 64 bits, the upper halves of these words
        // are unused.
        let mut fields = [0; MESSAGE_WORDS];
        for (index, field) in (0..).zip(&mut fields) {
            *field = self.word(chunks, at, index)?;
            chunks.put(&field.to_le_bytes())?;
        }
        let [name, name_bytes, pieces, count, control, control_bytes, _] = fields;
        let copy = |chunks: &mut Chunks<'_, '_>, from: u64, bytes: u64, most: usize| {
            let bytes = if from == 0 { 0 } else { usize::try_from(bytes).unwrap_or(usize::MAX).min(most) };
            chunks.piece = from;
            chunks.copy(from, bytes)
        };
        copy(chunks, name, u64::from(name_bytes as u32), MAX_ADDRESS_BYTES)?;
        if pieces != 0 {
            chunks.piece = pieces;
            self.copy_vector(chunks, pieces, count, limit)?;
        }
        copy(chunks, control, control_bytes, MAX_CONTROL_BYTES)
    }

    /// Appends several messages, each after its length. If `is_length_limit`, no more than that length is recorded of a
    /// message.
    pub(super) fn copy_messages(
        self,
        chunks: &mut Chunks<'_, '_>,
        at: u64,
        count: u64,
        is_length_limit: bool,
    ) -> Result<(), CopyStop> {
        // `struct mmsghdr` of `include/linux/socket.h`: a message, which is 7 words long, and its length.
        for index in 0..count.min(MAX_PIECES) {
            let message = at.wrapping_add(index.wrapping_mul(8 * self.pointer_bytes as u64));
            let length = self.word(chunks, message, 7)? as u32;
            chunks.put(&length.to_le_bytes())?;
            let limit = if is_length_limit { length as usize } else { usize::MAX };
            self.copy_message(chunks, message, limit)?;
        }
        chunks.head.is_cut |= count > MAX_PIECES;
        Ok(())
    }
}

/// Appends the number of entries of a folder in `bytes` bytes, and the first of the bytes.
pub(super) fn copy_dirents(chunks: &mut Chunks<'_, '_>, at: u64, bytes: usize) -> Result<(), CopyStop> {
    let (mut count, mut offset) = (0u32, 0usize);
    while offset < bytes && count < MAX_DIRENTS {
        // `d_reclen` of `struct linux_dirent64`, behind two words of 64 bits.
        let mut size = [0; 2];
        chunks.read(at.wrapping_add(offset as u64).wrapping_add(16), &mut size)?;
        let size = usize::from(u16::from_le_bytes(size));
        // The program may have changed it.
        if size < MIN_DIRENT_BYTES {
            break;
        }
        offset = offset.saturating_add(size);
        count = count.wrapping_add(1);
    }
    chunks.put(&count.to_le_bytes())?;
    // No buffer of this argument was copied before, so that all of `snaplen` is left.
    chunks.copy_up_to(at, bytes, chunks.snaplen)
}
