// SPDX-License-Identifier: GPL-2.0

//! 32-bit ARM, ARMv7 and later.

use crate::shared::format::{Machine, MAX_ARGS};
use core::arch::asm;
use kernel::{bindings, prelude::*};

/// What packet headers say.
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

/// The running task's count of preemption, valid for as long as the caller runs.
#[cfg(CONFIG_PREEMPT_COUNT)]
#[inline(always)]
pub(super) fn preempt_count() -> *mut u32 {
    // SAFETY: The running task exists. The count is an `int`.
    unsafe { (&raw mut (*current()).thread_info.preempt_count).cast() }
}

/// Whether the running task is to be rescheduled now that `count` was written.
#[cfg(CONFIG_PREEMPT_COUNT)]
#[inline(always)]
pub(super) fn is_reschedule_due(count: u32) -> bool {
    // SAFETY: The running task exists. The flags are only read.
    let flags = unsafe { (&raw const (*current()).thread_info.flags).read_volatile() };
    count == 0 && flags & (1 << bindings::TIF_NEED_RESCHED) != 0
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

/// `smp_store_release()`, which `kernel::sync::atomic` calls a C function for.
///
/// # Safety
///
/// `place` is valid and aligned, and written by atomic accesses only.
#[inline(always)]
pub(crate) unsafe fn store_release(place: *mut u32, value: u32) {
    // SAFETY: The caller promises that it can be written.
    unsafe {
        // `dmb ish`: see `fence`.
        asm!(".inst 0xf57ff05b", options(nostack, preserves_flags));
        place.write_volatile(value);
    }
}

/// The kernel does not read `TRACED` again when a call returns (`ret_fast_syscall` of
/// `arch/arm/kernel/entry-common.S`): it traces the return if it traced the entry.
pub(crate) const RETURN_NEEDS_ENTRY: bool = true;

/// The number of the running system call, if the kernel will not trace its return because it did not trace the entry,
/// and if the result of the call is known: 0, of an `execve`, `execveat` or `prctl` that gives a name.
///
/// If ptrace, audit or seccomp looked at the entry, the kernel reads `TRACED` when the call returns. It does so, too,
/// if the task has `TIF_NOTIFY_SIGNAL` (of io_uring) set, which is work to be done before the return:
/// `ret_fast_syscall` shifts the flags by 16, and takes that bit for one of ptrace, audit and seccomp.
pub(crate) fn untraced_return() -> Option<u32> {
    const OTHERS: u32 = (1 << bindings::TIF_SYSCALL_TRACE)
        | (1 << bindings::TIF_SYSCALL_AUDIT)
        | (1 << bindings::TIF_SECCOMP)
        | (1 << bindings::TIF_NOTIFY_SIGNAL);
    // SAFETY: The running task exists. One access reads the word, for others write it.
    let flags = unsafe { (&raw const (*current()).thread_info.flags).read_volatile() };
    if flags as u32 & OTHERS != 0 {
        return None;
    }
    Some(number()).filter(|number| matches!(number, 11 | 387 | 172))
}

/// The registers that carry arguments, in the kernel's own width.
pub(crate) type Args = [u32; MAX_ARGS];

/// The registers of a program in a system call.
#[derive(Clone, Copy)]
pub(crate) struct Registers<'a>(pub(crate) &'a bindings::pt_regs);

impl Registers<'_> {
    /// The arguments, in the order of registers.
    #[inline(always)]
    pub(crate) fn args(self, _is_32bit: bool) -> Args {
        // `ARM_ORIG_r0` is the last; the first argument's register gets the result.
        let [_, b, c, d, e, f, .., a] = self.0.uregs;
        [a, b, c, d, e, f].map(|register| register as u32)
    }

    /// Argument `index`, 0 to 5; 0 for others.
    #[inline(always)]
    pub(crate) fn arg(self, _is_32bit: bool, index: usize) -> u64 {
        match index {
            // `ARM_ORIG_r0`: the first argument's register gets the result.
            0 => u64::from(self.0.uregs[17] as u32),
            1..=5 => u64::from(self.0.uregs[index] as u32),
            _ => 0,
        }
    }

    /// The number of the system call.
    #[inline(always)]
    pub(crate) fn number(self) -> u64 {
        u64::from(number())
    }
}

/// The number of the running system call (`syscall_get_nr()`, `arch/arm/include/asm/syscall.h`).
#[inline(always)]
pub(crate) fn number() -> u32 {
    // SAFETY: The running task exists; only it writes its number.
    let number = unsafe { (*current()).thread_info.abi_syscall };
    // `__NR_SYSCALL_MASK` of `arch/arm/include/asm/unistd.h`: the bits above it mark calls of the old ABI.
    let is_marked = cfg!(CONFIG_OABI_COMPAT) && number != u32::MAX;
    if is_marked {
        number & 0x000f_ffff
    } else {
        number
    }
}

/// The generic timer's counters.
pub(crate) struct Counter;

#[cfg(CONFIG_ARM_ARCH_TIMER)]
extern "C" {
    static arch_timer_read_counter: Option<unsafe extern "C" fn() -> u64>;
}

impl Counter {
    /// A tick is one of the counter's: 1 to 100 MHz on most boards, 1 GHz since ARMv8.6.
    pub(crate) const MAX_HERTZ: u64 = u64::MAX;

    /// What the log calls it.
    pub(crate) const NAME: &'static str = "generic timer";

    /// The kernel's number for a clock that counts it.
    pub(crate) const CLOCKSOURCE: bindings::clocksource_ids = bindings::clocksource_ids_CSID_ARM_ARCH_COUNTER;

    /// The function by which the kernel reads the counter: some boards have set up only the physical one. `None` if
    /// there is no generic timer.
    pub(crate) fn reader() -> Option<unsafe extern "C" fn() -> u64> {
        #[cfg(CONFIG_ARM_ARCH_TIMER)]
        {
            let features: u32;
            // SAFETY: Reads ID_PFR1, which has no side effects.
            unsafe {
                asm!("mrc p15, 0, {}, c0, c1, 1", out(reg) features, options(pure, nomem, nostack, preserves_flags));
            }
            // Bits 16 to 19 tell whether there is a generic timer; the Cortex-A5, A8 and A9 have none.
            if (features >> 16) & 0xf == 0 {
                return None;
            }
            // SAFETY: Written once, while the kernel booted.
            unsafe { arch_timer_read_counter }
        }
        #[cfg(not(CONFIG_ARM_ARCH_TIMER))]
        None
    }

    /// The name of the kernel's function for which [`read`](Self::read) does.
    pub(crate) const DIRECT: &'static [&'static CStr] = &[c"arch_counter_get_cntvct+0x0/"];

    /// The name of the kernel's function for which [`read_physical`](Self::read_physical) does. The virtual counter
    /// would not do everywhere. If the kernel was booted in HYP mode, it has cleared the offset between the two
    /// counters (`hyp-stub.S`). But it also reads the physical counter where the firmware has left the offset
    /// undefined, a different one on each CPU ("arm,cpu-registers-not-fw-configured" in the device tree).
    pub(crate) const PHYSICAL: Option<&'static CStr> = Some(c"arch_counter_get_cntpct+0x0/");

    /// The frequency of the counter, as the firmware has stated it to this CPU; 0 where it has not. Only where there is
    /// a [`reader`](Self::reader).
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
        // SAFETY: Reads CNTVCT, which has no side effects; not `pure`, for the value changes between reads.
        unsafe {
            asm!("mrrc p15, 1, {}, {}, c14", out(reg) low, out(reg) high, options(nomem, nostack, preserves_flags));
        }
        (u64::from(high) << 32) | u64::from(low)
    }

    /// Reads the physical counter; only where the kernel reads it, too, for others cannot.
    #[inline(always)]
    pub(crate) fn read_physical() -> u64 {
        let (low, high): (u32, u32);
        // SAFETY: Reads CNTPCT, as in `read`.
        unsafe {
            asm!("mrrc p15, 0, {}, {}, c14", out(reg) low, out(reg) high, options(nomem, nostack, preserves_flags));
        }
        (u64::from(high) << 32) | u64::from(low)
    }

    /// Everything before has completed, and nothing that follows has begun: also when one of the two reads a counter.
    /// (`dmb` orders accesses of memory only, and that is none.)
    #[inline(always)]
    pub(crate) fn fence() {
        // SAFETY: `dsb ish` and `isb`: the kernel's target for Rust is an older ARM, which lacks the names.
        unsafe { asm!(".inst 0xf57ff04b", ".inst 0xf57ff06f", options(nostack, preserves_flags)) };
    }
}
