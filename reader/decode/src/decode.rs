// SPDX-License-Identifier: GPL-2.0

//! From a packet to events.

use crate::framing::Framed;
use syscall_record_format::format::{Args, Chunk, Edges, Header, Machine, Record, Task, HEADER_WORDS, SLOTS};

/// Something that happened. It borrows from its packet: nothing is copied for events that nobody wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event<'a> {
    /// When, in ticks.
    pub time: u64,
    /// On which CPU.
    pub cpu: u16,
    /// What.
    pub what: What<'a>,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What<'a> {
    /// A task entered a system call.
    Enter {
        /// Whose.
        task: &'a Task,
        /// Which.
        call: Call<'a>,
    },
    /// A task returned from a system call.
    Exit {
        /// Whose.
        task: &'a Task,
        /// Which, where only returns are recorded; elsewhere its entry told.
        call: Option<Call<'a>>,
        /// Result, a negated errno on failure.
        result: i64,
    },
    /// No event of its own: memory that an argument of the task's next event points to.
    Memory {
        /// Whose.
        task: &'a Task,
        /// A piece of it.
        chunk: Chunk<'a>,
    },
    /// Events were dropped.
    Dropped {
        /// How many.
        events: u64,
    },
}

/// A system call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Call<'a> {
    /// Whether it is one of a 32-bit program on a 64-bit kernel.
    pub is_32bit: bool,
    /// Its number; programs can pass any.
    pub number: u32,
    /// Its arguments, if the recording has any calls'.
    pub args: Option<Args<'a>>,
}

/// Whose the records are before any TASK: a packet that was tampered with may name none.
const NOBODY: Task = Task { is_32bit: false, tid: 0, tgid: 0, comm: [0; 2] };

/// Takes events, with their packets' headers, until it wants no more.
// Not generic, so that what gives events out is compiled here, for speed.
pub type Sink<'a> = dyn FnMut(&Header, &Event<'_>) -> Result<(), Stopped> + 'a;

/// A sink wants no more events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stopped;

/// The events of one packet, in their order.
pub struct Events {
    framed: Framed,
    /// The word of the record that comes next.
    position: usize,
    /// When the last event happened, in ticks.
    time: u64,
    /// Where in `slots` the task of the records is.
    slot: usize,
    slots: [Task; SLOTS],
    /// The return of the call whose entry came last: when, and the result.
    returning: Option<(u64, i64)>,
    /// Whether the drops before the packet are still to be told.
    has_dropped: bool,
}

impl Events {
    /// The events of a packet.
    pub fn new(framed: Framed) -> Self {
        let (time, has_dropped) = (framed.header.base_time, framed.header.dropped_before > 0);
        Self { framed, position: HEADER_WORDS, time, slot: 0, slots: [NOBODY; SLOTS], returning: None, has_dropped }
    }

    /// Gives out, to `sink`, the events up to the tick `last`, itself included, with their packet's header. Returns the tick of the
    /// next, `None` if there is none.
    ///
    /// # Errors
    ///
    /// That of `sink`; the event that it failed for is lost.
    pub fn give(&mut self, last: u64, sink: &mut Sink<'_>) -> Result<Option<u64>, Stopped> {
        // By name, so that an event can borrow from the packet while we move on.
        let Self { framed: Framed { header, words }, position, time, slot, slots, returning, has_dropped } = self;
        let Header { machine, cpu, edges, has_args, .. } = *header;
        if *has_dropped {
            if *time > last {
                return Ok(Some(*time));
            }
            *has_dropped = false;
            sink(header, &Event { time: *time, cpu, what: What::Dropped { events: header.dropped_before } })?;
        }
        let words = words.get(..usize::from(header.used)).unwrap_or_default();
        loop {
            let task = &slots[*slot];
            if let Some((at, result)) = *returning {
                if at > last {
                    return Ok(Some(at));
                }
                *returning = None;
                sink(header, &Event { time: at, cpu, what: What::Exit { task, call: None, result } })?;
            }
            let rest = words.get(*position..).unwrap_or_default();
            let Some((record, mut len)) = Record::from_words(rest, machine) else { return Ok(None) };
            let mut returns = None;
            let (at, end, what) = match record {
                Record::Time(ticks) => {
                    *time = ticks;
                    *position += len;
                    continue;
                }
                Record::Task(task, to) => {
                    *slot = usize::from(to);
                    slots[*slot] = task;
                    *position += len;
                    continue;
                }
                Record::Switch(to) => {
                    *slot = usize::from(to);
                    *position += len;
                    continue;
                }
                Record::Call { is_32bit, number, args, result, duration, delta } => {
                    let at = time.wrapping_add(delta);
                    let call = Call { is_32bit, number, args: has_args.then_some(args) };
                    let end = at.wrapping_add(duration);
                    if edges == Edges::Exit {
                        (end, end, What::Exit { task, call: Some(call), result })
                    } else {
                        returns = Some((end, result));
                        (at, end, What::Enter { task, call })
                    }
                }
                Record::Enter { is_32bit, number, args, delta } => {
                    let at = time.wrapping_add(delta);
                    let call = Call { is_32bit, number, args: has_args.then_some(args) };
                    if edges == Edges::Exit {
                        // Without its EXIT it is the last record of a packet that was cut off.
                        let behind = rest.get(len..).unwrap_or_default();
                        let Some((result, delta, more)) = exit(behind, machine) else { return Ok(None) };
                        len += more;
                        let at = at.wrapping_add(delta);
                        (at, at, What::Exit { task, call: Some(call), result })
                    } else {
                        (at, at, What::Enter { task, call })
                    }
                }
                Record::Exit { result, delta } => {
                    let at = time.wrapping_add(delta);
                    (at, at, What::Exit { task, call: None, result })
                }
                Record::Memory { chunk, delta } => {
                    let at = time.wrapping_add(delta);
                    (at, at, What::Memory { task, chunk })
                }
            };
            if at > last {
                return Ok(Some(at));
            }
            *position += len;
            *time = end;
            *returning = returns;
            sink(header, &Event { time: at, cpu, what })?;
        }
    }
}

/// The EXIT at the start of `words`: result, delta and words.
#[inline(never)]
fn exit(words: &[u64], machine: Machine) -> Option<(i64, u64, usize)> {
    match Record::from_words(words, machine)? {
        (Record::Exit { result, delta }, len) => Some((result, delta, len)),
        _ => None,
    }
}
