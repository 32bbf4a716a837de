// SPDX-License-Identifier: GPL-2.0

//! What takes the events of a recording.

use crate::event::DecodedEvent;
use syscall_record_format::format::Header;

/// Takes events, each with its packet's header, until it returns [`SinkStopped`].
// Its users are not generic, so that they are compiled in this package, for speed.
pub trait EventSink {
    /// Takes an event.
    ///
    /// # Errors
    ///
    /// [`SinkStopped`] if it wants no more events.
    fn take(&mut self, header: &Header, event: &DecodedEvent<'_>) -> Result<(), SinkStopped>;

    /// Learns that events came which are not wanted.
    fn pass_over(&mut self, header: &Header, skipped: SkippedEvents) {
        let _ = (header, skipped);
    }
}

impl<F: FnMut(&Header, &DecodedEvent<'_>) -> Result<(), SinkStopped>> EventSink for F {
    fn take(&mut self, header: &Header, event: &DecodedEvent<'_>) -> Result<(), SinkStopped> {
        self(header, event)
    }
}

/// A sink wants no more events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SinkStopped;

/// Events that came one after the other and are not wanted. Memory is part of an event, and does not count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SkippedEvents {
    /// How many.
    pub count: u64,
    /// When the first of them happened, in ticks.
    pub first: u64,
    /// When the last of them happened, in ticks.
    pub last: u64,
}

impl SkippedEvents {
    /// Adds an event, which happened at this tick.
    #[inline]
    pub(crate) fn add(&mut self, time: u64) {
        if self.count == 0 {
            self.first = time;
        }
        self.count += 1;
        self.last = time;
    }
}
