// SPDX-License-Identifier: GPL-2.0

//! Hides what the child of `run` does before it runs its command.

use syscall_record::calls::{Abi, KnownCall};
use syscall_record::decode::{DecodedCall, DecodedEvent, DecodedKind};
use syscall_record_format::format::{Comm, Header};

/// Hides the events of a child before its `execve`.
pub struct PreludeFilter {
    /// The child's process id.
    tgid: u32,
    /// The child's name before its `execve`: the name of this program.
    comm: Comm,
    /// Whether the `execve` was seen.
    is_over: bool,
}

impl PreludeFilter {
    /// For the child with this process id and this name.
    pub fn new(tgid: u32, comm: Comm) -> Self {
        Self { tgid, comm, is_over: false }
    }

    /// Whether to hide an event. The entry of `execve` is the first event that is shown.
    pub fn hides(&mut self, header: &Header, event: &DecodedEvent<'_>) -> bool {
        let (task, call) = match &event.kind {
            DecodedKind::Enter { task, call } => (task, Some(call)),
            DecodedKind::Exit { task, call, .. } => (task, call.whole()),
            DecodedKind::Memory { .. } | DecodedKind::Dropped { .. } => return false,
        };
        if self.is_over || task.tgid != self.tgid {
            return false;
        }
        // If the `execve` was dropped, the new name shows that the command runs.
        self.is_over = task.comm != self.comm || call.is_some_and(|call| is_execve(header, call));
        !self.is_over
    }
}

fn is_execve(header: &Header, call: &DecodedCall<'_>) -> bool {
    let abi = Abi::new(header.machine, call.is_32bit);
    KnownCall::new(abi, call.number).is_some_and(|call| call.name() == "execve")
}
