// SPDX-License-Identifier: GPL-2.0

//! Loads the kernel module where it is installed but not loaded.

use crate::complain;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fmt};
use syscall_record::control;
use syscall_record::source::DEVICE;

/// The module is loaded, by us; it goes with this.
pub struct Loaded(());

impl Drop for Loaded {
    fn drop(&mut self) {
        if let Err(error) = control::unload_module(c"syscall_record") {
            complain(&format_args!("the module syscall_record stays loaded: {error}"));
        }
    }
}

/// The module could not be loaded.
#[derive(Debug)]
pub enum LoadError {
    /// It is not installed for this kernel.
    Missing {
        /// `uname -r`.
        release: String,
    },
    /// The kernel does not take this file.
    Refused {
        /// The module.
        file: PathBuf,
        /// What the kernel said.
        error: io::Error,
    },
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing { release } => write!(
                f,
                "{DEVICE} is not there, and no syscall_record.ko is in /lib/modules/{release} or beside this program; \
                 build one for this kernel and load it (insmod syscall_record.ko)"
            ),
            Self::Refused { file, error } => {
                write!(f, "{}: cannot be loaded: {error}", file.display())?;
                f.write_str(match error.kind() {
                    io::ErrorKind::PermissionDenied => "; only root may load modules",
                    _ => "; the kernel's log (dmesg) may say why",
                })
            }
        }
    }
}

impl std::error::Error for LoadError {}

/// What the module is loaded with: until someone says what is to be recorded, that is nothing.
const PARAMETERS: &str = "idle=1";

/// Loads the module if its device is not there, and says so; `None` if it is there.
///
/// # Errors
///
/// A [`LoadError`].
pub fn load() -> Result<Option<Loaded>, LoadError> {
    if Path::new(DEVICE).exists() {
        return Ok(None);
    }
    let release = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default().trim().to_owned();
    let Some(file) = find(&release) else { return Err(LoadError::Missing { release }) };
    // With the options that root has set in /etc/modprobe.d.
    let is_loaded = file.starts_with("/lib/modules")
        && Command::new("modprobe")
            .args(["syscall_record", PARAMETERS])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success());
    if !is_loaded {
        if let Err(error) = insert(&file) {
            return Err(LoadError::Refused { file, error });
        }
    }
    complain(&format_args!("loaded {}", file.display()));
    Ok(Some(Loaded(())))
}

/// Loads the module from its file.
fn insert(file: &Path) -> io::Result<()> {
    let is_compressed = file.extension() != Some(OsStr::new("ko"));
    control::load_module(&File::open(file)?, c"idle=1", is_compressed)
}

/// Where the module is: as it was installed for this kernel, or beside this program.
fn find(release: &str) -> Option<PathBuf> {
    let beside = || {
        let file = env::current_exe().ok()?.with_file_name("syscall_record.ko");
        file.exists().then_some(file)
    };
    find_in(&Path::new("/lib/modules").join(release)).or_else(beside)
}

/// The module in `folder` or below it.
fn find_in(folder: &Path) -> Option<PathBuf> {
    let mut folders = Vec::new();
    for entry in fs::read_dir(folder).ok()?.flatten() {
        let name = entry.file_name();
        if is_module(name.as_encoded_bytes()) {
            return Some(entry.path());
        }
        // No links: they lead to the kernel's sources.
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            folders.push(entry.path());
        }
    }
    folders.iter().find_map(|folder| find_in(folder))
}

fn is_module(name: &[u8]) -> bool {
    let ending = name.strip_prefix(b"syscall_record.ko");
    ending.is_some_and(|ending| matches!(ending, b"" | b".xz" | b".zst" | b".gz"))
}
