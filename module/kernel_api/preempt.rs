// SPDX-License-Identifier: GPL-2.0

//! Turns preemption off and on, and waits for code that runs with preemption off.

use super::arch;
use core::marker::PhantomData;
use kernel::bindings;

/// Preemption is off while this value lives: the code stays on its CPU, no other task runs there in between, and RCU
/// waits for the code.
///
/// # Invariants
///
/// - A task made it, not an interrupt: only tasks call probes of system calls.
/// - It is the only guard of its task: a probe makes it, and nothing that the probe calls makes another.
pub(crate) struct PreemptGuard {
    before: arch::PreemptCount,
    _not_send: PhantomData<*const ()>,
}

impl PreemptGuard {
    /// Turns preemption off. `CurrentTask::preempt_disable` calls this: only a task has a `CurrentTask`.
    #[inline(always)]
    pub(super) fn new() -> Self {
        // INVARIANT: The caller is a task. A probe makes one guard, and passes it on to what it calls.
        Self { before: arch::preempt_disable(), _not_send: PhantomData }
    }

    /// The CPU that runs this code, below the number of possible CPUs.
    #[inline(always)]
    pub(crate) fn cpu(&self) -> usize {
        // SAFETY: The running task is a live one. By the type invariants its CPU does not change.
        unsafe { (&raw const (*arch::current()).thread_info.cpu).read_volatile() as usize }
    }

    /// Turns preemption on again, as dropping does. (Compilers that make code small may drop by a call.)
    #[inline(always)]
    pub(crate) fn enable(self) {
        let before = self.before;
        core::mem::forget(self);
        // SAFETY: As in `drop`, which does not run for this guard.
        unsafe { preempt_enable(before) };
    }
}

impl Drop for PreemptGuard {
    #[inline(always)]
    fn drop(&mut self) {
        // SAFETY: `new` turned preemption off and noted the count. By the type invariants no other guard was made
        // since.
        unsafe { preempt_enable(self.before) };
    }
}

/// `preempt_enable()`, in C a macro without a binding.
///
/// # Safety
///
/// As for [`arch::preempt_count_dec_and_test`].
#[inline(always)]
unsafe fn preempt_enable(before: arch::PreemptCount) {
    // SAFETY: The caller promises it.
    let is_reschedule_due = unsafe { arch::preempt_count_dec_and_test(before) };
    #[cfg(CONFIG_PREEMPTION)]
    if is_reschedule_due {
        preempt_schedule();
    }
    #[cfg(not(CONFIG_PREEMPTION))]
    let _ = is_reschedule_due;
}

/// Reschedules.
#[cfg(CONFIG_PREEMPTION)]
#[cold]
#[inline(never)]
fn preempt_schedule() {
    // SAFETY: Callable from any context; it returns at once where preemption is not possible.
    unsafe { bindings::preempt_schedule() }
}

/// Waits until all code that runs with preemption off at this moment has turned it on again: tens of milliseconds.
/// Every [`PreemptGuard`] that lives now is gone when this returns. May sleep.
pub(crate) fn wait_for_guards() {
    // SAFETY: Called where sleeping is possible. RCU waits for all code that runs with preemption off.
    unsafe { bindings::synchronize_rcu() };
}
