// SPDX-License-Identifier: GPL-2.0

//! Finds the programs of commands.

use std::ffi::OsStr;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::{env, fs};

/// The file of a command, searched for as shells and strace do.
pub fn find_program(name: &OsStr) -> Option<PathBuf> {
    if name.as_encoded_bytes().contains(&b'/') {
        // If the file cannot be run, that is reported when it is run.
        return Some(PathBuf::from(name)).filter(|path| !matches!(path.try_exists(), Ok(false)));
    }
    let is_program = |path: &PathBuf| {
        fs::metadata(path).is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
    };
    // Without PATH, what execvp(3) searches.
    let path = env::var_os("PATH").unwrap_or_else(|| "/bin:/usr/bin".into());
    env::split_paths(&path).map(|folder| folder.join(name)).find(is_program)
}
