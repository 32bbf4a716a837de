// SPDX-License-Identifier: GPL-2.0

//! What calls returned.

use super::{commands, dates, files, memory, names, number, structs, values, Context, Line};
use crate::calls::{Direction, Parameter};
use crate::style::words::{self, Set};

/// Appends a result, and in parentheses what it means or what else the call has told.
pub(in crate::style) fn put(out: &mut Vec<u8>, context: &Context<'_>) {
    let Some(result) = context.call.result else {
        return;
    };
    if let Some(errno) = context.call.errno() {
        return error(out, errno);
    }
    let mask = if context.is_32bit() { u64::from(u32::MAX) } else { u64::MAX };
    let value = result as u64 & mask;
    match context.name {
        names::UMASK => number::mode(out, value),
        _ if is_hex(context) => number::hex(out, value),
        _ => number::decimal(out, value),
    }
    let start = out.len();
    out.put(b" (");
    let text_at = out.len();
    more(out, context, value);
    if out.len() > text_at {
        out.put_byte(b')');
    } else {
        out.truncate(start);
    }
}

/// Whether the result is an address, or bits.
pub(super) fn is_hex(context: &Context<'_>) -> bool {
    match context.name {
        _ if context.call.errno().is_some() => false,
        names::BRK
        | names::MMAP
        | names::MMAP2
        | names::MREMAP
        | names::SHMAT
        | names::PERSONALITY
        | names::IOPRIO_GET => true,
        names::MEMBARRIER => context.register(0) == 0,
        _ => commands::is_hex(context),
    }
}

fn error(out: &mut Vec<u8>, errno: u32) {
    let known = words::error(errno);
    out.put(if words::is_restart(errno) { b"?" } else { b"-1" });
    match known {
        Some((name, text)) => {
            out.put_byte(b' ');
            out.put(name.as_bytes());
            out.put(b" (");
            out.put(text.as_bytes());
        }
        None => {
            out.put(b" (errno ");
            number::decimal(out, u64::from(errno));
        }
    }
    out.put_byte(b')');
}

/// Appends what stands in parentheses, if anything.
fn more(out: &mut Vec<u8>, context: &Context<'_>, value: u64) {
    let enumerated = |out: &mut Vec<u8>, set: &str| {
        if let Some(word) = Set::new(set).and_then(|set| set.word(value)) {
            word.put(out);
        }
    };
    match context.name {
        names::POLL
        | names::PPOLL
        | names::PPOLL_TIME64
        | names::SELECT
        | names::NEWSELECT
        | names::PSELECT6
        | names::PSELECT6_TIME64
        | names::RECVMMSG
        | names::RECVMMSG_TIME64
            if value == 0 =>
        {
            out.put(b"Timeout");
        }
        names::POLL | names::PPOLL | names::PPOLL_TIME64 => {
            let start = out.len();
            if let Some(memory) = context.call.outputs.iter().find(|memory| memory.register == 0) {
                files::ready_pollfds(out, context, memory);
            }
            left(out, context, start);
        }
        names::SELECT | names::NEWSELECT | names::PSELECT6 | names::PSELECT6_TIME64 => ready_fds(out, context, value),
        names::RECVMMSG | names::RECVMMSG_TIME64 => left(out, context, out.len()),
        names::RT_SIGTIMEDWAIT | names::RT_SIGTIMEDWAIT_TIME64 if value > 0 => values::signal(out, value),
        names::SCHED_GETSCHEDULER => enumerated(out, "sched_policy"),
        names::ADJTIMEX | names::CLOCK_ADJTIME | names::CLOCK_ADJTIME64 => enumerated(out, "adjtimex_state"),
        names::PERSONALITY => values::personality(out, value),
        names::IOPRIO_GET => values::ioprio(out, value),
        names::MEMBARRIER if context.register(0) == 0 && value != 0 => {
            values::flags(out, Set::new("membarrier_cmd"), value)
        }
        names::TIME => {
            dates::date(out, value as i64, 0, 0);
        }
        names::SET_THREAD_AREA => {
            let entry = context.call.outputs.first().and_then(|memory| structs::integer(&memory.bytes, 0, 4));
            if let Some(entry) = entry {
                out.put(b"entry_number=");
                number::decimal(out, entry);
            }
        }
        _ => commands::result(out, context, value),
    }
}

/// Appends how much of a timeout is left, if one was given.
fn left(out: &mut Vec<u8>, context: &Context<'_>, start: usize) {
    let is_timeout =
        |parameter: &Parameter| parameter.direction == Direction::InOut && parameter.kind.starts_with("time");
    let timeout = context.parameter(&is_timeout);
    let Some(memory) = timeout.as_ref().and_then(|timeout| context.output(timeout)) else { return };
    let before = out.len();
    out.put(if before > start { b", left " } else { b"left " });
    let is_there = timeout.is_some_and(|timeout| structs::put(out, context, timeout.kind, &memory.bytes).is_some());
    if !is_there {
        out.truncate(before);
    }
}

/// Appends the files that `select` has found ready.
fn ready_fds(out: &mut Vec<u8>, context: &Context<'_>, ready: u64) {
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
        let done = memory::put_bits(out, &memory.bytes, context.register(0), rest);
        if done == 0 {
            out.truncate(before);
        }
        rest -= done;
    }
    left(out, context, start);
}
