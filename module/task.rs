// SPDX-License-Identifier: GPL-2.0

//! Tasks: the running one, as the probes see it, and all others.

use crate::arch;
use crate::pure::encode::Identity;
use crate::pure::filter::Subject;
use crate::pure::format::{Comm, Task, COMM_BYTES};
use core::{marker::PhantomData, ops::Deref, ptr::NonNull};
use kernel::{bindings, sync::rcu};

/// A task that lives for `'a`.
///
/// # Invariants
///
/// Points to a task that is not freed during `'a`.
#[derive(Clone, Copy)]
pub(crate) struct Thread<'a> {
    raw: NonNull<bindings::task_struct>,
    _lives: PhantomData<&'a bindings::task_struct>,
}

/// The task that runs this code.
///
/// # Invariants
///
/// It is the running task; the value does not leave its thread.
#[derive(Clone, Copy)]
pub(crate) struct Current {
    thread: Thread<'static>,
    _not_send: PhantomData<*const ()>,
}

/// Preemption is off while this lives: the code stays on its CPU, no other task runs there in between,
/// and RCU waits for it.
///
/// # Invariants
///
/// - It was made by a task, not in an interrupt: probes of system calls are called by tasks alone.
/// - It is the only one of its task: a probe makes it, and nothing that it calls makes another.
pub(crate) struct PreemptGuard {
    before: arch::PreemptCount,
    _not_send: PhantomData<*const ()>,
}

impl PreemptGuard {
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
        // SAFETY: As in `drop`, which does not come after this.
        unsafe { arch::preempt_enable(before) };
    }
}

impl Drop for PreemptGuard {
    #[inline(always)]
    fn drop(&mut self) {
        // SAFETY: Whoever made the guard disabled preemption and noted the count. By the type invariants no
        // other guard was made since.
        unsafe { arch::preempt_enable(self.before) };
    }
}

impl Current {
    /// The running task.
    #[inline(always)]
    pub(crate) fn get() -> Self {
        // SAFETY: It is never null.
        let raw = unsafe { NonNull::new_unchecked(arch::current()) };
        // INVARIANT: By the contract of `arch::current()`. A task lives as long as it runs code; the value
        // does not leave its thread.
        Self { thread: Thread { raw, _lives: PhantomData }, _not_send: PhantomData }
    }

    /// Turns preemption off.
    #[inline(always)]
    pub(crate) fn preempt_disable(self) -> PreemptGuard {
        PreemptGuard { before: arch::preempt_disable(), _not_send: PhantomData }
    }

    /// Whether the running call is a 32-bit program's on a 64-bit kernel.
    #[inline(always)]
    pub(crate) fn is_32bit(&self) -> bool {
        // SAFETY: By the type invariants.
        unsafe { arch::is_32bit(self.raw.as_ptr()) }
    }

    /// What it is told from others by.
    #[inline(always)]
    pub(crate) fn identity(&self) -> Identity {
        // SAFETY: By the type invariants; the ids of a running task do not change, except for a thread
        // that takes its leader's place in `execve`, which does so itself.
        let (tid, tgid) = unsafe { ((*self.raw.as_ptr()).pid as u32, (*self.raw.as_ptr()).tgid as u32) };
        Identity { ids: u64::from(tid) | (u64::from(tgid) << 32), comm: self.comm() }
    }

    /// How records name it; `is_32bit` is the width of the running call.
    pub(crate) fn task(&self) -> Task {
        let Identity { ids, comm } = self.identity();
        Task { is_32bit: self.is_32bit(), tid: ids as u32, tgid: (ids >> 32) as u32, comm }
    }
}

impl Deref for Current {
    type Target = Thread<'static>;

    #[inline(always)]
    fn deref(&self) -> &Thread<'static> {
        &self.thread
    }
}

impl Thread<'_> {
    /// The task at `raw`.
    ///
    /// # Safety
    ///
    /// It is one, and lives while the value is used.
    pub(crate) unsafe fn from_raw(raw: *mut bindings::task_struct) -> Option<Self> {
        // INVARIANT: The caller promises it.
        NonNull::new(raw).map(|raw| Self { raw, _lives: PhantomData })
    }

    /// Whether it is the running task.
    pub(crate) fn is_current(&self) -> bool {
        self.raw.as_ptr() == arch::current()
    }

    /// Has the task's system calls reach the tracepoints, from the next edge on, or not; says whether they did.
    pub(crate) fn set_traced(&self, traced: bool) -> bool {
        // SAFETY: By the type invariants the task lives; the word is atomic wherever the kernel writes it.
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

    /// Its parent, or rather the leader of the parent's threads; none if the task was just released.
    fn parent_of<'a>(&self, _rcu: &'a rcu::Guard) -> Option<Thread<'a>> {
        // SAFETY: By the type invariants the task lives. If it still has its pid (`pid_alive()`), it was not
        // released before the guard was made; then neither was its parent, nor the leader of the parent's
        // threads, which are never null and are freed only after an RCU grace period: they live until the
        // guard goes.
        unsafe {
            if (&raw const (*self.raw.as_ptr()).thread_pid).read_volatile().is_null() {
                return None;
            }
            let parent = (&raw const (*self.raw.as_ptr()).real_parent).read_volatile();
            let leader = (&raw const (*parent).group_leader).read_volatile();
            Thread::from_raw(leader)
        }
    }

    /// Whether it or an ancestor of its process is such a task.
    pub(crate) fn descends_from(&self, mut is_such: impl FnMut(&Thread<'_>) -> bool) -> bool {
        let guard = rcu::read_lock();
        let mut thread = *self;
        // More generations than any machine has; ends even if the tree changes meanwhile.
        for _ in 0..1024 {
            if is_such(&thread) {
                return true;
            }
            if thread.tgid() <= 1 {
                return false;
            }
            let Some(parent) = thread.parent_of(&guard) else { return false };
            thread = parent;
        }
        false
    }
}

impl Subject for Thread<'_> {
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
        // SAFETY: By the type invariants the task lives. Its tail is padded with NULs
        // (`__set_task_comm()` of `fs/exec.c`).
        let comm = unsafe { &raw const (*self.raw.as_ptr()).comm };
        // By words, since compilers read bytes one by one where alignment must be respected.
        if OFFSET % 8 == 0 && align_of::<bindings::task_struct>() % 8 == 0 {
            // SAFETY: As long and as aligned as was tested. Another thread may be changing it: then old
            // and new come mixed, once.
            unsafe { comm.cast::<Comm>().read_volatile() }
        } else {
            // SAFETY: As above.
            let [a, b, c, d] = unsafe { comm.cast::<[u32; 4]>().read_volatile() };
            [u64::from(a) | (u64::from(b) << 32), u64::from(c) | (u64::from(d) << 32)]
        }
    }

    fn parent(&self) -> (u32, Comm) {
        let guard = rcu::read_lock();
        // Nobody has the id 0, nor an empty name.
        self.parent_of(&guard).map_or((0, [0; 2]), |parent| (parent.tgid(), parent.comm()))
    }
}

/// Calls `visit` for every thread of every process. Those that begin or end meanwhile may be missed.
pub(crate) fn for_each(mut visit: impl FnMut(&Thread<'_>)) {
    let _rcu = rcu::read_lock();
    // SAFETY: This is `for_each_process_thread()` under RCU, which keeps all tasks that are reached from
    // being freed, and with them their `signal`, while the guard lives. The lists are those that
    // `kernel/fork.c` links tasks into with `list_add_tail_rcu()`; heads are not tasks.
    unsafe {
        let first = &raw mut bindings::init_task;
        let mut link = (&raw const (*first).tasks.next).read_volatile();
        while link != &raw mut (*first).tasks {
            let process = kernel::container_of!(link, bindings::task_struct, tasks);
            let head = &raw mut (*(*process).signal).thread_head;
            let mut next = (&raw const (*head).next).read_volatile();
            while next != head {
                if let Some(thread) = Thread::from_raw(kernel::container_of!(next, bindings::task_struct, thread_node))
                {
                    visit(&thread);
                }
                next = (&raw const (*next).next).read_volatile();
            }
            link = (&raw const (*link).next).read_volatile();
        }
    }
}
