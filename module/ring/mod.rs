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
//! for that, it can *cut* an open packet: it clears `end`, so that the writer finds no room and its next
//! event goes to a new packet, and waits for RCU. Probes write with preemption off, so that after a
//! grace period none is left that found room; what was written by then is the whole packet, and from
//! there on it is the reader's. Neither side ever waits for the other, and the writer pays nothing: it
//! looks for room in any case. (It closes the cut packet when it next comes by; until then `closed`
//! stays behind.)
//!
//! # Two ways
//!
//! The probes' short way writes an event of the task that the CPU's last event was of, to a packet with
//! room. That the task passes the filter was found out when it first went the long way, and is found
//! out again after every change of `end`. Everything else goes the long way.

mod reader;

pub(crate) use reader::{wait_for_probes, Tails};

use crate::arch::{self, Registers};
use crate::clock::{wall_clock, Clock, Ticks};
use crate::pure::encode::{Encoder, Event, Identity};
use crate::pure::format::{self, Edges, Packet, Task, MAX_ARGS, PACKET_BYTES, PACKET_WORDS};
use crate::task::{Current, PreemptGuard};
use crate::word::{full_barrier, Address, Word};
use core::{
    cell::{Cell, UnsafeCell},
    ptr::{self, NonNull},
};
use kernel::{
    alloc::flags::{GFP_KERNEL, __GFP_ZERO},
    prelude::*,
    sync::Arc,
};

/// The settings that events are recorded under, as far as headers tell of them.
#[derive(Clone, Copy, Default)]
pub(crate) struct Origin {
    /// Tells these settings from those before and after, and this load of the module from others.
    pub(crate) session: u32,
    /// Which edges are recorded.
    pub(crate) edges: Edges,
    /// Whether arguments are recorded.
    pub(crate) has_args: bool,
}

/// What the writer notes about a packet when it opens it.
#[derive(Clone, Copy, Default)]
pub(crate) struct Note {
    /// The settings then.
    pub(crate) origin: Origin,
    /// The time in ticks.
    pub(crate) base_time: u64,
    /// Nanoseconds since 1970 at that time.
    pub(crate) wall_clock: u64,
    /// Events dropped until then.
    pub(crate) dropped: u64,
}

/// The buffers of all CPUs.
pub(crate) struct Buffers(KVec<KBox<CpuBuffer>>);

/// The writing ends of all buffers.
///
/// # Invariants
///
/// `table` is that of `buffers`, which has one buffer for each possible CPU.
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
    /// Buffers of so many packets for each of so many CPUs, with their reading ends.
    ///
    /// # Errors
    ///
    /// `EINVAL` for 0 packets or less CPUs than are possible, `ENOMEM`.
    #[inline(never)]
    pub(crate) fn new(cpus: usize, packets: usize) -> Result<(Self, Tails)> {
        if cpus < kernel::cpu::nr_cpu_ids() as usize {
            return Err(EINVAL);
        }
        let mut buffers = KVec::with_capacity(cpus, GFP_KERNEL)?;
        for _ in 0..cpus {
            buffers.push(KBox::new(CpuBuffer::new(packets)?, GFP_KERNEL)?, GFP_KERNEL)?;
        }
        let buffers = Arc::new(Buffers(buffers), GFP_KERNEL)?;
        let tails = Tails::new(buffers.clone())?;
        // INVARIANT: The vector is never changed again.
        Ok((Self { table: NonNull::from(&buffers.0[..]).cast(), buffers }, tails))
    }

    /// The buffer of the CPU that runs this code. The guard is proof that it is a task, not an interrupt,
    /// which writes: the only writer of its CPU.
    #[inline(always)]
    pub(crate) fn get<'a>(&'a self, guard: &'a PreemptGuard) -> Writer<'a> {
        // SAFETY: By the type invariants the table has an entry for the guard's CPU.
        // INVARIANT: The guard keeps us on that CPU.
        Writer(unsafe { self.table.add(guard.cpu()).as_ref() })
    }

    /// Begins a recording under other settings: no event of it shares a packet with one before. No probe may be
    /// attached.
    pub(crate) fn begin(&self, origin: Origin) {
        for buffer in &self.buffers.0 {
            buffer.cold.session.store(origin.session);
            buffer.cold.shape.store(shape(origin.edges, origin.has_args));
        }
        // The next event opens a packet.
        self.revise();
    }

    /// Makes the next event of every CPU go the long way.
    pub(crate) fn revise(&self) {
        for buffer in &self.buffers.0 {
            buffer.hot.end.store(ptr::null_mut());
        }
    }
}

/// What belongs to a place beside its packet.
struct Place {
    note: UnsafeCell<Note>,
    /// Words used, once the writer has closed the packet.
    used: Word,
}

/// What the short way uses: one cache line, where that has 64 bytes, which only its CPU writes. (The reader
/// clears `end`, now and then.)
#[repr(C, align(128))]
struct Hot {
    /// Where the open packet's next word goes.
    next: Address,
    /// The open packet's last word. Null, before any address: the long way must be taken. [`FULL`], too: there
    /// is no open packet, nor room for one.
    end: Address,
    /// The word of the entry that was the last event, if it can be completed; or null.
    open: Cell<*mut u64>,
    /// Events dropped: the lower half of their number.
    dropped: Word,
    encoder: UnsafeCell<Encoder>,
}

/// The writer's own that changes when packets do.
struct Cold {
    opened: Word,
    closed: Word,
    /// The upper half of the number of events dropped. Written after the lower one, and read before it: who comes
    /// in between sees too few for a moment, never too many.
    dropped_high: Word,
    /// Whether a packet is being opened.
    opening: Word,
    /// The settings' [`Origin::session`].
    session: Word,
    /// The rest of that, see [`shape`].
    shape: Word,
}

/// Edges and whether there are arguments, in a word.
fn shape(edges: Edges, has_args: bool) -> u32 {
    edges as u32 | (u32::from(has_args) << 2)
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
/// - `packets` points to as many packets as there are `places`, a power of two, inside `_memory`, which
///   nothing else refers to.
/// - While `hot.end` is neither null nor `FULL`, `hot.next` points into the open packet or to its end, and
///   `hot.open` is null or points into the open packet.
struct CpuBuffer {
    hot: Hot,
    cold: Cold,
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

/// Events are less than so many ticks ahead of the clock: one for each chunk of memory that was written meanwhile.
const MAX_LEAD: u64 = 1 << 16;

/// [`Hot::end`] of a buffer that is full.
const FULL: *mut u64 = ptr::without_provenance_mut(1);

/// What became of an event, for waking the reader.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Written to the open packet.
    Done,
    /// There was no room: dropped.
    Dropped,
    /// Written as the first of a packet.
    Opened,
    /// As before, and half of the buffer or more waits for the reader.
    HalfFull,
}

impl CpuBuffer {
    /// A buffer of so many packets, rounded down to a power of two.
    fn new(packets: usize) -> Result<Self> {
        let count = 1 << packets.checked_ilog2().ok_or(EINVAL)?;
        // Zeroed, for readers get whole pages; nobody asks the vector for its words.
        let words = PACKET_WORDS.checked_mul(count).ok_or(EINVAL)?;
        let mut memory: VVec<u64> = VVec::with_capacity(words, GFP_KERNEL | __GFP_ZERO)?;
        let mut places = KVVec::with_capacity(count, GFP_KERNEL)?;
        for _ in 0..count {
            places.push(Place { note: UnsafeCell::new(Note::default()), used: Word::new(0) }, GFP_KERNEL)?;
        }
        let packets = NonNull::new(memory.as_mut_ptr()).ok_or(ENOMEM)?.cast();
        let hot = Hot {
            // Behind any `end`, and so is its `last_word`.
            next: Address::new(ptr::without_provenance_mut(usize::MAX - PACKET_BYTES)),
            end: Address::new(ptr::null_mut()),
            open: Cell::new(ptr::null_mut()),
            dropped: Word::new(0),
            encoder: UnsafeCell::new(Encoder::new(0)),
        };
        let zero = || Word::new(0);
        let cold = Cold {
            opened: zero(),
            closed: zero(),
            dropped_high: zero(),
            opening: zero(),
            session: zero(),
            shape: zero(),
        };
        let reader = Reader { read: Word::new(0) };
        // INVARIANT: `memory` was allocated for `count` packets; words and packets are aligned alike. `end`
        // is null.
        Ok(Self { hot, cold, reader, packets, places, _memory: memory })
    }

    /// The settings that events are recorded under.
    fn origin(&self) -> Origin {
        let shape = self.cold.shape.load();
        let edges = Edges::from_bits(u64::from(shape & 3)).unwrap_or_default();
        Origin { session: self.cold.session.load(), edges, has_args: shape >> 2 != 0 }
    }

    /// How many events were dropped so far.
    fn dropped(&self) -> u64 {
        // Acquire: see the field.
        let high = self.cold.dropped_high.load_acquire();
        u64::from(high) << 32 | u64::from(self.hot.dropped.load_acquire())
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

    /// Words of packet `number` that are used if its next word goes to `next`.
    fn used(&self, number: u32, next: *mut u64) -> u32 {
        let start: *mut u64 = self.memory(number).as_ptr().cast();
        (next.addr().wrapping_sub(start.addr()) / size_of::<u64>()) as u32
    }
}

/// The writing end of the buffer of the CPU that runs this code.
///
/// # Invariants
///
/// It is that CPU's, and preemption is off while this lives. Interrupts make no system calls: nothing
/// else writes to it.
pub(crate) struct Writer<'a>(&'a CpuBuffer);

/// The short way: whether it could be taken. If not, nothing was done.
impl Writer<'_> {
    /// Writes an entry; with so many arguments if `CALLS`, in which case the program must be of the kernel's own
    /// kind.
    #[inline(always)]
    pub(crate) fn enter<T: Ticks, const CALLS: bool>(
        &mut self,
        task: &Current,
        clock: &Clock,
        number: u64,
        registers: Registers<'_>,
        arguments: u8,
    ) -> bool {
        let hot = &self.0.hot;
        let next = hot.next.load();
        let is_32bit = !CALLS && task.is_32bit();
        if last_word::<CALLS>(next) > hot.end.load() || !self.encoder().continues(&task.identity()) {
            return false;
        }
        let encoder = self.encoder();
        let now = T::now(clock);
        let word = if CALLS { encoder.enter_args(false, number, now) } else { encoder.enter(is_32bit, number, now) };
        let Some(word) = word else { return false };
        // SAFETY: The last word was compared with `end`, so that there is room for all.
        unsafe { self.append::<CALLS>(next, word, registers, arguments) };
        self.0.hot.open.set(next);
        true
    }

    /// Writes a return where entries are written, too.
    #[inline(always)]
    pub(crate) fn exit<T: Ticks>(&mut self, task: &Current, clock: &Clock, result: i64) -> bool {
        let open = self.0.hot.open.get();
        if open.is_null() || self.0.hot.end.load().is_null() || !self.encoder().continues(&task.identity()) {
            return false;
        }
        // SAFETY: By the type invariants it points into the open packet, which is ours: `end` was not null.
        let Some(word) = self.encoder().complete(unsafe { open.read() }, result, T::now(clock)) else { return false };
        // SAFETY: As above.
        unsafe { open.write(word) };
        self.0.hot.open.set(ptr::null_mut());
        true
    }

    /// Writes a return where entries are not written; with so many arguments if `CALLS`, in which case the program
    /// must be of the kernel's own kind.
    #[inline(always)]
    pub(crate) fn whole<T: Ticks, const CALLS: bool>(
        &mut self,
        task: &Current,
        clock: &Clock,
        number: u64,
        result: i64,
        registers: Registers<'_>,
        arguments: u8,
    ) -> bool {
        let hot = &self.0.hot;
        let next = hot.next.load();
        // An `execve` may return to another program than the one that called it: the long way tells.
        if last_word::<CALLS>(next) > hot.end.load()
            || !self.encoder().continues(&task.identity())
            || (!CALLS && task.is_32bit())
        {
            return false;
        }
        let (encoder, now) = (self.encoder(), T::now(clock));
        let word = if CALLS {
            encoder.whole_args(false, number, result, now)
        } else {
            encoder.whole(false, number, result, now)
        };
        let Some(word) = word else { return false };
        // SAFETY: As in `enter`.
        unsafe { self.append::<CALLS>(next, word, registers, arguments) };
        true
    }

    /// Counts an event as dropped if the buffer is still full.
    #[inline(always)]
    pub(crate) fn drop_if_full(&mut self, task: &Current) -> bool {
        let Self(buffer) = *self;
        let waiting = buffer.cold.opened.load().wrapping_sub(buffer.reader.read.load());
        if buffer.hot.end.load() != FULL
            || (waiting as usize) < buffer.places.len()
            || !self.encoder().continues(&task.identity())
        {
            return false;
        }
        self.count_drop();
        true
    }

    /// Counts an event as dropped.
    #[inline(always)]
    fn count_drop(&mut self) {
        let Self(buffer) = *self;
        let low = buffer.hot.dropped.load().wrapping_add(1);
        // Release: who sees the drop sees the packets that were opened before it.
        buffer.hot.dropped.store_release(low);
        if low == 0 {
            // Release: who sees this sees the lower half's start from 0.
            buffer.cold.dropped_high.store_release(buffer.cold.dropped_high.load().wrapping_add(1));
        }
    }

    /// Appends a record of a call; if `CALLS` with the first `arguments` of a program of the kernel's own kind.
    ///
    /// # Safety
    ///
    /// `next` is where the next word goes, and there is room up to its [`last_word`].
    #[inline(always)]
    unsafe fn append<const CALLS: bool>(&mut self, next: *mut u64, word: u64, registers: Registers<'_>, arguments: u8) {
        // SAFETY: The caller promises room. What lies behind the words that count is overwritten by the
        // next event or by the reader.
        unsafe {
            if CALLS {
                next.write(format::set_args(word, arguments));
                next.add(1).cast::<arch::Args>().write(registers.args(false));
                let words = format::arg_words(arch::MACHINE.register_bits(), u32::from(arguments));
                self.0.hot.next.store(next.add(words as usize).add(1));
            } else {
                next.write(word);
                self.0.hot.next.store(next.add(1));
            }
        }
    }

    #[inline(always)]
    fn encoder(&mut self) -> &mut Encoder {
        // SAFETY: By the type invariants nothing else uses it.
        unsafe { &mut *self.0.hot.encoder.get() }
    }
}

/// The last word that the short way may write to if the first one is `next`.
#[inline(always)]
fn last_word<const CALLS: bool>(next: *mut u64) -> *mut u64 {
    if CALLS {
        next.wrapping_add(MAX_ARGS)
    } else {
        next
    }
}

/// The long way.
impl Writer<'_> {
    /// Writes an event that happened at the tick `now`, or drops it. From here on events of the task may
    /// take the short way if `passes_for_long`: if it passes the filter until `revise` is called or it gets another
    /// name.
    pub(crate) fn write(
        &mut self,
        task: &Task,
        clock: &Clock,
        now: u64,
        event: &Event<'_>,
        passes_for_long: bool,
    ) -> Outcome {
        let Self(buffer) = *self;
        let next = buffer.hot.next.load();
        let end = buffer.hot.end.load();
        let mut outcome = Outcome::Done;
        if end.is_null() || end == FULL || !self.put(next, task, now, event) {
            outcome = self.write_first(task, clock, now, event);
        }
        let remembered = if passes_for_long { Identity::of(task) } else { Identity::default() };
        self.encoder().continue_with(remembered);
        outcome
    }

    /// When the last event of this CPU was, in ticks.
    pub(crate) fn time(&mut self) -> u64 {
        self.encoder().time()
    }

    /// Writes an event to the open packet, whose next word goes to `next`, if there is room.
    fn put(&mut self, next: *mut u64, task: &Task, now: u64, event: &Event<'_>) -> bool {
        let Self(buffer) = *self;
        let used = buffer.used(buffer.cold.opened.load().wrapping_sub(1), next) as usize;
        // SAFETY: The packet is open: the rest of it is the writer's until a grace period after `end` was
        // cleared. `next` points into it or to its end.
        let room = unsafe { core::slice::from_raw_parts_mut(next, PACKET_WORDS.saturating_sub(used)) };
        let Ok(written) = self.encoder().put(room, task, now, event) else { return false };
        buffer.hot.open.set(written.open.map_or(ptr::null_mut(), |open| next.wrapping_add(open)));
        buffer.hot.next.store(next.wrapping_add(written.words));
        true
    }

    /// Goes on to the next packet and writes an event as its first, no earlier than at the tick `now`, or drops it.
    fn write_first(&mut self, task: &Task, clock: &Clock, now: u64, event: &Event<'_>) -> Outcome {
        let Self(buffer) = *self;
        let (hot, cold) = (&buffer.hot, &buffer.cold);
        let number = cold.opened.load();
        if number != cold.closed.load() {
            let last = number.wrapping_sub(1);
            buffer.place(last).used.store(buffer.used(last, hot.next.load()));
            // Release: a reader that sees the packet closed sees its words and `used`.
            cold.closed.store_release(number);
        }
        hot.open.set(ptr::null_mut());
        // Acquire: the reader has finished with a free place before it is written again.
        let waiting = number.wrapping_sub(buffer.reader.read.load_acquire());
        let count = buffer.places.len() as u32;
        if waiting >= count {
            hot.end.store(FULL);
            // Memory is no event: its own is counted if that is dropped, too.
            if !matches!(event, Event::Memory(_)) {
                self.count_drop();
            }
            return Outcome::Dropped;
        }

        // Full barrier: a reader that does not yet see `opening` read its clock before the clock is
        // read here, so that what it takes for the present is no later than `base_time`. It also
        // keeps the count of closed packets before the new value of `next` (`used_after_cut`).
        cold.opening.store(1);
        full_barrier();
        let present = clock.now_ordered();
        // Memory is given times of its own, which a coarse clock may be behind: no packet is older than what
        // its CPU has written before. A clock that is further behind has begun anew.
        let last = self.encoder().time();
        let base_time = if last.wrapping_sub(present) < MAX_LEAD { last } else { present };
        let note = Note { origin: buffer.origin(), base_time, wall_clock: wall_clock(), dropped: buffer.dropped() };
        // SAFETY: The place is free, so that its note is the writer's; there is one writer.
        unsafe { *buffer.place(number).note.get() = note };
        let start: *mut u64 = buffer.memory(number).as_ptr().cast();
        self.encoder().begin(base_time);
        let next = start.wrapping_add(format::HEADER_WORDS);
        hot.next.store(next);
        // INVARIANT: The packet is open from here on, and `next` points into it.
        hot.end.store(start.wrapping_add(PACKET_WORDS - 1));
        // Release: a reader that sees the packet sees its note, and when it clears `end` then, the store
        // above does not undo it.
        cold.opened.store_release(number.wrapping_add(1));
        // A packet that has just begun has room for any event. The reader cannot have taken it: it waits
        // for a grace period.
        let _ = self.put(next, task, now.max(clock.now()), event);
        cold.opening.store_release(0);
        if waiting.wrapping_add(1) >= count / 2 {
            Outcome::HalfFull
        } else {
            Outcome::Opened
        }
    }
}
