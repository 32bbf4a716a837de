// SPDX-License-Identifier: GPL-2.0

//! Processes: their names, their parents, and their files.

use super::files::Files;
use super::hash::ById;
use super::threads::MAX_THREADS;
use super::{proc, Process};
use std::process;
use syscall_record_format::format::{Comm, Task};

/// Processes that are kept at a time, those without a thread that is known included: these were made by a
/// fork and have made no call yet.
const MAX_PROCESSES: usize = MAX_THREADS * 2;

/// Flags of `clone`, `include/uapi/linux/sched.h`.
pub(super) const CLONE_FILES: u64 = 0x400;
pub(super) const CLONE_VFORK: u64 = 0x4000;
const CLONE_PARENT: u64 = 0x8000;
pub(super) const CLONE_THREAD: u64 = 0x1_0000;

/// A process, and what is kept for it.
#[derive(Default)]
pub(super) struct Entry {
    pub(super) process: Process,
    /// Its name as it was in the last event.
    pub(super) comm: Comm,
    /// Whether `comm` is that of the first thread.
    is_leaders: bool,
    /// Its threads that are known.
    pub(super) threads: u32,
    /// The number of the event that showed it first.
    pub(super) since: u64,
    /// A thread that is not the first and runs another program: if that succeeds, it becomes the first.
    pub(super) exec: Option<u32>,
    /// Its fork was seen, which told what it inherits.
    is_forked: bool,
    /// It has run another program since it was first seen.
    pub(super) has_run: bool,
    /// It was looked for in `/proc`.
    is_looked_up: bool,
    /// Its table of file descriptors.
    pub(super) files: Option<usize>,
    /// Its current directory.
    pub(super) directory: Option<Vec<u8>>,
}

/// All processes that are known.
#[derive(Default)]
pub(super) struct Processes {
    slots: Vec<Entry>,
    free: Vec<usize>,
    by_pid: ById<u32, usize>,
    pub(super) files: Files,
}

impl Processes {
    pub(super) fn find(&self, pid: u32) -> Option<usize> {
        self.by_pid.get(&pid).copied()
    }

    pub(super) fn get(&self, index: usize) -> Option<&Entry> {
        self.slots.get(index)
    }

    pub(super) fn get_mut(&mut self, index: usize) -> Option<&mut Entry> {
        self.slots.get_mut(index)
    }

    /// A new process, shown by event `number`.
    pub(super) fn insert(&mut self, pid: u32, number: u64) -> usize {
        if self.by_pid.len() >= MAX_PROCESSES {
            self.forget_idle();
        }
        let index = self.free.pop().unwrap_or_else(|| {
            self.slots.push(Entry::default());
            self.slots.len() - 1
        });
        if let Some(entry) = self.slots.get_mut(index) {
            let process = Process { pid, ..Process::default() };
            *entry = Entry { process, since: number, ..Entry::default() };
        }
        self.by_pid.insert(pid, index);
        index
    }

    /// A thread of it is forgotten. The last takes it along.
    pub(super) fn leave(&mut self, index: usize) {
        let Some(entry) = self.slots.get_mut(index) else { return };
        entry.threads = entry.threads.saturating_sub(1);
        if entry.threads == 0 {
            self.remove(index);
        }
    }

    fn remove(&mut self, index: usize) {
        let Some(entry) = self.slots.get_mut(index) else { return };
        if self.by_pid.get(&entry.process.pid) == Some(&index) {
            self.by_pid.remove(&entry.process.pid);
            if let Some(table) = entry.files {
                self.files.leave(table);
            }
            *entry = Entry::default();
            self.free.push(index);
        }
    }

    pub(super) fn pid(&self, index: usize) -> u32 {
        self.slots.get(index).map_or(0, |entry| entry.process.pid)
    }

    /// A process's table of file descriptors.
    pub(super) fn table(&mut self, index: usize) -> usize {
        let Self { slots, files, .. } = self;
        let Some(entry) = slots.get_mut(index) else { return usize::MAX };
        *entry.files.get_or_insert_with(|| files.add())
    }

    /// Process `index` has made process `pid`, by a call with these flags; event `number` tells so.
    #[cold]
    pub(super) fn fork(&mut self, index: usize, pid: u32, flags: u64, number: u64) {
        let child = match self.find(pid) {
            Some(child) if self.slots.get(child).is_some_and(|entry| entry.threads > 0) => child,
            old => {
                if let Some(old) = old {
                    self.remove(old);
                }
                self.insert(pid, number)
            }
        };
        let Self { slots, files, .. } = self;
        let Some(parent) = slots.get(index) else { return };
        let ppid = if flags & CLONE_PARENT == 0 { Some(parent.process.pid) } else { parent.process.ppid };
        let (uid, name, comm) = (parent.process.uid, parent.process.name.clone(), parent.comm);
        let (table, directory) = (parent.files, parent.directory.clone());
        let Some(child) = slots.get_mut(child).filter(|child| !child.is_forked) else { return };
        child.is_forked = true;
        child.process.ppid = ppid;
        child.process.uid = child.process.uid.or(uid);
        if child.process.name.is_empty() {
            (child.process.name, child.comm) = (name, comm);
        }
        child.directory = child.directory.take().or(directory);
        let Some(table) = table else { return };
        match child.files {
            Some(own) => files.fill(own, table, child.has_run),
            None if flags & CLONE_FILES != 0 => child.files = Some(files.share(table)),
            None => child.files = Some(files.copy(table)),
        }
    }

    /// Finds out what is known of a process's parent.
    pub(super) fn look_up_parent(&mut self, index: usize, is_live: bool) {
        let Some(entry) = self.slots.get_mut(index) else { return };
        if is_live && !entry.is_looked_up {
            entry.is_looked_up = true;
            if entry.process.ppid.is_none() || entry.process.uid.is_none() {
                let (ppid, mut uid) = proc::status(entry.process.pid);
                // What this program has started began with this one's user, and may have set it since.
                if ppid == Some(process::id()) {
                    uid = proc::status(process::id()).1;
                }
                entry.process.ppid = entry.process.ppid.or(ppid);
                entry.process.uid = entry.process.uid.or(uid);
            }
            if let Some(ppid) = entry.process.ppid.filter(|ppid| !self.by_pid.contains_key(ppid)) {
                entry.process.parent_name = proc::name(ppid);
            }
        }
        // It may have run another program since.
        let Some(ppid) = entry.process.ppid else { return };
        let Some(parent) = self.by_pid.get(&ppid).and_then(|&parent| self.slots.get(parent)) else { return };
        if self.slots.get(index).is_some_and(|entry| entry.process.parent_name.as_ref() != Some(&parent.process.name)) {
            let name = parent.process.name.clone();
            if let Some(entry) = self.slots.get_mut(index).filter(|_| !name.is_empty()) {
                entry.process.parent_name = Some(name);
            }
        }
    }

    /// Forgets those of which no thread is known.
    #[cold]
    fn forget_idle(&mut self) {
        let is_idle = |index: &usize| self.slots.get(*index).is_some_and(|entry| entry.threads == 0);
        let idle: Vec<usize> = self.by_pid.values().copied().filter(is_idle).collect();
        for index in idle {
            self.remove(index);
        }
    }
}

impl Entry {
    /// The comm of its first thread, if an event told it.
    pub(super) fn leaders_comm(&self) -> Option<Comm> {
        self.is_leaders.then_some(self.comm)
    }

    /// A thread of it was seen, and how that is called.
    pub(super) fn note_name(&mut self, task: &Task) {
        let is_leaders = task.tid == task.tgid;
        if (self.is_leaders && !is_leaders)
            || (self.comm == task.comm && self.is_leaders == is_leaders && !self.process.name.is_empty())
        {
            return;
        }
        (self.comm, self.is_leaders) = (task.comm, is_leaders);
        self.process.name.clear();
        for word in task.comm {
            self.process.name.extend(word.to_le_bytes());
        }
        let end = self.process.name.iter().position(|&byte| byte == 0).unwrap_or(self.process.name.len());
        self.process.name.truncate(end);
    }
}
