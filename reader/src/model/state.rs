// SPDX-License-Identifier: GPL-2.0

//! All that the model remembers. The files that stand below this one in `mod.rs` add methods for kinds of calls.

use super::descriptor_map::WorkLimit;
use super::effects::{Effect, EffectTable};
use super::event::{Death, Memory, Process};
use super::file::File;
use super::incoming_memory::BufferPool;
use super::ledger::Ledger;
use super::name::Name;
use super::processes::ProcessTable;
use super::sharing::{Belongings, EntrySnapshot};
use super::socket_tables::SocketTables;
use super::threads::{fork_flags, PendingCall, Prepared, Thread, ThreadTable, MAX_THREADS};
use super::threads::{CLONE_FILES, CLONE_FS, CLONE_THREAD};
use super::wall_clock::WallClock;
use crate::sink::SkippedEvents;
use std::net::SocketAddr;
use syscall_record_format::format::{Comm, Edges, Header, Machine, Task};

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

/// How many bytes names, descriptors and directories take at the most, all together. What is forgotten for that is then
/// not known.
const MAX_SHARED_BYTES: usize = 5 << 19;
/// With so many threads of a live recording, `/proc` is asked which of them have ended, and again when there are twice
/// as many as were left.
const FIRST_SWEEP: usize = 2048;

/// All that the model remembers, and what it knows of the current event.
///
/// Memory is bounded by what lives on the recorded system, a call for each thread, with its recorded memory; and by the
/// constants of the tables.
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
    /// The number of the last event that has made the model forget descriptors and directories; 0 if there was none.
    pub(super) known_since: u64,
    /// Indices of threads that are in a call that makes a child, as long as the child was not seen.
    pub(super) forking: Vec<usize>,
    /// The number of the last event that may be that of another process than it seems to be; 0 if there was none.
    pub(super) last_doubt: u64,
    /// The number of the last event that has shown that a thread is gone which was making a child; 0 if there was none.
    pub(super) lost_maker: u64,
    /// Children that were not seen yet, of calls that have returned in the thread that made them.
    pub(super) births: Vec<Birth>,
    /// Memory that the returning call has written.
    pub(super) outputs: Vec<Memory>,
    pub(super) pool: BufferPool,
    /// What names, descriptors and directories take.
    pub(super) ledger: Ledger,
    /// The work that may be done for descriptors.
    pub(super) work: WorkLimit,
    pub(super) sockets: SocketTables,
    /// The number of the last event that may have written a thread's name: a `write` to a file named `comm`.
    pub(super) comm_written: u64,
    /// Ids of the processes that have ended last. A thread of theirs may yet return from the call that it was in.
    pub(super) ended: [u32; MAX_ENDED],
    /// With so many threads, it is found out which have ended.
    next_sweep: usize,
    pub(super) current: CurrentEvent,
}

/// How many processes that have ended are remembered.
const MAX_ENDED: usize = 16;

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
    pub(super) number_of_file: Option<i32>,
    /// The file that it refers to.
    pub(super) file: Option<File>,
    /// Whether the thread may be another one than it seems to be.
    pub(super) is_doubtful: bool,
    /// The process, if its parent and user are not certain.
    pub(super) doubtful_process: Process,
    /// A process whose end the call tells.
    pub(super) death: Option<Death>,
    /// The last name of a socket whose peer stood in the arguments, with both its addresses.
    pub(super) peer: Option<(Option<SocketAddr>, SocketAddr, Name)>,
}

/// A thread that was made by a call that has returned in its maker, but that has made no event.
pub(super) struct Birth {
    pub(super) tid: u32,
    /// The maker's process.
    pub(super) maker_tgid: u32,
    /// The maker's name.
    pub(super) maker_comm: Comm,
    /// Index and serial number of the maker's process.
    pub(super) maker: (usize, u64),
    /// The call that the thread will return from.
    pub(super) call: PendingCall,
    /// The number of the event of the maker's entry.
    pub(super) since: u64,
    /// The flags of the call, if they are known.
    pub(super) flags: Option<u64>,
    /// What the maker had when it returned, and what of that the child gets if it does not share it.
    pub(super) belongings: Belongings,
    pub(super) copies: EntrySnapshot,
}

impl Birth {
    /// Forgets all that events may have changed that were lost.
    fn forget_changeable(&mut self) {
        (self.maker, self.copies) = ((usize::MAX, 0), EntrySnapshot::default());
        let flags = self.flags.unwrap_or(0);
        if flags & CLONE_FILES == 0 || flags & CLONE_THREAD != 0 {
            self.belongings.table = None;
        }
        if flags & CLONE_FS == 0 || flags & CLONE_THREAD != 0 {
            self.belongings.directory = None;
        }
        // What is left is shared.
        self.belongings.lose();
    }
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
            known_since: 0,
            forking: Vec::new(),
            last_doubt: 0,
            lost_maker: 0,
            births: Vec::with_capacity(MAX_BIRTHS),
            outputs: Vec::new(),
            pool: BufferPool::default(),
            ledger: Ledger::default(),
            work: WorkLimit::default(),
            sockets: SocketTables::default(),
            comm_written: 0,
            ended: [0; MAX_ENDED],
            next_sweep: FIRST_SWEEP,
            current: CurrentEvent::default(),
        }
    }

    /// Forgets all threads and processes: a recording begins, and has nothing to do with what came before. Of the first
    /// recording, what was looked up beforehand is kept.
    #[cold]
    pub(super) fn begin_recording(&mut self, header: &Header, is_first: bool) {
        self.clock.set(header);
        if !is_first {
            self.forget_all();
            (self.last_drop, self.known_since, self.lost_maker) = (0, 0, 0);
        }
    }

    /// Forgets all threads and processes.
    #[cold]
    fn forget_all(&mut self) {
        for index in self.threads.find_all(&|_| true) {
            self.threads.remove(index, &mut self.pool);
        }
        self.threads = ThreadTable::default();
        self.processes.forget_all();
        self.known_since = self.current.number;
        self.forking.clear();
        self.births.clear();
        self.ended = [0; MAX_ENDED];
        self.next_sweep = FIRST_SWEEP;
        self.current.peer = None;
    }

    /// Moves on to the next event, which happened at this tick.
    #[inline]
    pub(super) fn begin_event(&mut self, header: &Header, ticks: u64) {
        self.current.number += 1;
        self.clock.advance(header, ticks);
        self.current.result = None;
        self.current.latency = None;
        self.current.is_resumed = false;
        self.current.number_of_file = None;
        self.current.file = None;
        self.current.is_doubtful = false;
        self.current.death = None;
        self.work.add_event();
        if self.ledger.bytes() > MAX_SHARED_BYTES {
            self.forget_for_memory();
        }
    }

    /// Moves on over events that nobody wants to see.
    pub(super) fn pass_over(&mut self, header: &Header, skipped: SkippedEvents) {
        self.begin_event(header, skipped.first);
        self.current.number += skipped.count.saturating_sub(1);
        self.clock.advance(header, skipped.last);
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
            self.processes.look_up_parent(thread.process, self.is_live, self.current.number);
        }
    }

    /// The index of a task's thread, which is added if it is new.
    pub(super) fn find_or_add_thread(&mut self, task: &Task) -> usize {
        if let Some(index) = self.threads.find(task.tid) {
            if self.threads.get(index).is_some_and(|thread| thread.tgid == task.tgid) {
                return index;
            }
            // That thread has ended, and another process's thread got its id. If it was the first of its process, the
            // process has ended, too.
            match self.threads.get(index) {
                Some(thread) if thread.tid == thread.tgid => self.forget_process(thread.tgid),
                _ => self.forget_thread(index),
            }
        }
        if self.threads.len() >= self.next_sweep.min(MAX_THREADS) {
            self.make_room();
        }
        let number = self.current.number;
        let process = match self.processes.find(task.tgid) {
            Some(process) => process,
            None => self.processes.insert(task.tgid, number),
        };
        let first = self.processes.get(process).and_then(|entry| entry.first_thread);
        let index = self.threads.insert(task, process, first);
        if let Some(entry) = self.processes.get_mut(process) {
            entry.threads += 1;
            entry.first_thread = Some(index);
            if entry.is_split {
                // It is not known which of them it shares.
                if let Some(thread) = self.threads.get_mut(index) {
                    thread.own = Belongings::doubtful();
                }
            }
        }
        index
    }

    /// Forgets threads that have ended, or if there are too many those that made no event for the longest time.
    #[cold]
    fn make_room(&mut self) {
        if self.is_live {
            for index in self.threads.find_all(&|_| true) {
                let ids = self.threads.get(index).map(|thread| (thread.tgid, thread.tid));
                if ids.is_some_and(|(tgid, tid)| !super::procfs::is_there(tgid, tid)) {
                    self.forget_thread(index);
                }
            }
            self.processes.forget_idle();
        }
        if self.threads.len() >= MAX_THREADS {
            let until = self.threads.idle_since(8);
            for index in self.threads.find_all(&|thread| thread.last_event <= until) {
                self.forget_thread(index);
            }
        }
        self.next_sweep = (self.threads.len() * 2).max(FIRST_SWEEP);
    }

    /// Forgets the call that a thread is in: its return is lost, or there is none.
    pub(super) fn abandon_call(&mut self, index: usize) {
        let (takes_table, takes_directory) = self.stops_sharing(index, self.effect_of(index));
        let flags = self.threads.get(index).and_then(fork_flags).unwrap_or(0);
        if self.effect_of(index) == Effect::Fork && flags & (CLONE_FILES | CLONE_FS) != 0 && flags & CLONE_THREAD == 0 {
            // It may have made a process that shares them.
            self.belongings(index).doubt(flags & CLONE_FILES != 0, flags & CLONE_FS != 0);
        }
        let Some(thread) = self.threads.get_mut(index) else { return };
        let Some(call) = thread.call.take() else { return };
        // Whether it still shares them is not known.
        if let Some(entry) = self.processes.get_mut(thread.process) {
            entry.is_split |= takes_table || takes_directory;
        }
        if takes_table {
            thread.own.table = Belongings::doubtful().table;
        }
        if takes_directory {
            thread.own.directory = Belongings::doubtful().directory;
        }
        if let Some(entry) = self.processes.get_mut(thread.process).filter(|entry| entry.exec == Some(thread.tid)) {
            entry.exec = None;
        }
        if call.traits.effect == Effect::Fork {
            self.forking.retain(|&forking| forking != index);
            // A thread that was killed in the call may have made its child before.
            self.lost_maker = self.current.number;
        }
        if let Prepared::ChangesDirectory = call.prepared {
            if let Some(directory) = self.belongings(index).directory {
                // It may have changed it, or not.
                let mut directory = directory.borrow_mut();
                directory.end_change();
                directory.lose(self.current.number);
            }
        }
    }

    pub(super) fn forget_thread(&mut self, index: usize) {
        self.abandon_call(index);
        let Some((process, first)) = self.threads.remove(index, &mut self.pool) else { return };
        let Some(entry) = self.processes.get_mut(process) else { return };
        entry.threads = entry.threads.saturating_sub(1);
        if let Some(first) = first {
            entry.first_thread = first;
        }
        if entry.threads == 0 {
            self.processes.remove(process);
        }
    }

    /// Forgets a process with all its threads.
    pub(super) fn forget_process(&mut self, tgid: u32) {
        let Some(process) = self.processes.find(tgid) else { return };
        self.forget_threads_but(process, None);
        self.processes.remove(process);
    }

    /// Forgets the threads of the process at this index, except for one.
    pub(super) fn forget_threads_but(&mut self, process: usize, kept: Option<usize>) {
        let mut next = self.processes.get(process).and_then(|entry| entry.first_thread);
        while let Some(index) = next {
            next = self.threads.next(index);
            if Some(index) != kept {
                self.forget_thread(index);
            }
        }
    }

    /// What a thread has: its own, or what it shares with its process. Parts that are not there yet are made.
    pub(super) fn belongings(&mut self, index: usize) -> Belongings {
        let Some(thread) = self.threads.get(index) else { return Belongings::unknown() };
        let Some(entry) = self.processes.get_mut(thread.process) else { return Belongings::unknown() };
        let shared = &mut entry.shared;
        Belongings {
            table: thread.own.table.clone().or_else(|| Some(shared.table.get_or_insert_default().clone())),
            directory: thread.own.directory.clone().or_else(|| Some(shared.directory.get_or_insert_default().clone())),
        }
    }

    /// Whether the kernel of this recording does not trace the return of a new thread.
    pub(super) fn has_silent_births(header: &Header) -> bool {
        header.machine != Machine::X86_64 && header.edges != Edges::Enter
    }

    /// Notes that a process makes a call. If one of the same id has ended, this is another one.
    pub(super) fn note_alive(&mut self, tgid: u32) {
        let is_new = self.threads.get(self.current.thread).is_some_and(|thread| thread.last_event == 0);
        if is_new {
            forget_end(&mut self.ended, tgid);
        }
    }

    /// What the call that a thread is in does.
    pub(super) fn effect_of(&self, index: usize) -> Effect {
        let call = self.threads.get(index).and_then(|thread| thread.call.as_ref());
        call.map_or(Effect::None, |call| call.traits.effect)
    }

    /// Notes that the current event reports drops: whatever the lost events may have changed is not known any more.
    pub(super) fn note_drops(&mut self) {
        let (work, now) = (self.threads.len() + self.processes.slots(), self.current.number);
        if self.work.take(work) {
            self.forget_changeable();
        } else {
            // Drops come so often that nothing lives long enough to be worth the search.
            self.forget_all();
        }
        self.last_drop = now;
    }

    /// Whether what names, descriptors and directories take is nearly too much.
    pub(super) fn has_much_memory(&self) -> bool {
        self.ledger.bytes() > MAX_SHARED_BYTES / 2
    }

    /// Forgets what takes too much memory.
    #[cold]
    fn forget_for_memory(&mut self) {
        let until = self.threads.idle_since(2);
        for index in self.threads.find_all(&|thread| thread.last_event <= until) {
            let process = self.threads.get(index).map(|thread| thread.process);
            // A process is as busy as its busiest thread, and one thread is looked at.
            if let Some(entry) = process.and_then(|process| self.processes.get(process)) {
                entry.shared.forget();
            }
            if let Some(thread) = self.threads.get_mut(index) {
                thread.own.forget();
                forget_prepared(thread);
            }
        }
        self.processes.forget_idle();
        self.sockets.clear();
        if self.has_much_memory() {
            self.forget_changeable();
        }
        self.known_since = self.current.number;
    }

    #[cold]
    fn forget_changeable(&mut self) {
        self.known_since = self.current.number;
        for birth in &mut self.births {
            birth.forget_changeable();
        }
        self.processes.forget_changeable();
        self.current.peer = None;
        for index in self.threads.find_all(&|_| true) {
            if let Some(thread) = self.threads.get_mut(index) {
                thread.own.lose();
                forget_prepared(thread);
            }
        }
    }
}

/// Forgets what a thread's call has noted for its return, as far as that takes memory.
fn forget_prepared(thread: &mut Thread) {
    if let Some(call) = &mut thread.call {
        if !matches!(call.prepared, Prepared::ChangesDirectory | Prepared::HasChild(_)) {
            call.prepared = Prepared::Nothing;
        }
    }
}

/// Forgets that a process with this id has `ended`: there is another one.
pub(super) fn forget_end(ended: &mut [u32], tgid: u32) {
    ended.iter_mut().filter(|ended| **ended == tgid).for_each(|ended| *ended = 0);
}
