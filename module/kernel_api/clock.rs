// SPDX-License-Identifier: GPL-2.0

//! Time stamps for events.

use super::arch::Counter;
use crate::shared::ticks::Scale;
use kernel::bindings;

/// Where ticks come from.
#[derive(Clone, Copy)]
enum CounterSource {
    /// The counter, read by one instruction.
    Direct,
    /// The counter, read by the kernel's function, which works around the board's errata.
    Call(unsafe extern "C" fn() -> u64),
    /// The monotonic clock, for machines without a counter that the kernel trusts.
    Monotonic,
}

/// A clock that all CPUs share.
#[derive(Clone, Copy)]
pub(crate) struct Clock {
    source: CounterSource,
    scale: Scale,
}

impl Clock {
    /// Chooses the clock of this machine.
    pub(crate) fn new() -> Self {
        // The frequency is 0 where no firmware has written it.
        let (source, hertz) = match Counter::reader().map(|read| (read, Counter::hertz())) {
            None | Some((_, 0)) => (CounterSource::Monotonic, 1_000_000_000),
            Some((read, hertz)) if is_direct_read(read) => (CounterSource::Direct, hertz),
            Some((read, hertz)) => (CounterSource::Call(read), hertz),
        };
        Self { source, scale: Scale::new(hertz, Counter::MAX_HERTZ) }
    }

    /// Nanoseconds per tick, 32.32 fixed point.
    pub(crate) fn tick(&self) -> u64 {
        self.scale.tick
    }

    /// Whether one instruction reads the counter, so that [`DirectTicks`] can be used.
    pub(crate) fn is_direct(&self) -> bool {
        matches!(self.source, CounterSource::Direct)
    }

    /// The time in ticks.
    pub(crate) fn now(&self) -> u64 {
        match self.source {
            CounterSource::Direct => Counter::read().wrapping_shr(self.scale.shift),
            _ => self.now_ordered(),
        }
    }

    /// The time in ticks, read after everything that stands before has completed.
    #[inline(never)]
    pub(crate) fn now_ordered(&self) -> u64 {
        let counter = match self.source {
            CounterSource::Direct => Counter::read_ordered(),
            // SAFETY: The kernel reads its counter by this function, which is callable from any context.
            CounterSource::Call(read) => unsafe { read() },
            // SAFETY: Callable from any context.
            CounterSource::Monotonic => unsafe { bindings::ktime_get_mono_fast_ns() },
        };
        counter.wrapping_shr(self.scale.shift)
    }
}

/// How a probe reads the clock. Chosen when probes are attached, so that no probe has to find it out.
pub(crate) trait Ticks: 'static {
    /// The time in ticks.
    fn now(clock: &Clock) -> u64;
}

/// Reads the counter by one instruction, for a clock that [`is_direct`](Clock::is_direct).
pub(crate) struct DirectTicks;

impl Ticks for DirectTicks {
    #[inline(always)]
    fn now(clock: &Clock) -> u64 {
        let counter = Counter::read();
        if Counter::MAX_HERTZ == u64::MAX {
            counter
        } else {
            counter.wrapping_shr(clock.scale.shift)
        }
    }
}

/// Reads any clock, by a call.
pub(crate) struct AnyTicks;

impl Ticks for AnyTicks {
    #[inline(always)]
    fn now(clock: &Clock) -> u64 {
        clock.now_ordered()
    }
}

/// The time of day, nanoseconds since 1970.
pub(crate) fn wall_clock() -> u64 {
    // SAFETY: Callable from any context.
    unsafe { bindings::ktime_get_real_fast_ns() }
}

/// Whether `read` does no more than [`Counter::read`], judged by the kernel's name for it. `read` is a slower function
/// where the counter has an erratum or is the physical one.
fn is_direct_read(read: unsafe extern "C" fn() -> u64) -> bool {
    let Some(direct) = Counter::DIRECT else { return true };
    // `KSYM_SYMBOL_LEN` of `include/linux/kallsyms.h` is below this.
    let mut name = [0u8; 1024];
    // SAFETY: The buffer is large enough for any symbol; the function NUL-terminates it.
    unsafe { bindings::sprint_symbol(name.as_mut_ptr().cast(), read as usize as kernel::ffi::c_ulong) };
    name.starts_with(direct)
}
