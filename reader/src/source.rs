// SPDX-License-Identifier: GPL-2.0

//! The input: the device, a file or standard input.

use crate::signals::StopSignals;
use crate::system_calls;
use std::fmt;
use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::fs::{FileExt, FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};
use syscall_record_format::request::Request;

/// The device of the kernel module.
pub const DEVICE: &str = "/dev/syscall-record";

/// An open input.
pub struct Source {
    name: PathBuf,
    file: File,
    is_pipe: bool,
    signals: StopSignals,
    traced: Option<TracedProcesses>,
    /// What is still read, after a signal or the end of the processes has ended the input.
    remaining: Option<Remaining>,
}

/// Processes with which the input ends.
pub struct TracedProcesses {
    /// A file for each process, which becomes readable when the process ends.
    pub processes: Vec<OwnedFd>,
    /// The process that this program has started. Signals are passed on to it.
    pub child: Option<u32>,
    /// The request that ends the recording, sent to the device at the end.
    pub stop: Request,
}

/// What is still read of an input after it was ended.
enum Remaining {
    /// Up to so many bytes, as long as there are any.
    Bytes(usize),
    /// All that comes without a pause of [`QUIET_MS`].
    Recorded,
}

/// The most that a pipe holds, unless root has allowed more (`/proc/sys/fs/pipe-max-size`).
const MAX_PIPE_BYTES: usize = 1 << 20;

/// After a pause of so many milliseconds, no more recorded events come: they usually become readable after 200 ms.
const QUIET_MS: u16 = 500;

/// An input cannot be opened or read.
#[derive(Debug)]
pub struct SourceError {
    name: PathBuf,
    error: io::Error,
}

impl SourceError {
    /// The kind of the operating system's error.
    pub fn kind(&self) -> io::ErrorKind {
        self.error.kind()
    }
}

impl fmt::Display for SourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name.display(), self.error)?;
        if self.name == Path::new(DEVICE) {
            match self.error.kind() {
                io::ErrorKind::NotFound => f.write_str("; is the module loaded? (insmod syscall_record.ko)")?,
                // `EACCES` is about the file, `EPERM` comes from the module.
                io::ErrorKind::PermissionDenied if self.error.raw_os_error() == Some(libc::EPERM) => f.write_str(
                    "; it takes CAP_PERFMON outside of containers, and a kernel that is not locked down \
                     (/sys/kernel/security/lockdown)",
                )?,
                io::ErrorKind::PermissionDenied => {
                    f.write_str("; only root may read it, unless its mode is changed")?
                }
                io::ErrorKind::ResourceBusy => {
                    f.write_str("; another process reads it, and it has one reader at a time")?
                }
                _ => (),
            }
        }
        Ok(())
    }
}

impl std::error::Error for SourceError {}

impl Source {
    /// Opens `input`: a path, or `-` for standard input. If there is none: standard input if it is a pipe or a file,
    /// otherwise the device.
    ///
    /// # Errors
    ///
    /// A [`SourceError`] with the name of the input.
    pub fn open(input: Option<&Path>, signals: StopSignals) -> Result<Self, SourceError> {
        let stdin = || io::stdin().as_fd().try_clone_to_owned().map(File::from);
        let (name, file) = match input {
            Some(path) if path == Path::new("-") => (Path::new("standard input"), stdin()),
            Some(path) if path == Path::new(DEVICE) => (path, open_device()),
            Some(path) => (path, File::open(path)),
            None => match stdin() {
                Ok(file) if is_pipe_or_file(&file) => (Path::new("standard input"), Ok(file)),
                _ => (Path::new(DEVICE), open_device()),
            },
        };
        let file = file.map_err(|error| SourceError { name: name.to_owned(), error })?;
        let is_pipe = file.metadata().is_ok_and(|metadata| metadata.file_type().is_fifo());
        Ok(Self { name: name.to_owned(), file, is_pipe, signals, traced: None, remaining: None })
    }

    /// Whether the input is the device.
    pub fn is_device(&self) -> bool {
        self.name == Path::new(DEVICE)
    }

    /// The size of a file, in bytes; `None` if the input is not a file.
    pub fn size(&self) -> Option<u64> {
        self.file.metadata().ok().filter(|metadata| metadata.is_file()).map(|metadata| metadata.len())
    }

    /// Whether the input is this regular file, also under another name.
    pub fn is_file(&self, other: &Metadata) -> bool {
        let is_same = |own: Metadata| own.is_file() && (own.dev(), own.ino()) == (other.dev(), other.ino());
        self.file.metadata().is_ok_and(is_same)
    }

    /// `None` if the input is not a program or script; otherwise whether it may be run.
    pub fn as_program(&self) -> Option<bool> {
        let metadata = self.file.metadata().ok().filter(Metadata::is_file)?;
        let mut start = [0; 4];
        let bytes = self.file.read_at(&mut start, 0).ok()?;
        let is_program = &start == b"\x7fELF" || start.get(..bytes).is_some_and(|start| start.starts_with(b"#!"));
        is_program.then(|| metadata.mode() & 0o111 != 0)
    }

    /// The open file.
    pub fn as_fd(&self) -> BorrowedFd<'_> {
        self.file.as_fd()
    }

    /// Makes the input end with these processes. `signals` replaces the signals that were waited for.
    pub fn end_with(&mut self, traced: TracedProcesses, signals: StopSignals) {
        self.traced = Some(traced);
        self.signals = signals;
    }

    /// Waits until there is something to read, and reads it into `space`. Returns how many bytes were read. 0 is the
    /// end: the input has ended, or a signal or the end of the processes has ended it.
    ///
    /// # Errors
    ///
    /// A [`SourceError`] with the name of the input.
    pub fn read(&mut self, space: &mut [u8]) -> Result<usize, SourceError> {
        loop {
            match self.try_read(space) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => (),
                Ok(bytes) => return Ok(bytes),
                Err(error) => return Err(SourceError { name: self.name.clone(), error }),
            }
        }
    }

    /// Closes the input, and waits until its processes have ended. Meanwhile, signals are passed on to the child.
    ///
    /// # Errors
    ///
    /// Errors of `poll(2)`.
    pub fn wait_for_processes(self) -> io::Result<()> {
        let Self { file, mut signals, traced, .. } = self;
        drop(file);
        let Some(TracedProcesses { mut processes, child, .. }) = traced else { return Ok(()) };
        while !processes.is_empty() {
            let ready = signals.wait(None, &processes)?;
            if let Some(child) = child.filter(|_| ready.signal) {
                signals.received().for_each(|signal| system_calls::send_signal(child, signal));
            }
            if let Some(index) = ready.process {
                processes.swap_remove(index);
            }
        }
        Ok(())
    }

    fn try_read(&mut self, space: &mut [u8]) -> io::Result<usize> {
        while self.remaining.is_none() {
            let processes = self.traced.as_ref().map_or(&[][..], |traced| &traced.processes);
            let ready = self.signals.wait(Some(self.file.as_fd()), processes)?;
            if ready.signal {
                self.handle_signals();
            }
            if let (Some(index), Some(traced)) = (ready.process, &mut self.traced) {
                traced.processes.swap_remove(index);
                if traced.processes.is_empty() {
                    self.end();
                }
            }
            if ready.input && self.remaining.is_none() {
                return self.file.read(space);
            }
        }
        match &mut self.remaining {
            Some(Remaining::Bytes(left)) => {
                if *left == 0 || !self.signals.is_ready(self.file.as_fd(), 0)? {
                    return Ok(0);
                }
                let len = space.len().min(*left);
                let bytes = self.file.read(space.get_mut(..len).unwrap_or_default())?;
                *left -= bytes;
                Ok(bytes)
            }
            _ if self.signals.is_ready(self.file.as_fd(), QUIET_MS)? => self.file.read(space),
            _ => Ok(0),
        }
    }

    /// Passes signals on to the child, with which the input ends. If there is no child, ends the input.
    fn handle_signals(&mut self) {
        match self.traced {
            Some(TracedProcesses { child: Some(child), .. }) => {
                self.signals.received().for_each(|signal| system_calls::send_signal(child, signal));
            }
            _ => self.end(),
        }
    }

    /// Ends the input: only what is there already is still read.
    fn end(&mut self) {
        self.remaining = Some(match &self.traced {
            Some(TracedProcesses { stop, .. }) => {
                // This does not fail: the device has taken a request before. If it did, the input would end at the
                // first pause of all processes.
                let _ = system_calls::send_request(self.file.as_fd(), stop);
                Remaining::Recorded
            }
            // The Ctrl-C has ended the pipe's writer, too. What it wrote before is still read.
            None if self.is_pipe => Remaining::Bytes(MAX_PIPE_BYTES),
            _ => Remaining::Bytes(0),
        });
    }
}

/// Opens the device for writing, too, as requests need it. A user who may only read it can read what the module's
/// parameters say.
fn open_device() -> io::Result<File> {
    match File::options().read(true).write(true).open(DEVICE) {
        Err(error) if error.raw_os_error() == Some(libc::EACCES) => File::open(DEVICE),
        result => result,
    }
}

fn is_pipe_or_file(file: &File) -> bool {
    file.metadata().is_ok_and(|metadata| metadata.is_file() || metadata.file_type().is_fifo())
}
