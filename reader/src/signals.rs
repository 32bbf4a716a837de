// SPDX-License-Identifier: GPL-2.0

//! Waits for input, for the end of processes, or for a signal that asks to stop, whichever comes first.

#![allow(unsafe_code)]

use crate::system_calls::check;
use std::fs::File;
use std::io::{self, Read};
use std::mem::zeroed;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd};
use std::ptr;
use std::sync::atomic::{AtomicI32, Ordering};

/// The pipe that the handler writes to, so that `poll(2)` wakes, also if the signal came just before it.
static WAKE_PIPE: AtomicI32 = AtomicI32::new(-1);

/// The byte that the handler writes for a signal from the terminal. All processes in the foreground get such a signal.
const FROM_TERMINAL: u8 = 0;

extern "C" fn on_signal(signal: libc::c_int, info: *const libc::siginfo_t, _context: *const libc::c_void) {
    // SAFETY: A handler with SA_SIGINFO gets the address of a `siginfo_t`. A handler may call `write(2)`, and the byte
    // is valid memory. The descriptor is open and does not block. If the pipe is full, the byte is not needed: a full
    // pipe wakes `poll(2)` as well. `errno` is restored.
    unsafe {
        let errno = *libc::__errno_location();
        let byte = if (*info).si_code > 0 { FROM_TERMINAL } else { signal as u8 };
        libc::write(WAKE_PIPE.load(Ordering::Relaxed), (&raw const byte).cast(), 1);
        *libc::__errno_location() = errno;
    }
}

/// The signals that ask for an orderly end: SIGINT, SIGTERM and SIGHUP.
pub struct StopSignals {
    /// Readable once a signal has come.
    wake_pipe: File,
}

/// What [`StopSignals::wait`] has waited for.
pub struct Ready {
    /// Whether the input can be read.
    pub input: bool,
    /// Whether a signal has come.
    pub signal: bool,
    /// The index of a process that has ended.
    pub process: Option<usize>,
}

/// How many processes are waited for at a time. When one of them has ended, the next one is waited for.
const MAX_PROCESSES: usize = 16;

impl StopSignals {
    /// Catches the first signal, for [`wait`](Self::wait) to report. A second signal of the same kind ends this
    /// program.
    ///
    /// # Errors
    ///
    /// Errors of `pipe2(2)` and `sigaction(2)`.
    pub fn catch_first() -> io::Result<Self> {
        Self::with(libc::SA_RESETHAND)
    }

    /// Catches all signals, for [`wait`](Self::wait) and [`received`](Self::received) to report.
    ///
    /// # Errors
    ///
    /// Errors of `pipe2(2)` and `sigaction(2)`.
    pub fn catch_all() -> io::Result<Self> {
        Self::with(libc::SA_RESTART)
    }

    fn with(flags: libc::c_int) -> io::Result<Self> {
        let mut ends = [0; 2];
        // SAFETY: The array has room for two descriptors.
        check(unsafe { libc::pipe2(ends.as_mut_ptr(), libc::O_NONBLOCK | libc::O_CLOEXEC) })?;
        WAKE_PIPE.store(ends[1], Ordering::Relaxed);
        for signal in [libc::SIGINT, libc::SIGTERM, libc::SIGHUP] {
            // SAFETY: All-zero bytes are a valid `sigaction`. The handler has the type that SA_SIGINFO asks for.
            unsafe {
                let mut action: libc::sigaction = zeroed();
                let handler: extern "C" fn(libc::c_int, *const libc::siginfo_t, *const libc::c_void) = on_signal;
                action.sa_sigaction = handler as libc::sighandler_t;
                action.sa_flags = flags | libc::SA_SIGINFO;
                let mut before: libc::sigaction = zeroed();
                check(libc::sigaction(signal, ptr::null(), &mut before))?;
                // If the signal was ignored on entry (`nohup`), it stays ignored.
                if before.sa_sigaction != libc::SIG_IGN {
                    check(libc::sigaction(signal, &action, ptr::null_mut()))?;
                }
            }
        }
        // SAFETY: The descriptor was just opened, and nothing else owns it.
        Ok(Self { wake_pipe: unsafe { File::from_raw_fd(ends[0]) } })
    }

    /// Waits until `input` can be read (if there is one), one of `processes` has ended, or a signal has come.
    ///
    /// # Errors
    ///
    /// Errors of `poll(2)`.
    pub fn wait(&self, input: Option<BorrowedFd<'_>>, processes: &[OwnedFd]) -> io::Result<Ready> {
        // `poll(2)` ignores entries with a negative descriptor.
        let mut entries = [entry(-1); 2 + MAX_PROCESSES];
        let files = [input, Some(self.wake_pipe.as_fd())];
        let all = files.into_iter().chain(processes.iter().map(|process| Some(process.as_fd())));
        for (entry, file) in entries.iter_mut().zip(all) {
            entry.fd = file.map_or(-1, |file| file.as_raw_fd());
        }
        poll(&mut entries, -1)?;
        let [input, signal, processes @ ..] = entries.map(|entry| entry.revents != 0);
        Ok(Ready { input, signal, process: processes.iter().position(|&has_ended| has_ended) })
    }

    /// Whether `input` can be read within so many milliseconds.
    ///
    /// # Errors
    ///
    /// Errors of `poll(2)`.
    pub fn is_ready(&self, input: BorrowedFd<'_>, milliseconds: u16) -> io::Result<bool> {
        let mut entries = [entry(input.as_raw_fd())];
        poll(&mut entries, milliseconds.into())?;
        Ok(entries[0].revents != 0)
    }

    /// Takes the signals that have come since the last call, except for signals from the terminal: those were sent to
    /// the child, too.
    pub fn received(&mut self) -> impl Iterator<Item = i32> + '_ {
        std::iter::from_fn(|| {
            let mut byte = [0];
            matches!(self.wake_pipe.read(&mut byte), Ok(1)).then_some(byte[0])
        })
        .filter(|&byte| byte != FROM_TERMINAL)
        .map(i32::from)
    }
}

const fn entry(fd: libc::c_int) -> libc::pollfd {
    libc::pollfd { fd, events: libc::POLLIN, revents: 0 }
}

/// Waits until one of `entries` is ready, at most for so many milliseconds; without a limit if that is negative.
fn poll(entries: &mut [libc::pollfd], milliseconds: libc::c_int) -> io::Result<()> {
    loop {
        // SAFETY: The address and the length are those of one slice.
        match check(unsafe { libc::poll(entries.as_mut_ptr(), entries.len() as libc::nfds_t, milliseconds) }) {
            Ok(_) => return Ok(()),
            // The handler has written to the pipe: the next call returns at once.
            Err(error) if error.kind() == io::ErrorKind::Interrupted => (),
            Err(error) => return Err(error),
        }
    }
}
