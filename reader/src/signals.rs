// SPDX-License-Identifier: GPL-2.0

//! Waiting for input or for Ctrl-C, whichever comes first.

#![allow(unsafe_code)]

use std::fs::File;
use std::io;
use std::mem::zeroed;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd};
use std::ptr;
use std::sync::atomic::{AtomicI32, Ordering};

/// Where the handler writes, so that whoever waits wakes: also when the signal came just before.
static BELL: AtomicI32 = AtomicI32::new(-1);

extern "C" fn on_signal(_signal: libc::c_int) {
    // SAFETY: `write(2)` may be called by a handler. The descriptor is open, and does not block; whether
    // it took the byte does not matter, a full pipe rings as well. `errno` is left as it was.
    unsafe {
        let errno = *libc::__errno_location();
        libc::write(BELL.load(Ordering::Relaxed), b"!".as_ptr().cast(), 1);
        *libc::__errno_location() = errno;
    }
}

/// SIGINT, SIGTERM and SIGHUP ask for an orderly end; a second one is not asked but obeyed.
pub struct Interrupt {
    /// Readable once a signal has come.
    bell: File,
}

impl Interrupt {
    /// From here on the first of these signals is noticed by [`wait`](Self::wait).
    ///
    /// # Errors
    ///
    /// Those of `pipe2(2)` and `sigaction(2)`.
    pub fn new() -> io::Result<Self> {
        let mut ends = [0; 2];
        // SAFETY: There is room for two descriptors.
        check(unsafe { libc::pipe2(ends.as_mut_ptr(), libc::O_NONBLOCK | libc::O_CLOEXEC) })?;
        BELL.store(ends[1], Ordering::Relaxed);
        for signal in [libc::SIGINT, libc::SIGTERM, libc::SIGHUP] {
            // SAFETY: All-zero bytes are valid for the structure; the handler is one by its type.
            unsafe {
                let mut action: libc::sigaction = zeroed();
                action.sa_sigaction = on_signal as extern "C" fn(libc::c_int) as libc::sighandler_t;
                action.sa_flags = libc::SA_RESETHAND;
                let mut before: libc::sigaction = zeroed();
                check(libc::sigaction(signal, ptr::null(), &mut before))?;
                // Whoever started us with the signal ignored (`nohup`) wants it to stay so.
                if before.sa_sigaction != libc::SIG_IGN {
                    check(libc::sigaction(signal, &action, ptr::null_mut()))?;
                }
            }
        }
        // SAFETY: The descriptor was just opened and belongs to nobody else.
        Ok(Self { bell: unsafe { File::from_raw_fd(ends[0]) } })
    }

    /// Waits until `input` can be read. `false` if the end was asked for.
    ///
    /// # Errors
    ///
    /// Those of `poll(2)`.
    pub fn wait(&self, input: BorrowedFd<'_>) -> io::Result<bool> {
        let [_, asked] = poll([input, self.bell.as_fd()], -1)?;
        Ok(!asked)
    }

    /// Whether `input` can be read without waiting.
    ///
    /// # Errors
    ///
    /// Those of `poll(2)`.
    pub fn is_ready(&self, input: BorrowedFd<'_>) -> io::Result<bool> {
        poll([input], 0).map(|[ready]| ready)
    }
}

/// Waits so many milliseconds, for ever if negative, until one of `files` can be read; which can?
fn poll<const N: usize>(files: [BorrowedFd<'_>; N], milliseconds: libc::c_int) -> io::Result<[bool; N]> {
    let mut entries = files.map(|file| libc::pollfd { fd: file.as_raw_fd(), events: libc::POLLIN, revents: 0 });
    loop {
        // SAFETY: As many entries are passed as there are.
        match check(unsafe { libc::poll(entries.as_mut_ptr(), N as libc::nfds_t, milliseconds) }) {
            Ok(_) => return Ok(entries.map(|entry| entry.revents != 0)),
            // The bell rings at the next try.
            Err(error) if error.kind() == io::ErrorKind::Interrupted => (),
            Err(error) => return Err(error),
        }
    }
}

fn check(result: libc::c_int) -> io::Result<libc::c_int> {
    if result < 0 {
        Err(io::Error::last_os_error())
    } else {
        Ok(result)
    }
}
