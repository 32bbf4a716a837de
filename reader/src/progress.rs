// SPDX-License-Identifier: GPL-2.0

//! A line on standard error that tells how far reading or writing a file is, for a user at a terminal.

use std::fmt;
use std::io::{self, Write};
use std::time::{Duration, Instant};

/// How long the first line is delayed, so that quick work shows none.
const FIRST_DELAY: Duration = Duration::from_secs(1);
/// How many bytes must be read before a line is shown, unless events are counted.
const MIN_BYTES: u64 = 100_000;
/// The time between two lines: a user can read four a second.
const INTERVAL: Duration = Duration::from_millis(250);

/// The line that tells how far reading is.
pub struct Progress {
    /// When the next line is due; `None` if lines are not shown.
    due: Option<Instant>,
    is_shown: bool,
    /// How many bytes there are; `None` if that is not known.
    total: Option<u64>,
    /// How many bytes were read.
    bytes: u64,
}

impl Progress {
    /// Begins with nothing read of `total` bytes. `is_seen` says whether lines are shown.
    pub fn new(total: Option<u64>, is_seen: bool) -> Self {
        Self { due: is_seen.then(|| Instant::now() + FIRST_DELAY), is_shown: false, total, bytes: 0 }
    }

    /// Notes that so many more bytes were read. `events` is the number of all events; 0 if events are not counted.
    pub fn add(&mut self, bytes: usize, events: u64) {
        self.bytes += bytes as u64;
        let Some(due) = self.due else { return };
        let now = Instant::now();
        if now >= due && (self.bytes >= MIN_BYTES || events > 0) {
            self.due = Some(now + INTERVAL);
            self.is_shown = true;
            let line = ProgressLine { bytes: self.bytes, total: self.total, events };
            let _ = write!(io::stderr(), "\r{line}\x1b[K");
        }
    }

    /// Erases the line, until the next one is due.
    pub fn erase(&mut self) {
        if self.is_shown {
            self.is_shown = false;
            let _ = io::stderr().write_all(b"\r\x1b[K");
        }
    }
}

/// The line's text.
struct ProgressLine {
    bytes: u64,
    total: Option<u64>,
    events: u64,
}

impl fmt::Display for ProgressLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let megabytes = |bytes: u64| (bytes / 1_000_000, bytes / 100_000 % 10);
        let (whole, tenth) = megabytes(self.bytes);
        write!(f, "{whole}.{tenth} MB")?;
        if let Some(total) = self.total.filter(|&total| total > 0) {
            let (whole, tenth) = megabytes(total);
            // More than the total may be read, if the file grows meanwhile.
            let percent = (self.bytes.saturating_mul(100) / total).min(100);
            write!(f, " of {whole}.{tenth} MB, {percent} %")?;
        }
        match self.events {
            // Events are not counted.
            0 => Ok(()),
            events => write!(f, ", {events} events"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_has_megabytes_percent_and_events_as_far_as_known() {
        let line = |bytes, total, events| ProgressLine { bytes, total, events }.to_string();
        assert_eq!(line(12_345_678, Some(50_000_000), 9), "12.3 MB of 50.0 MB, 24 %, 9 events");
        assert_eq!(line(u64::MAX, Some(1), 0), "18446744073709.5 MB of 0.0 MB, 100 %");
        assert_eq!(line(99_999, None, 1), "0.0 MB, 1 events");
        assert_eq!(line(0, Some(0), 0), "0.0 MB");
    }
}
