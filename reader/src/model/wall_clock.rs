// SPDX-License-Identifier: GPL-2.0

//! Converts the ticks of a recording to the time of day.

use syscall_record_format::format::Header;
use syscall_record_format::ticks::to_nanoseconds;

/// Converts ticks to nanoseconds. The time of day follows the headers of packets, for it may be set meanwhile, and the
/// counter is not corrected as it is. Durations go by ticks alone.
#[derive(Default)]
pub(super) struct WallClock {
    /// A moment of the recording in ticks, as the header of a packet has it.
    ticks: u64,
    /// The same moment in nanoseconds since 1970.
    wall: u64,
    /// Nanoseconds per tick, 32.32 fixed point.
    tick: u64,
    /// How long the recordings before this one took, in nanoseconds.
    before: u64,
    /// Time of this recording's first event, in ticks.
    first: Option<u64>,
    /// Time of its last event, in ticks.
    last: Option<u64>,
    /// Time of the event before that, in ticks.
    previous: u64,
    /// Base time and wall clock of the header that was compared last.
    compared: (u64, u64),
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

/// A header's time of day, in nanoseconds, may differ so much from what an earlier header has led to. The module reads
/// the counter first, and the time of day after that: an interrupt may come in between.
const MAX_DEVIATION: u64 = 1_000_000;

impl WallClock {
    /// Begins a recording, whose first packet has this header.
    pub(super) fn set(&mut self, header: &Header) {
        self.before = self.elapsed();
        (self.ticks, self.wall, self.tick) = (header.base_time, header.wall_clock, header.tick);
        (self.first, self.last, self.compared) = (None, None, (header.base_time, header.wall_clock));
    }

    /// Whether this tick is so long before the last event that another piece of the recording begins.
    #[inline]
    pub(super) fn is_past(&self, ticks: u64) -> bool {
        // Nearly all events come in order.
        self.last.is_some_and(|last| ticks < last && self.between(ticks, last) > MAX_DISORDER)
    }

    /// Moves on to the next event, which happened at this tick, and is of the packet with this header. An event never
    /// lies before the one before.
    #[inline]
    pub(super) fn advance(&mut self, header: &Header, ticks: u64) {
        if (header.base_time, header.wall_clock) != self.compared {
            self.compare(header);
        }
        let ticks = self.last.map_or(ticks, |last| last.max(ticks));
        // No time passes between two recordings that were joined.
        self.previous = self.last.unwrap_or(ticks);
        self.first.get_or_insert(ticks);
        self.last = Some(ticks);
    }

    /// Follows the time of day of a header, if it was set since the headers before.
    fn compare(&mut self, header: &Header) {
        self.compared = (header.base_time, header.wall_clock);
        if header.base_time > self.ticks && self.time_of(header.base_time).abs_diff(header.wall_clock) > MAX_DEVIATION {
            (self.ticks, self.wall) = (header.base_time, header.wall_clock);
        }
    }

    /// The times of the last event.
    pub(super) fn times(&self) -> EventTimes {
        let last = self.last.unwrap_or(0);
        EventTimes {
            time: self.time_of(last),
            since_first: self.elapsed(),
            since_last: self.between(self.previous, last),
        }
    }

    /// Nanoseconds from the first event to the last, without the time between recordings.
    pub(super) fn elapsed(&self) -> u64 {
        self.before.saturating_add(self.since_first())
    }

    /// Nanoseconds from one tick to a later one.
    pub(super) fn between(&self, from: u64, to: u64) -> u64 {
        to_nanoseconds(to.saturating_sub(from), self.tick)
    }

    /// Nanoseconds from this tick to the last event.
    pub(super) fn since(&self, ticks: u64) -> u64 {
        self.between(ticks, self.last.unwrap_or(ticks))
    }

    /// The time of day at this tick, in nanoseconds since 1970.
    fn time_of(&self, ticks: u64) -> u64 {
        let after = self.wall.saturating_add(self.between(self.ticks, ticks));
        after.saturating_sub(self.between(ticks, self.ticks))
    }

    /// Nanoseconds from the first event of this recording to the last.
    fn since_first(&self) -> u64 {
        self.first.zip(self.last).map_or(0, |(first, last)| self.between(first, last))
    }
}
