// SPDX-License-Identifier: GPL-2.0

//! Decodes a packet into its events.

use crate::framing::Framed;
use syscall_record_format::format::{
    self, memory_from_words, Args, Chunk, Edges, Header, Machine, Record, RecordGroup, RecordedReturn, Task,
    HEADER_WORDS, SLOTS,
};

/// An event as its record has it. It borrows from its packet, so that events are not copied before they are filtered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DecodedEvent<'a> {
    /// When it happened, in ticks.
    pub time: u64,
    /// The CPU that recorded it.
    pub cpu: u16,
    /// DecodedKind happened.
    pub kind: DecodedKind<'a>,
}

/// DecodedKind happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecodedKind<'a> {
    /// A task entered a system call.
    Enter {
        /// The task.
        task: &'a Task,
        /// The call that it entered.
        call: DecodedCall<'a>,
    },
    /// A task returned from a system call.
    Exit {
        /// The task.
        task: &'a Task,
        /// What its record tells of the call.
        call: DecodedReturn<'a>,
        /// Result, a negated errno on failure.
        result: i64,
    },
    /// Memory that an argument of the task's next event points to. It is part of that event.
    Memory {
        /// The task.
        task: &'a Task,
        /// A piece of the memory.
        chunk: Chunk<'a>,
    },
    /// PacketEvents were dropped.
    Dropped {
        /// How many.
        events: u64,
    },
}

/// What the record of a return tells of its call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecodedReturn<'a> {
    /// The record is that of the call's entry, too, which happened on the same CPU at this tick.
    EnteredAt(u64),
    /// Nothing (version 1 of the format): the task returns from its last entry, unless events were lost in between.
    Unnamed,
    /// The call by the registers at the return. It is the call of the task's last entry if number and width are equal
    /// and that entry has not returned, unless `entry_may_be_lost`.
    Numbered {
        /// The call.
        call: DecodedCall<'a>,
        /// Whether the record has the arguments, as far as arguments are recorded: the entry may not have been traced.
        is_whole: bool,
        /// Whether an entry or a return of the task may have been dropped since its last recorded entry.
        entry_may_be_lost: bool,
    },
    /// The call, where only returns are recorded.
    ReturnOnly(DecodedCall<'a>),
}

impl<'a> DecodedReturn<'a> {
    /// The call, if the record has all that the record of an entry has.
    #[inline]
    pub fn whole(&self) -> Option<&DecodedCall<'a>> {
        match self {
            Self::Numbered { call, is_whole: true, .. } | Self::ReturnOnly(call) => Some(call),
            _ => None,
        }
    }
}

/// A system call, as its record has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DecodedCall<'a> {
    /// Whether a 32-bit program made it on a 64-bit kernel.
    pub is_32bit: bool,
    /// Its number. Programs can pass any number.
    pub number: u32,
    /// Its arguments; `None` if the recording has no arguments.
    pub args: Option<Args<'a>>,
}

/// The task of records that stand before any TASK record, as they can in a packet that was tampered with.
const NOBODY: Task = Task { is_32bit: false, tid: 0, tgid: 0, comm: [0; 2] };

/// Takes events, each with its packet's header, until it returns [`SinkStopped`].
// Not generic, so that its callers are compiled in this package, for speed.
pub type EventSink<'a> = dyn FnMut(&Header, &DecodedEvent<'_>) -> Result<(), SinkStopped> + 'a;

/// A sink wants no more events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SinkStopped;

/// The events of one packet, in their order.
pub struct PacketEvents {
    header: Header,
    /// The words that can be decoded.
    words: Vec<u64>,
    /// The index of the next record's first word.
    position: usize,
    /// When the last event happened, in ticks.
    time: u64,
    /// The index in `slots` of the task that the records belong to.
    slot: usize,
    slots: [Task; SLOTS],
    /// The return from the call of the last CALL record, if it was not given out yet: its time, the time of its entry,
    /// its result.
    pending_return: Option<(u64, u64, i64)>,
    /// Whether the drops before the packet were not given out yet.
    has_dropped: bool,
}

impl PacketEvents {
    /// The events of a packet. There is room for packets of at least so many words, also for those that take its place.
    pub fn new(framed: &Framed<'_>, room: usize) -> Self {
        let mut events = Self {
            header: framed.header,
            words: Vec::with_capacity(room),
            position: 0,
            time: 0,
            slot: 0,
            slots: [NOBODY; SLOTS],
            pending_return: None,
            has_dropped: false,
        };
        events.replace(framed);
        events
    }

    /// How many bytes it takes.
    pub fn bytes(&self) -> usize {
        size_of::<Self>() + self.words.capacity() * size_of::<u64>()
    }

    /// How many bytes the events of a packet take at least.
    pub fn bytes_for(framed: &Framed<'_>) -> usize {
        size_of::<Self>() + usize::from(framed.header.used) * size_of::<u64>()
    }

    /// Becomes the events of another packet.
    pub fn replace(&mut self, framed: &Framed<'_>) {
        self.header = framed.header;
        let used = framed.words.get(..usize::from(framed.header.used)).unwrap_or_default();
        self.words.clear();
        self.words.reserve_exact(used.len());
        self.words.extend_from_slice(used);
        self.position = HEADER_WORDS;
        (self.time, self.has_dropped) = (framed.header.base_time, framed.header.dropped_before > 0);
        (self.slot, self.slots) = (0, [NOBODY; SLOTS]);
        self.pending_return = None;
    }

    /// Gives the events up to and including tick `last` to `sink`, with their packet's header, but no `MEMORY` that is
    /// not `wanted`. Returns the tick of the next event; `None` if there is none.
    ///
    /// # Errors
    ///
    /// The error of `sink`. The event that `sink` failed for is lost.
    pub fn give(
        &mut self,
        last: u64,
        wanted: WantedMemory,
        sink: &mut EventSink<'_>,
    ) -> Result<Option<u64>, SinkStopped> {
        // Field by field, so that an event can borrow from the packet while `position` moves on.
        let Self { header, words, position, time, slot, slots, pending_return, has_dropped } = self;
        let Header { version, machine, cpu, edges, has_args, .. } = *header;
        if *has_dropped {
            if *time > last {
                return Ok(Some(*time));
            }
            *has_dropped = false;
            let kind = DecodedKind::Dropped { events: header.dropped_before };
            sink(header, &DecodedEvent { time: *time, cpu, kind })?;
        }
        let words = words.as_slice();
        // Gives an event out where it was read: an event that went through a variable would be copied.
        macro_rules! give {
            ($len:expr, $at:expr, $kind:expr) => {
                give!($len, $at, $at, None, $kind)
            };
            ($len:expr, $at:expr, $end:expr, $returns:expr, $kind:expr) => {{
                let at = $at;
                if at > last {
                    return Ok(Some(at));
                }
                *position += $len;
                *time = $end;
                *pending_return = $returns;
                sink(header, &DecodedEvent { time: at, cpu, kind: $kind })?;
            }};
        }
        loop {
            let task = &slots[*slot];
            if let Some((at, entered, result)) = *pending_return {
                if at > last {
                    return Ok(Some(at));
                }
                *pending_return = None;
                let kind = DecodedKind::Exit { task, call: DecodedReturn::EnteredAt(entered), result };
                sink(header, &DecodedEvent { time: at, cpu, kind })?;
            }
            let rest = words.get(*position..).unwrap_or_default();
            let Some(&word) = rest.first() else { return Ok(None) };
            match RecordGroup::of(word) {
                RecordGroup::Memory => {
                    let Some((chunk, delta, len)) = memory_from_words(rest, version) else { return Ok(None) };
                    let at = time.wrapping_add(delta);
                    if wanted.has(machine, chunk.head.call) {
                        give!(len, at, DecodedKind::Memory { task, chunk });
                    } else if at > last {
                        return Ok(Some(at));
                    } else {
                        *position += len;
                        *time = at;
                    }
                    continue;
                }
                RecordGroup::Return => {
                    let Some((RecordedReturn { call, result, delta }, len)) =
                        RecordedReturn::from_words(rest, machine, version)
                    else {
                        return Ok(None);
                    };
                    let call = match call {
                        None => DecodedReturn::Unnamed,
                        Some(call) => returned_call(call, edges, has_args),
                    };
                    give!(len, time.wrapping_add(delta), DecodedKind::Exit { task, call, result });
                    continue;
                }
                RecordGroup::Other => (),
            }
            let Some((record, mut len)) = Record::from_words(rest, machine, version) else { return Ok(None) };
            match record {
                Record::Time(ticks) => {
                    *time = ticks;
                    *position += len;
                }
                Record::Task(task, to) => {
                    *slot = usize::from(to);
                    slots[*slot] = task;
                    *position += len;
                }
                Record::Switch(to) => {
                    *slot = usize::from(to);
                    *position += len;
                }
                Record::Call { is_32bit, number, args, result, duration, delta } => {
                    let at = time.wrapping_add(delta);
                    let call = DecodedCall { is_32bit, number, args: has_args.then_some(args) };
                    let end = at.wrapping_add(duration);
                    if edges == Edges::Exit {
                        let call = DecodedReturn::ReturnOnly(call);
                        give!(len, end, DecodedKind::Exit { task, call, result });
                    } else {
                        give!(len, at, end, Some((end, at, result)), DecodedKind::Enter { task, call });
                    }
                }
                Record::Enter { is_32bit, number, args, delta } => {
                    let at = time.wrapping_add(delta);
                    let call = DecodedCall { is_32bit, number, args: has_args.then_some(args) };
                    if edges == Edges::Exit {
                        // Version 1: its EXIT follows, unless the packet was cut off between the two.
                        let next = rest.get(len..).unwrap_or_default();
                        let Some((result, delta, more)) = read_exit(next, machine, version) else { return Ok(None) };
                        len += more;
                        let call = DecodedReturn::ReturnOnly(call);
                        give!(len, at.wrapping_add(delta), DecodedKind::Exit { task, call, result });
                    } else {
                        give!(len, at, DecodedKind::Enter { task, call });
                    }
                }
                // Read above.
                Record::Exit { .. } | Record::Memory { .. } => return Ok(None),
            }
        }
    }
}

/// Of which calls memory is wanted.
#[derive(Clone, Copy, Debug)]
pub enum WantedMemory {
    /// Of all.
    All,
    /// Of those for which this is true, given the machine and the lower 8 bits of the call's number.
    OfCalls(fn(Machine, u8) -> bool),
    /// Of none.
    Nothing,
}

impl WantedMemory {
    /// Whether memory is wanted of a call whose number has these lower 8 bits.
    #[inline]
    fn has(self, machine: Machine, call: u8) -> bool {
        match self {
            Self::All => true,
            Self::OfCalls(is_wanted) => is_wanted(machine, call),
            Self::Nothing => false,
        }
    }
}

/// Reads the EXIT record at the start of `words`: its result, its delta in ticks and how many words it has.
#[inline(never)]
fn read_exit(words: &[u64], machine: Machine, version: u8) -> Option<(i64, u64, usize)> {
    match Record::from_words(words, machine, version)? {
        (Record::Exit { result, delta, .. }, len) => Some((result, delta, len)),
        _ => None,
    }
}

/// What an EXIT tells of its call.
#[inline]
fn returned_call(call: format::ReturnedCall<'_>, edges: Edges, has_args: bool) -> DecodedReturn<'_> {
    let format::ReturnedCall { is_32bit, number, entry_may_be_lost, args } = call;
    let is_whole = args.is_some();
    let call = DecodedCall { is_32bit, number, args: args.filter(|_| has_args) };
    match edges {
        Edges::Exit => DecodedReturn::ReturnOnly(call),
        _ => DecodedReturn::Numbered { call, is_whole, entry_may_be_lost },
    }
}
