// SPDX-License-Identifier: GPL-2.0

//! What calls returned.

use super::{commands, dates, files, memory, number, structs, values, Context};
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
        "brk" | "mmap" | "mmap2" | "mremap" | "shmat" | "personality" | "ioprio_get" => number::hex(out, value),
        "membarrier" if context.register(0) == 0 => number::hex(out, value),
        "umask" => number::mode(out, value),
        _ if commands::is_hex(context, value) => number::hex(out, value),
        _ => number::decimal(out, value),
    }
    let start = out.len();
    out.extend_from_slice(b" (");
    let text_at = out.len();
    more(out, context, value);
    if out.len() > text_at {
        out.push(b')');
    } else {
        out.truncate(start);
    }
}

fn error(out: &mut Vec<u8>, errno: u32) {
    let known = words::error(errno);
    out.extend_from_slice(if words::is_restart(errno) { b"?" } else { b"-1" });
    match known {
        Some((name, text)) => {
            out.push(b' ');
            out.extend_from_slice(name.as_bytes());
            out.extend_from_slice(b" (");
            out.extend_from_slice(text.as_bytes());
        }
        None => {
            out.extend_from_slice(b" (errno ");
            number::decimal(out, u64::from(errno));
        }
    }
    out.push(b')');
}

/// Appends what stands in parentheses, if anything.
fn more(out: &mut Vec<u8>, context: &Context<'_>, value: u64) {
    let enumerated = |out: &mut Vec<u8>, set: &str| {
        if let Some(word) = Set::new(set).and_then(|set| set.word(value)) {
            word.put(out);
        }
    };
    match context.name {
        "poll" | "ppoll" | "ppoll_time64" | "select" | "_newselect" | "pselect6" | "pselect6_time64" | "recvmmsg"
        | "recvmmsg_time64"
            if value == 0 =>
        {
            out.extend_from_slice(b"Timeout");
        }
        "poll" | "ppoll" | "ppoll_time64" => {
            let start = out.len();
            if let Some(memory) = context.call.outputs.iter().find(|memory| memory.register == 0) {
                files::ready_pollfds(out, context, memory);
            }
            left(out, context, start);
        }
        "select" | "_newselect" | "pselect6" | "pselect6_time64" => ready_fds(out, context, value),
        "recvmmsg" | "recvmmsg_time64" => left(out, context, out.len()),
        "rt_sigtimedwait" | "rt_sigtimedwait_time64" if value > 0 => values::signal(out, value),
        "sched_getscheduler" => enumerated(out, "sched_policy"),
        "adjtimex" | "clock_adjtime" | "clock_adjtime64" => enumerated(out, "adjtimex_state"),
        "personality" => values::personality(out, value),
        "ioprio_get" => values::ioprio(out, value),
        "membarrier" if context.register(0) == 0 && value != 0 => values::flags(out, Set::new("membarrier_cmd"), value),
        "time" => {
            dates::date(out, value as i64, 0, 0);
        }
        "set_thread_area" => {
            let entry = context.call.outputs.first().and_then(|memory| structs::integer(&memory.bytes, 0, 4));
            if let Some(entry) = entry {
                out.extend_from_slice(b"entry_number=");
                number::decimal(out, entry);
            }
        }
        _ => commands::result(out, context, value),
    }
}

/// Appends how much of a timeout is left, if one was given.
fn left(out: &mut Vec<u8>, context: &Context<'_>, start: usize) {
    let is_timeout = |parameter: &Parameter| {
        parameter.direction == Direction::InOut && matches!(parameter.kind.get(..4), Some("time"))
    };
    let timeout = context.call.known.and_then(|known| known.parameters()?.find(is_timeout));
    let Some(memory) = timeout.as_ref().and_then(|timeout| context.output(timeout)) else { return };
    let before = out.len();
    out.extend_from_slice(if before > start { b", left " } else { b"left " });
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
            out.extend_from_slice(b", ");
        }
        out.extend_from_slice(name.as_bytes());
        let done = memory::put_bits(out, &memory.bytes, context.register(0), rest);
        if done == 0 {
            out.truncate(before);
        }
        rest -= done;
    }
    left(out, context, start);
}
