// SPDX-License-Identifier: GPL-2.0

//! The values of fields.

use super::arg::{self, Found};
use super::{errno, Argument, Field, Id, Value};
use crate::calls::Category;
use crate::clock::{Moment, SECOND};
use crate::model::{Call, Edge, Event, File, FileKind, What};
use crate::style::args::{self, number};
use crate::style::payload::Look;
use crate::style::sysdig;
use std::io::Write as _;
use std::net::SocketAddr;
use syscall_record_format::filter::comm_to_bytes;

/// What `field` is for `event`.
pub fn of<'a>(field: &'a Field, event: &Event<'a>, scratch: &'a mut Vec<u8>) -> Option<Value<'a>> {
    if let Some(value) = of_event(field.id, event) {
        return Some(value);
    }
    if matches!(field.id, Id::Time | Id::TimeS | Id::TimeIso | Id::DateTime | Id::DateTimeS) {
        scratch.clear();
        put_time(scratch, field.id, event.time);
        return Some(Value::Text(scratch));
    }
    let What::Call(call) = event.what else { return None };
    match field.id {
        Id::Arg | Id::RawArg => argument(field, call, scratch),
        Id::Args => {
            scratch.clear();
            sysdig::args(scratch, &call, Look { is_whole: true, ..Look::default() });
            Some(Value::Text(scratch))
        }
        Id::Buffer => arg::buffer(&call, scratch).map(Value::Text),
        Id::Type => match call.known {
            Some(known) => Some(Value::Text(known.name().as_bytes())),
            None => {
                scratch.clear();
                // Writing to a vector does not fail.
                let _ = write!(scratch, "syscall_{}", call.number?);
                Some(Value::Text(scratch))
            }
        },
        // An iterator would have to outlive the event for this to be with the others.
        Id::ProcName => {
            scratch.clear();
            scratch.extend_from_slice(&comm_to_bytes(call.task.comm));
            let end = scratch.iter().position(|&byte| byte == 0).unwrap_or(scratch.len());
            Some(Value::Text(scratch.get(..end).unwrap_or_default()))
        }
        id => of_call(id, call),
    }
}

/// Of what all events have.
fn of_event(id: Id, event: &Event<'_>) -> Option<Value<'static>> {
    let number = |number: u64| Some(Value::Uint(number));
    match id {
        Id::Num => number(event.number),
        Id::RawTime => number(event.time),
        Id::RawTimeS => number(event.time / SECOND),
        Id::RawTimeNs => number(event.time % SECOND),
        Id::RelTime => number(event.since_first),
        Id::RelTimeS => number(event.since_first / SECOND),
        Id::RelTimeNs => number(event.since_first % SECOND),
        Id::DeltaTime => number(event.since_last),
        Id::DeltaTimeS => number(event.since_last / SECOND),
        Id::DeltaTimeNs => number(event.since_last % SECOND),
        Id::Cpu => number(u64::from(event.cpu)),
        Id::Count => number(1),
        _ => None,
    }
}

/// Of what calls have, without text that has to be made.
fn of_call(id: Id, call: Call<'_>) -> Option<Value<'_>> {
    let number = |number: u64| Some(Value::Uint(number));
    let word = |word: &'static str| Some(Value::Text(word.as_bytes()));
    // A number without a name does none of these, as far as anyone knows.
    let is = |categories: &[Category]| {
        call.number?;
        Some(call.known.is_some_and(|known| categories.contains(&known.category())))
    };
    let process = call.process;
    match id {
        Id::Latency => number(call.latency?),
        Id::LatencyS => number(call.latency? / SECOND),
        Id::LatencyNs => number(call.latency? % SECOND),
        Id::Dir => word(if call.edge == Edge::Enter { ">" } else { "<" }),
        Id::Category => word(category(&call)?),
        Id::BufLen => {
            let is_io = is(&[Category::IoRead, Category::IoWrite])?;
            result(&call).filter(|&result| result >= 0 && is_io).map(Value::Int)
        }
        Id::Res => {
            call.result?;
            match call.errno() {
                None => word("SUCCESS"),
                Some(number) => word(errno::name(number).unwrap_or("unknown")),
            }
        }
        Id::RawRes => result(&call).map(Value::Int),
        Id::Failed => call.result.map(|_| Value::Bool(call.errno().is_some())),
        Id::IsIo => is(&[Category::IoRead, Category::IoWrite]).map(Value::Bool),
        Id::IsIoRead => is(&[Category::IoRead]).map(Value::Bool),
        Id::IsIoWrite => is(&[Category::IoWrite]).map(Value::Bool),
        Id::IoDir => match call.known?.category() {
            Category::IoRead => word("read"),
            Category::IoWrite => word("write"),
            _ => None,
        },
        Id::IsWait => is(&[Category::Wait, Category::Sleep]).map(Value::Bool),
        Id::Pid => number(u64::from(call.task.tgid)),
        Id::Ppid => number(u64::from(process.ppid?)),
        Id::ParentName => process.parent_name.as_deref().map(Value::Text),
        Id::Tid => number(u64::from(call.task.tid)),
        Id::IsMain => Some(Value::Bool(call.task.tid == call.task.tgid)),
        Id::Uid => number(u64::from(process.uid?)),
        Id::FdNum => descriptor(&call).map(Value::Int),
        _ => of_file(id, call.file?),
    }
}

/// The result: errors are negative, and an address of 32 bits is not.
pub fn result(call: &Call<'_>) -> Option<i64> {
    let is_address = call.abi.is_32bit() && call.errno().is_none();
    call.result.map(|result| if is_address { i64::from(result as u32) } else { result })
}

/// Appends the result: addresses, and bits, are hexadecimal.
pub fn put_result(out: &mut Vec<u8>, call: &Call<'_>, result: i64) {
    if args::has_hex_result(call) {
        number::hex(out, result as u64);
    } else {
        number::signed(out, result);
    }
}

/// The descriptor that a call is about; if it is not known what that is, then by the call's arguments.
fn descriptor(call: &Call<'_>) -> Option<i64> {
    if let Some(file) = call.file {
        return Some(i64::from(file.number));
    }
    let parameter = call.parameters().find(arg::is_descriptor)?;
    match arg::number(call, &parameter)? {
        // The others stand for a directory, or for none.
        Value::Int(number @ 0..) => Some(number),
        _ => None,
    }
}

/// Of what a descriptor refers to.
fn of_file(id: Id, file: &File) -> Option<Value<'_>> {
    let name = &file.name;
    // A file's directory has no slash at its end, unless it is the root.
    let slash = || name.iter().rposition(|&byte| byte == b'/');
    let (server, client) = match file.is_server {
        Some(true) => (file.local, file.remote),
        Some(false) => (file.remote, file.local),
        None => (None, None),
    };
    let either = file.remote.or(file.local);
    let ip = |end: Option<SocketAddr>| end.map(|end| Value::Address(end.ip().to_canonical()));
    let port = |end: Option<SocketAddr>| end.map(|end| Value::Uint(u64::from(end.port())));
    match id {
        Id::FdName => Some(Value::Text(name)),
        Id::FdType => Some(Value::Text(kind_word(file.kind).as_bytes())),
        Id::FdTypeChar => Some(Value::Text(kind_letter(file.kind).as_bytes())),
        Id::FdDirectory => match (file.kind, slash()) {
            (FileKind::Directory, _) => Some(Value::Text(name)),
            (FileKind::File, Some(slash)) => Some(Value::Text(name.get(..slash.max(1)).unwrap_or_default())),
            _ => None,
        },
        Id::FdFilename if file.kind == FileKind::File => {
            let start = slash().map_or(0, |slash| slash + 1);
            Some(Value::Text(name.get(start..).unwrap_or_default()))
        }
        Id::FdServerIp => ip(server),
        Id::FdClientIp => ip(client),
        Id::FdLocalIp => ip(file.local),
        Id::FdRemoteIp => ip(file.remote),
        Id::FdIp => ip(either),
        Id::FdServerPort => port(server),
        Id::FdClientPort => port(client),
        Id::FdLocalPort => port(file.local),
        Id::FdRemotePort => port(file.remote),
        Id::FdPort => port(either),
        Id::FdIsServer => file.is_server.map(Value::Bool),
        Id::FdFamily => match file.kind {
            FileKind::Ipv4 | FileKind::Ipv6 => Some(Value::Text(b"ip")),
            FileKind::Unix => Some(Value::Text(b"unix")),
            _ => None,
        },
        _ => None,
    }
}

/// Words for kinds of files, sysdig's where it has one.
pub const KIND_WORDS: [&str; 13] = [
    "file",
    "directory",
    "ipv4",
    "ipv6",
    "unix",
    "socket",
    "pipe",
    "event",
    "signalfd",
    "timerfd",
    "eventpoll",
    "inotify",
    "other",
];

fn kind_word(kind: FileKind) -> &'static str {
    KIND_WORDS.get(kind as usize).copied().unwrap_or("other")
}

/// The letter that stands for a kind of files.
pub fn kind_letter(kind: FileKind) -> &'static str {
    const LETTERS: &str = "fd46uspegtlio";
    let at = kind as usize;
    LETTERS.get(at..at + 1).unwrap_or("o")
}

/// The category of a call. What its descriptor refers to decides where that is in question.
fn category(call: &Call<'_>) -> Option<&'static str> {
    call.number?;
    let category = match call.known.map_or(Category::Other, |known| known.category()) {
        Category::IoRead | Category::IoWrite | Category::IoOther => match call.file?.kind {
            FileKind::File | FileKind::Directory => Category::File,
            FileKind::Ipv4 | FileKind::Ipv6 => Category::Net,
            FileKind::Pipe | FileKind::Unix | FileKind::Event | FileKind::Signal | FileKind::Inotify => Category::Ipc,
            _ => Category::Other,
        },
        category => category,
    };
    Some(category.name())
}

/// The words that [`Id::Category`] may be.
pub fn category_words() -> impl Iterator<Item = &'static str> {
    Category::ALL.into_iter().map(Category::name).filter(|word| !word.starts_with("io-"))
}

fn argument<'a>(field: &Field, call: Call<'a>, scratch: &'a mut Vec<u8>) -> Option<Value<'a>> {
    let argument: &Argument = field.argument.as_ref()?;
    let found = arg::find(&call, argument)?;
    match (field.id, found) {
        (Id::RawArg, Found::Result) => result(&call).map(Value::Int),
        (Id::RawArg, Found::Parameter(parameter)) if !arg::is_read(&call, &parameter) => arg::number(&call, &parameter),
        (_, Found::Parameter(parameter)) => arg::text(&call, &parameter, scratch).map(Value::Text),
        (_, Found::Result) => match call.errno().and_then(errno::name) {
            Some(name) => Some(Value::Text(name.as_bytes())),
            None => {
                scratch.clear();
                put_result(scratch, &call, result(&call)?);
                Some(Value::Text(scratch))
            }
        },
    }
}

/// Appends one of the texts for a time.
fn put_time(out: &mut Vec<u8>, id: Id, time: u64) {
    let local = Moment::local(time);
    let nanoseconds = time % SECOND;
    // Writing to a vector does not fail.
    let _ = match id {
        Id::Time => write!(out, "{local}.{nanoseconds:09}"),
        Id::TimeS => write!(out, "{local}"),
        Id::DateTime => write!(out, "{local:#}.{nanoseconds:09}"),
        Id::DateTimeS => write!(out, "{local:#}"),
        _ => {
            let start = out.len();
            let result = write!(out, "{:#}.{nanoseconds:09}+0000", Moment::utc(time));
            // The date is of ten characters until the year 10,000, which no clock here reaches.
            if let Some(space) = out.get_mut(start + 10) {
                *space = b'T';
            }
            result
        }
    };
}
