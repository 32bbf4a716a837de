// SPDX-License-Identifier: GPL-2.0

//! One stream of packets out of the ring buffers of all CPUs, in the order of their base times. Puts headers on.

use crate::kernel_api::arch::MACHINE;
use crate::kernel_api::clock::{wall_clock, Clock};
use crate::ring::{
    reader::{LentPacket, RingReaders},
    PacketStart, SessionInfo,
};
use crate::shared::format::{Header, Packet, HEADER_WORDS, PACKET_BYTES, RELEASE_BYTES, VERSION};
use crate::shared::order::{self, Next};
use kernel::{alloc::flags::GFP_KERNEL, iov::IovIterDest, prelude::*, transmute::AsBytes};

/// Where the next packet lies.
#[derive(Clone, Copy)]
enum PacketSource {
    /// It is the oldest packet of this CPU.
    Cpu(usize),
    /// It is in `drop_report`. It holds no records and reports drops.
    DropReport,
}

/// A packet on its way to the reader. Who has it copies it without a lock, because the copy may sleep in a page fault
/// for as long as the reader's memory takes. Give it back by [`Stream::put_back`].
#[must_use = "the stream stops until it has the packet back"]
pub(crate) struct OutgoingPacket {
    words: OutgoingWords,
    /// How many bytes the reader has.
    delivered: usize,
}

enum OutgoingWords {
    Lent(LentPacket),
    DropReport(KBox<Packet>),
}

impl OutgoingPacket {
    /// Copies as much as fits to `to`. Returns the number of bytes, 0 if the memory cannot be written. May sleep.
    pub(crate) fn copy_to(&mut self, to: &mut IovIterDest<'_>) -> usize {
        let words = match &self.words {
            OutgoingWords::Lent(packet) => packet.words(),
            OutgoingWords::DropReport(packet) => packet,
        };
        let count = to.copy_to_iter(AsBytes::as_bytes(words).get(self.delivered..).unwrap_or_default());
        self.delivered = self.delivered.wrapping_add(count);
        count
    }
}

/// The packet that is being delivered.
enum CurrentPacket {
    /// The next packet was not chosen yet.
    None,
    /// It waits to be copied.
    Waiting(OutgoingPacket),
    /// A thread copies it.
    Taken,
}

/// What a reading thread gets of the stream.
pub(crate) enum TakenPacket {
    /// The packet that is delivered next.
    Packet(OutgoingPacket),
    /// Nothing is due.
    Nothing,
    /// Another thread copies a packet. `due` is notified when it gives the packet back.
    Elsewhere,
}

/// The stream that the device's reader sees.
pub(crate) struct Stream {
    pub(crate) readers: RingReaders,
    clock: Clock,
    /// `uname -r`, NUL padded.
    release: [u8; RELEASE_BYTES],
    /// Session of the last packet. Drop-only packets reuse it, so that sessions stay in their order.
    last_session: Option<SessionInfo>,
    /// `None` while it is the current packet.
    drop_report: Option<KBox<Packet>>,
    current: CurrentPacket,
    /// Whether another thread waits until the current packet is given back.
    is_awaited: bool,
}

impl Stream {
    /// A stream of what `readers` read.
    ///
    /// # Errors
    ///
    /// `ENOMEM`.
    pub(crate) fn new(readers: RingReaders, clock: Clock, release: [u8; RELEASE_BYTES]) -> Result<Self> {
        let drop_report = Some(KBox::zeroed(GFP_KERNEL)?);
        let current = CurrentPacket::None;
        Ok(Self { readers, clock, release, last_session: None, drop_report, current, is_awaited: false })
    }

    /// Takes the packet that is delivered next.
    pub(crate) fn take(&mut self) -> TakenPacket {
        match core::mem::replace(&mut self.current, CurrentPacket::Taken) {
            CurrentPacket::Taken => {
                self.is_awaited = true;
                return TakenPacket::Elsewhere;
            }
            CurrentPacket::Waiting(packet) => return TakenPacket::Packet(packet),
            CurrentPacket::None => (),
        }
        let words = match self.begin_packet() {
            Some(PacketSource::Cpu(cpu)) => self.readers.lend(cpu).map(OutgoingWords::Lent),
            Some(PacketSource::DropReport) => self.drop_report.take().map(OutgoingWords::DropReport),
            None => None,
        };
        let Some(words) = words else {
            self.current = CurrentPacket::None;
            return TakenPacket::Nothing;
        };
        TakenPacket::Packet(OutgoingPacket { words, delivered: 0 })
    }

    /// Takes the current packet back. The stream goes on to the next packet if the reader has all of it. Returns
    /// whether another thread waits for that.
    pub(crate) fn put_back(&mut self, packet: OutgoingPacket) -> bool {
        if packet.delivered < PACKET_BYTES {
            self.current = CurrentPacket::Waiting(packet);
        } else {
            self.finish(packet);
        }
        core::mem::take(&mut self.is_awaited)
    }

    /// Is done with the current packet.
    fn finish(&mut self, packet: OutgoingPacket) {
        match packet.words {
            OutgoingWords::Lent(packet) => self.readers.take_back(packet),
            OutgoingWords::DropReport(packet) => self.drop_report = Some(packet),
        }
        self.current = CurrentPacket::None;
    }

    /// Goes back to the start of a packet that was delivered in part, for another reader.
    pub(crate) fn rewind(&mut self) {
        if let CurrentPacket::Waiting(packet) = &mut self.current {
            packet.delivered = 0;
        }
    }

    /// Forgets all complete packets, and drops that were not reported, unless a packet was delivered in part or is
    /// being copied.
    pub(crate) fn discard(&mut self) {
        match core::mem::replace(&mut self.current, CurrentPacket::None) {
            CurrentPacket::None => (),
            CurrentPacket::Waiting(packet) if packet.delivered == 0 => self.finish(packet),
            current => {
                self.current = current;
                return;
            }
        }
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

    /// The clock of the recording.
    pub(crate) fn clock(&self) -> Clock {
        self.clock
    }

    /// Takes `clock` for the next recording. Returns the epoch of its times, and the epoch before if that goes on.
    pub(crate) fn set_clock(&mut self, clock: Clock) -> u32 {
        let is_another = !clock.is_like(&self.clock);
        self.clock = clock;
        self.readers.session_info().epoch.wrapping_add(u32::from(is_another))
    }

    /// Whether another thread copies a packet. If so, `due` is notified when it gives the packet back.
    pub(crate) fn is_taken(&mut self) -> bool {
        let is_taken = matches!(self.current, CurrentPacket::Taken);
        self.is_awaited |= is_taken;
        is_taken
    }

    /// Whether something is due or being copied.
    pub(crate) fn is_due(&mut self) -> bool {
        let unreported = self.unreported_drops();
        !matches!(self.current, CurrentPacket::None)
            || match self.next() {
                Next::Packet { .. } => true,
                Next::Nothing { .. } | Next::Partial { .. } => unreported.is_some(),
                Next::HeldBack | Next::Early => false,
            }
    }

    /// What comes next when the current packet is delivered.
    pub(crate) fn next(&mut self) -> Next {
        let Some(present) = self.readers.present(&self.clock) else { return Next::Early };
        self.readers.refresh();
        order::next(present, self.readers.lanes(), || self.readers.now(&self.clock))
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
        let (source, cpu, watermark, report) = match self.next() {
            Next::Packet { lane, watermark } => (PacketSource::Cpu(lane), lane, watermark, PacketStart::default()),
            Next::Nothing { watermark } | Next::Partial { watermark } => {
                let (cpu, dropped) = unreported?;
                let last_session = self.last_session.filter(|last| last.epoch == watermark.epoch);
                let session_info = last_session.unwrap_or_else(|| self.readers.session_info());
                let base_time = watermark.ticks;
                let start = PacketStart { session_info, base_time, wall_clock: wall_clock(), dropped };
                (PacketSource::DropReport, cpu, base_time, start)
            }
            Next::HeldBack | Next::Early => return None,
        };
        let (start, used) = match source {
            PacketSource::Cpu(cpu) => {
                let oldest = self.readers.oldest(cpu)?;
                oldest.words.get_mut(oldest.used..).unwrap_or_default().fill(0);
                (oldest.start, oldest.used)
            }
            PacketSource::DropReport => (report, HEADER_WORDS),
        };
        self.last_session = Some(start.session_info);
        let reported = self.readers.reported(cpu)?;
        let dropped_before = reported.report_drops(start.dropped);
        let header = Header {
            version: VERSION,
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
            tick: start.session_info.tick,
            dropped: reported.dropped,
            dropped_before,
            release: self.release,
        };
        let words = match source {
            PacketSource::Cpu(cpu) => self.readers.oldest(cpu)?.words,
            PacketSource::DropReport => self.drop_report.as_deref_mut()?,
        };
        if let Some(head) = words.first_chunk_mut() {
            *head = header.to_words();
        }
        Some(source)
    }
}
