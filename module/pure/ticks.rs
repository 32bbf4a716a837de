// SPDX-License-Identifier: GPL-2.0

//! Ticks, the unit of time in records.

/// How a counter becomes ticks, and ticks become nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scale {
    /// A tick is this many powers of two longer than the counter's, so that deltas stay small.
    pub shift: u32,
    /// Nanoseconds per tick, 32.32 fixed point.
    pub tick: u64,
}

impl Scale {
    /// The scale for a counter of so many `hertz`, which is not 0, where ticks shall come `max_hertz` times
    /// a second at the most.
    #[inline]
    pub fn new(hertz: u64, max_hertz: u64) -> Self {
        let mut shift = 0;
        while hertz >> shift > max_hertz {
            shift += 1;
        }
        Self { shift, tick: divide(1_000_000_000 << 32, hertz) << shift }
    }
}

/// `ticks` in nanoseconds, for a `tick` as packet headers have it. What does not fit wraps.
#[inline]
pub fn to_nanoseconds(ticks: u64, tick: u64) -> u64 {
    ((u128::from(ticks) * u128::from(tick)) >> 32) as u64
}

/// Divides; modules of 32-bit kernels have no 64-bit division.
#[inline]
fn divide(numerator: u64, denominator: u64) -> u64 {
    let (mut quotient, mut rest) = (0, 0u64);
    for bit in (0..64).rev() {
        rest = (rest << 1) | ((numerator >> bit) & 1);
        quotient <<= 1;
        if rest >= denominator {
            rest -= denominator;
            quotient |= 1;
        }
    }
    quotient
}
