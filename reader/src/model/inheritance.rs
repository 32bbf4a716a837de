// SPDX-License-Identifier: GPL-2.0

//! What a new thread or process has of its maker: what both share, and copies of the rest.

use super::descriptor_map::WorkLimit;
use super::descriptors::NOTED_DESCRIPTORS;
use super::ledger::Ledger;
use super::processes::ProcessEntry;
use super::sharing::{Belongings, EntrySnapshot, SharedDirectory, SharedTable};
use super::state::{Birth, State};
use super::threads::{fork_flags, Prepared, CLONE_FILES, CLONE_FS, CLONE_PARENT};
use std::rc::Rc;
use syscall_record_format::format::Comm;

/// Who makes a child, and what the child gets.
pub(super) struct Maker {
    pub(super) tgid: u32,
    pub(super) comm: Comm,
    /// Index and serial number of its process.
    pub(super) process: (usize, u64),
    /// The flags of the call, if they are known.
    pub(super) flags: Option<u64>,
    /// The number of the event of the call's entry.
    pub(super) since: u64,
    pub(super) belongings: Belongings,
    pub(super) copies: EntrySnapshot,
}

impl State {
    /// Notes that the thread at index `maker` makes the current event's thread.
    #[cold]
    pub(super) fn adopt(&mut self, maker: usize) {
        // This call makes no other child.
        self.forking.retain(|&index| index != maker);
        if let Some(maker) = self.maker(maker) {
            self.give(self.current.thread, &maker);
        }
        let tid = self.threads.get(self.current.thread).map(|child| child.tid);
        let call = self.threads.get_mut(maker).and_then(|maker| maker.call.as_mut());
        if let Some((call, tid)) = call.zip(tid) {
            call.prepared = Prepared::HasChild(tid);
        }
    }

    /// Notes that the current event's thread was made by a call that has returned in its maker.
    #[cold]
    pub(super) fn adopt_birth(&mut self, birth: Birth) {
        let Birth { maker_tgid, maker_comm, maker, flags, since, belongings, copies, .. } = birth;
        let maker = Maker { tgid: maker_tgid, comm: maker_comm, process: maker, flags, since, belongings, copies };
        self.give(self.current.thread, &maker);
    }

    /// What a thread in a call that makes a child gives to the child now.
    pub(super) fn maker(&mut self, index: usize) -> Option<Maker> {
        let Self { needs, known_since, .. } = *self;
        let process = self.threads.get(index)?.process;
        let is_in_doubt = self.processes.get(process)?.is_in_doubt;
        // Of another process than it seems to be, nothing is known.
        let belongings = match needs.files {
            true if is_in_doubt => {
                self.doubt_what_child_shares(index);
                Belongings::doubtful()
            }
            true => self.belongings(index),
            false => Belongings::default(),
        };
        let Self { threads, processes, work, ledger, .. } = self;
        let thread = threads.get(index)?;
        let call = thread.call.as_ref()?;
        let serial = processes.get(process)?.process.serial;
        let mut copies = EntrySnapshot::default();
        if let Belongings { table: Some(table), directory: Some(directory) } = &belongings {
            let now = &table.borrow().known_map();
            match call.snapshot() {
                Some(before) if !is_in_doubt => {
                    copies.map = before.map.common(now, work, ledger);
                    copies.path = directory.borrow().path_since(call.event).filter(|_| before.path.is_some());
                }
                // The entry was not recorded.
                None if call.event > known_since && !is_in_doubt && !matches!(call.prepared, Prepared::HasChild(_)) => {
                    copies.map = now.clone();
                    copies.path = directory.borrow().own_path();
                }
                _ => (),
            }
        }
        let flags = fork_flags(thread);
        let process = if is_in_doubt { (usize::MAX, 0) } else { (process, serial) };
        let (tgid, comm) = (thread.tgid, thread.comm);
        Some(Maker { tgid, comm, process, flags, since: call.event, belongings, copies })
    }

    /// Notes that nothing can be known of what the thread at this index, which makes a child, shares with the child.
    pub(super) fn doubt_what_child_shares(&mut self, index: usize) {
        let flags = self.threads.get(index).and_then(fork_flags).unwrap_or(CLONE_FILES | CLONE_FS);
        self.belongings(index).doubt(flags & CLONE_FILES != 0, flags & CLONE_FS != 0);
    }

    /// Gives a new thread what its maker shares with it, or has given to it.
    pub(super) fn give(&mut self, index: usize, maker: &Maker) {
        let Self { threads, processes, needs, .. } = self;
        let Some(thread) = threads.get_mut(index) else { return };
        if thread.tgid != maker.tgid {
            let (process, looks_up) = (thread.process, needs.processes);
            self.give_to_process(process, maker);
            if looks_up {
                self.processes.look_up_parent(process, self.is_live, self.current.number);
            }
            return;
        }
        let Some(entry) = processes.get_mut(thread.process).filter(|entry| needs.files && !entry.is_doubtful) else {
            return;
        };
        // A thread shares what its process has, unless its maker has something of its own. Threads whose flags are not
        // known are made by `clone3` of a C library: they share both.
        let flags = maker.flags.unwrap_or(CLONE_FILES | CLONE_FS);
        let mut own = Belongings::default();
        if flags & CLONE_FILES == 0 {
            let table = SharedTable::default();
            table.borrow_mut().map = maker.copies.map.clone();
            own.table = Some(table);
        } else if let Some(table) = &maker.belongings.table {
            let is_own = entry.shared.table.as_ref().is_none_or(|shared| !Rc::ptr_eq(shared, table));
            own.table = is_own.then(|| table.clone());
        }
        if flags & CLONE_FS == 0 {
            let directory = SharedDirectory::default();
            directory.borrow_mut().set_known(maker.copies.path.clone());
            own.directory = Some(directory);
        } else if let Some(directory) = &maker.belongings.directory {
            let is_own = entry.shared.directory.as_ref().is_none_or(|shared| !Rc::ptr_eq(shared, directory));
            own.directory = is_own.then(|| directory.clone());
        }
        entry.is_split |= own.table.is_some() || own.directory.is_some();
        thread.own = own;
    }

    /// Gives a new process what its maker shares with it, or has given to it. What the process has changed already
    /// stays.
    pub(super) fn give_to_process(&mut self, index: usize, maker: &Maker) {
        let now = self.current.number;
        let maker_flags = maker.flags.unwrap_or(0);
        let Self { processes, needs, work, ledger, .. } = self;
        let (parent, serial) = maker.process;
        let of_maker = processes.get(parent).filter(|entry| entry.process.serial == serial);
        let values = of_maker.map(|entry| (entry.process.uid, entry.process.name, entry.comm));
        let Some(child) = processes.get_mut(index).filter(|child| !child.is_forked) else { return };
        child.is_forked = true;
        if let Some((uid, name, comm)) = values {
            child.process.uid = child.process.uid.or(uid);
            child.inherit_name(name, comm);
        }
        if needs.files {
            // If it has made children that share what it has, they all share that, and it is not known which of them.
            let (of_table, of_directory) = child.shared.shared_parts();
            let flags = maker_flags & !child.unshared;
            let doubted = (of_table && flags & CLONE_FILES != 0, of_directory && flags & CLONE_FS != 0);
            child.shared.doubt(doubted.0, doubted.1);
            maker.belongings.doubt(doubted.0, doubted.1);
            give_table(child, maker, flags, work, ledger);
            give_directory(child, maker, flags, now);
        }
        let parent = if maker_flags & CLONE_PARENT == 0 {
            values.map(|_| parent)
        } else {
            values.and_then(|_| processes.parent(parent))
        };
        if let Some(parent) = parent {
            processes.set_parent(index, parent);
        }
    }
}

/// Gives a new process the table of its maker, if `flags` have `CLONE_FILES`, or a copy of what was in it.
fn give_table(child: &mut ProcessEntry, maker: &Maker, flags: u64, work: &mut WorkLimit, ledger: &Ledger) {
    let of_maker = maker.belongings.table.as_ref();
    let shared = of_maker.filter(|_| flags & CLONE_FILES != 0);
    match (&child.shared.table, shared) {
        (None, Some(table)) => child.shared.table = Some(table.clone()),
        (None, None) => {
            let mut own = child.shared.table.get_or_insert_default().borrow_mut();
            own.map = maker.copies.map.clone();
            if let Some(table) = of_maker {
                let table = table.borrow();
                (own.older, own.asked) = (table.older.clone(), table.asked);
            }
        }
        // It has changed its table before it was known that it shares it.
        (Some(own), Some(table)) => {
            if !Rc::ptr_eq(own, table) {
                table.borrow_mut().take_changes(&own.borrow(), maker.since, work, ledger);
                child.shared.table = Some(table.clone());
            }
        }
        (Some(own), None) => {
            let own = &mut own.borrow_mut().map;
            let _ = maker.copies.map.for_each(work, &mut |number, descriptor| {
                // Which descriptors were in a range that was closed, is noted of the low ones alone.
                let may_be_closed = child.has_closed_range && number >= NOTED_DESCRIPTORS;
                if own.get(number).is_none() && !may_be_closed && !(child.has_run && descriptor.closes_on_exec) {
                    own.set(number, descriptor.clone(), ledger);
                }
            });
        }
    }
}

/// Gives a new process the directory of its maker, if `flags` have `CLONE_FS`, or the path that it had. `now` is the
/// current event.
fn give_directory(child: &mut ProcessEntry, maker: &Maker, flags: u64, now: u64) {
    let shared = maker.belongings.directory.as_ref().filter(|_| flags & CLONE_FS != 0);
    match (&child.shared.directory, shared) {
        (None, Some(directory)) => child.shared.directory = Some(directory.clone()),
        (Some(own), Some(directory)) => {
            if !Rc::ptr_eq(own, directory) {
                directory.borrow_mut().take_changes(&own.borrow(), now);
                child.shared.directory = Some(directory.clone());
            }
        }
        (_, None) => {
            let mut own = child.shared.directory.get_or_insert_default().borrow_mut();
            if own.changed() == 0 && own.own_path().is_none() {
                own.set_known(maker.copies.path.clone());
            }
        }
    }
}
