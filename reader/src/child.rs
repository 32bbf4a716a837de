// SPDX-License-Identifier: GPL-2.0

//! The command that `run` traces: a process that is there before it is recorded, and begins when that is so.

use crate::complain;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{exit, Command};
use std::{env, fs};
use syscall_record::control;

/// A command was not found: what shells end with then.
pub const NOT_FOUND: u8 = 127;
/// A command cannot be run.
const NOT_RUN: i32 = 126;

/// A process that waits until it may become the command.
pub struct Child {
    pid: u32,
    /// What it waits for: a byte. An end instead means that there is nobody any more who traces it.
    gate: File,
}

impl Child {
    /// Starts the process.
    ///
    /// # Errors
    ///
    /// Those of `pipe2(2)` and `fork(2)`.
    pub fn start(program: &Path, words: &[OsString]) -> io::Result<Self> {
        let (mut wait, gate) = control::pipe()?;
        let name = words.first().map_or(program.as_os_str(), |name| name);
        let mut command = Command::new(program);
        command.arg0(name).args(words.get(1..).unwrap_or_default());
        if let Some(pid) = control::fork()? {
            return Ok(Self { pid, gate });
        }
        // Only the parent's end counts: it ends with the parent.
        drop(gate);
        let mut byte = [0];
        if matches!(wait.read(&mut byte), Ok(1)) {
            let error = command.exec();
            complain(&format_args!("{}: {error}", program.display()));
            // A script's interpreter may be what is missing; shells tell no difference.
            if error.kind() == io::ErrorKind::NotFound {
                exit(NOT_FOUND.into());
            }
        }
        exit(NOT_RUN)
    }

    /// Its process id, which that of the command will be.
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// Lets it go.
    ///
    /// # Errors
    ///
    /// Those of `write(2)`.
    pub fn release(&mut self) -> io::Result<()> {
        self.gate.write_all(b"!")
    }
}

/// The file that a command's name means, as shells and strace search for it.
pub fn find(name: &OsStr) -> Option<PathBuf> {
    if name.as_encoded_bytes().contains(&b'/') {
        // Whatever else is wrong with it is told when it is run.
        return Some(PathBuf::from(name)).filter(|path| !matches!(path.try_exists(), Ok(false)));
    }
    let is_program = |path: &PathBuf| {
        fs::metadata(path).is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
    };
    // What execvp(3) searches without a PATH.
    let path = env::var_os("PATH").unwrap_or_else(|| "/bin:/usr/bin".into());
    env::split_paths(&path).map(|folder| folder.join(name)).find(is_program)
}
