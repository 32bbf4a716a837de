// SPDX-License-Identifier: GPL-2.0

//! A line on standard error that tells how far reading and writing files is, for whoever sits before it.

use std::fmt;
use std::io::{self, Write};
use std::time::{Duration, Instant};

/// What goes quickly needs no line.
const QUICK: Duration = Duration::from_secs(1);
/// Fewer bytes are none to look at.
const LEAST: u64 = 100_000;
/// Nobody reads faster than four lines a second.
const PAUSE: Duration = Duration::from_millis(250);

/// The line.
pub struct Progress {
    /// When it is due; `None` where nobody sees it.
    due: Option<Instant>,
    is_shown: bool,
    /// Bytes that there are; `None` if nobody knows.
    total: Option<u64>,
    bytes: u64,
}

impl Progress {
    /// Nothing read yet of `total` bytes. `is_seen`: somebody sees it.
    pub fn new(total: Option<u64>, is_seen: bool) -> Self {
        Self { due: is_seen.then(|| Instant::now() + QUICK), is_shown: false, total, bytes: 0 }
    }

    /// So many more bytes were read, and there were so many events in all, if somebody counts them.
    pub fn add(&mut self, bytes: usize, events: u64) {
        self.bytes += bytes as u64;
        let Some(due) = self.due else { return };
        let now = Instant::now();
        if now >= due && (self.bytes >= LEAST || events > 0) {
            self.due = Some(now + PAUSE);
            self.is_shown = true;
            let state = State { bytes: self.bytes, total: self.total, events };
            let _ = write!(io::stderr(), "\r{state}\x1b[K");
        }
    }

    /// Takes the line away, until it is due again.
    pub fn erase(&mut self) {
        if self.is_shown {
            self.is_shown = false;
            let _ = io::stderr().write_all(b"\r\x1b[K");
        }
    }
}

/// What the line tells.
struct State {
    bytes: u64,
    total: Option<u64>,
    events: u64,
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let megabytes = |bytes: u64| (bytes / 1_000_000, bytes / 100_000 % 10);
        let (whole, tenth) = megabytes(self.bytes);
        write!(f, "{whole}.{tenth} MB")?;
        if let Some(total) = self.total.filter(|&total| total > 0) {
            let (whole, tenth) = megabytes(total);
            // A file may grow while it is read.
            let percent = (u128::from(self.bytes) * 100 / u128::from(total)).min(100);
            write!(f, " of {whole}.{tenth} MB, {percent} %")?;
        }
        match self.events {
            // Nobody counts them.
            0 => Ok(()),
            events => write!(f, ", {events} events"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_it_tells() {
        let line = |bytes, total, events| State { bytes, total, events }.to_string();
        assert_eq!(line(12_345_678, Some(50_000_000), 9), "12.3 MB of 50.0 MB, 24 %, 9 events");
        assert_eq!(line(u64::MAX, Some(1), 0), "18446744073709.5 MB of 0.0 MB, 100 %");
        assert_eq!(line(99_999, None, 1), "0.0 MB, 1 events");
        assert_eq!(line(0, Some(0), 0), "0.0 MB");
    }
}
