// SPDX-License-Identifier: GPL-2.0

//! What calls that have returned did to descriptors and to the current directory.

use super::descriptor_map::Descriptor;
use super::descriptor_update::DescriptorUpdate;
use super::effects::{register_of, returns_plain_number, Effect, ANONYMOUS, CLOSE_ON_EXEC};
use super::event::input_of;
use super::file::FileKind;
use super::name::Name;
use super::open_file::OpenFile;
use super::threads::Prepared;
use super::{path, procfs};
use std::rc::Rc;

/// Stands for the current directory where a descriptor of a directory is expected.
const AT_FDCWD: i32 = -100;
/// The error of `connect` while the connection is still being made.
const EINPROGRESS: i64 = 115;

/// Commands of `fcntl`, `include/uapi/linux/fcntl.h` and `include/uapi/asm-generic/fcntl.h`.
const F_DUPFD: u32 = 0;
const F_SETFD: u32 = 2;
const F_DUPFD_CLOEXEC: u32 = 1030;
/// Commands of `ioctl` that set whether `execve` closes the descriptor, `include/uapi/asm-generic/ioctls.h`.
const FIONCLEX: u32 = 0x5450;
const FIOCLEX: u32 = 0x5451;
/// Flags of `close_range`, `include/uapi/linux/close_range.h`.
pub(super) const CLOSE_RANGE_UNSHARE: u64 = 2;
pub(super) const CLOSE_RANGE_CLOEXEC: u32 = 4;
/// So many descriptors are noted as closed or marked also if they are not known. Programs hand on low descriptors.
pub(super) const NOTED_DESCRIPTORS: u32 = 64;
/// The longest path of a current directory: `PATH_MAX` of `include/uapi/linux/limits.h`. A longer one is not known.
const MAX_DIRECTORY_BYTES: usize = 4096;
/// Flag of `open` that makes a file without a name in a directory. Programs set it together with `O_DIRECTORY`; this is
/// the bit of its own.
const O_TMPFILE: u32 = 0o20_000_000;

impl DescriptorUpdate<'_> {
    /// Applies what the call did. Returns the new descriptor that is its result, if it is one.
    #[cold]
    pub(super) fn apply(&mut self, result: i64) -> Option<i32> {
        let effect = self.effect();
        self.end_preparation(result);
        if effect == Effect::Connect && (result == 0 || result == -EINPROGRESS) {
            self.set_address(false, self.inputs);
            return None;
        }
        if result < 0 {
            return None;
        }
        let new = i32::try_from(result).ok();
        let makes_new = matches!(
            effect,
            Effect::Open | Effect::Make(_) | Effect::Find | Effect::Dup | Effect::Socket | Effect::Accept
        );
        if makes_new && returns_plain_number(self.known, self.call.registers(), input_of(self.inputs)) {
            return None;
        }
        match effect {
            Effect::Open => {
                let (file, closes_on_exec) = self.opened_file();
                self.set(new?, file, closes_on_exec);
            }
            Effect::Make(index) => {
                let (file, closes_on_exec) = self.anonymous_file(index)?;
                self.set(new?, Some(file), closes_on_exec);
            }
            Effect::Find => self.set(new?, None, false),
            Effect::Dup => {
                let closes_on_exec = self.flags(&["dup_flags"]) & CLOSE_ON_EXEC != 0;
                self.duplicate(new?, closes_on_exec);
            }
            Effect::Fcntl => return self.fcntl(new?),
            Effect::Ioctl => match self.register(1)? as u32 {
                FIOCLEX => self.set_closes_on_exec(true),
                FIONCLEX => self.set_closes_on_exec(false),
                _ => return None,
            },
            Effect::Socket => {
                let (file, closes_on_exec) = self.new_socket();
                self.set(new?, Some(file), closes_on_exec);
            }
            Effect::Accept => {
                let (file, closes_on_exec) = self.accepted_socket();
                self.set(new?, Some(file), closes_on_exec);
            }
            Effect::SocketPair => {
                let (kind, closes_on_exec) = self.socket_kind();
                self.set_pair(|ledger| OpenFile::new(kind, Vec::new(), ledger), closes_on_exec);
            }
            Effect::Pipe => {
                let closes_on_exec = self.flags(&["pipe_flags"]) & CLOSE_ON_EXEC != 0;
                self.set_pair(|ledger| OpenFile::new(FileKind::Pipe, Vec::new(), ledger), closes_on_exec);
            }
            Effect::Bind => self.set_address(true, self.inputs),
            Effect::SocketName => self.set_address(true, self.outputs),
            Effect::PeerName => self.set_address(false, self.outputs),
            Effect::Listen => {
                if let Some(file) = self.first_file() {
                    file.change(|file| file.is_server = Some(true));
                }
            }
            Effect::CloseRange => self.close_range(),
            Effect::Chdir => {
                let base = self.directory.borrow().path_since(self.since());
                let path = self.path().map(|path| path::join(base.as_deref(), path));
                self.set_directory(path.filter(|path| path.starts_with(b"/")));
            }
            Effect::Fchdir => {
                let name = self.first_file().map(|file| file.file().name.to_vec());
                self.set_directory(name.filter(|name| name.starts_with(b"/")));
            }
            Effect::LoseDirectory => self.directory.borrow_mut().lose(self.now),
            Effect::Getcwd => {
                let path = self.memory(self.outputs, "str")?.split(|&byte| byte == 0).next()?;
                if path.starts_with(b"/") && !self.has_gap {
                    let path = Name::new(path.to_vec(), self.ledger);
                    self.directory.borrow_mut().learn(path, self.since());
                }
            }
            Effect::Exec => {
                let now = self.now;
                self.table.borrow_mut().map.change(
                    0..=u32::MAX,
                    self.work,
                    &|descriptor| descriptor.closes_on_exec,
                    &|descriptor| *descriptor = Descriptor::unknown(now),
                );
            }
            _ => return None,
        }
        new.filter(|_| makes_new)
    }

    /// Notes at the entry of a call what its return needs, and makes unknown what is in doubt until then. Only where
    /// both are recorded.
    #[cold]
    pub(super) fn prepare(&mut self) -> Prepared {
        match self.effect() {
            Effect::Chdir | Effect::Fchdir => {
                self.directory.borrow_mut().begin_change();
                Prepared::ChangesDirectory
            }
            Effect::Dup if self.names_descriptor() => {
                let Some(new) = self.register(1).map(|new| new as i32).filter(|&new| new >= 0) else {
                    return Prepared::Nothing;
                };
                let mut table = self.table.borrow_mut();
                table.note_replaced(new, self.now);
                let old = u32::try_from(new).ok().and_then(|new| table.map.get(new).cloned());
                // Nothing changes if both are one descriptor. Only changes that others can see are in doubt.
                if self.first_descriptor() == Some(new) || old.is_none() {
                    return Prepared::Nothing;
                }
                table.set(new, Descriptor::unknown(self.now), self.ledger);
                Prepared::Replaces(new, Box::new(old))
            }
            _ => Prepared::Nothing,
        }
    }

    /// Takes back what the entry has made unknown.
    fn end_preparation(&mut self, result: i64) {
        match &self.call.prepared {
            Prepared::ChangesDirectory => self.directory.borrow_mut().end_change(),
            Prepared::Replaces(number, old) if result < 0 && !self.has_gap => {
                let mut table = self.table.borrow_mut();
                let number = *number as u32;
                let is_mine = table.map.get(number).is_some_and(|now| now.changed == self.call.event);
                if let (Some(old), true) = (&**old, is_mine) {
                    table.map.set(number, old.clone(), self.ledger);
                }
            }
            _ => (),
        }
    }

    fn set_directory(&mut self, path: Option<Vec<u8>>) {
        let path = path.filter(|path| path.len() <= MAX_DIRECTORY_BYTES && !self.has_gap);
        let path = path.map(|path| Name::new(path, self.ledger));
        self.directory.borrow_mut().set(path, self.since(), self.now);
    }

    /// The file that was opened by path, if the path is known, and whether `execve` closes its descriptor.
    #[cold]
    fn opened_file(&mut self) -> (Option<Rc<OpenFile>>, bool) {
        let how = self.memory(self.inputs, "open_how").and_then(|how| how.first_chunk::<4>());
        let flags = how.map_or_else(|| self.flags(&["open_flags"]), |flags| u32::from_le_bytes(*flags));
        let closes_on_exec = flags & CLOSE_ON_EXEC != 0;
        let Some(path) = self.path() else { return (None, closes_on_exec) };
        let directory = register_of(self.known, &["dirfd"]).and_then(|register| self.register(register));
        let base = match directory.map(|number| number as i32) {
            _ if path.starts_with(b"/") => None,
            None | Some(AT_FDCWD) => self.current_directory(),
            Some(number) => self.file(number).map(|file| file.file().name.clone()),
        };
        let is_directory = flags & procfs::directory_flag(self.call.abi) != 0 && flags & O_TMPFILE == 0;
        let kind = if is_directory { FileKind::Directory } else { FileKind::File };
        (Some(OpenFile::new(kind, path::join(base.as_deref(), path), self.ledger)), closes_on_exec)
    }

    /// The file without a path that was made: that at `index` of [`ANONYMOUS`]; and whether `execve` closes its
    /// descriptor.
    #[cold]
    fn anonymous_file(&self, index: u8) -> Option<(Rc<OpenFile>, bool)> {
        let &(link, close_flag) = ANONYMOUS.get(usize::from(index))?;
        let mut parameters = self.known.parameters()?;
        let flags = parameters.find(|parameter| parameter.kind.ends_with("_flags"));
        let flags = flags.and_then(|flags| flags.value(self.call.registers())).unwrap_or(0) as u32;
        let closes_on_exec = close_flag == 0 || flags & close_flag != 0;
        let mut name = link.as_bytes().to_vec();
        name.extend_from_slice(self.memory(self.inputs, "str").unwrap_or_default());
        Some((OpenFile::from_proc_link(name, false, self.ledger), closes_on_exec))
    }

    /// Makes `new` refer to the file of the call's first descriptor.
    #[cold]
    fn duplicate(&mut self, new: i32, closes_on_exec: bool) {
        if self.first_descriptor() != Some(new) {
            self.set(new, self.first_file(), closes_on_exec);
        }
    }

    fn fcntl(&mut self, new: i32) -> Option<i32> {
        match self.register(1)? as u32 {
            command @ (F_DUPFD | F_DUPFD_CLOEXEC) => {
                self.duplicate(new, command == F_DUPFD_CLOEXEC);
                return Some(new);
            }
            F_SETFD => self.set_closes_on_exec(self.register(2)? & 1 != 0),
            _ => (),
        }
        None
    }

    /// Sets whether `execve` closes the call's descriptor. It is noted as well if it is not known what it refers to.
    fn set_closes_on_exec(&mut self, closes_on_exec: bool) {
        let Some(number) = self.first_descriptor() else { return };
        let mut table = self.table.borrow_mut();
        let before = table.get(number).cloned().unwrap_or_default();
        let file = table.file_since(number, self.since());
        let descriptor = Descriptor { file, closes_on_exec, changed: before.changed.max(1), ..before };
        table.set(number, descriptor, self.ledger);
    }

    #[cold]
    fn close_range(&mut self) {
        let [Some(first), Some(last), Some(flags)] =
            [0, 1, 2].map(|index| self.register(index).map(|word| word as u32))
        else {
            return self.table.borrow_mut().forget();
        };
        let (marks, now) = (flags & CLOSE_RANGE_CLOEXEC != 0, self.now);
        let mut table = self.table.borrow_mut();
        // What it has of its maker may be found out later.
        for number in first..last.saturating_add(1).min(NOTED_DESCRIPTORS) {
            if table.map.get(number).is_none() {
                let descriptor = Descriptor { closes_on_exec: marks, ..Descriptor::unknown(now) };
                table.set(number as i32, descriptor, self.ledger);
            }
        }
        if first <= last {
            table.map.change(first..=last, self.work, &|_| true, &|descriptor| match marks {
                true => descriptor.closes_on_exec = true,
                false => *descriptor = Descriptor::unknown(now),
            });
        }
    }
}
