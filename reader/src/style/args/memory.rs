// SPDX-License-Identifier: GPL-2.0

//! Arguments that point to memory, by what lies there.

use super::names::Name;
use super::structs::integer;
use super::{dates, files, layouts, names, net, number, quote, signals, structs, values, Context, Line};
use crate::calls::{Direction, Parameter};
use crate::model::{Memory, Pieces};
use crate::style::words;

/// Appends what lies where an argument points to, or its address if that is not known.
pub(super) fn put(out: &mut Vec<u8>, context: &Context<'_>, parameter: &Parameter, value: u64) {
    let start = out.len();
    let is_there = match context.memory(parameter) {
        Some(memory) if value != 0 && !(memory.is_fault && is_whole(names::of(parameter))) => {
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
fn is_whole(kind: Name) -> bool {
    !matches!(
        kind,
        names::STRINGS
            | names::VARS
            | names::IOVEC
            | names::REMOTE_IOVEC
            | names::MSGHDR
            | names::MMSGHDR
            | names::POLLFD
            | names::EPOLL_EVENT
    )
}

fn put_memory(
    out: &mut Vec<u8>,
    context: &Context<'_>,
    parameter: &Parameter,
    value: u64,
    memory: &Memory,
) -> Option<()> {
    let bytes = memory.bytes.as_slice();
    let kind = names::of(parameter);
    match kind {
        names::PATH => path(out, bytes, memory.is_cut),
        names::STR if context.name == names::GETCWD => path(out, bytes, memory.is_cut),
        names::STR => context.string(out, bytes, memory.is_cut),
        names::BYTES => data(out, context, parameter, memory)?,
        names::STRINGS => strings(out, context, memory),
        names::VARS => {
            number::address(out, value);
            out.put(b" /* ");
            let count = integer(bytes, 0, 4).filter(|&count| count > 0 || !memory.is_fault)?;
            number::decimal(out, count);
            out.put(if count == 1 { b" var" } else { b" vars" });
            out.put(if memory.is_fault { b", unterminated */" } else { b" */" });
        }
        names::IOVEC => {
            net::iovec(out, context, &mut Pieces::of(memory), context.count(parameter)?, context.data(parameter));
        }
        names::REMOTE_IOVEC => net::remote_iovec(out, context, bytes, context.count(parameter)?),
        names::MSGHDR => net::msghdr(out, context, &mut Pieces::of(memory), context.data(parameter))?,
        names::MMSGHDR => {
            let count = context.count(parameter)?;
            let done = context.call.result.map_or(0, |result| u64::try_from(result).unwrap_or(0));
            let count = if parameter.direction == Direction::Out { done.min(count) } else { count };
            net::mmsghdr(out, context, Pieces::of(memory), parameter.direction, count, done);
        }
        names::MSGBUF => {
            let long = context.long_size();
            out.put(b"{mtype=");
            number::signed(out, context.long(integer(bytes, 0, long)?));
            out.put(b", mtext=");
            context.text(out, bytes.get(long..)?, context.count(parameter)?);
            out.put_byte(b'}');
        }
        names::SOCKADDR => net::sockaddr(out, bytes)?,
        names::SOCKOPT => net::sockopt(out, context, bytes, context.count(parameter).filter(|&len| len > 0)?)?,
        names::INT2 => array(out, context, bytes, 4, 2, &|out, fd| number::signed(out, i64::from(fd as i32)))?,
        names::WAIT_STATUS => signals::wait_status(out, integer(bytes, 0, 4)? as u32),
        names::TIMESPEC_2 => times(out, bytes, 16, 9)?,
        names::TIMESPEC32_2 => times(out, bytes, 8, 9)?,
        names::TIMEVAL_2 => times(out, bytes, 16, 6)?,
        names::TIMEVAL32_2 => times(out, bytes, 8, 6)?,
        names::SCHED_PARAM => {
            array(out, context, bytes, 4, 1, &|out, value| number::signed(out, i64::from(value as i32)))?
        }
        // A set of another size is none.
        names::SIGSET if !(context.long_size()..=8).contains(&bytes.len()) && context.name != names::RT_SIGPENDING => {
            return None
        }
        names::SIGSET | names::OLD_SIGSET => signals::sigset(out, bytes),
        names::SIGACTION => signals::sigaction(out, context, bytes, false)?,
        names::OLD_SIGACTION => signals::sigaction(out, context, bytes, true)?,
        names::SIGINFO => signals::siginfo(out, context, bytes)?,
        names::SIGEVENT => signals::sigevent(out, context, bytes)?,
        names::USER_CAP_DATA => signals::capabilities(out, bytes)?,
        names::STAT | names::STAT64 | names::OLDSTAT => files::stat(out, context, kind, bytes)?,
        names::STATX => files::statx(out, bytes)?,
        names::OPEN_HOW => files::open_how(out, context, bytes)?,
        names::DIRENTS | names::OLD_DIRENTS => files::entries(out, context, value, memory),
        names::POLLFD => files::pollfds(out, context, bytes, context.count(parameter)?)?,
        names::EPOLL_EVENT => files::epoll_events(out, context, parameter, bytes)?,
        names::FD_SET => {
            put_bits(out, bytes, context.count(parameter)?, usize::MAX);
        }
        names::CPU_SET => {
            put_bits(out, bytes, u64::MAX, usize::MAX);
        }
        names::NODEMASK => nodes(out, context, parameter, bytes)?,
        names::CLONE_ARGS => files::clone_args(out, bytes)?,
        names::USER_DESC => files::user_desc(out, bytes)?,
        names::SEMBUF | names::FUTEX_WAITV | names::IO_EVENT | names::USER_CAP_HEADER if parameter.length.is_some() => {
            structures(out, context, parameter, bytes)?;
        }
        _ if layouts::layout(parameter.kind).is_some() => structs::put(out, context, parameter.kind, bytes)?,
        _ => numbers(out, context, parameter, kind, bytes)?,
    }
    Some(())
}

/// Appends a path: it is not cut at the limit of strings.
fn path(out: &mut Vec<u8>, bytes: &[u8], is_cut: bool) {
    quote::quote(out, bytes);
    if is_cut {
        out.put(b"...");
    }
}

/// Appends what has no structure; `None` where it was only asked how long a list is.
fn data(out: &mut Vec<u8>, context: &Context<'_>, parameter: &Parameter, memory: &Memory) -> Option<()> {
    let bytes = memory.bytes.as_slice();
    // What the length says is more than the call has filled.
    let len = context.data(parameter).min(context.count(parameter).unwrap_or(u64::MAX)).max(bytes.len() as u64);
    match (context.name, bytes) {
        (names::GETRANDOM, _) => {
            let shown = bytes.get(..context.limit).unwrap_or(bytes);
            quote::quote_hex(out, shown);
            if (shown.len() as u64) < len {
                out.put(b"...");
            }
        }
        // The NUL of a string is not told.
        (_, [text @ .., 0]) if context.text.ends_with("getxattr") || context.text.ends_with("setxattr") => {
            context.text(out, text, len - 1);
        }
        (_, []) if context.text.ends_with("listxattr") && context.count(parameter) == Some(0) => return None,
        _ => context.text(out, bytes, len),
    }
    Some(())
}

fn strings(out: &mut Vec<u8>, context: &Context<'_>, memory: &Memory) {
    out.put_byte(b'[');
    let mut strings = memory.bytes.split(|&byte| byte == 0).peekable();
    let mut count = 0;
    while let Some(string) = strings.next() {
        let is_last = strings.peek().is_none();
        // There is nothing behind the last NUL, unless the last string is cut.
        if is_last && string.is_empty() {
            break;
        }
        if count > 0 {
            out.put(b", ");
        }
        if count >= context.limit {
            out.put(b"...]");
            return;
        }
        context.string(out, string, is_last);
        count += 1;
    }
    if memory.is_cut || memory.is_fault {
        out.put(if count > 0 { b", ..." } else { b"..." });
    }
    out.put_byte(b']');
}

/// Appends two times of a file, of `size` bytes each, with their dates.
fn times(out: &mut Vec<u8>, bytes: &[u8], size: usize, width: usize) -> Option<()> {
    const UTIME_NOW: u64 = (1 << 30) - 1;
    const UTIME_OMIT: u64 = (1 << 30) - 2;
    let half = size / 2;
    let shift = 64 - 8 * half as u32;
    for (at, separator) in [(0, b"[".as_slice()), (size, b", ")] {
        out.put(separator);
        let seconds = (integer(bytes, at, half)? << shift) as i64 >> shift;
        let part = integer(bytes, at + half, half)?;
        match part {
            UTIME_NOW if width == 9 => out.put(b"UTIME_NOW"),
            UTIME_OMIT if width == 9 => out.put(b"UTIME_OMIT"),
            _ => {
                out.put(b"{tv_sec=");
                number::signed(out, seconds);
                out.put(if width == 9 { b", tv_nsec=" } else { b", tv_usec=" });
                number::decimal(out, part);
                out.put_byte(b'}');
                dates::comment(out, seconds, part, width);
            }
        }
    }
    out.put_byte(b']');
    Some(())
}

/// Appends up to `count` elements of `size` bytes each.
pub(super) fn array(
    out: &mut Vec<u8>,
    context: &Context<'_>,
    bytes: &[u8],
    size: usize,
    count: u64,
    put: &dyn Fn(&mut Vec<u8>, u64),
) -> Option<()> {
    out.put_byte(b'[');
    let mut at = 0;
    for index in 0..count {
        if index > 0 {
            out.put(b", ");
        }
        match integer(bytes, at, size) {
            Some(value) if index < context.limit as u64 => put(out, value),
            None if index == 0 => return None,
            _ => {
                out.put(b"...");
                break;
            }
        }
        at += size;
    }
    out.put_byte(b']');
    Some(())
}

/// Appends an array of structures whose layouts are known.
fn structures(out: &mut Vec<u8>, context: &Context<'_>, parameter: &Parameter, bytes: &[u8]) -> Option<()> {
    let size = match names::of(parameter) {
        names::SEMBUF => 6,
        names::FUTEX_WAITV => 24,
        names::IO_EVENT => 32,
        _ => 8,
    };
    out.put_byte(b'[');
    for index in 0..context.count(parameter)? {
        if index > 0 {
            out.put(b", ");
        }
        let at = (index as usize).checked_mul(size)?;
        let element = bytes.get(at..).unwrap_or_default();
        if element.len() < size || index >= context.limit as u64 {
            out.put(b"...");
            break;
        }
        structs::put(out, context, parameter.kind, element)?;
    }
    out.put_byte(b']');
    Some(())
}

/// Appends numbers, between brackets also if there is one.
fn numbers(out: &mut Vec<u8>, context: &Context<'_>, parameter: &Parameter, kind: Name, bytes: &[u8]) -> Option<()> {
    let size = match kind {
        names::INT | names::UINT | names::UID | names::GID => 4,
        names::OLD_UID | names::OLD_GID => 2,
        names::OFF | names::U64 => 8,
        names::LONG | names::ULONG | names::SIZE | names::PTR => context.long_size(),
        _ => return None,
    };
    let shift = 64 - 8 * size as u32;
    let count = match parameter.length {
        None if parameter.direction == Direction::InOut && size == 4 => return changed(out, context, parameter, bytes),
        None => 1,
        Some(_) => context.count(parameter)?.min(context.data(parameter)),
    };
    let is_time = context.name == names::TIME || context.name == names::STIME;
    array(out, context, bytes, size, count, &|out, value| match kind {
        names::INT if context.name == names::GET_MEMPOLICY => values::set(out, "mempolicy", value),
        names::INT | names::LONG if is_time => {
            let seconds = (value << shift) as i64 >> shift;
            number::signed(out, seconds);
            dates::comment(out, seconds, 0, 0);
        }
        names::INT | names::LONG => number::signed(out, (value << shift) as i64 >> shift),
        names::OFF => number::signed(out, value as i64),
        names::UID | names::GID => values::id(out, value, u64::from(u32::MAX)),
        names::OLD_UID | names::OLD_GID => values::id(out, value, 0xffff),
        names::PTR => number::address(out, value),
        _ => number::decimal(out, value),
    })
}

/// Appends a number that the call may have changed: what it was, and what it became if that is another.
fn changed(out: &mut Vec<u8>, context: &Context<'_>, parameter: &Parameter, bytes: &[u8]) -> Option<()> {
    let before = integer(bytes, 0, 4)?;
    out.put_byte(b'[');
    number::signed(out, i64::from(before as i32));
    if let Some(after) = context.output(parameter).and_then(|memory| integer(&memory.bytes, 0, 4)) {
        if after != before {
            out.put(b" => ");
            number::signed(out, i64::from(after as i32));
        }
    }
    out.put_byte(b']');
    Some(())
}

/// Appends a set of memory nodes, in words.
fn nodes(out: &mut Vec<u8>, context: &Context<'_>, parameter: &Parameter, bytes: &[u8]) -> Option<()> {
    let long = context.long_size();
    let bits = 8 * long as u64;
    let words = context.count(parameter)?.saturating_add(bits).saturating_sub(2) / bits;
    let width = 2 * long;
    array(out, context, bytes, long, words, &|out, word| number::padded_hex(out, word, width))
}

/// Appends the numbers of the bits that are set among the first `count`, and gives how many they are.
pub(super) fn put_bits(out: &mut Vec<u8>, bytes: &[u8], count: u64, limit: usize) -> usize {
    out.put_byte(b'[');
    let mut done = 0;
    for (at, byte) in bytes.iter().enumerate() {
        for bit in (0..8).filter(|bit| (byte >> bit) & 1 != 0) {
            let number = at as u64 * 8 + bit;
            if number < count && done < limit {
                if done > 0 {
                    out.put_byte(b' ');
                }
                number::decimal(out, number);
                done += 1;
            }
        }
    }
    out.put_byte(b']');
    done
}

/// Appends an error's name, or its number.
pub(super) fn errno(out: &mut Vec<u8>, number: u32) {
    match words::error(number) {
        Some((name, _)) => out.put(name.as_bytes()),
        None => number::decimal(out, u64::from(number)),
    }
}
