// SPDX-License-Identifier: GPL-2.0

//! Events, with all that is known of them: what filters, styles and summaries get.

use super::effects::{returns_descriptor, returns_plain_number};
use super::file::File;
use super::known_threads::ThreadsView;
use super::name::ProcessName;
use crate::calls::{self, Parameter};
use syscall_record_format::format::{is_failure, Machine, Task, MAX_ARGS};

/// An event.
#[derive(Clone, Copy, Debug)]
pub struct Event<'a> {
    /// Its number, from 1. All events count, also those that a filter drops.
    pub number: u64,
    /// When it happened, in nanoseconds since 1970.
    pub time: u64,
    /// Nanoseconds since the first event. The time between two recordings that were joined does not count.
    pub since_first: u64,
    /// Nanoseconds since the event before this one.
    pub since_last: u64,
    /// The CPU that recorded it.
    pub cpu: u16,
    /// Architecture of the recording kernel.
    pub machine: Machine,
    /// What happened.
    pub kind: EventKind<'a>,
}

/// What happened.
#[derive(Clone, Copy, Debug)]
pub enum EventKind<'a> {
    /// A system call was entered, or returned.
    Call(CallEvent<'a>),
    /// Events were dropped before this one.
    Dropped {
        /// How many.
        events: u64,
    },
}

/// The two moments of a system call that are recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edge {
    /// The entry.
    Enter,
    /// The return.
    Exit,
}

/// The entry or the return of a system call, with what is known of the call at that time.
#[derive(Clone, Copy, Debug)]
pub struct CallEvent<'a> {
    /// Entry or return.
    pub edge: Edge,
    /// The thread that makes the call.
    pub task: &'a Task,
    /// The table that `number` is from.
    pub abi: calls::Abi,
    /// The number of the call; `None` for a return whose entry was not recorded.
    pub number: Option<u32>,
    /// The call's row in the table, if it has one.
    pub known: Option<calls::KnownCall>,
    /// Whether arguments were recorded.
    pub has_args: bool,
    /// The registers that hold the arguments, as they were at the entry, zero-extended; as many as were recorded.
    pub registers: &'a [u64],
    /// Memory that arguments pointed to at the entry.
    pub inputs: &'a [Memory],
    /// Memory that arguments pointed to at the return. Empty at the entry.
    pub outputs: &'a [Memory],
    /// Result, sign-extended; -4095 to -1 is a negated errno. `None` at the entry.
    pub result: Option<i64>,
    /// Nanoseconds from the entry to the return, if both were recorded.
    pub latency: Option<u64>,
    /// Whether other events lie between the entry and this return.
    pub is_resumed: bool,
    /// Whether a new task returns here from the call that made it, which another task entered.
    pub is_birth: bool,
    /// The process that the task belongs to.
    pub process: &'a Process,
    /// The file of the call's first argument that is a descriptor, or of the new descriptor that is its result.
    pub file: Option<&'a File>,
    /// The process whose end the call has told, as far as that process is known.
    pub death: Option<Death>,
    /// The threads that are known, this one among them.
    pub threads: ThreadsView<'a>,
}

/// Memory that an argument points to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Memory {
    /// The register that holds the argument.
    pub register: u8,
    /// Whether the memory after `bytes` could not be read: the address is bad.
    pub is_fault: bool,
    /// Whether the memory after `bytes` was not resident when it was to be copied.
    pub is_absent: bool,
    /// Whether there was more memory than was recorded. Memory that is absent counts.
    pub is_cut: bool,
    /// Whether the format's version is less than 3: messages of sockets are recorded in another layout then.
    pub is_before_version_3: bool,
    /// What was read.
    pub bytes: Vec<u8>,
}

impl Memory {
    /// Whether nothing could be read: the address is bad, or the memory was not resident.
    pub fn is_missing(&self) -> bool {
        (self.is_fault || self.is_absent) && self.bytes.is_empty()
    }
}

/// Finds the bytes that were recorded for a register.
pub(super) fn input_of<'a>(inputs: &'a [Memory]) -> impl Fn(u8) -> Option<&'a [u8]> {
    move |register| inputs.iter().find(|memory| memory.register == register).map(|memory| memory.bytes.as_slice())
}

/// The names of arguments of a call that the table does not have.
pub const UNNAMED_ARGUMENTS: [&str; MAX_ARGS] = ["arg0", "arg1", "arg2", "arg3", "arg4", "arg5"];

/// A process.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Process {
    /// Process id.
    pub pid: u32,
    /// A number that no other process of the recording has, as process ids are used again.
    pub serial: u64,
    /// Name of its first thread; of another thread as long as the first one was not seen.
    pub name: ProcessName,
    /// Process id of its parent, if it is known.
    pub ppid: Option<u32>,
    /// Name of its parent, if it is known.
    pub parent_name: Option<ProcessName>,
    /// Effective user id, if it is known.
    pub uid: Option<u32>,
}

/// What a call has told of the end of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Death {
    /// The process.
    pub pid: u32,
    /// The signal that has killed it; 0 if it has exited, or if that is not known.
    pub signal: u8,
    /// Whether it has left a core.
    pub has_core: bool,
}

impl CallEvent<'_> {
    /// The call's name. A call that the table does not have is `syscall_NNN`; one whose number is not known is
    /// `unknown`.
    pub fn name<'b>(&self, buffer: &'b mut String) -> &'b str {
        use std::fmt::Write as _;
        buffer.clear();
        match (self.known, self.number) {
            (Some(call), _) => buffer.push_str(call.name()),
            (None, Some(number)) => {
                // Writing to a string does not fail.
                let _ = write!(buffer, "syscall_{number}");
            }
            (None, None) => buffer.push_str("unknown"),
        }
        buffer
    }

    /// The call's parameters. If the table does not have them: one for each register that was recorded, named as in
    /// [`UNNAMED_ARGUMENTS`].
    #[inline]
    pub fn parameters(&self) -> impl Iterator<Item = Parameter> {
        self.parameter_list().iter().copied()
    }

    /// The call's parameters, as [`parameters`](Self::parameters) has them.
    #[inline]
    pub(crate) fn parameter_list(&self) -> &'static [Parameter] {
        static UNNAMED: [Parameter; MAX_ARGS] = Parameter::UNNAMED;
        match self.known.and_then(|known| known.parameter_list()) {
            Some(parameters) => parameters,
            None => UNNAMED.get(..self.registers.len()).unwrap_or(&UNNAMED),
        }
    }

    /// The memory that the argument in a register points to: as read at the return, or else as read at the entry.
    pub fn memory(&self, register: u8) -> Option<&Memory> {
        self.outputs.iter().chain(self.inputs).find(|memory| memory.register == register)
    }

    /// Whether the result is a new descriptor.
    pub fn returns_descriptor(&self) -> bool {
        let Some(known) = self.known.filter(|_| self.result.is_some_and(|result| result >= 0)) else { return false };
        returns_descriptor(known) && !returns_plain_number(known, self.registers, input_of(self.inputs))
    }

    /// The errno of a call that failed.
    pub fn errno(&self) -> Option<u32> {
        let result = self.result?;
        is_failure(result).then(|| result.unsigned_abs() as u32)
    }
}
