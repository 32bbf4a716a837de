// SPDX-License-Identifier: GPL-2.0

//! Per-CPU ring buffers of packets: one writer each, the CPU's probes, and one reader for all.
//!
//! # Loss policy
//!
//! A packet that was not read is never overwritten. When all are full, new events are dropped and
//! counted; the program that makes them is never stalled.
//!
//! # Who may touch what
//!
//! Packets are numbered from 0; packet `n` lies in place `n % places`. Counts say whose they are:
//!
//! ```text
//!     [read, closed)    complete, the reader's
//!     [closed, opened)  none or one, the writer's open packet
//!     all other places  free            opened - read <= places
//! ```
//!
//! The writer opens a packet when it has none and closes it when it is full. The reader need not wait
//! for that, it can *cut* an open packet: it clears `writable`, so that the writer's next event goes
//! to a new packet, and waits for RCU. Probes write with preemption off, so that after a grace period
//! none is left that found the packet writable; what was written by then is the whole packet, and
//! from there on it is the reader's. Neither side ever waits for the other, and the writer pays one
//! load. (It closes the cut packet when it next comes by; until then `closed` stays behind.)

mod reader;

pub(crate) use reader::Tails;

use crate::clock::{wall_clock, Clock};
use crate::pure::encode::{Encoder, Event};
use crate::pure::format::{Packet, Task, PACKET_WORDS};
use crate::task::PreemptGuard;
use crate::word::{full_barrier, Word};
use core::{cell::UnsafeCell, ptr::NonNull};
use kernel::{alloc::flags::GFP_KERNEL, prelude::*, sync::Arc};

/// What the writer notes about a packet when it opens it.
#[derive(Clone, Copy, Default)]
pub(crate) struct Note {
    /// The time in ticks.
    pub(crate) base_time: u64,
    /// Nanoseconds since 1970 at that time.
    pub(crate) wall_clock: u64,
    /// Events dropped until then; wraps.
    pub(crate) dropped: u32,
}

/// The buffers of all CPUs, for writing.
pub(crate) struct Buffers(KVec<CpuBuffer>);

impl Buffers {
    /// Buffers of so many packets for each of so many CPUs, with their reading ends.
    ///
    /// # Errors
    ///
    /// `EINVAL` for 0 packets, `ENOMEM`.
    pub(crate) fn new(cpus: usize, packets: usize) -> Result<(Arc<Self>, Tails)> {
        let mut buffers = KVec::with_capacity(cpus, GFP_KERNEL)?;
        for _ in 0..cpus {
            buffers.push(CpuBuffer::new(packets)?, GFP_KERNEL)?;
        }
        let buffers = Arc::new(Self(buffers), GFP_KERNEL)?;
        let tails = Tails::new(buffers.clone())?;
        Ok((buffers, tails))
    }

    /// Writes an event of the running task, or drops it. The guard is proof that it is a task, not an
    /// interrupt, which writes: the only writer of its CPU.
    #[inline(always)]
    pub(crate) fn write(&self, guard: &PreemptGuard, task: &Task, clock: &Clock, event: Event) -> Outcome {
        match self.0.get(guard.cpu()) {
            // SAFETY: The guard keeps us on the CPU that the buffer belongs to.
            Some(buffer) => unsafe { buffer.write(task, clock, event) },
            // There is one for each possible CPU.
            None => Outcome::Done,
        }
    }
}

/// What belongs to a place beside its packet.
struct Place {
    note: UnsafeCell<Note>,
    /// Words used, once the writer has closed the packet.
    used: Word,
}

/// The writer's own, on cache lines that only its CPU writes. (The reader clears `writable`, now and
/// then.)
#[repr(align(128))]
struct Writer {
    encoder: UnsafeCell<Encoder>,
    /// The open packet's memory; meaningful while `writable`.
    packet: UnsafeCell<NonNull<Packet>>,
    /// Whether the open packet, if there is one, may be written.
    writable: Word,
    opened: Word,
    closed: Word,
    /// Whether a packet is being opened.
    opening: Word,
    /// Words used of the open packet, header included.
    used: Word,
    /// Events dropped; wraps.
    dropped: Word,
}

/// The reader's own, on a cache line of its own.
#[repr(align(128))]
struct Reader {
    read: Word,
}

/// One CPU's ring buffer.
///
/// # Invariants
///
/// `packets` points to as many packets as there are `places`, a power of two, inside `_memory`, which
/// nothing else refers to.
struct CpuBuffer {
    writer: Writer,
    reader: Reader,
    packets: NonNull<Packet>,
    places: KVVec<Place>,
    _memory: VVec<u64>,
}

// SAFETY: The cells and the packets are reached only by the rules at the head of this file: the
// encoder and the open packet by the CPU's writer, of which there is one at a time since preemption is
// off; complete packets by the reader. Everything else is atomic or constant.
unsafe impl Sync for CpuBuffer {}
// SAFETY: Nothing in it belongs to a thread.
unsafe impl Send for CpuBuffer {}

/// What became of an event, for waking the reader.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Written to the open packet, or dropped.
    Done,
    /// Written as the first of a packet.
    Opened,
    /// As before, and half of the buffer or more waits for the reader.
    HalfFull,
}

impl CpuBuffer {
    /// A buffer of so many packets, rounded down to a power of two.
    fn new(packets: usize) -> Result<Self> {
        let count = 1 << packets.checked_ilog2().ok_or(EINVAL)?;
        let mut memory = VVec::from_elem(0u64, count * PACKET_WORDS, GFP_KERNEL)?;
        let mut places = KVVec::with_capacity(count, GFP_KERNEL)?;
        for _ in 0..count {
            places.push(Place { note: UnsafeCell::new(Note::default()), used: Word::new(0) }, GFP_KERNEL)?;
        }
        let packets = NonNull::new(memory.as_mut_ptr()).ok_or(ENOMEM)?.cast();
        let writer = Writer {
            encoder: UnsafeCell::new(Encoder::new()),
            packet: UnsafeCell::new(packets),
            writable: Word::new(0),
            opened: Word::new(0),
            closed: Word::new(0),
            opening: Word::new(0),
            used: Word::new(0),
            dropped: Word::new(0),
        };
        // INVARIANT: `memory` was allocated for `count` packets; words and packets are aligned alike.
        Ok(Self { writer, reader: Reader { read: Word::new(0) }, packets, places, _memory: memory })
    }

    fn index(&self, number: u32) -> usize {
        number as usize & self.places.len().wrapping_sub(1)
    }

    fn place(&self, number: u32) -> &Place {
        &self.places[self.index(number)]
    }

    fn memory(&self, number: u32) -> NonNull<Packet> {
        // SAFETY: By the type invariants there are as many packets as places, and `index` is below.
        unsafe { self.packets.add(self.index(number)) }
    }
}

/// The writer's side.
impl CpuBuffer {
    /// Writes an event, or drops it.
    ///
    /// # Safety
    ///
    /// Preemption is off, and `self` is the buffer of the CPU that this runs on.
    #[inline(always)]
    unsafe fn write(&self, task: &Task, clock: &Clock, event: Event) -> Outcome {
        // SAFETY: Only this CPU's writer uses the encoder, and there is one at a time: preemption is
        // off and interrupts make no system calls.
        let encoder = unsafe { &mut *self.writer.encoder.get() };
        if self.writer.writable.load() != 0 {
            // SAFETY: `packet` is the writer's, as the encoder is. While it is writable it points to
            // the open packet, and that is the writer's until a grace period after it no longer is.
            let packet = unsafe { (*self.writer.packet.get()).as_mut() };
            if encoder.put(packet, task, clock.now(), event) == Ok(()) {
                self.writer.used.store(encoder.used());
                return Outcome::Done;
            }
        }
        self.write_first(encoder, task, clock, event)
    }

    /// Goes on to the next packet and writes an event as its first, or drops it.
    #[cold]
    #[inline(never)]
    fn write_first(&self, encoder: &mut Encoder, task: &Task, clock: &Clock, event: Event) -> Outcome {
        let writer = &self.writer;
        let number = writer.opened.load();
        if number != writer.closed.load() {
            self.place(number.wrapping_sub(1)).used.store(writer.used.load());
            // Release: a reader that sees the packet closed sees its words and `used`.
            writer.closed.store_release(number);
        }
        // Acquire: the reader has finished with a free place before it is written again.
        let waiting = number.wrapping_sub(self.reader.read.load_acquire());
        let count = self.places.len() as u32;
        if waiting >= count {
            writer.writable.store(0);
            // Release: who sees the drop sees the packets that were opened before it.
            writer.dropped.store_release(writer.dropped.load().wrapping_add(1));
            return Outcome::Done;
        }

        // Full barrier: a reader that does not yet see `opening` read its clock before the clock is
        // read here, so that what it takes for the present is no later than `base_time`. It also
        // keeps the count of closed packets before the new value of `used` (`used_after_cut`).
        writer.opening.store(1);
        full_barrier();
        let base_time = clock.now_ordered();
        let note = Note { base_time, wall_clock: wall_clock(), dropped: writer.dropped.load() };
        // SAFETY: The place is free, so that note and packet are the writer's; there is one writer.
        let packet = unsafe {
            *self.place(number).note.get() = note;
            *writer.packet.get() = self.memory(number);
            self.memory(number).as_mut()
        };
        encoder.begin(base_time);
        // A packet that has just begun has room for any event.
        let _ = encoder.put(packet, task, clock.now(), event);
        writer.used.store(encoder.used());
        writer.writable.store(1);
        // Release: a reader that sees the packet sees its note, and when it clears `writable` then,
        // the store above does not undo it.
        writer.opened.store_release(number.wrapping_add(1));
        writer.opening.store_release(0);
        if waiting.wrapping_add(1) >= count / 2 {
            Outcome::HalfFull
        } else {
            Outcome::Opened
        }
    }
}
