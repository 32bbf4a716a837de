// SPDX-License-Identifier: GPL-2.0

//! The words of each kind of record.

use super::chunk::ChunkHead;
use super::fields::*;
use super::task::Task;

/// The word of an ENTER; `None` if number or delta do not fit.
#[inline(always)]
pub const fn enter(is_32bit: bool, number: u64, delta: u64) -> Option<u64> {
    // One branch for both.
    if (number >> CALL_NUMBER.width) | (delta >> CALL_DELTA.width) != 0 {
        return None;
    }
    let kind = KIND_ENTER | is_32bit as u64;
    Some(kind | (number << CALL_NUMBER.shift) | (delta << CALL_DELTA.shift))
}

/// The word of an ENTER_ARGS without the number of arguments, which [`set_args`] adds; `None` if number or delta do not
/// fit.
#[inline(always)]
pub const fn enter_args(is_32bit: bool, number: u64, delta: u64) -> Option<u64> {
    if (number >> CALL_NUMBER.width) | (delta >> CALL_ARGS_DELTA.width) != 0 {
        return None;
    }
    let kind = KIND_ENTER_ARGS | is_32bit as u64;
    Some(kind | (number << CALL_NUMBER.shift) | (delta << CALL_ARGS_DELTA.shift))
}

/// The word of an ENTER_ARGS or CALL_ARGS, with the number of arguments added.
#[inline(always)]
pub const fn set_args(enter_args: u64, count: u8) -> u64 {
    enter_args | ((count as u64) << CALL_ARGS_COUNT.shift)
}

/// The word of a CALL or CALL_ARGS, made from the word of its ENTER or ENTER_ARGS; `None` if result or duration do not
/// fit.
#[inline(always)]
pub const fn complete(enter: u64, result: i64, duration: u64) -> Option<u64> {
    let above = (result as u64).wrapping_add(1 << (CALL_RESULT.width - 1)) >> CALL_RESULT.width;
    if above | (duration >> CALL_DURATION.width) != 0 {
        return None;
    }
    Some(enter | RETURNED | CALL_RESULT.put(result as u64) | (duration << CALL_DURATION.shift))
}

/// The words of an ENTER_WIDE before its arguments, for any number. `delta` must be at most [`MAX_DELTA`].
#[inline]
pub const fn enter_wide(is_32bit: bool, number: u32, args: u8, delta: u64) -> [u64; 2] {
    let head = KIND_ENTER_WIDE | IS_32BIT.put(is_32bit as u64) | ENTER_WIDE_ARGS.put(args as u64) | DELTA.put(delta);
    [head, number as u64]
}

/// A return that has a record of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReturnHead {
    /// A 32-bit program made the call on a 64-bit kernel.
    pub is_32bit: bool,
    /// The number of the call, as the registers have it at the return.
    pub number: u32,
    /// The result, a negated errno on failure.
    pub result: i64,
    /// An entry or a return of the task may have been dropped since the last recorded entry of the task.
    pub entry_may_be_lost: bool,
}

/// The word of an EXIT; `None` if number, result or delta do not fit.
#[inline(always)]
pub const fn exit(head: &ReturnHead, delta: u64) -> Option<u64> {
    let above = (head.result as u64).wrapping_add(1 << (EXIT_RESULT.width - 1)) >> EXIT_RESULT.width;
    // One branch for all.
    if above | (head.number as u64 >> EXIT_NUMBER.width) | (delta >> EXIT_DELTA.width) != 0 {
        return None;
    }
    let flags = EXIT_IS_32BIT.put(head.is_32bit as u64) | EXIT_ENTRY_MAY_BE_LOST.put(head.entry_may_be_lost as u64);
    let number = (head.number as u64) << EXIT_NUMBER.shift;
    Some(KIND_EXIT | flags | number | (delta << EXIT_DELTA.shift) | ((head.result as u64) << EXIT_RESULT.shift))
}

/// The words of an EXIT_WIDE before its arguments, for any number and result. It has all that an entry has, if `args`
/// is the number of arguments. `delta` must be at most [`MAX_EXIT_WIDE_DELTA`].
#[inline(always)]
pub const fn exit_wide(head: &ReturnHead, args: Option<u8>, delta: u64) -> [u64; 2] {
    let (is_whole, count) = match args {
        Some(count) => (true, count),
        None => (false, 0),
    };
    let word = KIND_EXIT_WIDE
        | IS_32BIT.put(head.is_32bit as u64)
        | EXIT_WIDE_ARGS.put(count as u64)
        | EXIT_WIDE_IS_WHOLE.put(is_whole as u64)
        | EXIT_WIDE_ENTRY_MAY_BE_LOST.put(head.entry_may_be_lost as u64)
        | EXIT_WIDE_DELTA.put(delta)
        | EXIT_WIDE_NUMBER.put(head.number as u64);
    [word, head.result as u64]
}

/// The word of a TIME. Ticks fit into 60 bits for centuries.
#[inline]
pub const fn time(ticks: u64) -> u64 {
    KIND_TIME | TIME.put(ticks)
}

/// The words of a TASK. Ids fit: Linux limits them to 22 bits (`PID_MAX_LIMIT` of `include/linux/threads.h`).
#[inline]
pub const fn task(task: &Task, slot: u8) -> [u64; 3] {
    let head = KIND_TASK
        | IS_32BIT.put(task.is_32bit as u64)
        | SLOT.put(slot as u64)
        | TASK_TID.put(task.tid as u64)
        | TASK_TGID.put(task.tgid as u64);
    [head, task.comm[0], task.comm[1]]
}

/// The word of a SWITCH.
#[inline]
pub const fn switch(slot: u8) -> u64 {
    KIND_SWITCH | SLOT.put(slot as u64)
}

/// The first word of a MEMORY. `delta` must be at most [`MAX_DELTA`].
#[inline(always)]
pub const fn memory(head: ChunkHead, delta: u64) -> u64 {
    KIND_MEMORY
        | MEMORY_ARGUMENT.put(head.register as u64)
        | MEMORY_CONTINUES.put(head.continues as u64)
        | MEMORY_IS_LAST.put(head.is_last as u64)
        | MEMORY_IS_FAULT.put(head.is_fault as u64)
        | MEMORY_IS_ABSENT.put(head.is_absent as u64)
        | MEMORY_IS_CUT.put(head.is_cut as u64)
        | MEMORY_AT_RETURN.put(head.at_return as u64)
        | MEMORY_BYTES.put(head.len as u64)
        | MEMORY_CALL.put(head.call as u64)
        | DELTA.put(delta)
}
