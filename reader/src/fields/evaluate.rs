// SPDX-License-Identifier: GPL-2.0

//! The values of an event's fields.

use super::args::put_args;
use super::argument::{self, Found};
use super::choices::{kind_letter, kind_name};
use super::field::Field;
use super::payload::PayloadOptions;
use super::table::FieldId;
use super::value::{put_result, result, Value};
use crate::args::{is_hex_result, Context, TextLimits};
use crate::calls::Category;
use crate::constants::errno;
use crate::local_time::{Moment, SECOND};
use crate::model::{CallEvent, Edge, Event, EventKind, File, FileKind};
use crate::text::chunk::put_name;
use std::io::Write as _;
use std::net::SocketAddr;

impl Field {
    /// Gives its value for `event`; `None` if the event does not have the field. Clears `scratch`, and uses it for text
    /// that is not in the event. Text is as it was recorded: it must be escaped before it is printed.
    ///
    /// `fd.ip` and `fd.port` may have two values. This gives the remote end's if it is known. (A filter compares both.)
    pub fn value<'a>(&'a self, event: &Event<'a>, scratch: &'a mut Vec<u8>) -> Option<Value<'a>> {
        if let Some(value) = value_of_event(self.id(), event) {
            return Some(value);
        }
        if matches!(
            self.id(),
            FieldId::Time | FieldId::TimeS | FieldId::TimeIso | FieldId::DateTime | FieldId::DateTimeS
        ) {
            scratch.clear();
            put_time(scratch, self.id(), event.time);
            return Some(Value::Text(scratch));
        }
        let EventKind::Call(call) = &event.kind else { return None };
        match self.id() {
            FieldId::Arg | FieldId::RawArg => value_of_argument(self, call, scratch),
            FieldId::Args => {
                scratch.clear();
                let options = PayloadOptions { prints_all: true, ..PayloadOptions::default() };
                put_args(scratch, call, options, &mut Vec::new());
                Some(Value::Text(scratch))
            }
            FieldId::Buffer => argument::buffer(call, scratch).map(Value::Text),
            FieldId::Absent => argument::absent(call, scratch).map(Value::Text),
            FieldId::Type => match call.known {
                Some(known) => Some(Value::Text(known.name_and_hash().0.as_bytes())),
                None => {
                    scratch.clear();
                    // Writing to a vector does not fail.
                    let _ = write!(scratch, "syscall_{}", call.number?);
                    Some(Value::Text(scratch))
                }
            },
            // The name is packed into numbers, so it needs the scratch buffer.
            FieldId::ProcName => {
                scratch.clear();
                put_name(scratch, call.task.comm);
                Some(Value::Text(scratch))
            }
            id => value_of_call(id, call),
        }
    }
}

/// Gives the value of a field that every event has.
fn value_of_event(id: FieldId, event: &Event<'_>) -> Option<Value<'static>> {
    let number = |number: u64| Some(Value::Uint(number));
    match id {
        FieldId::Num => number(event.number),
        FieldId::RawTime => number(event.time),
        FieldId::RawTimeS => number(event.time / SECOND),
        FieldId::RawTimeNs => number(event.time % SECOND),
        FieldId::RelTime => number(event.since_first),
        FieldId::RelTimeS => number(event.since_first / SECOND),
        FieldId::RelTimeNs => number(event.since_first % SECOND),
        FieldId::DeltaTime => number(event.since_last),
        FieldId::DeltaTimeS => number(event.since_last / SECOND),
        FieldId::DeltaTimeNs => number(event.since_last % SECOND),
        FieldId::Cpu => number(u64::from(event.cpu)),
        FieldId::Count => number(1),
        _ => None,
    }
}

/// Gives the value of a field of calls that needs no scratch buffer.
fn value_of_call<'a>(id: FieldId, call: &CallEvent<'a>) -> Option<Value<'a>> {
    let number = |number: u64| Some(Value::Uint(number));
    let text = |text: &'static str| Some(Value::Text(text.as_bytes()));
    // A call that is not in the table is in none of these categories.
    let is_in = |categories: &[Category]| {
        call.number?;
        Some(call.known.is_some_and(|known| categories.contains(&known.category())))
    };
    let process = call.process;
    match id {
        FieldId::Latency => number(call.latency?),
        FieldId::LatencyS => number(call.latency? / SECOND),
        FieldId::LatencyNs => number(call.latency? % SECOND),
        FieldId::Dir => text(if call.edge == Edge::Enter { ">" } else { "<" }),
        FieldId::Category => text(category_name(call)?),
        FieldId::BufLen => {
            let is_io = is_in(&[Category::IoRead, Category::IoWrite])?;
            result(call).filter(|&result| result >= 0 && is_io).map(Value::Int)
        }
        FieldId::Res => {
            call.result?;
            match call.errno() {
                None => text("SUCCESS"),
                Some(number) => text(errno::name(number).unwrap_or("unknown")),
            }
        }
        FieldId::RawRes => result(call).map(Value::Int),
        FieldId::Failed => call.result.map(|_| Value::Bool(call.errno().is_some())),
        FieldId::IsIo => is_in(&[Category::IoRead, Category::IoWrite]).map(Value::Bool),
        FieldId::IsIoRead => is_in(&[Category::IoRead]).map(Value::Bool),
        FieldId::IsIoWrite => is_in(&[Category::IoWrite]).map(Value::Bool),
        FieldId::IoDir => match call.known?.category() {
            Category::IoRead => text("read"),
            Category::IoWrite => text("write"),
            _ => None,
        },
        FieldId::IsWait => is_in(&[Category::Wait, Category::Sleep]).map(Value::Bool),
        FieldId::Pid => number(u64::from(call.task.tgid)),
        FieldId::Ppid => number(u64::from(process.ppid?)),
        FieldId::ParentName => process.parent_name.as_deref().map(Value::Text),
        FieldId::Tid => number(u64::from(call.task.tid)),
        FieldId::IsMain => Some(Value::Bool(call.task.tid == call.task.tgid)),
        FieldId::Uid => number(u64::from(process.uid?)),
        FieldId::FdNum => descriptor_number(call).map(Value::Int),
        _ => value_of_file(id, call.file?),
    }
}

/// Gives the number of the descriptor that a call is about: the one that the model knows, or else the first argument
/// that is a descriptor.
fn descriptor_number(call: &CallEvent<'_>) -> Option<i64> {
    if let Some(file) = call.file {
        return Some(i64::from(file.number));
    }
    let parameter = call.parameter_list().iter().find(|parameter| argument::is_descriptor(parameter))?;
    match argument::number(call, parameter)? {
        // A negative number means the current directory, or no descriptor.
        Value::Int(number @ 0..) => Some(number),
        _ => None,
    }
}

/// Gives the value of a field that describes what a descriptor refers to.
fn value_of_file(id: FieldId, file: &File) -> Option<Value<'_>> {
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
        FieldId::FdName => Some(Value::Text(name)),
        FieldId::FdType => Some(Value::Text(kind_name(file.kind).as_bytes())),
        FieldId::FdTypeChar => Some(Value::Text(kind_letter(file.kind).as_bytes())),
        FieldId::FdDirectory => match (file.kind, last_slash()) {
            (FileKind::Directory, _) => Some(Value::Text(name)),
            (FileKind::File, Some(slash)) => Some(Value::Text(name.get(..slash.max(1)).unwrap_or_default())),
            _ => None,
        },
        FieldId::FdFilename if file.kind == FileKind::File => {
            let start = last_slash().map_or(0, |slash| slash + 1);
            Some(Value::Text(name.get(start..).unwrap_or_default()))
        }
        FieldId::FdServerIp => ip(server),
        FieldId::FdClientIp => ip(client),
        FieldId::FdLocalIp => ip(file.local),
        FieldId::FdRemoteIp => ip(file.remote),
        FieldId::FdIp => ip(either),
        FieldId::FdServerPort => port(server),
        FieldId::FdClientPort => port(client),
        FieldId::FdLocalPort => port(file.local),
        FieldId::FdRemotePort => port(file.remote),
        FieldId::FdPort => port(either),
        FieldId::FdIsServer => file.is_server.map(Value::Bool),
        FieldId::FdFamily => match file.kind {
            FileKind::Ipv4 | FileKind::Ipv6 => Some(Value::Text(b"ip")),
            FileKind::Unix => Some(Value::Text(b"unix")),
            _ => None,
        },
        _ => None,
    }
}

/// Gives the name of a call's category. For calls such as `read` the kind of file decides.
fn category_name(call: &CallEvent<'_>) -> Option<&'static str> {
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
fn value_of_argument<'a>(field: &Field, call: &CallEvent<'a>, scratch: &'a mut Vec<u8>) -> Option<Value<'a>> {
    let found = argument::find(call, field.argument()?)?;
    match (field.id(), found) {
        (FieldId::RawArg, Found::Result) => result(call).map(Value::Int),
        (FieldId::RawArg, Found::Parameter(parameter)) if !argument::is_recorded(call, &parameter) => {
            argument::number(call, &parameter)
        }
        (_, Found::Parameter(parameter)) => {
            let context = Context::new(call, TextLimits::default());
            argument::text(call, &context, &parameter, scratch).map(Value::Text)
        }
        (_, Found::Result) => match call.errno().and_then(errno::name) {
            Some(name) => Some(Value::Text(name.as_bytes())),
            None => {
                scratch.clear();
                let is_hex = is_hex_result(&Context::new(call, TextLimits::default()));
                put_result(scratch, is_hex, result(call)?);
                Some(Value::Text(scratch))
            }
        },
    }
}

/// Appends a time in the form of the field `id`, one of those that give a time as text.
fn put_time(out: &mut Vec<u8>, id: FieldId, time: u64) {
    let local = Moment::local(time);
    let nanoseconds = time % SECOND;
    // Writing to a vector does not fail.
    let _ = match id {
        FieldId::Time => write!(out, "{local}.{nanoseconds:09}"),
        FieldId::TimeS => write!(out, "{local}"),
        FieldId::DateTime => write!(out, "{local:#}.{nanoseconds:09}"),
        FieldId::DateTimeS => write!(out, "{local:#}"),
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
