// SPDX-License-Identifier: GPL-2.0

//! From the packets of several CPUs to events in the order of time.

use crate::decode::{Event, Events};
use crate::framing::Framed;
use heapless::Vec;
use syscall_record_format::format::Machine;

/// Packets that are waiting for each other. In a sound stream there is one for each CPU at the most;
/// where there are more, the oldest goes before its time.
const MAX_PACKETS: usize = 128;

/// Puts events into the order of time.
pub struct Merge {
    /// The packets that may have events left, the earliest first.
    queue: Vec<Waiting, MAX_PACKETS>,
    /// Memory for as many packets as ever waited at a time.
    packets: Vec<Box<Events>, MAX_PACKETS>,
    /// Those of `packets` that are not in the queue.
    free: Vec<u32, MAX_PACKETS>,
    /// Packets that came so far; wraps.
    count: u32,
    /// Events before this tick are out.
    watermark: u64,
    session: Option<(u32, Machine)>,
}

/// A packet in the queue. The order is that of the fields: by time, and of equal times by the packets'
/// order in the stream.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Waiting {
    /// Its next event is not before this tick; before the last one that was given out neither.
    time: u64,
    /// Its number.
    count: u32,
    /// Where in `packets` it is.
    index: u32,
}

impl Waiting {
    /// Before all that wait with this time.
    const fn before(time: u64) -> Self {
        Self { time, count: 0, index: 0 }
    }

    /// Behind all.
    const END: Self = Self { time: u64::MAX, count: u32::MAX, index: u32::MAX };
}

impl Default for Merge {
    fn default() -> Self {
        Self::new()
    }
}

impl Merge {
    /// Without any packets yet.
    pub fn new() -> Self {
        Self { queue: Vec::new(), packets: Vec::new(), free: Vec::new(), count: 0, watermark: 0, session: None }
    }

    /// Takes a packet and gives out, to `sink`, the events that no later packet can precede.
    ///
    /// # Errors
    ///
    /// Those of `sink`; the event that it failed for is lost.
    pub fn push<E>(
        &mut self,
        framed: Framed,
        mut sink: impl FnMut(Machine, &Event<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let (base_time, watermark) = (framed.header.base_time, framed.header.watermark);
        let session = Some((framed.header.session, framed.header.machine));
        // Another recording, or another piece of this one, was joined to the first.
        let is_joined = self.session != session || base_time < self.watermark;
        self.session = session;
        self.drain(if is_joined { Waiting::END } else { Waiting::before(base_time) }, &mut sink)?;
        if self.queue.is_full() {
            let oldest = (0..self.queue.len()).min_by_key(|&index| self.queue[index].count);
            self.give(oldest.unwrap_or_default(), Waiting::END, &mut sink)?;
        }
        self.insert(framed);
        self.watermark = watermark;
        self.drain(Waiting::before(watermark), &mut sink)
    }

    /// Gives out all that is left.
    ///
    /// # Errors
    ///
    /// Those of `sink`; the event that it failed for is lost.
    pub fn finish<E>(&mut self, mut sink: impl FnMut(Machine, &Event<'_>) -> Result<(), E>) -> Result<(), E> {
        self.drain(Waiting::END, &mut sink)
    }

    /// Puts a packet into the queue, which has room.
    fn insert(&mut self, framed: Framed) {
        self.count = self.count.wrapping_add(1);
        let time = framed.header.base_time;
        let events = Events::new(framed);
        let index = match self.free.pop() {
            Some(index) => {
                *self.packets[index as usize] = events;
                index
            }
            None => {
                let _ = self.packets.push(Box::new(events));
                self.packets.len() as u32 - 1
            }
        };
        let waiting = Waiting { time, count: self.count, index };
        let place = self.queue.iter().take_while(|other| **other < waiting).count();
        let _ = self.queue.insert(place, waiting);
    }

    /// Gives out the events before `until`.
    fn drain<E>(
        &mut self,
        until: Waiting,
        sink: &mut impl FnMut(Machine, &Event<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        while self.queue.first().is_some_and(|first| *first < until) {
            let others = self.queue.get(1).map_or(until, |second| until.min(*second));
            self.give(0, others, sink)?;
        }
        Ok(())
    }

    /// Gives out the events before `until` of the packet at `place` in the queue, and puts it where it
    /// then belongs.
    fn give<E>(
        &mut self,
        mut place: usize,
        until: Waiting,
        sink: &mut impl FnMut(Machine, &Event<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut waiting = self.queue[place];
        // Of equal times, ours goes first if our packet does.
        let last = if waiting.count < until.count { until.time } else { until.time.saturating_sub(1) };
        match self.packets[waiting.index as usize].give(last, sink)? {
            Some(time) => {
                waiting.time = time;
                while let Some(next) = self.queue.get(place + 1).filter(|next| **next < waiting).copied() {
                    self.queue[place] = next;
                    place += 1;
                }
                self.queue[place] = waiting;
            }
            None => {
                self.queue.remove(place);
                let _ = self.free.push(waiting.index);
            }
        }
        Ok(())
    }
}
