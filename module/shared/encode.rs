// SPDX-License-Identifier: GPL-2.0

//! Turns events into the words of a packet.
//!
//! The usual event is one word: the packet knows its task and the time of the previous event, and its fields are small.
//! A return that directly follows the entry of its task takes no word of its own, but completes the word of the entry.
//! These events take the *fast path*: a test, [`Encoder::remembers`], and a function that makes the word. All other
//! events take the *slow path*, [`Encoder::put`].

use super::format::{self, Args, Chunk, Task, MAX_DELTA, MAX_EXIT_DELTA, SLOTS};

/// The call of an event: its number, and its arguments if they are recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProbeCall<'a> {
    /// System call number.
    pub number: u32,
    /// The arguments, if they are recorded.
    pub args: Option<Args<'a>>,
}

/// An event of a system call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProbeEvent<'a> {
    /// An entry.
    Enter(ProbeCall<'a>),
    /// A return, where entries are recorded.
    Exit {
        /// The result, a negated errno on failure.
        result: i64,
    },
    /// A return, where entries are not recorded.
    ReturnOnly {
        /// The call that returns.
        call: ProbeCall<'a>,
        /// The result, a negated errno on failure.
        result: i64,
    },
    /// Memory that an argument of the task's next event points to. It is part of that event.
    Memory(Chunk<'a>),
}

/// The packet has too little room for the event. Nothing was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PacketFull;

/// What [`Encoder::put`] has written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written {
    /// The number of words.
    pub words: usize,
    /// The index of an entry's word that [`Encoder::complete`] can complete.
    pub open: Option<usize>,
}

/// The most words that an event takes: a TIME, a TASK, an ENTER_WIDE with its arguments, an EXIT_WIDE.
pub const MAX_EVENT_WORDS: usize = 1 + 3 + format::MAX_ENTER_WORDS + 2;
/// The most words that memory takes: a TIME, a TASK, a MEMORY.
pub const MAX_MEMORY_WORDS: usize = 1 + 3 + format::MAX_RECORD_WORDS;

/// Identifies a task; comparing two costs three word compares.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct Identity {
    /// Thread id in the lower half, process id in the upper half; 0 is no task.
    pub ids: u64,
    /// The name of the thread.
    pub comm: format::Comm,
}

impl Identity {
    /// The identity of `task`.
    #[inline(always)]
    pub const fn of(task: &Task) -> Self {
        Self { ids: task.tid as u64 | ((task.tgid as u64) << 32), comm: task.comm }
    }
}

/// Encodes one CPU's events.
// The fields of the fast path come first, on one cache line.
#[repr(C)]
pub struct Encoder {
    /// Time of the last event in ticks; before the first event, the base time.
    last: u64,
    /// The task whose events can take the fast path; [`Identity::default`] for none.
    remembered: Identity,
    /// The task of the last record; `None` at the start of a packet.
    task: Option<Task>,
    /// The tasks in the packet's slots.
    slots: [Option<Task>; SLOTS],
}

impl Encoder {
    /// An encoder at the start of a packet whose deltas start at `base_time`.
    #[inline]
    pub const fn new(base_time: u64) -> Self {
        let no_task = Identity { ids: 0, comm: [0; 2] };
        Self { last: base_time, remembered: no_task, task: None, slots: [None; SLOTS] }
    }

    /// Begins a packet whose deltas start at `base_time`.
    #[inline]
    pub fn begin_packet(&mut self, base_time: u64) {
        *self = Self::new(base_time);
    }

    /// Time of the last event in ticks.
    #[inline]
    pub const fn last_event_time(&self) -> u64 {
        self.last
    }

    /// Whether an event of `task` can take the fast path: whether it is the task of the last
    /// [`remember`](Self::remember).
    #[inline(always)]
    pub fn remembers(&self, task: &Identity) -> bool {
        let Self { remembered, .. } = self;
        // `==` or `&&` would compile to three branches.
        (remembered.ids == task.ids) & (remembered.comm[0] == task.comm[0]) & (remembered.comm[1] == task.comm[1])
    }

    /// Lets events of `task` take the fast path from now on, and no events of other tasks. `task` must be the task of
    /// the last event, or no task. Before the packet begins it can be any task.
    #[inline]
    pub fn remember(&mut self, task: Identity) {
        self.remembered = task;
    }

    /// The word of an entry without arguments, on the fast path; `None` if it does not fit one word.
    #[inline(always)]
    pub fn enter(&mut self, is_32bit: bool, number: u64, now: u64) -> Option<u64> {
        let word = format::enter(is_32bit, number, now.wrapping_sub(self.last))?;
        self.last = now;
        Some(word)
    }

    /// The word of an entry with arguments, on the fast path, without the number of arguments; `None` if it does not
    /// fit one word.
    #[inline(always)]
    pub fn enter_args(&mut self, is_32bit: bool, number: u64, now: u64) -> Option<u64> {
        let word = format::enter_args(is_32bit, number, now.wrapping_sub(self.last))?;
        self.last = now;
        Some(word)
    }

    /// The word of a return without its entry, on the fast path; `None` if it does not fit one word.
    #[inline(always)]
    pub fn return_only(&mut self, is_32bit: bool, number: u64, result: i64, now: u64) -> Option<u64> {
        let enter = format::enter(is_32bit, number, now.wrapping_sub(self.last))?;
        let word = format::complete(enter, result, 0)?;
        self.last = now;
        Some(word)
    }

    /// The word of a return with arguments but without its entry, on the fast path, without the number of arguments;
    /// `None` if it does not fit one word.
    #[inline(always)]
    pub fn return_only_args(&mut self, is_32bit: bool, number: u64, result: i64, now: u64) -> Option<u64> {
        let enter = format::enter_args(is_32bit, number, now.wrapping_sub(self.last))?;
        let word = format::complete(enter, result, 0)?;
        self.last = now;
        Some(word)
    }

    /// The word of a return, on the fast path: it replaces `enter`, the word of the entry, which must be the last one
    /// written. `None` if it does not fit one word.
    #[inline(always)]
    pub fn complete(&mut self, enter: u64, result: i64, now: u64) -> Option<u64> {
        let word = format::complete(enter, result, now.wrapping_sub(self.last))?;
        self.last = now;
        Some(word)
    }

    /// Writes an event of `task` at time `now` (in ticks) to the start of `room`, the rest of the packet: all its
    /// records, or none. The task's `is_32bit` is the width of this call.
    ///
    /// # Errors
    ///
    /// [`PacketFull`] if there is less room than [`MAX_EVENT_WORDS`], or for memory [`MAX_MEMORY_WORDS`].
    #[inline(never)]
    pub fn put(
        &mut self,
        room: &mut [u64],
        task: &Task,
        now: u64,
        event: &ProbeEvent<'_>,
    ) -> Result<Written, PacketFull> {
        let max_words = match event {
            ProbeEvent::Memory(_) => MAX_MEMORY_WORDS,
            _ => MAX_EVENT_WORDS,
        };
        if room.len() < max_words {
            return Err(PacketFull);
        }
        let mut out = RestOfPacket { room, words: 0 };
        // On some boards the counters of two CPUs differ by a tick, and time goes backwards. It stands still instead.
        let now = if now.wrapping_sub(self.last) > u64::MAX / 2 { self.last } else { now };
        let max_delta = match event {
            ProbeEvent::Exit { .. } => MAX_EXIT_DELTA,
            _ => MAX_DELTA,
        };
        let mut delta = now.wrapping_sub(self.last);
        if delta > max_delta {
            out.push(format::time(now));
            delta = 0;
        }
        self.last = now;
        self.put_task(&mut out, task);

        let mut open = None;
        match event {
            ProbeEvent::Enter(call) => open = put_enter(&mut out, task.is_32bit, call, delta),
            ProbeEvent::Exit { result } => put_exit(&mut out, *result, delta),
            ProbeEvent::Memory(chunk) => {
                out.push(format::memory(chunk.head, delta));
                out.push_all(chunk.words());
            }
            ProbeEvent::ReturnOnly { call, result } => {
                let is_completed = put_enter(&mut out, task.is_32bit, call, delta).is_some_and(|enter| {
                    let word = out.room.get_mut(enter);
                    let completed = word.as_ref().and_then(|word| format::complete(**word, *result, 0));
                    word.zip(completed).map(|(word, completed)| *word = completed).is_some()
                });
                if !is_completed {
                    put_exit(&mut out, *result, 0);
                }
            }
        }
        Ok(Written { words: out.words, open })
    }

    /// Writes a TASK or a SWITCH, unless the last record was of `task` already.
    fn put_task(&mut self, out: &mut RestOfPacket<'_>, task: &Task) {
        if self.task.as_ref() == Some(task) {
            return;
        }
        let slot = task.tid as usize % SLOTS;
        if self.slots[slot].as_ref() == Some(task) {
            out.push(format::switch(slot as u8));
        } else {
            self.slots[slot] = Some(*task);
            out.push_all(&format::task(task, slot as u8));
        }
        self.task = Some(*task);
    }
}

/// Writes an entry. Returns the index of its word if [`Encoder::complete`] can complete the word.
fn put_enter(out: &mut RestOfPacket<'_>, is_32bit: bool, call: &ProbeCall<'_>, delta: u64) -> Option<usize> {
    let at = out.words;
    let number = u64::from(call.number);
    let short = match call.args {
        None => format::enter(is_32bit, number, delta),
        Some(args) => format::enter_args(is_32bit, number, delta).map(|word| format::set_args(word, args.count())),
    };
    match short {
        Some(word) => out.push(word),
        None => {
            let count = call.args.map_or(0, |args| args.count());
            out.push_all(&format::enter_wide(is_32bit, call.number, count, delta));
        }
    }
    if let Some(args) = call.args {
        out.push_all(args.words());
    }
    short.map(|_| at)
}

/// Writes a return as a record of its own.
fn put_exit(out: &mut RestOfPacket<'_>, result: i64, delta: u64) {
    match format::exit(result, delta) {
        Some(word) => out.push(word),
        None => out.push_all(&format::exit_wide(result, delta)),
    }
}

/// The rest of a packet, and how many words were written to it.
struct RestOfPacket<'a> {
    room: &'a mut [u64],
    words: usize,
}

impl RestOfPacket<'_> {
    fn push(&mut self, word: u64) {
        // `put` has checked the room. An index out of range would panic, and stop the kernel.
        if let Some(place) = self.room.get_mut(self.words) {
            *place = word;
            self.words = self.words.wrapping_add(1);
        }
    }

    fn push_all(&mut self, words: &[u64]) {
        for &word in words {
            self.push(word);
        }
    }
}
