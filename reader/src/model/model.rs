// SPDX-License-Identifier: GPL-2.0

//! The model: takes decoded events, and gives out events with all that is known of them.

use super::effects::tells_of_threads;
use super::event::{CallEvent, Edge, Event, EventKind, Process};
use super::known_threads::ThreadsView;
use super::name::ProcessName;
use super::state::State;
use super::wall_clock::EventTimes;
use crate::calls::Abi;
use crate::decode::{DecodedEvent, DecodedKind, DecodedReturn};
use crate::sink::SkippedEvents;
use crate::wanted::WantedMemory;
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

/// Stands for a process that is not known. A call's process is always known when its event is given out.
static UNKNOWN_PROCESS: Process =
    Process { pid: 0, serial: 0, name: ProcessName::UNKNOWN, ppid: None, parent_name: None, uid: None };

impl Model {
    /// A model that has seen no events. `is_live` says that the recording is being made on this machine now, so that
    /// `/proc` tells more about its processes.
    pub fn new(needs: ModelNeeds, is_live: bool) -> Self {
        Self { state: State::new(needs, is_live), recording: None }
    }

    /// Looks up what processes of this machine have open, now that a recording of them begins: these, or all. `waits`
    /// says that they do nothing until then.
    pub fn look_up(&mut self, pids: Option<&[u32]>, waits: bool) {
        self.state.look_up(pids, waits);
    }

    /// How many threads were looked at in loops: for tests that all work is for events.
    #[doc(hidden)]
    pub fn threads_looked_at(&self) -> u64 {
        self.state.threads.looked_at()
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
        self.state.settle(event);
        result
    }

    /// Notes that events came that nobody wants to see, and from which there is nothing to learn. They have numbers,
    /// and their times count.
    pub fn pass_over(&mut self, header: &Header, skipped: SkippedEvents) {
        self.follow_recording(header, skipped.first);
        self.state.pass_over(header, skipped);
    }

    /// Of which calls it needs memory.
    pub fn wanted_memory(&self) -> WantedMemory {
        match self.state.needs {
            ModelNeeds { memory: true, .. } => WantedMemory::All,
            ModelNeeds { calls: true, .. } => WantedMemory::OfCalls(tells_of_threads),
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
        self.follow_recording(header, event.time);
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
            death: None,
            threads: ThreadsView(None),
        };
        sink(&self.with_times(header, event, EventKind::Call(call)))
    }

    /// Notes which recording an event of this tick is of.
    #[inline]
    fn follow_recording(&mut self, header: &Header, ticks: u64) {
        let recording = Some((header.session, header.machine));
        if self.recording != recording || self.state.clock.is_past(ticks) {
            self.state.begin_recording(header, self.recording.is_none());
            self.recording = recording;
        }
    }

    /// Learns from a decoded event. Returns whether it makes an event.
    fn advance(&mut self, header: &Header, event: &DecodedEvent<'_>) -> bool {
        self.follow_recording(header, event.time);
        let state = &mut self.state;
        if let DecodedKind::Memory { task, chunk } = &event.kind {
            state.add_chunk(header, task, chunk);
            return false;
        }
        state.begin_event(header, event.time);
        match &event.kind {
            DecodedKind::Enter { task, call } => {
                state.forget_predecessor(header, event, task);
                state.set_current_thread(task);
                state.note_alive(task.tgid);
                state.follow_silent_birth(header, task);
                state.note_entry(header, event, call, false);
                state.follow_files(header, false);
            }
            DecodedKind::Exit { task, call, result } => {
                state.forget_predecessor(header, event, task);
                state.set_current_thread(task);
                match call {
                    DecodedReturn::ReturnOnly(call) => {
                        state.follow_silent_birth(header, task);
                        state.note_entry(header, event, call, true);
                    }
                    _ => state.pair_return(header, event, task, call, *result),
                }
                state.note_result(header, task, *result);
                state.follow_maker(header);
                state.follow_user();
                state.follow_parent();
                state.follow_death(header);
                state.follow_files(header, true);
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
        let process = thread.and_then(|thread| processes.get(thread.process)).map(|entry| &entry.process);
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
            process: match process {
                Some(_) if current.is_doubtful => &current.doubtful_process,
                _ => process.unwrap_or(&UNKNOWN_PROCESS),
            },
            file: current.file.as_ref(),
            death: current.death,
            threads: ThreadsView(Some(&self.state)),
        }
    }
}
