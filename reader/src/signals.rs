// SPDX-License-Identifier: GPL-2.0

//! Waiting for input or for Ctrl-C, whichever comes first.

#![allow(unsafe_code)]

use std::io;
use std::mem::zeroed;
use std::os::fd::{AsRawFd, BorrowedFd};
use std::ptr;
use std::sync::atomic::{AtomicBool, Ordering};

static ASKED: AtomicBool = AtomicBool::new(false);

extern "C" fn on_signal(_signal: libc::c_int) {
    ASKED.store(true, Ordering::Relaxed);
}

/// SIGINT, SIGTERM and SIGHUP ask for an orderly end.
pub struct Interrupt {
    /// The signal mask while waiting: as it was before the signals were blocked.
    unblocked: libc::sigset_t,
}

impl Interrupt {
    /// From here on these signals are noticed by [`wait`](Self::wait) alone, and none can come
    /// between looking for it and waiting.
    ///
    /// # Errors
    ///
    /// Those of `sigaction(2)` and `sigprocmask(2)`.
    pub fn new() -> io::Result<Self> {
        // SAFETY: All-zero bytes are valid for these structures, which the calls then fill in; the
        // handler only stores to an atomic.
        unsafe {
            let mut action: libc::sigaction = zeroed();
            action.sa_sigaction = on_signal as extern "C" fn(libc::c_int) as libc::sighandler_t;
            let mut blocked: libc::sigset_t = zeroed();
            let mut unblocked: libc::sigset_t = zeroed();
            libc::sigemptyset(&mut blocked);
            for signal in [libc::SIGINT, libc::SIGTERM, libc::SIGHUP] {
                let mut before: libc::sigaction = zeroed();
                check(libc::sigaction(signal, ptr::null(), &mut before))?;
                // Whoever started us with the signal ignored (`nohup`) wants it to stay so.
                if before.sa_sigaction != libc::SIG_IGN {
                    check(libc::sigaction(signal, &action, ptr::null_mut()))?;
                    libc::sigaddset(&mut blocked, signal);
                }
            }
            check(libc::sigprocmask(libc::SIG_BLOCK, &blocked, &mut unblocked))?;
            Ok(Self { unblocked })
        }
    }

    /// Waits until `input` can be read. `false` if the end was asked for instead.
    ///
    /// # Errors
    ///
    /// Those of `ppoll(2)`.
    pub fn wait(&self, input: BorrowedFd<'_>) -> io::Result<bool> {
        self.poll(input, ptr::null()).map(|ready| ready && !ASKED.load(Ordering::Relaxed))
    }

    /// Whether `input` can be read without waiting.
    ///
    /// # Errors
    ///
    /// Those of `ppoll(2)`.
    pub fn is_ready(&self, input: BorrowedFd<'_>) -> io::Result<bool> {
        self.poll(input, &libc::timespec { tv_sec: 0, tv_nsec: 0 })
    }

    fn poll(&self, input: BorrowedFd<'_>, timeout: *const libc::timespec) -> io::Result<bool> {
        let mut entry = libc::pollfd { fd: input.as_raw_fd(), events: libc::POLLIN, revents: 0 };
        // SAFETY: One entry is passed, as said; the timeout is null or valid, the mask is valid.
        match check(unsafe { libc::ppoll(&mut entry, 1, timeout, &self.unblocked) }) {
            Ok(ready) => Ok(ready > 0),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(false),
            Err(error) => Err(error),
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
