// SPDX-License-Identifier: GPL-2.0

//! Joins what belongs together: entries and returns, and the memory before them.

use super::clock::{Clock, Times};
use super::follow::Follower;
use super::lineage::{Birth, MAX_BIRTHS};
use super::memory::Pool;
use super::processes::Processes;
use super::table::{is_input, Effect, Table};
use super::threads::{Pending, Thread, Threads};
use super::{Call, Edge, Event, File, Memory, Process, What};
use crate::calls::{self, Abi};
use crate::decode;
use syscall_record_format::format::{Chunk, Edges, Header, Machine, Task, MAX_ARGS};

/// What of a model is used. What is not, is left empty, and costs nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// [`Call::file`].
    pub files: bool,
    /// Parents and users of processes.
    pub processes: bool,
}

/// Makes events of a recording's records.
///
/// What it keeps is bounded by what lives on the recorded system: a call for each thread, with the memory
/// that was recorded of it.
pub struct Model {
    pub(super) needs: Needs,
    /// The recording is of this machine, and of now.
    pub(super) is_live: bool,
    recording: Option<(u32, Machine)>,
    clock: Clock,
    table: Table,
    pub(super) threads: Threads,
    pub(super) processes: Processes,
    /// The number of the last event that told of drops, by CPU; empty if none did.
    drops: Vec<u64>,
    /// Threads that are in calls that make others, whose child was not seen yet.
    pub(super) forking: Vec<usize>,
    /// Threads of which only the call that made them was seen, which they have yet to return from.
    pub(super) births: Vec<Birth>,
    /// Memory of the call that returns.
    pub(super) outputs: Vec<Memory>,
    pub(super) pool: Pool,
    pub(super) now: Now,
}

/// What is known of the event that is given out.
#[derive(Default)]
pub(super) struct Now {
    pub(super) number: u64,
    times: Times,
    /// Where its thread is.
    pub(super) thread: usize,
    /// The number of the thread's event before, where this one tells its call.
    pub(super) before: u64,
    /// The call's width, if its entry is not known.
    is_32bit: bool,
    pub(super) result: Option<i64>,
    pub(super) latency: Option<u64>,
    is_resumed: bool,
    /// The descriptor that the call is about.
    pub(super) file: Option<i32>,
}

/// Threads that are kept as being in calls that make others; more than a system has, as a rule. They are searched for
/// each new thread.
const MAX_FORKING: usize = 256;

/// No such descriptor.
const EBADF: i64 = 9;

/// Whose process it is when nothing is known: this is never seen.
static NOBODY: Process = Process { pid: 0, name: Vec::new(), ppid: None, parent_name: None, uid: None };

impl Model {
    /// Without any events yet. `is_live`: the recording is being made on this machine, so that its `/proc`
    /// tells more about the processes.
    pub fn new(needs: Needs, is_live: bool) -> Self {
        Self {
            needs,
            is_live,
            recording: None,
            clock: Clock::default(),
            table: Table::default(),
            threads: Threads::default(),
            processes: Processes::default(),
            drops: Vec::new(),
            forking: Vec::new(),
            births: Vec::with_capacity(MAX_BIRTHS),
            outputs: Vec::new(),
            pool: Pool::default(),
            now: Now::default(),
        }
    }

    /// Takes what a packet with this header holds, in the order of time, and gives to `sink` the event
    /// that it makes, if it makes one.
    ///
    /// # Errors
    ///
    /// Those of `sink`. The event counts as given.
    pub fn take<E>(
        &mut self,
        header: &Header,
        event: &decode::Event<'_>,
        sink: &mut impl FnMut(&Event<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        if !self.advance(header, event) {
            return Ok(());
        }
        let result = sink(&self.event(header, event));
        self.settle(&event.what);
        result
    }

    /// Takes what a record tells; whether it makes an event.
    fn advance(&mut self, header: &Header, event: &decode::Event<'_>) -> bool {
        let recording = Some((header.session, header.machine));
        if self.recording != recording || self.clock.is_past(event.time) {
            self.begin(header);
            self.recording = recording;
        }
        if let decode::What::Memory { task, chunk } = &event.what {
            self.add_chunk(task, chunk, event.cpu);
            return false;
        }
        self.now.number += 1;
        self.now.times = self.clock.next(event.time);
        self.now.result = None;
        self.now.latency = None;
        self.now.is_resumed = false;
        self.now.file = None;
        match &event.what {
            decode::What::Enter { task, call } => {
                self.find(task);
                self.follow_silent_birth(header, task);
                self.enter(header, event, call);
                self.follow_files(false);
            }
            decode::What::Exit { task, call, result } => {
                self.find(task);
                match call {
                    Some(call) => self.enter(header, event, call),
                    None => self.join(header, event, task, *result),
                }
                self.exit(header, task, *result);
                self.follow_maker();
                self.follow_user();
                self.follow_files(true);
            }
            decode::What::Dropped { .. } => {
                let cpu = usize::from(event.cpu);
                self.drops.resize(self.drops.len().max(cpu + 1), 0);
                if let Some(last) = self.drops.get_mut(cpu) {
                    *last = self.now.number;
                }
                // What was opened and closed meanwhile is not known; what is open now is.
                if self.is_live {
                    self.processes.files.forget_all();
                }
            }
            decode::What::Memory { .. } => (),
        }
        true
    }

    /// What `advance` took, as an event.
    fn event<'a>(&'a self, header: &Header, event: &decode::Event<'a>) -> Event<'a> {
        let what = match event.what {
            decode::What::Enter { task, .. } => What::Call(self.call(header, task, Edge::Enter)),
            decode::What::Exit { task, .. } => What::Call(self.call(header, task, Edge::Exit)),
            decode::What::Dropped { events } => What::Dropped { events },
            // Makes no event.
            decode::What::Memory { .. } => What::Dropped { events: 0 },
        };
        let Times { time, since_first, since_last } = self.now.times;
        let number = self.now.number;
        Event { number, time, since_first, since_last, cpu: event.cpu, machine: header.machine, what }
    }

    fn call<'a>(&'a self, header: &Header, task: &'a Task, edge: Edge) -> Call<'a> {
        let thread = self.threads.get(self.now.thread);
        let pending = thread.and_then(|thread| thread.call.as_ref());
        let process = thread.and_then(|thread| self.processes.get(thread.process));
        Call {
            edge,
            task,
            abi: pending.map_or_else(|| Abi::new(header.machine, self.now.is_32bit), |pending| pending.abi),
            number: pending.map(|pending| pending.number),
            known: pending.and_then(|pending| pending.known),
            has_args: pending.is_some_and(|pending| pending.has_args),
            registers: pending.map_or(&[], |pending| pending.registers()),
            inputs: thread.map_or(&[], |thread| &thread.inputs),
            outputs: &self.outputs,
            result: self.now.result,
            latency: self.now.latency,
            is_resumed: self.now.is_resumed,
            is_birth: pending.is_some_and(|pending| pending.event == 0),
            process: process.map_or(&NOBODY, |entry| &entry.process),
            file: self.file(thread),
        }
    }

    fn file<'a>(&'a self, thread: Option<&'a Thread>) -> Option<&'a File> {
        let thread = thread?;
        if let Some(closes) = thread.call.as_ref().and_then(|call| call.closes.as_ref()) {
            return Some(closes);
        }
        let table = self.processes.get(thread.process)?.files?;
        self.processes.files.get(table, self.now.file?).map(|open| &open.file)
    }

    /// A recording begins: what was before it has nothing to do with it.
    #[cold]
    fn begin(&mut self, header: &Header) {
        self.threads = Threads::default();
        self.processes = Processes::default();
        self.drops.clear();
        self.forking.clear();
        self.births.clear();
        self.clock.set(header);
    }

    /// Makes `task`'s thread the one of the event, a new one if need be.
    fn find(&mut self, task: &Task) {
        self.now.thread = self.thread_of(task);
        let Some(thread) = self.threads.get_mut(self.now.thread) else { return };
        thread.comm = task.comm;
        if let Some(entry) = self.processes.get_mut(thread.process) {
            // The name that it had before is still needed where another thread becomes the first.
            if entry.exec.is_none() {
                entry.note_name(task);
            }
        }
        if self.needs.processes {
            self.processes.look_up_parent(thread.process, self.is_live);
        }
    }

    fn thread_of(&mut self, task: &Task) -> usize {
        if let Some(index) = self.threads.find(task.tid) {
            if self.threads.get(index).is_some_and(|thread| thread.tgid == task.tgid) {
                return index;
            }
            // The thread has ended, and its id was given to another.
            self.forget(index);
        }
        if self.threads.is_full() {
            let until = self.threads.average_event();
            self.forget_all(&|thread| thread.last_event <= until);
        }
        let number = self.now.number;
        let process = match self.processes.find(task.tgid) {
            Some(process) => process,
            None => self.processes.insert(task.tgid, number),
        };
        if let Some(entry) = self.processes.get_mut(process) {
            entry.threads += 1;
        }
        self.threads.insert(task, process)
    }

    pub(super) fn forget(&mut self, index: usize) {
        self.forking.retain(|&thread| thread != index);
        if let Some(process) = self.threads.remove(index, &mut self.pool) {
            self.processes.leave(process);
        }
    }

    #[cold]
    pub(super) fn forget_all(&mut self, is_unwanted: &dyn Fn(&Thread) -> bool) {
        for index in self.threads.all(is_unwanted) {
            self.forget(index);
        }
    }

    fn add_chunk(&mut self, task: &Task, chunk: &Chunk<'_>, cpu: u16) {
        let index = self.thread_of(task);
        let Self { threads, pool, drops, now, .. } = self;
        let Some(thread) = threads.get_mut(index) else { return };
        let incoming = &mut thread.incoming;
        if !incoming.is_empty() && was_dropped(drops, incoming.since, [incoming.cpu, cpu]) {
            incoming.clear(pool);
        }
        incoming.add(chunk, now.number, cpu, pool);
    }

    /// A call begins; where only returns are recorded, it ends at once.
    fn enter(&mut self, header: &Header, event: &decode::Event<'_>, call: &decode::Call<'_>) {
        let abi = Abi::new(header.machine, call.is_32bit);
        let number = self.now.number;
        let known = calls::Call::new(abi, call.number);
        let traits = self.table.get(abi, call.number, known);
        let at_return = header.edges == Edges::Exit;
        let Self { threads, processes, pool, drops, forking, outputs, now, .. } = self;
        let Some(thread) = threads.get_mut(now.thread) else { return };
        if thread.call.as_ref().is_some_and(|last| last.traits.effect == Effect::Fork) {
            forking.retain(|&index| index != now.thread);
        }
        now.before = std::mem::replace(&mut thread.last_event, number);

        let mut registers = [0; MAX_ARGS];
        let mut count = 0;
        for (register, value) in registers.iter_mut().zip(call.args.iter().flat_map(|args| args.iter())) {
            *register = value;
            count += 1;
        }
        if !thread.incoming.is_empty() {
            if was_dropped(drops, thread.incoming.since, [thread.incoming.cpu, event.cpu]) {
                thread.incoming.clear(pool);
            }
            thread.incoming.give(Some(call.number), at_return, &mut thread.inputs, pool);
        } else {
            pool.clear(&mut thread.inputs);
        }
        if at_return {
            pool.clear(outputs);
            // The inputs of a call that nothing is known of are all that we have of it.
            if let Some(known) = known {
                split(&mut thread.inputs, outputs, |memory| is_input(known, memory.register));
            }
        } else {
            match traits.effect {
                Effect::Fork => {
                    if forking.len() >= MAX_FORKING {
                        forking.remove(0);
                    }
                    forking.push(now.thread);
                }
                Effect::Exec if thread.tid != thread.tgid => {
                    if let Some(entry) = processes.get_mut(thread.process) {
                        entry.exec = Some(thread.tid);
                    }
                }
                _ => (),
            }
        }
        thread.call = Some(Pending {
            number: call.number,
            abi,
            known,
            traits,
            has_args: call.args.is_some(),
            registers,
            count,
            ticks: event.time,
            event: number,
            cpu: event.cpu,
            closes: None,
        });
    }

    /// A return whose record does not tell its call: it is that of the thread's last entry, if nothing was
    /// lost since then.
    fn join(&mut self, header: &Header, event: &decode::Event<'_>, task: &Task, result: i64) {
        self.follow_exec(task, result);
        self.follow_fork(header, task, result);
        let Self { threads, pool, drops, forking, outputs, now, clock, .. } = self;
        let Some(thread) = threads.get_mut(now.thread) else { return };
        thread.last_event = now.number;
        if let Some(call) = &thread.call {
            if call.event == 0 {
                // It was another thread that entered it.
            } else if was_dropped(drops, call.event, [call.cpu, event.cpu]) {
                forking.retain(|&index| index != now.thread);
                thread.call = None;
                pool.clear(&mut thread.inputs);
            } else {
                now.latency = Some(clock.between(call.ticks, event.time));
                now.is_resumed = call.event + 1 != now.number;
            }
        }
        if !thread.incoming.is_empty() && was_dropped(drops, thread.incoming.since, [thread.incoming.cpu, event.cpu]) {
            thread.incoming.clear(pool);
        }
        thread.incoming.give(thread.call.as_ref().map(|call| call.number), true, outputs, pool);
    }

    /// Finds out which file the call is about, and does what it did to others.
    fn follow_files(&mut self, is_return: bool) {
        if !self.needs.files {
            return;
        }
        let Self { threads, processes, outputs, now, is_live, .. } = self;
        let Some(thread) = threads.get(now.thread) else { return };
        let Some(mut follower) = Follower::new(processes, *is_live, thread, outputs) else { return };
        now.file = follower.first();
        if let Some(number) = now.file.filter(|_| now.latency.is_none() && now.result != Some(-EBADF)) {
            follower.look(number);
        }
        let has_effect = follower.call.traits.effect != Effect::None;
        if let Some(result) = now.result.filter(|_| is_return && has_effect) {
            now.file = follower.returned(result).or(now.file);
        }
    }

    /// A call ends.
    fn exit(&mut self, header: &Header, task: &Task, result: i64) {
        let Some(thread) = self.threads.get(self.now.thread) else { return };
        let abi = thread.call.as_ref().map_or_else(|| Abi::new(header.machine, task.is_32bit), |call| call.abi);
        let is_narrow = matches!(abi, Abi::Arm | Abi::I386);
        self.now.is_32bit = task.is_32bit;
        self.now.result = Some(if is_narrow { i64::from(result as i32) } else { result });
    }
}

/// Whether one of these CPUs has dropped events since that one: what lies between it and now may not
/// belong together.
fn was_dropped(drops: &[u64], since: u64, cpus: [u16; 2]) -> bool {
    !drops.is_empty() && cpus.iter().any(|&cpu| drops.get(usize::from(cpu)).is_some_and(|&last| last > since))
}

/// Moves from `set` to `others` what is not `wanted`.
fn split(set: &mut Vec<Memory>, others: &mut Vec<Memory>, is_wanted: impl Fn(&Memory) -> bool) {
    let mut index = 0;
    while index < set.len() {
        if set.get(index).is_some_and(&is_wanted) {
            index += 1;
        } else {
            others.push(set.remove(index));
        }
    }
}
