// SPDX-License-Identifier: GPL-2.0

//! Arguments of calls: which one a name means, and what it is.

use super::{all_calls, nearest, Argument, Value};
use crate::calls::{Direction, Parameter};
use crate::model::{Call, Memory};
use crate::style;

/// What an argument of an event may be.
pub enum Found {
    /// The result, which sysdig counts among the arguments of a return.
    Result,
    /// One that was handed to the call.
    Parameter(Parameter),
}

/// Names that sysdig has, each followed by those in the table that it may mean, the best one first; `:path` is the first
/// argument that is a path.
const ALIASES: &str = "name filename :path|path filename :path|exe filename|data :bytes :iovec :msghdr :mmsghdr|\
    size count len vlen|fd :fd|dirfd dfd :dirfd|olddirfd olddfd|newdirfd newdfd|olddir olddfd|newdir newdfd|\
    linkdirfd newdfd|oldpath oldname|newpath newname|target oldname|linkpath newname|addr :sockaddr|tuple :sockaddr|\
    domain family|proto protocol|request cmd|argument arg|args argv|env envp|dev dev_name|dir dir_name";

/// The table's names for one of sysdig's.
fn aliases(name: &str) -> impl Iterator<Item = &'static str> + '_ {
    let row = ALIASES.split('|').find(move |row| row.split(' ').next() == Some(name));
    row.into_iter().flat_map(|row| row.split(' ').skip(1))
}

/// The names of all arguments, many of them more than once.
fn names() -> impl Iterator<Item = &'static str> {
    let parameters = all_calls().filter_map(|(_, _, call)| call.parameters());
    let aliases = ALIASES.split('|').filter_map(|row| row.split(' ').next());
    aliases.chain(["res"]).chain(parameters.flatten().map(|parameter| parameter.name))
}

/// Whether an argument of any call has this name.
pub fn is_known(name: &str) -> bool {
    names().any(|other| other == name)
}

/// The argument's name that may have been meant.
#[cold]
pub fn near(name: &str) -> Option<&'static str> {
    nearest(name, names())
}

/// The argument of `call` that is meant.
pub fn find(call: &Call<'_>, argument: &Argument) -> Option<Found> {
    let parameters = || call.known.and_then(|call| call.parameters()).into_iter().flatten();
    match argument {
        Argument::Name(name) if &**name == "res" => Some(Found::Result),
        Argument::Index(index) => parameters().nth(usize::from(*index)).map(Found::Parameter),
        Argument::Name(name) => {
            let named = |name: &str| {
                parameters().find(|parameter| match name.strip_prefix(':') {
                    Some(kind) => parameter.kind == kind,
                    None => parameter.name == name,
                })
            };
            named(name).or_else(|| aliases(name).find_map(named)).map(Found::Parameter)
        }
    }
}

/// The argument as a number.
pub fn number(call: &Call<'_>, parameter: &Parameter) -> Option<Value<'static>> {
    let value = parameter.value(call.registers)?;
    if parameter.direction != Direction::Value {
        return Some(Value::Uint(value));
    }
    Some(match parameter.kind {
        "long" if call.abi.is_32bit() => Value::Int(i64::from(value as i32)),
        "long" | "off" => Value::Int(value as i64),
        "int" | "fd" | "dirfd" | "pid" | "clock_id" => Value::Int(i64::from(value as i32)),
        "uint" | "uid" | "gid" | "mode" | "dev" | "signal" => Value::Uint(value & u64::from(u32::MAX)),
        _ => Value::Uint(value),
    })
}

/// Whether an argument is a descriptor.
pub fn is_descriptor(parameter: &Parameter) -> bool {
    matches!(parameter.kind, "fd" | "dirfd")
}

/// What an argument points to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// A path or another text.
    Text,
    /// Bytes that are read or written.
    Bytes,
    /// Pieces of such bytes, `struct iovec`.
    Pieces,
    /// A message of such pieces, `struct msghdr`.
    Message,
    /// Several such messages, `struct mmsghdr`.
    Messages,
    /// Something else, or it is no pointer.
    Other,
}

/// What an argument points to.
pub fn shape(parameter: &Parameter) -> Shape {
    match parameter.kind {
        _ if parameter.direction == Direction::Value => Shape::Other,
        "path" | "str" => Shape::Text,
        "bytes" => Shape::Bytes,
        "iovec" => Shape::Pieces,
        "msghdr" => Shape::Message,
        "mmsghdr" => Shape::Messages,
        _ => Shape::Other,
    }
}

/// The argument as text: a path or buffer as it was recorded, anything else as `strace` would print it. It is made in
/// `scratch`, unless it can be had without.
pub fn text<'a>(call: &Call<'a>, parameter: &Parameter, scratch: &'a mut Vec<u8>) -> Option<&'a [u8]> {
    let memory = memory(call, parameter.register);
    match (shape(parameter), memory) {
        (Shape::Text | Shape::Bytes, Some(memory)) if !memory.is_fault || !memory.bytes.is_empty() => {
            Some(&memory.bytes)
        }
        (Shape::Pieces | Shape::Message | Shape::Messages, Some(memory)) => {
            scratch.clear();
            payload(shape(parameter), &memory.bytes, scratch);
            Some(scratch)
        }
        _ => {
            scratch.clear();
            parameter.value(call.registers)?;
            style::args::print(scratch, call, parameter, style::args::Options::default());
            (!scratch.is_empty()).then_some(&*scratch)
        }
    }
}

/// The bytes that an input or output moves.
pub fn buffer<'a>(call: &Call<'a>, scratch: &'a mut Vec<u8>) -> Option<&'a [u8]> {
    let parameters = call.known?.parameters()?;
    let found = parameters
        .filter(|parameter| !matches!(shape(parameter), Shape::Text | Shape::Other))
        .find_map(|parameter| Some((shape(&parameter), memory(call, parameter.register)?)));
    match found? {
        (Shape::Bytes, memory) => Some(&memory.bytes),
        (shape, memory) => {
            scratch.clear();
            payload(shape, &memory.bytes, scratch);
            Some(scratch)
        }
    }
}

/// What an argument points to, for as long as the event lives.
fn memory<'a>(call: &Call<'a>, register: u8) -> Option<&'a Memory> {
    call.outputs.iter().chain(call.inputs).find(|memory| memory.register == register)
}

/// Appends the bytes that are in what was recorded of a list of pieces, or of messages.
fn payload(shape: Shape, mut recorded: &[u8], out: &mut Vec<u8>) {
    if shape == Shape::Pieces {
        return pieces(recorded, out);
    }
    if shape == Shape::Message {
        return message(recorded, out);
    }
    // For each message how many bytes follow of it, and its length.
    while let Some((bytes, rest)) = take_number(recorded) {
        let Some((_, rest)) = take_number(rest) else { return };
        let (part, rest) = rest.split_at(rest.len().min(bytes));
        message(part, out);
        recorded = rest;
    }
}

/// Of a message: how many bytes of a name follow, flags, bytes of control, the number of pieces; the name; the pieces.
fn message(recorded: &[u8], out: &mut Vec<u8>) {
    let Some((name, _)) = take_number(recorded) else { return };
    if let Some(rest) = name.checked_add(16).and_then(|start| recorded.get(start..)) {
        pieces(rest, out);
    }
}

/// Of each piece: its length, how many bytes follow, these.
fn pieces(mut recorded: &[u8], out: &mut Vec<u8>) {
    while let Some((_, rest)) = take_number(recorded) {
        let Some((bytes, rest)) = take_number(rest) else { return };
        let (part, rest) = rest.split_at(rest.len().min(bytes));
        out.extend_from_slice(part);
        recorded = rest;
    }
}

fn take_number(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let (number, rest) = bytes.split_first_chunk()?;
    Some((u32::from_le_bytes(*number) as usize, rest))
}
