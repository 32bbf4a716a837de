// SPDX-License-Identifier: GPL-2.0

//! What the encoder keeps of a CPU's events, and the words of the fast path. The events of the fast path are of the
//! task of the last event; the ring buffer makes sure of that.

use crate::shared::format::{self, Task, SLOTS};

/// Encodes one CPU's events.
// The fields of the fast path come first, on one cache line.
#[repr(C)]
pub struct Encoder {
    /// Time of the last event in ticks; before the first event, the base time.
    pub(super) last: u64,
    /// The task of the last record; `None` at the start of a packet.
    pub(super) task: Option<Task>,
    /// The tasks in the packet's slots.
    pub(super) slots: [Option<Task>; SLOTS],
}

impl Encoder {
    /// An encoder at the start of a packet whose deltas start at `base_time`.
    #[inline]
    pub const fn new(base_time: u64) -> Self {
        Self { last: base_time, task: None, slots: [None; SLOTS] }
    }

    /// Begins a packet whose deltas start at `base_time`.
    #[inline]
    pub fn begin_packet(&mut self, base_time: u64) {
        // In place, not by `Self::new`: an encoder is large, and the kernel's stack is small.
        self.last = base_time;
        self.task = None;
        self.slots.fill(None);
    }

    /// Time of the last event in ticks.
    #[inline]
    pub const fn last_event_time(&self) -> u64 {
        self.last
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
}
