// SPDX-License-Identifier: GPL-2.0

//! Writes the memory of one argument, in chunks, before the record of the call.
//!
//! The kernel's tracepoints for system calls may fault and sleep. So memory is read first, piece by piece, to a buffer
//! on the stack, with preemption on. Each full buffer is then written as an event is.

use super::context::ProbeContext;
use super::write_event::write_event;
use crate::kernel_api::task::CurrentTask;
use crate::shared::encode::ProbeEvent;
use crate::shared::format::{Chunk, ChunkHead, Task, MAX_CHUNK_BYTES};
use core::mem::size_of;
use kernel::{
    bindings,
    prelude::*,
    transmute::AsBytes,
    uaccess::{UserPtr, UserSlice},
};

/// Why the rest of an argument's memory is not copied.
pub(super) enum CopyStop {
    /// The memory could not be read.
    Fault,
    /// The ring buffer had no room for a chunk. The reader would take a later chunk for the lost one.
    Dropped,
}

/// Collects the memory of one argument in a buffer, and writes each full buffer as a chunk.
pub(super) struct Chunks<'a> {
    context: &'a ProbeContext,
    task: &'a Task,
    pub(super) head: ChunkHead,
    /// The chunk that is being filled.
    buffer: [u64; MAX_CHUNK_BYTES / size_of::<u64>()],
    /// How many bytes of `buffer` are filled.
    len: usize,
    /// Bytes of the argument so far.
    pub(super) total: usize,
    /// How many more bytes may be recorded of an argument that points to several buffers.
    pub(super) snaplen: usize,
    /// The address of the last of these buffers.
    pub(super) piece: u64,
    /// The time of the next chunk, in ticks.
    next: u64,
}

impl<'a> Chunks<'a> {
    /// Begins without bytes. `head` names the call and the argument; the first chunk gets the time `next`.
    pub(super) fn new(context: &'a ProbeContext, task: &'a Task, head: ChunkHead, next: u64) -> Self {
        let snaplen = context.settings.selection.snaplen as usize;
        let buffer = [0; MAX_CHUNK_BYTES / size_of::<u64>()];
        Self { context, task, head, buffer, len: 0, total: 0, snaplen, piece: 0, next }
    }

    /// The first `len` bytes of the buffer's free space, or all of it if there is less. Writes a chunk first if the
    /// buffer is full, so that there is free space.
    fn room(&mut self, len: usize) -> Result<&mut [u8], CopyStop> {
        if self.len == MAX_CHUNK_BYTES {
            self.flush()?;
        }
        let end = self.len.saturating_add(len).min(MAX_CHUNK_BYTES);
        Ok(AsBytes::as_bytes_mut(&mut self.buffer).get_mut(self.len..end).unwrap_or_default())
    }

    /// Counts the first `len` bytes of the free space as filled.
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
    pub(super) fn copy_up_to(&mut self, from: u64, len: usize, limit: usize) -> Result<(), CopyStop> {
        self.head.is_cut |= len > limit;
        self.copy(from, len.min(limit))
    }

    /// Appends the program's `len` bytes at `from`, up to the first byte that cannot be read.
    pub(super) fn copy(&mut self, mut from: u64, mut len: usize) -> Result<(), CopyStop> {
        while len > 0 {
            let room = self.room(len)?;
            let read_bytes = room.len();
            if read_user(from, room).is_err() {
                // The bytes on the first page may still be readable. The buffer crosses the end of at most one page.
                let page = bindings::PAGE_SIZE as u64;
                let before = (page.wrapping_sub(from % page) as usize).min(read_bytes);
                let there = room.get_mut(..before).unwrap_or_default();
                if before < read_bytes && read_user(from, there).is_ok() {
                    self.filled(before);
                }
                return Err(CopyStop::Fault);
            }
            self.filled(read_bytes);
            from = from.wrapping_add(read_bytes as u64);
            len = len.wrapping_sub(read_bytes);
        }
        Ok(())
    }

    /// Appends the program's string at `from`, without its NUL, and at most `limit` bytes of it.
    pub(super) fn copy_string(&mut self, mut from: u64, mut limit: usize) -> Result<(), CopyStop> {
        loop {
            // The NUL may need a byte of the room.
            if self.len.wrapping_add(1) >= MAX_CHUNK_BYTES {
                self.flush()?;
            }
            let room = self.room(limit.saturating_add(1))?;
            let most = room.len().wrapping_sub(1);
            let user = UserSlice::new(UserPtr::from_addr(from as usize), room.len());
            let len = user.reader().strcpy_into_buf(room).map_err(|_| CopyStop::Fault)?.to_bytes().len();
            self.filled(len);
            // A string that fills the room may be longer. If it is not, the next round finds an empty rest.
            if len < most {
                return Ok(());
            }
            from = from.wrapping_add(len as u64);
            limit = limit.wrapping_sub(len);
            if limit == 0 {
                self.head.is_cut = true;
                return Ok(());
            }
        }
    }

    /// Writes the last chunk, unless an earlier chunk was dropped. `copied` says how copying ended. Returns the time of
    /// the next record in ticks; as an error if a chunk was dropped.
    pub(super) fn end(&mut self, copied: Result<(), CopyStop>) -> Result<u64, u64> {
        if !matches!(copied, Err(CopyStop::Dropped)) {
            self.head.is_last = true;
            self.head.is_fault = copied.is_err();
            if self.flush().is_ok() {
                return Ok(self.next);
            }
        }
        Err(self.next)
    }

    /// Writes the buffer as a chunk. Each chunk has a later time than the one before: they may be on different CPUs,
    /// and then only their times give their order.
    fn flush(&mut self) -> Result<(), CopyStop> {
        self.head.len = self.len as u16;
        // Clear the bytes of an earlier chunk after the end.
        let padding = self.len..self.len.next_multiple_of(size_of::<u64>());
        AsBytes::as_bytes_mut(&mut self.buffer).get_mut(padding).unwrap_or_default().fill(0);
        self.len = 0;
        if let Some(chunk) = Chunk::new(self.head, &self.buffer) {
            let guard = CurrentTask::get().preempt_disable();
            let time = write_event(self.context, guard, self.task, self.next, &ProbeEvent::Memory(chunk), false);
            self.next = self.next.max(time.ok_or(CopyStop::Dropped)?).wrapping_add(1);
        }
        self.head.continues = true;
        Ok(())
    }
}

/// Reads the program's memory at `from`.
pub(super) fn read_user(from: u64, to: &mut [u8]) -> Result<(), CopyStop> {
    let user = UserSlice::new(UserPtr::from_addr(from as usize), to.len());
    user.reader().read_slice(to).map_err(|_| CopyStop::Fault)
}
