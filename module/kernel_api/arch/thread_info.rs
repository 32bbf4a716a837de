// SPDX-License-Identifier: GPL-2.0

//! For 32-bit ARM and arm64, which keep the count of preemption and the flags of a task in `struct thread_info`.

#[cfg(CONFIG_PREEMPT_COUNT)]
use super::imp;
#[cfg(CONFIG_PREEMPT_COUNT)]
use core::sync::atomic::{compiler_fence, Ordering};
use kernel::{bindings, ffi::c_ulong};

/// What [`preempt_disable`] hands to [`preempt_count_dec_and_test`]: the count before, if the kernel has one.
#[derive(Clone, Copy)]
pub(crate) struct PreemptCount(#[cfg(CONFIG_PREEMPT_COUNT)] u32);

/// `preempt_disable()` (`include/asm-generic/preempt.h`, `arch/arm64/include/asm/preempt.h`).
#[inline(always)]
pub(crate) fn preempt_disable() -> PreemptCount {
    #[cfg(CONFIG_PREEMPT_COUNT)]
    {
        let count = imp::preempt_count();
        // SAFETY: The running task exists. Only the task itself writes the count; an interrupt between the read and the
        // write leaves the count as it found it.
        let before = unsafe {
            let before = count.read_volatile();
            count.write_volatile(before.wrapping_add(1));
            before
        };
        compiler_fence(Ordering::SeqCst);
        PreemptCount(before)
    }
    #[cfg(not(CONFIG_PREEMPT_COUNT))]
    PreemptCount()
}

/// `preempt_count_dec_and_test()`, by writing the count of before: says whether a reschedule is due and possible.
///
/// # Safety
///
/// Pairs with a [`preempt_disable`], which returned `before`. Whatever turned preemption off in between has turned it
/// on again.
#[inline(always)]
pub(crate) unsafe fn preempt_count_dec_and_test(before: PreemptCount) -> bool {
    #[cfg(CONFIG_PREEMPT_COUNT)]
    {
        let PreemptCount(before) = before;
        compiler_fence(Ordering::SeqCst);
        // SAFETY: As in `preempt_disable`.
        unsafe { imp::preempt_count().write_volatile(before) };
        imp::is_reschedule_due(before)
    }
    #[cfg(not(CONFIG_PREEMPT_COUNT))]
    {
        let _ = before;
        false
    }
}

/// The bit that makes a task's system calls reach the tracepoints.
pub(crate) const TRACED: u32 = bindings::TIF_SYSCALL_TRACEPOINT;

/// The word that holds [`TRACED`].
///
/// # Safety
///
/// `task` is a task.
pub(crate) unsafe fn work_flags(task: *mut bindings::task_struct) -> *mut c_ulong {
    // SAFETY: The caller promises that it is one.
    unsafe { &raw mut (*task).thread_info.flags }
}
