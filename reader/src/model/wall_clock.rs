// SPDX-License-Identifier: GPL-2.0

//! Converts the ticks of a recording to the time of day.

use syscall_record_format::format::Header;
use syscall_record_format::ticks::to_nanoseconds;

/// Converts ticks to nanoseconds.
#[derive(Default)]
pub(super) struct WallClock {
    /// A moment of the recording in ticks, as its first packet has it. Headers of later packets are not used: the time
    /// of day may have been set meanwhile.
    ticks: u64,
    /// The same moment in nanoseconds since 1970.
    wall: u64,
    /// Nanoseconds per tick, 32.32 fixed point.
    tick: u64,
    /// How long the recordings before this one took, in nanoseconds.
    before: u64,
    /// Time of this recording's first event, in nanoseconds since 1970.
    first: Option<u64>,
    /// Time of its last event, in nanoseconds since 1970.
    last: u64,
    /// Time of its last event, in ticks.
    last_ticks: u64,
}

/// The times of an event, in nanoseconds; see [`Event`](super::event::Event).
#[derive(Clone, Copy, Default)]
pub(super) struct EventTimes {
    pub(super) time: u64,
    pub(super) since_first: u64,
    pub(super) since_last: u64,
}

/// How far, in nanoseconds, an event may lie before the event that came before it in the stream. An event that is
/// farther back belongs to another piece of the recording, which was appended to this one.
const MAX_DISORDER: u64 = 10_000_000_000;

impl WallClock {
    /// Begins a recording, whose first packet has this header.
    pub(super) fn set(&mut self, header: &Header) {
        (self.ticks, self.wall, self.tick) = (header.base_time, header.wall_clock, header.tick);
        self.before = self.before.saturating_add(self.first.take().map_or(0, |first| self.last.saturating_sub(first)));
        self.last = 0;
        self.last_ticks = 0;
    }

    /// Whether this tick is so long before the last event that another piece of the recording begins.
    pub(super) fn is_past(&self, ticks: u64) -> bool {
        ticks < self.last_ticks && self.between(ticks, self.last_ticks) > MAX_DISORDER
    }

    /// The times of the next event, which happened at this tick. Times never go back.
    pub(super) fn next(&mut self, ticks: u64) -> EventTimes {
        let time = if ticks >= self.ticks {
            self.wall.saturating_add(self.between(self.ticks, ticks))
        } else {
            self.wall.saturating_sub(self.between(ticks, self.ticks))
        };
        let time = time.max(self.last);
        let first = *self.first.get_or_insert(time);
        // No time passes between two recordings that were joined.
        let last = if self.last == 0 { time } else { self.last };
        self.last = time;
        self.last_ticks = self.last_ticks.max(ticks);
        let since_first = self.before.saturating_add(time.saturating_sub(first));
        EventTimes { time, since_first, since_last: time.saturating_sub(last) }
    }

    /// Nanoseconds from one tick to a later one.
    pub(super) fn between(&self, from: u64, to: u64) -> u64 {
        to_nanoseconds(to.saturating_sub(from), self.tick)
    }
}
