// SPDX-License-Identifier: GPL-2.0

//! Decides whether a task is recorded.

use super::format::{Comm, COMM_BYTES};

/// Bytes of a name that count; the kernel keeps no more of a task's.
pub const NAME_BYTES: usize = COMM_BYTES - 1;

/// The most that a [`List`] holds.
pub const MAX_LISTED: usize = 16;

/// A task's name as `/proc/PID/comm` has it, for comparing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
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

    /// A name that is padded with NULs; `None` if none is there, or if something is behind one.
    #[inline]
    pub fn from_padded(bytes: [u8; COMM_BYTES]) -> Option<Self> {
        let is_padded = bytes[NAME_BYTES] == 0 && bytes.windows(2).all(|pair| pair[0] != 0 || pair[1] == 0);
        is_padded.then(|| Self(comm_from_bytes(&bytes)))
    }

    /// The name, padded with NULs: one at least.
    #[inline]
    pub fn to_bytes(self) -> [u8; COMM_BYTES] {
        comm_to_bytes(self.0)
    }
}

/// A kernel's `comm` as two words.
#[inline(always)]
pub fn comm_from_bytes(bytes: &[u8; COMM_BYTES]) -> Comm {
    let all = u128::from_le_bytes(*bytes);
    [all as u64, (all >> 64) as u64]
}

/// The bytes of a kernel's `comm`.
#[inline]
pub fn comm_to_bytes([low, high]: Comm) -> [u8; COMM_BYTES] {
    (u128::from(low) | (u128::from(high) << 64)).to_le_bytes()
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

/// Some things of which any will do, up to [`MAX_LISTED`]; none: everything will.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct List<T> {
    items: [T; MAX_LISTED],
    len: u8,
}

impl<T: Copy + Default + PartialEq> List<T> {
    /// A list of `items`; `None` if they are too many.
    #[inline]
    pub fn new(items: &[T]) -> Option<Self> {
        let mut list = Self::default();
        items.iter().all(|&item| list.push(item)).then_some(list)
    }

    /// Adds `item`, if there is room: says whether there was.
    #[inline]
    pub fn push(&mut self, item: T) -> bool {
        let Some(place) = self.items.get_mut(usize::from(self.len)) else { return false };
        *place = item;
        self.len += 1;
        true
    }

    /// What is listed.
    #[inline]
    pub fn items(&self) -> &[T] {
        self.items.get(..usize::from(self.len)).unwrap_or_default()
    }

    /// Whether nothing is listed.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Whether `item` will do.
    #[inline]
    pub fn admits(&self, item: T) -> bool {
        self.is_empty() || self.items().contains(&item)
    }
}

/// What a task must be to be recorded. Everything that is given must match.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// The processes, each with all its threads.
    pub pids: List<u32>,
    /// The names of threads (a program's first thread has the program's name).
    pub proc_names: List<Name>,
    /// The parent process.
    pub ppid: Option<u32>,
    /// The name of the parent process.
    pub parent_proc_name: Option<Name>,
}

impl Filter {
    /// Whether this filter lets every task pass.
    #[inline]
    pub fn is_empty(&self) -> bool {
        !self.is_selective() && !self.is_fleeting()
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
        !self.pids.is_empty() || !self.proc_names.is_empty()
    }

    /// Whether a thread of process `tgid` with the name `comm` passes, if its parent does.
    #[inline]
    pub fn may_match(&self, tgid: u32, comm: Comm) -> bool {
        self.pids.admits(tgid) && self.proc_names.admits(Name(comm))
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
