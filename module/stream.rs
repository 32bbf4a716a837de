// SPDX-License-Identifier: GPL-2.0

//! From the ring buffers of all CPUs to one stream of packets.

#![forbid(unsafe_code)]

use crate::kernel_api::arch::MACHINE;
use crate::kernel_api::clock::{wall_clock, Clock};
use crate::pure::format::{Header, Packet, HEADER_WORDS, PACKET_BYTES, RELEASE_BYTES};
use crate::pure::order::{self, Next};
use crate::ring::{reader::RingReaders, PacketStart, SessionInfo};
use kernel::{alloc::flags::GFP_KERNEL, iov::IovIterDest, prelude::*, transmute::AsBytes};

/// A packet on its way out.
#[derive(Clone, Copy)]
enum Source {
    /// The oldest packet of a CPU.
    Cpu(usize),
    /// The one in `report`, which holds no records and tells of drops.
    Report,
}

/// The stream that the device's reader sees.
pub(crate) struct Stream {
    /// The buffers.
    pub(crate) tails: RingReaders,
    clock: Clock,
    /// `uname -r`, NUL padded.
    release: [u8; RELEASE_BYTES],
    /// That of the last packet with events, which those that only tell of drops are told to have, too: sessions
    /// stay in their order.
    origin: SessionInfo,
    report: KBox<Packet>,
    /// The packet that is being delivered, and how many bytes of it are.
    current: Option<(Source, usize)>,
}

impl Stream {
    /// A stream of what is in the buffers.
    ///
    /// # Errors
    ///
    /// `ENOMEM`.
    pub(crate) fn new(tails: RingReaders, clock: Clock, release: [u8; RELEASE_BYTES]) -> Result<Self> {
        let report = KBox::zeroed(GFP_KERNEL)?;
        Ok(Self { tails, clock, release, origin: SessionInfo::default(), report, current: None })
    }

    /// Fills `to` with what is due.
    ///
    /// # Errors
    ///
    /// `EFAULT` if none of it could be copied; it stays due.
    /// `EAGAIN` if nothing is due.
    pub(crate) fn read(&mut self, to: &mut IovIterDest<'_>) -> Result<usize> {
        let mut copied = 0;
        while !to.is_empty() {
            let Some((source, offset)) = self.current.or_else(|| Some((self.begin()?, 0))) else {
                return if copied > 0 { Ok(copied) } else { Err(EAGAIN) };
            };
            self.current = Some((source, offset));
            let words = match source {
                Source::Cpu(cpu) => &self.tails.oldest(cpu).ok_or(EIO)?.words[..],
                Source::Report => &self.report[..],
            };
            let count = to.copy_to_iter(&AsBytes::as_bytes(words)[offset..]);
            if count == 0 {
                return if copied > 0 { Ok(copied) } else { Err(EFAULT) };
            }
            copied += count;
            self.current = Some((source, offset + count));
            if offset + count == PACKET_BYTES {
                self.current = None;
                if let Source::Cpu(cpu) = source {
                    self.tails.release(cpu);
                }
            }
        }
        Ok(copied)
    }

    /// Begins a packet that was delivered in part only anew, for another reader.
    pub(crate) fn rewind(&mut self) {
        if let Some((_, offset)) = &mut self.current {
            *offset = 0;
        }
    }

    /// Forgets all packets that are complete, and drops that were not told, unless a packet was delivered in part.
    pub(crate) fn discard(&mut self) {
        if self.current.is_some_and(|(_, offset)| offset > 0) {
            return;
        }
        self.current = None;
        for cpu in 0..self.tails.cpus() {
            while self.tails.oldest(cpu).is_some() {
                self.tails.release(cpu);
            }
            let dropped = self.tails.dropped(cpu);
            if let Some(told) = self.tails.reported(cpu) {
                told.report_drops(dropped);
            }
        }
    }

    /// Whether something is due.
    pub(crate) fn is_due(&mut self) -> bool {
        let untold = self.untold();
        self.current.is_some()
            || match self.next() {
                Next::Packet { .. } => true,
                Next::Nothing { .. } | Next::Partial { .. } => untold.is_some(),
                Next::HeldBack => false,
            }
    }

    /// What comes next when the current packet is delivered.
    pub(crate) fn next(&mut self) -> Next {
        let now = self.tails.present(&self.clock);
        self.tails.refresh();
        order::next(now, self.tails.lanes())
    }

    /// A CPU with drops that no packet has told of, and its count of them.
    fn untold(&mut self) -> Option<(usize, u64)> {
        (0..self.tails.cpus()).find_map(|cpu| {
            let dropped = self.tails.dropped(cpu);
            self.tails.reported(cpu).filter(|told| told.dropped < dropped).map(|_| (cpu, dropped))
        })
    }

    /// Chooses the next packet and puts its header on.
    fn begin(&mut self) -> Option<Source> {
        // Before the look at the lanes, which then shows every packet opened before these drops. Where it
        // shows none that is complete, the drops came before the open ones and can be told.
        let untold = self.untold();
        let (source, cpu, watermark, dropped) = match self.next() {
            Next::Packet { lane, watermark } => (Source::Cpu(lane), lane, watermark, 0),
            Next::Nothing { watermark } | Next::Partial { watermark } => {
                let (cpu, dropped) = untold?;
                (Source::Report, cpu, watermark, dropped)
            }
            Next::HeldBack => return None,
        };
        let (note, used) = match source {
            Source::Cpu(cpu) => {
                let front = self.tails.oldest(cpu)?;
                front.words.get_mut(front.used..).unwrap_or_default().fill(0);
                (front.start, front.used)
            }
            Source::Report => (
                PacketStart { session_info: self.origin, base_time: watermark, wall_clock: wall_clock(), dropped },
                HEADER_WORDS,
            ),
        };
        self.origin = note.session_info;
        let told = self.tails.reported(cpu)?;
        let dropped_before = told.report_drops(note.dropped);
        let header = Header {
            machine: MACHINE,
            cpu: cpu as u16,
            used: used as u16,
            edges: note.session_info.edges,
            has_args: note.session_info.has_args,
            sequence: told.next_sequence(),
            session: note.session_info.session,
            base_time: note.base_time,
            watermark,
            wall_clock: note.wall_clock,
            tick: self.clock.tick(),
            dropped: told.dropped,
            dropped_before,
            release: self.release,
        };
        let words = match source {
            Source::Cpu(cpu) => self.tails.oldest(cpu)?.words,
            Source::Report => &mut self.report,
        };
        if let Some(head) = words.first_chunk_mut() {
            *head = header.to_words();
        }
        Some(source)
    }
}
