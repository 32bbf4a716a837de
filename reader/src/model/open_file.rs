// SPDX-License-Identifier: GPL-2.0

//! Open files: what descriptors refer to. Descriptors that were copied, by `dup` or by a fork, refer to one open file.

use super::address::Address;
use super::file::{File, FileKind};
use super::ledger::{Charge, Ledger};
use super::name::Name;
use std::cell::{Ref, RefCell};
use std::io::Write as _;
use std::rc::Rc;

/// The most bytes of a name: a path of `PATH_MAX` (`include/uapi/linux/limits.h`) behind a directory of that length. A
/// longer name is not known.
const MAX_NAME_BYTES: usize = 2 * 4096;

/// An open file. The number in its [`File`] has no meaning.
pub(super) struct OpenFile {
    file: RefCell<File>,
    _charge: Charge,
}

impl OpenFile {
    /// A file. It has no name if that is too long.
    pub(super) fn new(kind: FileKind, name: Vec<u8>, ledger: &Ledger) -> Rc<Self> {
        let name = if name.len() <= MAX_NAME_BYTES { Name::new(name, ledger) } else { Name::default() };
        Self::of(File { number: -1, kind, name, local: None, remote: None, is_server: None }, ledger)
    }

    pub(super) fn of(file: File, ledger: &Ledger) -> Rc<Self> {
        let charge = ledger.charge(size_of::<Self>() + 2 * size_of::<usize>());
        Rc::new(Self { file: RefCell::new(file), _charge: charge })
    }

    /// A file with the name that `/proc/PID/fd` has for it.
    #[cold]
    pub(super) fn from_proc_link(link: Vec<u8>, is_directory: bool, ledger: &Ledger) -> Rc<Self> {
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
        Self::new(kind, link, ledger)
    }

    /// What is known of it.
    pub(super) fn file(&self) -> Ref<'_, File> {
        self.file.borrow()
    }

    /// What is known of it, as the file of a descriptor.
    pub(super) fn as_descriptor(&self, number: i32) -> File {
        File { number, ..self.file.borrow().clone() }
    }

    /// Changes what is known of it.
    pub(super) fn change(&self, change: impl FnOnce(&mut File)) {
        change(&mut self.file.borrow_mut());
    }
}

impl File {
    /// Sets the address of one end of the socket.
    pub(super) fn set_address(&mut self, address: Address, is_local: bool, ledger: &Ledger) {
        match address {
            Address::Ip(address) => {
                *(if is_local { &mut self.local } else { &mut self.remote }) = Some(address);
                self.kind = if address.is_ipv4() { FileKind::Ipv4 } else { FileKind::Ipv6 };
                self.name_by_addresses(ledger);
            }
            Address::Path(path) if !path.is_empty() => {
                self.kind = FileKind::Unix;
                self.name = Name::new(path, ledger);
            }
            Address::None if !is_local => {
                self.remote = None;
                self.name_by_addresses(ledger);
            }
            Address::Path(_) | Address::None => (),
        }
    }

    /// Sets the name to `client:port->server:port`, or to the part of that which is known. If it is not known whether
    /// this end is the server, it counts as the client.
    pub(super) fn name_by_addresses(&mut self, ledger: &Ledger) {
        if !matches!(self.kind, FileKind::Ipv4 | FileKind::Ipv6) {
            return;
        }
        let (client, server) =
            if self.is_server == Some(true) { (self.remote, self.local) } else { (self.local, self.remote) };
        let mut name = Vec::new();
        // Writing to memory does not fail.
        if let Some(client) = client {
            let _ = write!(name, "{client}");
        }
        if self.remote.is_some() {
            let _ = write!(name, "->");
        }
        if let Some(server) = server {
            let _ = write!(name, "{server}");
        }
        self.name = Name::new(name, ledger);
    }
}
