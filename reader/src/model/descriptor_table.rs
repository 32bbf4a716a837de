// SPDX-License-Identifier: GPL-2.0

//! The descriptors of processes, and what they refer to.

use super::address::Address;
use super::event::{File, FileKind};
use std::io::Write as _;
use std::ops::RangeInclusive;

/// The most slots that all tables have together, unused slots between used ones included. This bounds the memory for
/// recordings that lack all calls that close descriptors.
const MAX_SLOTS: usize = 1 << 19;
/// A table knows which descriptors below this number were touched. Programs pass low descriptors on to other programs.
const TOUCHABLE: i32 = u64::BITS as i32;
/// Longer names are cut: `PATH_MAX` of `include/uapi/linux/limits.h`.
const MAX_NAME_BYTES: usize = 4096;

/// The tables of all processes, by index. Processes can share a table; most do not.
#[derive(Default)]
pub(super) struct DescriptorTables {
    tables: Vec<DescriptorTable>,
    /// Indices of tables that no process uses.
    free: Vec<usize>,
    /// How many slots all tables have.
    slots: usize,
}

#[derive(Default)]
struct DescriptorTable {
    /// How many processes use it.
    users: u32,
    /// What each descriptor refers to. The table is short, because the kernel gives out the lowest free descriptor.
    slots: Vec<Option<Box<OpenFile>>>,
    /// A bit for each descriptor below [`TOUCHABLE`]: whether a call was seen that made or closed it.
    touched: u64,
}

/// What a descriptor refers to.
#[derive(Clone)]
pub(super) struct OpenFile {
    pub(super) file: File,
    pub(super) closes_on_exec: bool,
}

impl DescriptorTable {
    /// Drops the slots after the last descriptor, so that a high descriptor takes no room once it is closed. Returns
    /// how many slots were dropped.
    fn trim(&mut self) -> usize {
        let unused = self.slots.iter().rev().take_while(|place| place.is_none()).count();
        let used = self.slots.len() - unused;
        self.slots.truncate(used);
        if self.slots.capacity() / 4 > used.max(16) {
            self.slots.shrink_to(used * 2);
        }
        unused
    }

    /// Notes that a call has made or closed a descriptor.
    fn touch(&mut self, slot: usize) {
        self.touched |= u32::try_from(slot).ok().and_then(|slot| 1_u64.checked_shl(slot)).unwrap_or(0);
    }
}

impl DescriptorTables {
    /// Adds an empty table with one user. Returns its index.
    pub(super) fn add(&mut self) -> usize {
        let index = self.free.pop().unwrap_or_else(|| {
            self.tables.push(DescriptorTable::default());
            self.tables.len() - 1
        });
        if let Some(table) = self.tables.get_mut(index) {
            table.users = 1;
        }
        index
    }

    /// Adds a user of a table. Returns the table's index.
    pub(super) fn add_user(&mut self, index: usize) -> usize {
        if let Some(table) = self.tables.get_mut(index) {
            table.users += 1;
        }
        index
    }

    /// Adds a copy of a table. The copy is empty where there is no room. Returns the copy's index.
    #[cold]
    pub(super) fn copy(&mut self, index: usize) -> usize {
        let (slots, touched) = match self.tables.get(index) {
            Some(table) if self.slots + table.slots.len() <= MAX_SLOTS => (table.slots.clone(), table.touched),
            _ => (Vec::new(), 0),
        };
        self.slots += slots.len();
        let copy = self.add();
        if let Some(table) = self.tables.get_mut(copy) {
            (table.slots, table.touched) = (slots, touched);
        }
        copy
    }

    /// Removes a user of a table.
    pub(super) fn remove_user(&mut self, index: usize) {
        let Some(table) = self.tables.get_mut(index) else { return };
        table.users = table.users.saturating_sub(1);
        if table.users == 0 {
            self.slots -= table.slots.len();
            (table.slots, table.touched) = (Vec::new(), 0);
            self.free.push(index);
        }
    }

    /// Gives one user of a table a table of its own. Returns the index of that table.
    pub(super) fn unshare(&mut self, index: usize) -> usize {
        if self.tables.get(index).is_none_or(|table| table.users < 2) {
            return index;
        }
        let copy = self.copy(index);
        self.remove_user(index);
        copy
    }

    /// Adds to a table the descriptors that its process has inherited from the table `parent`, except for descriptors
    /// that the process has made or closed already. `has_run` says that it has run another program already.
    #[cold]
    pub(super) fn inherit(&mut self, index: usize, parent: usize, has_run: bool) {
        let Some(touched) = self.tables.get(index).map(|table| table.touched) else { return };
        for number in (0..TOUCHABLE).filter(|number| touched & (1 << number) == 0) {
            if let Some(open) = self.get(parent, number).filter(|open| !(has_run && open.closes_on_exec)).cloned() {
                self.set(index, number, open);
            }
        }
    }

    /// Notes that a call has made or closed these descriptors.
    pub(super) fn touch(&mut self, index: usize, numbers: RangeInclusive<usize>) {
        if let Some(table) = self.tables.get_mut(index) {
            for number in (0..TOUCHABLE as usize).filter(|number| numbers.contains(number)) {
                table.touched |= 1 << number;
            }
        }
    }

    /// What descriptor `number` refers to, if that is known.
    pub(super) fn get(&self, index: usize, number: i32) -> Option<&OpenFile> {
        self.tables.get(index)?.slots.get(usize::try_from(number).ok()?)?.as_deref()
    }

    /// What descriptor `number` refers to, if that is known, to change it.
    pub(super) fn get_mut(&mut self, index: usize, number: i32) -> Option<&mut OpenFile> {
        self.tables.get_mut(index)?.slots.get_mut(usize::try_from(number).ok()?)?.as_deref_mut()
    }

    /// Sets what descriptor `number` refers to.
    pub(super) fn set(&mut self, index: usize, number: i32, mut open: OpenFile) {
        open.file.number = number;
        open.file.name.truncate(MAX_NAME_BYTES);
        let Some(table) = self.tables.get_mut(index) else { return };
        let Ok(slot) = usize::try_from(number) else { return };
        table.touch(slot);
        if slot >= table.slots.len() {
            let missing = slot + 1 - table.slots.len();
            if missing > MAX_SLOTS - self.slots.min(MAX_SLOTS) {
                return;
            }
            self.slots += missing;
            table.slots.resize_with(slot + 1, || None);
        }
        if let Some(place) = table.slots.get_mut(slot) {
            *place = Some(Box::new(open));
        }
    }

    /// Forgets what a descriptor refers to: it is closed, or its file is not known. Returns what it referred to.
    pub(super) fn remove(&mut self, index: usize, number: i32) -> Option<Box<OpenFile>> {
        let (table, slot) = (self.tables.get_mut(index)?, usize::try_from(number).ok()?);
        table.touch(slot);
        let open = table.slots.get_mut(slot)?.take();
        self.slots -= table.trim();
        open
    }

    /// Forgets the descriptors of a table for which `is_wanted` is false.
    pub(super) fn retain(&mut self, index: usize, is_wanted: &dyn Fn(usize, &mut OpenFile) -> bool) {
        let Some(table) = self.tables.get_mut(index) else { return };
        for (number, place) in table.slots.iter_mut().enumerate() {
            if place.as_mut().is_some_and(|open| !is_wanted(number, open)) {
                *place = None;
            }
        }
        self.slots -= table.trim();
    }

    /// Forgets what all descriptors refer to.
    #[cold]
    pub(super) fn forget_all(&mut self) {
        self.slots = 0;
        for table in &mut self.tables {
            table.slots = Vec::new();
        }
    }
}

impl OpenFile {
    /// A file. `closes_on_exec` says that `execve` closes its descriptor.
    pub(super) fn new(kind: FileKind, name: Vec<u8>, closes_on_exec: bool) -> Self {
        let file = File { number: -1, kind, name, local: None, remote: None, is_server: None };
        Self { file, closes_on_exec }
    }

    /// A file with the name that `/proc/PID/fd` has for it.
    #[cold]
    pub(super) fn from_proc_link(link: &[u8], is_directory: bool, closes_on_exec: bool) -> Self {
        let kinds: [(&[u8], FileKind); 9] = [
            (b"socket:", FileKind::Socket),
            (b"pipe:", FileKind::Pipe),
            (b"anon_inode:[eventfd", FileKind::Event),
            (b"anon_inode:[signalfd", FileKind::Signal),
            (b"anon_inode:[timerfd", FileKind::Timer),
            (b"anon_inode:[eventpoll", FileKind::Epoll),
            (b"anon_inode:inotify", FileKind::Inotify),
            (b"/memfd:", FileKind::Other),
            (b"/", if is_directory { FileKind::Directory } else { FileKind::File }),
        ];
        let kind = kinds.iter().find(|(start, _)| link.starts_with(start)).map_or(FileKind::Other, |&(_, kind)| kind);
        Self::new(kind, link.to_vec(), closes_on_exec)
    }
}

impl File {
    /// Sets the address of one end of the socket.
    pub(super) fn set_address(&mut self, address: Address, is_local: bool) {
        match address {
            Address::Ip(address) => {
                *(if is_local { &mut self.local } else { &mut self.remote }) = Some(address);
                self.kind = if address.is_ipv4() { FileKind::Ipv4 } else { FileKind::Ipv6 };
                self.name_by_addresses();
            }
            Address::Path(path) if !path.is_empty() => {
                self.kind = FileKind::Unix;
                self.name = path;
            }
            Address::None if !is_local => {
                self.remote = None;
                self.name_by_addresses();
            }
            Address::Path(_) | Address::None => (),
        }
    }

    /// Sets the name to `client:port->server:port`, or to the part of that which is known. If it is not known whether
    /// this end is the server, it counts as the client.
    pub(super) fn name_by_addresses(&mut self) {
        if !matches!(self.kind, FileKind::Ipv4 | FileKind::Ipv6) {
            return;
        }
        let (client, server) =
            if self.is_server == Some(true) { (self.remote, self.local) } else { (self.local, self.remote) };
        self.name.clear();
        // Writing to memory does not fail.
        if let Some(client) = client {
            let _ = write!(self.name, "{client}");
        }
        if self.remote.is_some() {
            let _ = write!(self.name, "->");
        }
        if let Some(server) = server {
            let _ = write!(self.name, "{server}");
        }
    }
}
