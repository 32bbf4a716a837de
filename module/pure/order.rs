// SPDX-License-Identifier: GPL-2.0

//! In which order the packets of several CPUs go into one stream.

/// What waits on one CPU. Times are the packets' base times in ticks; those of one CPU increase.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lane {
    /// The oldest packet that is complete.
    pub front: Option<u64>,
    /// The complete one after it.
    pub second: Option<u64>,
    /// The one that the CPU is still writing.
    pub open: Option<u64>,
}

/// Which packet goes into the stream next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// The front of this lane, with this watermark.
    Packet {
        /// Index of the lane.
        lane: usize,
        /// See `format`.
        watermark: u64,
    },
    /// There are complete packets, but an open one is older and must go before them.
    HeldBack,
    /// No packet is complete; some are open. All that is yet to come is at or after this time.
    Partial {
        /// See `format`.
        watermark: u64,
    },
    /// There are no packets. All that is yet to come is at or after this time.
    Nothing {
        /// See `format`.
        watermark: u64,
    },
}

/// Chooses the next packet so that base times never decrease along the stream.
///
/// `now` is a time before `lanes` was looked at; packets begun since are no older.
#[inline]
pub fn next(now: u64, lanes: impl Iterator<Item = Lane>) -> Next {
    let mut horizon = now;
    let mut any_open = false;
    // The oldest front, and the oldest complete packet that would remain after it.
    let mut best: Option<(u64, usize)> = None;
    let mut rest = u64::MAX;
    for (index, lane) in lanes.enumerate() {
        if let Some(base) = lane.open {
            any_open = true;
            horizon = horizon.min(base);
        }
        let Some(base) = lane.front else { continue };
        let mut other = base;
        if best.is_none_or(|(oldest, _)| base < oldest) {
            other = best.map_or(u64::MAX, |(oldest, _)| oldest);
            best = Some((base, index));
        }
        rest = rest.min(other).min(lane.second.unwrap_or(u64::MAX));
    }
    match best {
        Some((base, lane)) if base <= horizon => Next::Packet { lane, watermark: horizon.min(rest) },
        Some(_) => Next::HeldBack,
        None if any_open => Next::Partial { watermark: horizon },
        None => Next::Nothing { watermark: horizon },
    }
}
