// SPDX-License-Identifier: GPL-2.0

//! Where the bytes come from: the device, a file or standard input.

use crate::signals::Interrupt;
use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::AsFd;
use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};

/// Where the kernel module delivers.
pub const DEVICE: &str = "/dev/syscall-record";

/// An open input.
pub struct Source {
    name: PathBuf,
    file: File,
    is_pipe: bool,
    interrupt: Interrupt,
    /// After Ctrl-C: how many bytes of a pipe are still read.
    last_bytes: Option<usize>,
}

/// No pipe holds more unless root allowed it (`/proc/sys/fs/pipe-max-size`).
const MAX_PIPE_BYTES: usize = 1 << 20;

/// An input could not be opened or read.
#[derive(Debug)]
pub struct SourceError {
    name: PathBuf,
    error: io::Error,
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
        let name = name.to_owned();
        match file {
            Ok(file) => {
                let is_pipe = file.metadata().is_ok_and(|metadata| metadata.file_type().is_fifo());
                Ok(Self { name, file, is_pipe, interrupt, last_bytes: None })
            }
            Err(error) => Err(SourceError { name, error }),
        }
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

    fn try_read(&mut self, space: &mut [u8]) -> io::Result<usize> {
        if self.last_bytes.is_none() && !self.interrupt.wait(self.file.as_fd())? {
            // What a pipe's writer wrote before the Ctrl-C ended it, too, is still to be read.
            self.last_bytes = Some(if self.is_pipe { MAX_PIPE_BYTES } else { 0 });
        }
        let Some(left) = self.last_bytes else { return self.file.read(space) };
        if left == 0 || !self.interrupt.is_ready(self.file.as_fd())? {
            return Ok(0);
        }
        let len = space.len().min(left);
        let bytes = self.file.read(&mut space[..len])?;
        self.last_bytes = Some(left - bytes);
        Ok(bytes)
    }
}

fn is_pipe_or_file(file: &File) -> bool {
    file.metadata().is_ok_and(|metadata| metadata.is_file() || metadata.file_type().is_fifo())
}
