// SPDX-License-Identifier: GPL-2.0

//! The running task, as the probes see it.

use crate::arch;
use crate::pure::filter::Subject;
use crate::pure::format::{Comm, Task, COMM_BYTES};
use core::marker::PhantomData;
use kernel::bindings;

/// The task that runs this code.
///
/// # Invariants
///
/// `raw` is the running task; the value does not leave its thread.
#[derive(Clone, Copy)]
pub(crate) struct Current {
    raw: *const bindings::task_struct,
    _not_send: PhantomData<*const ()>,
}

/// Preemption is off while this lives: the code stays on its CPU, no other task runs there in between,
/// and RCU waits for it.
///
/// # Invariants
///
/// It was made by a task, not in an interrupt: probes of system calls are called by tasks alone.
pub(crate) struct PreemptGuard {
    cpu: usize,
    _not_send: PhantomData<*const ()>,
}

impl PreemptGuard {
    /// The CPU that runs this code.
    #[inline(always)]
    pub(crate) fn cpu(&self) -> usize {
        self.cpu
    }
}

impl Drop for PreemptGuard {
    #[inline(always)]
    fn drop(&mut self) {
        // SAFETY: Whoever made the guard disabled preemption.
        unsafe { arch::preempt_enable() };
    }
}

impl Current {
    /// The running task.
    #[inline(always)]
    pub(crate) fn get() -> Self {
        // INVARIANT: By the contract of `arch::current()`.
        Self { raw: arch::current(), _not_send: PhantomData }
    }

    /// Turns preemption off.
    #[inline(always)]
    pub(crate) fn preempt_disable(self) -> PreemptGuard {
        arch::preempt_disable();
        // SAFETY: By the type invariants, `raw` is a live task. Its CPU does not change from here on.
        let cpu = unsafe { (&raw const (*self.raw).thread_info.cpu).read_volatile() };
        PreemptGuard { cpu: cpu as usize, _not_send: PhantomData }
    }

    /// How records name the task; `is_32bit` is the width of the running call.
    #[inline(always)]
    pub(crate) fn identity(&self) -> Task {
        Task {
            // SAFETY: By the type invariants.
            is_32bit: unsafe { arch::is_32bit(self.raw) },
            // SAFETY: By the type invariants; the ids of a running task do not change, except for a
            // thread that takes its leader's place in `execve`, which does so itself.
            tid: unsafe { (*self.raw).pid } as u32,
            tgid: self.tgid(),
            comm: self.comm(),
        }
    }
}

impl Subject for Current {
    #[inline(always)]
    fn tgid(&self) -> u32 {
        // SAFETY: As for the tid in `identity`.
        unsafe { (*self.raw).tgid as u32 }
    }

    #[inline(always)]
    fn comm(&self) -> Comm {
        // SAFETY: By the type invariants, `raw` is a live task.
        unsafe { comm(self.raw) }
    }

    fn parent(&self) -> (u32, Comm) {
        let _rcu = kernel::sync::rcu::read_lock();
        // SAFETY: By the type invariants, `raw` is a live task. Its parent, and the leader of the
        // parent's threads, are freed only after an RCU grace period: they live until the guard goes.
        unsafe {
            let parent = (&raw const (*self.raw).real_parent).read_volatile();
            let leader = (&raw const (*parent).group_leader).read_volatile();
            ((*leader).tgid as u32, comm(leader))
        }
    }
}

/// The name of `task`, which another thread may be changing: then old and new come mixed, once.
///
/// # Safety
///
/// `task` is a live task.
#[inline(always)]
unsafe fn comm(task: *const bindings::task_struct) -> Comm {
    const _: () = assert!(bindings::TASK_COMM_LEN as usize == COMM_BYTES);
    // By 32-bit words: compilers read bytes one by one where alignment must be respected.
    const _: () = assert!(core::mem::offset_of!(bindings::task_struct, comm) % 4 == 0);
    // SAFETY: The caller promises that the task lives; the field is as long and as aligned as asserted.
    // The kernel pads the name with NULs to the end (`__set_task_comm()` of `fs/exec.c`).
    let [a, b, c, d] = unsafe { (&raw const (*task).comm).cast::<[u32; 4]>().read_volatile() };
    [u64::from(a) | (u64::from(b) << 32), u64::from(c) | (u64::from(d) << 32)]
}
