// SPDX-License-Identifier: GPL-2.0

//! The model: takes decoded events, and gives out events with all that is known of them.

use super::descriptor_update::DescriptorUpdate;
use super::effects::Effect;
use super::event::{CallEvent, Edge, Event, EventKind, File, Process};
use super::state::State;
use super::threads::Thread;
use super::wall_clock::EventTimes;
use crate::calls::Abi;
use crate::decode::{DecodedEvent, DecodedKind, DecodedReturn, WantedMemory};
use syscall_record_format::format::{Header, Machine, Task};

pub use super::state::ModelNeeds;

/// Makes events of a recording's decoded events.
///
/// Its memory is bounded by what lives on the recorded system: a call for each thread, with the call's recorded memory.
pub struct Model {
    state: State,
    /// The session and machine of the last packet's recording.
    recording: Option<(u32, Machine)>,
}

/// The lower bits of the number of `clone3`, which all machines have.
const CLONE3: u8 = 435_u32 as u8;

/// The error of a call on a descriptor that is not open.
const EBADF: i64 = 9;

/// Stands for a process that is not known. A call's process is always known when its event is given out.
static UNKNOWN_PROCESS: Process = Process { pid: 0, name: Vec::new(), ppid: None, parent_name: None, uid: None };

impl Model {
    /// A model that has seen no events. `is_live` says that the recording is being made on this machine now, so that
    /// `/proc` tells more about its processes.
    pub fn new(needs: ModelNeeds, is_live: bool) -> Self {
        Self { state: State::new(needs, is_live), recording: None }
    }

    /// Adds the next decoded event, in the order of time, with the header of its packet. Gives `sink` the event that
    /// the model makes of it; memory makes none.
    ///
    /// # Errors
    ///
    /// The error of `sink`. The model goes on as if `sink` had taken the event.
    pub fn add_event<E>(
        &mut self,
        header: &Header,
        event: &DecodedEvent<'_>,
        sink: &mut impl FnMut(&Event<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        if !self.state.needs.calls {
            return self.add_record(header, event, sink);
        }
        if !self.advance(header, event) {
            return Ok(());
        }
        let result = sink(&self.event(header, event));
        self.state.settle(&event.kind);
        result
    }

    /// Notes that an event came that nobody wants to see, and from which there is nothing to learn. It has a number,
    /// and its time counts.
    pub fn skip_event(&mut self, header: &Header, event: &DecodedEvent<'_>) {
        self.follow_recording(header, event);
        self.state.begin_event(header, event.time);
    }

    /// Of which calls it needs memory.
    pub fn wanted_memory(&self) -> WantedMemory {
        match self.state.needs {
            ModelNeeds { memory: true, .. } => WantedMemory::All,
            // The memory of `clone3` tells what a child shares with its maker.
            ModelNeeds { calls: true, .. } => WantedMemory::OfCall(CLONE3),
            _ => WantedMemory::Nothing,
        }
    }

    /// Nanoseconds from the first event to the last, without the time between recordings that were joined.
    pub fn elapsed(&self) -> u64 {
        self.state.clock.elapsed()
    }

    /// Gives `sink` the event with what its record alone tells: nobody needs more.
    fn add_record<E>(
        &mut self,
        header: &Header,
        event: &DecodedEvent<'_>,
        sink: &mut impl FnMut(&Event<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        self.follow_recording(header, event);
        let (edge, task, result) = match event.kind {
            DecodedKind::Memory { .. } => return Ok(()),
            DecodedKind::Enter { task, .. } => (Edge::Enter, task, None),
            DecodedKind::Exit { task, result, .. } => (Edge::Exit, task, Some(result)),
            DecodedKind::Dropped { events } => {
                self.state.begin_event(header, event.time);
                return sink(&self.with_times(header, event, EventKind::Dropped { events }));
            }
        };
        self.state.begin_event(header, event.time);
        let call = CallEvent {
            edge,
            task,
            abi: Abi::new(header.machine, task.is_32bit),
            number: None,
            known: None,
            has_args: false,
            registers: &[],
            inputs: &[],
            outputs: &[],
            result,
            latency: None,
            is_resumed: false,
            is_birth: false,
            process: &UNKNOWN_PROCESS,
            file: None,
        };
        sink(&self.with_times(header, event, EventKind::Call(call)))
    }

    /// Notes which recording an event is of.
    #[inline]
    fn follow_recording(&mut self, header: &Header, event: &DecodedEvent<'_>) {
        let recording = Some((header.session, header.machine));
        if self.recording != recording || self.state.clock.is_past(event.time) {
            self.state.begin_recording(header);
            self.recording = recording;
        }
    }

    /// Learns from a decoded event. Returns whether it makes an event.
    fn advance(&mut self, header: &Header, event: &DecodedEvent<'_>) -> bool {
        self.follow_recording(header, event);
        let state = &mut self.state;
        if let DecodedKind::Memory { task, chunk } = &event.kind {
            state.add_chunk(header, task, chunk);
            return false;
        }
        state.begin_event(header, event.time);
        match &event.kind {
            DecodedKind::Enter { task, call } => {
                state.set_current_thread(task);
                state.follow_silent_birth(header, task);
                state.note_entry(header, event, call, false);
                follow_files(state, false);
            }
            DecodedKind::Exit { task, call, result } => {
                state.set_current_thread(task);
                match call {
                    DecodedReturn::ReturnOnly(call) => state.note_entry(header, event, call, true),
                    _ => state.pair_return(header, event, task, call, *result),
                }
                state.note_result(header, task, *result);
                state.follow_maker();
                state.follow_user();
                follow_files(state, true);
            }
            DecodedKind::Dropped { .. } => state.note_drops(),
            DecodedKind::Memory { .. } => (),
        }
        true
    }

    /// The event that [`advance`](Self::advance) has learnt from.
    fn event<'a>(&'a self, header: &Header, event: &DecodedEvent<'a>) -> Event<'a> {
        let kind = match event.kind {
            DecodedKind::Enter { task, .. } => EventKind::Call(self.call(header, task, Edge::Enter)),
            DecodedKind::Exit { task, .. } => EventKind::Call(self.call(header, task, Edge::Exit)),
            DecodedKind::Dropped { events } => EventKind::Dropped { events },
            // `advance` says that memory makes no event.
            DecodedKind::Memory { .. } => EventKind::Dropped { events: 0 },
        };
        self.with_times(header, event, kind)
    }

    fn with_times<'a>(&self, header: &Header, event: &DecodedEvent<'a>, kind: EventKind<'a>) -> Event<'a> {
        let needs_times = self.state.needs.times;
        let EventTimes { time, since_first, since_last } =
            if needs_times { self.state.clock.times() } else { EventTimes::default() };
        let number = self.state.current.number;
        Event { number, time, since_first, since_last, cpu: event.cpu, machine: header.machine, kind }
    }

    fn call<'a>(&'a self, header: &Header, task: &'a Task, edge: Edge) -> CallEvent<'a> {
        let State { threads, processes, outputs, current, .. } = &self.state;
        let thread = threads.get(current.thread);
        let pending = thread.and_then(|thread| thread.call.as_ref());
        let process = thread.and_then(|thread| processes.get(thread.process));
        CallEvent {
            edge,
            task,
            abi: pending.map_or_else(|| Abi::new(header.machine, current.is_32bit), |pending| pending.abi),
            number: pending.map(|pending| pending.number),
            known: pending.and_then(|pending| pending.known),
            has_args: pending.is_some_and(|pending| pending.has_args),
            registers: pending.map_or(&[], |pending| pending.registers()),
            inputs: thread.map_or(&[], |thread| &thread.inputs),
            outputs,
            result: current.result,
            latency: current.latency,
            is_resumed: current.is_resumed,
            is_birth: pending.is_some_and(|pending| pending.is_birth()),
            process: process.map_or(&UNKNOWN_PROCESS, |entry| &entry.process),
            file: self.file(thread),
        }
    }

    /// The file that the current event's call is about.
    fn file<'a>(&'a self, thread: Option<&'a Thread>) -> Option<&'a File> {
        let thread = thread?;
        if let Some(closes) = thread.call.as_ref().and_then(|call| call.closes.as_ref()) {
            return Some(closes);
        }
        let State { processes, current, .. } = &self.state;
        let table = processes.get(thread.process)?.files?;
        processes.files.get(table, current.file?).map(|open| &open.file)
    }
}

/// Finds out which file the current call is about. At its return, also applies what the call did to descriptors.
fn follow_files(state: &mut State, is_return: bool) {
    if !state.needs.files {
        return;
    }
    let State { threads, processes, outputs, current, is_live, .. } = state;
    let Some(thread) = threads.get(current.thread) else { return };
    let Some(mut update) = DescriptorUpdate::new(processes, *is_live, thread, outputs) else { return };
    current.file = update.first_descriptor();
    if let Some(number) = current.file.filter(|_| current.latency.is_none() && current.result != Some(-EBADF)) {
        update.look_up(number);
    }
    let has_effect = update.effect() != Effect::None;
    if let Some(result) = current.result.filter(|_| is_return && has_effect) {
        current.file = update.apply(result).or(current.file);
    }
}
