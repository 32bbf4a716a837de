// SPDX-License-Identifier: GPL-2.0

//! One argument of a call: which one a name means, and its value.

use super::choices::all_calls;
use super::near::nearest;
use super::value::Value;
use crate::args::atoms::{self, Atom};
use crate::args::{self, Context};
use crate::calls::{Direction, Parameter};
use crate::model::{CallEvent, IovecReader, Memory, MessageHead, UNNAMED_ARGUMENTS};

/// An argument of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Argument {
    /// Its place, from 0.
    Index(u8),
    /// Its name.
    Name(Box<str>),
}

/// What the name of an argument refers to.
pub enum Found {
    /// The result: sysdig counts it among the arguments of a return.
    Result,
    /// An argument that the program gave.
    Parameter(Parameter),
}

/// Names that sysdig has, each with the names in the table that it may mean, the best first. `:path` means the first
/// argument of the kind `path`.
const ALIASES: &str = "name filename :path|path filename :path|exe filename|data :bytes :iovec :msghdr :mmsghdr|\
    size count len vlen|fd :fd|dirfd dfd :dirfd|olddirfd olddfd|newdirfd newdfd|olddir olddfd|newdir newdfd|\
    linkdirfd newdfd|oldpath oldname|newpath newname|target oldname|linkpath newname|addr :sockaddr|tuple :sockaddr|\
    domain family|proto protocol|request cmd|argument arg|args argv|env envp|dev dev_name|dir dir_name";

/// Iterates over the table's names for one of sysdig's.
fn aliases(name: &str) -> impl Iterator<Item = &'static str> + '_ {
    let row = ALIASES.split('|').find(move |row| row.split(' ').next() == Some(name));
    row.into_iter().flat_map(|row| row.split(' ').skip(1))
}

/// Lists the names of all arguments, many of them more than once.
#[cold]
#[inline(never)]
fn names() -> Vec<&'static str> {
    let mut names = vec!["res"];
    names.extend(UNNAMED_ARGUMENTS);
    names.extend(ALIASES.split('|').filter_map(|row| row.split(' ').next()));
    for (_, _, call) in all_calls() {
        names.extend(call.parameters().into_iter().flatten().map(|parameter| parameter.name));
    }
    names
}

/// Whether any call has an argument of this name.
pub fn is_known(name: &str) -> bool {
    names().contains(&name)
}

/// Finds the name of an argument that is most similar to an unknown one, if any is similar.
#[cold]
pub fn nearest_name(name: &str) -> Option<&'static str> {
    nearest(name, &mut names().into_iter())
}

/// Finds the argument of `call` that a field refers to.
#[inline(never)]
pub fn find(call: &CallEvent<'_>, argument: &Argument) -> Option<Found> {
    match argument {
        Argument::Name(name) if &**name == "res" => Some(Found::Result),
        Argument::Index(index) => call.parameters().nth(usize::from(*index)).map(Found::Parameter),
        Argument::Name(name) => {
            let named = |name: &str| {
                let found = call.parameters().find(|parameter| match name.strip_prefix(':') {
                    Some(kind) => parameter.kind == kind,
                    None => parameter.name == name,
                });
                found.filter(|parameter| {
                    args::is_given(&args::Context::new(call, args::TextLimits::default()), parameter)
                })
            };
            // A new descriptor is printed as `fd`, unless the call has an argument of that name.
            let is_new = || &**name == "fd" && call.returns_descriptor();
            match named(name) {
                Some(parameter) => Some(Found::Parameter(parameter)),
                None if is_new() => Some(Found::Result),
                None => aliases(name).find_map(named).map(Found::Parameter),
            }
        }
    }
}

/// Gives the argument as a number.
pub fn number(call: &CallEvent<'_>, parameter: &Parameter) -> Option<Value<'static>> {
    let value = parameter.value(call.registers)?;
    if parameter.direction != Direction::Value {
        return Some(Value::Uint(value));
    }
    Some(match Atom::of_kind(parameter) {
        atoms::LONG if call.abi.is_32bit() => Value::Int(i64::from(value as i32)),
        atoms::LONG | atoms::OFF => Value::Int(value as i64),
        atoms::INT | atoms::FD | atoms::DIRFD | atoms::PID | atoms::CLOCK_ID => Value::Int(i64::from(value as i32)),
        atoms::UINT | atoms::UID | atoms::GID | atoms::MODE | atoms::DEV | atoms::SIGNAL => {
            Value::Uint(value & u64::from(u32::MAX))
        }
        _ => Value::Uint(value),
    })
}

/// Whether an argument is a descriptor.
pub fn is_descriptor(parameter: &Parameter) -> bool {
    matches!(Atom::of_kind(parameter), atoms::FD | atoms::DIRFD)
}

/// What the memory of an argument holds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// A path or another text.
    Text,
    /// Bytes that are read or written.
    Bytes,
    /// An array of buffers with such bytes, `struct iovec`.
    Iovec,
    /// A message with such buffers, `struct msghdr`.
    Message,
    /// An array of such messages, `struct mmsghdr`.
    Messages,
    /// Anything else, or the argument is no pointer.
    Other,
}

/// Tells what the memory of an argument holds.
pub fn shape(parameter: &Parameter) -> Shape {
    if parameter.direction == Direction::Value {
        return Shape::Other;
    }
    match Atom::of_kind(parameter) {
        atoms::PATH | atoms::STR => Shape::Text,
        atoms::BYTES => Shape::Bytes,
        atoms::IOVEC => Shape::Iovec,
        atoms::MSGHDR => Shape::Message,
        atoms::MMSGHDR => Shape::Messages,
        _ => Shape::Other,
    }
}

/// Whether memory of the argument was recorded that is text or payload.
pub fn is_recorded(call: &CallEvent<'_>, parameter: &Parameter) -> bool {
    shape(parameter) != Shape::Other && memory(call, parameter.register).is_some_and(|memory| !memory.is_missing())
}

/// Gives the argument as text: a path or buffer as it was recorded, anything else in strace's form. Uses `scratch` for
/// text that is not in the event.
pub fn text<'a>(
    call: &CallEvent<'a>,
    context: &Context<'_>,
    parameter: &Parameter,
    scratch: &'a mut Vec<u8>,
) -> Option<&'a [u8]> {
    let memory = memory(call, parameter.register);
    if is_absent(memory) {
        return None;
    }
    let memory = memory.filter(|memory| !memory.is_missing());
    match (shape(parameter), memory) {
        (Shape::Text | Shape::Bytes, Some(memory)) => Some(&memory.bytes),
        (Shape::Iovec | Shape::Message | Shape::Messages, Some(memory)) => {
            scratch.clear();
            put_payload(shape(parameter), memory, scratch);
            Some(scratch)
        }
        _ => {
            parameter.value(call.registers)?;
            scratch.clear();
            args::put_recorded_argument(scratch, context, parameter);
            (!scratch.is_empty()).then_some(&*scratch)
        }
    }
}

/// Gives the bytes that a call reads or writes. Uses `scratch` for bytes from several buffers.
pub fn buffer<'a>(call: &CallEvent<'a>, scratch: &'a mut Vec<u8>) -> Option<&'a [u8]> {
    if call.inputs.is_empty() && call.outputs.is_empty() {
        return None;
    }
    let parameters = call.known?.parameter_list()?.iter();
    let found = parameters
        .filter(|parameter| !matches!(shape(parameter), Shape::Text | Shape::Other))
        .find_map(|parameter| Some((shape(parameter), memory(call, parameter.register)?)));
    match found? {
        (_, memory) if is_absent(Some(memory)) => None,
        (Shape::Bytes, memory) => Some(&memory.bytes),
        (shape, memory) => {
            scratch.clear();
            put_payload(shape, memory, scratch);
            Some(scratch)
        }
    }
}

/// Whether nothing is recorded of an argument's memory because it was not resident.
pub fn is_absent(memory: Option<&Memory>) -> bool {
    memory.is_some_and(|memory| memory.is_absent && memory.bytes.is_empty())
}

/// Gives the names of the arguments whose memory, or a part of it, was not resident; `None` if there are none.
pub fn absent<'a>(call: &CallEvent<'a>, scratch: &'a mut Vec<u8>) -> Option<&'a [u8]> {
    let is_absent = |parameter: &Parameter| memory(call, parameter.register).is_some_and(|memory| memory.is_absent);
    scratch.clear();
    if call.inputs.is_empty() && call.outputs.is_empty() {
        return None;
    }
    for parameter in call.parameter_list().iter().filter(|parameter| is_absent(parameter)) {
        if !scratch.is_empty() {
            scratch.push(b',');
        }
        scratch.extend_from_slice(parameter.name.as_bytes());
    }
    (!scratch.is_empty()).then_some(&*scratch)
}

/// Finds the memory of an argument. Unlike [`CallEvent::memory`] it lives as long as the event.
fn memory<'a>(call: &CallEvent<'a>, register: u8) -> Option<&'a Memory> {
    call.outputs.iter().chain(call.inputs).find(|memory| memory.register == register)
}

/// Appends the bytes in the recorded memory of an array of buffers, or of messages.
fn put_payload(shape: Shape, memory: &Memory, out: &mut Vec<u8>) {
    let mut recorded = IovecReader::of(memory);
    match shape {
        Shape::Iovec => put_buffers(&mut recorded, u64::MAX, out),
        Shape::Message => put_message(&mut recorded, out),
        // Each message comes after its length.
        _ => {
            while recorded.next_word().is_some() {
                put_message(&mut recorded, out);
            }
        }
    }
}

/// Appends the bytes of a message's buffers.
fn put_message(recorded: &mut IovecReader<'_>, out: &mut Vec<u8>) {
    if let Some(head) = MessageHead::read(recorded) {
        recorded.next_bytes(head.name_bytes());
        put_buffers(recorded, head.recorded_buffers(), out);
        recorded.next_bytes(head.control_bytes());
    }
}

fn put_buffers(recorded: &mut IovecReader<'_>, count: u64, out: &mut Vec<u8>) {
    for buffer in (0..count).map_while(|_| recorded.next_buffer()) {
        out.extend_from_slice(buffer.bytes);
    }
}
