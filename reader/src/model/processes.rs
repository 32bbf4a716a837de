// SPDX-License-Identifier: GPL-2.0

//! All processes that are known, with their names, their parents and their descriptors.

use super::descriptor_table::DescriptorTables;
use super::event::Process;
use super::id_map::IdMap;
use super::procfs;
use super::threads::MAX_THREADS;
use std::process;
use syscall_record_format::format::{Comm, Task};

/// How many processes are kept at a time. More than threads: of a process that was made by a fork and has made no call
/// yet, no thread is known.
const MAX_PROCESSES: usize = MAX_THREADS * 2;

/// Flags of `clone`, `include/uapi/linux/sched.h`.
pub(super) const CLONE_FILES: u64 = 0x400;
pub(super) const CLONE_VFORK: u64 = 0x4000;
const CLONE_PARENT: u64 = 0x8000;
pub(super) const CLONE_THREAD: u64 = 0x1_0000;

/// A process, and what the model remembers of it.
#[derive(Default)]
pub(super) struct ProcessEntry {
    pub(super) process: Process,
    /// The name of one of its threads, as the last event had it: of the first thread if that was seen.
    pub(super) comm: Comm,
    /// Whether `comm` is the name of the first thread.
    is_leaders: bool,
    /// How many of its threads are known.
    pub(super) threads: u32,
    /// The number of the event that showed it first.
    pub(super) since: u64,
    /// Id of a thread, other than the first, that is in `execve`. If the call succeeds, it becomes the first thread.
    pub(super) exec: Option<u32>,
    /// Whether its fork was seen, so that what it inherits is known.
    is_forked: bool,
    /// Whether it has run another program since it was first seen.
    pub(super) has_run: bool,
    /// Whether it was looked up in `/proc`.
    is_looked_up: bool,
    /// Index of its table of descriptors, if it has one yet.
    pub(super) files: Option<usize>,
    /// Its current directory, if it is known.
    pub(super) directory: Option<Vec<u8>>,
}

/// All processes that are known, by index and by process id.
#[derive(Default)]
pub(super) struct ProcessTable {
    slots: Vec<ProcessEntry>,
    /// Indices of slots without a process.
    free: Vec<usize>,
    by_pid: IdMap<u32, usize>,
    /// The descriptors of all processes.
    pub(super) files: DescriptorTables,
}

impl ProcessTable {
    /// The index of the process with this id.
    pub(super) fn find(&self, pid: u32) -> Option<usize> {
        self.by_pid.get(&pid).copied()
    }

    pub(super) fn get(&self, index: usize) -> Option<&ProcessEntry> {
        self.slots.get(index)
    }

    pub(super) fn get_mut(&mut self, index: usize) -> Option<&mut ProcessEntry> {
        self.slots.get_mut(index)
    }

    /// Adds a process, which event `number` has shown. Returns its index.
    pub(super) fn insert(&mut self, pid: u32, number: u64) -> usize {
        if self.by_pid.len() >= MAX_PROCESSES {
            self.forget_idle();
        }
        let index = self.free.pop().unwrap_or_else(|| {
            self.slots.push(ProcessEntry::default());
            self.slots.len() - 1
        });
        if let Some(entry) = self.slots.get_mut(index) {
            let process = Process { pid, ..Process::default() };
            *entry = ProcessEntry { process, since: number, ..ProcessEntry::default() };
        }
        self.by_pid.insert(pid, index);
        index
    }

    /// Notes that a thread of a process is forgotten. With its last thread, the process is forgotten.
    pub(super) fn remove_thread(&mut self, index: usize) {
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
                self.files.remove_user(table);
            }
            *entry = ProcessEntry::default();
            self.free.push(index);
        }
    }

    /// The id of the process at this index; 0 if there is none.
    pub(super) fn pid(&self, index: usize) -> u32 {
        self.slots.get(index).map_or(0, |entry| entry.process.pid)
    }

    /// Index of a process's table of descriptors, which is added if it has none yet.
    pub(super) fn files_of(&mut self, index: usize) -> usize {
        let Self { slots, files, .. } = self;
        let Some(entry) = slots.get_mut(index) else { return usize::MAX };
        *entry.files.get_or_insert_with(|| files.add())
    }

    /// Notes that the process at `index` has made process `pid` by a call with these flags, which event `number` has
    /// shown.
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
            Some(own) => files.inherit(own, table, child.has_run),
            None if flags & CLONE_FILES != 0 => child.files = Some(files.add_user(table)),
            None => child.files = Some(files.copy(table)),
        }
    }

    /// Finds out a process's parent, and the parent's name. If `is_live`, asks `/proc` the first time.
    pub(super) fn look_up_parent(&mut self, index: usize, is_live: bool) {
        let Some(entry) = self.slots.get_mut(index) else { return };
        if is_live && !entry.is_looked_up {
            entry.is_looked_up = true;
            if entry.process.ppid.is_none() || entry.process.uid.is_none() {
                let (ppid, mut uid) = procfs::parent_and_user(entry.process.pid);
                // A child of this program began with this program's user, and may have set another one since.
                if ppid == Some(process::id()) {
                    uid = procfs::parent_and_user(process::id()).1;
                }
                entry.process.ppid = entry.process.ppid.or(ppid);
                entry.process.uid = entry.process.uid.or(uid);
            }
            if let Some(ppid) = entry.process.ppid.filter(|ppid| !self.by_pid.contains_key(ppid)) {
                entry.process.parent_name = procfs::name(ppid);
            }
        }
        // The parent may have another name by now.
        let Some(ppid) = entry.process.ppid else { return };
        let Some(parent) = self.by_pid.get(&ppid).and_then(|&parent| self.slots.get(parent)) else { return };
        if self.slots.get(index).is_some_and(|entry| entry.process.parent_name.as_ref() != Some(&parent.process.name)) {
            let name = parent.process.name.clone();
            if let Some(entry) = self.slots.get_mut(index).filter(|_| !name.is_empty()) {
                entry.process.parent_name = Some(name);
            }
        }
    }

    /// Forgets the processes of which no thread is known.
    #[cold]
    fn forget_idle(&mut self) {
        let is_idle = |index: &usize| self.slots.get(*index).is_some_and(|entry| entry.threads == 0);
        let idle: Vec<usize> = self.by_pid.values().copied().filter(is_idle).collect();
        for index in idle {
            self.remove(index);
        }
    }
}

impl ProcessEntry {
    /// The name of its first thread, if an event had it.
    pub(super) fn leaders_comm(&self) -> Option<Comm> {
        self.is_leaders.then_some(self.comm)
    }

    /// Notes the name of a thread of the process. The name of its first thread counts, once it is known.
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
