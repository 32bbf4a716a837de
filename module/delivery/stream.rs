// SPDX-License-Identifier: GPL-2.0

//! One stream of packets out of the ring buffers of all CPUs, in the order of their base times. Puts headers on.

use crate::kernel_api::arch::MACHINE;
use crate::kernel_api::clock::{wall_clock, Clock};
use crate::ring::{reader::RingReaders, PacketStart, SessionInfo};
use crate::shared::format::{Header, Packet, HEADER_WORDS, PACKET_BYTES, RELEASE_BYTES};
use crate::shared::order::{self, Next};
use kernel::{alloc::flags::GFP_KERNEL, iov::IovIterDest, prelude::*, transmute::AsBytes};

/// Where the packet that is being delivered lies.
#[derive(Clone, Copy)]
enum PacketSource {
    /// It is the oldest packet of this CPU.
    Cpu(usize),
    /// It is in `drop_report`. It holds no records and reports drops.
    DropReport,
}

/// The stream that the device's reader sees.
pub(crate) struct Stream {
    pub(crate) readers: RingReaders,
    clock: Clock,
    /// `uname -r`, NUL padded.
    release: [u8; RELEASE_BYTES],
    /// Session of the last packet with events. Drop-only packets reuse it, so that sessions stay in their order.
    last_session: SessionInfo,
    drop_report: KBox<Packet>,
    /// The packet that is being delivered, and how many of its bytes are delivered.
    current: Option<(PacketSource, usize)>,
}

impl Stream {
    /// A stream of what `readers` read.
    ///
    /// # Errors
    ///
    /// `ENOMEM`.
    pub(crate) fn new(readers: RingReaders, clock: Clock, release: [u8; RELEASE_BYTES]) -> Result<Self> {
        let drop_report = KBox::zeroed(GFP_KERNEL)?;
        Ok(Self { readers, clock, release, last_session: SessionInfo::default(), drop_report, current: None })
    }

    /// Fills `to` with what is due. Returns the number of bytes.
    ///
    /// # Errors
    ///
    /// `EFAULT` if no byte could be copied; everything stays due.
    /// `EAGAIN` if nothing is due.
    pub(crate) fn read(&mut self, to: &mut IovIterDest<'_>) -> Result<usize> {
        let mut copied = 0;
        while !to.is_empty() {
            let Some((source, offset)) = self.current.or_else(|| Some((self.begin_packet()?, 0))) else {
                return if copied > 0 { Ok(copied) } else { Err(EAGAIN) };
            };
            self.current = Some((source, offset));
            let words = match source {
                PacketSource::Cpu(cpu) => &self.readers.oldest(cpu).ok_or(EIO)?.words[..],
                PacketSource::DropReport => &self.drop_report[..],
            };
            let count = to.copy_to_iter(&AsBytes::as_bytes(words)[offset..]);
            if count == 0 {
                return if copied > 0 { Ok(copied) } else { Err(EFAULT) };
            }
            copied += count;
            self.current = Some((source, offset + count));
            if offset + count == PACKET_BYTES {
                self.current = None;
                if let PacketSource::Cpu(cpu) = source {
                    self.readers.release(cpu);
                }
            }
        }
        Ok(copied)
    }

    /// Goes back to the start of a packet that was delivered in part, for another reader.
    pub(crate) fn rewind(&mut self) {
        if let Some((_, offset)) = &mut self.current {
            *offset = 0;
        }
    }

    /// Forgets all complete packets, and drops that were not reported, unless a packet was delivered in part.
    pub(crate) fn discard(&mut self) {
        if self.current.is_some_and(|(_, offset)| offset > 0) {
            return;
        }
        self.current = None;
        for cpu in 0..self.readers.cpus() {
            while self.readers.oldest(cpu).is_some() {
                self.readers.release(cpu);
            }
            let dropped = self.readers.dropped(cpu);
            if let Some(reported) = self.readers.reported(cpu) {
                reported.report_drops(dropped);
            }
        }
    }

    /// Whether something is due.
    pub(crate) fn is_due(&mut self) -> bool {
        let unreported = self.unreported_drops();
        self.current.is_some()
            || match self.next() {
                Next::Packet { .. } => true,
                Next::Nothing { .. } | Next::Partial { .. } => unreported.is_some(),
                Next::HeldBack => false,
            }
    }

    /// What comes next when the current packet is delivered.
    pub(crate) fn next(&mut self) -> Next {
        let now = self.readers.present(&self.clock);
        self.readers.refresh();
        order::next(now, self.readers.lanes())
    }

    /// A CPU with drops that no packet has reported, and the count of all its drops.
    fn unreported_drops(&mut self) -> Option<(usize, u64)> {
        (0..self.readers.cpus()).find_map(|cpu| {
            let dropped = self.readers.dropped(cpu);
            self.readers.reported(cpu).filter(|reported| reported.dropped < dropped).map(|_| (cpu, dropped))
        })
    }

    /// Chooses the next packet and puts its header on. `None` if no packet is due.
    fn begin_packet(&mut self) -> Option<PacketSource> {
        // Look for drops before looking at the lanes, which then show every packet opened before these drops. If they
        // show no complete packet, the drops came before the open packets and can be reported.
        let unreported = self.unreported_drops();
        let (source, cpu, watermark, dropped) = match self.next() {
            Next::Packet { lane, watermark } => (PacketSource::Cpu(lane), lane, watermark, 0),
            Next::Nothing { watermark } | Next::Partial { watermark } => {
                let (cpu, dropped) = unreported?;
                (PacketSource::DropReport, cpu, watermark, dropped)
            }
            Next::HeldBack => return None,
        };
        let (start, used) = match source {
            PacketSource::Cpu(cpu) => {
                let oldest = self.readers.oldest(cpu)?;
                oldest.words.get_mut(oldest.used..).unwrap_or_default().fill(0);
                (oldest.start, oldest.used)
            }
            PacketSource::DropReport => {
                let session_info = self.last_session;
                (PacketStart { session_info, base_time: watermark, wall_clock: wall_clock(), dropped }, HEADER_WORDS)
            }
        };
        self.last_session = start.session_info;
        let reported = self.readers.reported(cpu)?;
        let dropped_before = reported.report_drops(start.dropped);
        let header = Header {
            machine: MACHINE,
            cpu: cpu as u16,
            used: used as u16,
            edges: start.session_info.edges,
            has_args: start.session_info.has_args,
            sequence: reported.next_sequence(),
            session: start.session_info.session,
            base_time: start.base_time,
            watermark,
            wall_clock: start.wall_clock,
            tick: self.clock.tick(),
            dropped: reported.dropped,
            dropped_before,
            release: self.release,
        };
        let words = match source {
            PacketSource::Cpu(cpu) => self.readers.oldest(cpu)?.words,
            PacketSource::DropReport => &mut self.drop_report,
        };
        if let Some(head) = words.first_chunk_mut() {
            *head = header.to_words();
        }
        Some(source)
    }
}
