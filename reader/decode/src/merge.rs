// SPDX-License-Identifier: GPL-2.0

//! From the packets of several CPUs to events in the order of time.

use crate::decode::{Event, Events, Sink, Stopped};
use crate::framing::Framed;
use heapless::Vec;
use std::mem::swap;
use syscall_record_format::format::{Header, Machine};

/// Packets that are waiting for each other. In a sound stream there is one for each CPU at the most;
/// where there are more, they go before their time.
const MAX_PACKETS: usize = 128;

/// Puts events into the order of time.
pub struct Merge {
    /// The packets that may have events left, by their keys.
    queue: Vec<Waiting, MAX_PACKETS>,
    /// Memory of packets that are done, for those that come. There is as much as was ever needed at a time.
    spare: Vec<Box<Events>, MAX_PACKETS>,
    /// Packets that came so far.
    count: u64,
    /// Events before this tick are out.
    watermark: u64,
    session: Option<(u32, Machine)>,
}

/// A packet in the queue.
struct Waiting {
    /// Of its next event, or before that.
    key: Key,
    events: Box<Events>,
}

/// The order of events: by time in ticks, and of equal times by their packets' order in the stream.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    time: u64,
    /// From 1.
    packet: u64,
}

impl Key {
    /// Before all events of this time.
    const fn before(time: u64) -> Self {
        Self { time, packet: 0 }
    }

    /// Behind all events.
    const END: Self = Self { time: u64::MAX, packet: u64::MAX };
}

impl Default for Merge {
    fn default() -> Self {
        Self::new()
    }
}

impl Merge {
    /// Without any packets yet.
    pub fn new() -> Self {
        Self { queue: Vec::new(), spare: Vec::new(), count: 0, watermark: 0, session: None }
    }

    /// Takes a packet and gives out, to `sink`, the events that no later packet can precede.
    ///
    /// # Errors
    ///
    /// Those of `sink`; the event that it failed for is lost.
    pub fn push<E>(&mut self, framed: Framed, sink: impl FnMut(&Header, &Event<'_>) -> Result<(), E>) -> Result<(), E> {
        keep_error(sink, |sink| self.take(framed, sink))
    }

    /// Gives out all that is left.
    ///
    /// # Errors
    ///
    /// Those of `sink`; the event that it failed for is lost.
    pub fn finish<E>(&mut self, sink: impl FnMut(&Header, &Event<'_>) -> Result<(), E>) -> Result<(), E> {
        keep_error(sink, |sink| self.drain(Key::END, sink))
    }

    fn take(&mut self, framed: Framed, sink: &mut Sink<'_>) -> Result<(), Stopped> {
        let header = framed.header;
        let session = Some((header.session, header.machine));
        // Another recording, or another piece of this one, was joined to the first.
        let is_joined = self.session != session || header.base_time < self.watermark;
        let goes_on = !is_joined && !self.queue.is_full();
        self.session = session;
        self.drain(if goes_on { Key::before(header.base_time) } else { Key::END }, sink)?;
        self.insert(framed);
        self.watermark = header.watermark;
        self.drain(Key::before(header.watermark), sink)
    }

    /// Puts a packet into the queue, which has room.
    fn insert(&mut self, framed: Framed) {
        self.count += 1;
        let key = Key { time: framed.header.base_time, packet: self.count };
        let events = match self.spare.pop() {
            Some(mut spare) => {
                *spare = Events::new(framed);
                spare
            }
            None => Box::new(Events::new(framed)),
        };
        let place = self.queue.iter().take_while(|waiting| waiting.key < key).count();
        let _ = self.queue.insert(place, Waiting { key, events });
    }

    /// Gives out the events before `until`.
    fn drain(&mut self, until: Key, sink: &mut Sink<'_>) -> Result<(), Stopped> {
        while let [first, others @ ..] = &mut *self.queue {
            if first.key >= until {
                break;
            }
            let until = others.first().map_or(until, |second| second.key.min(until));
            // Of equal times, ours goes first if our packet does.
            let last = if first.key.packet < until.packet { until.time } else { until.time.saturating_sub(1) };
            match first.events.give(last, sink)? {
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
                    let _ = self.spare.push(done.events);
                }
            }
        }
        Ok(())
    }
}

/// Does `work` with a sink that stops it at the first error of `sink`, which this returns.
fn keep_error<E>(
    mut sink: impl FnMut(&Header, &Event<'_>) -> Result<(), E>,
    work: impl FnOnce(&mut Sink<'_>) -> Result<(), Stopped>,
) -> Result<(), E> {
    let mut result = Ok(());
    let _ = work(&mut |header, event| {
        sink(header, event).map_err(|error| {
            result = Err(error);
            Stopped
        })
    });
    result
}
