// SPDX-License-Identifier: GPL-2.0

//! Tasks: the running one, as probes see it, and all others.

use super::{arch, preempt::PreemptGuard};
use crate::shared::encode::Identity;
use crate::shared::filter::FilteredTask;
use crate::shared::format::{Comm, Task, COMM_BYTES};
use core::{marker::PhantomData, ops::Deref, ptr::NonNull};
use kernel::{bindings, sync::rcu};

/// A task that lives for `'a`.
///
/// # Invariants
///
/// Points to a task that is not freed during `'a`.
#[derive(Clone, Copy)]
pub(crate) struct TaskRef<'a> {
    raw: NonNull<bindings::task_struct>,
    _lives: PhantomData<&'a bindings::task_struct>,
}

/// The task that runs this code.
///
/// # Invariants
///
/// It is the running task; the value does not leave its thread.
#[derive(Clone, Copy)]
pub(crate) struct CurrentTask {
    task: TaskRef<'static>,
    _not_send: PhantomData<*const ()>,
}

impl CurrentTask {
    /// The running task.
    #[inline(always)]
    pub(crate) fn get() -> Self {
        // SAFETY: It is never null.
        let raw = unsafe { NonNull::new_unchecked(arch::current()) };
        // INVARIANT: By the contract of `arch::current()`. A task lives as long as it runs code; the value does not
        // leave its thread.
        Self { task: TaskRef { raw, _lives: PhantomData }, _not_send: PhantomData }
    }

    /// Turns preemption off.
    #[inline(always)]
    pub(crate) fn preempt_disable(self) -> PreemptGuard {
        PreemptGuard::new()
    }

    /// Whether a 32-bit program on a 64-bit kernel made the running call.
    #[inline(always)]
    pub(crate) fn is_32bit(&self) -> bool {
        // SAFETY: By the type invariants.
        unsafe { arch::is_32bit(self.raw.as_ptr()) }
    }

    /// Its ids and its name.
    #[inline(always)]
    pub(crate) fn identity(&self) -> Identity {
        // SAFETY: By the type invariants. The ids of a running task do not change, except for a thread that takes its
        // leader's place in `execve`, and that thread does it itself.
        let (tid, tgid) = unsafe { ((*self.raw.as_ptr()).pid as u32, (*self.raw.as_ptr()).tgid as u32) };
        Identity { ids: u64::from(tid) | (u64::from(tgid) << 32), comm: self.comm() }
    }

    /// The task as records name it; its `is_32bit` is the width of the running call.
    pub(crate) fn as_recorded(&self) -> Task {
        let Identity { ids, comm } = self.identity();
        Task { is_32bit: self.is_32bit(), tid: ids as u32, tgid: (ids >> 32) as u32, comm }
    }
}

impl Deref for CurrentTask {
    type Target = TaskRef<'static>;

    #[inline(always)]
    fn deref(&self) -> &TaskRef<'static> {
        &self.task
    }
}

impl TaskRef<'_> {
    /// The task at `raw`; `None` if that is null.
    ///
    /// # Safety
    ///
    /// `raw` is null or a task that lives while the value is used.
    pub(crate) unsafe fn from_raw(raw: *mut bindings::task_struct) -> Option<Self> {
        // INVARIANT: The caller promises it.
        NonNull::new(raw).map(|raw| Self { raw, _lives: PhantomData })
    }

    /// Whether it is the running task.
    pub(crate) fn is_current(&self) -> bool {
        self.raw.as_ptr() == arch::current()
    }

    /// Makes the task's system calls reach the tracepoints or not, from its next entry or return on. Returns whether
    /// they did before.
    pub(crate) fn set_traced(&self, traced: bool) -> bool {
        // SAFETY: By the type invariants the task lives. The kernel writes the word by atomic accesses only.
        // (`set_task_syscall_work()` and `clear_task_syscall_work()` are macros without bindings.)
        let before = unsafe {
            let flags = arch::work_flags(self.raw.as_ptr());
            #[cfg(target_pointer_width = "64")]
            if traced {
                bindings::atomic64_fetch_or(1 << arch::TRACED, flags.cast())
            } else {
                bindings::atomic64_fetch_andnot(1 << arch::TRACED, flags.cast())
            }
            #[cfg(target_pointer_width = "32")]
            if traced {
                bindings::atomic_fetch_or(1 << arch::TRACED, flags.cast())
            } else {
                bindings::atomic_fetch_andnot(1 << arch::TRACED, flags.cast())
            }
        };
        before & (1 << arch::TRACED) != 0
    }

    /// The leader of the parent's threads; `None` if the task was just released.
    fn parent_leader<'a>(&self, _rcu: &'a rcu::Guard) -> Option<TaskRef<'a>> {
        // SAFETY: By the type invariants the task lives. If it still has its pid (`pid_alive()`), it was not released
        // before the guard was made. So neither was its parent released, nor the leader of the parent's threads. These
        // two are never null and are freed only after an RCU grace period: they live until the guard goes.
        unsafe {
            if (&raw const (*self.raw.as_ptr()).thread_pid).read_volatile().is_null() {
                return None;
            }
            let parent = (&raw const (*self.raw.as_ptr()).real_parent).read_volatile();
            let leader = (&raw const (*parent).group_leader).read_volatile();
            TaskRef::from_raw(leader)
        }
    }

    /// Whether `is_wanted` holds for the task or for an ancestor of its process.
    pub(crate) fn descends_from(&self, mut is_wanted: impl FnMut(&TaskRef<'_>) -> bool) -> bool {
        let guard = rcu::read_lock();
        let mut task = *self;
        // No machine has more generations. The loop ends even if the tree changes meanwhile.
        for _ in 0..1024 {
            if is_wanted(&task) {
                return true;
            }
            if task.tgid() <= 1 {
                return false;
            }
            let Some(parent) = task.parent_leader(&guard) else { return false };
            task = parent;
        }
        false
    }
}

impl FilteredTask for TaskRef<'_> {
    #[inline(always)]
    fn tgid(&self) -> u32 {
        // SAFETY: By the type invariants the task lives; its process never changes.
        unsafe { (*self.raw.as_ptr()).tgid as u32 }
    }

    #[inline(always)]
    fn comm(&self) -> Comm {
        const _: () = assert!(bindings::TASK_COMM_LEN as usize == COMM_BYTES);
        const OFFSET: usize = core::mem::offset_of!(bindings::task_struct, comm);
        const _: () = assert!(OFFSET % 4 == 0);
        // SAFETY: By the type invariants the task lives. NULs pad the end of the name (`__set_task_comm()` of
        // `fs/exec.c`).
        let comm = unsafe { &raw const (*self.raw.as_ptr()).comm };
        // Read by words, since compilers read single bytes where they must respect alignment.
        if OFFSET % 8 == 0 && align_of::<bindings::task_struct>() % 8 == 0 {
            // SAFETY: The length is asserted and the alignment was tested. Another thread may be changing the name:
            // then this reads a mix of the old and the new one, once.
            unsafe { comm.cast::<Comm>().read_volatile() }
        } else {
            // SAFETY: The length and this alignment are asserted. As above for another thread.
            let [a, b, c, d] = unsafe { comm.cast::<[u32; 4]>().read_volatile() };
            [u64::from(a) | (u64::from(b) << 32), u64::from(c) | (u64::from(d) << 32)]
        }
    }

    fn parent(&self) -> (u32, Comm) {
        let guard = rcu::read_lock();
        // No process has the id 0 or an empty name.
        self.parent_leader(&guard).map_or((0, [0; 2]), |parent| (parent.tgid(), parent.comm()))
    }
}

/// Calls `visit` for every thread of every process. It may miss threads that begin or end meanwhile.
pub(crate) fn for_each(mut visit: impl FnMut(&TaskRef<'_>)) {
    let _rcu = rcu::read_lock();
    // SAFETY: This is `for_each_process_thread()` under RCU. While the guard lives, RCU keeps every task that is
    // reached from being freed, and with the task its `signal`. The lists are those that `kernel/fork.c` links tasks
    // into with `list_add_tail_rcu()`. Heads are not tasks.
    unsafe {
        let first = &raw mut bindings::init_task;
        let mut link = (&raw const (*first).tasks.next).read_volatile();
        while link != &raw mut (*first).tasks {
            let process = kernel::container_of!(link, bindings::task_struct, tasks);
            let head = &raw mut (*(*process).signal).thread_head;
            let mut next = (&raw const (*head).next).read_volatile();
            while next != head {
                if let Some(task) = TaskRef::from_raw(kernel::container_of!(next, bindings::task_struct, thread_node)) {
                    visit(&task);
                }
                next = (&raw const (*next).next).read_volatile();
            }
            link = (&raw const (*link).next).read_volatile();
        }
    }
}
