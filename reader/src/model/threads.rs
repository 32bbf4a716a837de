// SPDX-License-Identifier: GPL-2.0

//! All threads that are known, and the calls that they are in.

use super::effects::CallTraits;
use super::event::{File, Memory};
use super::id_map::IdMap;
use super::incoming_memory::{BufferPool, IncomingMemory};
use crate::calls;
use std::cell::Cell;
use syscall_record_format::format::{Comm, Task, MAX_ARGS};

/// How many threads are kept at a time. When there are more, those that made no call for the longest time are
/// forgotten: some of them were killed, which is not recorded.
pub(super) const MAX_THREADS: usize = 32 * 1024;

/// A thread.
#[derive(Default)]
pub(super) struct Thread {
    pub(super) tid: u32,
    pub(super) tgid: u32,
    pub(super) comm: Comm,
    /// Index of its process.
    pub(super) process: usize,
    /// The number of its last event; 0 if it has none yet.
    pub(super) last_event: u64,
    /// The call that it is in.
    pub(super) call: Option<PendingCall>,
    /// Memory that the call's arguments pointed to at its entry.
    pub(super) inputs: Vec<Memory>,
    /// Memory of its next event.
    pub(super) incoming: IncomingMemory,
}

/// A call that was entered, and whose return was not seen.
pub(super) struct PendingCall {
    pub(super) number: u32,
    pub(super) abi: calls::Abi,
    pub(super) known: Option<calls::KnownCall>,
    pub(super) traits: CallTraits,
    pub(super) has_args: bool,
    pub(super) registers: [u64; MAX_ARGS],
    /// How many registers were recorded.
    pub(super) count: u8,
    /// When it was entered, in ticks.
    pub(super) ticks: u64,
    /// The number of the event of its entry; 0 if another thread, the maker of this one, has entered it.
    pub(super) event: u64,
    /// The CPU of its entry.
    pub(super) cpu: u16,
    /// The file that it closes. Before the call has returned, another thread may get the descriptor.
    pub(super) closes: Option<Box<File>>,
}

impl PendingCall {
    /// The registers that were recorded.
    pub(super) fn registers(&self) -> &[u64] {
        self.registers.get(..usize::from(self.count)).unwrap_or_default()
    }

    /// The call, which makes a child, as the child returns from it.
    pub(super) fn in_child(&self) -> Self {
        Self { event: 0, closes: None, ..*self }
    }

    /// Whether the thread was made by this call, which its maker has entered.
    pub(super) fn is_birth(&self) -> bool {
        self.event == 0
    }
}

/// All threads that are known, by index and by thread id.
#[derive(Default)]
pub(super) struct ThreadTable {
    slots: Vec<Thread>,
    /// Indices of slots without a thread.
    free: Vec<usize>,
    by_tid: IdMap<u32, usize>,
    /// The id that was looked for last, and the index of its thread.
    last: Cell<Option<(u32, usize)>>,
}

impl ThreadTable {
    /// The index of the thread with this id.
    pub(super) fn find(&self, tid: u32) -> Option<usize> {
        // Most events are of the thread of the event before.
        if let Some((_, index)) = self.last.get().filter(|&(last, _)| last == tid) {
            return Some(index);
        }
        let index = self.by_tid.get(&tid).copied()?;
        self.last.set(Some((tid, index)));
        Some(index)
    }

    pub(super) fn get(&self, index: usize) -> Option<&Thread> {
        self.slots.get(index)
    }

    pub(super) fn get_mut(&mut self, index: usize) -> Option<&mut Thread> {
        self.slots.get_mut(index)
    }

    /// Two threads; `None` if both indices are the same.
    pub(super) fn get_two_mut(&mut self, one: usize, other: usize) -> Option<(&mut Thread, &mut Thread)> {
        let (low, high) = (one.min(other), one.max(other));
        let (head, tail) = self.slots.split_at_mut_checked(high)?;
        let (low_thread, high_thread) = (head.get_mut(low)?, tail.first_mut()?);
        Some(if one == low { (low_thread, high_thread) } else { (high_thread, low_thread) })
    }

    pub(super) fn is_full(&self) -> bool {
        self.by_tid.len() >= MAX_THREADS
    }

    /// Adds a thread of the process at index `process`. Returns the thread's index.
    pub(super) fn insert(&mut self, task: &Task, process: usize) -> usize {
        let index = self.free.pop().unwrap_or_else(|| {
            self.slots.push(Thread::default());
            self.slots.len() - 1
        });
        if let Some(thread) = self.slots.get_mut(index) {
            (thread.tid, thread.tgid, thread.comm) = (task.tid, task.tgid, task.comm);
            (thread.process, thread.last_event) = (process, 0);
        }
        self.by_tid.insert(task.tid, index);
        self.last.set(None);
        index
    }

    /// Forgets a thread. Returns the index of its process; `None` if there was no thread.
    pub(super) fn remove(&mut self, index: usize, pool: &mut BufferPool) -> Option<usize> {
        let thread = self.slots.get_mut(index)?;
        if self.by_tid.get(&thread.tid) != Some(&index) {
            return None;
        }
        self.by_tid.remove(&thread.tid);
        self.last.set(None);
        thread.call = None;
        pool.clear(&mut thread.inputs);
        thread.incoming.clear(pool);
        self.free.push(index);
        Some(thread.process)
    }

    /// The indices of all threads for which `is_wanted` is true.
    pub(super) fn find_all(&self, is_wanted: &dyn Fn(&Thread) -> bool) -> Vec<usize> {
        let wanted = |&&index: &&usize| self.slots.get(index).is_some_and(is_wanted);
        self.by_tid.values().filter(wanted).copied().collect()
    }

    /// The average of the numbers of all threads' last events.
    #[cold]
    pub(super) fn average_event(&self) -> u64 {
        let events = self.by_tid.values().filter_map(|&index| self.slots.get(index)).map(|thread| thread.last_event);
        events.fold(0, u64::saturating_add) / (self.by_tid.len() as u64).max(1)
    }
}
