// SPDX-License-Identifier: GPL-2.0

//! Files, as descriptors refer to them.

use super::name::Name;
use std::net::SocketAddr;

/// What a file descriptor refers to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// The descriptor.
    pub number: i32,
    /// What kind of file it is.
    pub kind: FileKind,
    /// Path; of sockets `client:port->server:port`, as far as it is known; of other files the name in `/proc/PID/fd`.
    pub name: Name,
    /// Address of this end of a socket.
    pub local: Option<SocketAddr>,
    /// Address of the other end of a socket.
    pub remote: Option<SocketAddr>,
    /// Whether this end accepted the connection or listens; `None` if that is not known.
    pub is_server: Option<bool>,
}

/// Kinds of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// A file with a path, or a device.
    File,
    /// A directory.
    Directory,
    /// An IPv4 socket.
    Ipv4,
    /// An IPv6 socket.
    Ipv6,
    /// A Unix socket.
    Unix,
    /// A socket of another family, or of a family that is not known.
    Socket,
    /// A pipe.
    Pipe,
    /// Made by `eventfd`.
    Event,
    /// Made by `signalfd`.
    Signal,
    /// Made by `timerfd_create`.
    Timer,
    /// Made by `epoll_create`.
    Epoll,
    /// Made by `inotify_init`.
    Inotify,
    /// Any other file that has no path.
    Other,
}
