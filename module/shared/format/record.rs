// SPDX-License-Identifier: GPL-2.0

//! A record, read from its words.

use super::args::Args;
use super::chunk::Chunk;
use super::fields::*;
use super::machine::Machine;
use super::task::Task;

/// A record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Record<'a> {
    /// A call that returned before its CPU recorded another event.
    Call {
        /// A 32-bit program made the call on a 64-bit kernel.
        is_32bit: bool,
        /// The number of the call, below 512.
        number: u32,
        /// The arguments; none if they are not recorded.
        args: Args<'a>,
        /// The result, a negated errno on failure.
        result: i64,
        /// Ticks from entry to return.
        duration: u64,
        /// Ticks from the previous event to the entry.
        delta: u64,
    },
    /// The entry of a call.
    Enter {
        /// A 32-bit program made the call on a 64-bit kernel.
        is_32bit: bool,
        /// The number of the call; programs can pass any number.
        number: u32,
        /// The arguments; none if they are not recorded.
        args: Args<'a>,
        /// Ticks since the previous event.
        delta: u64,
    },
    /// The return from a call.
    Exit {
        /// The result, a negated errno on failure.
        result: i64,
        /// Ticks since the previous event.
        delta: u64,
    },
    /// Sets the time of the last event, in ticks.
    Time(u64),
    /// The following records belong to this thread, which is stored in this slot.
    Task(Task, u8),
    /// The following records belong to the thread of this slot.
    Switch(u8),
    /// Memory that an argument of the task's next event points to.
    Memory {
        /// The memory.
        chunk: Chunk<'a>,
        /// Ticks since the previous event.
        delta: u64,
    },
}

impl<'a> Record<'a> {
    /// Reads the record at the start of `words`, written by a kernel for `machine`. Returns the record and the number
    /// of its words; `None` if the first word begins no record, or if further words are missing.
    // Always inlined: callers that use few fields do not pay for the others.
    #[inline(always)]
    pub fn from_words(words: &'a [u64], machine: Machine) -> Option<(Self, usize)> {
        let word = *words.first()?;
        let kind = KIND.get(word);
        let args = |head, is_32bit, count| Args::after(words, head, count, machine.program_bits(is_32bit));
        Some(match kind {
            2..=5 | 10..=13 => {
                let is_32bit = kind & 1 != 0;
                let number = CALL_NUMBER.get(word) as u32;
                let (args, delta) = if kind & KIND_ENTER_ARGS != 0 {
                    (args(1, is_32bit, CALL_ARGS_COUNT.get(word))?, CALL_ARGS_DELTA.get(word))
                } else {
                    (args(1, is_32bit, 0)?, CALL_DELTA.get(word))
                };
                let (result, duration) = (CALL_RESULT.get_signed(word), CALL_DURATION.get(word));
                let record = if kind & RETURNED != 0 {
                    Self::Call { is_32bit, number, args, result, duration, delta }
                } else if result == 0 && duration == 0 {
                    Self::Enter { is_32bit, number, args, delta }
                } else {
                    return None;
                };
                (record, 1 + args.words().len())
            }
            KIND_EXIT => {
                let record = Self::Exit { result: EXIT_RESULT.get_signed(word), delta: EXIT_DELTA.get(word) };
                (record, 1)
            }
            KIND_EXIT_WIDE if EXIT_WIDE_UNUSED.get(word) == 0 => {
                let record = Self::Exit { result: *words.get(1)? as i64, delta: DELTA.get(word) };
                (record, 2)
            }
            KIND_ENTER_WIDE if ENTER_WIDE_UNUSED.get(word) == 0 => {
                let is_32bit = IS_32BIT.get(word) != 0;
                let number = u32::try_from(*words.get(1)?).ok()?;
                let args = args(2, is_32bit, ENTER_WIDE_ARGS.get(word))?;
                (Self::Enter { is_32bit, number, args, delta: DELTA.get(word) }, 2 + args.words().len())
            }
            KIND_TIME => (Self::Time(TIME.get(word)), 1),
            KIND_TASK if word >> 56 == 0 => {
                let task = Task {
                    is_32bit: IS_32BIT.get(word) != 0,
                    tid: TASK_TID.get(word) as u32,
                    tgid: TASK_TGID.get(word) as u32,
                    comm: [*words.get(1)?, *words.get(2)?],
                };
                (Self::Task(task, SLOT.get(word) as u8), 3)
            }
            KIND_MEMORY if MEMORY_UNUSED.get(word) == 0 => {
                let chunk = Chunk::from_record(words)?;
                (Self::Memory { chunk, delta: DELTA.get(word) }, 1 + chunk.words().len())
            }
            KIND_SWITCH if word >> 8 == 0 && IS_32BIT.get(word) == 0 => (Self::Switch(SLOT.get(word) as u8), 1),
            _ => return None,
        })
    }
}
