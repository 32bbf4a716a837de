// SPDX-License-Identifier: GPL-2.0

//! What `/proc` of this machine knows of processes that were there before the recording. Processes end at any time:
//! what is missing in `/proc` is not known, and no error.

use super::descriptor_map::{Descriptor, DescriptorMap};
use super::effects::CLOSE_ON_EXEC;
use super::ledger::Ledger;
use super::name::Name;
use super::open_file::OpenFile;
use super::socket_tables::{link, read, SocketTables};
use crate::calls::Abi;
use std::fs;
use std::path::Path;

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

/// Whether a thread is there and has not ended.
#[cold]
pub(super) fn is_there(tgid: u32, tid: u32) -> bool {
    Path::new(&format!("/proc/{tgid}/task/{tid}")).exists()
}

/// The ids of all processes.
#[cold]
pub(super) fn processes() -> Vec<u32> {
    numbers("/proc")
}

/// The current directory of a task: `PID` or `PID/task/TID`.
#[cold]
pub(super) fn current_directory(task: &str, ledger: &Ledger) -> Option<Name> {
    link(&format!("/proc/{task}/cwd")).filter(|path| path.starts_with(b"/")).map(|path| Name::new(path, ledger))
}

/// What the descriptors of a task refer to: of `PID` or `PID/task/TID`.
#[cold]
pub(super) fn open_files(task: &str, sockets: &mut SocketTables, ledger: &Ledger) -> DescriptorMap {
    let mut map = DescriptorMap::default();
    for number in numbers(&format!("/proc/{task}/fd")).into_iter().take(MAX_FILES) {
        let Some(link) = link(&format!("/proc/{task}/fd/{number}")) else { continue };
        let info = read(&format!("/proc/{task}/fdinfo/{number}"));
        let flags = info.lines().find_map(|line| line.strip_prefix("flags:"));
        let flags = flags.and_then(|flags| u32::from_str_radix(flags.trim(), 8).ok()).unwrap_or(0);
        let inode = link.strip_prefix(b"socket:[").and_then(|inode| inode.strip_suffix(b"]"));
        let inode = inode.and_then(|inode| std::str::from_utf8(inode).ok()?.parse().ok());
        let file = OpenFile::from_proc_link(link, flags & directory_flag(HERE) != 0, ledger);
        if let Some(inode) = inode {
            file.change(|file| sockets.describe(task, inode, file, ledger));
        }
        let closes_on_exec = flags & CLOSE_ON_EXEC != 0;
        let descriptor = Descriptor { file: Some(file), closes_on_exec, is_open: true, ..Descriptor::default() };
        map.set(number, descriptor, ledger);
    }
    map
}

/// Of how many descriptors of a process `/proc` is asked. Further ones are not known.
const MAX_FILES: usize = 4096;

/// The names in a folder that are numbers.
fn numbers(folder: &str) -> Vec<u32> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok()).collect()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::FileKind;
    use std::net::{TcpListener, TcpStream};
    use std::os::fd::AsRawFd;

    #[test]
    fn own_process_has_parent_user_directory_and_files() {
        let pid = std::process::id();
        let (parent, user) = parent_and_user(pid);
        assert_eq!(parent, Some(std::os::unix::process::parent_id()));
        assert!(user.is_some());
        let ledger = Ledger::default();
        assert!(current_directory(&pid.to_string(), &ledger).is_some_and(|path| path.starts_with(b"/")));
        assert!(processes().contains(&pid));
        assert!(is_there(pid, pid) && !is_there(pid, u32::MAX));

        let folder = fs::File::open("/proc/self").expect("opens");
        let listener = TcpListener::bind("127.0.0.1:0").ok();
        let client = listener.as_ref().map(|listener| TcpStream::connect(listener.local_addr().expect("is bound")));
        let files = open_files(&format!("{pid}/task/{pid}"), &mut SocketTables::default(), &ledger);
        let open_folder = files.get(folder.as_raw_fd() as u32).expect("is there");
        assert_eq!(*open_folder.file.as_ref().expect("is known").file().name, *format!("/proc/{pid}").as_bytes());
        assert!(open_folder.closes_on_exec);

        let (Some(listener), Some(Ok(client))) = (listener, client) else { return };
        let address = listener.local_addr().expect("is bound");
        let file = |number| files.get(number as u32).and_then(|it| it.file.clone()).expect("is known").as_descriptor(0);
        let listening = file(listener.as_raw_fd());
        assert_eq!((listening.kind, listening.local, listening.is_server), (FileKind::Ipv4, Some(address), Some(true)));
        let connected = format!("{}->{address}", client.local_addr().expect("is connected"));
        assert_eq!(*file(client.as_raw_fd()).name, *connected.as_bytes());
    }
}
