// SPDX-License-Identifier: GPL-2.0

//! Tables of file descriptors.

use super::address::Address;
use super::{File, FileKind};
use std::io::Write as _;
use std::ops::RangeInclusive;

/// Descriptors that are kept at a time, of all processes, those between others included: a bound for recordings that
/// lack all that closes.
const MAX_SLOTS: usize = 1 << 19;
/// Of descriptors below, a table knows whether they were touched: where programs put what they hand on.
const TOUCHABLE: i32 = u64::BITS as i32;
/// Longer names are cut: `PATH_MAX` of `include/uapi/linux/limits.h`.
const MAX_NAME_BYTES: usize = 4096;

/// All tables. Processes share one, as a rule with nobody.
#[derive(Default)]
pub(super) struct Files {
    tables: Vec<Table>,
    free: Vec<usize>,
    /// Slots in all of them.
    count: usize,
}

#[derive(Default)]
struct Table {
    users: u32,
    /// By descriptor; the kernel gives out the lowest that is free.
    slots: Vec<Option<Box<Open>>>,
    /// Those that were made or closed here, a bit each.
    touched: u64,
}

/// What a descriptor refers to.
#[derive(Clone)]
pub(super) struct Open {
    pub(super) file: File,
    pub(super) closes_on_exec: bool,
}

impl Table {
    /// Drops slots behind the last descriptor; returns how many. One high descriptor, once it is closed, takes no room.
    fn trim(&mut self) -> usize {
        let unused = self.slots.iter().rev().take_while(|place| place.is_none()).count();
        let used = self.slots.len() - unused;
        self.slots.truncate(used);
        if self.slots.capacity() / 4 > used.max(16) {
            self.slots.shrink_to(used * 2);
        }
        unused
    }

    fn touch(&mut self, slot: usize) {
        self.touched |= u32::try_from(slot).ok().and_then(|slot| 1_u64.checked_shl(slot)).unwrap_or(0);
    }
}

impl Files {
    /// An empty table, of one user.
    pub(super) fn add(&mut self) -> usize {
        let index = self.free.pop().unwrap_or_else(|| {
            self.tables.push(Table::default());
            self.tables.len() - 1
        });
        if let Some(table) = self.tables.get_mut(index) {
            table.users = 1;
        }
        index
    }

    /// One more user of a table.
    pub(super) fn share(&mut self, index: usize) -> usize {
        if let Some(table) = self.tables.get_mut(index) {
            table.users += 1;
        }
        index
    }

    /// A table of the same files.
    #[cold]
    pub(super) fn copy(&mut self, index: usize) -> usize {
        let (slots, touched) = match self.tables.get(index) {
            Some(table) if self.count + table.slots.len() <= MAX_SLOTS => (table.slots.clone(), table.touched),
            _ => (Vec::new(), 0),
        };
        self.count += slots.len();
        let copy = self.add();
        if let Some(table) = self.tables.get_mut(copy) {
            (table.slots, table.touched) = (slots, touched);
        }
        copy
    }

    /// A user of a table less.
    pub(super) fn leave(&mut self, index: usize) {
        let Some(table) = self.tables.get_mut(index) else { return };
        table.users = table.users.saturating_sub(1);
        if table.users == 0 {
            self.count -= table.slots.len();
            (table.slots, table.touched) = (Vec::new(), 0);
            self.free.push(index);
        }
    }

    /// The table for one of its users alone.
    pub(super) fn unshare(&mut self, index: usize) -> usize {
        if self.tables.get(index).is_none_or(|table| table.users < 2) {
            return index;
        }
        let copy = self.copy(index);
        self.leave(index);
        copy
    }

    /// Adds to a table what its process has inherited from that of `parent`, where it has not made or closed descriptors
    /// before that was seen. `has_run`: it has run another program meanwhile.
    #[cold]
    pub(super) fn fill(&mut self, index: usize, parent: usize, has_run: bool) {
        let Some(touched) = self.tables.get(index).map(|table| table.touched) else { return };
        for number in (0..TOUCHABLE).filter(|number| touched & (1 << number) == 0) {
            if let Some(open) = self.get(parent, number).filter(|open| !(has_run && open.closes_on_exec)).cloned() {
                self.set(index, number, open);
            }
        }
    }

    /// These descriptors are made or closed.
    pub(super) fn touch(&mut self, index: usize, numbers: RangeInclusive<usize>) {
        if let Some(table) = self.tables.get_mut(index) {
            for number in (0..TOUCHABLE as usize).filter(|number| numbers.contains(number)) {
                table.touched |= 1 << number;
            }
        }
    }

    /// What descriptor `number` refers to, if it was looked for.
    pub(super) fn get(&self, index: usize, number: i32) -> Option<&Open> {
        self.tables.get(index)?.slots.get(usize::try_from(number).ok()?)?.as_deref()
    }

    pub(super) fn get_mut(&mut self, index: usize, number: i32) -> Option<&mut Open> {
        self.tables.get_mut(index)?.slots.get_mut(usize::try_from(number).ok()?)?.as_deref_mut()
    }

    /// From here on descriptor `number` refers to this.
    pub(super) fn set(&mut self, index: usize, number: i32, mut open: Open) {
        open.file.number = number;
        open.file.name.truncate(MAX_NAME_BYTES);
        let Some(table) = self.tables.get_mut(index) else { return };
        let Ok(slot) = usize::try_from(number) else { return };
        table.touch(slot);
        if slot >= table.slots.len() {
            let missing = slot + 1 - table.slots.len();
            if missing > MAX_SLOTS - self.count.min(MAX_SLOTS) {
                return;
            }
            self.count += missing;
            table.slots.resize_with(slot + 1, || None);
        }
        if let Some(place) = table.slots.get_mut(slot) {
            *place = Some(Box::new(open));
        }
    }

    /// The descriptor is closed, or what it refers to is not known.
    pub(super) fn remove(&mut self, index: usize, number: i32) -> Option<Box<Open>> {
        let (table, slot) = (self.tables.get_mut(index)?, usize::try_from(number).ok()?);
        table.touch(slot);
        let open = table.slots.get_mut(slot)?.take();
        self.count -= table.trim();
        open
    }

    /// Of the table's descriptors, those remain that are wanted.
    pub(super) fn retain(&mut self, index: usize, is_wanted: &dyn Fn(usize, &mut Open) -> bool) {
        let Some(table) = self.tables.get_mut(index) else { return };
        for (number, place) in table.slots.iter_mut().enumerate() {
            if place.as_mut().is_some_and(|open| !is_wanted(number, open)) {
                *place = None;
            }
        }
        self.count -= table.trim();
    }

    /// Forgets what all descriptors refer to.
    #[cold]
    pub(super) fn forget_all(&mut self) {
        self.count = 0;
        for table in &mut self.tables {
            table.slots = Vec::new();
        }
    }
}

impl Open {
    /// A file, closed or not when another program is run.
    pub(super) fn new(kind: FileKind, name: Vec<u8>, closes_on_exec: bool) -> Self {
        let file = File { number: -1, kind, name, local: None, remote: None, is_server: None };
        Self { file, closes_on_exec }
    }

    /// A file by the name that `/proc/PID/fd` has for it.
    #[cold]
    pub(super) fn by_link(link: &[u8], is_directory: bool, closes_on_exec: bool) -> Self {
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
    /// Takes an address of one of the socket's ends.
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

    /// `client:port->server:port`, or what there is of that; whoever does not know is the client.
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
