// SPDX-License-Identifier: GPL-2.0

//! Events with what is known about them: their call, its arguments, how long it took, who made it and on what.
//!
//! A record says little: an entry its call, a return its result. Whoever selects or prints events wants to
//! see them together with what came before. This is what they get.

mod address;
mod clock;
mod files;
mod follow;
pub(crate) mod hash;
mod join;
mod lineage;
mod memory;
mod path;
mod pieces;
mod proc;
mod processes;
mod table;
mod threads;
mod user;

pub use join::{Model, Needs};
pub use pieces::{Piece, Pieces};
pub use table::{is_followed, returns_file};

use crate::calls::{self, Direction, Parameter};
use std::net::SocketAddr;
use syscall_record_format::format::{is_failure, Machine, Task};

/// An event.
#[derive(Clone, Copy, Debug)]
pub struct Event<'a> {
    /// Its number, from 1. All events count, also those that a filter drops.
    pub number: u64,
    /// When, in nanoseconds since 1970.
    pub time: u64,
    /// Nanoseconds since the first event; what lies between joined recordings does not count.
    pub since_first: u64,
    /// Nanoseconds since the event before it.
    pub since_last: u64,
    /// On which CPU.
    pub cpu: u16,
    /// Architecture of the recording kernel.
    pub machine: Machine,
    /// What happened.
    pub what: What<'a>,
}

/// What happened.
#[derive(Clone, Copy, Debug)]
pub enum What<'a> {
    /// One edge of a system call.
    Call(Call<'a>),
    /// Events were dropped before this one.
    Dropped {
        /// How many.
        events: u64,
    },
}

/// An edge of a system call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edge {
    /// The entry.
    Enter,
    /// The return.
    Exit,
}

/// An edge of a system call, with what is known of the call by then.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// Which edge.
    pub edge: Edge,
    /// Whose.
    pub task: &'a Task,
    /// The table that `number` is of.
    pub abi: calls::Abi,
    /// The number of the call; `None` for a return whose entry was not recorded.
    pub number: Option<u32>,
    /// The call's row in the table, if it has one.
    pub known: Option<calls::Call>,
    /// Whether arguments were recorded.
    pub has_args: bool,
    /// The registers with the arguments, zero-extended, as they were at the entry; as many as were recorded.
    pub registers: &'a [u64],
    /// Memory that arguments pointed to at the entry.
    pub inputs: &'a [Memory],
    /// Memory that arguments pointed to at the return. Empty before that.
    pub outputs: &'a [Memory],
    /// Result, sign-extended; -4095 to -1 is a negated errno. `None` before the return.
    pub result: Option<i64>,
    /// Nanoseconds from the entry to the return, if both were recorded.
    pub latency: Option<u64>,
    /// Whether other events lie between the entry and this return.
    pub is_resumed: bool,
    /// Whether it is a new task's return from the call that made it, whose entry was another's.
    pub is_birth: bool,
    /// The process that the task belongs to.
    pub process: &'a Process,
    /// What the call is about: its first argument that is a file descriptor, or a new one that is its result.
    pub file: Option<&'a File>,
}

/// Memory that an argument points to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Memory {
    /// The register that holds the argument.
    pub register: u8,
    /// Whether what follows `bytes` could not be read.
    pub is_fault: bool,
    /// Whether there was more than is recorded.
    pub is_cut: bool,
    /// What was read.
    pub bytes: Vec<u8>,
}

/// What the arguments of a call are called that the table has none of.
pub const UNNAMED: [&str; calls::MAX_ARGUMENTS as usize] = ["arg0", "arg1", "arg2", "arg3", "arg4", "arg5"];

/// A process.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Process {
    /// Process id.
    pub pid: u32,
    /// Name: that of its first thread, or of the thread that is known.
    pub name: Vec<u8>,
    /// Process id of its parent, if it is known.
    pub ppid: Option<u32>,
    /// Name of its parent, if it is known.
    pub parent_name: Option<Vec<u8>>,
    /// Effective user id, if it is known.
    pub uid: Option<u32>,
}

/// What a file descriptor refers to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// The descriptor.
    pub number: i32,
    /// What kind of file.
    pub kind: FileKind,
    /// Path; for sockets `client:port->server:port` as far as it is known, for others as `/proc/PID/fd` has it.
    pub name: Vec<u8>,
    /// This end of a socket.
    pub local: Option<SocketAddr>,
    /// The other end.
    pub remote: Option<SocketAddr>,
    /// Whether this end accepted the connection (or listens); `None` if that is not known.
    pub is_server: Option<bool>,
}

/// Kinds of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// A file with a path, or a device.
    File,
    /// A directory.
    Directory,
    /// A socket of IPv4.
    Ipv4,
    /// A socket of IPv6.
    Ipv6,
    /// A socket of the machine's own.
    Unix,
    /// A socket of another family.
    Socket,
    /// A pipe.
    Pipe,
    /// Of `eventfd`.
    Event,
    /// Of `signalfd`.
    Signal,
    /// Of `timerfd_create`.
    Timer,
    /// Of `epoll_create`.
    Epoll,
    /// Of `inotify_init`.
    Inotify,
    /// Any other that has no path.
    Other,
}

impl Call<'_> {
    /// The call's name: `syscall_NNN` for one without a name, `unknown` where the number is not known either.
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

    /// Its arguments. Where the table does not have them these are the registers that were recorded, by [`UNNAMED`].
    pub fn parameters(&self) -> impl Iterator<Item = Parameter> {
        let mut known = self.known.and_then(|known| known.parameters());
        let mut registers = 0..self.registers.len() as u8;
        std::iter::from_fn(move || {
            if let Some(known) = &mut known {
                return known.next();
            }
            let register = registers.next()?;
            let name = UNNAMED.get(usize::from(register))?;
            Some(Parameter { name, kind: "hex", direction: Direction::Value, length: None, register, is_pair: false })
        })
    }

    /// What an argument points to: what was read at the return, or else at the entry.
    pub fn memory(&self, register: u8) -> Option<&Memory> {
        self.outputs.iter().chain(self.inputs).find(|memory| memory.register == register)
    }

    /// The errno of a call that failed.
    pub fn errno(&self) -> Option<u32> {
        let result = self.result?;
        is_failure(result).then(|| result.unsigned_abs() as u32)
    }
}
