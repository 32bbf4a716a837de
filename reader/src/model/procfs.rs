// SPDX-License-Identifier: GPL-2.0

//! What `/proc` of this machine knows of processes that were there before the recording. Processes end at any time:
//! what is missing in `/proc` is not known, and no error.

use super::descriptor_table::OpenFile;
use super::effects::CLOSE_ON_EXEC;
use super::event::{File, FileKind};
use crate::calls::Abi;
use std::fs;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::os::unix::ffi::OsStringExt;

/// The ids of a process's parent and effective user.
#[cold]
pub(super) fn parent_and_user(pid: u32) -> (Option<u32>, Option<u32>) {
    let text = read(&format!("/proc/{pid}/status"));
    let number = |key: &str, index: usize| {
        let line = text.lines().find_map(|line| line.strip_prefix(key))?;
        line.split_ascii_whitespace().nth(index)?.parse().ok()
    };
    (number("PPid:", 0), number("Uid:", 1))
}

/// The name of a process.
#[cold]
pub(super) fn name(pid: u32) -> Option<Vec<u8>> {
    let mut name = fs::read(format!("/proc/{pid}/comm")).ok()?;
    if name.last() == Some(&b'\n') {
        name.pop();
    }
    Some(name)
}

/// The current directory of a process.
#[cold]
pub(super) fn current_directory(pid: u32) -> Option<Vec<u8>> {
    link(&format!("/proc/{pid}/cwd"))
}

/// What a descriptor of a process refers to.
#[cold]
pub(super) fn open_file(pid: u32, number: i32) -> Option<OpenFile> {
    let link = link(&format!("/proc/{pid}/fd/{number}"))?;
    let info = read(&format!("/proc/{pid}/fdinfo/{number}"));
    let flags = info.lines().find_map(|line| line.strip_prefix("flags:"));
    let flags = flags.and_then(|flags| u32::from_str_radix(flags.trim(), 8).ok()).unwrap_or(0);
    let mut open = OpenFile::from_proc_link(&link, flags & directory_flag(HERE) != 0, flags & CLOSE_ON_EXEC != 0);
    let inode = link.strip_prefix(b"socket:[").and_then(|inode| inode.strip_suffix(b"]"));
    if let Some(inode) = inode.and_then(|inode| std::str::from_utf8(inode).ok()) {
        find_socket(pid, inode, &mut open.file);
    }
    Some(open)
}

/// The machine whose `/proc` is read: the one that this program is built for.
const HERE: Abi = if cfg!(target_arch = "x86_64") { Abi::X86_64 } else { Abi::Arm64 };

/// `O_DIRECTORY`.
pub(super) const fn directory_flag(abi: Abi) -> u32 {
    match abi {
        Abi::Arm64 | Abi::Arm => 0o40_000,
        Abi::X86_64 | Abi::I386 => 0o200_000,
    }
}

/// Sets the kind and the addresses of a socket, if the process's network has a socket with this inode.
#[cold]
fn find_socket(pid: u32, inode: &str, file: &mut File) {
    for table in ["tcp", "tcp6", "udp", "udp6", "unix"] {
        let is_unix = table == "unix";
        let text = read(&format!("/proc/{pid}/net/{table}"));
        for line in text.lines() {
            let words: Vec<&str> = line.split_ascii_whitespace().collect();
            let word = |index: usize| words.get(index).copied().unwrap_or_default();
            if word(if is_unix { 6 } else { 9 }) != inode {
                continue;
            }
            if is_unix {
                file.kind = FileKind::Unix;
                file.name = word(7).as_bytes().to_vec();
            } else {
                file.kind = if table.ends_with('6') { FileKind::Ipv6 } else { FileKind::Ipv4 };
                [file.local, file.remote] =
                    [1, 2].map(|index| address(word(index)).filter(|address| address.port() != 0));
                // `TCP_LISTEN` of `include/net/tcp_states.h`.
                file.is_server = (word(3) == "0A").then_some(true);
                file.name_by_addresses();
            }
            return;
        }
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

fn read(path: &str) -> String {
    fs::read(path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
}

fn link(path: &str) -> Option<Vec<u8>> {
    fs::read_link(path).ok().map(|target| target.into_os_string().into_vec())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{TcpListener, TcpStream};
    use std::os::fd::AsRawFd;

    #[test]
    fn addresses_are_parsed_and_incomplete_ones_refused() {
        assert_eq!(address("0100007F:1F90"), "127.0.0.1:8080".parse().ok());
        assert_eq!(address("00000000000000000000000001000000:0050"), "[::1]:80".parse().ok());
        assert_eq!(address("0100007F"), None);
        assert_eq!(address("01:0050"), None);
    }

    #[test]
    fn own_process_has_parent_user_directory_and_files() {
        let pid = std::process::id();
        let (parent, user) = parent_and_user(pid);
        assert_eq!(parent, Some(std::os::unix::process::parent_id()));
        assert!(user.is_some());
        assert!(current_directory(pid).is_some_and(|path| path.starts_with(b"/")));

        let folder = fs::File::open("/proc/self").expect("opens");
        let open_folder = open_file(pid, folder.as_raw_fd()).expect("is there");
        assert_eq!(open_folder.file.name, format!("/proc/{pid}").into_bytes());
        assert!(open_folder.closes_on_exec);

        let Ok(listener) = TcpListener::bind("127.0.0.1:0") else { return };
        let address = listener.local_addr().expect("is bound");
        let client = TcpStream::connect(address).expect("connects");
        let file = open_file(pid, listener.as_raw_fd()).expect("is there").file;
        assert_eq!((file.kind, file.local, file.is_server), (FileKind::Ipv4, Some(address), Some(true)));
        let file = open_file(pid, client.as_raw_fd()).expect("is there").file;
        assert_eq!(file.name, format!("{}->{address}", client.local_addr().expect("is connected")).into_bytes());
        assert!(open_file(pid, -1).is_none());
    }
}
