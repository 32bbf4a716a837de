// SPDX-License-Identifier: GPL-2.0

//! A call whose arguments are printed: its registers, its memory, and how much of the memory counts.

use super::atoms::{self, Atom};
use super::bytes::integer;
use crate::calls::{Abi, Direction, ElementCount, Parameter};
use crate::constants::errno;
use crate::model::{CallEvent, Edge, Memory};
use crate::text::quote::put_quoted;
use crate::text::Append;

/// How much of an argument is printed.
#[derive(Clone, Copy, Debug)]
pub struct TextLimits {
    /// The number of bytes of a string or buffer, and of elements of an array. Paths are printed in full.
    pub limit: usize,
    /// Whether structures are printed in whole, as strace does with `-v`, and not their most important fields alone.
    pub shows_all: bool,
}

impl Default for TextLimits {
    /// Prints everything that is recorded.
    fn default() -> Self {
        Self { limit: usize::MAX, shows_all: false }
    }
}

/// Stands for memory of length 0: nothing is recorded of it, because there is nothing.
static NOTHING: Memory = Memory {
    register: 0,
    is_fault: false,
    is_absent: false,
    is_cut: false,
    is_before_version_3: false,
    bytes: Vec::new(),
};

/// Follows the address of memory that was not resident when it was to be copied.
pub(super) const NOT_RESIDENT: &[u8] = b" /* not resident */";

/// A call whose arguments are printed.
#[derive(Clone, Copy)]
pub(crate) struct Context<'a> {
    pub(crate) call: &'a CallEvent<'a>,
    /// The call's name; empty if it has none.
    pub(crate) name_text: &'static str,
    /// The call's name as a number.
    pub(crate) name: Atom,
    /// See [`TextLimits::limit`].
    pub(super) limit: usize,
    /// See [`TextLimits::shows_all`].
    pub(super) shows_all: bool,
}

impl<'a> Context<'a> {
    pub(crate) fn new(call: &'a CallEvent<'a>, limits: TextLimits) -> Self {
        let (name_text, name) = call.known.map_or(("", Atom::new("")), Atom::of_call);
        Self { call, name_text, name, limit: limits.limit, shows_all: limits.shows_all }
    }

    /// Reads a register with an argument; 0 if it was not recorded.
    #[inline(never)]
    pub(super) fn register(&self, at: u8) -> u64 {
        self.call.registers.get(usize::from(at)).copied().unwrap_or(0)
    }

    pub(super) fn is_32bit(&self) -> bool {
        matches!(self.call.abi, Abi::Arm | Abi::I386)
    }

    /// The size of the program's registers, which is also the size of its `long`, in bytes.
    pub(super) fn long_size(&self) -> usize {
        if self.is_32bit() {
            4
        } else {
            8
        }
    }

    /// Extends the sign of a `long` of the program.
    pub(super) fn sign_extend_long(&self, value: u64) -> i64 {
        if self.is_32bit() {
            i64::from(value as i32)
        } else {
            value as i64
        }
    }

    /// Whether the call has returned without an error.
    pub(super) fn has_succeeded(&self) -> bool {
        self.call.edge == Edge::Exit && self.call.result.is_some() && self.call.errno().is_none()
    }

    /// Finds the first parameter for which `is_meant` holds.
    #[inline(never)]
    pub(super) fn find_parameter(&self, is_meant: &dyn Fn(&Parameter) -> bool) -> Option<Parameter> {
        self.call.known?.parameter_list()?.iter().find(|parameter| is_meant(parameter)).copied()
    }

    /// Finds the parameter that is in this register, or that starts there if it takes two.
    pub(crate) fn parameter_in(&self, register: u8) -> Option<Parameter> {
        self.find_parameter(&|parameter| parameter.register == register)
    }

    /// Joins the two halves of a 64-bit value: `value` of this parameter and the register after it. On 64-bit machines
    /// `value` is all of it.
    pub(super) fn join_halves(&self, parameter: &Parameter, value: u64) -> u64 {
        if !self.is_32bit() {
            return value;
        }
        let next = self.register(parameter.register + 1);
        match Atom::of_kind(parameter) {
            atoms::OFF_HIGH => (value << 32) | next & u64::from(u32::MAX),
            _ => (next << 32) | value & u64::from(u32::MAX),
        }
    }

    /// Finds the memory that was recorded at the entry.
    #[inline(never)]
    pub(super) fn input(&self, parameter: &Parameter) -> Option<&'a Memory> {
        self.call.inputs.iter().find(|memory| memory.register == parameter.register)
    }

    /// Finds the memory that was recorded at the return.
    #[inline(never)]
    pub(super) fn output(&self, parameter: &Parameter) -> Option<&'a Memory> {
        self.call.outputs.iter().find(|memory| memory.register == parameter.register)
    }

    /// Finds the memory that was recorded for a pointer, at the edge whose memory is printed.
    fn recorded_memory(&self, parameter: &Parameter) -> Option<&'a Memory> {
        match parameter.direction {
            Direction::Value => None,
            Direction::In => self.input(parameter),
            Direction::InOut if shows_entry_memory(self.name, parameter) => self.input(parameter),
            Direction::InOut if self.has_succeeded() => self.output(parameter).or_else(|| self.input(parameter)),
            Direction::InOut => self.input(parameter),
            Direction::Out if !self.is_written(parameter) => None,
            Direction::Out => self.output(parameter),
        }
    }

    /// Finds the memory that is printed for a pointer.
    pub(super) fn memory(&self, parameter: &Parameter) -> Option<&'a Memory> {
        if parameter.direction == Direction::Out && !self.is_written(parameter) {
            return None;
        }
        let found = self.recorded_memory(parameter);
        found.filter(|memory| !memory.is_missing()).or_else(|| {
            let can_be_empty = matches!(
                Atom::of_kind(parameter),
                atoms::BYTES
                    | atoms::DIRENTS
                    | atoms::OLD_DIRENTS
                    | atoms::IOVEC
                    | atoms::EPOLL_EVENT
                    | atoms::MMSGHDR
                    | atoms::POLLFD
                    | atoms::SEMBUF
                    | atoms::INT
                    | atoms::UINT
                    | atoms::U64
                    | atoms::PTR
                    | atoms::UID
                    | atoms::GID
                    | atoms::OLD_UID
                    | atoms::OLD_GID
            );
            (can_be_empty && found.is_none() && self.length(parameter) == Some(0)).then_some(&NOTHING)
        })
    }

    /// Appends that a pointer's memory was not resident, if that is why its address stands in its place.
    pub(super) fn put_absence(&self, out: &mut Vec<u8>, parameter: &Parameter) {
        if self.recorded_memory(parameter).is_some_and(|memory| memory.is_absent) {
            out.put(NOT_RESIDENT);
        }
    }

    /// Whether the kernel has written the memory of an `out` pointer.
    fn is_written(&self, parameter: &Parameter) -> bool {
        match (self.name, parameter.length) {
            // A sleep until a certain time (`TIMER_ABSTIME`) does not tell the time that was left.
            (atoms::CLOCK_NANOSLEEP | atoms::CLOCK_NANOSLEEP_TIME64, _) if self.register(1) & 1 != 0 => false,
            // The kernel writes this memory if a signal interrupts the sleep.
            (_, Some("!")) => self.call.errno().is_some_and(errno::is_restart),
            // Result 0: no child has changed its state.
            (atoms::WAIT4 | atoms::WAITPID, _) => self.has_succeeded() && self.call.result != Some(0),
            _ => self.has_succeeded(),
        }
    }

    /// Computes the number of elements, or bytes, from the length that the table gives for a parameter.
    pub(super) fn count(&self, parameter: &Parameter) -> Option<u64> {
        let length = match parameter.count {
            ElementCount::One => return Some(1),
            ElementCount::Result => return self.call.result.and_then(|result| u64::try_from(result).ok()),
            ElementCount::Number(number) => return Some(number),
            ElementCount::Parameter(place) => self.call.known?.parameter_list()?.get(usize::from(place))?,
        };
        let value = length.value(self.call.registers)?;
        Some(match (length.direction, Atom::of_kind(length)) {
            (Direction::Value, atoms::INT | atoms::UINT) => u64::from(value as u32),
            (Direction::Value, _) => value,
            _ => {
                let memory = self.output(length).or_else(|| self.input(length))?;
                integer(&memory.bytes, 0, 4)?
            }
        })
    }

    /// The number of bytes, or elements, that the call has filled, if its result says so; otherwise the largest number.
    pub(super) fn filled(&self, parameter: &Parameter) -> u64 {
        match self.call.result {
            Some(result) if parameter.direction == Direction::Out => u64::try_from(result).unwrap_or(0),
            _ => u64::MAX,
        }
    }

    /// Computes the number of elements, or bytes, that are there, as far as that is known.
    fn length(&self, parameter: &Parameter) -> Option<u64> {
        let is_limited_by_result = matches!(
            Atom::of_kind(parameter),
            atoms::BYTES
                | atoms::DIRENTS
                | atoms::OLD_DIRENTS
                | atoms::MMSGHDR
                | atoms::UID
                | atoms::GID
                | atoms::OLD_UID
                | atoms::OLD_GID
        );
        let count = self.count(parameter)?;
        Some(if is_limited_by_result { count.min(self.filled(parameter)) } else { count })
    }

    /// Appends a string, which was recorded without its NUL.
    #[inline(never)]
    pub(super) fn put_string(&self, out: &mut Vec<u8>, bytes: &[u8], is_cut: bool) {
        let shown = bytes.get(..self.limit).unwrap_or(bytes);
        put_quoted(out, shown);
        if is_cut || shown.len() < bytes.len() {
            out.put(b"...");
        }
    }

    /// Appends a buffer of `len` bytes, of which `bytes` were recorded.
    #[inline(never)]
    pub(super) fn put_buffer(&self, out: &mut Vec<u8>, bytes: &[u8], len: u64) {
        let most = usize::try_from(len).unwrap_or(usize::MAX).min(self.limit);
        let shown = bytes.get(..most).unwrap_or(bytes);
        put_quoted(out, shown);
        if (shown.len() as u64) < len {
            out.put(b"...");
        }
    }
}

/// Whether memory that the kernel reads and writes is printed as it was at the entry.
pub(super) fn shows_entry_memory(call: Atom, parameter: &Parameter) -> bool {
    match call {
        atoms::POLL
        | atoms::PPOLL
        | atoms::PPOLL_TIME64
        | atoms::SELECT
        | atoms::NEWSELECT
        | atoms::PSELECT6
        | atoms::PSELECT6_TIME64 => true,
        atoms::SPLICE | atoms::COPY_FILE_RANGE | atoms::SENDFILE | atoms::SENDFILE64 => true,
        atoms::RECVMMSG | atoms::RECVMMSG_TIME64 => Atom::of_kind(parameter) != atoms::MMSGHDR,
        atoms::CAPGET | atoms::CAPSET | atoms::SET_THREAD_AREA | atoms::GET_THREAD_AREA => true,
        // These are printed with both values: `[112 => 16]`.
        _ => matches!(Atom::of_kind(parameter), atoms::INT | atoms::UINT),
    }
}
