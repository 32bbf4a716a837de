// SPDX-License-Identifier: GPL-2.0

//! What processes of this machine had open before the recording began. `/proc` tells what they have now: that holds for
//! events from now on, and the events that are being shown are older.

use super::descriptor_map::DescriptorMap;
use super::procfs;
use super::sharing::{Belongings, SharedDirectory, SharedTable};
use super::state::State;
use std::time::{SystemTime, UNIX_EPOCH};

/// Nanoseconds that must have passed before `/proc` is asked again about a process: a descriptor that is not there now
/// may come later, in a message from another process.
const MIN_DISTANCE: u64 = 1_000_000_000;
/// How far the times of events and the time of day may differ, in nanoseconds.
const MARGIN: u64 = 2_000_000;

impl State {
    /// Looks up what these processes have open, or all. `waits` says that they do nothing until the recording begins.
    #[cold]
    pub(super) fn look_up(&mut self, pids: Option<&[u32]>, waits: bool) {
        if !self.is_live || !self.needs.files {
            return;
        }
        let all = if pids.is_none() { procfs::processes() } else { Vec::new() };
        for &pid in pids.unwrap_or(&all) {
            if self.has_much_memory() {
                break;
            }
            let task = pid.to_string();
            let files = procfs::open_files(&task, &mut self.sockets, &self.ledger);
            let path = procfs::current_directory(&task, &self.ledger);
            let now = if waits { 0 } else { now() };
            let index = self.processes.find(pid).unwrap_or_else(|| self.processes.insert(pid, 0));
            let Some(entry) = self.processes.get_mut(index) else { continue };
            {
                let mut table = entry.shared.table.get_or_insert_default().borrow_mut();
                (table.older, table.asked) = (Some((now, Box::new(files))), now.max(1));
            }
            let mut directory = entry.shared.directory.get_or_insert_default().borrow_mut();
            (directory.older, directory.asked) = (path.map(|path| (now, path)), now.max(1));
        }
        self.sockets.clear();
    }

    /// Looks up what the thread at this index has open, if that was not looked up before, or if it is not known what
    /// descriptor `number` refers to.
    pub(super) fn look_up_older(&mut self, index: usize, belongings: &Belongings, number: Option<i32>) {
        if !self.is_live {
            return;
        }
        let Belongings { table: Some(table), directory: Some(directory) } = belongings else { return };
        let time = self.clock.times().time;
        let may_ask = |asked: u64| asked == 0 || time > asked.saturating_add(MIN_DISTANCE);
        let (asks_table, asks_directory) = {
            let (table, directory) = (table.borrow(), directory.borrow());
            let number = number.and_then(|number| u32::try_from(number).ok());
            let is_unknown = table.asked == 0 || number.is_some_and(|number| table.map.get(number).is_none());
            (
                is_unknown && table.older.is_none() && may_ask(table.asked),
                directory.is_unknown() && directory.older.is_none() && may_ask(directory.asked),
            )
        };
        if asks_table || asks_directory {
            self.ask(index, table, directory, (asks_table, asks_directory));
        }
    }

    /// Asks `/proc` about the thread at this index: for its descriptors, and for its current directory.
    #[cold]
    fn ask(&mut self, index: usize, table: &SharedTable, directory: &SharedDirectory, for_both: (bool, bool)) {
        let Some(thread) = self.threads.get(index) else { return };
        // What a thread shares with its process is there also when the thread has ended.
        let task = |is_own: bool| match is_own {
            true => format!("{}/task/{}", thread.tgid, thread.tid),
            false => thread.tgid.to_string(),
        };
        let [of_table, of_directory] = [thread.own.table.is_some(), thread.own.directory.is_some()].map(task);
        if for_both.0 {
            // What there is no memory for is not known.
            let files = match self.has_much_memory() {
                true => DescriptorMap::default(),
                false => procfs::open_files(&of_table, &mut self.sockets, &self.ledger),
            };
            let (mut table, now) = (table.borrow_mut(), now());
            (table.older, table.asked) = (Some((now, Box::new(files))), now);
        }
        if for_both.1 {
            let path = procfs::current_directory(&of_directory, &self.ledger);
            let (mut directory, now) = (directory.borrow_mut(), now());
            (directory.older, directory.asked) = (path.map(|path| (now, path)), now);
        }
    }
}

/// Now, in nanoseconds since 1970, as events may have it.
fn now() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(now.as_nanos()).unwrap_or(u64::MAX).saturating_add(MARGIN)
}
