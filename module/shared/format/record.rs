// SPDX-License-Identifier: GPL-2.0

//! A record, read from its words.

use super::args::Args;
use super::chunk::Chunk;
use super::fields::*;
use super::machine::Machine;
use super::task::Task;

/// What the record of a return tells of its call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReturnedCall<'a> {
    /// A 32-bit program made the call on a 64-bit kernel.
    pub is_32bit: bool,
    /// The number of the call, as the registers had it at the return.
    pub number: u32,
    /// An entry or a return of the task may have been dropped since the last recorded entry of the task.
    pub entry_may_be_lost: bool,
    /// The arguments, none if they are not recorded; `None` if only the call's entry has them.
    pub args: Option<Args<'a>>,
}

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
        /// What the record tells of the call; `None` in version 1.
        call: Option<ReturnedCall<'a>>,
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
    /// Reads the record at the start of `words`, which a kernel for `machine` wrote in this version of the format.
    /// Returns the record and the number of its words; `None` if the first word begins no record, or if further words
    /// are missing.
    // Always inlined: callers that use few fields do not pay for the others.
    #[inline(always)]
    pub fn from_words(words: &'a [u64], machine: Machine, version: u8) -> Option<(Self, usize)> {
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
            KIND_EXIT | KIND_EXIT_WIDE => {
                let (RecordedReturn { call, result, delta }, len) =
                    RecordedReturn::from_words(words, machine, version)?;
                (Self::Exit { call, result, delta }, len)
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
            KIND_MEMORY => {
                let (chunk, delta, len) = memory_from_words(words, version)?;
                (Self::Memory { chunk, delta }, len)
            }
            KIND_SWITCH if word >> 8 == 0 && IS_32BIT.get(word) == 0 => (Self::Switch(SLOT.get(word) as u8), 1),
            _ => return None,
        })
    }
}

/// Groups of records that are read alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordGroup {
    /// A MEMORY, for [`memory_from_words`].
    Memory,
    /// An EXIT or EXIT_WIDE, for [`RecordedReturn::from_words`].
    Return,
    /// Any other record, for [`Record::from_words`].
    Other,
}

impl RecordGroup {
    /// The group of the record that begins with `word`.
    #[inline(always)]
    pub fn of(word: u64) -> Self {
        match KIND.get(word) {
            KIND_MEMORY => Self::Memory,
            KIND_EXIT | KIND_EXIT_WIDE => Self::Return,
            _ => Self::Other,
        }
    }
}

/// Reads a MEMORY, as [`Record::from_words`] does: the chunk, the ticks since the previous event, and the number of
/// words.
#[inline]
pub fn memory_from_words(words: &[u64], version: u8) -> Option<(Chunk<'_>, u64, usize)> {
    let word = *words.first()?;
    if MEMORY_UNUSED.get(word) != 0 || (version == 1 && version_1::MEMORY_UNUSED.get(word) != 0) {
        return None;
    }
    let chunk = Chunk::from_record(words)?;
    Some((chunk, DELTA.get(word), 1 + chunk.words().len()))
}

/// What the record of a return tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordedReturn<'a> {
    /// What the record tells of the call; `None` in version 1.
    pub call: Option<ReturnedCall<'a>>,
    /// The result, a negated errno on failure.
    pub result: i64,
    /// Ticks since the previous event.
    pub delta: u64,
}

impl<'a> RecordedReturn<'a> {
    /// Reads an EXIT or EXIT_WIDE, as [`Record::from_words`] does.
    #[inline]
    pub fn from_words(words: &'a [u64], machine: Machine, version: u8) -> Option<(Self, usize)> {
        let word = *words.first()?;
        let is_wide = KIND.get(word) == KIND_EXIT_WIDE;
        let result = if is_wide { *words.get(1)? as i64 } else { 0 };
        if version == 1 {
            use version_1::{EXIT_DELTA, EXIT_RESULT, EXIT_WIDE_UNUSED};
            return match is_wide {
                true if EXIT_WIDE_UNUSED.get(word) != 0 => None,
                true => Some((Self { call: None, result, delta: DELTA.get(word) }, 2)),
                false => {
                    let (result, delta) = (EXIT_RESULT.get_signed(word), EXIT_DELTA.get(word));
                    Some((Self { call: None, result, delta }, 1))
                }
            };
        }
        if !is_wide {
            let call = ReturnedCall {
                is_32bit: EXIT_IS_32BIT.get(word) != 0,
                number: EXIT_NUMBER.get(word) as u32,
                entry_may_be_lost: EXIT_ENTRY_MAY_BE_LOST.get(word) != 0,
                args: None,
            };
            let (result, delta) = (EXIT_RESULT.get_signed(word), EXIT_DELTA.get(word));
            return Some((Self { call: Some(call), result, delta }, 1));
        }
        let is_32bit = IS_32BIT.get(word) != 0;
        let args = Args::after(words, 2, EXIT_WIDE_ARGS.get(word), machine.program_bits(is_32bit))?;
        let is_whole = EXIT_WIDE_IS_WHOLE.get(word) != 0;
        if !is_whole && args.count() > 0 {
            return None;
        }
        let call = ReturnedCall {
            is_32bit,
            number: EXIT_WIDE_NUMBER.get(word) as u32,
            entry_may_be_lost: EXIT_WIDE_ENTRY_MAY_BE_LOST.get(word) != 0,
            args: is_whole.then_some(args),
        };
        let delta = EXIT_WIDE_DELTA.get(word);
        Some((Self { call: Some(call), result, delta }, 2 + args.words().len()))
    }
}
