// SPDX-License-Identifier: GPL-2.0

//! Time stamps for events.

use super::arch::Counter;
use super::symbol_name::SymbolName;
use crate::shared::ticks::{calibrate, to_kilohertz, Scale};
use kernel::{bindings, prelude::*, time::delay::fsleep, time::Delta};

/// Where ticks come from.
#[derive(Clone, Copy)]
enum CounterSource {
    /// The counter, read by one instruction: [`Counter::read`].
    Direct,
    /// The counter, read by one instruction: [`Counter::read_physical`].
    Physical,
    /// The counter, read by the kernel's function, which works around the board's errata.
    Call(unsafe extern "C" fn() -> u64),
    /// The monotonic clock, for machines without a counter that the kernel trusts.
    Monotonic,
}

impl CounterSource {
    #[inline(always)]
    fn read(self) -> u64 {
        match self {
            Self::Direct => Counter::read(),
            Self::Physical => Counter::read_physical(),
            // SAFETY: The kernel reads its counter by this function, which is callable from any context.
            Self::Call(read) => unsafe { read() },
            // SAFETY: Callable from any context.
            Self::Monotonic => unsafe { bindings::ktime_get_mono_fast_ns() },
        }
    }

    /// The frequency that the counter is measured to have if it is not the `stated` one.
    fn calibrate(self, stated: u64) -> u64 {
        let Some((first_steps, first)) = self.read_with_time() else { return stated };
        fsleep(Delta::from_millis(10));
        let Some((steps, time)) = self.read_with_time() else { return stated };
        calibrate(stated, steps.wrapping_sub(first_steps), time.wrapping_sub(first))
    }

    /// The counter, and the kernel's raw clock at that very step, in nanoseconds. `None` if the kernel's clock does not
    /// count this counter.
    fn read_with_time(mut self) -> Option<(u64, u64)> {
        let mut stamp = bindings::system_device_crosststamp::default();
        // SAFETY: The function calls `read_counter` with `self`, and fills `stamp`. It needs no history, because the
        // counter is read while it runs.
        let error = unsafe {
            bindings::get_device_system_crosststamp(
                Some(Self::read_counter),
                (&raw mut self).cast(),
                core::ptr::null_mut(),
                &raw mut stamp,
            )
        };
        (error == 0).then_some((stamp.sys_counter.cycles, stamp.sys_monoraw as u64))
    }

    /// # Safety
    ///
    /// `value` can be written, and `source` points to a `CounterSource`.
    unsafe extern "C" fn read_counter(
        _device_time: *mut bindings::ktime_t,
        value: *mut bindings::system_counterval_t,
        source: *mut c_void,
    ) -> c_int {
        // SAFETY: The caller promises it.
        unsafe {
            (*value).cycles = (*source.cast::<Self>()).read();
            (*value).cs_id = Counter::CLOCKSOURCE;
        }
        0
    }
}

/// A clock that all CPUs share.
#[derive(Clone, Copy)]
pub(crate) struct Clock {
    source: CounterSource,
    scale: Scale,
}

impl Clock {
    /// Chooses the clock of this machine, and says in the log which one it is.
    ///
    /// # Errors
    ///
    /// `ENOMEM`.
    pub(crate) fn new() -> Result<Self> {
        let Some(read) = Counter::reader() else { return Ok(Self::monotonic()) };
        let name = SymbolName::of(read as usize)?;
        let (source, manner) = if name.begins_with_one_of(Counter::DIRECT) {
            (CounterSource::Direct, c"")
        } else if name.begins_with_one_of(Counter::PHYSICAL.as_slice()) {
            (CounterSource::Physical, c"physical ")
        } else {
            pr_info!("time stamps: the counter is read by the kernel's {}\n", name.text());
            (CounterSource::Call(read), c"")
        };
        let stated = Counter::hertz();
        let hertz = source.calibrate(stated);
        // No firmware has written it, and the kernel uses another clock.
        if hertz == 0 {
            return Ok(Self::monotonic());
        }
        pr_info!("time stamps: {}{}, {} kHz\n", manner, Counter::NAME, to_kilohertz(hertz));
        if hertz != stated {
            pr_info!("time stamps: the CPU states {} kHz; the kernel's clock differs\n", to_kilohertz(stated));
        }
        Ok(Self { source, scale: Scale::new(hertz, Counter::MAX_HERTZ) })
    }

    /// The kernel's own clock.
    fn monotonic() -> Self {
        pr_info!("time stamps: the kernel's monotonic clock\n");
        Self { source: CounterSource::Monotonic, scale: Scale::new(1_000_000_000, u64::MAX) }
    }

    /// This clock, or another one if the kernel has found out meanwhile that the counters of CPUs disagree.
    pub(crate) fn check(self) -> Self {
        match self.source {
            CounterSource::Monotonic => self,
            _ if Counter::reader().is_some() => self,
            _ => Self::monotonic(),
        }
    }

    /// Whether times of both clocks can be compared.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        core::mem::discriminant(&self.source) == core::mem::discriminant(&other.source)
    }

    /// Nanoseconds per tick, 32.32 fixed point.
    pub(crate) fn tick(&self) -> u64 {
        self.scale.tick
    }

    /// Whether [`DirectTicks`] can be used.
    pub(crate) fn is_direct(&self) -> bool {
        matches!(self.source, CounterSource::Direct | CounterSource::Physical)
    }

    /// Whether the counter is the physical one. The compiler knows the answer where no kernel needs that one.
    #[inline(always)]
    fn is_physical(&self) -> bool {
        Counter::PHYSICAL.is_some() && matches!(self.source, CounterSource::Physical)
    }

    /// The time in ticks.
    #[inline(always)]
    pub(crate) fn now(&self) -> u64 {
        match self.source {
            CounterSource::Direct => Counter::read().wrapping_shr(self.scale.shift),
            _ => self.now_by_call(),
        }
    }

    /// The time in ticks. This is small where it is called.
    #[inline(never)]
    fn now_by_call(&self) -> u64 {
        self.source.read().wrapping_shr(self.scale.shift)
    }

    /// The time in ticks, read after everything that stands before has completed.
    pub(crate) fn now_ordered(&self) -> u64 {
        Counter::fence();
        let now = self.now_by_call();
        Counter::fence();
        now
    }
}

/// How a probe reads the clock. Chosen when probes are attached, so that no probe has to find it out.
pub(crate) trait Ticks: 'static {
    /// A number for each implementation, from 0 on.
    const INDEX: usize;

    /// Whether reading the clock costs so much that it needs no probes that do not look at calls.
    const ALWAYS_LOOKS: bool = false;

    /// The time in ticks.
    fn now(clock: &Clock) -> u64;
}

/// Reads the counter by one instruction, for a clock that [`is_direct`](Clock::is_direct).
pub(crate) struct DirectTicks;

impl Ticks for DirectTicks {
    const INDEX: usize = 0;

    #[inline(always)]
    fn now(clock: &Clock) -> u64 {
        let counter = if clock.is_physical() { Counter::read_physical() } else { Counter::read() };
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
    const INDEX: usize = 1;
    const ALWAYS_LOOKS: bool = true;

    #[inline(always)]
    fn now(clock: &Clock) -> u64 {
        clock.now_by_call()
    }
}

/// The time of day, nanoseconds since 1970.
pub(crate) fn wall_clock() -> u64 {
    // SAFETY: Callable from any context.
    unsafe { bindings::ktime_get_real_fast_ns() }
}

/// The kernel's coarse clock, in ticks of [`HZ`]; wraps.
pub(crate) fn jiffies() -> u32 {
    // SAFETY: The kernel writes the word while others read it, by single instructions.
    unsafe { (&raw const bindings::jiffies).read_volatile() as u32 }
}

/// Jiffies a second.
pub(crate) const HZ: u32 = bindings::HZ;
