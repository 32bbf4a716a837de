// SPDX-License-Identifier: GPL-2.0

//! All threads that are known, and the calls that they are in.

use super::descriptor_map::Descriptor;
use super::effects::CallTraits;
use super::event::Memory;
use super::id_map::IdMap;
use super::incoming_memory::{BufferPool, IncomingMemory};
use super::known_threads::Printed;
use super::open_file::OpenFile;
use super::sharing::{Belongings, EntrySnapshot};
use crate::calls;
use std::cell::Cell;
use std::rc::Rc;
use syscall_record_format::format::{Comm, Task, MAX_ARGS};

/// How many threads are kept at a time. When there are more, those that made no call for the longest time are
/// forgotten: some of them were killed, which is not recorded.
pub(super) const MAX_THREADS: usize = 12 * 1024;

/// Flags of `clone`, `include/uapi/linux/sched.h`.
pub(super) const CLONE_FS: u64 = 0x200;
pub(super) const CLONE_FILES: u64 = 0x400;
pub(super) const CLONE_VFORK: u64 = 0x4000;
pub(super) const CLONE_PARENT: u64 = 0x8000;
pub(super) const CLONE_THREAD: u64 = 0x1_0000;

/// A thread.
#[derive(Default)]
pub(super) struct Thread {
    pub(super) tid: u32,
    pub(super) tgid: u32,
    pub(super) comm: Comm,
    /// Index of its process.
    pub(super) process: usize,
    /// Indices of the threads of its process before and after it.
    neighbours: [Option<u32>; 2],
    /// The number of its last event; 0 if it has none yet.
    pub(super) last_event: u64,
    /// The number of its last event that was certainly this thread's.
    pub(super) last_certain: u64,
    /// When that was, in ticks.
    pub(super) certain_at: u64,
    /// The call that it is in.
    pub(super) call: Option<PendingCall>,
    /// Memory that the call's arguments pointed to at its entry.
    pub(super) inputs: Vec<Memory>,
    /// Memory of its next event.
    pub(super) incoming: IncomingMemory,
    /// What it does not share with its process.
    pub(super) own: Belongings,
    /// What was printed of it, if lines tell of threads.
    pub(super) printed: Cell<Printed>,
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
    /// What its entry has changed beforehand.
    pub(super) prepared: Prepared,
}

/// What the entry of a call has noted for its return.
#[derive(Default)]
pub(super) enum Prepared {
    /// Nothing.
    #[default]
    Nothing,
    /// The file of the open descriptor that it closes, if that is known. Before the call has returned, another thread
    /// may get the descriptor.
    Closes(Option<Rc<OpenFile>>),
    /// That it closes a descriptor which another call may have closed, or is closing.
    ClosesAgain,
    /// The descriptor that it replaces, as it was. Before the call has returned, it may be either file.
    Replaces(i32, Box<Option<Descriptor>>),
    /// That it may change the current directory.
    ChangesDirectory,
    /// What a child gets.
    Snapshot(Box<EntrySnapshot>),
    /// That a thread of this id was seen to be the child.
    HasChild(u32),
}

impl PendingCall {
    /// The registers that were recorded.
    pub(super) fn registers(&self) -> &[u64] {
        self.registers.get(..usize::from(self.count)).unwrap_or_default()
    }

    /// Its first argument that is a descriptor, unless it is negative.
    pub(super) fn first_descriptor(&self) -> Option<i32> {
        let number = *self.registers().get(usize::from(self.traits.file?))? as i32;
        (number >= 0).then_some(number)
    }

    /// The call, which makes a child, as the child returns from it.
    pub(super) fn in_child(&self) -> Self {
        Self { event: 0, prepared: Prepared::Nothing, ..*self }
    }

    /// Whether the thread was made by this call, which its maker has entered.
    pub(super) fn is_birth(&self) -> bool {
        self.event == 0
    }

    /// What a child gets, if this call makes one.
    pub(super) fn snapshot(&self) -> Option<&EntrySnapshot> {
        match &self.prepared {
            Prepared::Snapshot(snapshot) => Some(snapshot),
            _ => None,
        }
    }
}

/// All threads that are known, by index and by thread id.
#[derive(Default)]
pub(super) struct ThreadTable {
    slots: Vec<Thread>,
    /// Indices of slots without a thread.
    free: Vec<u32>,
    by_tid: IdMap<u32, u32>,
    /// The id that was looked for last, and the index of its thread.
    last: Cell<Option<(u32, u32)>>,
    /// How many threads have lines.
    printed: Cell<usize>,
    /// How many threads were looked at in loops.
    looked_at: Cell<u64>,
}

impl ThreadTable {
    /// The index of the thread with this id.
    pub(super) fn find(&self, tid: u32) -> Option<usize> {
        // Most events are of the thread of the event before.
        if let Some((_, index)) = self.last.get().filter(|&(last, _)| last == tid) {
            return Some(index as usize);
        }
        let index = self.by_tid.get(&tid).copied()?;
        self.last.set(Some((tid, index)));
        Some(index as usize)
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

    /// How many threads are known.
    pub(super) fn len(&self) -> usize {
        self.by_tid.len()
    }

    /// Adds a thread of the process at index `process`, whose other threads begin with `first`. Returns its index.
    pub(super) fn insert(&mut self, task: &Task, process: usize, first: Option<usize>) -> usize {
        let index = self.free.pop().unwrap_or_else(|| {
            if self.slots.len() == self.slots.capacity() {
                // The memory must not double.
                self.slots.reserve_exact(self.slots.len() / 4 + 16);
            }
            self.slots.push(Thread::default());
            self.slots.len() as u32 - 1
        });
        let after = first.map(|first| first as u32);
        if let Some(first) = first.and_then(|first| self.slots.get_mut(first)) {
            first.neighbours[0] = Some(index);
        }
        if let Some(thread) = self.slots.get_mut(index as usize) {
            (thread.tid, thread.tgid, thread.comm) = (task.tid, task.tgid, task.comm);
            (thread.process, thread.last_event, thread.last_certain, thread.certain_at) = (process, 0, 0, 0);
            thread.neighbours = [None, after];
        }
        self.by_tid.insert(task.tid, index);
        self.last.set(None);
        index as usize
    }

    /// The index of the thread after this one in its process.
    pub(super) fn next(&self, index: usize) -> Option<usize> {
        self.looked_at.set(self.looked_at.get() + 1);
        self.get(index)?.neighbours[1].map(|next| next as usize)
    }

    /// Forgets a thread. Returns the index of its process, and the thread after it if it was the first of them; `None`
    /// if there was no thread.
    pub(super) fn remove(&mut self, index: usize, pool: &mut BufferPool) -> Option<(usize, Option<Option<usize>>)> {
        let thread = self.slots.get_mut(index)?;
        if self.by_tid.get(&thread.tid) != Some(&(index as u32)) {
            return None;
        }
        self.by_tid.remove(&thread.tid);
        self.last.set(None);
        thread.call = None;
        thread.own = Belongings::default();
        pool.clear(&mut thread.inputs);
        thread.incoming.clear(pool);
        // A thread that is gone keeps no room.
        thread.inputs = Vec::new();
        thread.incoming = IncomingMemory::default();
        if thread.printed.take().is_known {
            self.printed.set(self.printed.get().saturating_sub(1));
        }
        let (process, [before, after]) = (thread.process, thread.neighbours);
        if let Some(before) = before.and_then(|before| self.slots.get_mut(before as usize)) {
            before.neighbours[1] = after;
        }
        if let Some(after) = after.and_then(|after| self.slots.get_mut(after as usize)) {
            after.neighbours[0] = before;
        }
        self.free.push(index as u32);
        let first = before.is_none().then_some(after.map(|after| after as usize));
        Some((process, first))
    }

    /// The indices of all threads for which `is_wanted` is true.
    #[cold]
    pub(super) fn find_all(&self, is_wanted: &dyn Fn(&Thread) -> bool) -> Vec<usize> {
        self.looked_at.set(self.looked_at.get() + self.by_tid.len() as u64);
        let wanted = |&&index: &&u32| self.slots.get(index as usize).is_some_and(is_wanted);
        self.by_tid.values().filter(wanted).map(|&index| index as usize).collect()
    }

    /// The number of an event, as small as can be, such that one thread in so many has made no event after it.
    #[cold]
    pub(super) fn idle_since(&self, part: usize) -> u64 {
        let idle_until = |until: u64| {
            let threads = self.by_tid.values().filter_map(|&index| self.slots.get(index as usize));
            threads.filter(|thread| thread.last_event <= until).count()
        };
        let (mut first, mut last) = (0, self.slots.iter().map(|thread| thread.last_event).max().unwrap_or(0));
        while first < last {
            let middle = first + (last - first) / 2;
            if idle_until(middle) > self.by_tid.len() / part {
                last = middle;
            } else {
                first = middle + 1;
            }
        }
        first
    }

    /// How many threads were looked at in loops: the work that does not come with an event.
    pub(super) fn looked_at(&self) -> u64 {
        self.looked_at.get()
    }

    /// How many threads have lines.
    pub(super) fn printed(&self) -> usize {
        self.printed.get()
    }

    /// Notes what the lines of a thread have told.
    pub(super) fn set_printed(&self, index: usize, printed: Printed) {
        let Some(thread) = self.slots.get(index) else { return };
        let before = thread.printed.replace(printed);
        if printed.is_known && !before.is_known {
            self.printed.set(self.printed.get() + 1);
        }
    }
}

/// The flags of the call that makes a thread or a process; `None` if they are not known.
pub(super) fn fork_flags(maker: &Thread) -> Option<u64> {
    let call = maker.call.as_ref()?;
    match call.known?.name() {
        "clone" => call.registers().first().copied(),
        "clone3" => maker.inputs.first()?.bytes.first_chunk().map(|flags| u64::from_le_bytes(*flags)),
        "vfork" => Some(CLONE_VFORK),
        _ => Some(0),
    }
}
