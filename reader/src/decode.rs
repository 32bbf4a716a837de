// SPDX-License-Identifier: GPL-2.0

//! From a packet to events.

use crate::framing::Framed;
use syscall_record_format::format::{Machine, Record, Task, HEADER_WORDS, SLOTS};

/// Something that happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event {
    /// When, in ticks.
    pub time: u64,
    /// On which CPU.
    pub cpu: u16,
    /// What.
    pub what: What,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// A task entered a system call.
    Enter {
        /// Whose.
        task: Task,
        /// Whether the call is one of a 32-bit program on a 64-bit kernel.
        is_32bit: bool,
        /// Which.
        number: u32,
    },
    /// A task returned from a system call.
    Exit {
        /// Whose.
        task: Task,
        /// Result, a negated errno on failure.
        result: i64,
    },
    /// Events were dropped.
    Dropped {
        /// How many.
        events: u64,
    },
}

/// The events of one packet, in their order.
pub struct Events {
    framed: Framed,
    position: usize,
    time: u64,
    task: Option<Task>,
    slots: [Option<Task>; SLOTS],
    /// The return of the call whose entry came last.
    exit: Option<Event>,
    /// The event that comes next.
    next: Option<Event>,
}

impl Events {
    /// The events of a packet.
    pub fn new(framed: Framed) -> Self {
        let header = &framed.header;
        let time = header.base_time;
        let dropped = Event { time, cpu: header.cpu, what: What::Dropped { events: header.dropped_before } };
        let next = (header.dropped_before > 0).then_some(dropped);
        let mut events =
            Self { framed, position: HEADER_WORDS, time, task: None, slots: [None; SLOTS], exit: None, next };
        if events.next.is_none() {
            events.advance();
        }
        events
    }

    /// Architecture of the kernel that recorded.
    pub fn machine(&self) -> Machine {
        self.framed.header.machine
    }

    /// The event that comes next.
    pub fn peek(&self) -> Option<&Event> {
        self.next.as_ref()
    }

    /// Finds the next event.
    fn advance(&mut self) {
        self.next = self.exit.take().or_else(|| self.decode());
        if let Some(event) = &self.next {
            self.time = event.time;
        }
    }

    /// Reads records up to the next one that is an event.
    fn decode(&mut self) -> Option<Event> {
        loop {
            let words = self.framed.words.get(self.position..usize::from(self.framed.header.used))?;
            let (record, len) = Record::from_words(words)?;
            self.position += len;
            let task = self.task;
            let event = |time, what| Some(Event { time, cpu: self.framed.header.cpu, what });
            match record {
                Record::Time(ticks) => self.time = ticks,
                Record::Task(task, slot) => {
                    self.slots[usize::from(slot)] = Some(task);
                    self.task = Some(task);
                }
                Record::Switch(slot) => self.task = self.slots[usize::from(slot)],
                Record::Call { is_32bit, number, result, duration, delta } => {
                    let time = self.time.wrapping_add(delta);
                    // A packet that is not ours may name no task; what it holds is nobody's.
                    let Some(task) = task else { continue };
                    self.exit = event(time.wrapping_add(duration), What::Exit { task, result });
                    return event(time, What::Enter { task, is_32bit, number });
                }
                Record::Enter { is_32bit, number, delta } => {
                    let Some(task) = task else { continue };
                    return event(self.time.wrapping_add(delta), What::Enter { task, is_32bit, number });
                }
                Record::Exit { result, delta } => {
                    let Some(task) = task else { continue };
                    return event(self.time.wrapping_add(delta), What::Exit { task, result });
                }
            }
        }
    }
}

impl Iterator for Events {
    type Item = Event;

    fn next(&mut self) -> Option<Event> {
        let event = self.next?;
        self.advance();
        Some(event)
    }
}
