// SPDX-License-Identifier: GPL-2.0

//! The order in which the packets of several CPUs go into one stream.

/// A time of the module's clock. Times of different epochs are ordered by the epochs alone: the clock began anew in
/// between, because the machine slept and its counter was reset, or because another clock is used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct ClockTime {
    /// How often the clock began anew before.
    pub epoch: u32,
    /// The time in ticks.
    pub ticks: u64,
}

/// The packets of one CPU, by their base times. The base times of one CPU increase.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lane {
    /// The oldest complete packet.
    pub front: Option<ClockTime>,
    /// The complete packet after `front`.
    pub second: Option<ClockTime>,
    /// The packet that the CPU is still writing.
    pub open: Option<ClockTime>,
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
    /// No packet yet: there are complete packets, but a CPU may still begin an older one. That changes by itself.
    Early,
    /// No packet is complete; some are open.
    Partial {
        /// All packets to come are at or after this time.
        watermark: ClockTime,
    },
    /// There are no packets.
    Nothing {
        /// All packets to come are at or after this time.
        watermark: ClockTime,
    },
}

/// A packet may begin less than this many ticks ahead of the clock: each chunk of memory takes a tick, and a clock may
/// be coarser than that.
pub const MAX_LEAD: u64 = 1 << 16;

/// Chooses the next packet, so that base times never decrease along the packets of an epoch, and epochs never decrease
/// along the stream.
///
/// `present` is a time from before `lanes` was read: packets begun since then are not older. `now` gives a time from
/// after that. A packet that is ahead of `now` by [`MAX_LEAD`] waits for no clock: the clock was set back, and nobody
/// was told.
#[inline]
pub fn next(present: ClockTime, lanes: impl Iterator<Item = Lane>, now: impl FnOnce() -> ClockTime) -> Next {
    let mut oldest_open = NEVER;
    // The oldest front, and the oldest complete packet that would remain after it.
    let (mut base, mut best) = (NEVER, 0);
    let mut rest = NEVER;
    for (index, lane) in lanes.enumerate() {
        oldest_open = oldest_open.min(lane.open.unwrap_or(NEVER));
        let mut other = lane.front.unwrap_or(NEVER);
        if other < base {
            (base, other, best) = (other, base, index);
        }
        rest = rest.min(other).min(lane.second.unwrap_or(NEVER));
    }
    let horizon = oldest_open.min(present);
    if base == NEVER {
        return match oldest_open {
            NEVER => Next::Nothing { watermark: horizon },
            _ => Next::Partial { watermark: horizon },
        };
    }
    if oldest_open < base {
        return Next::HeldBack;
    }
    if base > present && !is_far_ahead(base, now()) {
        return Next::Early;
    }
    let to_come = rest.min(horizon);
    // Of the packet's own epoch nothing may be left: then all that comes is of another session.
    let watermark = if to_come.epoch > base.epoch { u64::MAX } else { to_come.ticks.max(base.ticks) };
    Next::Packet { lane: best, watermark }
}

/// After all times.
const NEVER: ClockTime = ClockTime { epoch: u32::MAX, ticks: u64::MAX };

/// Whether no clock that goes on from `now` can have been at `base` before.
fn is_far_ahead(base: ClockTime, now: ClockTime) -> bool {
    base.epoch == now.epoch && base.ticks > now.ticks && base.ticks.wrapping_sub(now.ticks) >= MAX_LEAD
}
