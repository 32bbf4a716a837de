// SPDX-License-Identifier: GPL-2.0

//! arm64.

use crate::shared::format::{Machine, MAX_ARGS};
use core::arch::asm;
use kernel::{bindings, prelude::*};

/// What packet headers say.
pub(crate) const MACHINE: Machine = Machine::Arm64;

/// The running task, valid for as long as the caller runs (`arch/arm64/include/asm/current.h`).
#[inline(always)]
pub(crate) fn current() -> *mut bindings::task_struct {
    let task;
    // SAFETY: Reads a register that holds the running task's address everywhere in the kernel.
    unsafe { asm!("mrs {}, sp_el0", out(reg) task, options(pure, nomem, nostack, preserves_flags)) };
    task
}

/// The running task's count of preemption, valid for as long as the caller runs. It is the lower half of a word. An
/// interrupt may clear the upper half to request a reschedule; nothing here writes that half.
#[cfg(CONFIG_PREEMPT_COUNT)]
#[inline(always)]
pub(super) fn preempt_count() -> *mut u32 {
    // SAFETY: The running task exists.
    unsafe { &raw mut (*current()).thread_info.__bindgen_anon_1.preempt.count }
}

/// Whether the running task is to be rescheduled now that its count was written.
#[cfg(CONFIG_PREEMPT_COUNT)]
#[inline(always)]
pub(super) fn is_reschedule_due(_count: u32) -> bool {
    // SAFETY: The running task exists. Both halves are zero if preemption is possible and a reschedule is due.
    unsafe { (&raw const (*current()).thread_info.__bindgen_anon_1.preempt_count).read_volatile() == 0 }
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

/// The registers that carry arguments, in the kernel's own width.
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

    /// Argument `index`, 0 to 5; 0 for others.
    #[inline(always)]
    pub(crate) fn arg(self, _is_32bit: bool, index: usize) -> u64 {
        match index {
            // The first argument's register gets the result.
            0 => self.0.orig_x0,
            // SAFETY: Both variants of the union are the same registers.
            1..=5 => unsafe { self.0.__bindgen_anon_1.user_regs.regs[index] },
            _ => 0,
        }
    }

    /// The number of the system call (`syscall_get_nr()`, `arch/arm64/include/asm/syscall.h`).
    #[inline(always)]
    pub(crate) fn number(self) -> u64 {
        self.0.syscallno as u64
    }
}

/// The generic timer's counter, read as the virtual one.
pub(crate) struct Counter;

impl Counter {
    /// A tick is one of the counter's: 1 to 100 MHz on most boards, 1 GHz since ARMv8.6.
    pub(crate) const MAX_HERTZ: u64 = u64::MAX;

    /// What the log calls it.
    pub(crate) const NAME: &'static str = "generic timer";

    /// The kernel's number for a clock that counts it.
    pub(crate) const CLOCKSOURCE: bindings::clocksource_ids = bindings::clocksource_ids_CSID_ARM_ARCH_COUNTER;

    /// The function by which the kernel reads the counter. It does not read directly where the counter has an
    /// erratum.
    pub(crate) fn reader() -> Option<unsafe extern "C" fn() -> u64> {
        // SAFETY: Written once, while the kernel booted.
        unsafe { bindings::arch_timer_read_counter }
    }

    /// The names of the kernel's functions for which [`read`](Self::read) does. Where an erratum forbids a plain read,
    /// the kernel has a function of another name.
    ///
    /// A kernel that was booted at EL2 reads the physical counter. The virtual one is equal there. The kernel clears
    /// the offset between the two on each CPU that it starts (`__init_el2_timers` of `asm/el2_setup.h`), and at EL2
    /// with VHE the CPU ignores the offset. KVM without VHE sets the offset while a task runs a guest, and clears it
    /// before that task or another one returns to user space (`kvm_timer_vcpu_put()`). The kernel's own vDSO relies on
    /// that: it reads the virtual counter, whichever one the kernel reads (`__arch_get_hw_counter()`).
    pub(crate) const DIRECT: &'static [&'static CStr] =
        &[c"arch_counter_get_cntvct+0x0/", c"arch_counter_get_cntpct+0x0/"];

    /// No kernel needs [`read_physical`](Self::read_physical).
    pub(crate) const PHYSICAL: Option<&'static CStr> = None;

    /// The frequency of the counter, as the firmware has stated it to this CPU; 0 where it has not.
    pub(crate) fn hertz() -> u64 {
        let hertz;
        // SAFETY: Reads a register without side effects.
        unsafe { asm!("mrs {}, cntfrq_el0", out(reg) hertz, options(pure, nomem, nostack, preserves_flags)) };
        hertz
    }

    /// Reads the counter by one instruction.
    #[inline(always)]
    pub(crate) fn read() -> u64 {
        let ticks;
        // SAFETY: Reads a register without side effects; not `pure`, for the value changes between reads.
        unsafe { asm!("mrs {}, cntvct_el0", out(reg) ticks, options(nomem, nostack, preserves_flags)) };
        ticks
    }

    /// As [`read`](Self::read).
    #[inline(always)]
    pub(crate) fn read_physical() -> u64 {
        Self::read()
    }

    /// Everything before has completed, and nothing that follows has begun: also when one of the two reads the counter.
    /// (`dmb` orders accesses of memory only, and that is none.)
    #[inline(always)]
    pub(crate) fn fence() {
        // SAFETY: Barriers.
        unsafe { asm!("dsb ish", "isb", options(nostack, preserves_flags)) };
    }
}
