// SPDX-License-Identifier: GPL-2.0

//! Notices signals that ask for the end, and sends signals.
//!
//! The measurement ends at the next step, so that everything it started is ended and removed.

#![allow(unsafe_code, reason = "the standard library has no signals")]

use super::stop::{Result, Stop};
use std::io;
use std::mem::zeroed;
use std::ptr;
use std::sync::atomic::{AtomicBool, Ordering};

static HAS_COME: AtomicBool = AtomicBool::new(false);

extern "C" fn on_signal(_signal: libc::c_int) {
    HAS_COME.store(true, Ordering::Relaxed);
}

/// From here on, [`check`] tells whether SIGHUP, SIGINT or SIGTERM has come. A signal that is ignored stays ignored, as
/// whoever started this program wants it.
pub fn watch() -> io::Result<()> {
    for signal in [libc::SIGHUP, libc::SIGINT, libc::SIGTERM] {
        // SAFETY: All-zero bytes are valid for the structure; the handler is one by its type, and only stores to an
        // atomic variable.
        unsafe {
            let mut before: libc::sigaction = zeroed();
            check_result(libc::sigaction(signal, ptr::null(), &mut before))?;
            if before.sa_sigaction != libc::SIG_IGN {
                let mut action: libc::sigaction = zeroed();
                let handler: extern "C" fn(libc::c_int) = on_signal;
                action.sa_sigaction = handler as libc::sighandler_t;
                action.sa_flags = libc::SA_RESTART;
                check_result(libc::sigaction(signal, &action, ptr::null_mut()))?;
            }
        }
    }
    Ok(())
}

/// Ends the measurement if a signal has asked for it.
pub fn check() -> Result<()> {
    if HAS_COME.load(Ordering::Relaxed) {
        Err(Stop::Interrupted)
    } else {
        Ok(())
    }
}

#[derive(Clone, Copy)]
pub enum Signal {
    Terminate = libc::SIGTERM as isize,
    Stop = libc::SIGSTOP as isize,
    Continue = libc::SIGCONT as isize,
}

/// Sends a signal to a process.
pub fn send(pid: u32, signal: Signal) -> io::Result<()> {
    // SAFETY: The call touches no memory of ours.
    check_result(unsafe { libc::kill(pid as libc::pid_t, signal as libc::c_int) })
}

fn check_result(result: libc::c_int) -> io::Result<()> {
    if result == -1 {
        Err(io::Error::last_os_error())
    } else {
        Ok(())
    }
}
