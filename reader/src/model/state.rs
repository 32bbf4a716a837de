// SPDX-License-Identifier: GPL-2.0

//! All that the model remembers. `lineage`, `pairing`, `credentials` and `aftermath` add methods for kinds of calls.

use super::effects::{Effect, EffectTable};
use super::event::Memory;
use super::incoming_memory::BufferPool;
use super::processes::ProcessTable;
use super::threads::{PendingCall, Thread, ThreadTable};
use super::wall_clock::WallClock;
use syscall_record_format::format::{Comm, Header, Task};

/// Which parts of the model are used. An unused part stays empty and costs nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ModelNeeds {
    /// Times of events. (Latencies are of calls.)
    pub times: bool,
    /// Calls: which return belongs to which entry, and to which process. Everything below needs this.
    pub calls: bool,
    /// Memory that arguments point to: [`CallEvent::inputs`](super::event::CallEvent::inputs), `outputs`.
    pub memory: bool,
    /// Files of descriptors: [`CallEvent::file`](super::event::CallEvent::file).
    pub files: bool,
    /// Parents and users of processes.
    pub processes: bool,
}

impl ModelNeeds {
    /// All parts.
    pub const ALL: Self = Self { calls: true, times: true, memory: true, files: true, processes: true };
}

/// All that the model remembers, and what it knows of the current event.
///
/// Memory is bounded by what lives on the recorded system: a call for each thread, with its recorded memory.
pub(super) struct State {
    pub(super) needs: ModelNeeds,
    /// Whether the recording is being made on this machine now, so that `/proc` tells more about its processes.
    pub(super) is_live: bool,
    pub(super) clock: WallClock,
    pub(super) effects: EffectTable,
    pub(super) threads: ThreadTable,
    pub(super) processes: ProcessTable,
    /// The number of the last event that reported drops, of any CPU; 0 if there was none.
    pub(super) last_drop: u64,
    /// Indices of threads that are in a call that makes a child, as long as the child was not seen.
    pub(super) forking: Vec<usize>,
    /// Children that were not seen yet, of calls that have returned in the thread that made them.
    pub(super) births: Vec<Birth>,
    /// Memory that the returning call has written.
    pub(super) outputs: Vec<Memory>,
    pub(super) pool: BufferPool,
    pub(super) current: CurrentEvent,
}

/// What is known of the current event.
#[derive(Default)]
pub(super) struct CurrentEvent {
    /// Its number.
    pub(super) number: u64,
    /// Index of its thread.
    pub(super) thread: usize,
    /// Number of the thread's event before this one, if this event's record has the call's number.
    pub(super) previous: u64,
    /// Whether the call is of 32 bits. This is set for returns, and used where the entry is not known.
    pub(super) is_32bit: bool,
    pub(super) result: Option<i64>,
    pub(super) latency: Option<u64>,
    /// Whether other events lie between the entry and this return.
    pub(super) is_resumed: bool,
    /// The descriptor that the call is about.
    pub(super) file: Option<i32>,
}

/// A thread that was made by a call that has returned in its maker, but has not returned in this thread.
pub(super) struct Birth {
    pub(super) tid: u32,
    /// The maker's process.
    pub(super) maker_tgid: u32,
    /// The maker's name.
    pub(super) maker_comm: Comm,
    /// The call that the thread will return from.
    pub(super) call: PendingCall,
}

/// How many births are remembered. A child soon returns from the call, unless it is killed or its kernel does not trace
/// that return.
pub(super) const MAX_BIRTHS: usize = 32;

impl State {
    pub(super) fn new(needs: ModelNeeds, is_live: bool) -> Self {
        Self {
            needs,
            is_live,
            clock: WallClock::default(),
            effects: EffectTable::default(),
            threads: ThreadTable::default(),
            processes: ProcessTable::default(),
            last_drop: 0,
            forking: Vec::new(),
            births: Vec::with_capacity(MAX_BIRTHS),
            outputs: Vec::new(),
            pool: BufferPool::default(),
            current: CurrentEvent::default(),
        }
    }

    /// Forgets all threads and processes: a recording begins, and has nothing to do with what came before.
    #[cold]
    pub(super) fn begin_recording(&mut self, header: &Header) {
        self.threads = ThreadTable::default();
        self.processes = ProcessTable::default();
        self.last_drop = 0;
        self.forking.clear();
        self.births.clear();
        self.clock.set(header);
    }

    /// Moves on to the next event, which happened at this tick.
    #[inline]
    pub(super) fn begin_event(&mut self, header: &Header, ticks: u64) {
        self.current.number += 1;
        self.clock.advance(header, ticks);
        self.current.result = None;
        self.current.latency = None;
        self.current.is_resumed = false;
        self.current.file = None;
    }

    /// Makes `task`'s thread the thread of the current event. Adds it if it is new.
    pub(super) fn set_current_thread(&mut self, task: &Task) {
        self.current.thread = self.find_or_add_thread(task);
        let Some(thread) = self.threads.get_mut(self.current.thread) else { return };
        thread.comm = task.comm;
        if let Some(entry) = self.processes.get_mut(thread.process) {
            // While another thread runs a new program, the old name is still needed: see `follow_exec`.
            if entry.exec.is_none() {
                entry.note_name(task);
            }
        }
        if self.needs.processes {
            self.processes.look_up_parent(thread.process, self.is_live);
        }
    }

    /// The index of a task's thread, which is added if it is new.
    pub(super) fn find_or_add_thread(&mut self, task: &Task) -> usize {
        if let Some(index) = self.threads.find(task.tid) {
            if self.threads.get(index).is_some_and(|thread| thread.tgid == task.tgid) {
                return index;
            }
            // That thread has ended, and another process's thread got its id.
            self.forget_thread(index);
        }
        if self.threads.is_full() {
            let until = self.threads.average_event();
            self.forget_threads(&|thread| thread.last_event <= until);
        }
        let number = self.current.number;
        let process = match self.processes.find(task.tgid) {
            Some(process) => process,
            None => self.processes.insert(task.tgid, number),
        };
        if let Some(entry) = self.processes.get_mut(process) {
            entry.threads += 1;
        }
        self.threads.insert(task, process)
    }

    pub(super) fn forget_thread(&mut self, index: usize) {
        self.forking.retain(|&thread| thread != index);
        if let Some(process) = self.threads.remove(index, &mut self.pool) {
            self.processes.remove_thread(process);
        }
    }

    #[cold]
    pub(super) fn forget_threads(&mut self, is_unwanted: &dyn Fn(&Thread) -> bool) {
        for index in self.threads.find_all(is_unwanted) {
            self.forget_thread(index);
        }
    }

    /// What the call that a thread is in does.
    pub(super) fn effect_of(&self, index: usize) -> Effect {
        let call = self.threads.get(index).and_then(|thread| thread.call.as_ref());
        call.map_or(Effect::None, |call| call.traits.effect)
    }

    /// Notes that the current event reports drops.
    pub(super) fn note_drops(&mut self) {
        self.last_drop = self.current.number;
        // A descriptor may have been closed and opened again by calls that were dropped. What it refers to now, `/proc`
        // knows.
        if self.is_live {
            self.processes.files.forget_all();
        }
    }
}
