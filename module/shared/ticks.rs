// SPDX-License-Identifier: GPL-2.0

//! Ticks, the unit of time in records.

/// How a counter's values become ticks, and ticks become nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scale {
    /// A tick is 2 to the power of `shift` steps of the counter, so that deltas stay small.
    pub shift: u32,
    /// Nanoseconds per tick, a fixed-point number with 32 fractional bits.
    pub tick: u64,
}

impl Scale {
    /// The scale for a counter of `hertz` steps a second, at least 1, with at most `max_hertz` ticks a second.
    #[inline]
    pub fn new(hertz: u64, max_hertz: u64) -> Self {
        let mut shift = 0;
        while hertz >> shift > max_hertz {
            shift += 1;
        }
        Self { shift, tick: divide(1_000_000_000 << 32, hertz) << shift }
    }
}

/// The frequency of a counter that made `steps` steps while the kernel's clock went on by `nanoseconds`: the `stated`
/// one if that agrees with the measurement, else the measured one. The kernel may know from the device tree what the
/// firmware failed to state.
#[inline]
pub fn calibrate(stated: u64, steps: u64, nanoseconds: u64) -> u64 {
    // A shorter measurement is not exact, and a longer one, of a machine that stood still, does not fit.
    if nanoseconds < 1_000_000 || steps == 0 || steps >= 1 << 33 {
        return stated;
    }
    let product = steps * 1_000_000_000;
    // What the kernel's clock rounds: both of its values to nanoseconds, and its factor to a millionth at worst.
    let error = (nanoseconds >> 20) + 4;
    if stated > 0 && divide(product, stated).abs_diff(nanoseconds) <= error {
        stated
    } else {
        divide(product + nanoseconds / 2, nanoseconds)
    }
}

/// `hertz` in kHz, rounded, for people.
#[inline]
pub fn to_kilohertz(hertz: u64) -> u32 {
    divide(hertz.saturating_add(500), 1000) as u32
}

/// `ticks` in nanoseconds, for the `tick` of a packet's header. Wraps where the result does not fit.
#[inline]
pub fn to_nanoseconds(ticks: u64, tick: u64) -> u64 {
    ((u128::from(ticks) * u128::from(tick)) >> 32) as u64
}

/// Divides bit by bit: modules of 32-bit kernels have no 64-bit division.
#[inline(never)]
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
