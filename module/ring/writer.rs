// SPDX-License-Identifier: GPL-2.0

//! The writing ends of the ring buffers. Writes any event: the slow path, which opens and closes packets.

use super::buffer::{Buffers, CpuBuffer, PacketStart, SessionInfo, FULL};
use super::lost_events::LostEvents;
use super::reader::RingReaders;
use crate::kernel_api::clock::{jiffies, HZ};
use crate::kernel_api::clock::{wall_clock, Clock};
use crate::kernel_api::preempt::PreemptGuard;
use crate::kernel_api::relaxed::{full_barrier, RelaxedU32};
use crate::kernel_api::task::{CurrentTask, TaskRef};
use crate::shared::encode::{Encoder, ProbeEvent};
use crate::shared::format::{self, Task, PACKET_WORDS};
use crate::shared::order::MAX_LEAD;
use core::ptr::{self, NonNull};
use kernel::{alloc::flags::GFP_KERNEL, prelude::*, sync::Arc};

/// The writing ends of all buffers.
///
/// # Invariants
///
/// `table` is the vector in `buffers`, which has one buffer for each possible CPU.
#[derive(Clone)]
pub(crate) struct Writers {
    table: NonNull<KBox<CpuBuffer>>,
    buffers: Arc<Buffers>,
}

// SAFETY: It is an `Arc<Buffers>` with a pointer into it.
unsafe impl Send for Writers {}
// SAFETY: As above.
unsafe impl Sync for Writers {}

impl Writers {
    /// Makes a buffer of `packets` packets for each of `cpus` CPUs. Returns the writing and the reading ends.
    ///
    /// # Errors
    ///
    /// `EINVAL` for 0 packets or fewer CPUs than are possible, `ENOMEM`.
    #[inline(never)]
    pub(crate) fn new(cpus: usize, packets: usize) -> Result<(Self, RingReaders)> {
        if cpus < kernel::cpu::nr_cpu_ids() as usize {
            return Err(EINVAL);
        }
        let mut list = KVec::with_capacity(cpus, GFP_KERNEL)?;
        for _ in 0..cpus {
            list.push(CpuBuffer::new(packets)?, GFP_KERNEL)?;
        }
        let renamed = core::array::from_fn(|_| RelaxedU32::new(long_ago()));
        let buffers = Arc::new(Buffers { cpus: list, lost: LostEvents::new()?, renamed }, GFP_KERNEL)?;
        let readers = RingReaders::new(buffers.clone())?;
        // INVARIANT: The vector is never changed again.
        Ok((Self { table: NonNull::from(&buffers.cpus[..]).cast(), buffers }, readers))
    }

    /// The writing end for the CPU that runs this code. The guard proves that a task writes, not an interrupt: so there
    /// is one writer on this CPU.
    #[inline(always)]
    pub(crate) fn this_cpu<'a>(&'a self, guard: &'a PreemptGuard) -> Writer<'a> {
        // SAFETY: By the type invariants the table has an entry for the guard's CPU.
        // INVARIANT: The guard keeps this code on that CPU.
        Writer(unsafe { self.table.add(guard.cpu()).as_ref() }, &self.buffers)
    }

    /// Begins a recording under other settings. Its events go to new packets, which no earlier event shares. No probe
    /// may be attached.
    pub(crate) fn begin_session(&self, session_info: SessionInfo) {
        for buffer in &self.buffers.cpus {
            buffer.set_session_info(session_info);
        }
        self.buffers.lost.clear_all();
        self.leave_packets();
    }

    /// Makes all writers leave their open packets: the next event of each goes to another one.
    fn leave_packets(&self) {
        for buffer in &self.buffers.cpus {
            buffer.leave_packet();
        }
    }

    /// Whether an entry or a return of thread `tid` may have been dropped since its last recorded entry.
    #[inline]
    pub(crate) fn has_lost_events(&self, tid: u32) -> bool {
        self.buffers.lost.contains(tid)
    }

    /// Notes that `task` is about to get another name: its next event takes the slow path, which reads the name.
    pub(crate) fn forget_name(&self, task: &TaskRef<'_>) {
        // A task that gives itself a name makes no call before it has the name. If another thread gives the name, the
        // task may make calls in between. So for a while it is not remembered: by then the name has changed.
        if !task.is_current() {
            self.buffers.renamed_at(task.tid()).store(jiffies());
            // Full barrier: a writer that remembers the task, and does not see this time then, is seen below.
            full_barrier();
        }
        self.forget(task.tid());
    }

    /// Makes the next event of every task take the slow path.
    pub(crate) fn forget_all(&self) {
        for buffer in &self.buffers.cpus {
            buffer.hot.remembered.store(0);
        }
    }

    /// Makes the next event of thread `tid` take the slow path. The thread must not be in a probe.
    pub(crate) fn forget(&self, tid: u32) {
        self.buffers.forget(tid);
    }

    /// Begins another session with the same settings: the clock has begun anew. No probe may be running.
    pub(crate) fn begin_epoch(&self) {
        for buffer in &self.buffers.cpus {
            let info = buffer.session_info();
            let (session, epoch) = (info.session.wrapping_add(1), info.epoch.wrapping_add(1));
            buffer.set_session_info(SessionInfo { session, epoch, ..info });
        }
        self.leave_packets();
    }
}

/// A name that a thread gets from another thread is in force after so many jiffies.
const NAME_SETTLES: u32 = HZ;

/// A time, in jiffies, from which [`NAME_SETTLES`] have passed.
fn long_ago() -> u32 {
    jiffies().wrapping_sub(2 * NAME_SETTLES)
}

/// What became of an event, for waking the reader.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum WriteOutcome {
    /// Written to the open packet.
    Written,
    /// Dropped: there was no room.
    Dropped,
    /// Written as the first event of a packet.
    Opened,
    /// Written as the first event of a packet, and half of the buffer or more waits for the reader.
    HalfFull,
}

/// The writing end of the buffer of the CPU that runs this code.
///
/// # Invariants
///
/// The buffer is that CPU's, and preemption is off while this lives. Interrupts make no system calls: nothing else
/// writes to the buffer.
pub(crate) struct Writer<'a>(pub(super) &'a CpuBuffer, &'a Buffers);

impl Writer<'_> {
    /// Writes an event that happened at the tick `now`, or drops it. With `may_remember`, the fast path may write the
    /// task's next events. The caller then knows that the task passes the filter, and has this name, until `forget` or
    /// `forget_all` is called.
    pub(crate) fn write(
        &mut self,
        task: &Task,
        clock: &Clock,
        now: u64,
        event: &ProbeEvent<'_>,
        may_remember: bool,
    ) -> WriteOutcome {
        let Self(buffer, _) = *self;
        let next = buffer.hot.next.load();
        let end = buffer.hot.end.load();
        let mut outcome = WriteOutcome::Written;
        if end.is_null() || end == FULL || !self.append_to_open(next, task, now, event) {
            outcome = self.write_to_next_packet(task, clock, now, event);
        }
        // The record of a return says what was lost, so that later returns need not.
        if !matches!(event, ProbeEvent::Memory(_)) && outcome != WriteOutcome::Dropped {
            self.1.lost.remove(task.tid);
        }
        buffer.hot.remembered.store(if may_remember { task.tid } else { 0 });
        // Full barrier: see `leave_packet` and `forget_name`.
        full_barrier();
        let is_name_settled = jiffies().wrapping_sub(self.1.renamed_at(task.tid).load()) > NAME_SETTLES;
        if buffer.hot.end.load().is_null() || !is_name_settled {
            buffer.hot.remembered.store(0);
        }
        outcome
    }

    /// When the last event of this CPU was, in ticks.
    pub(crate) fn last_event_time(&mut self) -> u64 {
        self.encoder().last_event_time()
    }

    /// Counts an event as dropped if the buffer is still full. Returns whether it was.
    #[inline(always)]
    pub(crate) fn drop_if_full(&mut self, task: &CurrentTask) -> bool {
        let Self(buffer, _) = *self;
        let waiting = buffer.cold.opened.load().wrapping_sub(buffer.reader.read.load());
        if buffer.hot.end.load() != FULL || (waiting as usize) < buffer.slots.len() || !self.remembers(task) {
            return false;
        }
        self.count_drop(task.tid());
        true
    }

    /// Counts an event as dropped.
    #[inline(always)]
    pub(crate) fn count_drop(&mut self, tid: u32) {
        let Self(buffer, buffers) = *self;
        if buffers.lost.insert(tid) {
            // Another CPU may have an entry of the thread to complete. If the return from it was dropped, and the entry
            // of a later call, the return from that call must not complete it.
            buffers.forget(tid);
        }
        let low = buffer.hot.dropped.load().wrapping_add(1);
        // Release: a reader that sees the drop sees the packets that were opened before it.
        buffer.hot.dropped.store_release(low);
        if low == 0 {
            // Release: a reader that sees this sees the lower half start again from 0.
            buffer.cold.dropped_high.store_release(buffer.cold.dropped_high.load().wrapping_add(1));
        }
    }

    /// Writes an event to the open packet, whose next word goes to `next`. Returns false if there is no room.
    fn append_to_open(&mut self, next: *mut u64, task: &Task, now: u64, event: &ProbeEvent<'_>) -> bool {
        let Self(buffer, _) = *self;
        let used = buffer.used(buffer.cold.opened.load().wrapping_sub(1), next) as usize;
        // SAFETY: The packet is open: the rest of it is the writer's until a grace period after `end` was cleared.
        // `next` points into the packet or to its end.
        let room = unsafe { core::slice::from_raw_parts_mut(next, PACKET_WORDS.saturating_sub(used)) };
        let Ok(written) = self.encoder().put(room, task, now, event) else { return false };
        buffer.hot.open.set(written.open.map_or(ptr::null_mut(), |open| next.wrapping_add(open)));
        buffer.hot.next.store(next.wrapping_add(written.words));
        true
    }

    /// Closes the open packet, opens the next one, and writes an event as its first, at the tick `now` or later. Drops
    /// the event if no packet is free.
    fn write_to_next_packet(&mut self, task: &Task, clock: &Clock, now: u64, event: &ProbeEvent<'_>) -> WriteOutcome {
        let Self(buffer, _) = *self;
        let (hot, cold) = (&buffer.hot, &buffer.cold);
        let number = cold.opened.load();
        if number != cold.closed.load() {
            let last = number.wrapping_sub(1);
            buffer.slot(last).used.store(buffer.used(last, hot.next.load()));
            // Release: a reader that sees the packet closed sees its words and `used`.
            cold.closed.store_release(number);
        }
        hot.open.set(ptr::null_mut());
        // Acquire: the reader has finished with a free slot before the slot is written again.
        let waiting = number.wrapping_sub(buffer.reader.read.load_acquire());
        let count = buffer.slots.len() as u32;
        if waiting >= count {
            hot.end.store(FULL);
            // Memory is no event. The event that the memory belongs to is counted if it is dropped, too.
            if !matches!(event, ProbeEvent::Memory(_)) {
                self.count_drop(task.tid);
            }
            return WriteOutcome::Dropped;
        }

        // Full barrier: a reader that does not yet see `opening` read its clock before this reads the clock. So the
        // time that the reader takes for the present is no later than `base_time`. The barrier also keeps the count of
        // closed packets before the new value of `next`: `used_after_cut` relies on that.
        cold.opening.store(1);
        full_barrier();
        let present = clock.now_ordered();
        // Chunks of memory may have times ahead of a coarse clock. So a packet begins no earlier than the last event of
        // its CPU. A clock that is further behind than that has been reset.
        let last = self.encoder().last_event_time();
        let base_time = if last.wrapping_sub(present) < MAX_LEAD { last } else { present };
        let start = PacketStart {
            session_info: buffer.session_info(),
            base_time,
            wall_clock: wall_clock(),
            dropped: buffer.dropped(),
        };
        // SAFETY: The slot is free, so its start is the writer's; there is one writer.
        unsafe { *buffer.slot(number).start.get() = start };
        let words: *mut u64 = buffer.packet(number).as_ptr().cast();
        self.encoder().begin_packet(base_time);
        let next = words.wrapping_add(format::HEADER_WORDS);
        hot.next.store(next);
        // INVARIANT: The packet is open from here on, and `next` points into it.
        hot.end.store(words.wrapping_add(PACKET_WORDS - 1));
        // Release: a reader that sees the packet sees its start. When the reader clears `end` then, the store above
        // does not undo it.
        cold.opened.store_release(number.wrapping_add(1));
        // A packet that has just begun has room for any event. The reader cannot have taken it: the reader waits for a
        // grace period.
        let _ = self.append_to_open(next, task, now.max(clock.now()), event);
        cold.opening.store_release(0);
        if waiting.wrapping_add(1) >= count / 2 {
            WriteOutcome::HalfFull
        } else {
            WriteOutcome::Opened
        }
    }

    /// Whether the fast path may write an event of the running task, if there is room.
    #[inline(always)]
    pub(super) fn remembers(&self, task: &CurrentTask) -> bool {
        self.0.hot.remembered.load() == task.tid()
    }

    /// The encoder of this CPU's events.
    #[inline(always)]
    pub(super) fn encoder(&mut self) -> &mut Encoder {
        // SAFETY: By the type invariants nothing else uses it.
        unsafe { &mut *self.0.hot.encoder.get() }
    }
}
