// SPDX-License-Identifier: GPL-2.0

//! Writes an event with its memory in place: memory is copied straight into the packet, and nothing counts until the
//! event is finished. So a caller that meets memory that it cannot copy abandons the event without a trace.
//!
//! This is a fast path: its events are of the remembered task, so that no TASK is needed, and of programs as wide as
//! the kernel.

use super::encoder::Encoder;
use super::put::Written;
use crate::shared::format::{
    self, arg_words, ChunkHead, ReturnHead, MAX_ARGS, MAX_CALL_WORDS, MAX_CHUNK_BYTES, MAX_DELTA,
};

/// An event that is being written. Dropping it abandons it: neither the encoder nor the packet's length has changed.
pub struct EventInPlace<'e, 'r> {
    encoder: &'e mut Encoder,
    /// The rest of the packet.
    room: &'r mut [u64],
    /// How many words of `room` have records of this event.
    words: usize,
    /// When the event happened, in ticks.
    now: u64,
    /// The delta of the event's next record: only its first has one.
    delta: u64,
}

impl Encoder {
    /// Begins an event at the time `now` in ticks, at the start of `room`, the rest of the open packet. The caller has
    /// made sure that the last event in the packet is of the same task. `None` if the event must take the slow path
    /// because of its time.
    #[inline(always)]
    pub fn begin<'e, 'r>(&'e mut self, room: &'r mut [u64], now: u64) -> Option<EventInPlace<'e, 'r>> {
        let delta = now.wrapping_sub(self.last);
        if delta > MAX_DELTA {
            return None;
        }
        Some(EventInPlace { encoder: self, room, words: 0, now, delta })
    }
}

impl EventInPlace<'_, '_> {
    /// Whether the event has memory so far.
    #[inline(always)]
    pub fn has_memory(&self) -> bool {
        self.words > 0
    }

    /// The words of the next MEMORY record for up to `bytes` bytes of memory. The caller copies memory to their start,
    /// and calls [`finish_memory`](Self::finish_memory) if anything is to be recorded. `None` if the packet has too
    /// little room for this and the event's last record, or if a record cannot hold as many `bytes`.
    #[inline(always)]
    pub fn memory(&mut self, bytes: usize) -> Option<&mut [u64]> {
        if bytes > MAX_CHUNK_BYTES {
            return None;
        }
        let len = bytes.wrapping_add(7) >> 3;
        let start = self.words.wrapping_add(1);
        let rest = self.room.get_mut(start..)?;
        if rest.len() < len.wrapping_add(MAX_CALL_WORDS) {
            return None;
        }
        rest.get_mut(..len)
    }

    /// Writes the MEMORY record whose `head.len` bytes stand in the words of the last [`memory`](Self::memory), and
    /// fills up the last word with zeros. `None`, with nothing written, if there are not that many words.
    #[inline(always)]
    pub fn finish_memory(&mut self, head: ChunkHead) -> Option<()> {
        let len = usize::from(head.len);
        let rest = self.room.get_mut(self.words..)?;
        let end = len.wrapping_add(7) >> 3;
        // The last word that has bytes; without bytes it is the first word, which is written below.
        let last = rest.get_mut(end)?;
        // 64 for whole words: the shift is then by 0.
        *last &= u64::MAX >> ((len.wrapping_neg() & 7) * 8);
        *rest.first_mut()? = format::memory(head, self.delta);
        self.delta = 0;
        self.words = self.words.wrapping_add(end).wrapping_add(1);
        Some(())
    }

    /// Ends the event with an entry and its first `count` arguments, of registers of `bits` bits. `args` are all
    /// registers, as [`pack_args`](format::pack_args) packs them. `None` if the entry must take the slow path.
    #[inline(always)]
    pub fn finish_enter(self, number: u64, args: &[u64; MAX_ARGS], count: u8, bits: u32) -> Option<Written> {
        let word = format::enter_args(false, number, self.delta)?;
        let open = self.words;
        self.finish_call([format::set_args(word, count)], args, count, bits, Some(open))
    }

    /// Ends the event with a return, where entries are recorded. `None` if the return must take the slow path.
    #[inline(always)]
    pub fn finish_exit(self, head: &ReturnHead) -> Option<Written> {
        let word = format::exit(head, self.delta)?;
        self.finish([word], 1, None)
    }

    /// Ends the event with a return, where entries are not recorded. Arguments as in
    /// [`finish_enter`](Self::finish_enter). `None` if the return must take the slow path.
    #[inline(always)]
    pub fn finish_return_only(
        self,
        number: u64,
        result: i64,
        args: &[u64; MAX_ARGS],
        count: u8,
        bits: u32,
    ) -> Option<Written> {
        let word = format::complete(format::enter_args(false, number, self.delta)?, result, 0)?;
        self.finish_call([format::set_args(word, count)], args, count, bits, None)
    }

    /// Ends the event with a record that begins with `head` and has `count` arguments. All registers are written; the
    /// next event overwrites what is not counted.
    #[inline(always)]
    fn finish_call<const N: usize>(
        self,
        head: [u64; N],
        args: &[u64; MAX_ARGS],
        count: u8,
        bits: u32,
        open: Option<usize>,
    ) -> Option<Written> {
        let start = self.words.wrapping_add(N);
        *self.room.get_mut(start..)?.first_chunk_mut()? = *args;
        self.finish(head, N.wrapping_add(arg_words(bits, u32::from(count)) as usize), open)
    }

    /// Ends the event with a record of `len` words that begins with `head`.
    #[inline(always)]
    fn finish<const N: usize>(self, head: [u64; N], len: usize, open: Option<usize>) -> Option<Written> {
        *self.room.get_mut(self.words..)?.first_chunk_mut()? = head;
        self.encoder.last = self.now;
        Some(Written { words: self.words.wrapping_add(len), open })
    }
}
