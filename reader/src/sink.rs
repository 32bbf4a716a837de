// SPDX-License-Identifier: GPL-2.0

//! Where the output goes: standard output or a file.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io;
use std::os::fd::AsFd;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

/// Home of the customary output file, `record`; made when it is needed.
const FOLDER: &str = "/etc/syscall-record";

/// Opens `path`, standard output without one. A file starts empty unless `append`.
///
/// # Errors
///
/// Those of opening, with the path.
pub fn open(path: Option<&Path>, append: bool) -> io::Result<File> {
    match path {
        None => io::stdout().as_fd().try_clone_to_owned().map(File::from),
        Some(path) => open_file(path, append)
            .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", path.display()))),
    }
}

/// What programs did is nobody's business but root's: file and folder are made so.
fn open_file(path: &Path, append: bool) -> io::Result<File> {
    if path.parent() == Some(Path::new(FOLDER)) {
        DirBuilder::new().recursive(true).mode(0o700).create(FOLDER)?;
    }
    OpenOptions::new().create(true).write(true).append(append).truncate(!append).mode(0o600).open(path)
}
