// SPDX-License-Identifier: GPL-2.0

//! Tasks: the running one, as probes see it, and all others.

use super::{arch, preempt::PreemptGuard};
use crate::shared::filter::FilteredTask;
use crate::shared::format::{Comm, Task, COMM_BYTES};
use core::{marker::PhantomData, ops::Deref, ptr::NonNull};
use kernel::{bindings, prelude::*, sync::rcu};

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

    /// Whether seccomp or a ptracer may refuse its system calls. The kernel traces the return from a refused call, and
    /// no entry (`syscall_trace_enter()`).
    #[inline]
    pub(crate) fn may_be_refused(&self) -> bool {
        // SAFETY: By the type invariants. The task sets the first word itself, a ptracer the second one, which is a
        // word.
        unsafe {
            let task = self.raw.as_ptr();
            #[cfg(CONFIG_SECCOMP)]
            if (&raw const (*task).seccomp.mode).read_volatile() != 0 {
                return true;
            }
            (&raw const (*task).ptrace).read_volatile() != 0
        }
    }

    /// The task as records name it; its `is_32bit` is the width of the running call.
    pub(crate) fn as_recorded(&self) -> Task {
        Task { is_32bit: self.is_32bit(), tid: self.tid(), tgid: self.tgid(), comm: self.comm() }
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

    /// Calls `visit` for every thread of the task's process. It may miss threads that begin or end meanwhile.
    pub(crate) fn for_each_thread(&self, mut visit: impl FnMut(&TaskRef<'_>)) {
        let _rcu = rcu::read_lock();
        // SAFETY: This is `for_each_thread()` under RCU. By the type invariants the task lives, and with it its
        // `signal`. While the guard lives, RCU keeps every thread that is reached from being freed. The list is the one
        // that `kernel/fork.c` links threads into with `list_add_tail_rcu()`. Its head is not a thread.
        unsafe {
            let head = &raw mut (*(*self.raw.as_ptr()).signal).thread_head;
            let mut link = (&raw const (*head).next).read_volatile();
            while link != head {
                if let Some(task) = TaskRef::from_raw(kernel::container_of!(link, bindings::task_struct, thread_node)) {
                    visit(&task);
                }
                link = (&raw const (*link).next).read_volatile();
            }
        }
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

impl TaskRef<'_> {
    /// Thread id, of the initial pid namespace.
    #[inline(always)]
    pub(crate) fn tid(&self) -> u32 {
        // SAFETY: By the type invariants the task lives. The id of a running task does not change, except for a thread
        // that takes its leader's place in `execve`, and that thread does it itself.
        unsafe { (*self.raw.as_ptr()).pid as u32 }
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
    for_each_process(|process| process.for_each_thread(&mut visit));
}

/// Calls `visit` for the first thread of every process. It may miss processes that begin or end meanwhile.
///
/// All of it is one read-side section of RCU. That is no longer than what the kernel does, with more locked, for the
/// first and the last probe of system calls (`syscall_regfunc()` of `kernel/tracepoint.c`).
pub(crate) fn for_each_process(mut visit: impl FnMut(&TaskRef<'_>)) {
    let _rcu = rcu::read_lock();
    // SAFETY: This is `for_each_process()` under RCU. While the guard lives, RCU keeps every task that is reached from
    // being freed. The list is the one that `kernel/fork.c` links tasks into with `list_add_tail_rcu()`. Its head is no
    // process that a program has.
    unsafe {
        let first = &raw mut bindings::init_task;
        let mut link = (&raw const (*first).tasks.next).read_volatile();
        while link != &raw mut (*first).tasks {
            if let Some(process) = TaskRef::from_raw(kernel::container_of!(link, bindings::task_struct, tasks)) {
                visit(&process);
            }
            link = (&raw const (*link).next).read_volatile();
        }
    }
}

/// Whether there is a process `tgid` that has not ended.
pub(crate) fn is_process(tgid: u32) -> bool {
    let _rcu = rcu::read_lock();
    // SAFETY: While the guard lives, RCU keeps the task that is found from being freed, and with it its `signal`.
    // `live` counts the threads that have not ended; an `atomic_t` is a number.
    unsafe {
        let pid = bindings::find_pid_ns(tgid as c_int, &raw mut bindings::init_pid_ns);
        let task = bindings::pid_task(pid, bindings::pid_type_PIDTYPE_TGID);
        !task.is_null() && (&raw const (*(*task).signal).live.counter).read_volatile() > 0
    }
}
