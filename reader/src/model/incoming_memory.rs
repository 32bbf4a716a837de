// SPDX-License-Identifier: GPL-2.0

//! Puts the pieces of recorded memory together. A record holds a piece (a chunk) of the memory that an argument points
//! to. All chunks of an event come before it.

use super::event::Memory;
use crate::text::chunk::put_chunk;
use syscall_record_format::format::{Chunk, MAX_ARGS};

/// How many bytes are kept of one argument: more than the module records. Further bytes are left out.
const MAX_BYTES: usize = 128 * 1024;
/// How many unused buffers are kept.
const MAX_UNUSED: usize = 64;
/// How large an unused buffer that is kept may be.
const MAX_UNUSED_BYTES: usize = 4096;

/// How many bytes of memory are kept for all threads together. What comes beyond that is left out, as if it had not
/// been recorded.
const MAX_HELD_BYTES: usize = 3 << 19;

/// Buffers that are unused, to be used again.
#[derive(Default)]
pub(super) struct BufferPool {
    unused: Vec<Vec<u8>>,
    /// How many bytes the buffers have that are in use, about.
    held: usize,
}

impl BufferPool {
    /// Empties a set of memory, and keeps its buffers.
    #[inline]
    pub(super) fn clear(&mut self, set: &mut Vec<Memory>) {
        if !set.is_empty() {
            self.clear_all(set);
        }
    }

    fn clear_all(&mut self, set: &mut Vec<Memory>) {
        for Memory { mut bytes, .. } in set.drain(..) {
            self.held = self.held.saturating_sub(cost(&bytes));
            if self.unused.len() < MAX_UNUSED && bytes.capacity() <= MAX_UNUSED_BYTES {
                bytes.clear();
                self.unused.push(bytes);
            }
        }
    }

    /// Whether no more memory may be kept.
    fn is_full(&self) -> bool {
        self.held >= MAX_HELD_BYTES
    }

    /// Returns an empty buffer.
    fn take(&mut self) -> Vec<u8> {
        let buffer = self.unused.pop().unwrap_or_default();
        self.held += cost(&buffer);
        buffer
    }
}

/// How many bytes a buffer takes, with its place in a set.
fn cost(buffer: &Vec<u8>) -> usize {
    buffer.capacity() + 2 * size_of::<Memory>()
}

/// Memory whose event is still to come.
#[derive(Default)]
pub(super) struct IncomingMemory {
    set: Vec<Memory>,
    /// Whether another chunk must follow for the last memory of `set`.
    is_incomplete: bool,
    /// Whether the event is a return.
    at_return: bool,
    /// The lower bits of the number of the event's call.
    call: u8,
    /// The number of the last event before the first chunk.
    since: u64,
}

impl IncomingMemory {
    /// Adds a chunk of a packet of this `version`; `now` is the number of the last event. If the chunk belongs to
    /// another event than the chunks before it, their event was lost: they are forgotten. If the chunk continues one
    /// that was lost, the chunk is ignored.
    pub(super) fn add(&mut self, chunk: &Chunk<'_>, version: u8, now: u64, pool: &mut BufferPool) {
        let head = chunk.head;
        let is_of_call = (head.call, head.at_return) == (self.call, self.at_return);
        if head.continues {
            let is_continued = |last: &Memory| last.register == head.register;
            if !(self.is_incomplete && is_of_call && self.set.last().is_some_and(is_continued)) {
                return;
            }
        } else {
            let has_register = self.set.iter().any(|memory| memory.register == head.register);
            if !is_of_call || has_register || self.set.len() > MAX_ARGS {
                self.clear(pool);
            }
        }
        if pool.is_full() {
            // The rest is missing, as where an event was lost.
            self.is_incomplete = false;
            return self.cut_last();
        }
        if self.set.is_empty() {
            (self.call, self.at_return, self.since) = (head.call, head.at_return, now);
        }
        if !head.continues {
            self.end_last();
            self.set.push(Memory {
                register: head.register,
                is_before_version_3: version < 3,
                bytes: pool.take(),
                ..Memory::default()
            });
        }
        let Some(memory) = self.set.last_mut() else { return };
        let len = usize::from(head.len);
        let room = MAX_BYTES.saturating_sub(memory.bytes.len());
        let before = cost(&memory.bytes);
        put_chunk(&mut memory.bytes, chunk, room);
        pool.held += cost(&memory.bytes) - before;
        memory.is_fault |= head.is_fault;
        memory.is_absent |= head.is_absent;
        memory.is_cut |= head.is_cut || head.is_absent || len > room;
        self.is_incomplete = !head.is_last;
    }

    /// Marks the last memory as cut if its rest was lost.
    fn end_last(&mut self) {
        if self.is_incomplete {
            self.is_incomplete = false;
            self.cut_last();
        }
    }

    fn cut_last(&mut self) {
        if let Some(memory) = self.set.last_mut() {
            memory.is_cut = true;
        }
    }

    /// Forgets all memory if events were dropped since its first chunk: its event may be among them. `last_drop` is the
    /// number of the last event that reported drops.
    pub(super) fn forget_before(&mut self, last_drop: u64, pool: &mut BufferPool) {
        if last_drop > self.since && !self.is_empty() {
            self.clear(pool);
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.set.is_empty()
    }

    /// Forgets all memory.
    pub(super) fn clear(&mut self, pool: &mut BufferPool) {
        self.is_incomplete = false;
        pool.clear(&mut self.set);
    }

    /// Replaces what is in `set` by the memory that was recorded for this edge of this call. Forgets all other memory.
    pub(super) fn move_to(
        &mut self,
        set: &mut Vec<Memory>,
        number: Option<u32>,
        at_return: bool,
        pool: &mut BufferPool,
    ) {
        pool.clear(set);
        if self.set.is_empty() {
            return;
        }
        self.end_last();
        if number.is_some_and(|number| number as u8 == self.call) && at_return == self.at_return {
            std::mem::swap(&mut self.set, set);
        }
        pool.clear(&mut self.set);
    }
}
