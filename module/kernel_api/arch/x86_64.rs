// SPDX-License-Identifier: GPL-2.0

//! x86-64.

use crate::shared::format::{Machine, MAX_ARGS};
use core::arch::asm;
use kernel::{bindings, prelude::*};

/// What packet headers say.
pub(crate) const MACHINE: Machine = Machine::X86_64;

/// The running task, valid for as long as the caller runs (`arch/x86/include/asm/current.h`).
#[inline(always)]
pub(crate) fn current() -> *mut bindings::task_struct {
    let task;
    // SAFETY: Reads a per-CPU variable that holds the running task's address everywhere in the kernel.
    unsafe {
        asm!(
            "movq %gs:{current}(%rip), {task}",
            current = sym bindings::current_task,
            task = out(reg) task,
            options(att_syntax, pure, readonly, nostack, preserves_flags),
        );
    }
    task
}

#[cfg(not(CONFIG_SMP))]
compile_error!("on x86-64 syscall_record needs CONFIG_SMP: without it tasks do not know their CPU");

/// Since Linux 7.3 the bit that requests a reschedule is in a word of its own, above the count. One instruction tests
/// both (`CONFIG_HAS_SEPARATE_PREEMPT_RESCHED_BITS`).
#[cfg(CONFIG_PREEMPT_COUNT)]
const IS_WIDE: bool = {
    const fn size<T>(_: *const T) -> usize {
        core::mem::size_of::<T>()
    }
    size(&raw const bindings::__preempt_count) == 8
};

/// What [`preempt_disable`] hands to [`preempt_count_dec_and_test`]: nothing.
#[derive(Clone, Copy)]
pub(crate) struct PreemptCount;

/// `preempt_disable()` (`arch/x86/include/asm/preempt.h`).
#[inline(always)]
pub(crate) fn preempt_disable() -> PreemptCount {
    #[cfg(CONFIG_PREEMPT_COUNT)]
    // SAFETY: One instruction adds to the count of the CPU that executes it, as in C. It is a barrier for the compiler:
    // neither `nomem` nor `preserves_flags`.
    unsafe {
        if IS_WIDE {
            asm!("incq %gs:{count}(%rip)", count = sym bindings::__preempt_count, options(att_syntax, nostack));
        } else {
            asm!("incl %gs:{count}(%rip)", count = sym bindings::__preempt_count, options(att_syntax, nostack));
        }
    }
    PreemptCount
}

/// `preempt_count_dec_and_test()`: says whether a reschedule is due and possible.
///
/// # Safety
///
/// Pairs with a [`preempt_disable`].
#[inline(always)]
pub(crate) unsafe fn preempt_count_dec_and_test(PreemptCount: PreemptCount) -> bool {
    #[cfg(CONFIG_PREEMPT_COUNT)]
    {
        let resched: u8;
        // SAFETY: As in `preempt_disable`. The result is zero if the count is zero and a reschedule is due: the bit
        // above the count is clear then.
        unsafe {
            if IS_WIDE {
                asm!(
                    "decq %gs:{count}(%rip)",
                    "sete {resched}",
                    count = sym bindings::__preempt_count,
                    resched = out(reg_byte) resched,
                    options(att_syntax, nostack),
                );
            } else {
                asm!(
                    "decl %gs:{count}(%rip)",
                    "sete {resched}",
                    count = sym bindings::__preempt_count,
                    resched = out(reg_byte) resched,
                    options(att_syntax, nostack),
                );
            }
        }
        resched != 0
    }
    #[cfg(not(CONFIG_PREEMPT_COUNT))]
    false
}

/// Whether the running system call came by a 32-bit entry.
///
/// # Safety
///
/// `task` is the running task.
#[inline(always)]
pub(crate) unsafe fn is_32bit(task: *const bindings::task_struct) -> bool {
    // SAFETY: The running task exists; only it writes its status.
    let status = unsafe { (&raw const (*task).thread_info.status).read_volatile() };
    status & bindings::TS_COMPAT != 0
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
        // Stores are never reordered with what comes before them; the compiler must be told.
        asm!("movl {value:e}, ({place})", value = in(reg) value, place = in(reg) place, options(att_syntax, nostack, preserves_flags));
    }
}

/// The bit that makes a task's system calls reach the tracepoints.
pub(crate) const TRACED: u32 = bindings::syscall_work_bit_SYSCALL_WORK_BIT_SYSCALL_TRACEPOINT;

/// The word that holds [`TRACED`].
///
/// # Safety
///
/// `task` is a task.
pub(crate) unsafe fn work_flags(task: *mut bindings::task_struct) -> *mut c_ulong {
    // SAFETY: The caller promises that it is one.
    unsafe { &raw mut (*task).thread_info.syscall_work }
}

/// The registers that carry arguments, in the kernel's own width.
pub(crate) type Args = [u64; MAX_ARGS];

/// The registers of a program in a system call.
#[derive(Clone, Copy)]
pub(crate) struct Registers<'a>(pub(crate) &'a bindings::pt_regs);

impl Registers<'_> {
    /// The arguments, in the order of registers.
    #[inline(always)]
    pub(crate) fn args(self, is_32bit: bool) -> Args {
        let regs = self.0;
        if is_32bit {
            [regs.bx, regs.cx, regs.dx, regs.si, regs.di, regs.bp].map(|register| u64::from(register as u32))
        } else {
            [regs.di, regs.si, regs.dx, regs.r10, regs.r8, regs.r9].map(|register| register as u64)
        }
    }

    /// Argument `index`, 0 to 5; 0 for others.
    #[inline(always)]
    pub(crate) fn arg(self, is_32bit: bool, index: usize) -> u64 {
        let regs = self.0;
        let register = match (is_32bit, index) {
            (false, 0) | (true, 4) => regs.di,
            (false, 1) | (true, 3) => regs.si,
            (_, 2) => regs.dx,
            (false, 3) => regs.r10,
            (false, 4) => regs.r8,
            (false, 5) => regs.r9,
            (true, 0) => regs.bx,
            (true, 1) => regs.cx,
            (true, 5) => regs.bp,
            _ => 0,
        };
        register as u64
    }

    /// The number of the system call (`syscall_get_nr()`, `arch/x86/include/asm/syscall.h`).
    #[inline(always)]
    pub(crate) fn number(self) -> u64 {
        self.0.orig_ax as u64
    }
}

/// The time stamp counter.
pub(crate) struct Counter;

impl Counter {
    /// What the log calls it.
    pub(crate) const NAME: &'static str = "TSC";

    /// The kernel's number for a clock that counts it.
    pub(crate) const CLOCKSOURCE: bindings::clocksource_ids = bindings::clocksource_ids_CSID_X86_TSC;

    /// A tick is 7 to 15 ns long, so that deltas stay small.
    pub(crate) const MAX_HERTZ: u64 = 1 << 27;

    /// A function that reads the counter. `None` where the kernel found that CPUs disagree.
    pub(crate) fn reader() -> Option<unsafe extern "C" fn() -> u64> {
        // SAFETY: Only reads what the kernel found.
        if unsafe { bindings::check_tsc_unstable() } != 0 {
            return None;
        }
        Some(Self::read_c)
    }

    /// # Safety
    ///
    /// Nothing: only the type of [`reader`](Self::reader) demands an `unsafe` function.
    unsafe extern "C" fn read_c() -> u64 {
        Self::read()
    }

    /// Any name: the kernel has no other way to read the counter, and [`reader`](Self::reader) returns one function.
    pub(crate) const DIRECT: &'static [&'static CStr] = &[c""];

    /// There is no other counter.
    pub(crate) const PHYSICAL: Option<&'static CStr> = None;

    /// The frequency of the counter, 0 if the kernel could not find it out.
    pub(crate) fn hertz() -> u64 {
        // SAFETY: Written while the kernel booted.
        u64::from(unsafe { bindings::tsc_khz }) * 1000
    }

    /// Reads the counter by one instruction.
    #[inline(always)]
    pub(crate) fn read() -> u64 {
        let (low, high): (u32, u32);
        // SAFETY: Reads a counter without side effects; not `pure`, for the value changes between reads.
        unsafe { asm!("rdtsc", out("eax") low, out("edx") high, options(nomem, nostack, preserves_flags)) };
        (u64::from(high) << 32) | u64::from(low)
    }

    /// As [`read`](Self::read).
    #[inline(always)]
    pub(crate) fn read_physical() -> u64 {
        Self::read()
    }

    /// Everything before has completed, and nothing that follows has begun: also when one of the two reads the counter.
    #[inline(always)]
    pub(crate) fn fence() {
        // SAFETY: A barrier.
        unsafe { asm!("lfence", options(nostack, preserves_flags)) };
    }
}
