// SPDX-License-Identifier: GPL-2.0

//! The reading ends of the ring buffers.

use super::{Buffers, CpuBuffer, Note};
use crate::clock::Clock;
use crate::pure::format::Packet;
use crate::pure::order::Lane;
use crate::word::{full_barrier, read_barrier};
use core::ptr;
use kernel::{alloc::flags::GFP_KERNEL, bindings, prelude::*, sync::Arc};

/// The reading ends of all buffers.
///
/// # Invariants
///
/// - There is one `Tails` for a `Buffers`, and one `Tail` in it for each of the buffers.
/// - The packets `read..complete` of a tail are complete: closed, or cut and waited for. Those before
///   `read` were released, no others.
pub(crate) struct Tails {
    buffers: Arc<Buffers>,
    tails: KVec<Tail>,
}

/// What is known of one buffer. Numbers of packets wrap.
#[derive(Clone, Copy, Default)]
struct Tail {
    /// The oldest packet that is not released.
    read: u32,
    /// The oldest one that is not known to be complete.
    complete: u32,
    /// The last complete one, if it was cut: its number and the words used.
    cut: Option<(u32, u32)>,
    /// The one that is being cut.
    cutting: Option<u32>,
    told: Told,
}

/// What the stream has told of one CPU.
#[derive(Clone, Copy, Default)]
pub(crate) struct Told {
    /// Packets.
    sequence: u32,
    /// Drops.
    pub(crate) dropped: u64,
}

impl Told {
    /// Tells of all drops so far, `dropped`; gives the number of those that were not told.
    pub(crate) fn tell_drops(&mut self, dropped: u64) -> u64 {
        let untold = dropped.saturating_sub(self.dropped);
        self.dropped = self.dropped.max(dropped);
        untold
    }

    /// The number of the next packet.
    pub(crate) fn next_sequence(&mut self) -> u32 {
        let sequence = self.sequence;
        self.sequence = sequence.wrapping_add(1);
        sequence
    }
}

/// The oldest packet of a CPU, which is complete.
pub(crate) struct Front<'a> {
    /// What was noted when it was opened.
    pub(crate) note: Note,
    /// Words used.
    pub(crate) used: usize,
    /// The words; those of the header and those behind `used` mean nothing.
    pub(crate) words: &'a mut Packet,
}

/// Writers were told to leave their packets.
#[must_use = "the packets stay unreadable until the cut is finished"]
pub(crate) struct Cut(());

/// Writers have left their packets.
#[must_use = "the packets stay unreadable until the cut is finished"]
pub(crate) struct Waited(());

impl Cut {
    /// Waits until the writes that were under way have ended: tens of milliseconds.
    pub(crate) fn wait(self) -> Waited {
        wait_for_probes();
        Waited(())
    }
}

/// Waits until all that probes do with preemption off at this moment has been done: tens of milliseconds.
pub(crate) fn wait_for_probes() {
    // SAFETY: Called where sleeping is possible. It waits for all code that runs with preemption off.
    unsafe { bindings::synchronize_rcu() };
}

impl Tails {
    pub(super) fn new(buffers: Arc<Buffers>) -> Result<Self> {
        let tails = KVec::from_elem(Tail::default(), buffers.0.len(), GFP_KERNEL)?;
        // INVARIANT: The buffers are new; nothing was written to them.
        Ok(Self { buffers, tails })
    }

    /// The number of CPUs.
    pub(crate) fn cpus(&self) -> usize {
        self.tails.len()
    }

    /// A time that is past, in ticks, such that no packet which a look at the lanes from here on does
    /// not show is older.
    pub(crate) fn present(&self, clock: &Clock) -> u64 {
        loop {
            let now = clock.now_ordered();
            // Full barrier: pairs with the one in `write_first`. A writer whose `opening` is not seen
            // below reads its clock after we have read ours.
            full_barrier();
            if self.buffers.0.iter().all(|buffer| buffer.cold.opening.load_acquire() == 0) {
                return now;
            }
            // Writers open packets with preemption off: this lasts for some hundred instructions.
            core::hint::spin_loop();
        }
    }

    /// Finds out which packets the writers have closed.
    pub(crate) fn refresh(&mut self) {
        for (tail, buffer) in self.tails.iter_mut().zip(&self.buffers.0) {
            // Acquire: their words are seen, too.
            let closed = buffer.cold.closed.load_acquire();
            // A packet that was cut is complete before it is closed.
            if closed.wrapping_sub(tail.complete) as i32 > 0 {
                // INVARIANT: The packets up to there are closed.
                tail.complete = closed;
            }
        }
    }

    /// What waits on each CPU.
    pub(crate) fn lanes(&self) -> impl Iterator<Item = Lane> + '_ {
        self.tails.iter().zip(&self.buffers.0).map(|(tail, buffer)| {
            let complete = tail.complete.wrapping_sub(tail.read);
            let base_time = |number: u32| buffer.note(number).base_time;
            Lane {
                front: (complete > 0).then(|| base_time(tail.read)),
                second: (complete > 1).then(|| base_time(tail.read.wrapping_add(1))),
                // The oldest that is not known to be complete; the writer may be past it.
                open: (buffer.opened() != tail.complete).then(|| base_time(tail.complete)),
            }
        })
    }

    /// The oldest packet of a CPU, if it is complete.
    pub(crate) fn front(&mut self, cpu: usize) -> Option<Front<'_>> {
        let (tail, buffer) = (self.tails.get(cpu)?, self.buffers.0.get(cpu)?);
        if tail.read == tail.complete {
            return None;
        }
        let used = match tail.cut {
            Some((number, used)) if number == tail.read => used,
            _ => buffer.place(tail.read).used.load(),
        };
        Some(Front {
            note: buffer.note(tail.read),
            used: used as usize,
            // SAFETY: By the type invariants the packet is complete and not released, so that it is
            // the reader's; the borrow of `self` keeps it so and excludes other references.
            words: unsafe { buffer.memory(tail.read).as_mut() },
        })
    }

    /// Gives the place of a CPU's oldest packet back to the writer, if it is complete.
    pub(crate) fn release(&mut self, cpu: usize) {
        let (Some(tail), Some(buffer)) = (self.tails.get_mut(cpu), self.buffers.0.get(cpu)) else { return };
        if tail.read != tail.complete {
            tail.cut = tail.cut.filter(|&(number, _)| number != tail.read);
            tail.read = tail.read.wrapping_add(1);
            // Release: the reader's accesses come before the writer's next.
            buffer.reader.read.store_release(tail.read);
        }
    }

    /// How many events a CPU has dropped so far. A look at the lanes after this shows all packets
    /// that were opened before those drops.
    pub(crate) fn dropped(&self, cpu: usize) -> u64 {
        self.buffers.0.get(cpu).map_or(0, |buffer| buffer.dropped())
    }

    /// What the stream has told of a CPU.
    pub(crate) fn told(&mut self, cpu: usize) -> Option<&mut Told> {
        Some(&mut self.tails.get_mut(cpu)?.told)
    }

    /// How many packets were opened and not released.
    pub(crate) fn waiting(&self) -> u32 {
        let waiting = |(tail, buffer): (&Tail, &KBox<CpuBuffer>)| buffer.opened().wrapping_sub(tail.read);
        self.tails.iter().zip(&self.buffers.0).map(waiting).fold(0, u32::wrapping_add)
    }

    /// Tells the writers to leave the packets that they have open. `None` if there are none, or if
    /// that is under way already.
    pub(crate) fn begin_cut(&mut self) -> Option<Cut> {
        if self.tails.iter().any(|tail| tail.cutting.is_some()) {
            return None;
        }
        let mut any = None;
        for (tail, buffer) in self.tails.iter_mut().zip(&self.buffers.0) {
            if buffer.opened() != tail.complete {
                tail.cutting = Some(tail.complete);
                buffer.hot.end.store(ptr::null_mut());
                any = Some(Cut(()));
            }
        }
        any
    }

    /// Counts the packets that were cut as complete.
    pub(crate) fn finish_cut(&mut self, _waited: Waited) {
        for (tail, buffer) in self.tails.iter_mut().zip(&self.buffers.0) {
            let Some(number) = tail.cutting.take() else { continue };
            // Else it was closed meanwhile.
            if tail.complete == number {
                // INVARIANT: There is one `Cut` at a time, so the one waited for was this.
                tail.cut = Some((number, buffer.used_after_cut(number)));
                tail.complete = number.wrapping_add(1);
            }
        }
    }
}

impl CpuBuffer {
    /// How many packets have been opened so far; wraps.
    fn opened(&self) -> u32 {
        // Acquire: their notes are seen, too.
        self.cold.opened.load_acquire()
    }

    /// What was noted about packet `number`, which was opened and is not released.
    fn note(&self, number: u32) -> Note {
        // SAFETY: The writer wrote the note before it counted the packet as opened, and writes no
        // other there before the packet is released.
        unsafe { *self.place(number).note.get() }
    }

    /// Words used of packet `number`, which was open when it was cut.
    fn used_after_cut(&self, number: u32) -> u32 {
        let next = self.hot.next.load();
        // The writer counts a packet as closed before it begins another: if this one is not counted
        // yet, the value was of this one.
        read_barrier();
        if self.cold.closed.load_acquire() == number {
            self.used(number, next)
        } else {
            self.place(number).used.load()
        }
    }
}
