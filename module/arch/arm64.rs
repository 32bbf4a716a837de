// SPDX-License-Identifier: GPL-2.0

//! arm64.

use crate::pure::format::{Machine, MAX_ARGS};
use core::arch::asm;
#[cfg(CONFIG_PREEMPT_COUNT)]
use core::sync::atomic::{compiler_fence, Ordering};
use kernel::{bindings, ffi::c_ulong};

pub(crate) const MACHINE: Machine = Machine::Arm64;

/// The running task, valid for as long as the caller runs (`arch/arm64/include/asm/current.h`).
#[inline(always)]
pub(crate) fn current() -> *mut bindings::task_struct {
    let task;
    // SAFETY: Reads a register that holds the running task's address everywhere in the kernel.
    unsafe { asm!("mrs {}, sp_el0", out(reg) task, options(pure, nomem, nostack, preserves_flags)) };
    task
}

/// What [`preempt_disable`] hands to [`preempt_enable`]: the count before.
pub(crate) type PreemptCount = u32;

/// `preempt_disable()` (`arch/arm64/include/asm/preempt.h`).
#[inline(always)]
pub(crate) fn preempt_disable() -> PreemptCount {
    #[cfg(CONFIG_PREEMPT_COUNT)]
    {
        // SAFETY: The running task exists. Only the task itself writes the count; an interrupt that
        // comes between the read and the write leaves it as it found it.
        let before = unsafe {
            let count = &raw mut (*current()).thread_info.__bindgen_anon_1.preempt.count;
            let before = count.read_volatile();
            count.write_volatile(before.wrapping_add(1));
            before
        };
        compiler_fence(Ordering::SeqCst);
        before
    }
    #[cfg(not(CONFIG_PREEMPT_COUNT))]
    0
}

/// `preempt_enable()`.
///
/// # Safety
///
/// Pairs with a [`preempt_disable`], which returned `before`; what disabled preemption in between has
/// enabled it again.
#[inline(always)]
pub(crate) unsafe fn preempt_enable(before: PreemptCount) {
    #[cfg(CONFIG_PREEMPT_COUNT)]
    {
        compiler_fence(Ordering::SeqCst);
        // SAFETY: As above. Only the lower half, the count, is written; the upper half, which an
        // interrupt may clear to ask for a reschedule, is left as it is. Both are zero if preemption is
        // possible and a reschedule is due.
        let resched = unsafe {
            (&raw mut (*current()).thread_info.__bindgen_anon_1.preempt.count).write_volatile(before);
            (&raw const (*current()).thread_info.__bindgen_anon_1.preempt_count).read_volatile() == 0
        };
        #[cfg(CONFIG_PREEMPTION)]
        if resched {
            super::preempt_schedule();
        }
        #[cfg(not(CONFIG_PREEMPTION))]
        let _ = resched;
    }
    #[cfg(not(CONFIG_PREEMPT_COUNT))]
    let _ = before;
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

/// `smp_store_release()`, which `kernel::sync::atomic` calls a C function for.
///
/// # Safety
///
/// `place` is valid and aligned, and written by atomic accesses only.
#[inline(always)]
pub(crate) unsafe fn store_release(place: *mut u32, value: u32) {
    // SAFETY: The caller promises that it can be written.
    unsafe {
        asm!("stlr {value:w}, [{place}]", value = in(reg) value, place = in(reg) place, options(nostack, preserves_flags));
    }
}

/// The bit that has a task's system calls traced.
pub(crate) const TRACED: u32 = bindings::TIF_SYSCALL_TRACEPOINT;

/// The kernel looks at [`TRACED`] again when a call returns.
pub(crate) const RETURN_NEEDS_ENTRY: bool = false;

/// The number of the running system call, if the kernel does not tell of its return: it does.
pub(crate) fn untold_return() -> Option<u32> {
    None
}

/// The word that holds [`TRACED`].
///
/// # Safety
///
/// `task` is a task.
pub(crate) unsafe fn work_flags(task: *mut bindings::task_struct) -> *mut c_ulong {
    // SAFETY: The caller promises that it is one.
    unsafe { &raw mut (*task).thread_info.flags }
}

/// Registers that carry arguments, as wide as they are.
pub(crate) type Args = [u64; MAX_ARGS];

/// The registers of a program in a system call.
#[derive(Clone, Copy)]
pub(crate) struct Registers<'a>(pub(crate) &'a bindings::pt_regs);

impl Registers<'_> {
    /// The arguments, in the order of registers.
    #[inline(always)]
    pub(crate) fn args(self, _is_32bit: bool) -> Args {
        // SAFETY: Both variants of the union are the same registers.
        let [_, b, c, d, e, f, ..] = unsafe { self.0.__bindgen_anon_1.user_regs.regs };
        // The first argument's register gets the result.
        [self.0.orig_x0, b, c, d, e, f]
    }

    /// The number of the system call (`syscall_get_nr()`, `arch/arm64/include/asm/syscall.h`).
    #[inline(always)]
    pub(crate) fn number(self) -> u64 {
        self.0.syscallno as u64
    }
}

/// The generic timer's virtual counter.
pub(crate) struct Counter;

impl Counter {
    /// Ticks are those of the counter: 1 to 100 MHz on most boards, 1 GHz since ARMv8.6.
    pub(crate) const MAX_HERTZ: u64 = u64::MAX;

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
