// SPDX-License-Identifier: GPL-2.0

//! The sockets of this machine, as `/proc/PID/net` has them. Each network namespace has tables of its own. They are
//! read as a whole, and not again before some time has passed, because that takes long where there are many sockets.

use super::file::{File, FileKind};
use super::id_map::IdMap;
use super::ledger::Ledger;
use super::name::Name;
use std::fs;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::os::unix::ffi::OsStringExt;
use std::time::{Duration, Instant};

/// How old a table may be. Whoever asks for a socket that is newer may have to wait for the next reading.
const MAX_AGE: Duration = Duration::from_millis(200);
/// How many namespaces are remembered.
const MAX_NAMESPACES: usize = 8;
/// How many sockets are remembered of a namespace. Further ones are not known.
const MAX_SOCKETS: usize = 8192;

/// The sockets of all namespaces that were asked for.
#[derive(Default)]
pub(super) struct SocketTables {
    namespaces: Vec<Namespace>,
    /// How many tables were read.
    readings: usize,
}

struct Namespace {
    /// What `/proc/PID/ns/net` refers to.
    id: Vec<u8>,
    read_at: Instant,
    /// By inode.
    sockets: IdMap<u64, Socket>,
}

struct Socket {
    kind: FileKind,
    local: Option<SocketAddr>,
    remote: Option<SocketAddr>,
    listens: bool,
    /// Of a Unix socket.
    path: Name,
}

impl SocketTables {
    /// Sets the kind and the addresses of a socket, if the task's network has a socket with this inode.
    #[cold]
    pub(super) fn describe(&mut self, task: &str, inode: u64, file: &mut File, ledger: &Ledger) {
        let Some(id) = link(&format!("/proc/{task}/ns/net")) else { return };
        let known = self.namespaces.iter().position(|namespace| namespace.id == id);
        let at = known.unwrap_or_else(|| {
            if self.namespaces.len() >= MAX_NAMESPACES {
                self.namespaces.remove(0);
            }
            self.namespaces.push(Namespace { id, read_at: Instant::now(), sockets: IdMap::default() });
            self.namespaces.len() - 1
        });
        let Some(namespace) = self.namespaces.get_mut(at) else { return };
        if known.is_none() || namespace.read_at.elapsed() > MAX_AGE {
            self.readings += 1;
            namespace.read(task, ledger);
        }
        let Some(socket) = namespace.sockets.get(&inode) else { return };
        file.kind = socket.kind;
        if socket.kind == FileKind::Unix {
            file.name = socket.path.clone();
            return;
        }
        (file.local, file.remote) = (socket.local, socket.remote);
        file.is_server = socket.listens.then_some(true);
        file.name_by_addresses(ledger);
    }

    /// Forgets what was read.
    pub(super) fn clear(&mut self) {
        self.namespaces.clear();
    }
}

impl Namespace {
    /// Reads all tables of the network of a task.
    #[cold]
    fn read(&mut self, task: &str, ledger: &Ledger) {
        self.sockets = IdMap::default();
        self.read_at = Instant::now();
        for table in ["tcp", "tcp6", "udp", "udp6", "unix"] {
            let is_unix = table == "unix";
            let text = read(&format!("/proc/{task}/net/{table}"));
            for line in text.lines().skip(1) {
                let mut words = line.split_ascii_whitespace();
                let mut word = |skipped: usize| words.nth(skipped).unwrap_or_default();
                if self.sockets.len() >= MAX_SOCKETS {
                    return;
                }
                let (inode, socket) = if is_unix {
                    let inode = word(6);
                    let path = Name::new(word(0).as_bytes().to_vec(), ledger);
                    (inode, Socket { kind: FileKind::Unix, local: None, remote: None, listens: false, path })
                } else {
                    let kind = if table.ends_with('6') { FileKind::Ipv6 } else { FileKind::Ipv4 };
                    let [local, remote] =
                        [word(1), word(0)].map(|text| address(text).filter(|address| address.port() != 0));
                    // `TCP_LISTEN` of `include/net/tcp_states.h`.
                    let listens = word(0) == "0A";
                    (word(5), Socket { kind, local, remote, listens, path: Name::default() })
                };
                if let Ok(inode) = inode.parse() {
                    self.sockets.insert(inode, socket);
                }
            }
        }
        self.read_at = Instant::now();
    }
}

/// Parses an address of `/proc/net`: words of 32 bits with the machine's order of bytes, `:`, and a port.
#[cold]
fn address(text: &str) -> Option<SocketAddr> {
    let (ip, port) = text.split_once(':')?;
    let word = |at: usize| Some(u32::from_str_radix(ip.get(at..at + 8)?, 16).ok()?.to_le_bytes());
    let ip = match ip.len() {
        8 => IpAddr::from(word(0)?),
        _ => {
            let mut bytes = [0; 16];
            for (index, four) in bytes.chunks_exact_mut(4).enumerate() {
                four.copy_from_slice(&word(index * 8)?);
            }
            Ipv6Addr::from(bytes).into()
        }
    };
    Some(SocketAddr::new(ip, u16::from_str_radix(port, 16).ok()?))
}

/// The text of a file; empty if it cannot be read.
pub(super) fn read(path: &str) -> String {
    fs::read(path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
}

pub(super) fn link(path: &str) -> Option<Vec<u8>> {
    fs::read_link(path).ok().map(|target| target.into_os_string().into_vec())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::open_file::OpenFile;
    use std::net::UdpSocket;
    use std::os::fd::AsRawFd;

    #[test]
    fn addresses_are_parsed_and_incomplete_ones_refused() {
        assert_eq!(address("0100007F:1F90"), "127.0.0.1:8080".parse().ok());
        assert_eq!(address("00000000000000000000000001000000:0050"), "[::1]:80".parse().ok());
        assert_eq!(address("0100007F"), None);
        assert_eq!(address("01:0050"), None);
    }

    /// 2,000 sockets took a minute: each was looked for in tables that were read again.
    #[test]
    fn many_sockets_are_found_in_tables_that_are_read_once() {
        let pid = std::process::id();
        let mut sockets = Vec::new();
        while sockets.len() < 200 {
            let Ok(socket) = UdpSocket::bind("127.0.0.1:0") else { return };
            sockets.push(socket);
        }
        let (mut tables, ledger) = (SocketTables::default(), Ledger::default());
        let begun = Instant::now();
        for socket in &sockets {
            let link = link(&format!("/proc/{pid}/fd/{}", socket.as_raw_fd())).expect("is open");
            let inode = String::from_utf8(link).expect("text");
            let inode = inode.trim_matches(|letter: char| !letter.is_ascii_digit()).parse().expect("a number");
            OpenFile::new(FileKind::Socket, Vec::new(), &ledger).change(|file| {
                tables.describe(&pid.to_string(), inode, file, &ledger);
                assert_eq!(file.local, socket.local_addr().ok());
            });
        }
        let most = 2 + begun.elapsed().as_millis() / MAX_AGE.as_millis();
        assert!(tables.readings as u128 <= most, "{}", tables.readings);
    }
}
