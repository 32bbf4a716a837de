// SPDX-License-Identifier: GPL-2.0

//! Waiting for input, for the end of processes or for Ctrl-C, whichever comes first.

#![allow(unsafe_code)]

use crate::control::check;
use std::fs::File;
use std::io::{self, Read};
use std::mem::zeroed;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd};
use std::ptr;
use std::sync::atomic::{AtomicI32, Ordering};

/// Where the handler writes, so that whoever waits wakes: also when the signal came just before.
static BELL: AtomicI32 = AtomicI32::new(-1);

/// What the handler writes for a signal of the terminal's, which all processes in the foreground get.
const FROM_TERMINAL: u8 = 0;

extern "C" fn on_signal(signal: libc::c_int, info: *const libc::siginfo_t, _context: *const libc::c_void) {
    // SAFETY: A handler with SA_SIGINFO is given the address of a `siginfo_t`. `write(2)` may be called by a
    // handler; the byte is there. The descriptor is open, and does not block; whether it took the byte does not
    // matter, a full pipe rings as well. `errno` is left as it was.
    unsafe {
        let errno = *libc::__errno_location();
        let byte = if (*info).si_code > 0 { FROM_TERMINAL } else { signal as u8 };
        libc::write(BELL.load(Ordering::Relaxed), (&raw const byte).cast(), 1);
        *libc::__errno_location() = errno;
    }
}

/// SIGINT, SIGTERM and SIGHUP ask for an orderly end.
pub struct Interrupt {
    /// Readable once a signal has come.
    bell: File,
}

/// What has come.
pub struct Ready {
    /// The input can be read.
    pub input: bool,
    /// A signal.
    pub bell: bool,
    /// The end of this process, of those that were asked for.
    pub process: Option<usize>,
}

/// Processes whose end is waited for at the most; those beyond are waited for when one of these has ended.
const MAX_PROCESSES: usize = 16;

impl Interrupt {
    /// From here on the first of these signals is noticed by [`wait`](Self::wait); a second one is not asked but
    /// obeyed.
    ///
    /// # Errors
    ///
    /// Those of `pipe2(2)` and `sigaction(2)`.
    pub fn new() -> io::Result<Self> {
        Self::with(libc::SA_RESETHAND)
    }

    /// As [`new`](Self::new), but all of these signals are noticed, for [`signals`](Self::signals) to tell.
    ///
    /// # Errors
    ///
    /// Those of `pipe2(2)` and `sigaction(2)`.
    pub fn for_all() -> io::Result<Self> {
        Self::with(libc::SA_RESTART)
    }

    fn with(flags: libc::c_int) -> io::Result<Self> {
        let mut ends = [0; 2];
        // SAFETY: There is room for two descriptors.
        check(unsafe { libc::pipe2(ends.as_mut_ptr(), libc::O_NONBLOCK | libc::O_CLOEXEC) })?;
        BELL.store(ends[1], Ordering::Relaxed);
        for signal in [libc::SIGINT, libc::SIGTERM, libc::SIGHUP] {
            // SAFETY: All-zero bytes are valid for the structure; the handler is one by its type.
            unsafe {
                let mut action: libc::sigaction = zeroed();
                let handler: extern "C" fn(libc::c_int, *const libc::siginfo_t, *const libc::c_void) = on_signal;
                action.sa_sigaction = handler as libc::sighandler_t;
                action.sa_flags = flags | libc::SA_SIGINFO;
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

    /// Waits until `input`, if there is one, can be read, one of `processes` has ended, or a signal has come.
    ///
    /// # Errors
    ///
    /// Those of `poll(2)`.
    pub fn wait(&self, input: Option<BorrowedFd<'_>>, processes: &[OwnedFd]) -> io::Result<Ready> {
        // Entries with a negative descriptor are ignored.
        let mut entries = [entry(-1); 2 + MAX_PROCESSES];
        let files = [input, Some(self.bell.as_fd())];
        let all = files.into_iter().chain(processes.iter().map(|process| Some(process.as_fd())));
        for (entry, file) in entries.iter_mut().zip(all) {
            entry.fd = file.map_or(-1, |file| file.as_raw_fd());
        }
        poll(&mut entries, -1)?;
        let [input, bell, processes @ ..] = entries.map(|entry| entry.revents != 0);
        Ok(Ready { input, bell, process: processes.iter().position(|&has_ended| has_ended) })
    }

    /// Whether `input` can be read within so many milliseconds.
    ///
    /// # Errors
    ///
    /// Those of `poll(2)`.
    pub fn is_ready(&self, input: BorrowedFd<'_>, milliseconds: u16) -> io::Result<bool> {
        let mut entries = [entry(input.as_raw_fd())];
        poll(&mut entries, milliseconds.into())?;
        Ok(entries[0].revents != 0)
    }

    /// The signals that have come since this was last asked and that processes sent to this one, and to no other;
    /// `None` behind the last.
    pub fn signals(&mut self) -> impl Iterator<Item = i32> + '_ {
        std::iter::from_fn(|| {
            let mut byte = [0];
            matches!(self.bell.read(&mut byte), Ok(1)).then_some(byte[0])
        })
        .filter(|&byte| byte != FROM_TERMINAL)
        .map(i32::from)
    }
}

const fn entry(fd: libc::c_int) -> libc::pollfd {
    libc::pollfd { fd, events: libc::POLLIN, revents: 0 }
}

/// Waits so many milliseconds, for ever if negative, until there is something to tell of one of `entries`.
fn poll(entries: &mut [libc::pollfd], milliseconds: libc::c_int) -> io::Result<()> {
    loop {
        // SAFETY: As many entries are passed as there are.
        match check(unsafe { libc::poll(entries.as_mut_ptr(), entries.len() as libc::nfds_t, milliseconds) }) {
            Ok(_) => return Ok(()),
            // The bell rings at the next try.
            Err(error) if error.kind() == io::ErrorKind::Interrupted => (),
            Err(error) => return Err(error),
        }
    }
}
