// SPDX-License-Identifier: GPL-2.0

//! Decodes a packet into its events.

use crate::framing::Framed;
use crate::sink::{EventSink, SinkStopped, SkippedEvents};
use crate::wanted::{Wanted, WantedOfTask};
use syscall_record_format::format::{
    self, memory_from_words, Edges, Header, Machine, Record, RecordGroup, RecordedReturn, Task, HEADER_WORDS, SLOTS,
};

pub use crate::event::{DecodedCall, DecodedEvent, DecodedKind, DecodedReturn};

/// The task of records that stand before any TASK record, as they can in a packet that was tampered with.
const NOBODY: Task = Task { is_32bit: false, tid: 0, tgid: 0, comm: [0; 2] };

/// The events of one packet, in their order.
pub struct PacketEvents {
    header: Header,
    /// The words that can be decoded.
    words: Vec<u64>,
    cursor: Cursor,
    /// The index in `slots` of the task that the records belong to.
    slot: usize,
    slots: [Task; SLOTS],
    /// Whether the drops before the packet were not given out yet.
    has_dropped: bool,
}

/// A place in a packet.
#[derive(Clone, Copy)]
struct Cursor {
    /// The index of the next record's first word.
    position: usize,
    /// When the last event happened, in ticks.
    time: u64,
    /// The return from the call of the last CALL record, if it was not given out yet.
    pending_return: Option<PendingReturn>,
}

/// The return that a CALL record tells.
#[derive(Clone, Copy)]
struct PendingReturn {
    /// When the call returned, in ticks.
    time: u64,
    /// When it was entered.
    entered: u64,
    result: i64,
    is_wanted: bool,
}

impl PacketEvents {
    /// The events of a packet. There is room for packets of at least so many words, also for those that take its place.
    pub fn new(framed: &Framed<'_>, room: usize) -> Self {
        let mut events = Self {
            header: framed.header,
            words: Vec::with_capacity(room),
            cursor: Cursor { position: 0, time: 0, pending_return: None },
            slot: 0,
            slots: [NOBODY; SLOTS],
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
        self.cursor = Cursor { position: HEADER_WORDS, time: framed.header.base_time, pending_return: None };
        self.has_dropped = framed.header.dropped_before > 0;
        (self.slot, self.slots) = (0, [NOBODY; SLOTS]);
    }

    /// Gives the events up to and including tick `last` to `sink`, with their packet's header, as far as they are
    /// `wanted`. Returns the tick of the next event; `None` if there is none.
    ///
    /// # Errors
    ///
    /// The error of `sink`. The event that `sink` failed for is lost.
    pub fn give(&mut self, last: u64, wanted: &Wanted, sink: &mut dyn EventSink) -> Result<Option<u64>, SinkStopped> {
        // Field by field, so that an event can borrow from the packet while `position` moves on.
        let Self { header, words, cursor, slot, slots, has_dropped } = self;
        let Header { version, machine, cpu, edges, has_args, .. } = *header;
        if *has_dropped {
            if cursor.time > last {
                return Ok(Some(cursor.time));
            }
            *has_dropped = false;
            let kind = DecodedKind::Dropped { events: header.dropped_before };
            sink.take(header, &DecodedEvent { time: cursor.time, cpu, kind })?;
        }
        let words = words.as_slice();
        // A return of version 1 has the width of its entry, which must come then. And where only returns are recorded,
        // the record of one may be two.
        let selected = wanted.events.as_deref().filter(|_| version > 1 && edges != Edges::Exit);
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
                cursor.position += $len;
                cursor.time = $end;
                cursor.pending_return = $returns;
                sink.take(header, &DecodedEvent { time: at, cpu, kind: $kind })?;
            }};
        }
        loop {
            let task = &slots[*slot];
            if let Some(events) = selected {
                match cursor.skip(header, words, events.of_task(header, task), last, sink) {
                    Some(Skipping::Wanted) => (),
                    Some(Skipping::After(next)) => return Ok(Some(next)),
                    None => return Ok(None),
                }
            }
            if let Some(PendingReturn { time, entered, result, .. }) = cursor.pending_return {
                if time > last {
                    return Ok(Some(time));
                }
                cursor.pending_return = None;
                let kind = DecodedKind::Exit { task, call: DecodedReturn::EnteredAt(entered), result };
                sink.take(header, &DecodedEvent { time, cpu, kind })?;
            }
            let rest = words.get(cursor.position..).unwrap_or_default();
            let Some(&word) = rest.first() else { return Ok(None) };
            match RecordGroup::of(word) {
                RecordGroup::Memory => {
                    let Some((chunk, delta, len)) = memory_from_words(rest, version) else { return Ok(None) };
                    let at = cursor.time.wrapping_add(delta);
                    if wanted.memory.has(machine, chunk.head.call) {
                        give!(len, at, DecodedKind::Memory { task, chunk });
                    } else if at > last {
                        return Ok(Some(at));
                    } else {
                        cursor.position += len;
                        cursor.time = at;
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
                    give!(len, cursor.time.wrapping_add(delta), DecodedKind::Exit { task, call, result });
                    continue;
                }
                RecordGroup::Other => (),
            }
            let Some((record, mut len)) = Record::from_words(rest, machine, version) else { return Ok(None) };
            match record {
                Record::Time(ticks) => {
                    cursor.time = ticks;
                    cursor.position += len;
                }
                Record::Task(task, to) => {
                    *slot = usize::from(to);
                    slots[*slot] = task;
                    cursor.position += len;
                }
                Record::Switch(to) => {
                    *slot = usize::from(to);
                    cursor.position += len;
                }
                Record::Call { is_32bit, number, args, result, duration, delta } => {
                    let at = cursor.time.wrapping_add(delta);
                    let call = DecodedCall { is_32bit, number, args: has_args.then_some(args) };
                    let end = at.wrapping_add(duration);
                    if edges == Edges::Exit {
                        let call = DecodedReturn::ReturnOnly(call);
                        give!(len, end, DecodedKind::Exit { task, call, result });
                    } else {
                        let pending = PendingReturn { time: end, entered: at, result, is_wanted: true };
                        give!(len, at, end, Some(pending), DecodedKind::Enter { task, call });
                    }
                }
                Record::Enter { is_32bit, number, args, delta } => {
                    let at = cursor.time.wrapping_add(delta);
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

/// Why no more events are skipped.
enum Skipping {
    /// The next record may have something that is wanted, or is none of an event.
    Wanted,
    /// The next event happens at this tick, after those that were asked for.
    After(u64),
}

impl Cursor {
    /// Passes over the next events up to and including tick `last`, as long as none is wanted, and tells `sink` of
    /// them. Returns why it stops; `None` if there are no more records.
    fn skip(
        &mut self,
        header: &Header,
        words: &[u64],
        wanted: WantedOfTask<'_>,
        last: u64,
        sink: &mut dyn EventSink,
    ) -> Option<Skipping> {
        let mut skipped = SkippedEvents::default();
        let end = self.skip_events(header, words, wanted, last, &mut skipped);
        if skipped.count > 0 {
            sink.pass_over(header, skipped);
        }
        end
    }

    fn skip_events(
        &mut self,
        header: &Header,
        words: &[u64],
        wanted: WantedOfTask<'_>,
        last: u64,
        skipped: &mut SkippedEvents,
    ) -> Option<Skipping> {
        loop {
            if let Some(PendingReturn { time, is_wanted, .. }) = self.pending_return {
                if is_wanted {
                    return Some(Skipping::Wanted);
                }
                if time > last {
                    return Some(Skipping::After(time));
                }
                self.pending_return = None;
                skipped.add(time);
            }
            let (record, len) = Record::from_words(words.get(self.position..)?, header.machine, header.version)?;
            let (is_wanted, delta, duration, is_event) = match record {
                Record::Memory { chunk, delta } => (wanted.has_memory(chunk.head.call), delta, None, false),
                Record::Call { is_32bit, number, delta, duration, .. } => {
                    (wanted.has_call(is_32bit, number), delta, Some(duration), true)
                }
                Record::Enter { is_32bit, number, delta, .. } => (wanted.has_call(is_32bit, number), delta, None, true),
                Record::Exit { call, delta, .. } => {
                    (call.is_none_or(|call| wanted.has_return(call.is_32bit, call.number)), delta, None, true)
                }
                Record::Time(_) | Record::Task(..) | Record::Switch(_) => (true, 0, None, false),
            };
            if is_wanted {
                return Some(Skipping::Wanted);
            }
            let at = self.time.wrapping_add(delta);
            if at > last {
                return Some(Skipping::After(at));
            }
            self.position += len;
            self.time = at;
            if is_event {
                skipped.add(at);
            }
            if let Some(duration) = duration {
                let end = at.wrapping_add(duration);
                self.time = end;
                self.pending_return = Some(PendingReturn { time: end, entered: at, result: 0, is_wanted: false });
            }
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
