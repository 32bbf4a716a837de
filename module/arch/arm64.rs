// SPDX-License-Identifier: GPL-2.0

//! arm64.

use crate::pure::format::Machine;
use core::arch::asm;
#[cfg(CONFIG_PREEMPT_COUNT)]
use core::sync::atomic::{compiler_fence, Ordering};
use kernel::bindings;

pub(crate) const MACHINE: Machine = Machine::Arm64;

/// The running task, valid for as long as the caller runs (`arch/arm64/include/asm/current.h`).
#[inline(always)]
pub(crate) fn current() -> *mut bindings::task_struct {
    let task;
    // SAFETY: Reads a register that holds the running task's address everywhere in the kernel.
    unsafe { asm!("mrs {}, sp_el0", out(reg) task, options(pure, nomem, nostack, preserves_flags)) };
    task
}

/// `preempt_disable()` (`arch/arm64/include/asm/preempt.h`).
#[inline(always)]
pub(crate) fn preempt_disable() {
    #[cfg(CONFIG_PREEMPT_COUNT)]
    {
        // SAFETY: The running task exists. Only the task itself writes the count; an interrupt that
        // comes between the read and the write leaves it as it found it.
        unsafe {
            let count = &raw mut (*current()).thread_info.__bindgen_anon_1.preempt.count;
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
        // SAFETY: As above. Only the lower half, the count, is written; the upper half, which an
        // interrupt may clear to ask for a reschedule, is left as it is and read again.
        let resched = unsafe {
            let both = &raw mut (*current()).thread_info.__bindgen_anon_1.preempt_count;
            let left = both.read_volatile().wrapping_sub(1);
            (&raw mut (*current()).thread_info.__bindgen_anon_1.preempt.count).write_volatile(left as u32);
            left == 0 || both.read_volatile() == 0
        };
        #[cfg(CONFIG_PREEMPTION)]
        if resched {
            super::preempt_schedule();
        }
        #[cfg(not(CONFIG_PREEMPTION))]
        let _ = resched;
    }
}

/// Whether `task` runs a 32-bit program.
///
/// # Safety
///
/// `task` is the running task.
#[inline(always)]
pub(crate) unsafe fn is_32bit(task: *const bindings::task_struct) -> bool {
    // SAFETY: The running task exists. Other bits of the word change concurrently, this one does not.
    let flags = unsafe { (&raw const (*task).thread_info.flags).read_volatile() };
    flags & (1 << bindings::TIF_32BIT) != 0
}

/// The generic timer's virtual counter.
pub(crate) struct Counter;

impl Counter {
    /// What the kernel reads the counter by: not directly where that has an erratum.
    pub(crate) fn reader() -> Option<unsafe extern "C" fn() -> u64> {
        // SAFETY: Written once, while the kernel booted.
        unsafe { bindings::arch_timer_read_counter }
    }

    /// The name of the function that reads it directly.
    pub(crate) const DIRECT: Option<&'static [u8]> = Some(b"arch_counter_get_cntvct+0x0/");

    /// Its frequency.
    pub(crate) fn hertz() -> u64 {
        let hertz;
        // SAFETY: Reads a register without side effects.
        unsafe { asm!("mrs {}, cntfrq_el0", out(reg) hertz, options(pure, nomem, nostack, preserves_flags)) };
        hertz
    }

    /// Reads it directly.
    #[inline(always)]
    pub(crate) fn read() -> u64 {
        let ticks;
        // SAFETY: Reads a register without side effects; not `pure`, for it changes between reads.
        unsafe { asm!("mrs {}, cntvct_el0", out(reg) ticks, options(nomem, nostack, preserves_flags)) };
        ticks
    }

    /// Reads it after everything before has completed, and before anything that follows. (`dmb` orders
    /// accesses of memory, which this is none.)
    pub(crate) fn read_ordered() -> u64 {
        let ticks;
        // SAFETY: As in `read`, between barriers.
        unsafe {
            asm!("dsb ish", "isb", "mrs {}, cntvct_el0", "isb", out(reg) ticks, options(nostack, preserves_flags))
        };
        ticks
    }
}
