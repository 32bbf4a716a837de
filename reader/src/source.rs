// SPDX-License-Identifier: GPL-2.0

//! Where the bytes come from: the device, a file or standard input.

use crate::control;
use crate::signals::Interrupt;
use std::fmt;
use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::fs::{FileExt, FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};
use syscall_record_format::request::Request;

/// Where the kernel module delivers.
pub const DEVICE: &str = "/dev/syscall-record";

/// An open input.
pub struct Source {
    name: PathBuf,
    file: File,
    is_pipe: bool,
    interrupt: Interrupt,
    traced: Option<Traced>,
    /// After the end was asked for: what is still read.
    rest: Option<Rest>,
}

/// Processes with whose end the input ends.
pub struct Traced {
    /// Readable, each when its process has ended.
    pub processes: Vec<OwnedFd>,
    /// The one that was started from here, which is passed signals.
    pub child: Option<u32>,
    /// What the device is told then, so that it records no more.
    pub stop: Request,
}

/// What is read of an input whose end was asked for.
enum Rest {
    /// So many bytes, while they are there.
    Bytes(usize),
    /// All that comes without a pause of [`QUIET_MS`].
    Recorded,
}

/// No pipe holds more unless root allowed it (`/proc/sys/fs/pipe-max-size`).
const MAX_PIPE_BYTES: usize = 1 << 20;

/// What is recorded is readable after a fifth of a second, as a rule.
const QUIET_MS: u16 = 500;

/// An input could not be opened or read.
#[derive(Debug)]
pub struct SourceError {
    name: PathBuf,
    error: io::Error,
}

impl SourceError {
    /// What the operating system said.
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
                io::ErrorKind::PermissionDenied => f.write_str("; only root may read it")?,
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
    /// Opens `input`: a path, or `-` for standard input. Without one it is standard input if that is a
    /// pipe or a file, and the device otherwise.
    ///
    /// # Errors
    ///
    /// A [`SourceError`] that names the input.
    pub fn open(input: Option<&Path>, interrupt: Interrupt) -> Result<Self, SourceError> {
        let stdin = || io::stdin().as_fd().try_clone_to_owned().map(File::from);
        let (name, file) = match input {
            Some(path) if path == Path::new("-") => (Path::new("standard input"), stdin()),
            Some(path) => (path, File::open(path)),
            None => match stdin() {
                Ok(file) if is_pipe_or_file(&file) => (Path::new("standard input"), Ok(file)),
                _ => (Path::new(DEVICE), File::open(DEVICE)),
            },
        };
        let file = file.map_err(|error| SourceError { name: name.to_owned(), error })?;
        let is_pipe = file.metadata().is_ok_and(|metadata| metadata.file_type().is_fifo());
        Ok(Self { name: name.to_owned(), file, is_pipe, interrupt, traced: None, rest: None })
    }

    /// Whether it is the device.
    pub fn is_device(&self) -> bool {
        self.name == Path::new(DEVICE)
    }

    /// The bytes of a file; `None` if nobody knows how many will come.
    pub fn size(&self) -> Option<u64> {
        self.file.metadata().ok().filter(|metadata| metadata.is_file()).map(|metadata| metadata.len())
    }

    /// Whether it is this regular file, by whatever name.
    pub fn is_file(&self, other: &Metadata) -> bool {
        let is_same = |own: Metadata| own.is_file() && (own.dev(), own.ino()) == (other.dev(), other.ino());
        self.file.metadata().is_ok_and(is_same)
    }

    /// Whether it is a program, which is no recording: `Some(true)` if it may be run.
    pub fn as_program(&self) -> Option<bool> {
        let metadata = self.file.metadata().ok().filter(Metadata::is_file)?;
        let mut start = [0; 4];
        let bytes = self.file.read_at(&mut start, 0).ok()?;
        let is_program = &start == b"\x7fELF" || start.get(..bytes).is_some_and(|start| start.starts_with(b"#!"));
        is_program.then(|| metadata.mode() & 0o111 != 0)
    }

    /// What is open.
    pub fn as_fd(&self) -> BorrowedFd<'_> {
        self.file.as_fd()
    }

    /// Ends with these processes, from here on. `interrupt` is noticed in place of the one before.
    pub fn end_with(&mut self, traced: Traced, interrupt: Interrupt) {
        self.traced = Some(traced);
        self.interrupt = interrupt;
    }

    /// Reads what is there into `space`, waiting for something to come. 0 is the end: that of the
    /// input, or Ctrl-C.
    ///
    /// # Errors
    ///
    /// A [`SourceError`] that names the input.
    pub fn read(&mut self, space: &mut [u8]) -> Result<usize, SourceError> {
        loop {
            match self.try_read(space) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => (),
                Ok(bytes) => return Ok(bytes),
                Err(error) => return Err(SourceError { name: self.name.clone(), error }),
            }
        }
    }

    /// Closes the input, and waits until its processes have ended; signals go on being passed.
    ///
    /// # Errors
    ///
    /// Those of `poll(2)`.
    pub fn outlive(self) -> io::Result<()> {
        let Self { file, mut interrupt, traced, .. } = self;
        drop(file);
        let Some(Traced { mut processes, child, .. }) = traced else { return Ok(()) };
        while !processes.is_empty() {
            let ready = interrupt.wait(None, &processes)?;
            if let Some(child) = child.filter(|_| ready.bell) {
                interrupt.signals().for_each(|signal| control::signal(child, signal));
            }
            if let Some(index) = ready.process {
                processes.swap_remove(index);
            }
        }
        Ok(())
    }

    fn try_read(&mut self, space: &mut [u8]) -> io::Result<usize> {
        while self.rest.is_none() {
            let processes = self.traced.as_ref().map_or(&[][..], |traced| &traced.processes);
            let ready = self.interrupt.wait(Some(self.file.as_fd()), processes)?;
            if ready.bell {
                self.take_signals();
            }
            if let (Some(index), Some(traced)) = (ready.process, &mut self.traced) {
                traced.processes.swap_remove(index);
                if traced.processes.is_empty() {
                    self.end();
                }
            }
            if ready.input && self.rest.is_none() {
                return self.file.read(space);
            }
        }
        match &mut self.rest {
            Some(Rest::Bytes(left)) => {
                if *left == 0 || !self.interrupt.is_ready(self.file.as_fd(), 0)? {
                    return Ok(0);
                }
                let len = space.len().min(*left);
                let bytes = self.file.read(space.get_mut(..len).unwrap_or_default())?;
                *left -= bytes;
                Ok(bytes)
            }
            _ if self.interrupt.is_ready(self.file.as_fd(), QUIET_MS)? => self.file.read(space),
            _ => Ok(0),
        }
    }

    /// A signal asks for the end, or is one for the child, whose end will be ours.
    fn take_signals(&mut self) {
        match self.traced {
            Some(Traced { child: Some(child), .. }) => {
                self.interrupt.signals().for_each(|signal| control::signal(child, signal));
            }
            _ => self.end(),
        }
    }

    /// No more is to come than is there.
    fn end(&mut self) {
        self.rest = Some(match &self.traced {
            Some(Traced { stop, .. }) => {
                // It took one before. If it goes on to record, an end comes when all processes pause.
                let _ = control::hand_over(self.file.as_fd(), stop);
                Rest::Recorded
            }
            // What a pipe's writer wrote before the Ctrl-C ended it, too, is still to be read.
            None if self.is_pipe => Rest::Bytes(MAX_PIPE_BYTES),
            _ => Rest::Bytes(0),
        });
    }
}

fn is_pipe_or_file(file: &File) -> bool {
    file.metadata().is_ok_and(|metadata| metadata.is_file() || metadata.file_type().is_fifo())
}
