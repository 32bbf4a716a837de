// SPDX-License-Identifier: GPL-2.0

//! Has the reader write what the module records to a file, and prints that file.

use super::machine::size_of;
use super::program::{self, sleep, Background};
use super::stop::{fail, About, Result};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

pub const DEVICE: &str = "/dev/syscall-record";

/// The reader's program.
pub struct Reader {
    pub program: PathBuf,
}

impl Reader {
    /// Starts to write everything that is recorded to `file`.
    pub fn write_to(&self, file: &Path) -> Result<Background> {
        // The reader makes it when it has opened the device.
        let _ = fs::remove_file(file);
        let mut reader = Background::start(Command::new(&self.program).arg("-w").arg(file).arg(DEVICE))?;
        while !file.exists() {
            if reader.has_ended()? {
                return fail("the reader ended early");
            }
            sleep(1)?;
        }
        Ok(reader)
    }

    /// Starts to print everything that is recorded to `file`, in `style`.
    pub fn print_to(&self, file: &Path, style: &str) -> Result<Background> {
        let output = File::create(file).about(file.display())?;
        let mut reader =
            Background::start(Command::new(&self.program).args(["--style", style, DEVICE]).stdout(output))?;
        while !has_open(reader.pid(), Path::new(DEVICE)) {
            if reader.has_ended()? {
                return fail("the reader ended early");
            }
            sleep(1)?;
        }
        Ok(reader)
    }

    /// Calls `take` with each line of a recording, and returns whether the recording was intact.
    pub fn for_each_line(&self, recording: &Path, take: &mut dyn FnMut(&str)) -> Result<bool> {
        Ok(program::for_each_line(Command::new(&self.program).arg(recording), take)?.success())
    }
}

/// Whether a process has a file open.
fn has_open(pid: u32, file: &Path) -> bool {
    let Ok(descriptors) = fs::read_dir(format!("/proc/{pid}/fd")) else { return false };
    descriptors.flatten().any(|descriptor| fs::read_link(descriptor.path()).is_ok_and(|link| link == file))
}

/// Waits until a file grows by at most `tolerance` bytes a second.
pub fn wait_until_quiet(file: &Path, tolerance: u64) -> Result<()> {
    let mut before = None;
    loop {
        let now = size_of(file)?;
        if before.is_some_and(|before| now - before <= tolerance) {
            return Ok(());
        }
        before = Some(now);
        sleep(1)?;
    }
}

/// The number of events in a line that tells of drops, such as `dropped 12 events on cpu 0`.
pub fn dropped_in(line: &str) -> Option<u64> {
    line.strip_prefix("dropped ")?.split(' ').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drops_are_read_from_their_lines_alone() {
        assert_eq!(dropped_in("dropped 12 events on cpu 0"), Some(12));
        assert_eq!(dropped_in("syscall 0x3f, with pid=0x66, name=dropped 12"), None);
    }
}
