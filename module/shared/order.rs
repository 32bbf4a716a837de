// SPDX-License-Identifier: GPL-2.0

//! The order in which the packets of several CPUs go into one stream.

/// The packets of one CPU, by their base times in ticks. The base times of one CPU increase.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lane {
    /// The oldest complete packet.
    pub front: Option<u64>,
    /// The complete packet after `front`.
    pub second: Option<u64>,
    /// The packet that the CPU is still writing.
    pub open: Option<u64>,
}

/// Which packet goes into the stream next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// The front of a lane.
    Packet {
        /// Index of the lane.
        lane: usize,
        /// The packet's watermark in ticks: see [`format`](super::format).
        watermark: u64,
    },
    /// No packet yet: there are complete packets, but an open packet is older and must go first.
    HeldBack,
    /// No packet is complete; some are open.
    Partial {
        /// All packets to come are at or after this time, in ticks.
        watermark: u64,
    },
    /// There are no packets.
    Nothing {
        /// All packets to come are at or after this time, in ticks.
        watermark: u64,
    },
}

/// Chooses the next packet, so that base times never decrease along the stream.
///
/// `now` is a time in ticks from before `lanes` was read: packets begun since then are not older.
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
