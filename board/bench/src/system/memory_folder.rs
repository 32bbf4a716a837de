// SPDX-License-Identifier: GPL-2.0

//! A folder in memory, for recordings: on a disk, the disk would be measured as well.

use super::machine;
use super::stop::{fail, About, Result};
use std::fs::{self, DirBuilder};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

/// A folder that is removed when it is dropped.
pub struct MemoryFolder(PathBuf);

impl MemoryFolder {
    pub fn new() -> Result<Self> {
        let mounts = machine::read("/proc/mounts")?;
        let named = std::env::var("TMPDIR").unwrap_or_default();
        let places = [named.as_str(), "/dev/shm", "/run", "/tmp"];
        let Some(place) = places.into_iter().find(|place| is_tmpfs(&mounts, place)) else {
            return fail("none of /dev/shm, /run and /tmp is a tmpfs: mount one and name it in TMPDIR");
        };
        let folder = Path::new(place).join(format!("bench.{}", std::process::id()));
        DirBuilder::new().mode(0o700).create(&folder).about(folder.display())?;
        Ok(Self(folder))
    }

    /// The folder's own path.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The path of a file in it.
    pub fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for MemoryFolder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Whether a file system in memory is mounted at this folder.
fn is_tmpfs(mounts: &str, folder: &str) -> bool {
    mounts.lines().any(|line| {
        let mut words = line.split(' ').skip(1);
        words.next() == Some(folder) && words.next() == Some("tmpfs")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_mounted_folder_itself_is_a_tmpfs() {
        let mounts = "none / ext4 rw 0 0\ntmpfs /run tmpfs rw,nosuid 0 0\nnone /dev/shm tmpfs rw 0 0\n";
        assert_eq!(
            ["/run", "/dev/shm", "/run/x", "/", ""].map(|folder| is_tmpfs(mounts, folder)),
            [true, true, false, false, false]
        );
    }
}
