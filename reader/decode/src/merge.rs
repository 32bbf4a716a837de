// SPDX-License-Identifier: GPL-2.0

//! Merges the packets of several CPUs into events in the order of time.

use crate::decode::{DecodedEvent, PacketEvents};
use crate::framing::Framed;
use crate::sink::{EventSink, SinkStopped};
use crate::wanted::Wanted;
use syscall_record_format::format::{Header, Machine, PACKET_WORDS};

/// How many bytes the packets in the queue take at the most. A sound stream needs one packet for each CPU, so this is
/// enough for thousands of CPUs. When it is not, all events in the queue are given out, although events of later
/// packets may be older.
const MAX_BYTES: usize = 10 << 20;
/// How many boxes of packets that are done are kept.
const MAX_UNUSED: usize = 128;

/// Puts events into the order of time.
pub struct Merge {
    /// The packets that may have events left. The one with the smallest key is first, and none has a smaller key than
    /// that at half its index: a heap.
    queue: Vec<QueuedPacket>,
    /// How many bytes they take.
    bytes: usize,
    /// Boxes of packets that are done, to be used again: nothing is allocated once there are as many as were ever
    /// needed at a time.
    #[expect(clippy::vec_box, reason = "the boxes come from the queue and go back to it")]
    unused: Vec<Box<PacketEvents>>,
    /// How many packets came so far.
    count: u64,
    /// All events before this tick were given out.
    watermark: u64,
    /// The recording that the last packet was of.
    session: Option<(u32, Machine)>,
    /// Whether events were given out although older ones might follow.
    has_overflowed: bool,
    wanted: Wanted,
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
        Self {
            queue: Vec::new(),
            bytes: 0,
            unused: Vec::new(),
            count: 0,
            watermark: 0,
            session: None,
            has_overflowed: false,
            wanted: Wanted::default(),
        }
    }

    /// Says what is wanted: all else is left out.
    pub fn want(&mut self, wanted: Wanted) {
        self.wanted = wanted;
    }

    /// Takes a packet, and gives `function` the events that no event of a later packet can precede.
    ///
    /// # Errors
    ///
    /// The error of `function`. The event that it failed for is lost.
    pub fn push<E>(
        &mut self,
        framed: Framed<'_>,
        function: impl FnMut(&Header, &DecodedEvent<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        keep_error(function, |sink| self.push_to(framed, sink))
    }

    /// Gives `function` all events that are left.
    ///
    /// # Errors
    ///
    /// The error of `function`. The event that it failed for is lost.
    pub fn finish<E>(&mut self, function: impl FnMut(&Header, &DecodedEvent<'_>) -> Result<(), E>) -> Result<(), E> {
        keep_error(function, |sink| self.finish_to(sink))
    }

    /// Takes a packet, and gives `sink` the events that no event of a later packet can precede.
    ///
    /// # Errors
    ///
    /// The error of `sink`. The event that `sink` failed for is lost.
    pub fn push_to(&mut self, framed: Framed<'_>, sink: &mut dyn EventSink) -> Result<(), SinkStopped> {
        let header = framed.header;
        let session = Some((header.session, header.machine));
        // Another recording, or another piece of this one, was appended to the first. All its events come later.
        let is_appended = self.session != session || header.base_time < self.watermark;
        let is_full = self.bytes + PacketEvents::bytes_for(&framed) > MAX_BYTES;
        self.has_overflowed |= is_full && !is_appended;
        let has_room = !is_appended && !is_full;
        self.session = session;
        self.drain(if has_room { EventOrder::before(header.base_time) } else { EventOrder::END }, sink)?;
        self.insert(&framed);
        self.watermark = header.watermark;
        self.drain(EventOrder::before(header.watermark), sink)
    }

    /// Gives `sink` all events that are left.
    ///
    /// # Errors
    ///
    /// The error of `sink`. The event that `sink` failed for is lost.
    pub fn finish_to(&mut self, sink: &mut dyn EventSink) -> Result<(), SinkStopped> {
        self.drain(EventOrder::END, sink)
    }

    /// Whether more packets overlapped than there is memory for, since the last time that this was asked. Some events
    /// then may have been given out in a wrong order.
    pub fn take_overflow(&mut self) -> bool {
        std::mem::take(&mut self.has_overflowed)
    }

    /// Puts a packet into the queue.
    fn insert(&mut self, framed: &Framed<'_>) {
        self.count += 1;
        let key = EventOrder { time: framed.header.base_time, packet: self.count };
        let events = match self.unused.pop() {
            Some(mut unused) => {
                unused.replace(framed);
                unused
            }
            None => {
                let room = if self.queue.len() < MAX_UNUSED { PACKET_WORDS } else { 0 };
                Box::new(PacketEvents::new(framed, room))
            }
        };
        self.bytes += events.bytes();
        self.queue.push(QueuedPacket { key, events });
        let mut at = self.queue.len() - 1;
        while let Some(above) = at.checked_sub(1).map(|below| below / 2) {
            if self.queue[above].key <= self.queue[at].key {
                break;
            }
            self.queue.swap(above, at);
            at = above;
        }
    }

    /// Gives `sink` the events before `until`.
    fn drain(&mut self, until: EventOrder, sink: &mut dyn EventSink) -> Result<(), SinkStopped> {
        while let [first, others @ ..] = &mut *self.queue {
            if first.key >= until {
                break;
            }
            let second = others.iter().take(2).map(|other| other.key).min();
            let until = second.map_or(until, |second| second.min(until));
            // Of two events at one time, the one of the earlier packet goes first.
            let last = if first.key.packet < until.packet { until.time } else { until.time.saturating_sub(1) };
            match first.events.give(last, &self.wanted, sink)? {
                Some(time) => first.key.time = time,
                None => {
                    let done = self.queue.swap_remove(0);
                    self.bytes -= done.events.bytes();
                    if self.unused.len() < MAX_UNUSED {
                        self.unused.push(done.events);
                    }
                }
            }
            self.sink_first();
        }
        Ok(())
    }

    /// Moves the first packet to its place.
    fn sink_first(&mut self) {
        let mut at = 0;
        loop {
            let below = 2 * at + 1;
            let Some(left) = self.queue.get(below) else { break };
            let is_right = self.queue.get(below + 1).is_some_and(|right| right.key < left.key);
            let smallest = below + usize::from(is_right);
            if self.queue[at].key <= self.queue[smallest].key {
                break;
            }
            self.queue.swap(at, smallest);
            at = smallest;
        }
    }
}

/// Calls `work` with a sink that passes events to `function` and stops at its first error. Returns that error.
fn keep_error<E>(
    mut function: impl FnMut(&Header, &DecodedEvent<'_>) -> Result<(), E>,
    work: impl FnOnce(&mut dyn EventSink) -> Result<(), SinkStopped>,
) -> Result<(), E> {
    let mut result = Ok(());
    let _ = work(&mut |header: &Header, event: &DecodedEvent<'_>| {
        function(header, event).map_err(|error| {
            result = Err(error);
            SinkStopped
        })
    });
    result
}
