// SPDX-License-Identifier: GPL-2.0

//! What a call that has returned did to file descriptors, and to the current directory.

use super::address::{Address, AF_INET, AF_INET6, AF_UNIX};
use super::files::Open;
use super::processes::{Processes, CLONE_FILES};
use super::table::{register_of, Effect, ANONYMOUS, CLOSE_ON_EXEC};
use super::threads::{Pending, Thread};
use super::{path, proc, FileKind, Memory};
use crate::calls::Call;

/// Stands for the current directory where a descriptor of a directory is expected.
const AT_FDCWD: i32 = -100;
/// The connection is still being made.
const EINPROGRESS: i64 = 115;

/// Commands of `fcntl`, `include/uapi/linux/fcntl.h` and `include/uapi/asm-generic/fcntl.h`.
const F_DUPFD: u32 = 0;
const F_SETFD: u32 = 2;
const F_DUPFD_CLOEXEC: u32 = 1030;
/// Commands of `ioctl` that say whether running another program closes the file, `asm-generic/ioctls.h`.
const FIONCLEX: u32 = 0x5450;
const FIOCLEX: u32 = 0x5451;
/// Flags of `close_range`, `include/uapi/linux/close_range.h`.
const CLOSE_RANGE_UNSHARE: u32 = 2;
const CLOSE_RANGE_CLOEXEC: u32 = 4;
/// Of `open`: a file without a name in this directory; without the bit that says that it is one.
const O_TMPFILE: u32 = 0o20_000_000;

/// A call, and where it shows.
pub(super) struct Follower<'a> {
    pub(super) processes: &'a mut Processes,
    /// Whose `/proc` tells more.
    pub(super) is_live: bool,
    pub(super) process: usize,
    pub(super) call: &'a Pending,
    known: Call,
    inputs: &'a [Memory],
    outputs: &'a [Memory],
}

impl<'a> Follower<'a> {
    /// For the call that a thread is in, if it is one that the table has.
    pub(super) fn new(
        processes: &'a mut Processes,
        is_live: bool,
        thread: &'a Thread,
        outputs: &'a [Memory],
    ) -> Option<Self> {
        let call = thread.call.as_ref()?;
        let (process, inputs) = (thread.process, &thread.inputs);
        Some(Self { processes, is_live, process, call, known: call.known?, inputs, outputs })
    }

    /// The call's first file descriptor, if it has a number.
    pub(super) fn first(&self) -> Option<i32> {
        let number = self.register(self.call.traits.file?)? as i32;
        (number >= 0).then_some(number)
    }

    /// Finds out what a descriptor refers to, where that is not known yet.
    pub(super) fn look(&mut self, number: i32) {
        if !self.is_live {
            return;
        }
        let table = self.processes.table(self.process);
        if self.processes.files.get(table, number).is_none() {
            // What is not there may come yet, by a message from another process.
            if let Some(open) = proc::open(self.processes.pid(self.process), number) {
                self.processes.files.set(table, number, open);
            }
        }
    }

    /// Does what the call did; returns the file descriptor that it made.
    #[cold]
    pub(super) fn returned(&mut self, result: i64) -> Option<i32> {
        let effect = self.call.traits.effect;
        if effect == Effect::Connect && (result == 0 || result == -EINPROGRESS) {
            self.set_address(false, self.inputs);
            return None;
        }
        if result < 0 {
            return None;
        }
        let new = i32::try_from(result).ok();
        match effect {
            Effect::Open => {
                let open = self.opened();
                self.set(new?, open);
            }
            Effect::Make(index) => {
                let open = self.made(index);
                self.set(new?, open);
            }
            Effect::Find => self.set(new?, None),
            Effect::Dup => {
                let closes = self.flags(&["dup_flags"]) & CLOSE_ON_EXEC != 0;
                self.duplicated(new?, closes);
            }
            Effect::Fcntl => return self.fcntl(new?),
            Effect::Ioctl => match self.register(1)? as u32 {
                FIOCLEX => self.set_closes(true),
                FIONCLEX => self.set_closes(false),
                _ => return None,
            },
            Effect::Socket => {
                let open = self.socket();
                self.set(new?, Some(open));
            }
            Effect::Accept => {
                let open = self.accepted();
                self.set(new?, Some(open));
            }
            Effect::SocketPair => {
                let open = self.socket();
                self.pair(open);
            }
            Effect::Pipe => {
                let closes = self.flags(&["pipe_flags"]) & CLOSE_ON_EXEC != 0;
                self.pair(Open::new(FileKind::Pipe, Vec::new(), closes));
            }
            Effect::Bind => self.set_address(true, self.inputs),
            Effect::SocketName => self.set_address(true, self.outputs),
            Effect::PeerName => self.set_address(false, self.outputs),
            Effect::Listen => {
                if let Some(open) = self.first_open() {
                    open.file.is_server = Some(true);
                }
            }
            Effect::CloseRange => self.close_range(),
            Effect::Chdir => {
                let path = self.memory(self.inputs, "path")?;
                let directory = path::join(self.directory().as_deref(), path);
                self.processes.get_mut(self.process)?.directory = Some(directory);
            }
            Effect::Fchdir => {
                let name = self.first_open().map(|open| open.file.name.clone());
                self.processes.get_mut(self.process)?.directory = name;
            }
            Effect::Getcwd => {
                let path = self.memory(self.outputs, "str")?.split(|&byte| byte == 0).next()?;
                self.processes.get_mut(self.process)?.directory = Some(path.to_vec());
            }
            Effect::Unshare if self.register(0)? & CLONE_FILES != 0 => self.unshare(),
            Effect::Exec => {
                self.unshare();
                let table = self.processes.table(self.process);
                self.processes.files.retain(table, &|_, open| !open.closes_on_exec);
                self.processes.get_mut(self.process)?.has_run = true;
            }
            _ => return None,
        }
        match effect {
            Effect::Open | Effect::Make(_) | Effect::Find | Effect::Dup | Effect::Socket | Effect::Accept => new,
            _ => None,
        }
    }

    fn register(&self, register: u8) -> Option<u64> {
        self.call.registers().get(usize::from(register)).copied()
    }

    /// The call's flags, in its first argument of one of these kinds.
    fn flags(&self, kinds: &[&str]) -> u32 {
        register_of(self.known, kinds).and_then(|register| self.register(register)).unwrap_or(0) as u32
    }

    /// What the first argument of a kind points to.
    fn memory(&self, set: &'a [Memory], kind: &str) -> Option<&'a [u8]> {
        let register = register_of(self.known, &[kind])?;
        let memory = set.iter().find(|memory| memory.register == register)?;
        (!memory.is_fault).then_some(&memory.bytes)
    }

    fn set(&mut self, number: i32, open: Option<Open>) {
        let table = self.processes.table(self.process);
        match open {
            Some(open) => self.processes.files.set(table, number, open),
            None => drop(self.processes.files.remove(table, number)),
        }
    }

    /// What the call's first descriptor refers to.
    fn first_open(&mut self) -> Option<&mut Open> {
        let number = self.first()?;
        let table = self.processes.table(self.process);
        self.processes.files.get_mut(table, number)
    }

    /// The current directory.
    #[cold]
    fn directory(&mut self) -> Option<Vec<u8>> {
        let is_live = self.is_live;
        let entry = self.processes.get_mut(self.process)?;
        if entry.directory.is_none() && is_live {
            entry.directory = proc::current_directory(entry.process.pid);
        }
        entry.directory.clone()
    }

    #[cold]
    fn opened(&mut self) -> Option<Open> {
        let path = self.memory(self.inputs, "path")?;
        let directory = register_of(self.known, &["dirfd"]).and_then(|register| self.register(register));
        let base = match directory.map(|number| number as i32) {
            _ if path.starts_with(b"/") => None,
            None | Some(AT_FDCWD) => self.directory(),
            Some(number) => {
                let table = self.processes.table(self.process);
                self.processes.files.get(table, number).map(|open| open.file.name.clone())
            }
        };
        let how = self.memory(self.inputs, "open_how").and_then(|how| how.first_chunk::<4>());
        let flags = how.map_or_else(|| self.flags(&["open_flags"]), |flags| u32::from_le_bytes(*flags));
        let is_directory = flags & proc::directory_flag(self.call.abi) != 0 && flags & O_TMPFILE == 0;
        let kind = if is_directory { FileKind::Directory } else { FileKind::File };
        Some(Open::new(kind, path::join(base.as_deref(), path), flags & CLOSE_ON_EXEC != 0))
    }

    #[cold]
    fn made(&self, index: u8) -> Option<Open> {
        let &(link, closes) = ANONYMOUS.get(usize::from(index))?;
        let mut parameters = self.known.parameters()?;
        let flags = parameters.find(|parameter| parameter.kind.ends_with("_flags"));
        let flags = flags.and_then(|flags| flags.value(self.call.registers())).unwrap_or(0) as u32;
        let closes = closes == 0 || flags & closes != 0;
        let mut open = Open::by_link(link.as_bytes(), false, closes);
        let name = self.memory(self.inputs, "str").unwrap_or_default();
        open.file.name.extend_from_slice(name);
        Some(open)
    }

    #[cold]
    fn duplicated(&mut self, new: i32, closes: bool) {
        if self.first() == Some(new) {
            return;
        }
        let open = self.first_open().cloned();
        self.set(new, open.map(|open| Open { closes_on_exec: closes, ..open }));
    }

    fn fcntl(&mut self, new: i32) -> Option<i32> {
        match self.register(1)? as u32 {
            command @ (F_DUPFD | F_DUPFD_CLOEXEC) => {
                self.duplicated(new, command == F_DUPFD_CLOEXEC);
                return Some(new);
            }
            F_SETFD => self.set_closes(self.register(2)? & 1 != 0),
            _ => (),
        }
        None
    }

    fn set_closes(&mut self, closes: bool) {
        if let Some(open) = self.first_open() {
            open.closes_on_exec = closes;
        }
    }

    #[cold]
    fn socket(&self) -> Open {
        let kind = match self.register(0).map(|family| family as u16) {
            Some(AF_UNIX) => FileKind::Unix,
            Some(AF_INET) => FileKind::Ipv4,
            Some(AF_INET6) => FileKind::Ipv6,
            _ => FileKind::Socket,
        };
        Open::new(kind, Vec::new(), self.flags(&["socket_type"]) & CLOSE_ON_EXEC != 0)
    }

    #[cold]
    fn accepted(&mut self) -> Open {
        let closes = self.flags(&["accept_flags"]) & CLOSE_ON_EXEC != 0;
        let mut open = Open::new(FileKind::Socket, Vec::new(), closes);
        let listening = self.first_open().map(|open| open.file.clone());
        let address = self.memory(self.outputs, "sockaddr").map_or(Address::None, Address::new);
        let file = &mut open.file;
        if let Some(listening) = listening {
            file.kind = listening.kind;
            // One of a machine's own has no other name than this.
            file.name = if listening.kind == FileKind::Unix { listening.name } else { Vec::new() };
            file.local = listening.local;
        }
        file.is_server = Some(true);
        file.set_address(address, false);
        open
    }

    /// Takes an address from a `struct sockaddr`.
    #[cold]
    fn set_address(&mut self, is_local: bool, set: &'a [Memory]) {
        let Some(bytes) = self.memory(set, "sockaddr") else { return };
        let is_connect = self.call.traits.effect == Effect::Connect;
        let Some(Open { file, .. }) = self.first_open() else { return };
        if is_connect {
            file.is_server = Some(false);
        }
        file.set_address(Address::new(bytes), is_local);
    }

    /// Takes two descriptors.
    #[cold]
    fn pair(&mut self, open: Open) {
        let Some(numbers) = self.memory(self.outputs, "int2") else { return };
        for number in numbers.chunks_exact(4).take(2) {
            let number = number.first_chunk::<4>().map_or(-1, |number| i32::from_le_bytes(*number));
            self.set(number, Some(open.clone()));
        }
    }

    #[cold]
    fn unshare(&mut self) {
        let table = self.processes.table(self.process);
        let own = self.processes.files.unshare(table);
        if let Some(entry) = self.processes.get_mut(self.process) {
            entry.files = Some(own);
        }
    }

    #[cold]
    fn close_range(&mut self) {
        let [Some(first), Some(last), Some(flags)] =
            [0, 1, 2].map(|index| self.register(index).map(|word| word as u32))
        else {
            return;
        };
        if flags & CLOSE_RANGE_UNSHARE != 0 {
            self.unshare();
        }
        let table = self.processes.table(self.process);
        let range = first as usize..=last as usize;
        if flags & CLOSE_RANGE_CLOEXEC == 0 {
            self.processes.files.touch(table, range.clone());
        }
        self.processes.files.retain(table, &|number, open| {
            let is_meant = range.contains(&number);
            if is_meant && flags & CLOSE_RANGE_CLOEXEC != 0 {
                open.closes_on_exec = true;
                return true;
            }
            !is_meant
        });
    }
}
