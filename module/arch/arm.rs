// SPDX-License-Identifier: GPL-2.0

//! 32-bit ARM, ARMv7 and later.

use crate::pure::format::Machine;
use core::arch::asm;
#[cfg(CONFIG_PREEMPT_COUNT)]
use core::sync::atomic::{compiler_fence, Ordering};
use kernel::bindings;

pub(crate) const MACHINE: Machine = Machine::Arm;

/// The running task, valid for as long as the caller runs (`arch/arm/include/asm/current.h`).
#[inline(always)]
pub(crate) fn current() -> *mut bindings::task_struct {
    #[cfg(CONFIG_CURRENT_POINTER_IN_TPIDRURO)]
    {
        let task;
        // SAFETY: Reads a register that holds the running task's address everywhere in the kernel.
        unsafe {
            asm!("mrc p15, 0, {}, c13, c0, 3", out(reg) task, options(pure, nomem, nostack, preserves_flags));
        }
        task
    }
    #[cfg(not(CONFIG_CURRENT_POINTER_IN_TPIDRURO))]
    // SAFETY: Callable everywhere.
    unsafe {
        bindings::get_current()
    }
}

/// `preempt_disable()` (`include/asm-generic/preempt.h`).
#[inline(always)]
pub(crate) fn preempt_disable() {
    #[cfg(CONFIG_PREEMPT_COUNT)]
    {
        // SAFETY: The running task exists. Only the task itself writes the count; an interrupt that
        // comes between the read and the write leaves it as it found it.
        unsafe {
            let count = &raw mut (*current()).thread_info.preempt_count;
            count.write_volatile(count.read_volatile().wrapping_add(1));
        }
        compiler_fence(Ordering::SeqCst);
    }
}

/// `preempt_enable()`.
///
/// # Safety
///
/// Pairs with a [`preempt_disable`].
#[inline(always)]
pub(crate) unsafe fn preempt_enable() {
    #[cfg(CONFIG_PREEMPT_COUNT)]
    {
        compiler_fence(Ordering::SeqCst);
        // SAFETY: As above; the flags are only read.
        let resched = unsafe {
            let count = &raw mut (*current()).thread_info.preempt_count;
            let left = count.read_volatile().wrapping_sub(1);
            count.write_volatile(left);
            let flags = (&raw const (*current()).thread_info.flags).read_volatile();
            left == 0 && flags & (1 << bindings::TIF_NEED_RESCHED) != 0
        };
        #[cfg(CONFIG_PREEMPTION)]
        if resched {
            super::preempt_schedule();
        }
        #[cfg(not(CONFIG_PREEMPTION))]
        let _ = resched;
    }
}

/// Whether `task` runs a 32-bit program on a 64-bit kernel.
///
/// # Safety
///
/// `task` is the running task.
#[inline(always)]
pub(crate) unsafe fn is_32bit(_task: *const bindings::task_struct) -> bool {
    false
}

/// The generic timer's counter.
pub(crate) struct Counter;

#[cfg(CONFIG_ARM_ARCH_TIMER)]
extern "C" {
    static arch_timer_read_counter: Option<unsafe extern "C" fn() -> u64>;
}

impl Counter {
    /// What the kernel reads the counter by: some boards have set up only the physical one.
    pub(crate) fn reader() -> Option<unsafe extern "C" fn() -> u64> {
        #[cfg(CONFIG_ARM_ARCH_TIMER)]
        {
            let features: u32;
            // SAFETY: Reads ID_PFR1, which has no side effects.
            unsafe {
                asm!("mrc p15, 0, {}, c0, c1, 1", out(reg) features, options(pure, nomem, nostack, preserves_flags));
            }
            // Bits 16 to 19 tell of the generic timer; the Cortex-A5, A8 and A9 have none.
            if (features >> 16) & 0xf == 0 {
                return None;
            }
            // SAFETY: Written once, while the kernel booted.
            unsafe { arch_timer_read_counter }
        }
        #[cfg(not(CONFIG_ARM_ARCH_TIMER))]
        None
    }

    /// The name of the function that reads the virtual counter directly.
    pub(crate) const DIRECT: Option<&'static [u8]> = Some(b"arch_counter_get_cntvct+0x0/");

    /// Its frequency; only where there is a [`reader`](Self::reader).
    pub(crate) fn hertz() -> u64 {
        let hertz: u32;
        // SAFETY: Reads CNTFRQ, which has no side effects.
        unsafe {
            asm!("mrc p15, 0, {}, c14, c0, 0", out(reg) hertz, options(pure, nomem, nostack, preserves_flags));
        }
        u64::from(hertz)
    }

    /// Reads the virtual counter; only where there is a [`reader`](Self::reader).
    #[inline(always)]
    pub(crate) fn read() -> u64 {
        let (low, high): (u32, u32);
        // SAFETY: Reads CNTVCT, which has no side effects; not `pure`, for it changes between reads.
        unsafe {
            asm!("mrrc p15, 1, {}, {}, c14", out(reg) low, out(reg) high, options(nomem, nostack, preserves_flags));
        }
        (u64::from(high) << 32) | u64::from(low)
    }

    /// Reads it after everything before has completed, and before anything that follows. (`dmb` orders
    /// accesses of memory, which this is none.)
    pub(crate) fn read_ordered() -> u64 {
        // SAFETY: `dsb ish` and `isb`: the kernel's target for Rust is an older ARM, which lacks the names.
        unsafe { asm!(".inst 0xf57ff04b", ".inst 0xf57ff06f", options(nostack, preserves_flags)) };
        let ticks = Self::read();
        // SAFETY: `isb`.
        unsafe { asm!(".inst 0xf57ff06f", options(nostack, preserves_flags)) };
        ticks
    }
}
