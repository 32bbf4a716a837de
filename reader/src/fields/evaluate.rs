// SPDX-License-Identifier: GPL-2.0

//! The values of an event's fields.

use super::args::put_args;
use super::argument::{self, Found};
use super::choices::{kind_letter, kind_name};
use super::field::Field;
use super::payload::Look;
use super::table::Id;
use super::value::{put_result, result, Value};
use crate::calls::Category;
use crate::clock::{Moment, SECOND};
use crate::constants::errno;
use crate::model::{CallEvent, Edge, Event, EventKind, File, FileKind};
use std::io::Write as _;
use std::net::SocketAddr;
use syscall_record_format::filter::comm_to_bytes;

impl Field {
    /// Gives its value for `event`; `None` if the event does not have the field. Clears `scratch`, and uses it for text
    /// that is not in the event. Text is as it was recorded: whoever prints it must escape it.
    ///
    /// `fd.ip` and `fd.port` may have two values. This gives the remote end's if it is known. (A filter compares both.)
    pub fn value<'a>(&'a self, event: &Event<'a>, scratch: &'a mut Vec<u8>) -> Option<Value<'a>> {
        if let Some(value) = value_of_event(self.id(), event) {
            return Some(value);
        }
        if matches!(self.id(), Id::Time | Id::TimeS | Id::TimeIso | Id::DateTime | Id::DateTimeS) {
            scratch.clear();
            put_time(scratch, self.id(), event.time);
            return Some(Value::Text(scratch));
        }
        let EventKind::Call(call) = event.kind else { return None };
        match self.id() {
            Id::Arg | Id::RawArg => value_of_argument(self, call, scratch),
            Id::Args => {
                scratch.clear();
                put_args(scratch, &call, Look { is_whole: true, ..Look::default() });
                Some(Value::Text(scratch))
            }
            Id::Buffer => argument::buffer(&call, scratch).map(Value::Text),
            Id::Type => match call.known {
                Some(known) => Some(Value::Text(known.name().as_bytes())),
                None => {
                    scratch.clear();
                    // Writing to a vector does not fail.
                    let _ = write!(scratch, "syscall_{}", call.number?);
                    Some(Value::Text(scratch))
                }
            },
            // The name is packed into numbers, so it needs the scratch buffer.
            Id::ProcName => {
                scratch.clear();
                scratch.extend_from_slice(&comm_to_bytes(call.task.comm));
                let end = scratch.iter().position(|&byte| byte == 0).unwrap_or(scratch.len());
                Some(Value::Text(scratch.get(..end).unwrap_or_default()))
            }
            id => value_of_call(id, call),
        }
    }
}

/// Gives the value of a field that every event has.
fn value_of_event(id: Id, event: &Event<'_>) -> Option<Value<'static>> {
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

/// Gives the value of a field of calls, for those that need no scratch buffer.
fn value_of_call(id: Id, call: CallEvent<'_>) -> Option<Value<'_>> {
    let number = |number: u64| Some(Value::Uint(number));
    let text = |text: &'static str| Some(Value::Text(text.as_bytes()));
    // A call that is not in the table is in none of these categories.
    let is_in = |categories: &[Category]| {
        call.number?;
        Some(call.known.is_some_and(|known| categories.contains(&known.category())))
    };
    let process = call.process;
    match id {
        Id::Latency => number(call.latency?),
        Id::LatencyS => number(call.latency? / SECOND),
        Id::LatencyNs => number(call.latency? % SECOND),
        Id::Dir => text(if call.edge == Edge::Enter { ">" } else { "<" }),
        Id::Category => text(category(&call)?),
        Id::BufLen => {
            let is_io = is_in(&[Category::IoRead, Category::IoWrite])?;
            result(&call).filter(|&result| result >= 0 && is_io).map(Value::Int)
        }
        Id::Res => {
            call.result?;
            match call.errno() {
                None => text("SUCCESS"),
                Some(number) => text(errno::name(number).unwrap_or("unknown")),
            }
        }
        Id::RawRes => result(&call).map(Value::Int),
        Id::Failed => call.result.map(|_| Value::Bool(call.errno().is_some())),
        Id::IsIo => is_in(&[Category::IoRead, Category::IoWrite]).map(Value::Bool),
        Id::IsIoRead => is_in(&[Category::IoRead]).map(Value::Bool),
        Id::IsIoWrite => is_in(&[Category::IoWrite]).map(Value::Bool),
        Id::IoDir => match call.known?.category() {
            Category::IoRead => text("read"),
            Category::IoWrite => text("write"),
            _ => None,
        },
        Id::IsWait => is_in(&[Category::Wait, Category::Sleep]).map(Value::Bool),
        Id::Pid => number(u64::from(call.task.tgid)),
        Id::Ppid => number(u64::from(process.ppid?)),
        Id::ParentName => process.parent_name.as_deref().map(Value::Text),
        Id::Tid => number(u64::from(call.task.tid)),
        Id::IsMain => Some(Value::Bool(call.task.tid == call.task.tgid)),
        Id::Uid => number(u64::from(process.uid?)),
        Id::FdNum => descriptor(&call).map(Value::Int),
        _ => value_of_file(id, call.file?),
    }
}

/// Gives the descriptor that a call is about: the one that the model knows, or the first in the arguments.
fn descriptor(call: &CallEvent<'_>) -> Option<i64> {
    if let Some(file) = call.file {
        return Some(i64::from(file.number));
    }
    let parameter = call.parameters().find(argument::is_descriptor)?;
    match argument::number(call, &parameter)? {
        // A negative number means the current directory, or no descriptor.
        Value::Int(number @ 0..) => Some(number),
        _ => None,
    }
}

/// Gives the value of a field of what a descriptor refers to.
fn value_of_file(id: Id, file: &File) -> Option<Value<'_>> {
    let name = &file.name;
    // A directory has no slash at its end, unless it is the root.
    let last_slash = || name.iter().rposition(|&byte| byte == b'/');
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
        Id::FdType => Some(Value::Text(kind_name(file.kind).as_bytes())),
        Id::FdTypeChar => Some(Value::Text(kind_letter(file.kind).as_bytes())),
        Id::FdDirectory => match (file.kind, last_slash()) {
            (FileKind::Directory, _) => Some(Value::Text(name)),
            (FileKind::File, Some(slash)) => Some(Value::Text(name.get(..slash.max(1)).unwrap_or_default())),
            _ => None,
        },
        Id::FdFilename if file.kind == FileKind::File => {
            let start = last_slash().map_or(0, |slash| slash + 1);
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

/// Gives the category of a call. For calls such as `read` the kind of file decides.
fn category(call: &CallEvent<'_>) -> Option<&'static str> {
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

/// Gives the value of `evt.arg` or `evt.rawarg`.
fn value_of_argument<'a>(field: &Field, call: CallEvent<'a>, scratch: &'a mut Vec<u8>) -> Option<Value<'a>> {
    let found = argument::find(&call, field.argument()?)?;
    match (field.id(), found) {
        (Id::RawArg, Found::Result) => result(&call).map(Value::Int),
        (Id::RawArg, Found::Parameter(parameter)) if !argument::is_recorded(&call, &parameter) => {
            argument::number(&call, &parameter)
        }
        (_, Found::Parameter(parameter)) => argument::text(&call, &parameter, scratch).map(Value::Text),
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

/// Appends a time in the form of one of the fields of text.
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
            // A date has ten characters until the year 9999; 64 bits of nanoseconds end before that.
            if let Some(space) = out.get_mut(start + 10) {
                *space = b'T';
            }
            result
        }
    };
}
