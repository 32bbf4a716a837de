// SPDX-License-Identifier: GPL-2.0

//! What calls that have returned did to descriptors and to the current directory.

use super::descriptor_table::OpenFile;
use super::descriptor_update::DescriptorUpdate;
use super::effects::{register_of, Effect, ANONYMOUS, CLOSE_ON_EXEC};
use super::event::FileKind;
use super::processes::CLONE_FILES;
use super::{path, procfs};

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
const CLOSE_RANGE_UNSHARE: u32 = 2;
const CLOSE_RANGE_CLOEXEC: u32 = 4;
/// Flag of `open` that makes a file without a name in a directory. Programs set it together with `O_DIRECTORY`; this is
/// the bit of its own.
const O_TMPFILE: u32 = 0o20_000_000;

impl DescriptorUpdate<'_> {
    /// Applies what the call did. Returns the new descriptor that is its result, if it is one.
    #[cold]
    pub(super) fn apply(&mut self, result: i64) -> Option<i32> {
        let effect = self.effect();
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
                let open = self.opened_file();
                self.set(new?, open);
            }
            Effect::Make(index) => {
                let open = self.anonymous_file(index);
                self.set(new?, open);
            }
            Effect::Find => self.set(new?, None),
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
                let open = self.new_socket();
                self.set(new?, Some(open));
            }
            Effect::Accept => {
                let open = self.accepted_socket();
                self.set(new?, Some(open));
            }
            Effect::SocketPair => {
                let open = self.new_socket();
                self.set_pair(open);
            }
            Effect::Pipe => {
                let closes_on_exec = self.flags(&["pipe_flags"]) & CLOSE_ON_EXEC != 0;
                self.set_pair(OpenFile::new(FileKind::Pipe, Vec::new(), closes_on_exec));
            }
            Effect::Bind => self.set_address(true, self.inputs),
            Effect::SocketName => self.set_address(true, self.outputs),
            Effect::PeerName => self.set_address(false, self.outputs),
            Effect::Listen => {
                if let Some(open) = self.first_file() {
                    open.file.is_server = Some(true);
                }
            }
            Effect::CloseRange => self.close_range(),
            Effect::Chdir => {
                let path = self.memory(self.inputs, "path")?;
                let directory = path::join(self.current_directory().as_deref(), path);
                self.processes.get_mut(self.process)?.directory = Some(directory);
            }
            Effect::Fchdir => {
                let name = self.first_file().map(|open| open.file.name.clone());
                self.processes.get_mut(self.process)?.directory = name;
            }
            Effect::Getcwd => {
                let path = self.memory(self.outputs, "str")?.split(|&byte| byte == 0).next()?;
                self.processes.get_mut(self.process)?.directory = Some(path.to_vec());
            }
            Effect::Unshare if self.register(0)? & CLONE_FILES != 0 => self.unshare(),
            Effect::Exec => {
                self.unshare();
                let table = self.processes.files_of(self.process);
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

    /// The file that was opened by path; `None` if the path was not recorded.
    #[cold]
    fn opened_file(&mut self) -> Option<OpenFile> {
        let path = self.memory(self.inputs, "path")?;
        let directory = register_of(self.known, &["dirfd"]).and_then(|register| self.register(register));
        let base = match directory.map(|number| number as i32) {
            _ if path.starts_with(b"/") => None,
            None | Some(AT_FDCWD) => self.current_directory(),
            Some(number) => {
                let table = self.processes.files_of(self.process);
                self.processes.files.get(table, number).map(|open| open.file.name.clone())
            }
        };
        let how = self.memory(self.inputs, "open_how").and_then(|how| how.first_chunk::<4>());
        let flags = how.map_or_else(|| self.flags(&["open_flags"]), |flags| u32::from_le_bytes(*flags));
        let is_directory = flags & procfs::directory_flag(self.call.abi) != 0 && flags & O_TMPFILE == 0;
        let kind = if is_directory { FileKind::Directory } else { FileKind::File };
        Some(OpenFile::new(kind, path::join(base.as_deref(), path), flags & CLOSE_ON_EXEC != 0))
    }

    /// The file without a path that was made: that at `index` of [`ANONYMOUS`].
    #[cold]
    fn anonymous_file(&self, index: u8) -> Option<OpenFile> {
        let &(link, close_flag) = ANONYMOUS.get(usize::from(index))?;
        let mut parameters = self.known.parameters()?;
        let flags = parameters.find(|parameter| parameter.kind.ends_with("_flags"));
        let flags = flags.and_then(|flags| flags.value(self.call.registers())).unwrap_or(0) as u32;
        let closes_on_exec = close_flag == 0 || flags & close_flag != 0;
        let mut open = OpenFile::from_proc_link(link.as_bytes(), false, closes_on_exec);
        let name = self.memory(self.inputs, "str").unwrap_or_default();
        open.file.name.extend_from_slice(name);
        Some(open)
    }

    /// Makes `new` refer to the file of the call's first descriptor.
    #[cold]
    fn duplicate(&mut self, new: i32, closes_on_exec: bool) {
        if self.first_descriptor() == Some(new) {
            return;
        }
        let open = self.first_file().cloned();
        self.set(new, open.map(|open| OpenFile { closes_on_exec, ..open }));
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

    fn set_closes_on_exec(&mut self, closes_on_exec: bool) {
        if let Some(open) = self.first_file() {
            open.closes_on_exec = closes_on_exec;
        }
    }

    /// Gives the process a table of its own, if it shares one.
    #[cold]
    fn unshare(&mut self) {
        let table = self.processes.files_of(self.process);
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
        let table = self.processes.files_of(self.process);
        let range = first as usize..=last as usize;
        if flags & CLOSE_RANGE_CLOEXEC == 0 {
            self.processes.files.touch(table, range.clone());
        }
        self.processes.files.retain(table, &|number, open| {
            let is_in_range = range.contains(&number);
            if is_in_range && flags & CLOSE_RANGE_CLOEXEC != 0 {
                open.closes_on_exec = true;
                return true;
            }
            !is_in_range
        });
    }
}
