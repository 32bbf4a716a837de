// SPDX-License-Identifier: GPL-2.0

//! Memory that arguments point to: pieces, put together.

use super::Memory;
use syscall_record_format::format::{Chunk, MAX_ARGS};

/// More than the module records of one argument. What a recording has beyond that is left out.
const MAX_BYTES: usize = 128 * 1024;
/// Buffers that are kept for those that come; and how large they may be.
const MAX_SPARE: usize = 64;
const MAX_SPARE_BYTES: usize = 4096;

/// Buffers that nobody uses.
#[derive(Default)]
pub(super) struct Pool(Vec<Vec<u8>>);

impl Pool {
    /// Takes back what a set of memory has.
    pub(super) fn clear(&mut self, set: &mut Vec<Memory>) {
        for Memory { mut bytes, .. } in set.drain(..) {
            if self.0.len() < MAX_SPARE && bytes.capacity() <= MAX_SPARE_BYTES {
                bytes.clear();
                self.0.push(bytes);
            }
        }
    }

    /// An empty buffer.
    fn take(&mut self) -> Vec<u8> {
        self.0.pop().unwrap_or_default()
    }
}

/// What comes before the event that it belongs to.
#[derive(Default)]
pub(super) struct Incoming {
    set: Vec<Memory>,
    /// More of the last one is to come.
    is_open: bool,
    at_return: bool,
    /// The lower bits of the call's number.
    call: u8,
    /// The number of the last event before the first piece, and the CPU of that.
    pub(super) since: u64,
    pub(super) cpu: u16,
}

impl Incoming {
    /// Takes a chunk. If it does not belong to those before it, their event was lost, and they are forgotten; if what it
    /// continues is not there, it is.
    pub(super) fn add(&mut self, chunk: &Chunk<'_>, now: u64, cpu: u16, pool: &mut Pool) {
        let head = chunk.head;
        let is_of_call = (head.call, head.at_return) == (self.call, self.at_return);
        if head.continues {
            let is_last = |last: &Memory| last.register == head.register;
            if !(self.is_open && is_of_call && self.set.last().is_some_and(is_last)) {
                return;
            }
        } else {
            let is_there = self.set.iter().any(|memory| memory.register == head.register);
            if !is_of_call || is_there || self.set.len() > MAX_ARGS {
                self.clear(pool);
            }
        }
        if self.set.is_empty() {
            (self.call, self.at_return, self.since, self.cpu) = (head.call, head.at_return, now, cpu);
        }
        if !head.continues {
            self.close();
            self.set.push(Memory { register: head.register, bytes: pool.take(), ..Memory::default() });
        }
        let Some(memory) = self.set.last_mut() else { return };
        let len = usize::from(head.len);
        let room = MAX_BYTES.saturating_sub(memory.bytes.len());
        memory.bytes.extend(chunk.bytes().take(room));
        memory.is_fault |= head.is_fault;
        memory.is_cut |= head.is_cut || len > room;
        self.is_open = !head.is_last;
    }

    /// The last one is complete, or its rest was lost.
    fn close(&mut self) {
        if self.is_open {
            self.is_open = false;
            if let Some(memory) = self.set.last_mut() {
                memory.is_cut = true;
            }
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.set.is_empty()
    }

    /// Forgets all.
    pub(super) fn clear(&mut self, pool: &mut Pool) {
        self.is_open = false;
        pool.clear(&mut self.set);
    }

    /// Moves to `set`, which is emptied, what was read for this edge of this call; anything else is
    /// forgotten.
    pub(super) fn give(&mut self, number: Option<u32>, at_return: bool, set: &mut Vec<Memory>, pool: &mut Pool) {
        pool.clear(set);
        if self.set.is_empty() {
            return;
        }
        self.close();
        if number.is_some_and(|number| number as u8 == self.call) && at_return == self.at_return {
            std::mem::swap(&mut self.set, set);
        }
        pool.clear(&mut self.set);
    }
}
