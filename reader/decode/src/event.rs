// SPDX-License-Identifier: GPL-2.0

//! Events, as their records have them.

use syscall_record_format::format::{Args, Chunk, Task};

/// An event as its record has it. It borrows from its packet, so that events are not copied before they are filtered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DecodedEvent<'a> {
    /// When it happened, in ticks.
    pub time: u64,
    /// The CPU that recorded it.
    pub cpu: u16,
    /// What happened.
    pub kind: DecodedKind<'a>,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecodedKind<'a> {
    /// A task entered a system call.
    Enter {
        /// The task.
        task: &'a Task,
        /// The call that it entered.
        call: DecodedCall<'a>,
    },
    /// A task returned from a system call.
    Exit {
        /// The task.
        task: &'a Task,
        /// What its record tells of the call.
        call: DecodedReturn<'a>,
        /// Result, a negated errno on failure.
        result: i64,
    },
    /// Memory that an argument of the task's next event points to. It is part of that event.
    Memory {
        /// The task.
        task: &'a Task,
        /// A piece of the memory.
        chunk: Chunk<'a>,
    },
    /// Events were dropped.
    Dropped {
        /// How many.
        events: u64,
    },
}

/// What the record of a return tells of its call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecodedReturn<'a> {
    /// The record is that of the call's entry, too, which happened on the same CPU at this tick.
    EnteredAt(u64),
    /// Nothing (version 1 of the format): the task returns from its last entry, unless events were lost in between.
    Unnamed,
    /// The call by the registers at the return. It is the call of the task's last entry if number and width are equal
    /// and that entry has not returned, unless `entry_may_be_lost`.
    Numbered {
        /// The call.
        call: DecodedCall<'a>,
        /// Whether the record has the arguments, as far as arguments are recorded: the entry may not have been traced.
        is_whole: bool,
        /// Whether an entry or a return of the task may have been dropped since its last recorded entry.
        entry_may_be_lost: bool,
    },
    /// The call, where only returns are recorded.
    ReturnOnly(DecodedCall<'a>),
}

impl<'a> DecodedReturn<'a> {
    /// The call, if the record has all that the record of an entry has.
    #[inline]
    pub fn whole(&self) -> Option<&DecodedCall<'a>> {
        match self {
            Self::Numbered { call, is_whole: true, .. } | Self::ReturnOnly(call) => Some(call),
            _ => None,
        }
    }
}

/// A system call, as its record has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DecodedCall<'a> {
    /// Whether a 32-bit program made it on a 64-bit kernel.
    pub is_32bit: bool,
    /// Its number. Programs can pass any number.
    pub number: u32,
    /// Its arguments; `None` if the recording has no arguments.
    pub args: Option<Args<'a>>,
}
