// SPDX-License-Identifier: GPL-2.0

//! The ring buffer of one CPU: its memory, and the words that writer and reader share.

use super::lost_events::LostEvents;
use crate::kernel_api::relaxed::{full_barrier, RelaxedPointer, RelaxedU32};
use crate::shared::encode::Encoder;
use crate::shared::format::{Edges, Packet, PACKET_BYTES, PACKET_WORDS};
use crate::shared::order::ClockTime;
use core::{
    cell::{Cell, UnsafeCell},
    ptr::{self, NonNull},
};
use kernel::{
    alloc::flags::{GFP_KERNEL, __GFP_ZERO},
    prelude::*,
};

/// The settings of a recording, as far as packet headers state them.
#[derive(Clone, Copy, Default)]
pub(crate) struct SessionInfo {
    /// Differs from one recording to the next, and from one load of the module to the next.
    pub(crate) session: u32,
    /// Which edges are recorded.
    pub(crate) edges: Edges,
    /// Whether arguments are recorded.
    pub(crate) has_args: bool,
    /// How often the clock began anew before: see [`ClockTime`].
    pub(crate) epoch: u32,
    /// Nanoseconds per tick, 32.32 fixed point.
    pub(crate) tick: u64,
}

/// What the writer notes about a packet when it opens the packet.
#[derive(Clone, Copy, Default)]
pub(crate) struct PacketStart {
    /// The settings at that time.
    pub(crate) session_info: SessionInfo,
    /// The time in ticks.
    pub(crate) base_time: u64,
    /// Nanoseconds since 1970 at that time.
    pub(crate) wall_clock: u64,
    /// Events dropped until then.
    pub(crate) dropped: u64,
}

impl PacketStart {
    /// The packet's base time.
    pub(super) fn time(&self) -> ClockTime {
        ClockTime { epoch: self.session_info.epoch, ticks: self.base_time }
    }
}

/// The buffers of all CPUs, and what they share.
pub(super) struct Buffers {
    pub(super) cpus: KVec<KBox<CpuBuffer>>,
    pub(super) lost: LostEvents,
    /// When threads got other names from other threads, in jiffies; a place for several threads.
    pub(super) renamed: [RelaxedU32; 16],
}

impl Buffers {
    /// When thread `tid`, or another one, got another name from another thread, in jiffies.
    pub(super) fn renamed_at(&self, tid: u32) -> &RelaxedU32 {
        &self.renamed[tid as usize % 16]
    }

    /// Makes the next event of thread `tid` take the slow path. The thread must not be in the fast path.
    pub(super) fn forget(&self, tid: u32) {
        for buffer in &self.cpus {
            // If the CPU remembers another task since: its next event takes the slow path, that is all.
            if buffer.hot.remembered.load() == tid {
                buffer.hot.remembered.store(0);
            }
        }
    }
}

/// What a slot has in addition to its packet.
pub(super) struct PacketSlot {
    pub(super) start: UnsafeCell<PacketStart>,
    /// Words used, once the writer has closed the packet.
    pub(super) used: RelaxedU32,
}

/// What the fast path uses: one cache line, where a line has 64 bytes, which only its CPU writes. (Others clear `end`
/// and `remembered` now and then.)
#[repr(C, align(128))]
pub(super) struct Hot {
    /// Where the open packet's next word goes.
    pub(super) next: RelaxedPointer,
    /// The open packet's last word. Null, which is below any address, makes the writer take the slow path. So does
    /// [`FULL`]: no packet is open, and there is no room for one.
    pub(super) end: RelaxedPointer,
    /// The thread whose events can take the fast path; 0 for none.
    pub(super) remembered: RelaxedU32,
    /// The word of the entry that was the last event, if a return can complete it; or null.
    pub(super) open: Cell<*mut u64>,
    /// Events dropped: the lower half of their number.
    pub(super) dropped: RelaxedU32,
    pub(super) encoder: UnsafeCell<Encoder>,
}

/// Words of the writer's that change when packets do.
pub(super) struct Cold {
    /// How many packets were opened so far; wraps.
    pub(super) opened: RelaxedU32,
    /// How many packets were closed so far; wraps.
    pub(super) closed: RelaxedU32,
    /// The upper half of the number of events dropped. The writer writes it after the lower half, and readers read it
    /// before the lower half. So a reader may see too few drops for a moment, never too many.
    pub(super) dropped_high: RelaxedU32,
    /// 1 while the writer opens a packet.
    pub(super) opening: RelaxedU32,
    /// [`SessionInfo::session`] of the settings.
    session: RelaxedU32,
    /// Edges and arguments of [`SessionInfo`], see [`pack_settings`].
    settings: RelaxedU32,
    /// [`SessionInfo::epoch`].
    epoch: RelaxedU32,
    /// [`SessionInfo::tick`], the lower half first.
    tick: [RelaxedU32; 2],
}

/// Packs edges and whether there are arguments into a word.
fn pack_settings(edges: Edges, has_args: bool) -> u32 {
    edges as u32 | (u32::from(has_args) << 2)
}

/// The reader's own word, on a cache line of its own.
#[repr(align(128))]
pub(super) struct ReadPosition {
    pub(super) read: RelaxedU32,
}

/// One CPU's ring buffer.
///
/// # Invariants
///
/// - `packets` points to as many packets as there are `slots`, a power of two, inside `_memory`, which nothing else
///   refers to.
/// - While `hot.end` is neither null nor `FULL`, `hot.next` points into the open packet or to its end.
/// - In a section with preemption off that begins after a reader began to cut the packet, and that finds
///   `hot.remembered` not 0, `hot.open` is null or points into the open packet.
pub(super) struct CpuBuffer {
    pub(super) hot: Hot,
    pub(super) cold: Cold,
    pub(super) reader: ReadPosition,
    packets: NonNull<Packet>,
    pub(super) slots: KVVec<PacketSlot>,
    _memory: VVec<u64>,
}

// SAFETY: Only the rules in `mod.rs` give access to the cells and the packets. The CPU's writer reaches the encoder and
// the open packet; there is one writer at a time since preemption is off. The reader reaches complete packets.
// Everything else is atomic or constant.
unsafe impl Sync for CpuBuffer {}
// SAFETY: Nothing in it belongs to a thread.
unsafe impl Send for CpuBuffer {}

/// [`Hot::end`] of a buffer that is full.
pub(super) const FULL: *mut u64 = ptr::without_provenance_mut(1);

impl CpuBuffer {
    /// A buffer of `packets` packets, rounded down to a power of two.
    // With a stack frame of its own, because it is large.
    #[inline(never)]
    pub(super) fn new(packets: usize) -> Result<KBox<Self>> {
        let count = 1 << packets.checked_ilog2().ok_or(EINVAL)?;
        // Zeroed, because the reader gets whole packets. The vector's own length stays 0.
        let words = PACKET_WORDS.checked_mul(count).ok_or(EINVAL)?;
        let mut memory: VVec<u64> = VVec::with_capacity(words, GFP_KERNEL | __GFP_ZERO)?;
        let mut slots = KVVec::with_capacity(count, GFP_KERNEL)?;
        for _ in 0..count {
            let start = UnsafeCell::new(PacketStart::default());
            slots.push(PacketSlot { start, used: RelaxedU32::new(0) }, GFP_KERNEL)?;
        }
        let packets = NonNull::new(memory.as_mut_ptr()).ok_or(ENOMEM)?.cast();
        let place = KBox::new_uninit(GFP_KERNEL)?;
        let hot = Hot {
            // Above any `end`. So is the `last_word` that follows from it.
            next: RelaxedPointer::new(ptr::without_provenance_mut(usize::MAX - PACKET_BYTES)),
            end: RelaxedPointer::new(ptr::null_mut()),
            remembered: RelaxedU32::new(0),
            open: Cell::new(ptr::null_mut()),
            dropped: RelaxedU32::new(0),
            encoder: UnsafeCell::new(Encoder::new(0)),
        };
        let zero = || RelaxedU32::new(0);
        let cold = Cold {
            opened: zero(),
            closed: zero(),
            dropped_high: zero(),
            opening: zero(),
            session: zero(),
            settings: zero(),
            epoch: zero(),
            tick: [zero(), zero()],
        };
        let reader = ReadPosition { read: RelaxedU32::new(0) };
        // INVARIANT: `memory` was allocated for `count` packets; words and packets are aligned alike. `end` is null.
        Ok(place.write(Self { hot, cold, reader, packets, slots, _memory: memory }))
    }

    /// Makes the writer leave its open packet: its next event goes to another one.
    ///
    /// The writer may be remembering a task at this moment. It writes `remembered`, and then reads `end`, with a full
    /// barrier in between; this writes `end`, and then `remembered`, with a full barrier in between. So the writer sees
    /// that `end` is null and forgets the task again, or what this writes to `remembered` is the last that is written.
    pub(super) fn leave_packet(&self) {
        self.hot.end.store(ptr::null_mut());
        full_barrier();
        self.hot.remembered.store(0);
    }

    /// The settings that events are recorded under.
    pub(super) fn session_info(&self) -> SessionInfo {
        let settings = self.cold.settings.load();
        let edges = Edges::from_bits(u64::from(settings & 3)).unwrap_or_default();
        let [low, high] = [0, 1].map(|half: usize| u64::from(self.cold.tick[half].load()));
        SessionInfo {
            session: self.cold.session.load(),
            edges,
            has_args: settings >> 2 != 0,
            epoch: self.cold.epoch.load(),
            tick: high << 32 | low,
        }
    }

    /// Changes the settings that events are recorded under.
    pub(super) fn set_session_info(&self, SessionInfo { session, edges, has_args, epoch, tick }: SessionInfo) {
        self.cold.session.store(session);
        self.cold.epoch.store(epoch);
        self.cold.tick[0].store(tick as u32);
        self.cold.tick[1].store((tick >> 32) as u32);
        self.cold.settings.store(pack_settings(edges, has_args));
    }

    /// How many events were dropped so far.
    pub(super) fn dropped(&self) -> u64 {
        // Acquire: see the field.
        let high = self.cold.dropped_high.load_acquire();
        u64::from(high) << 32 | u64::from(self.hot.dropped.load_acquire())
    }

    fn index(&self, number: u32) -> usize {
        number as usize & self.slots.len().wrapping_sub(1)
    }

    /// The slot of packet `number`.
    pub(super) fn slot(&self, number: u32) -> &PacketSlot {
        &self.slots[self.index(number)]
    }

    /// Where packet `number` lies.
    pub(super) fn packet(&self, number: u32) -> NonNull<Packet> {
        // SAFETY: By the type invariants there are as many packets as slots, and `index` is below that number.
        unsafe { self.packets.add(self.index(number)) }
    }

    /// How many words of packet `number` are used if its next word goes to `next`.
    pub(super) fn used(&self, number: u32, next: *mut u64) -> u32 {
        let start: *mut u64 = self.packet(number).as_ptr().cast();
        (next.addr().wrapping_sub(start.addr()) / size_of::<u64>()) as u32
    }
}
