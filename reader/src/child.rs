// SPDX-License-Identifier: GPL-2.0

//! The command that `run` traces. Its process is started first, and waits; once the process is recorded, it runs the
//! command.

use crate::errors::complain;
use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{exit, Command};
use syscall_record::system_calls;

/// The exit status if a command is not found, as in shells.
pub const NOT_FOUND: u8 = 127;
/// The exit status if a command cannot be run, as in shells.
const NOT_RUN: i32 = 126;

/// A process that waits until it may run its command.
pub struct Child {
    pid: u32,
    /// The pipe that the process reads from. A byte starts the command. If the pipe is closed instead, this program has
    /// ended, and so does the process.
    start_pipe: File,
}

impl Child {
    /// Starts the process.
    ///
    /// # Errors
    ///
    /// Errors of `pipe2(2)` and `fork(2)`.
    pub fn start(program: &Path, words: &[OsString]) -> io::Result<Self> {
        let (mut wait_pipe, start_pipe) = system_calls::pipe()?;
        let name = words.first().map_or(program.as_os_str(), |name| name);
        let mut command = Command::new(program);
        command.arg0(name).args(words.get(1..).unwrap_or_default());
        if let Some(pid) = system_calls::fork()? {
            return Ok(Self { pid, start_pipe });
        }
        // The child closes its copy, so that the pipe closes when the parent ends.
        drop(start_pipe);
        let mut byte = [0];
        if matches!(wait_pipe.read(&mut byte), Ok(1)) {
            let error = command.exec();
            complain(&format_args!("{}: {error}", program.display()));
            // The interpreter of a script may be missing. Shells end with the same status then.
            if error.kind() == io::ErrorKind::NotFound {
                exit(NOT_FOUND.into());
            }
        }
        exit(NOT_RUN)
    }

    /// Its process id, which the command will have, too.
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// Starts the command.
    ///
    /// # Errors
    ///
    /// Errors of `write(2)`.
    pub fn release(&mut self) -> io::Result<()> {
        self.start_pipe.write_all(b"!")
    }
}
