// SPDX-License-Identifier: GPL-2.0

//! Arguments of calls as text, the way strace writes them.
//!
//! What a parameter is comes from the table of calls; what it points to was recorded with the call. Where the latter
//! is missing (because it could not be read, was not recorded, or the call failed and has not written it) the address stands.

mod commands;
mod dates;
mod files;
mod memory;
mod net;
pub mod number;
mod quote;
mod results;
mod shown;
mod signals;
mod structs;
mod values;

use crate::calls::{Abi, Direction, Parameter};
use crate::model::{Call, Edge, Memory};

pub use quote::quote;
pub use shown::is_shown;
pub(super) use {
    files::{clone_tells, CHILD_TID, PARENT_SETTID, PIDFD, SETTLS},
    results::put as put_result,
    shown::{is_late, is_shown_in},
    values::clone_flags,
};

/// How arguments are to be shown.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Of strings and buffers this many bytes are shown, and of arrays as many elements; paths are shown whole.
    pub limit: usize,
}

impl Default for Options {
    /// All that is recorded.
    fn default() -> Self {
        Self { limit: usize::MAX }
    }
}

/// Appends the argument that `parameter` is about to `out`.
///
/// At an entry that is all that the program has told the kernel; what the kernel is to write is an address then.
pub fn print(out: &mut Vec<u8>, call: &Call<'_>, parameter: &Parameter, options: Options) {
    put(out, &Context::new(call, options), parameter);
}

/// Appends a call's result as strace has it: an error by name, bits in hexadecimal, and what else it says. Nothing at an entry.
pub fn print_result(out: &mut Vec<u8>, call: &Call<'_>, options: Options) {
    put_result(out, &Context::new(call, options));
}

pub(super) fn put(out: &mut Vec<u8>, context: &Context<'_>, parameter: &Parameter) {
    let Some(value) = parameter.value(context.call.registers) else {
        out.push(b'?');
        return;
    };
    if shown::put(out, context, parameter, value) {
        return;
    }
    match parameter.direction {
        Direction::Value => values::put(out, context, parameter, value),
        Direction::In | Direction::Out | Direction::InOut => memory::put(out, context, parameter, value),
    }
}

/// What stands for memory of which nothing was recorded, because there is none.
static NOTHING: Memory = Memory { register: 0, is_fault: false, is_cut: false, bytes: Vec::new() };

/// A call whose arguments are printed.
#[derive(Clone, Copy)]
pub(super) struct Context<'a> {
    pub(super) call: &'a Call<'a>,
    /// Its name; empty if it has none.
    pub(super) name: &'static str,
    pub(super) limit: usize,
}

impl<'a> Context<'a> {
    pub(super) fn new(call: &'a Call<'a>, options: Options) -> Self {
        Self { call, name: call.known.map_or("", |known| known.name()), limit: options.limit }
    }

    /// A register with an argument, 0 if it was not recorded.
    fn register(&self, at: u8) -> u64 {
        self.call.registers.get(usize::from(at)).copied().unwrap_or(0)
    }

    fn is_32bit(&self) -> bool {
        matches!(self.call.abi, Abi::Arm | Abi::I386)
    }

    /// How many bytes a register of the program has, which a `long` has, too.
    fn long_size(&self) -> usize {
        if self.is_32bit() {
            4
        } else {
            8
        }
    }

    /// A `long` of the program.
    fn long(&self, value: u64) -> i64 {
        if self.is_32bit() {
            i64::from(value as i32)
        } else {
            value as i64
        }
    }

    /// Whether the call has returned, and not failed.
    fn has_succeeded(&self) -> bool {
        self.call.edge == Edge::Exit && self.call.result.is_some() && self.call.errno().is_none()
    }

    /// The parameter of this name.
    fn parameter(&self, name: &str) -> Option<Parameter> {
        self.call.known?.parameters()?.find(|parameter| parameter.name == name)
    }

    /// The value whose halves are in this parameter and in the one before or after it, whichever is the first.
    fn joined(&self, parameter: &Parameter, value: u64) -> u64 {
        if !self.is_32bit() {
            return value;
        }
        let next = self.register(parameter.register + 1);
        match parameter.kind {
            "off_high" => value << 32 | next & u64::from(u32::MAX),
            _ => next << 32 | value & u64::from(u32::MAX),
        }
    }

    /// What was read at the entry.
    fn input(&self, parameter: &Parameter) -> Option<&'a Memory> {
        self.call.inputs.iter().find(|memory| memory.register == parameter.register)
    }

    /// What was read at the return.
    fn output(&self, parameter: &Parameter) -> Option<&'a Memory> {
        self.call.outputs.iter().find(|memory| memory.register == parameter.register)
    }

    /// What lies where an argument points to, of which side there is something to show.
    fn memory(&self, parameter: &Parameter) -> Option<&'a Memory> {
        let found = match parameter.direction {
            Direction::Value => None,
            Direction::In => self.input(parameter),
            Direction::InOut if shown::is_input(self.name, parameter) => self.input(parameter),
            Direction::InOut if self.has_succeeded() => self.output(parameter).or_else(|| self.input(parameter)),
            Direction::InOut => self.input(parameter),
            Direction::Out if !self.is_written(parameter) => return None,
            Direction::Out => self.output(parameter),
        };
        found.filter(|memory| !memory.bytes.is_empty() || !memory.is_fault).or_else(|| {
            let is_empty = match parameter.kind {
                "bytes" | "dirents" | "old_dirents" | "iovec" | "epoll_event" | "mmsghdr" | "pollfd" => true,
                _ => parameter.length.is_some() && structs::layout(parameter.kind).is_none(),
            };
            let is_fault = found.is_some_and(|memory| memory.is_fault);
            (is_empty && !is_fault && self.len(parameter) == Some(0)).then_some(&NOTHING)
        })
    }

    /// Whether the kernel has written what an argument points to.
    fn is_written(&self, parameter: &Parameter) -> bool {
        match (self.name, parameter.length) {
            // Filled by a sleep that was interrupted.
            (_, Some("!")) => self.call.errno().is_some_and(crate::style::words::is_restart),
            // No child has changed.
            ("wait4" | "waitpid", _) => self.has_succeeded() && self.call.result != Some(0),
            _ => self.has_succeeded(),
        }
    }

    /// How many elements, or bytes, there are by the length that belongs to a parameter.
    fn count(&self, parameter: &Parameter) -> Option<u64> {
        let Some(length) = parameter.length else { return Some(1) };
        match length {
            "!" => return Some(1),
            "=" => return self.call.result.and_then(|result| u64::try_from(result).ok()),
            _ => {}
        }
        if let Ok(number) = length.parse() {
            return Some(number);
        }
        let length = self.parameter(length)?;
        let value = length.value(self.call.registers)?;
        Some(match (length.direction, length.kind) {
            (Direction::Value, "int" | "uint") => u64::from(value as u32),
            (Direction::Value, _) => value,
            _ => {
                let memory = self.output(&length).or_else(|| self.input(&length))?;
                structs::integer(&memory.bytes, 0, 4)?
            }
        })
    }

    /// How many bytes, or elements, the call has filled, if it says so by its result.
    fn data(&self, parameter: &Parameter) -> u64 {
        match self.call.result {
            Some(result) if parameter.direction == Direction::Out => u64::try_from(result).unwrap_or(0),
            _ => u64::MAX,
        }
    }

    /// How much there is of a parameter's memory, as far as that is known.
    fn len(&self, parameter: &Parameter) -> Option<u64> {
        let is_result = matches!(
            parameter.kind,
            "bytes" | "dirents" | "old_dirents" | "mmsghdr" | "uid" | "gid" | "old_uid" | "old_gid"
        );
        let count = self.count(parameter)?;
        Some(if is_result { count.min(self.data(parameter)) } else { count })
    }

    /// Appends a string that ends in a NUL, which is not part of it.
    fn string(&self, out: &mut Vec<u8>, bytes: &[u8], is_cut: bool) {
        let shown = bytes.get(..self.limit).unwrap_or(bytes);
        quote::quote(out, shown);
        if is_cut || shown.len() < bytes.len() {
            out.extend_from_slice(b"...");
        }
    }

    /// Appends a buffer of `len` bytes, of which `bytes` are recorded.
    fn text(&self, out: &mut Vec<u8>, bytes: &[u8], len: u64) {
        let most = usize::try_from(len).unwrap_or(usize::MAX).min(self.limit);
        let shown = bytes.get(..most).unwrap_or(bytes);
        quote::quote(out, shown);
        if (shown.len() as u64) < len {
            out.extend_from_slice(b"...");
        }
    }

    /// Appends a structure.
    fn structure(&self, out: &mut Vec<u8>, name: &str, bytes: &[u8]) -> Option<()> {
        structs::put(out, self, name, bytes)
    }
}
