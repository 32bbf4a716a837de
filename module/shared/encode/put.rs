// SPDX-License-Identifier: GPL-2.0

//! Writes any event to a packet: the slow path.

use super::encoder::Encoder;
use super::event::{ProbeCall, ProbeEvent};
use crate::shared::format::{self, ReturnHead, Task, MAX_DELTA, MAX_EXIT_DELTA, MAX_EXIT_WIDE_DELTA, SLOTS};

/// The packet has too little room for the event. Nothing was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PacketFull;

/// What was written of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written {
    /// The number of words.
    pub words: usize,
    /// The index of an entry's word that [`Encoder::complete`] can complete.
    pub open: Option<usize>,
}

/// The most words that an event takes: a TIME, a TASK, an ENTER_WIDE or EXIT_WIDE with its arguments.
pub const MAX_EVENT_WORDS: usize = 1 + 3 + format::MAX_CALL_WORDS;
/// The most words that memory takes: a TIME, a TASK, a MEMORY.
pub const MAX_MEMORY_WORDS: usize = 1 + 3 + format::MAX_RECORD_WORDS;

impl Encoder {
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
            ProbeEvent::Exit { .. } | ProbeEvent::ReturnOnly { .. } => MAX_EXIT_DELTA,
            ProbeEvent::Enter(_) | ProbeEvent::Memory(_) => MAX_DELTA,
        };
        let mut delta = now.wrapping_sub(self.last);
        if delta > max_delta {
            out.push(format::time(now));
            delta = 0;
        }
        self.last = now;
        self.put_task(&mut out, task);

        let is_32bit = task.is_32bit;
        let number = |call: &ProbeCall<'_>| u64::from(call.number);
        let mut open = None;
        match event {
            ProbeEvent::Enter(call) => open = put_enter(&mut out, is_32bit, call, delta),
            ProbeEvent::Exit { call, result, entry_may_be_lost, may_be_refused } => {
                let (result, entry_may_be_lost) = (*result, *entry_may_be_lost);
                let head = ReturnHead { is_32bit, number: call.number, result, entry_may_be_lost };
                put_exit(&mut out, &head, may_be_refused.then_some(call), now, delta);
            }
            ProbeEvent::Memory(chunk) => {
                out.push(format::memory(chunk.head, delta));
                out.push_all(chunk.words());
            }
            ProbeEvent::ReturnOnly { call, result } => {
                let head = ReturnHead { is_32bit, number: call.number, result: *result, entry_may_be_lost: false };
                let short = match call.args {
                    None => format::enter(is_32bit, number(call), delta),
                    Some(args) => format::enter_args(is_32bit, number(call), delta)
                        .map(|word| format::set_args(word, args.count())),
                };
                match short.and_then(|enter| format::complete(enter, *result, 0)) {
                    Some(word) => {
                        out.push(word);
                        out.push_all(call.args.map_or(&[], |args| args.words()));
                    }
                    None => put_exit(&mut out, &head, call.args.is_some().then_some(call), now, delta),
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
    out.push_all(call.args.map_or(&[], |args| args.words()));
    short.map(|_| at)
}

/// Writes a return as a record of its own, at the tick `now`, which is `delta` after the last event. The record has all
/// of `whole`, if that is given.
fn put_exit(out: &mut RestOfPacket<'_>, head: &ReturnHead, whole: Option<&ProbeCall<'_>>, now: u64, mut delta: u64) {
    if whole.is_none() {
        if let Some(word) = format::exit(head, delta) {
            return out.push(word);
        }
    }
    if delta > MAX_EXIT_WIDE_DELTA {
        out.push(format::time(now));
        delta = 0;
    }
    let args = whole.and_then(|call| call.args);
    out.push_all(&format::exit_wide(head, whole.map(|_| args.map_or(0, |args| args.count())), delta));
    out.push_all(args.as_ref().map_or(&[], |args| args.words()));
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
