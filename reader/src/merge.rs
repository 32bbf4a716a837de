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
    packets: Box<Vec<Events, MAX_PACKETS>>,
    /// Events before this tick are out.
    watermark: u64,
    session: Option<(u32, Machine)>,
}

impl Default for Merge {
    fn default() -> Self {
        Self::new()
    }
}

impl Merge {
    /// Without any packets yet.
    pub fn new() -> Self {
        Self { packets: Box::new(Vec::new()), watermark: 0, session: None }
    }

    /// Takes a packet and gives out, to `sink`, the events that no later packet can precede.
    pub fn push<E>(&mut self, framed: Framed, mut sink: impl FnMut(Machine, &Event) -> Result<(), E>) -> Result<(), E> {
        let header = framed.header;
        let session = Some((header.session, header.machine));
        // Another recording, or another piece of this one, was joined to the first.
        if self.session != session || header.base_time < self.watermark {
            self.drain(u64::MAX, &mut sink)?;
            self.session = session;
        } else {
            self.drain(header.base_time, &mut sink)?;
        }
        if self.packets.is_full() {
            let oldest = self.packets.remove(0);
            let machine = oldest.machine();
            for event in oldest {
                sink(machine, &event)?;
            }
        }
        // There is room now.
        let _ = self.packets.push(Events::new(framed));
        self.watermark = header.watermark;
        self.drain(header.watermark, &mut sink)
    }

    /// Gives out all that is left.
    pub fn finish<E>(&mut self, mut sink: impl FnMut(Machine, &Event) -> Result<(), E>) -> Result<(), E> {
        self.drain(u64::MAX, &mut sink)
    }

    /// Gives out the events before `until`, all of them for [`u64::MAX`].
    fn drain<E>(&mut self, until: u64, sink: &mut impl FnMut(Machine, &Event) -> Result<(), E>) -> Result<(), E> {
        while let Some((index, others)) = self.earliest() {
            let packet = &mut self.packets[index];
            let machine = packet.machine();
            let goes = |event: &&Event| event.time <= others && (event.time < until || until == u64::MAX);
            let mut count = 0;
            while let Some(event) = packet.peek().filter(goes).copied() {
                packet.next();
                sink(machine, &event)?;
                count += 1;
            }
            if packet.peek().is_none() {
                // The others keep their order, which decides between equal times.
                self.packets.remove(index);
            } else if count == 0 {
                break;
            }
        }
        Ok(())
    }

    /// The packet whose next event is the earliest, and up to which time its events precede those of
    /// all others.
    fn earliest(&self) -> Option<(usize, u64)> {
        let mut best: Option<(usize, u64)> = None;
        let mut others = u64::MAX;
        for (index, packet) in self.packets.iter().enumerate() {
            // A packet without events has no time and goes first.
            let time = packet.peek().map_or(0, |event| event.time);
            match best {
                Some((_, earliest)) if time >= earliest => others = others.min(time),
                _ => {
                    // Behind in the stream: for equal times the one passed over goes first.
                    others = best.map_or(u64::MAX, |(_, earliest)| others.min(earliest - 1));
                    best = Some((index, time));
                }
            }
        }
        best.map(|(index, _)| (index, others))
    }
}
