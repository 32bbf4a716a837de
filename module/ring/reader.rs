// SPDX-License-Identifier: GPL-2.0

//! The reading ends of the ring buffers, as a safe interface.

use super::buffer::{Buffers, CpuBuffer, PacketStart, SessionInfo};
use crate::kernel_api::clock::Clock;
use crate::kernel_api::preempt::wait_for_guards;
use crate::kernel_api::relaxed::{full_barrier, read_barrier};
use crate::shared::format::Packet;
use crate::shared::order::{ClockTime, Lane};
use kernel::{alloc::flags::GFP_KERNEL, prelude::*, sync::Arc};

/// The reading ends of all buffers.
///
/// # Invariants
///
/// - There is one `RingReaders` for a `Buffers`, and one `RingReader` in it for each of the buffers.
/// - The packets `read..complete` of a reader are complete: closed, or cut and waited for. The packets before `read`
///   were released, no others.
/// - While a reader's `is_lent` is set, there is one [`LentPacket`] of its buffer, with the number `read`.
pub(crate) struct RingReaders {
    buffers: Arc<Buffers>,
    readers: KVec<RingReader>,
}

/// What the reader knows of one buffer. Numbers of packets wrap.
#[derive(Clone, Copy, Default)]
struct RingReader {
    /// The oldest packet that is not released.
    read: u32,
    /// The oldest packet that is not known to be complete.
    complete: u32,
    /// The last complete packet, if it was cut: its number and the words used.
    cut: Option<(u32, u32)>,
    /// The packet that is being cut.
    cutting: Option<u32>,
    /// Whether the oldest packet is lent.
    is_lent: bool,
    reported: Reported,
}

/// How often the reader looks whether a CPU is opening a packet. That takes some hundred instructions with preemption
/// off. Only an interrupt makes it longer, or a hypervisor that lets the virtual CPU wait: then the reader does not.
const MAX_LOOKS: u32 = 1000;

/// What the stream has told the reader about one CPU.
#[derive(Clone, Copy, Default)]
pub(crate) struct Reported {
    /// How many packets were delivered.
    sequence: u32,
    /// How many drops were reported.
    pub(crate) dropped: u64,
}

impl Reported {
    /// Reports all `dropped` drops so far. Returns how many of them were not reported before.
    pub(crate) fn report_drops(&mut self, dropped: u64) -> u64 {
        let unreported = dropped.saturating_sub(self.dropped);
        self.dropped = self.dropped.max(dropped);
        unreported
    }

    /// The number of the next packet, which is counted as reported.
    pub(crate) fn next_sequence(&mut self) -> u32 {
        let sequence = self.sequence;
        self.sequence = sequence.wrapping_add(1);
        sequence
    }
}

/// The oldest packet of a CPU. It is complete.
pub(crate) struct OldestPacket<'a> {
    /// What the writer noted when it opened the packet.
    pub(crate) start: PacketStart,
    /// Words used.
    pub(crate) used: usize,
    /// The words. The header's words and the words after `used` are undefined.
    pub(crate) words: &'a mut Packet,
}

/// The oldest packet of a CPU, lent to be read without `RingReaders`. Nothing else uses its words, and its slot is not
/// released, until it is given back by [`RingReaders::take_back`]. If it never is, the CPU's buffer fills up.
///
/// # Invariants
///
/// The packet `number` of the buffer of `cpu` is complete and not released, and nothing else refers to its words.
pub(crate) struct LentPacket {
    buffers: Arc<Buffers>,
    cpu: usize,
    number: u32,
}

impl LentPacket {
    /// The words.
    pub(crate) fn words(&self) -> &Packet {
        // SAFETY: By the type invariants the packet is the reader's, and nobody writes to it while `self` lives. The
        // memory is that of `buffers`.
        unsafe { self.buffers.cpus[self.cpu].packet(self.number).as_ref() }
    }
}

/// A cut has begun: writers find no room in their open packets any more.
#[must_use = "the packets stay unreadable until the cut is finished"]
pub(crate) struct Cut(());

/// A cut was waited for: no writer writes to the packets that were cut.
#[must_use = "the packets stay unreadable until the cut is finished"]
pub(crate) struct Waited(());

impl Cut {
    /// Waits until the writes that are under way have ended: tens of milliseconds.
    pub(crate) fn wait(self) -> Waited {
        wait_for_guards();
        Waited(())
    }
}

impl RingReaders {
    pub(super) fn new(buffers: Arc<Buffers>) -> Result<Self> {
        let readers = KVec::from_elem(RingReader::default(), buffers.cpus.len(), GFP_KERNEL)?;
        // INVARIANT: The buffers are new; nothing was written to them.
        Ok(Self { buffers, readers })
    }

    /// The number of CPUs.
    pub(crate) fn cpus(&self) -> usize {
        self.readers.len()
    }

    /// The time.
    pub(crate) fn now(&self, clock: &Clock) -> ClockTime {
        // Another epoch may begin between the two reads, but not while anybody writes. A time of the new epoch that
        // counts for the old one makes the packets of the old epoch look early. The next look at them mends that.
        ClockTime { epoch: self.session_info().epoch, ticks: clock.now_ordered() }
    }

    /// A time in the past. From here on [`lanes`](Self::lanes) shows every packet that is older. `None` if a CPU is
    /// opening a packet all the while.
    pub(crate) fn present(&self, clock: &Clock) -> Option<ClockTime> {
        for _ in 0..MAX_LOOKS {
            let now = self.now(clock);
            // Full barrier: pairs with the one in `write_to_next_packet`. A writer whose `opening` is not seen below
            // reads its clock after this has read the clock.
            full_barrier();
            if self.buffers.cpus.iter().all(|buffer| buffer.cold.opening.load_acquire() == 0) {
                return Some(now);
            }
            core::hint::spin_loop();
        }
        None
    }

    /// The settings that events are recorded under.
    pub(crate) fn session_info(&self) -> SessionInfo {
        self.buffers.cpus.first().map_or(SessionInfo::default(), |buffer| buffer.session_info())
    }

    /// Finds out which packets the writers have closed.
    pub(crate) fn refresh(&mut self) {
        for (reader, buffer) in self.readers.iter_mut().zip(&self.buffers.cpus) {
            // Acquire: the words of these packets are seen, too.
            let closed = buffer.cold.closed.load_acquire();
            // A packet that was cut is complete before it is closed.
            if closed.wrapping_sub(reader.complete) as i32 > 0 {
                // INVARIANT: The packets up to there are closed.
                reader.complete = closed;
            }
        }
    }

    /// What waits on each CPU.
    pub(crate) fn lanes(&self) -> impl Iterator<Item = Lane> + '_ {
        self.readers.iter().zip(&self.buffers.cpus).map(|(reader, buffer)| {
            let complete = reader.complete.wrapping_sub(reader.read);
            let base_time = |number: u32| buffer.start(number).time();
            Lane {
                front: (complete > 0).then(|| base_time(reader.read)),
                second: (complete > 1).then(|| base_time(reader.read.wrapping_add(1))),
                // The oldest packet that is not known to be complete; the writer may be past it.
                open: (buffer.opened() != reader.complete).then(|| base_time(reader.complete)),
            }
        })
    }

    /// The oldest packet of a CPU, if it is complete and not lent.
    pub(crate) fn oldest(&mut self, cpu: usize) -> Option<OldestPacket<'_>> {
        let (reader, buffer) = (self.readers.get(cpu)?, self.buffers.cpus.get(cpu)?);
        if reader.read == reader.complete || reader.is_lent {
            return None;
        }
        let used = match reader.cut {
            Some((number, used)) if number == reader.read => used,
            _ => buffer.slot(reader.read).used.load(),
        };
        Some(OldestPacket {
            start: buffer.start(reader.read),
            used: used as usize,
            // SAFETY: By the type invariants the packet is complete and not released, so it is the reader's. The borrow
            // of `self` keeps it so and excludes other references; it is not lent.
            words: unsafe { buffer.packet(reader.read).as_mut() },
        })
    }

    /// Lends the oldest packet of a CPU, if it is complete and not lent already.
    pub(crate) fn lend(&mut self, cpu: usize) -> Option<LentPacket> {
        let reader = self.readers.get_mut(cpu)?;
        if reader.read == reader.complete || reader.is_lent {
            return None;
        }
        reader.is_lent = true;
        // INVARIANT: The packet is complete. While `is_lent` is set, `oldest` gives no reference to it and `release`
        // does not release it. Other references by `oldest` have ended, for they borrow `self`.
        Some(LentPacket { buffers: self.buffers.clone(), cpu, number: reader.read })
    }

    /// Takes back a packet that was lent, and releases it.
    pub(crate) fn take_back(&mut self, packet: LentPacket) {
        if let Some(reader) = self.readers.get_mut(packet.cpu) {
            reader.is_lent = false;
        }
        self.release(packet.cpu);
    }

    /// Gives the slot of a CPU's oldest packet back to the writer, if the packet is complete and not lent.
    pub(crate) fn release(&mut self, cpu: usize) {
        let (Some(reader), Some(buffer)) = (self.readers.get_mut(cpu), self.buffers.cpus.get(cpu)) else { return };
        if reader.read != reader.complete && !reader.is_lent {
            reader.cut = reader.cut.filter(|&(number, _)| number != reader.read);
            reader.read = reader.read.wrapping_add(1);
            // Release: the reader's accesses come before the writer's next.
            buffer.reader.read.store_release(reader.read);
        }
    }

    /// How many events a CPU has dropped so far. From here on [`lanes`](Self::lanes) shows all packets that were opened
    /// before those drops.
    pub(crate) fn dropped(&self, cpu: usize) -> u64 {
        self.buffers.cpus.get(cpu).map_or(0, |buffer| buffer.dropped())
    }

    /// What the stream has reported of a CPU.
    pub(crate) fn reported(&mut self, cpu: usize) -> Option<&mut Reported> {
        Some(&mut self.readers.get_mut(cpu)?.reported)
    }

    /// How many packets were opened and not released.
    pub(crate) fn waiting(&self) -> u32 {
        let waiting = |(reader, buffer): (&RingReader, &KBox<CpuBuffer>)| buffer.opened().wrapping_sub(reader.read);
        self.readers.iter().zip(&self.buffers.cpus).map(waiting).fold(0, u32::wrapping_add)
    }

    /// Tells the writers to leave the packets that they have open. `None` if no packet is open, or if a cut is under
    /// way already.
    pub(crate) fn begin_cut(&mut self) -> Option<Cut> {
        if self.readers.iter().any(|reader| reader.cutting.is_some()) {
            return None;
        }
        let mut any = None;
        for (reader, buffer) in self.readers.iter_mut().zip(&self.buffers.cpus) {
            if buffer.opened() != reader.complete {
                reader.cutting = Some(reader.complete);
                buffer.leave_packet();
                any = Some(Cut(()));
            }
        }
        any
    }

    /// Counts the packets that were cut as complete.
    pub(crate) fn finish_cut(&mut self, _waited: Waited) {
        for (reader, buffer) in self.readers.iter_mut().zip(&self.buffers.cpus) {
            let Some(number) = reader.cutting.take() else { continue };
            // If they differ, the writer has closed the packet in between.
            if reader.complete == number {
                // INVARIANT: There is one `Cut` at a time, so this is the one that was waited for.
                reader.cut = Some((number, buffer.used_after_cut(number)));
                reader.complete = number.wrapping_add(1);
            }
        }
    }
}

impl CpuBuffer {
    /// How many packets have been opened so far; wraps.
    fn opened(&self) -> u32 {
        // Acquire: the starts of these packets are seen, too.
        self.cold.opened.load_acquire()
    }

    /// What the writer noted about packet `number`, which was opened and is not released.
    fn start(&self, number: u32) -> PacketStart {
        // SAFETY: The writer wrote it before it counted the packet as opened, and does not write there again before the
        // packet is released.
        unsafe { *self.slot(number).start.get() }
    }

    /// Words used of packet `number`, which was open when it was cut.
    fn used_after_cut(&self, number: u32) -> u32 {
        let next = self.hot.next.load();
        // The writer counts a packet as closed before it begins another one. If this packet is not counted yet, `next`
        // pointed into this packet.
        read_barrier();
        if self.cold.closed.load_acquire() == number {
            self.used(number, next)
        } else {
            self.slot(number).used.load()
        }
    }
}
