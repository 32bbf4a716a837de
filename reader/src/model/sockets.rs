// SPDX-License-Identifier: GPL-2.0

//! What calls that have returned did to sockets.

use super::address::{Address, AF_INET, AF_INET6, AF_UNIX};
use super::descriptor_table::OpenFile;
use super::descriptor_update::DescriptorUpdate;
use super::effects::{Effect, CLOSE_ON_EXEC};
use super::event::{FileKind, Memory};

impl<'a> DescriptorUpdate<'a> {
    /// The socket that `socket` or `socketpair` has made.
    #[cold]
    pub(super) fn new_socket(&self) -> OpenFile {
        let kind = match self.register(0).map(|family| family as u16) {
            Some(AF_UNIX) => FileKind::Unix,
            Some(AF_INET) => FileKind::Ipv4,
            Some(AF_INET6) => FileKind::Ipv6,
            _ => FileKind::Socket,
        };
        OpenFile::new(kind, Vec::new(), self.flags(&["socket_type"]) & CLOSE_ON_EXEC != 0)
    }

    /// The socket of the connection that `accept` has accepted.
    #[cold]
    pub(super) fn accepted_socket(&mut self) -> OpenFile {
        let closes_on_exec = self.flags(&["accept_flags"]) & CLOSE_ON_EXEC != 0;
        let mut open = OpenFile::new(FileKind::Socket, Vec::new(), closes_on_exec);
        let listening = self.first_file().map(|open| open.file.clone());
        let address = self.memory(self.outputs, "sockaddr").map_or(Address::None, Address::new);
        let file = &mut open.file;
        if let Some(listening) = listening {
            file.kind = listening.kind;
            // The only name of an accepted Unix socket is that of the listening one.
            file.name = if listening.kind == FileKind::Unix { listening.name } else { Vec::new() };
            file.local = listening.local;
        }
        file.is_server = Some(true);
        file.set_address(address, false);
        open
    }

    /// Sets an address of the call's socket to the `struct sockaddr` in `set`.
    #[cold]
    pub(super) fn set_address(&mut self, is_local: bool, set: &'a [Memory]) {
        let Some(bytes) = self.memory(set, "sockaddr") else { return };
        let is_connect = self.effect() == Effect::Connect;
        let Some(OpenFile { file, .. }) = self.first_file() else { return };
        if is_connect {
            file.is_server = Some(false);
        }
        file.set_address(Address::new(bytes), is_local);
    }
}
