// SPDX-License-Identifier: GPL-2.0

//! Turns events into the words of a packet.

use super::format::{self, Packet, Task, HEADER_WORDS, MAX_DELTA, MAX_EXIT_DELTA, PACKET_WORDS, SLOTS};

/// One edge of a system call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// Entry.
    Enter {
        /// System call number.
        number: u32,
    },
    /// Return.
    Exit {
        /// Result, a negated errno on failure.
        result: i64,
    },
}

/// The packet has no room for the event, which was not written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Full;

/// The most words one event takes: a TIME, a TASK, and two of its own.
const MAX_EVENT_WORDS: usize = 6;

/// Writes one CPU's events into its current packet.
///
/// The usual event is one word: its task and the time of the event before it are known, and its
/// fields are small. A return that directly follows its own entry takes none, it completes the word
/// of the entry. Everything else goes the long way.
pub struct Encoder {
    /// Where the next word goes, [`HEADER_WORDS`]`..=`[`PACKET_WORDS`].
    used: u32,
    /// Time of the last event in ticks, the base time before the first.
    last: u64,
    /// The word of a call that awaits its return, the last one written; 0 if there is none. (No
    /// CALL is 0: its kind is not.)
    open: u64,
    /// Whose events are being written; `None` at the start of a packet.
    task: Option<Task>,
    /// The tasks that this packet's TASK records have stored.
    slots: [Option<Task>; SLOTS],
}

impl Encoder {
    /// An encoder without a packet: the first event is answered with [`Full`].
    #[inline]
    pub const fn new() -> Self {
        Self { used: PACKET_WORDS as u32, last: 0, open: 0, task: None, slots: [None; SLOTS] }
    }

    /// Begins a packet whose deltas start at `base_time`.
    #[inline]
    pub fn begin(&mut self, base_time: u64) {
        *self = Self { used: HEADER_WORDS as u32, last: base_time, ..Self::new() };
    }

    /// Words used so far in the current packet, header included.
    #[inline]
    pub fn used(&self) -> u32 {
        self.used
    }

    /// Writes an event of `task` at time `now`. The task's `is_32bit` is the width of this call;
    /// `packet` is the same at every call since [`begin`](Self::begin).
    ///
    /// # Errors
    ///
    /// [`Full`] if the event does not fit; nothing was written then. An event always fits a packet
    /// that has just begun.
    #[inline(always)]
    pub fn put(&mut self, packet: &mut Packet, task: &Task, now: u64, event: Event) -> Result<(), Full> {
        // Later than 2^63 ticks is earlier than zero: both take the long way.
        let delta = now.wrapping_sub(self.last);
        let same_task = match &self.task {
            // An exit keeps the width of its entry, see `format`.
            Some(known) => known.tid == task.tid && known.tgid == task.tgid && known.comm == task.comm,
            None => false,
        };
        if same_task {
            match event {
                Event::Enter { number } => {
                    if let Some(word) = format::enter(task.is_32bit, number, delta) {
                        if self.used < PACKET_WORDS as u32 {
                            let open = format::open_call(task.is_32bit, number, delta);
                            self.open = open.unwrap_or(0);
                            self.push(packet, word);
                            self.last = now;
                            return Ok(());
                        }
                    }
                }
                Event::Exit { result } => {
                    if self.open != 0 {
                        if let Some(word) = format::complete_call(self.open, result, delta) {
                            // In range: a word of this packet came before.
                            packet[self.used.wrapping_sub(1) as usize % PACKET_WORDS] = word;
                            self.open = 0;
                            self.last = now;
                            return Ok(());
                        }
                    }
                    if let Some(word) = format::exit(result, delta) {
                        if self.used < PACKET_WORDS as u32 {
                            self.open = 0;
                            self.push(packet, word);
                            self.last = now;
                            return Ok(());
                        }
                    }
                }
            }
        }
        self.put_long(packet, task, now, event)
    }

    /// Writes an event in the general way, all its records or none.
    #[cold]
    #[inline(never)]
    fn put_long(&mut self, packet: &mut Packet, task: &Task, now: u64, event: Event) -> Result<(), Full> {
        if self.used > (PACKET_WORDS - MAX_EVENT_WORDS) as u32 {
            return Err(Full);
        }
        // A clock that went backwards (the counters of some boards disagree by a tick) stands still.
        let delta = now.wrapping_sub(self.last);
        let now = if delta > u64::MAX / 2 { self.last } else { now };
        let max_delta = match event {
            Event::Enter { .. } => MAX_DELTA,
            Event::Exit { .. } => MAX_EXIT_DELTA,
        };
        let mut delta = now.wrapping_sub(self.last);
        if delta > max_delta {
            self.push(packet, format::time(now));
            delta = 0;
        }
        self.last = now;
        self.put_task(packet, task);

        self.open = 0;
        match event {
            Event::Enter { number } => match format::enter(task.is_32bit, number, delta) {
                Some(word) => {
                    self.push(packet, word);
                    self.open = format::open_call(task.is_32bit, number, delta).unwrap_or(0);
                }
                None => self.push_all(packet, &format::enter_wide(task.is_32bit, number, delta)),
            },
            Event::Exit { result } => match format::exit(result, delta) {
                Some(word) => self.push(packet, word),
                None => self.push_all(packet, &format::exit_wide(result, delta)),
            },
        }
        Ok(())
    }

    /// Says that what follows is of `task`, if the packet does not say so already.
    fn put_task(&mut self, packet: &mut Packet, task: &Task) {
        if self.task.as_ref() == Some(task) {
            return;
        }
        let slot = task.tid as usize % SLOTS;
        if self.slots[slot].as_ref() == Some(task) {
            self.push(packet, format::switch(slot as u8));
        } else {
            self.slots[slot] = Some(*task);
            self.push_all(packet, &format::task(task, slot as u8));
        }
        self.task = Some(*task);
    }

    #[inline(always)]
    fn push(&mut self, packet: &mut Packet, word: u64) {
        // The remainder is never taken: callers checked for room. It spares a panic in the kernel.
        packet[self.used as usize % PACKET_WORDS] = word;
        self.used = self.used.wrapping_add(1);
    }

    fn push_all(&mut self, packet: &mut Packet, words: &[u64]) {
        for &word in words {
            self.push(packet, word);
        }
    }
}

impl Default for Encoder {
    fn default() -> Self {
        Self::new()
    }
}
