// SPDX-License-Identifier: GPL-2.0

//! Arguments of calls: which one a name means, and what it is.

use super::{all_calls, nearest, Argument, Value};
use crate::calls::{Direction, Parameter};
use crate::model::{returns_file, Call, Memory, Pieces, UNNAMED};
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
#[cold]
#[inline(never)]
fn names() -> Vec<&'static str> {
    let mut names = vec!["res"];
    names.extend(UNNAMED);
    names.extend(ALIASES.split('|').filter_map(|row| row.split(' ').next()));
    for (_, _, call) in all_calls() {
        names.extend(call.parameters().into_iter().flatten().map(|parameter| parameter.name));
    }
    names
}

/// Whether an argument of any call has this name.
pub fn is_known(name: &str) -> bool {
    names().contains(&name)
}

/// The argument's name that may have been meant.
#[cold]
pub fn near(name: &str) -> Option<&'static str> {
    nearest(name, &mut names().into_iter())
}

/// The argument of `call` that is meant.
#[inline(never)]
pub fn find(call: &Call<'_>, argument: &Argument) -> Option<Found> {
    match argument {
        Argument::Name(name) if &**name == "res" => Some(Found::Result),
        Argument::Index(index) => call.parameters().nth(usize::from(*index)).map(Found::Parameter),
        Argument::Name(name) => {
            let named = |name: &str| {
                call.parameters().find(|parameter| match name.strip_prefix(':') {
                    Some(kind) => parameter.kind == kind,
                    None => parameter.name == name,
                })
            };
            // As it is printed: a new descriptor, unless the call was given one of that name.
            let is_new = || {
                &**name == "fd" && call.result.is_some_and(|result| result >= 0) && call.known.is_some_and(returns_file)
            };
            match named(name) {
                Some(parameter) => Some(Found::Parameter(parameter)),
                None if is_new() => Some(Found::Result),
                None => aliases(name).find_map(named).map(Found::Parameter),
            }
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

/// Whether bytes that it points to were read.
pub fn is_read(call: &Call<'_>, parameter: &Parameter) -> bool {
    shape(parameter) != Shape::Other && memory(call, parameter.register).is_some_and(|memory| !is_nothing(memory))
}

/// The argument as text: a path or buffer as it was recorded, anything else as `strace` would print it. It is made in
/// `scratch`, unless it can be had without.
pub fn text<'a>(call: &Call<'a>, parameter: &Parameter, scratch: &'a mut Vec<u8>) -> Option<&'a [u8]> {
    let memory = memory(call, parameter.register).filter(|memory| !is_nothing(memory));
    match (shape(parameter), memory) {
        (Shape::Text | Shape::Bytes, Some(memory)) => Some(&memory.bytes),
        (Shape::Pieces | Shape::Message | Shape::Messages, Some(memory)) => {
            scratch.clear();
            payload(shape(parameter), memory, scratch);
            Some(scratch)
        }
        _ => {
            parameter.value(call.registers)?;
            scratch.clear();
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
            payload(shape, memory, scratch);
            Some(scratch)
        }
    }
}

/// Whether it is the memory of a bad address.
fn is_nothing(memory: &Memory) -> bool {
    memory.is_fault && memory.bytes.is_empty()
}

/// What an argument points to, for as long as the event lives.
fn memory<'a>(call: &Call<'a>, register: u8) -> Option<&'a Memory> {
    call.outputs.iter().chain(call.inputs).find(|memory| memory.register == register)
}

/// Appends the bytes that are in what was recorded of a list of pieces, or of messages.
fn payload(shape: Shape, memory: &Memory, out: &mut Vec<u8>) {
    let mut recorded = Pieces::of(memory);
    match shape {
        Shape::Pieces => pieces(&mut recorded, u64::MAX, out),
        Shape::Message => message(&mut recorded, out),
        // For each message its length, and then the message.
        _ => {
            while recorded.word().is_some() {
                message(&mut recorded, out);
            }
        }
    }
}

/// Of a message: how many bytes of a name follow, flags, bytes of control, the number of pieces; the name; the pieces.
fn message(recorded: &mut Pieces<'_>, out: &mut Vec<u8>) {
    if let [Some(name), _, _, Some(count)] = [(); 4].map(|()| recorded.word()) {
        recorded.take(name);
        pieces(recorded, count, out);
    }
}

fn pieces(recorded: &mut Pieces<'_>, count: u64, out: &mut Vec<u8>) {
    for piece in (0..count).map_while(|_| recorded.piece()) {
        out.extend_from_slice(piece.bytes);
    }
}
