// SPDX-License-Identifier: GPL-2.0

//! From ticks to the time of day.

use syscall_record_format::format::Header;
use syscall_record_format::ticks::to_nanoseconds;

/// When events happened, in nanoseconds.
#[derive(Default)]
pub(super) struct Clock {
    /// A moment of the recording: ticks, and nanoseconds since 1970. Later packets tell it again, but
    /// the time of day may have been set meanwhile.
    ticks: u64,
    wall: u64,
    /// Nanoseconds per tick, 32.32 fixed point.
    tick: u64,
    /// How long those before this recording took, which were joined with it.
    before: u64,
    /// When the first event was, and the last.
    first: Option<u64>,
    last: u64,
    last_ticks: u64,
}

/// The times of an event.
#[derive(Clone, Copy, Default)]
pub(super) struct Times {
    pub(super) time: u64,
    pub(super) since_first: u64,
    pub(super) since_last: u64,
}

/// So far an event may lie before the one that came before it in the stream, in nanoseconds. What is
/// farther back is of another piece of the recording, put behind this one.
const MAX_DISORDER: u64 = 10_000_000_000;

impl Clock {
    /// Goes by this header from here on.
    pub(super) fn set(&mut self, header: &Header) {
        (self.ticks, self.wall, self.tick) = (header.base_time, header.wall_clock, header.tick);
        self.before = self.before.saturating_add(self.first.take().map_or(0, |first| self.last.saturating_sub(first)));
        self.last = 0;
        self.last_ticks = 0;
    }

    /// Whether this tick is so long before the last event that it does not follow it.
    pub(super) fn is_past(&self, ticks: u64) -> bool {
        ticks < self.last_ticks && self.between(ticks, self.last_ticks) > MAX_DISORDER
    }

    /// The times of the event that comes next; they never go back.
    pub(super) fn next(&mut self, ticks: u64) -> Times {
        let time = if ticks >= self.ticks {
            self.wall.saturating_add(self.between(self.ticks, ticks))
        } else {
            self.wall.saturating_sub(self.between(ticks, self.ticks))
        };
        let time = time.max(self.last);
        let first = *self.first.get_or_insert(time);
        // The first event of a session comes after that of another, or after none.
        let last = if self.last == 0 { time } else { self.last };
        self.last = time;
        self.last_ticks = self.last_ticks.max(ticks);
        let since_first = self.before.saturating_add(time.saturating_sub(first));
        Times { time, since_first, since_last: time.saturating_sub(last) }
    }

    /// Nanoseconds from one tick to a later one.
    pub(super) fn between(&self, from: u64, to: u64) -> u64 {
        to_nanoseconds(to.saturating_sub(from), self.tick)
    }
}
