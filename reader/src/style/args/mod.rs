// SPDX-License-Identifier: GPL-2.0

//! Arguments of calls as text, the way strace writes them.
//!
//! What a parameter is comes from the table of calls; what it points to was recorded with the call. Where the latter
//! is missing (because it could not be read, was not recorded, or the call failed and has not written it) the address stands.

mod behind;
mod commands;
mod dates;
mod files;
mod layouts;
mod line;
mod memory;
pub(super) mod names;
mod net;
pub mod number;
mod quote;
mod results;
mod sets;
mod shown;
mod signals;
mod structs;
mod values;

use crate::calls::{Abi, Direction, Parameter};
use crate::model::{Call, Edge, Memory};
use names::Name;

pub use quote::quote;
pub use shown::is_shown;
pub(super) use {
    files::{clone_tells, CHILD_TID, PARENT_SETTID, PIDFD, SETTLS},
    line::Line,
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

/// Appends the argument that is `parameter` of `call`; nothing if it was not recorded.
///
/// At an entry that is what the program has told the kernel; of what the kernel is to write, it is the address.
pub fn print(out: &mut Vec<u8>, call: &Call<'_>, parameter: &Parameter, options: Options) {
    if parameter.value(call.registers).is_some() {
        put(out, &Context::new(call, options), parameter);
    }
}

/// Appends a call's result as strace has it: an error by name, bits in hexadecimal, and what else it says. Nothing at an entry.
pub fn print_result(out: &mut Vec<u8>, call: &Call<'_>, options: Options) {
    put_result(out, &Context::new(call, options));
}

/// Whether a call's result is an address, or bits, which are told in hexadecimal.
pub fn has_hex_result(call: &Call<'_>) -> bool {
    results::is_hex(&Context::new(call, Options::default()))
}

pub(super) fn put(out: &mut Vec<u8>, context: &Context<'_>, parameter: &Parameter) {
    let Some(value) = parameter.value(context.call.registers) else {
        out.put_byte(b'?');
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
    pub(super) text: &'static str,
    pub(super) name: Name,
    pub(super) limit: usize,
}

impl<'a> Context<'a> {
    pub(super) fn new(call: &'a Call<'a>, options: Options) -> Self {
        let text = call.known.map_or("", |known| known.name());
        Self { call, text, name: Name::new(text), limit: options.limit }
    }

    /// A register with an argument, 0 if it was not recorded.
    #[inline(never)]
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

    /// The first parameter that is meant.
    #[inline(never)]
    fn parameter(&self, is_meant: &dyn Fn(&Parameter) -> bool) -> Option<Parameter> {
        self.call.known?.parameters()?.find(is_meant)
    }

    /// The parameter in this register, and the ones after it as well if it takes two.
    pub(super) fn parameter_in(&self, register: u8) -> Option<Parameter> {
        self.parameter(&|parameter| parameter.register == register)
    }

    /// The value whose halves are in this parameter and in the one before or after it, whichever is the first.
    fn joined(&self, parameter: &Parameter, value: u64) -> u64 {
        if !self.is_32bit() {
            return value;
        }
        let next = self.register(parameter.register + 1);
        match names::of(parameter) {
            names::OFF_HIGH => (value << 32) | next & u64::from(u32::MAX),
            _ => (next << 32) | value & u64::from(u32::MAX),
        }
    }

    /// What was read at the entry.
    #[inline(never)]
    fn input(&self, parameter: &Parameter) -> Option<&'a Memory> {
        self.call.inputs.iter().find(|memory| memory.register == parameter.register)
    }

    /// What was read at the return.
    #[inline(never)]
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
            let is_empty = matches!(
                names::of(parameter),
                names::BYTES
                    | names::DIRENTS
                    | names::OLD_DIRENTS
                    | names::IOVEC
                    | names::EPOLL_EVENT
                    | names::MMSGHDR
                    | names::POLLFD
                    | names::SEMBUF
                    | names::INT
                    | names::UINT
                    | names::U64
                    | names::PTR
                    | names::UID
                    | names::GID
                    | names::OLD_UID
                    | names::OLD_GID
            );
            let is_fault = found.is_some_and(|memory| memory.is_fault);
            (is_empty && !is_fault && self.len(parameter) == Some(0)).then_some(&NOTHING)
        })
    }

    /// Whether the kernel has written what an argument points to.
    fn is_written(&self, parameter: &Parameter) -> bool {
        match (self.name, parameter.length) {
            // How long a sleep up to a certain time would have lasted is not told.
            (names::CLOCK_NANOSLEEP | names::CLOCK_NANOSLEEP_TIME64, _) if self.register(1) & 1 != 0 => false,
            // Filled by a sleep that was interrupted.
            (_, Some("!")) => self.call.errno().is_some_and(crate::style::words::is_restart),
            // No child has changed.
            (names::WAIT4 | names::WAITPID, _) => self.has_succeeded() && self.call.result != Some(0),
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
        let length = self.parameter(&|parameter| parameter.name == length)?;
        let value = length.value(self.call.registers)?;
        Some(match (length.direction, names::of(&length)) {
            (Direction::Value, names::INT | names::UINT) => u64::from(value as u32),
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
            names::of(parameter),
            names::BYTES
                | names::DIRENTS
                | names::OLD_DIRENTS
                | names::MMSGHDR
                | names::UID
                | names::GID
                | names::OLD_UID
                | names::OLD_GID
        );
        let count = self.count(parameter)?;
        Some(if is_result { count.min(self.data(parameter)) } else { count })
    }

    /// Appends a string that ends in a NUL, which is not part of it.
    #[inline(never)]
    fn string(&self, out: &mut Vec<u8>, bytes: &[u8], is_cut: bool) {
        let shown = bytes.get(..self.limit).unwrap_or(bytes);
        quote::quote(out, shown);
        if is_cut || shown.len() < bytes.len() {
            out.put(b"...");
        }
    }

    /// Appends a buffer of `len` bytes, of which `bytes` are recorded.
    #[inline(never)]
    fn text(&self, out: &mut Vec<u8>, bytes: &[u8], len: u64) {
        let most = usize::try_from(len).unwrap_or(usize::MAX).min(self.limit);
        let shown = bytes.get(..most).unwrap_or(bytes);
        quote::quote(out, shown);
        if (shown.len() as u64) < len {
            out.put(b"...");
        }
    }

    /// Appends a structure.
    fn structure(&self, out: &mut Vec<u8>, name: &str, bytes: &[u8]) -> Option<()> {
        structs::put(out, self, name, bytes)
    }
}
