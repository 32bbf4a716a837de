// SPDX-License-Identifier: GPL-2.0

//! Results of calls.

use super::arrays::put_bits;
use super::atoms;
use super::bytes::integer;
use super::commands;
use super::context::Context;
use super::dates::put_date;
use super::flags::put_flags;
use super::polling::put_ready_pollfds;
use super::scalars::put_signal;
use super::structs::put_struct;
use super::values::{put_ioprio, put_personality};
use crate::calls::{Direction, Parameter};
use crate::constants::{errno, find_constant, ConstantSet};
use crate::text::{number, Append};

/// Appends a result; in parentheses what it means, or what else the call has told. Appends nothing at an entry.
pub(crate) fn put_result(out: &mut Vec<u8>, context: &Context<'_>) {
    let Some(result) = context.call.result else {
        return;
    };
    if let Some(errno) = context.call.errno() {
        return put_error(out, errno);
    }
    let mask = if context.is_32bit() { u64::from(u32::MAX) } else { u64::MAX };
    let value = result as u64 & mask;
    match context.name {
        atoms::UMASK => number::put_mode(out, value),
        _ if is_hex(context) => number::put_hex(out, value),
        _ => number::put_decimal(out, value),
    }
    let start = out.len();
    out.put(b" (");
    let text_at = out.len();
    put_meaning(out, context, value);
    // strace has parentheses around no descriptor, too.
    let is_select = matches!(context.name, atoms::SELECT | atoms::NEWSELECT | atoms::PSELECT6 | atoms::PSELECT6_TIME64);
    if out.len() > text_at || is_select && value > 0 && context.call.has_args {
        out.put_byte(b')');
    } else {
        out.truncate(start);
    }
}

/// Whether the result is an address, or bits, and therefore hexadecimal.
pub(super) fn is_hex(context: &Context<'_>) -> bool {
    match context.name {
        _ if context.call.errno().is_some() => false,
        atoms::BRK
        | atoms::MMAP
        | atoms::MMAP2
        | atoms::MREMAP
        | atoms::SHMAT
        | atoms::PERSONALITY
        | atoms::IOPRIO_GET => true,
        atoms::MEMBARRIER => context.register(0) == 0,
        _ => commands::has_hex_result(context),
    }
}

/// Appends -1, the error's name and its meaning; for an error that restarts the call, `?` instead of -1.
fn put_error(out: &mut Vec<u8>, errno: u32) {
    let known = errno::name_and_meaning(errno);
    out.put(if errno::is_restart(errno) { b"?" } else { b"-1" });
    match known {
        Some((name, meaning)) => {
            out.put_byte(b' ');
            out.put(name.as_bytes());
            out.put(b" (");
            out.put(meaning.as_bytes());
        }
        None => {
            out.put(b" (errno ");
            number::put_decimal(out, u64::from(errno));
        }
    }
    out.put_byte(b')');
}

/// Appends what stands in parentheses after the result, if anything.
fn put_meaning(out: &mut Vec<u8>, context: &Context<'_>, value: u64) {
    let put_constant = |out: &mut Vec<u8>, set: &str| {
        if let Some(constant) = find_constant(set, value) {
            constant.put(out);
        }
    };
    match context.name {
        atoms::POLL
        | atoms::PPOLL
        | atoms::PPOLL_TIME64
        | atoms::SELECT
        | atoms::NEWSELECT
        | atoms::PSELECT6
        | atoms::PSELECT6_TIME64
        | atoms::RECVMMSG
        | atoms::RECVMMSG_TIME64
            if value == 0 =>
        {
            out.put(b"Timeout");
        }
        atoms::POLL | atoms::PPOLL | atoms::PPOLL_TIME64 => {
            let start = out.len();
            if let Some(memory) = context.call.outputs.iter().find(|memory| memory.register == 0) {
                put_ready_pollfds(out, context, memory);
            }
            put_time_left(out, context, start);
        }
        atoms::SELECT | atoms::NEWSELECT | atoms::PSELECT6 | atoms::PSELECT6_TIME64 => {
            put_ready_fds(out, context, value);
        }
        atoms::RECVMMSG | atoms::RECVMMSG_TIME64 => put_time_left(out, context, out.len()),
        atoms::RT_SIGTIMEDWAIT | atoms::RT_SIGTIMEDWAIT_TIME64 if value > 0 => put_signal(out, value),
        atoms::SCHED_GETSCHEDULER => put_constant(out, "sched_policy"),
        atoms::ADJTIMEX | atoms::CLOCK_ADJTIME | atoms::CLOCK_ADJTIME64 => put_constant(out, "adjtimex_state"),
        atoms::PERSONALITY => put_personality(out, value),
        atoms::IOPRIO_GET => put_ioprio(out, value),
        atoms::MEMBARRIER if context.register(0) == 0 && value != 0 => {
            put_flags(out, ConstantSet::new("membarrier_cmd"), value)
        }
        atoms::TIME => {
            put_date(out, value as i64, 0, 0);
        }
        atoms::SET_THREAD_AREA => {
            let entry = context.call.outputs.first().and_then(|memory| integer(&memory.bytes, 0, 4));
            if let Some(entry) = entry {
                out.put(b"entry_number=");
                number::put_decimal(out, entry);
            }
        }
        _ => commands::put_command_result(out, context, value),
    }
}

/// Appends how much of a timeout is left, if the call had one. A comma comes first if there is text since `start`.
fn put_time_left(out: &mut Vec<u8>, context: &Context<'_>, start: usize) {
    let is_timeout =
        |parameter: &Parameter| parameter.direction == Direction::InOut && parameter.kind.starts_with("time");
    let timeout = context.find_parameter(&is_timeout);
    let Some(memory) = timeout.as_ref().and_then(|timeout| context.output(timeout)) else { return };
    let before = out.len();
    out.put(if before > start { b", left " } else { b"left " });
    let is_put = timeout.is_some_and(|timeout| put_struct(out, context, timeout.kind, &memory.bytes).is_some());
    if !is_put {
        out.truncate(before);
    }
}

/// Appends the descriptors that `select` has found ready, of which there are `ready`.
fn put_ready_fds(out: &mut Vec<u8>, context: &Context<'_>, ready: u64) {
    let start = out.len();
    let mut rest = usize::try_from(ready).unwrap_or(usize::MAX);
    for (register, name) in [(1, "in "), (2, "out "), (3, "except ")] {
        let memory = context.call.outputs.iter().find(|memory| memory.register == register);
        let (Some(memory), true) = (memory, rest > 0) else { continue };
        let before = out.len();
        if before > start {
            out.put(b", ");
        }
        out.put(name.as_bytes());
        let done = put_bits(out, &memory.bytes, context.register(0), rest);
        if done == 0 {
            out.truncate(before);
        }
        rest -= done;
    }
    put_time_left(out, context, start);
}
