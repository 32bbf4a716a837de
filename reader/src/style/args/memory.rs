// SPDX-License-Identifier: GPL-2.0

//! Arguments that point to memory, by what lies there.

use super::structs::integer;
use super::{dates, files, net, number, quote, signals, structs, values, Context};
use crate::calls::{Direction, Parameter};
use crate::model::Memory;
use crate::style::words;

/// Appends what lies where an argument points to, or its address if that is not known.
pub(super) fn put(out: &mut Vec<u8>, context: &Context<'_>, parameter: &Parameter, value: u64) {
    let start = out.len();
    let is_there = match context.memory(parameter) {
        Some(memory) if value != 0 && !(memory.is_fault && is_whole(parameter.kind)) => {
            put_memory(out, context, parameter, value, memory).is_some()
        }
        _ => false,
    };
    if !is_there {
        out.truncate(start);
        number::address(out, value);
    }
}

/// Whether it says nothing as long as a part of it could not be read.
fn is_whole(kind: &str) -> bool {
    !matches!(kind, "strings" | "vars" | "iovec" | "msghdr" | "mmsghdr" | "pollfd" | "epoll_event")
}

fn put_memory(
    out: &mut Vec<u8>,
    context: &Context<'_>,
    parameter: &Parameter,
    value: u64,
    memory: &Memory,
) -> Option<()> {
    let bytes = memory.bytes.as_slice();
    match parameter.kind {
        "path" => path(out, bytes, memory.is_cut),
        "str" if context.name == "getcwd" => path(out, bytes, memory.is_cut),
        "str" => context.string(out, bytes, memory.is_cut),
        "bytes" => data(out, context, parameter, memory),
        "strings" => strings(out, context, memory),
        "vars" => {
            number::address(out, value);
            out.extend_from_slice(b" /* ");
            let count = integer(bytes, 0, 4)?;
            number::decimal(out, count);
            out.extend_from_slice(if count == 1 { b" var */" } else { b" vars */" });
        }
        "iovec" => net::iovec(out, context, bytes, context.count(parameter)?, context.data(parameter)),
        "msghdr" => net::msghdr(out, context, bytes, context.data(parameter))?,
        "mmsghdr" => {
            let count = context.count(parameter)?;
            let done = context.call.result.map_or(0, |result| u64::try_from(result).unwrap_or(0));
            let count = if parameter.direction == Direction::Out { done.min(count) } else { count };
            net::mmsghdr(out, context, bytes, parameter.direction, count, done);
        }
        "msgbuf" => {
            let long = context.long_size();
            out.extend_from_slice(b"{mtype=");
            number::signed(out, context.long(integer(bytes, 0, long)?));
            out.extend_from_slice(b", mtext=");
            context.text(out, bytes.get(long..)?, context.count(parameter)?);
            out.push(b'}');
        }
        "sockaddr" => net::sockaddr(out, bytes)?,
        "sockopt" => net::sockopt(out, context, bytes, context.count(parameter)?)?,
        "int2" => array(out, context, bytes, 4, 2, |out, fd| number::signed(out, i64::from(fd as i32)))?,
        "wait_status" => signals::wait_status(out, integer(bytes, 0, 4)? as u32),
        "timespec_2" => times(out, "timespec", bytes, 16, 9)?,
        "timespec32_2" => times(out, "timespec32", bytes, 8, 9)?,
        "timeval_2" => times(out, "timeval", bytes, 16, 6)?,
        "timeval32_2" => times(out, "timeval32", bytes, 8, 6)?,
        "sched_param" => array(out, context, bytes, 4, 1, |out, value| number::signed(out, i64::from(value as i32)))?,
        "sigset" | "old_sigset" => signals::sigset(out, bytes),
        "sigaction" => signals::sigaction(out, context, bytes, false)?,
        "old_sigaction" => signals::sigaction(out, context, bytes, true)?,
        "siginfo" => signals::siginfo(out, context, bytes)?,
        "sigevent" => signals::sigevent(out, context, bytes)?,
        "user_cap_data" => signals::capabilities(out, bytes)?,
        "stat" | "stat64" | "oldstat" => files::stat(out, context, parameter.kind, bytes)?,
        "statx" => files::statx(out, bytes)?,
        "open_how" => files::open_how(out, context, bytes)?,
        "dirents" | "old_dirents" => files::entries(out, context, value, memory),
        "pollfd" => files::pollfds(out, context, bytes, context.count(parameter)?)?,
        "epoll_event" => files::epoll_events(out, context, parameter, bytes)?,
        "fd_set" => {
            put_bits(out, bytes, context.count(parameter)?, usize::MAX);
        }
        "cpu_set" => {
            put_bits(out, bytes, u64::MAX, usize::MAX);
        }
        "nodemask" => nodes(out, context, parameter, bytes)?,
        "clone_args" => files::clone_args(out, bytes)?,
        "user_desc" => files::user_desc(out, bytes)?,
        "sembuf" | "futex_waitv" | "io_event" | "user_cap_header" if parameter.length.is_some() => {
            structures(out, context, parameter, bytes)?;
        }
        kind if structs::layout(kind).is_some() => structs::put(out, context, kind, bytes)?,
        kind => numbers(out, context, parameter, kind, bytes)?,
    }
    Some(())
}

/// Appends a path: it is not cut at the limit of strings.
fn path(out: &mut Vec<u8>, bytes: &[u8], is_cut: bool) {
    quote::quote(out, bytes);
    if is_cut {
        out.extend_from_slice(b"...");
    }
}

/// Appends what has no structure.
fn data(out: &mut Vec<u8>, context: &Context<'_>, parameter: &Parameter, memory: &Memory) {
    let bytes = memory.bytes.as_slice();
    // What the length says is more than the call has filled.
    let len = context.data(parameter).min(context.count(parameter).unwrap_or(u64::MAX)).max(bytes.len() as u64);
    match (context.name, bytes) {
        ("getrandom", _) => {
            let shown = bytes.get(..context.limit).unwrap_or(bytes);
            quote::quote_hex(out, shown);
            if (shown.len() as u64) < len {
                out.extend_from_slice(b"...");
            }
        }
        // The NUL of a string is not told.
        (name, [text @ .., 0]) if name.ends_with("getxattr") || name.ends_with("setxattr") => {
            context.text(out, text, len - 1);
        }
        _ => context.text(out, bytes, len),
    }
}

fn strings(out: &mut Vec<u8>, context: &Context<'_>, memory: &Memory) {
    out.push(b'[');
    let mut strings = memory.bytes.split(|&byte| byte == 0).peekable();
    let mut count = 0;
    while let Some(string) = strings.next() {
        let is_last = strings.peek().is_none();
        // There is nothing behind the last NUL, unless the last string is cut.
        if is_last && string.is_empty() {
            break;
        }
        if count > 0 {
            out.extend_from_slice(b", ");
        }
        if count >= context.limit {
            out.extend_from_slice(b"...]");
            return;
        }
        context.string(out, string, is_last);
        count += 1;
    }
    if memory.is_cut || memory.is_fault {
        out.extend_from_slice(if count > 0 { b", ..." } else { b"..." });
    }
    out.push(b']');
}

/// Appends two times of a file, of `size` bytes each, with their dates.
fn times(out: &mut Vec<u8>, kind: &str, bytes: &[u8], size: usize, width: usize) -> Option<()> {
    const UTIME_NOW: u64 = (1 << 30) - 1;
    const UTIME_OMIT: u64 = (1 << 30) - 2;
    let half = size / 2;
    let shift = 64 - 8 * half as u32;
    for (at, separator) in [(0, b"[".as_slice()), (size, b", ")] {
        out.extend_from_slice(separator);
        let seconds = (integer(bytes, at, half)? << shift) as i64 >> shift;
        let part = integer(bytes, at + half, half)?;
        match part {
            UTIME_NOW if width == 9 => out.extend_from_slice(b"UTIME_NOW"),
            UTIME_OMIT if width == 9 => out.extend_from_slice(b"UTIME_OMIT"),
            _ => {
                out.extend_from_slice(b"{tv_sec=");
                number::signed(out, seconds);
                out.extend_from_slice(if kind.starts_with("timespec") { b", tv_nsec=" } else { b", tv_usec=" });
                number::decimal(out, part);
                out.push(b'}');
                dates::comment(out, seconds, part, width);
            }
        }
    }
    out.push(b']');
    Some(())
}

/// Appends up to `count` elements of `size` bytes each.
pub(super) fn array(
    out: &mut Vec<u8>,
    context: &Context<'_>,
    bytes: &[u8],
    size: usize,
    count: u64,
    put: impl Fn(&mut Vec<u8>, u64),
) -> Option<()> {
    out.push(b'[');
    let mut at = 0;
    for index in 0..count {
        if index > 0 {
            out.extend_from_slice(b", ");
        }
        match integer(bytes, at, size) {
            Some(value) if index < context.limit as u64 => put(out, value),
            None if index == 0 => return None,
            _ => {
                out.extend_from_slice(b"...");
                break;
            }
        }
        at += size;
    }
    out.push(b']');
    Some(())
}

/// Appends an array of structures whose layouts are known.
fn structures(out: &mut Vec<u8>, context: &Context<'_>, parameter: &Parameter, bytes: &[u8]) -> Option<()> {
    let size = match parameter.kind {
        "sembuf" => 6,
        "futex_waitv" => 24,
        "io_event" => 32,
        _ => 8,
    };
    out.push(b'[');
    for index in 0..context.count(parameter)? {
        if index > 0 {
            out.extend_from_slice(b", ");
        }
        let at = (index as usize).checked_mul(size)?;
        let element = bytes.get(at..).unwrap_or_default();
        if element.len() < size || index >= context.limit as u64 {
            out.extend_from_slice(b"...");
            break;
        }
        structs::put(out, context, parameter.kind, element)?;
    }
    out.push(b']');
    Some(())
}

/// Appends numbers, between brackets also if there is one.
fn numbers(out: &mut Vec<u8>, context: &Context<'_>, parameter: &Parameter, kind: &str, bytes: &[u8]) -> Option<()> {
    let size = match kind {
        "int" | "uint" | "uid" | "gid" => 4,
        "old_uid" | "old_gid" => 2,
        "off" | "u64" => 8,
        "long" | "ulong" | "size" | "ptr" => context.long_size(),
        _ => return None,
    };
    let shift = 64 - 8 * size as u32;
    let count = match parameter.length {
        None if parameter.direction == Direction::InOut && size == 4 => return changed(out, context, parameter, bytes),
        None => 1,
        Some(_) => context.count(parameter)?.min(context.data(parameter)),
    };
    let is_time = context.name == "time" || context.name == "stime";
    array(out, context, bytes, size, count, |out, value| match kind {
        "int" | "long" if is_time => {
            let seconds = (value << shift) as i64 >> shift;
            number::signed(out, seconds);
            dates::comment(out, seconds, 0, 0);
        }
        "int" | "long" => number::signed(out, (value << shift) as i64 >> shift),
        "off" => number::signed(out, value as i64),
        "uid" | "gid" => values::id(out, value, u64::from(u32::MAX)),
        "old_uid" | "old_gid" => values::id(out, value, 0xffff),
        "ptr" => number::address(out, value),
        _ => number::decimal(out, value),
    })
}

/// Appends a number that the call may have changed: what it was, and what it became if that is another.
fn changed(out: &mut Vec<u8>, context: &Context<'_>, parameter: &Parameter, bytes: &[u8]) -> Option<()> {
    let before = integer(bytes, 0, 4)?;
    out.push(b'[');
    number::signed(out, i64::from(before as i32));
    if let Some(after) = context.output(parameter).and_then(|memory| integer(&memory.bytes, 0, 4)) {
        if after != before {
            out.extend_from_slice(b" => ");
            number::signed(out, i64::from(after as i32));
        }
    }
    out.push(b']');
    Some(())
}

/// Appends a set of memory nodes, in words.
fn nodes(out: &mut Vec<u8>, context: &Context<'_>, parameter: &Parameter, bytes: &[u8]) -> Option<()> {
    let long = context.long_size();
    let bits = 8 * long as u64;
    let words = context.count(parameter)?.saturating_add(bits).saturating_sub(2) / bits;
    let width = 2 * long;
    array(out, context, bytes, long, words, |out, word| number::padded_hex(out, word, width))
}

/// Appends the numbers of the bits that are set among the first `count`, and gives how many they are.
pub(super) fn put_bits(out: &mut Vec<u8>, bytes: &[u8], count: u64, limit: usize) -> usize {
    out.push(b'[');
    let mut done = 0;
    for (at, byte) in bytes.iter().enumerate() {
        for bit in (0..8).filter(|bit| byte >> bit & 1 != 0) {
            let number = at as u64 * 8 + bit;
            if number < count && done < limit {
                if done > 0 {
                    out.push(b' ');
                }
                number::decimal(out, number);
                done += 1;
            }
        }
    }
    out.push(b']');
    done
}

/// Appends an error's name, or its number.
pub(super) fn errno(out: &mut Vec<u8>, number: u32) {
    match words::error(number) {
        Some((name, _)) => out.extend_from_slice(name.as_bytes()),
        None => number::decimal(out, u64::from(number)),
    }
}
