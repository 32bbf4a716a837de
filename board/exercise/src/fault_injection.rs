// SPDX-License-Identifier: GPL-2.0

//! Does something again and again, and has another one of the kernel's allocations fail each time, until none is left
//! that can fail.
//!
//! The kernel counts the allocations of a thread, and fails the one whose number stands in the thread's `fail-nth`
//! (`Documentation/fault-injection` of the kernel). It takes `CONFIG_FAILSLAB` and `CONFIG_FAIL_PAGE_ALLOC`.

use crate::device::{set_request, DEVICE};
use crate::request;
use std::collections::BTreeMap;
use std::ffi::CString;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::fd::AsRawFd;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::process::ExitCode;

/// Loads the module in `file` with `parameters`, and unloads it when it was loaded. Begins with allocation `first`.
pub fn load(file: &str, parameters: &str, first: u64) -> ExitCode {
    let unload = || {
        let name = c"syscall_record";
        // SAFETY: A C string is passed.
        check(unsafe { libc::syscall(libc::SYS_delete_module, name.as_ptr(), libc::O_NONBLOCK) })
    };
    report(|| {
        let file = File::open(file)?;
        let parameters = CString::new(parameters)?;
        fail_each(
            first,
            // SAFETY: The descriptor is open, and a C string is passed.
            || check(unsafe { libc::syscall(libc::SYS_finit_module, file.as_raw_fd(), parameters.as_ptr(), 0) }),
            unload,
        )
    })
}

/// Writes `value` to `file`, a parameter of the module, and then `other`.
pub fn write(file: &str, value: &str, other: &str) -> ExitCode {
    report(|| {
        let file = OpenOptions::new().write(true).open(file)?;
        let write = |value: &str| file.write_at(value.as_bytes(), 0).map(|_| ());
        fail_each(1, || write(value), || write(other))
    })
}

/// Opens the device, requests a recording by `words`, makes calls, reads, and closes the device.
pub fn request(words: &[&str]) -> ExitCode {
    report(|| {
        let request = request::parse(words).map_err(io::Error::other)?.to_bytes();
        let record = || {
            let mut device = OpenOptions::new().read(true).write(true).custom_flags(libc::O_NONBLOCK).open(DEVICE)?;
            set_request(&device, &request)?;
            let mut packet = [0; crate::device::PACKET_BYTES];
            match device.read(&mut packet) {
                Err(error) if error.kind() != io::ErrorKind::WouldBlock => Err(error),
                _ => Ok(()),
            }
        };
        fail_each(1, record, || Ok(()))
    })
}

/// The kernel's result of a call.
fn check(result: libc::c_long) -> io::Result<()> {
    if result == 0 {
        Ok(())
    } else {
        Err(io::Error::last_os_error())
    }
}

/// What became of the attempts.
#[derive(Default)]
struct AttemptCounts {
    /// Allocations that an attempt makes.
    allocations: u64,
    /// Attempts that succeeded although an allocation failed.
    succeeded: u32,
    /// Attempts that failed, by the error.
    failed: BTreeMap<i32, u32>,
}

/// Calls `attempt` with allocation `first` failing, with the next one, and so on, until it makes fewer allocations than
/// that. Calls `undo` each time that `attempt` has succeeded.
///
/// # Errors
///
/// Those of `undo`, and of `attempt` where nothing was made to fail.
fn fail_each(
    first: u64,
    mut attempt: impl FnMut() -> io::Result<()>,
    mut undo: impl FnMut() -> io::Result<()>,
) -> io::Result<AttemptCounts> {
    let counter = OpenOptions::new().read(true).write(true).open("/proc/thread-self/fail-nth")?;
    let mut counts = AttemptCounts::default();
    for number in first.. {
        counter.write_at(format!("{number}\n").as_bytes(), 0)?;
        let result = attempt();
        let mut left = [0; 16];
        let count = counter.read_at(&mut left, 0)?;
        counter.write_at(b"0\n", 0)?;
        let has_failed_one = left[..count].starts_with(b"0");
        match &result {
            Ok(()) => undo()?,
            Err(error) if has_failed_one => *counts.failed.entry(error.raw_os_error().unwrap_or(0)).or_default() += 1,
            Err(_) => {}
        }
        if !has_failed_one {
            counts.allocations = number - 1;
            return result.map(|()| counts);
        }
        counts.succeeded += u32::from(result.is_ok());
    }
    unreachable!("every number was tried")
}

/// Prints what became of the attempts: how many succeeded, how many failed with each error.
fn report(attempts: impl FnOnce() -> io::Result<AttemptCounts>) -> ExitCode {
    let counts = match attempts() {
        Ok(counts) => counts,
        Err(error) => {
            eprintln!("exercise fail: {error}");
            return ExitCode::FAILURE;
        }
    };
    let failed: u32 = counts.failed.values().sum();
    let mut text = format!("{failed} of {} failed, {} succeeded", counts.allocations, counts.succeeded);
    for (error, count) in counts.failed {
        text += &format!("; {}: {count}", io::Error::from_raw_os_error(error));
    }
    let _ = writeln!(io::stdout(), "{text}");
    ExitCode::SUCCESS
}
