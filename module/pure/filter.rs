// SPDX-License-Identifier: GPL-2.0

//! Decides whether a task is recorded.

use super::format::{Comm, COMM_BYTES};

/// Bytes of a name that count; the kernel keeps no more of a task's.
pub const NAME_BYTES: usize = COMM_BYTES - 1;

/// A task's name as `/proc/PID/comm` has it, for comparing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Name(Comm);

impl Name {
    /// The first [`NAME_BYTES`] of `name`.
    #[inline]
    pub fn new(name: &[u8]) -> Self {
        let mut bytes = [0; COMM_BYTES];
        for (to, from) in bytes[..NAME_BYTES].iter_mut().zip(name) {
            *to = *from;
        }
        Self(comm_from_bytes(&bytes))
    }
}

/// A kernel's `comm` as two words.
#[inline(always)]
pub fn comm_from_bytes(bytes: &[u8; COMM_BYTES]) -> Comm {
    let all = u128::from_le_bytes(*bytes);
    [all as u64, (all >> 64) as u64]
}

/// What a filter asks about a task.
pub trait Subject {
    /// Process id.
    fn tgid(&self) -> u32;
    /// Name of the thread.
    fn comm(&self) -> Comm;
    /// Process id and name of the parent process.
    fn parent(&self) -> (u32, Comm);
}

/// What a task must be to be recorded. Everything that is given must match.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// The process, with all its threads.
    pub pid: Option<u32>,
    /// The name of the thread (a program's first thread has the program's name).
    pub proc_name: Option<Name>,
    /// The parent process.
    pub ppid: Option<u32>,
    /// The name of the parent process.
    pub parent_proc_name: Option<Name>,
}

impl Filter {
    /// Whether this filter lets every task pass.
    #[inline]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether a verdict on a task may change although its process and its name stay: its parent may
    /// be another tomorrow.
    #[inline]
    pub fn is_fleeting(&self) -> bool {
        self.ppid.is_some() || self.parent_proc_name.is_some()
    }

    /// Whether the process and the name of a task alone exclude some.
    #[inline]
    pub fn is_selective(&self) -> bool {
        self.pid.is_some() || self.proc_name.is_some()
    }

    /// Whether a thread of process `tgid` with the name `comm` passes, if its parent does.
    #[inline]
    pub fn may_match(&self, tgid: u32, comm: Comm) -> bool {
        self.pid.is_none_or(|pid| pid == tgid) && self.proc_name.is_none_or(|name| name.0 == comm)
    }

    /// Whether `task` is to be recorded.
    #[inline]
    pub fn matches(&self, task: &impl Subject) -> bool {
        self.matches_as(task, task.comm())
    }

    /// Whether `task` would be recorded if its name were `comm`.
    #[inline]
    pub fn matches_as(&self, task: &impl Subject, comm: Comm) -> bool {
        self.may_match(task.tgid(), comm) && (!self.is_fleeting() || self.matches_parent(task))
    }

    fn matches_parent(&self, task: &impl Subject) -> bool {
        let (tgid, comm) = task.parent();
        self.ppid.is_none_or(|ppid| ppid == tgid) && self.parent_proc_name.is_none_or(|name| name.0 == comm)
    }
}
