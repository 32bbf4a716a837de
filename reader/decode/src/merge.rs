// SPDX-License-Identifier: GPL-2.0

//! Merges the packets of several CPUs into events in the order of time.

use crate::decode::{DecodedEvent, EventSink, PacketEvents, SinkStopped, WantedMemory};
use crate::framing::Framed;
use heapless::Vec;
use std::mem::swap;
use syscall_record_format::format::{Header, Machine};

/// How many packets the queue holds. A sound stream needs at most one for each CPU. When the queue is full, all events
/// in it are given out, although events of later packets may be older.
const MAX_PACKETS: usize = 128;

/// Puts events into the order of time.
pub struct Merge {
    /// The packets that may have events left, sorted by key.
    queue: Vec<QueuedPacket, MAX_PACKETS>,
    /// Boxes of packets that are done, to be used again: nothing is allocated once there are as many as were ever
    /// needed at a time.
    unused: Vec<Box<PacketEvents>, MAX_PACKETS>,
    /// How many packets came so far.
    count: u64,
    /// All events before this tick were given out.
    watermark: u64,
    /// The recording that the last packet was of.
    session: Option<(u32, Machine)>,
    memory: WantedMemory,
}

/// A packet in the queue.
struct QueuedPacket {
    /// The place in the order of the packet's next event, or a place before that.
    key: EventOrder,
    events: Box<PacketEvents>,
}

/// The order of events: by time, and events of equal times by the order of their packets in the stream.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct EventOrder {
    /// In ticks.
    time: u64,
    /// The number of the packet in the stream, from 1.
    packet: u64,
}

impl EventOrder {
    /// Before all events of this time.
    const fn before(time: u64) -> Self {
        Self { time, packet: 0 }
    }

    /// After all events.
    const END: Self = Self { time: u64::MAX, packet: u64::MAX };
}

impl Default for Merge {
    fn default() -> Self {
        Self::new()
    }
}

impl Merge {
    /// A merge that has no packets yet.
    pub fn new() -> Self {
        Self { queue: Vec::new(), unused: Vec::new(), count: 0, watermark: 0, session: None, memory: WantedMemory::All }
    }

    /// Says of which calls memory is wanted: all other memory is left out.
    pub fn want_memory(&mut self, memory: WantedMemory) {
        self.memory = memory;
    }

    /// Takes a packet, and gives `sink` the events that no event of a later packet can precede.
    ///
    /// # Errors
    ///
    /// The error of `sink`. The event that `sink` failed for is lost.
    pub fn push<E>(
        &mut self,
        framed: Framed<'_>,
        sink: impl FnMut(&Header, &DecodedEvent<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        keep_error(sink, |sink| self.take(framed, sink))
    }

    /// Gives `sink` all events that are left.
    ///
    /// # Errors
    ///
    /// The error of `sink`. The event that `sink` failed for is lost.
    pub fn finish<E>(&mut self, sink: impl FnMut(&Header, &DecodedEvent<'_>) -> Result<(), E>) -> Result<(), E> {
        keep_error(sink, |sink| self.drain(EventOrder::END, sink))
    }

    fn take(&mut self, framed: Framed<'_>, sink: &mut EventSink<'_>) -> Result<(), SinkStopped> {
        let header = framed.header;
        let session = Some((header.session, header.machine));
        // Another recording, or another piece of this one, was appended to the first. All its events come later.
        let is_appended = self.session != session || header.base_time < self.watermark;
        let has_room = !is_appended && !self.queue.is_full();
        self.session = session;
        self.drain(if has_room { EventOrder::before(header.base_time) } else { EventOrder::END }, sink)?;
        self.insert(&framed);
        self.watermark = header.watermark;
        self.drain(EventOrder::before(header.watermark), sink)
    }

    /// Puts a packet into the queue. The queue must have room.
    fn insert(&mut self, framed: &Framed<'_>) {
        self.count += 1;
        let key = EventOrder { time: framed.header.base_time, packet: self.count };
        let events = match self.unused.pop() {
            Some(mut unused) => {
                unused.replace(framed);
                unused
            }
            None => Box::new(PacketEvents::new(framed)),
        };
        let place = self.queue.iter().take_while(|queued| queued.key < key).count();
        let _ = self.queue.insert(place, QueuedPacket { key, events });
    }

    /// Gives `sink` the events before `until`.
    fn drain(&mut self, until: EventOrder, sink: &mut EventSink<'_>) -> Result<(), SinkStopped> {
        while let [first, others @ ..] = &mut *self.queue {
            if first.key >= until {
                break;
            }
            let until = others.first().map_or(until, |second| second.key.min(until));
            // Of two events at one time, the one of the earlier packet goes first.
            let last = if first.key.packet < until.packet { until.time } else { until.time.saturating_sub(1) };
            match first.events.give(last, self.memory, sink)? {
                Some(time) => {
                    first.key.time = time;
                    let mut moving = first;
                    for other in others {
                        if moving.key < other.key {
                            break;
                        }
                        swap(moving, other);
                        moving = other;
                    }
                }
                None => {
                    let done = self.queue.remove(0);
                    let _ = self.unused.push(done.events);
                }
            }
        }
        Ok(())
    }
}

/// Calls `work` with a sink that passes events to `sink` and stops at its first error. Returns that error.
fn keep_error<E>(
    mut sink: impl FnMut(&Header, &DecodedEvent<'_>) -> Result<(), E>,
    work: impl FnOnce(&mut EventSink<'_>) -> Result<(), SinkStopped>,
) -> Result<(), E> {
    let mut result = Ok(());
    let _ = work(&mut |header, event| {
        sink(header, event).map_err(|error| {
            result = Err(error);
            SinkStopped
        })
    });
    result
}
