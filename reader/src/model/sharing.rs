// SPDX-License-Identifier: GPL-2.0

//! What threads and processes share: a table of descriptors (`CLONE_FILES`) and a current directory (`CLONE_FS`).

use super::descriptor_map::{Descriptor, DescriptorMap, WorkLimit};
use super::ledger::Ledger;
use super::name::Name;
use super::open_file::OpenFile;
use std::cell::RefCell;
use std::rc::Rc;

/// A table of descriptors.
#[derive(Clone, Default)]
pub(super) struct DescriptorTable {
    pub(super) map: DescriptorMap,
    /// What `/proc` had of older descriptors, and when, in nanoseconds since 1970. It holds for later events alone.
    pub(super) older: Option<(u64, Box<DescriptorMap>)>,
    /// When `/proc` was asked last, in nanoseconds since 1970; 0 if it was not.
    pub(super) asked: u64,
    /// The number of the last event that may have replaced or closed a descriptor, whatever it was: of `dup2`, or of a
    /// second `close`; 0 if there was none.
    pub(super) replaced: u64,
    /// That descriptor.
    replaced_number: i32,
    /// Whether those that shared it may have stopped that, by a call that was lost. Then nothing is known of it any
    /// more.
    is_doubtful: bool,
}

/// A current directory.
#[derive(Default)]
pub(super) struct CurrentDirectory {
    /// Its path, if that is known.
    path: Option<Name>,
    /// The number of the event that has changed it last.
    changed: u64,
    /// How many threads are in a call that may change it.
    changing: u32,
    /// What `/proc` had, and when, as for descriptors.
    pub(super) older: Option<(u64, Name)>,
    /// As for descriptors.
    pub(super) asked: u64,
    /// As for descriptors.
    is_doubtful: bool,
}

pub(super) type SharedTable = Rc<RefCell<DescriptorTable>>;
pub(super) type SharedDirectory = Rc<RefCell<CurrentDirectory>>;

/// What a thread has, as a call that makes a child finds it. Parts that are not followed are empty.
#[derive(Clone, Default)]
pub(super) struct Belongings {
    pub(super) table: Option<SharedTable>,
    pub(super) directory: Option<SharedDirectory>,
}

/// The descriptors and the directory at the entry of a call that makes a child.
#[derive(Clone, Default)]
pub(super) struct EntrySnapshot {
    pub(super) map: DescriptorMap,
    pub(super) path: Option<Name>,
}

/// How far the clocks of the recording and of this machine may be apart, in nanoseconds, if both are set: a day.
const MAX_CLOCK_DISTANCE: u64 = 86_400_000_000_000;

/// Whether an event came after `/proc` was asked. If one of the clocks is not set, nothing tells.
fn is_later(time: u64, asked: u64) -> bool {
    time > asked || asked - time > MAX_CLOCK_DISTANCE
}

impl DescriptorTable {
    /// What a descriptor refers to, if that is known and has not changed since event `since`.
    pub(super) fn file_since(&self, number: i32, since: u64) -> Option<Rc<OpenFile>> {
        let descriptor = self.map.get(u32::try_from(number).ok()?)?;
        descriptor.file.clone().filter(|_| descriptor.changed <= since && !self.is_doubtful)
    }

    /// All descriptors, as a process that begins now gets them.
    pub(super) fn known_map(&self) -> DescriptorMap {
        if self.is_doubtful {
            return DescriptorMap::default();
        }
        self.map.clone()
    }

    /// A table for a thread or process that shares this one no longer.
    pub(super) fn copy(&self) -> Self {
        Self {
            map: self.known_map(),
            older: self.older.clone(),
            asked: self.asked,
            replaced: self.replaced,
            replaced_number: self.replaced_number,
            is_doubtful: false,
        }
    }

    /// Takes over what a process has changed that turns out to share this table, since event `since`.
    pub(super) fn take_changes(&mut self, of_child: &Self, since: u64, work: &mut WorkLimit, ledger: &Ledger) {
        if of_child.replaced > since {
            // That call may not have returned yet.
            self.note_replaced(of_child.replaced_number, of_child.replaced);
            let unknown = Descriptor::unknown(of_child.replaced);
            self.set(of_child.replaced_number, unknown, ledger);
        }
        let Self { map, .. } = self;
        let taken = of_child.map.for_each(work, &mut |number, descriptor| {
            // Both may have changed it, and which came last is not known.
            let is_changed = map.get(number).is_some_and(|own| own.changed > since);
            let file = descriptor.file.clone().filter(|_| !is_changed);
            let (is_open, is_freed) = (descriptor.is_open && !is_changed, descriptor.is_freed && !is_changed);
            map.set(number, Descriptor { file, is_open, is_freed, ..descriptor.clone() }, ledger);
        });
        if taken.is_none() {
            self.forget();
        }
    }

    /// Notes that event `now` may replace a descriptor, whatever that is when the call does so.
    pub(super) fn note_replaced(&mut self, number: i32, now: u64) {
        (self.replaced, self.replaced_number) = (now, number);
    }

    /// Sets what is known of a descriptor.
    pub(super) fn set(&mut self, number: i32, descriptor: Descriptor, ledger: &Ledger) {
        if let Ok(number) = u32::try_from(number) {
            self.map.set(number, descriptor, ledger);
        }
    }

    /// What is known of a descriptor; `None` if no call was seen that changed it, or if that is in doubt.
    pub(super) fn get(&self, number: i32) -> Option<&Descriptor> {
        self.map.get(u32::try_from(number).ok()?).filter(|_| !self.is_doubtful)
    }

    /// Takes over what `/proc` had, as soon as an event is later than that. What calls have changed meanwhile stays.
    pub(super) fn take_older(&mut self, time: u64, work: &mut WorkLimit, ledger: &Ledger) {
        if !self.older.as_ref().is_some_and(|(asked, _)| is_later(time, *asked)) {
            return;
        }
        let Some((_, older)) = self.older.take() else { return };
        let Self { map, .. } = self;
        // If that is too much work, the rest is not known.
        let _ = older.for_each(work, &mut |number, descriptor| {
            if map.get(number).is_none_or(|own| own.file.is_none() && own.changed == 0) {
                map.set(number, descriptor.clone(), ledger);
            }
        });
    }

    /// Forgets all descriptors. When `/proc` was asked stays, for it must not be asked all the time.
    pub(super) fn forget(&mut self) {
        *self = Self { is_doubtful: self.is_doubtful, asked: self.asked, ..Self::default() };
    }
}

impl CurrentDirectory {
    /// The path, if it is known and has not changed since event `since`.
    pub(super) fn path_since(&self, since: u64) -> Option<Name> {
        self.own_path().filter(|_| self.changed <= since)
    }

    /// The path, if it is known: no thread may be changing it.
    pub(super) fn own_path(&self) -> Option<Name> {
        self.path.clone().filter(|_| self.changing == 0 && !self.is_doubtful)
    }

    /// Takes over what a process has changed that turns out to share this directory. `now` is the current event.
    pub(super) fn take_changes(&mut self, of_child: &Self, now: u64) {
        self.changing += of_child.changing;
        if of_child.changed > 0 || of_child.changing > 0 {
            self.lose(now);
        }
    }

    /// Whether nothing is known of the path, and no thread is changing it.
    pub(super) fn is_unknown(&self) -> bool {
        self.path.is_none() && self.changing == 0
    }

    /// The number of the event that has changed it last.
    pub(super) fn changed(&self) -> u64 {
        self.changed
    }

    /// A copy for a thread that stops sharing it, by a call that has returned at event `now`.
    pub(super) fn copy(&self, now: u64) -> Self {
        let path = self.own_path();
        let changed = if self.changing > 0 { now } else { self.changed };
        Self { path, changed, changing: 0, older: self.older.clone(), asked: self.asked, is_doubtful: false }
    }

    /// Notes that a thread enters a call that may change it.
    pub(super) fn begin_change(&mut self) {
        self.changing += 1;
    }

    /// Notes that a thread has returned from such a call, or is gone.
    pub(super) fn end_change(&mut self) {
        self.changing = self.changing.saturating_sub(1);
    }

    /// Sets the path that a call which was entered at event `since` and has returned at event `now` has led to. If
    /// another thread has changed it meanwhile, it is not known which change came last.
    pub(super) fn set(&mut self, path: Option<Name>, since: u64, now: u64) {
        self.path = path.filter(|_| self.changing == 0 && self.changed <= since);
        self.changed = now;
    }

    /// Sets the path that a new process or `/proc` has.
    pub(super) fn set_known(&mut self, path: Option<Name>) {
        self.path = path;
    }

    /// Notes the path that a call has told, which was entered at event `since`.
    pub(super) fn learn(&mut self, path: Name, since: u64) {
        if self.changing == 0 && self.changed <= since {
            self.path = Some(path);
        }
    }

    /// Takes over what `/proc` had, as soon as an event is later than that.
    pub(super) fn take_older(&mut self, time: u64) {
        if !self.older.as_ref().is_some_and(|(asked, _)| is_later(time, *asked)) {
            return;
        }
        if let Some((_, path)) = self.older.take() {
            if self.changed == 0 && self.changing == 0 && self.path.is_none() {
                self.path = Some(path);
            }
        }
    }

    /// Notes that event `now` has shown that the path may be another one.
    pub(super) fn lose(&mut self, now: u64) {
        (self.path, self.changed) = (None, now);
    }

    /// Forgets the path. Which threads are changing it is not forgotten.
    pub(super) fn forget(&mut self) {
        let Self { changing, asked, is_doubtful, .. } = *self;
        *self = Self { changing, asked, is_doubtful, ..Self::default() };
    }
}

impl Belongings {
    /// Parts of which nothing is known.
    pub(super) fn unknown() -> Self {
        Self { table: Some(SharedTable::default()), directory: Some(SharedDirectory::default()) }
    }

    /// Whether nothing can be known of the table.
    pub(super) fn is_doubtful(&self) -> bool {
        self.table.as_ref().is_some_and(|table| table.borrow().is_doubtful)
    }

    /// Parts of which nothing can be known.
    pub(super) fn doubtful() -> Self {
        let doubtful = Self::unknown();
        doubtful.doubt(true, true);
        doubtful
    }

    /// Notes that the table, or the directory, may be shared with another process that nobody knows of.
    pub(super) fn doubt(&self, of_table: bool, of_directory: bool) {
        if let Some(table) = self.table.as_ref().filter(|_| of_table) {
            table.borrow_mut().is_doubtful = true;
        }
        if let Some(directory) = self.directory.as_ref().filter(|_| of_directory) {
            directory.borrow_mut().is_doubtful = true;
        }
    }

    /// Empties all parts. Parts that are shared may be so no longer.
    pub(super) fn lose(&self) {
        self.forget();
        let (of_table, of_directory) = self.shared_parts();
        self.doubt(of_table, of_directory);
    }

    /// Whether the table, and the directory, are shared.
    pub(super) fn shared_parts(&self) -> (bool, bool) {
        let is_table_shared = self.table.as_ref().is_some_and(|table| Rc::strong_count(table) > 1);
        (is_table_shared, self.directory.as_ref().is_some_and(|directory| Rc::strong_count(directory) > 1))
    }

    /// Empties all parts. Who shares them stays.
    pub(super) fn forget(&self) {
        if let Some(table) = &self.table {
            table.borrow_mut().forget();
        }
        if let Some(directory) = &self.directory {
            directory.borrow_mut().forget();
        }
    }
}
