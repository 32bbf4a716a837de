// SPDX-License-Identifier: GPL-2.0

//! The filter by processes and names: decides which tasks are recorded.

use super::format::{Comm, COMM_BYTES};

/// The most bytes of a task's name; the kernel cuts longer names.
pub const NAME_BYTES: usize = COMM_BYTES - 1;

/// The most items of a [`List`].
pub const MAX_LISTED: usize = 16;

/// A task's name, as in `/proc/PID/comm`, to compare with others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CommName(Comm);

impl CommName {
    /// The first [`NAME_BYTES`] bytes of `name`.
    #[inline]
    pub fn new(name: &[u8]) -> Self {
        let mut bytes = [0; COMM_BYTES];
        for (to, from) in bytes[..NAME_BYTES].iter_mut().zip(name) {
            *to = *from;
        }
        Self(comm_from_bytes(&bytes))
    }

    /// A name that is padded with NULs; `None` if there is no NUL, or if another byte follows a NUL.
    #[inline]
    pub fn from_padded(bytes: [u8; COMM_BYTES]) -> Option<Self> {
        let is_padded = bytes[NAME_BYTES] == 0 && bytes.windows(2).all(|pair| pair[0] != 0 || pair[1] == 0);
        is_padded.then(|| Self(comm_from_bytes(&bytes)))
    }

    /// The name, padded with at least one NUL.
    #[inline]
    pub fn to_bytes(self) -> [u8; COMM_BYTES] {
        comm_to_bytes(self.0)
    }
}

/// The bytes of a task's `comm`, as two words.
#[inline(always)]
pub fn comm_from_bytes(bytes: &[u8; COMM_BYTES]) -> Comm {
    let all = u128::from_le_bytes(*bytes);
    [all as u64, (all >> 64) as u64]
}

/// The words of a task's `comm`, as bytes.
#[inline]
pub fn comm_to_bytes([low, high]: Comm) -> [u8; COMM_BYTES] {
    (u128::from(low) | (u128::from(high) << 64)).to_le_bytes()
}

/// A task that a filter is applied to.
pub trait FilteredTask {
    /// Process id.
    fn tgid(&self) -> u32;
    /// The name of the thread.
    fn comm(&self) -> Comm;
    /// Process id and name of the parent process.
    fn parent(&self) -> (u32, Comm);
}

/// Up to [`MAX_LISTED`] alternatives; an empty list matches everything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct List<T> {
    items: [T; MAX_LISTED],
    len: u8,
}

impl<T: Copy + Default + PartialEq> List<T> {
    /// A list of `items`; `None` if there are more than [`MAX_LISTED`].
    #[inline]
    pub fn new(items: &[T]) -> Option<Self> {
        let mut list = Self::default();
        items.iter().all(|&item| list.push(item)).then_some(list)
    }

    /// Adds `item`; returns whether there was room for it.
    #[inline]
    pub fn push(&mut self, item: T) -> bool {
        let Some(place) = self.items.get_mut(usize::from(self.len)) else { return false };
        *place = item;
        self.len += 1;
        true
    }

    /// The alternatives.
    #[inline]
    pub fn items(&self) -> &[T] {
        self.items.get(..usize::from(self.len)).unwrap_or_default()
    }

    /// Whether the list is empty.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Whether `item` is an alternative, or the list is empty.
    #[inline]
    pub fn admits(&self, item: T) -> bool {
        self.is_empty() || self.items().contains(&item)
    }
}

/// What a task must be to be recorded. All fields must match; empty fields match every task.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TaskFilter {
    /// Process ids; all threads of these processes match.
    pub pids: List<u32>,
    /// Names of threads. (The first thread of a program has the program's name.)
    pub proc_names: List<CommName>,
    /// Process id of the parent process.
    pub ppid: Option<u32>,
    /// Name of the parent process.
    pub parent_proc_name: Option<CommName>,
}

impl TaskFilter {
    /// Whether every task matches.
    #[inline]
    pub fn is_empty(&self) -> bool {
        !self.is_selective() && !self.depends_on_parent()
    }

    /// Whether a verdict on a task can change while its process and its name stay: the parent can end, and another
    /// process takes its place.
    #[inline]
    pub fn depends_on_parent(&self) -> bool {
        self.ppid.is_some() || self.parent_proc_name.is_some()
    }

    /// Whether the process and the name of a task can exclude it.
    #[inline]
    pub fn is_selective(&self) -> bool {
        !self.pids.is_empty() || !self.proc_names.is_empty()
    }

    /// Whether a thread of process `tgid` with the name `comm` matches, apart from its parent.
    #[inline]
    pub fn may_match(&self, tgid: u32, comm: Comm) -> bool {
        self.pids.admits(tgid) && self.proc_names.admits(CommName(comm))
    }

    /// Whether `task` matches.
    #[inline]
    pub fn matches(&self, task: &impl FilteredTask) -> bool {
        self.matches_as(task, task.comm())
    }

    /// Whether `task` would match if its name were `comm`.
    #[inline]
    pub fn matches_as(&self, task: &impl FilteredTask, comm: Comm) -> bool {
        self.may_match(task.tgid(), comm) && (!self.depends_on_parent() || self.matches_parent(task))
    }

    fn matches_parent(&self, task: &impl FilteredTask) -> bool {
        let (tgid, comm) = task.parent();
        self.ppid.is_none_or(|ppid| ppid == tgid) && self.parent_proc_name.is_none_or(|name| name.0 == comm)
    }
}
