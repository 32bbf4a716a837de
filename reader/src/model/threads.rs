// SPDX-License-Identifier: GPL-2.0

//! Threads, and the calls that they are in.

use super::hash::ById;
use super::memory::{Incoming, Pool};
use super::table::Traits;
use super::{File, Memory};
use crate::calls;
use syscall_record_format::format::{Comm, Task, MAX_ARGS};

/// Threads that are kept at a time. When there are more, those that made no call for the longest time are
/// forgotten: some were killed, which is not recorded.
pub(super) const MAX_THREADS: usize = 32 * 1024;

/// A thread.
#[derive(Default)]
pub(super) struct Thread {
    pub(super) tid: u32,
    pub(super) tgid: u32,
    pub(super) comm: Comm,
    /// Where its process is.
    pub(super) process: usize,
    /// The number of its last event; 0 if it has none yet.
    pub(super) last_event: u64,
    /// The call that it is in.
    pub(super) call: Option<Pending>,
    /// Memory that the call's arguments pointed to at its entry.
    pub(super) inputs: Vec<Memory>,
    /// Memory of its next event.
    pub(super) incoming: Incoming,
}

/// A call that has not returned, as far as we know.
pub(super) struct Pending {
    pub(super) number: u32,
    pub(super) abi: calls::Abi,
    pub(super) known: Option<calls::Call>,
    pub(super) traits: Traits,
    pub(super) has_args: bool,
    pub(super) registers: [u64; MAX_ARGS],
    /// How many of them were recorded.
    pub(super) count: u8,
    /// When it was entered, in ticks; the number of that event, and its CPU.
    pub(super) ticks: u64,
    pub(super) event: u64,
    pub(super) cpu: u16,
    /// The file that it closes: the descriptor may be another's before the call has returned.
    pub(super) closes: Option<Box<File>>,
}

impl Pending {
    pub(super) fn registers(&self) -> &[u64] {
        self.registers.get(..usize::from(self.count)).unwrap_or_default()
    }
}

/// All threads that are known.
#[derive(Default)]
pub(super) struct Threads {
    slots: Vec<Thread>,
    /// Slots without a thread.
    free: Vec<usize>,
    by_tid: ById<u32, usize>,
}

impl Threads {
    pub(super) fn find(&self, tid: u32) -> Option<usize> {
        self.by_tid.get(&tid).copied()
    }

    pub(super) fn get(&self, index: usize) -> Option<&Thread> {
        self.slots.get(index)
    }

    pub(super) fn get_mut(&mut self, index: usize) -> Option<&mut Thread> {
        self.slots.get_mut(index)
    }

    /// Two of them; `None` if they are one.
    pub(super) fn get_two_mut(&mut self, one: usize, other: usize) -> Option<(&mut Thread, &mut Thread)> {
        let (low, high) = (one.min(other), one.max(other));
        let (head, tail) = self.slots.split_at_mut_checked(high)?;
        let (low_thread, high_thread) = (head.get_mut(low)?, tail.first_mut()?);
        Some(if one == low { (low_thread, high_thread) } else { (high_thread, low_thread) })
    }

    pub(super) fn is_full(&self) -> bool {
        self.by_tid.len() >= MAX_THREADS
    }

    /// A new thread of a process.
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
        index
    }

    /// Forgets a thread; returns its process.
    pub(super) fn remove(&mut self, index: usize, pool: &mut Pool) -> Option<usize> {
        let thread = self.slots.get_mut(index)?;
        if self.by_tid.get(&thread.tid) != Some(&index) {
            return None;
        }
        self.by_tid.remove(&thread.tid);
        thread.call = None;
        pool.clear(&mut thread.inputs);
        thread.incoming.clear(pool);
        self.free.push(index);
        Some(thread.process)
    }

    /// Where the threads of which `is_wanted` are.
    pub(super) fn all(&self, is_wanted: &dyn Fn(&Thread) -> bool) -> Vec<usize> {
        let wanted = |&&index: &&usize| self.slots.get(index).is_some_and(is_wanted);
        self.by_tid.values().filter(wanted).copied().collect()
    }

    /// The number of their last events, on average.
    #[cold]
    pub(super) fn average_event(&self) -> u64 {
        let events = self.by_tid.values().filter_map(|&index| self.slots.get(index)).map(|thread| thread.last_event);
        events.fold(0, u64::saturating_add) / (self.by_tid.len() as u64).max(1)
    }
}
