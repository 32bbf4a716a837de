// SPDX-License-Identifier: GPL-2.0

//! Loads the kernel module if it is installed but not loaded.

use crate::errors::complain;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fmt};
use syscall_record::source::DEVICE;
use syscall_record::system_calls;

/// The module, which this program has loaded. It is unloaded when this is dropped.
pub struct LoadedModule(());

impl Drop for LoadedModule {
    fn drop(&mut self) {
        if let Err(error) = system_calls::unload_module(c"syscall_record") {
            complain(&format_args!("the module syscall_record stays loaded: {error}"));
        }
    }
}

/// The module could not be loaded.
#[derive(Debug)]
pub enum LoadError {
    /// The module is not installed for this kernel.
    Missing {
        /// `uname -r`.
        release: String,
    },
    /// The kernel refuses the module.
    Refused {
        /// The module's file.
        file: PathBuf,
        /// The kernel's error.
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

/// The parameters that the module is loaded with: it records nothing until a reader requests a recording.
const PARAMETERS: &str = "idle=1";

/// Loads the module if its device is missing, and tells the user. Returns `None` if the device is there.
///
/// # Errors
///
/// The module is missing, or the kernel refuses it.
pub fn load() -> Result<Option<LoadedModule>, LoadError> {
    if Path::new(DEVICE).exists() {
        return Ok(None);
    }
    let release = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default().trim().to_owned();
    let Some(file) = find(&release) else { return Err(LoadError::Missing { release }) };
    // modprobe adds the options that root has set in /etc/modprobe.d.
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
    Ok(Some(LoadedModule(())))
}

/// Loads the module from its file.
fn insert(file: &Path) -> io::Result<()> {
    let is_compressed = file.extension() != Some(OsStr::new("ko"));
    system_calls::load_module(&File::open(file)?, c"idle=1", is_compressed)
}

/// The module's file: the one that is installed for this kernel, or else the one beside this program.
fn find(release: &str) -> Option<PathBuf> {
    let beside = || {
        let file = env::current_exe().ok()?.with_file_name("syscall_record.ko");
        file.exists().then_some(file)
    };
    find_in(&Path::new("/lib/modules").join(release)).or_else(beside)
}

/// The module's file in `folder` or below it.
fn find_in(folder: &Path) -> Option<PathBuf> {
    let mut folders = Vec::new();
    for entry in fs::read_dir(folder).ok()?.flatten() {
        let name = entry.file_name();
        if is_module(name.as_encoded_bytes()) {
            return Some(entry.path());
        }
        // Links are not followed: they lead to the kernel's sources.
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            folders.push(entry.path());
        }
    }
    folders.iter().find_map(|folder| find_in(folder))
}

/// Whether a file's name is that of the module, compressed or not.
fn is_module(name: &[u8]) -> bool {
    let ending = name.strip_prefix(b"syscall_record.ko");
    ending.is_some_and(|ending| matches!(ending, b"" | b".xz" | b".zst" | b".gz"))
}
