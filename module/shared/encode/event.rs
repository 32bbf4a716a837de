// SPDX-License-Identifier: GPL-2.0

//! An event, as probes give it to the encoder.

use crate::shared::format::{Args, Chunk};

/// The call of an event: its number, and its arguments if they are recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProbeCall<'a> {
    /// System call number.
    pub number: u32,
    /// The arguments, if they are recorded.
    pub args: Option<Args<'a>>,
}

/// An event of a system call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProbeEvent<'a> {
    /// An entry.
    Enter(ProbeCall<'a>),
    /// A return, where entries are recorded.
    Exit {
        /// The call that returns, by the registers at the return.
        call: ProbeCall<'a>,
        /// The result, a negated errno on failure.
        result: i64,
        /// Whether an entry or a return of the task may have been dropped since the last recorded entry of the task.
        entry_may_be_lost: bool,
        /// Whether seccomp or a ptracer may have refused the call before its entry was traced. The record then has the
        /// call's arguments, too.
        may_be_refused: bool,
    },
    /// A return, where entries are not recorded.
    ReturnOnly {
        /// The call that returns.
        call: ProbeCall<'a>,
        /// The result, a negated errno on failure.
        result: i64,
    },
    /// Memory that an argument of the task's next event points to. It is part of that event.
    Memory(Chunk<'a>),
}
