// SPDX-License-Identifier: GPL-2.0

//! Collects the memory of arguments in chunks: in the open packet itself, or in a buffer on the stack.

use super::recorder::Recorder;
use crate::kernel_api::user_memory::{self, Access, Unreadable};
use crate::shared::encode::{EventInPlace, ProbeEvent};
use crate::shared::format::{Chunk, ChunkHead, Task, MAX_CHUNK_BYTES};
use core::mem::size_of;
use kernel::{bindings, prelude::*, transmute::AsBytes};

/// Words of a buffer for one chunk.
pub(super) const BUFFER_WORDS: usize = MAX_CHUNK_BYTES / size_of::<u64>();

/// Why the rest of an argument's memory is not copied.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum CopyStop {
    /// The program itself cannot read the memory.
    BadAddress,
    /// The memory is not resident.
    Absent,
    /// There is no room for a chunk. A reader of the recording would take a later chunk for the missing one.
    NoRoom,
}

/// Where chunks go.
pub(super) enum ChunkStore<'a> {
    /// To the open packet, as records of an event that is being written.
    InPlace(EventInPlace<'a, 'a>),
    /// Each is written as an event of its own, from a buffer.
    Events {
        buffer: &'a mut [u64; BUFFER_WORDS],
        recorder: Recorder<'a>,
        task: &'a Task,
        /// The tick of the next one, or later.
        next: u64,
    },
}

/// Collects the memory of one argument.
pub(super) struct Chunks<'a, 'b> {
    store: &'a mut ChunkStore<'b>,
    /// Which memory is read.
    access: Access,
    pub(super) head: ChunkHead,
    /// Bytes of the current chunk.
    len: usize,
    /// Bytes of the argument so far.
    pub(super) total: usize,
    /// How many more bytes may be recorded of an argument that points to several buffers.
    pub(super) snaplen: usize,
    /// The address of the last of these buffers.
    pub(super) piece: u64,
}

impl<'a, 'b> Chunks<'a, 'b> {
    /// Begins without bytes. `head` names the call and the argument.
    #[inline]
    pub(super) fn new(store: &'a mut ChunkStore<'b>, access: Access, head: ChunkHead, snaplen: usize) -> Self {
        Self { store, access, head, len: 0, total: 0, snaplen, piece: 0 }
    }

    /// The first `len` bytes of the current chunk's free space, or all of it if there is less. Begins another chunk if
    /// this one is full, so that there is free space.
    #[inline]
    fn room(&mut self, len: usize) -> Result<&mut [u8], CopyStop> {
        if self.len == MAX_CHUNK_BYTES {
            self.flush()?;
        }
        let end = self.len.saturating_add(len).min(MAX_CHUNK_BYTES);
        let words = match self.store {
            ChunkStore::InPlace(event) => event.memory(end).ok_or(CopyStop::NoRoom)?,
            ChunkStore::Events { buffer, .. } => &mut buffer[..],
        };
        Ok(AsBytes::as_bytes_mut(words).get_mut(self.len..end).unwrap_or_default())
    }

    /// Counts the first `len` bytes of the free space as filled.
    #[inline]
    fn filled(&mut self, len: usize) {
        self.len = self.len.wrapping_add(len);
        self.total = self.total.wrapping_add(len);
    }

    /// Appends `bytes`, which are the kernel's own and not the program's.
    pub(super) fn put(&mut self, mut bytes: &[u8]) -> Result<(), CopyStop> {
        while !bytes.is_empty() {
            let room = self.room(bytes.len())?;
            let (now, later) = bytes.split_at(room.len());
            room.copy_from_slice(now);
            self.filled(now.len());
            bytes = later;
        }
        Ok(())
    }

    /// Appends the first `limit` of the program's `len` bytes at `from`.
    #[inline]
    pub(super) fn copy_up_to(&mut self, from: u64, len: usize, limit: usize) -> Result<(), CopyStop> {
        self.head.is_cut |= len > limit;
        self.copy(from, len.min(limit))
    }

    /// Appends the program's `len` bytes at `from`, up to the first byte that cannot be read.
    pub(super) fn copy(&mut self, mut from: u64, mut len: usize) -> Result<(), CopyStop> {
        let access = self.access;
        while len > 0 {
            let room = self.room(len)?;
            let wanted = room.len();
            let copied = copy_readable(access, from, room);
            self.filled(copied);
            if copied < wanted {
                return Err(why(access, from.wrapping_add(copied as u64)));
            }
            from = from.wrapping_add(copied as u64);
            len = len.wrapping_sub(copied);
        }
        Ok(())
    }

    /// Appends the program's string at `from`, without its NUL, and at most `limit` bytes of it.
    pub(super) fn copy_string(&mut self, mut from: u64, mut limit: usize) -> Result<(), CopyStop> {
        let access = self.access;
        loop {
            // The limit is told by a byte that is not recorded.
            let in_granule = left_in_granule(from);
            let room = self.room(in_granule.min(limit.saturating_add(1)))?;
            if user_memory::copy(access, from, room) < room.len() {
                return Err(why(access, from));
            }
            let read = room.len();
            let len = room.iter().position(|byte| *byte == 0).unwrap_or(read);
            let kept = len.min(limit);
            self.filled(kept);
            if len < read {
                return Ok(());
            }
            if kept < len {
                self.head.is_cut = true;
                return Ok(());
            }
            from = from.wrapping_add(len as u64);
            limit = limit.wrapping_sub(len);
        }
    }

    /// Reads the program's memory at `from`, without recording it.
    pub(super) fn read(&self, from: u64, to: &mut [u8]) -> Result<(), CopyStop> {
        read_user(self.access, from, to)
    }

    /// Ends the last chunk. `copied` says how copying ended.
    ///
    /// # Errors
    ///
    /// [`CopyStop::NoRoom`] if a chunk is missing.
    #[inline]
    pub(super) fn end(mut self, copied: Result<(), CopyStop>) -> Result<(), CopyStop> {
        match copied {
            Err(CopyStop::NoRoom) => return copied,
            Err(CopyStop::BadAddress) => self.head.is_fault = true,
            Err(CopyStop::Absent) => self.head.is_absent = true,
            Ok(()) => (),
        }
        self.head.is_last = true;
        self.flush()
    }

    /// Ends the current chunk.
    #[inline]
    fn flush(&mut self) -> Result<(), CopyStop> {
        self.head.len = self.len as u16;
        match self.store {
            ChunkStore::InPlace(event) => event.finish_memory(self.head).ok_or(CopyStop::NoRoom)?,
            ChunkStore::Events { buffer, recorder, task, next } => {
                // Clear the bytes of an earlier chunk after the end.
                let padding = self.len..self.len.next_multiple_of(size_of::<u64>());
                AsBytes::as_bytes_mut(&mut buffer[..]).get_mut(padding).unwrap_or_default().fill(0);
                if let Some(chunk) = Chunk::new(self.head, &buffer[..]) {
                    let time = recorder.write(task, *next, &ProbeEvent::Memory(chunk), false);
                    // Later than the chunk before: they may be on different CPUs, and then only their times give their
                    // order.
                    *next = (*next).max(time.ok_or(CopyStop::NoRoom)?).wrapping_add(1);
                }
            }
        }
        self.len = 0;
        self.head.continues = true;
        Ok(())
    }
}

/// Strings are read by so many bytes, which lie on one page, and have one tag where memory has tags (`MTE_GRANULE_SIZE`
/// of `arch/arm64/include/asm/mte-def.h`): what follows the NUL is not touched.
const GRANULE: u64 = 16;

/// Bytes from `from` to the end of its granule.
#[inline(always)]
fn left_in_granule(from: u64) -> usize {
    GRANULE.wrapping_sub(from % GRANULE) as usize
}

/// Copies the program's string at `from`, with its NUL. Returns its length without the NUL; `None` if the string is not
/// resident, or too long for `to`.
pub(super) fn string_up_to(mut from: u64, to: &mut [u8]) -> Option<usize> {
    let mut len = 0usize;
    loop {
        let read = left_in_granule(from);
        let room = to.get_mut(len..len.wrapping_add(read))?;
        if user_memory::copy(Access::Resident, from, room) < read {
            return None;
        }
        if let Some(place) = nul_position(room) {
            return Some(len.wrapping_add(place));
        }
        (from, len) = (from.wrapping_add(read as u64), len.wrapping_add(read));
    }
}

/// The place of the first NUL in `bytes`.
#[inline(always)]
fn nul_position(bytes: &[u8]) -> Option<usize> {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let (mut rest, mut before) = (bytes, 0usize);
    while let Some((word, behind)) = rest.split_first_chunk() {
        let word = u64::from_le_bytes(*word);
        // The lowest bit that is set is the highest bit of the first byte that is 0.
        let zeros = word.wrapping_sub(ONES) & !word & (ONES << 7);
        if zeros != 0 {
            return Some(before.wrapping_add(zeros.trailing_zeros() as usize / 8));
        }
        (rest, before) = (behind, before.wrapping_add(8));
    }
    let place = rest.iter().position(|byte| *byte == 0)?;
    Some(before.wrapping_add(place))
}

/// Reads all of the program's memory at `from`.
pub(super) fn read_user(access: Access, from: u64, to: &mut [u8]) -> Result<(), CopyStop> {
    if user_memory::copy(access, from, to) == to.len() {
        Ok(())
    } else {
        Err(why(access, from))
    }
}

/// Copies the program's memory at `from`, up to the first page that cannot be read. Returns the number of bytes. `to`
/// crosses the end of at most one page.
#[inline]
fn copy_readable(access: Access, from: u64, to: &mut [u8]) -> usize {
    let copied = user_memory::copy(access, from, to);
    if copied == to.len() {
        return copied;
    }
    let page = bindings::PAGE_SIZE as u64;
    let before = page.wrapping_sub(from % page) as usize;
    let Some(first) = to.get_mut(..before) else { return 0 };
    if user_memory::copy(access, from, first) == before {
        before
    } else {
        0
    }
}

/// Why memory at `from` could not be read.
fn why(access: Access, from: u64) -> CopyStop {
    match user_memory::why_unreadable(access, from) {
        Unreadable::BadAddress => CopyStop::BadAddress,
        Unreadable::Absent => CopyStop::Absent,
    }
}
