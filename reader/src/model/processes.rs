// SPDX-License-Identifier: GPL-2.0

//! All processes that are known, with their names, their parents and what they share with others.

use super::event::Process;
use super::id_map::IdMap;
use super::name::ProcessName;
use super::procfs;
use super::sharing::Belongings;
use super::threads::MAX_THREADS;
use std::process;
use syscall_record_format::format::{Comm, Task};

/// How many processes are kept at a time. Of a process that was made by a fork and has made no call yet, no thread is
/// known: when there are more, these are forgotten.
const MAX_PROCESSES: usize = MAX_THREADS + 1024;

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
    /// Index of one of them.
    pub(super) first_thread: Option<usize>,
    /// The number of the event that showed it first.
    pub(super) since: u64,
    /// Id of a thread, other than the first, that is in `execve`. If the call succeeds, it becomes the first thread.
    pub(super) exec: Option<u32>,
    /// Whether its fork was seen, so that what it inherits is known.
    pub(super) is_forked: bool,
    /// Whether it has run another program since it was first seen.
    pub(super) has_run: bool,
    /// Whether it has closed a range of descriptors, known or not.
    pub(super) has_closed_range: bool,
    /// Flags of what it has stopped sharing with its maker, as for `clone`.
    pub(super) unshared: u64,
    /// Whether its last event may be that of another process, which has got its id.
    pub(super) is_in_doubt: bool,
    /// Whether it was looked up in `/proc`.
    is_looked_up: bool,
    /// Whether threads have parts of their own in place of the process's.
    pub(super) is_split: bool,
    /// Whether a thread may have any of these parts: nothing can be known of them before another program runs.
    pub(super) is_doubtful: bool,
    /// What its threads share.
    pub(super) shared: Belongings,
    /// The id of its parent that a call has told last.
    pub(super) told_parent: Option<u32>,
    /// Index of its parent, and the parent's serial number.
    parent: Option<(usize, u64)>,
}

/// All processes that are known, by index and by process id.
#[derive(Default)]
pub(super) struct ProcessTable {
    slots: Vec<ProcessEntry>,
    /// Indices of slots without a process.
    free: Vec<u32>,
    by_pid: IdMap<u32, u32>,
    /// The serial number of the last process that was added.
    last_serial: u64,
}

impl ProcessTable {
    /// The index of the process with this id.
    pub(super) fn find(&self, pid: u32) -> Option<usize> {
        self.by_pid.get(&pid).map(|&index| index as usize)
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
            if self.slots.len() == self.slots.capacity() {
                // The memory must not double.
                self.slots.reserve_exact(self.slots.len() / 4 + 16);
            }
            self.slots.push(ProcessEntry::default());
            self.slots.len() as u32 - 1
        });
        self.last_serial += 1;
        if let Some(entry) = self.slots.get_mut(index as usize) {
            let process = Process { pid, serial: self.last_serial, ..Process::default() };
            *entry = ProcessEntry { process, since: number, ..ProcessEntry::default() };
        }
        self.by_pid.insert(pid, index);
        index as usize
    }

    /// Forgets a process of which no thread is known.
    pub(super) fn remove(&mut self, index: usize) {
        let Some(entry) = self.slots.get_mut(index) else { return };
        if self.by_pid.get(&entry.process.pid) == Some(&(index as u32)) {
            self.by_pid.remove(&entry.process.pid);
            *entry = ProcessEntry::default();
            self.free.push(index as u32);
        }
    }

    /// Finds out a process's parent, and the parent's name. If `is_live`, asks `/proc` about a process whose parent is
    /// not known, or has ended. `number` is that of the current event.
    pub(super) fn look_up_parent(&mut self, index: usize, is_live: bool, number: u64) {
        let Some(entry) = self.slots.get_mut(index) else { return };
        let mut parent = entry.parent;
        let is_parent =
            |&(parent, serial): &(usize, u64)| self.slots.get(parent).is_some_and(|it| it.process.serial == serial);
        if parent.is_some_and(|parent| !is_parent(&parent)) {
            // The parent has ended. Its id may be another process's by now.
            parent = None;
            self.forget_parent(index);
        }
        let Some(entry) = self.slots.get_mut(index) else { return };
        if is_live && !entry.is_looked_up && (parent.is_none() || entry.process.uid.is_none()) {
            entry.is_looked_up = true;
            let (ppid, mut uid) = procfs::parent_and_user(entry.process.pid);
            // A child of this program began with this program's user, and may have set another one since.
            if ppid == Some(process::id()) {
                uid = procfs::parent_and_user(process::id()).1;
            }
            entry.process.uid = entry.process.uid.or(uid);
            if let Some(ppid) = ppid.filter(|_| parent.is_none()) {
                let found = self.find(ppid).unwrap_or_else(|| self.insert_older(ppid, number));
                self.set_parent(index, found);
                parent = self.slots.get(index).and_then(|entry| entry.parent);
            }
        }
        // The parent may have another name by now.
        let Some(parent) = parent.and_then(|(parent, _)| self.slots.get(parent)) else { return };
        let known = Some(&parent.process).filter(|_| !parent.is_in_doubt);
        let (ppid, name) = (known.map(|parent| parent.pid), known.map(|parent| parent.name));
        if let Some(entry) = self.slots.get_mut(index) {
            entry.process.ppid = ppid;
            entry.process.parent_name = name.filter(|name| !name.is_empty());
        }
    }

    /// Adds a process that `/proc` has.
    #[cold]
    fn insert_older(&mut self, pid: u32, number: u64) -> usize {
        let index = self.insert(pid, number);
        if let Some(entry) = self.slots.get_mut(index) {
            entry.process.name = procfs::name(pid).as_deref().unwrap_or_default().into();
        }
        index
    }

    /// Sets a process's parent, by index.
    pub(super) fn set_parent(&mut self, index: usize, parent: usize) {
        let Some(of) = self.slots.get(parent).filter(|_| index != parent) else { return };
        let reference = (parent, of.process.serial);
        let pid = of.process.pid;
        if let Some(entry) = self.slots.get_mut(index) {
            entry.parent = Some(reference);
            entry.process.ppid = Some(pid);
        }
    }

    /// The index of a process's parent, if that is known and has not ended.
    pub(super) fn parent(&self, index: usize) -> Option<usize> {
        let (parent, serial) = self.slots.get(index)?.parent?;
        (self.slots.get(parent)?.process.serial == serial).then_some(parent)
    }

    /// Forgets who a process's parent is: it may be another one by now.
    #[cold]
    pub(super) fn forget_parent(&mut self, index: usize) {
        if let Some(entry) = self.slots.get_mut(index) {
            entry.parent = None;
            (entry.process.ppid, entry.process.parent_name) = (None, None);
            entry.is_looked_up = false;
        }
    }

    /// Forgets all that a process seems to have of a maker.
    #[cold]
    pub(super) fn forget_maker(&mut self, index: usize) {
        self.forget_parent(index);
        if let Some(entry) = self.slots.get_mut(index) {
            entry.process.uid = None;
            (entry.is_forked, entry.shared) = (false, Belongings::default());
        }
    }

    /// Forgets all that events may have changed that were lost: users, parents, descriptors and directories.
    #[cold]
    pub(super) fn forget_changeable(&mut self) {
        for index in 0..self.slots.len() {
            self.forget_parent(index);
            if let Some(entry) = self.slots.get_mut(index) {
                entry.process.uid = None;
                entry.exec = None;
                entry.shared.lose();
            }
        }
    }

    /// Forgets all processes. Serial numbers do not come back.
    #[cold]
    pub(super) fn forget_all(&mut self) {
        *self = Self { last_serial: self.last_serial, ..Self::default() };
    }

    /// How many places for processes there are.
    pub(super) fn slots(&self) -> usize {
        self.slots.len()
    }

    /// Forgets the processes of which no thread is known.
    #[cold]
    pub(super) fn forget_idle(&mut self) {
        let is_idle = |index: &usize| self.slots.get(*index).is_some_and(|entry| entry.threads == 0);
        let idle: Vec<usize> = self.by_pid.values().map(|&index| index as usize).filter(is_idle).collect();
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

    /// Sets the name that a new process has from its maker.
    pub(super) fn inherit_name(&mut self, name: ProcessName, comm: Comm) {
        if self.process.name.is_empty() {
            (self.process.name, self.comm) = (name, comm);
        }
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
        self.process.name = ProcessName::new(task.comm);
    }
}
