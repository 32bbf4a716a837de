// SPDX-License-Identifier: GPL-2.0

//! The output: standard output or a file.

use std::fs::{self, DirBuilder, File, Metadata, OpenOptions};
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// The folder of the usual output file, `record`. It is made when it is needed.
const FOLDER: &str = "/etc/syscall-record";

/// An open output. Its errors have its name in their text.
pub struct Sink {
    name: PathBuf,
    file: File,
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes).map_err(|error| named(&self.name, &error))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Opens `path`; if there is none, standard output. With `append`, a file keeps what it holds.
///
/// # Errors
///
/// Errors of opening, with the path in their text.
pub fn open(path: Option<&Path>, append: bool) -> io::Result<Sink> {
    let name = path.unwrap_or(Path::new("standard output"));
    let file = match path {
        None => standard_output(),
        Some(path) => open_file(path, append),
    };
    Ok(Sink { name: name.to_owned(), file: file.map_err(|error| named(name, &error))? })
}

/// Opens standard error.
///
/// # Errors
///
/// Errors of `dup(2)`.
pub fn standard_error() -> io::Result<Sink> {
    Ok(Sink { name: "standard error".into(), file: io::stderr().as_fd().try_clone_to_owned()?.into() })
}

/// The metadata of `path`; if there is none, of standard output. `None` if there is no such file.
pub fn metadata(path: Option<&Path>) -> Option<Metadata> {
    match path {
        None => standard_output().ok()?.metadata().ok(),
        Some(path) => fs::metadata(path).ok(),
    }
}

fn standard_output() -> io::Result<File> {
    io::stdout().as_fd().try_clone_to_owned().map(File::from)
}

#[cold]
fn named(name: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", name.display()))
}

/// Opens a file. Only root may read a new file or folder: recordings hold data of all programs.
fn open_file(path: &Path, append: bool) -> io::Result<File> {
    if path.parent() == Some(Path::new(FOLDER)) {
        DirBuilder::new().recursive(true).mode(0o700).create(FOLDER)?;
    }
    OpenOptions::new().create(true).write(true).append(append).truncate(!append).mode(0o600).open(path)
}
