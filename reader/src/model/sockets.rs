// SPDX-License-Identifier: GPL-2.0

//! What calls that have returned did to sockets.

use super::address::{Address, AF_INET, AF_INET6, AF_UNIX};
use super::descriptor_update::DescriptorUpdate;
use super::effects::{Effect, CLOSE_ON_EXEC};
use super::event::Memory;
use super::file::{File, FileKind};
use super::open_file::OpenFile;
use std::rc::Rc;

impl<'a> DescriptorUpdate<'a> {
    /// The kind of the socket that `socket` or `socketpair` makes, and whether `execve` closes its descriptor.
    pub(super) fn socket_kind(&self) -> (FileKind, bool) {
        let kind = match self.register(0).map(|family| family as u16) {
            Some(AF_UNIX) => FileKind::Unix,
            Some(AF_INET) => FileKind::Ipv4,
            Some(AF_INET6) => FileKind::Ipv6,
            _ => FileKind::Socket,
        };
        (kind, self.flags(&["socket_type"]) & CLOSE_ON_EXEC != 0)
    }

    /// The socket that `socket` has made, and whether `execve` closes its descriptor.
    #[cold]
    pub(super) fn new_socket(&self) -> (Rc<OpenFile>, bool) {
        let (kind, closes_on_exec) = self.socket_kind();
        (OpenFile::new(kind, Vec::new(), self.ledger), closes_on_exec)
    }

    /// The socket of the connection that `accept` has accepted, and whether `execve` closes its descriptor.
    #[cold]
    pub(super) fn accepted_socket(&mut self) -> (Rc<OpenFile>, bool) {
        let closes_on_exec = self.flags(&["accept_flags"]) & CLOSE_ON_EXEC != 0;
        let address = self.memory(self.outputs, "sockaddr").map_or(Address::None, Address::new);
        let accepted = OpenFile::new(FileKind::Socket, Vec::new(), self.ledger);
        accepted.change(|file| {
            if let Some(listening) = self.first_file() {
                let listening = listening.file();
                file.kind = listening.kind;
                // The only name of an accepted Unix socket is that of the listening one.
                if listening.kind == FileKind::Unix {
                    file.name = listening.name.clone();
                }
                file.local = listening.local;
            }
            file.is_server = Some(true);
            file.set_address(address, false, self.ledger);
        });
        (accepted, closes_on_exec)
    }

    /// Sets an address of the call's socket to the `struct sockaddr` in `set`.
    #[cold]
    pub(super) fn set_address(&mut self, is_local: bool, set: &'a [Memory]) {
        let Some(bytes) = self.memory(set, "sockaddr") else { return };
        let is_connect = self.effect() == Effect::Connect;
        let Some(file) = self.first_file() else { return };
        file.change(|file| {
            if is_connect {
                file.is_server = Some(false);
            }
            file.set_address(Address::new(bytes), is_local, self.ledger);
        });
    }

    /// The address of the other end that stands in the call's arguments: of a datagram that it sends, or at its return
    /// of the one that it has received.
    pub(super) fn peer(&self) -> Option<std::net::SocketAddr> {
        let set = match self.effect() {
            Effect::SendTo => self.inputs,
            Effect::ReceiveFrom => self.outputs,
            _ => return None,
        };
        match Address::new(self.memory(set, "sockaddr")?) {
            Address::Ip(address) => Some(address),
            _ => None,
        }
    }
}

impl File {
    /// Whether it is a socket of IP.
    pub(super) fn is_ip(&self) -> bool {
        matches!(self.kind, FileKind::Ipv4 | FileKind::Ipv6)
    }
}
