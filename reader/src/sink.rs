// SPDX-License-Identifier: GPL-2.0

//! Where the output goes: standard output or a file.

use std::fs::{self, DirBuilder, File, Metadata, OpenOptions};
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// Home of the customary output file, `record`; made when it is needed.
const FOLDER: &str = "/etc/syscall-record";

/// An open output. Its errors name it.
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

/// Opens `path`, standard output without one. A file starts empty unless `append`.
///
/// # Errors
///
/// Those of opening, with the path.
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
/// Those of `dup(2)`.
pub fn standard_error() -> io::Result<Sink> {
    Ok(Sink { name: "standard error".into(), file: io::stderr().as_fd().try_clone_to_owned()?.into() })
}

/// What is at `path`, or is standard output without one; `None` if nothing is.
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

/// What programs did is nobody's business but root's: file and folder are made so.
fn open_file(path: &Path, append: bool) -> io::Result<File> {
    if path.parent() == Some(Path::new(FOLDER)) {
        DirBuilder::new().recursive(true).mode(0o700).create(FOLDER)?;
    }
    OpenOptions::new().create(true).write(true).append(append).truncate(!append).mode(0o600).open(path)
}
