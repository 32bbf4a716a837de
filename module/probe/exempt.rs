// SPDX-License-Identifier: GPL-2.0

//! Which tasks do not reach the tracepoints at all.
//!
//! The first probe of `sys_enter` or `sys_exit` makes the kernel set a flag on every task. Every task with the flag
//! pays for it at every call. Here tasks that cannot pass the filter become *exempt*: they lose the flag.
//!
//! # A task exempts only itself
//!
//! No task takes the flag from another one. A task that reaches a probe, and that the filter excludes by its process
//! and its name, clears its own flag with preemption off. The task is in a system call of its own, so at that moment it
//! does not fork, call `execve` or rename itself. Its process and its name can change only afterwards, and then the
//! task gets the flag back before it makes another call:
//!
//! * A child gets a copy of its parent's flag (`syscall_tracepoint_update()` of `kernel/fork.c`). The probe of
//!   `sched_process_fork` sets the child's flag, before the child runs, if the child could pass though its parent
//!   cannot: if it has the process id that the filter names, or if it is followed.
//! * A task that gets another name gets the flag from the probe of `task_rename` if it could pass with that name. The
//!   kernel calls that tracepoint just before the name changes. If the task gives the name itself (`execve`, `prctl`),
//!   it makes no call in between. If another thread of its process gives the name (`/proc/PID/task/TID/comm`), the task
//!   may reach a probe in between, with the flag set and the old name, and exempt itself. So such a name *pauses*
//!   exemption, for all tasks, until seconds have passed without another such name. Exempt tasks stay exempt meanwhile.
//! * When a process is followed because one of its threads had a name, all its threads get the flag.
//!
//! 32-bit ARM decides whether to trace a return when the call is entered. So it does not trace the return from the
//! `execve` or the `prctl` that lets an exempt task pass. There the probes of `sched_process_exec` and `task_rename`
//! record that return: both calls return 0. So that this return is neither missed nor recorded twice, tasks on 32-bit
//! ARM exempt themselves when they return.
//!
//! A filter by parent exempts no task: a parent's death changes the verdict, and no tracepoint reports the death in
//! time. Such a filter decides only about tasks that `pid`, `proc_name` and `follow` let pass.
//!
//! # Giving flags back
//!
//! Another tracer that attaches to the same tracepoints would not see the calls of exempt tasks: the kernel set the
//! flags for the first probe, and does not set them again. So before the probe of another tracer is registered
//! (`other_tracers`), every task gets the flag back: [`Exemption::prohibit`]. No call that begins after the other
//! tracer has attached is missed, because of three full barriers:
//!
//! * **Tasks that exempt themselves.** `prohibit` changes the state, passes a barrier, and sets all flags. A task
//!   clears its flag, passes a barrier, and looks at the state once more: if tasks may no longer exempt themselves, or
//!   if it could pass by now, it sets its flag again, before its call ends. If the task still sees the old state, it
//!   has cleared its flag before `prohibit` sets it.
//! * **New tasks.** The parent links the child into the list of tasks, gives it a copy of its own flag, passes a
//!   barrier, and looks at the state (`handle_fork`). If it still sees the old state, `prohibit` comes to the child
//!   afterwards. Otherwise the parent sets the child's flag.
//! * **The second tracer.** If tasks are prohibited already, but a flag may still be missing, `prohibit` sets all flags
//!   itself and does not rely on the one that has begun to.
//!
//! Before the probes are detached, every task gets the flag back, too. The kernel then clears all flags if no other
//! tracer is attached. If one is, it needs the flags.

use super::verdict::Verdict;
use crate::kernel_api::preempt::{wait_for_guards, PreemptGuard};
use crate::kernel_api::relaxed::{full_barrier, RelaxedU32};
use crate::kernel_api::task::{self, CurrentTask, TaskRef};
use crate::shared::filter::FilteredTask;
use crate::shared::format::Comm;
use kernel::{new_delayed_work, prelude::*, sync::Arc, workqueue::DelayedWork};

/// The bits of the state that say whether tasks may exempt themselves: one of the five values that follow.
const PHASE: u32 = 7;
/// No task was exempted yet. The flags are the kernel's: it may not have set them yet, and it never will if it refuses
/// the probes.
const NOT_YET: u32 = 0;
/// Tasks may exempt themselves.
const ON: u32 = 1;
/// No task may exempt itself. Some may lack their flag still.
const STOPPING: u32 = 2;
/// No task may exempt itself. Every task has the flag; new tasks get it, too.
const OFF: u32 = 3;
/// As [`OFF`], until the next recording.
const OVER: u32 = 4;

/// No task may exempt itself for a while, because a thread gave another one a name.
const PAUSED: u32 = 1 << 3;
/// That has happened since the work that ends a pause ran last.
const RENAMED: u32 = 1 << 4;

/// One registration of another tracer's that is under way. There are fewer than 128: see `maxactive` in
/// `module/kprobes.c`.
const ONE_UNDER_WAY: u32 = 1 << 5;
const UNDER_WAY: u32 = 0x7f << 5;
/// One registration that has begun. Their number wraps.
const ONE_BEGUN: u32 = 1 << 12;

/// Whether tasks may exempt themselves now.
#[pin_data]
pub(crate) struct Exemption {
    /// [`PHASE`], [`PAUSED`], [`RENAMED`], and the registrations of other tracers: under way, and begun so far.
    state: RelaxedU32,
    /// 1 if the log says that another tracer is there.
    pub(super) is_company_logged: RelaxedU32,
    /// Looks for other tracers.
    #[pin]
    pub(super) look: DelayedWork<Exemption, 2>,
    /// Ends a pause.
    #[pin]
    pub(super) resume: DelayedWork<Exemption, 3>,
}

impl Exemption {
    /// The state before probes are attached: no task is exempt.
    ///
    /// # Errors
    ///
    /// `ENOMEM`.
    pub(crate) fn new() -> Result<Arc<Self>> {
        Arc::pin_init(
            pin_init!(Self {
                state: RelaxedU32::new(NOT_YET),
                is_company_logged: RelaxedU32::new(0),
                look <- new_delayed_work!("Exemption::look"),
                resume <- new_delayed_work!("Exemption::resume"),
            }),
            GFP_KERNEL,
        )
    }

    /// Whether [`exempt`](Self::exempt) would exempt the running task.
    pub(crate) fn may_exempt(&self, verdict: &Verdict, current: &CurrentTask) -> bool {
        self.is_on() && !verdict.could_pass(current.tgid(), current.comm())
    }

    /// Exempts the running task, which did not pass, if it cannot pass. [`end`](Self::end) waits for the guard, so that
    /// the task does not set its flag too late.
    pub(crate) fn exempt(&self, verdict: &Verdict, current: &CurrentTask, _guard: &PreemptGuard) {
        if !self.may_exempt(verdict, current) {
            return;
        }
        // A full barrier, too.
        current.set_traced(false);
        if !self.may_exempt(verdict, current) {
            current.set_traced(true);
        }
    }

    /// Sets the flag of `child` if the child could pass, or if no task may exempt itself any more. To be called for
    /// every new task before it runs.
    pub(crate) fn handle_fork(&self, verdict: &Verdict, child: &TaskRef<'_>) {
        full_barrier();
        let is_due = match self.state.load() & PHASE {
            NOT_YET => false,
            ON => verdict.could_pass(child.tgid(), child.comm()),
            _ => true,
        };
        if is_due {
            child.set_traced(true);
        }
    }

    /// Follows the process of `task`, which is about to get another name, if that is due.
    pub(crate) fn follow_renamed(&self, verdict: &Verdict, task: &TaskRef<'_>) {
        // A full barrier: a thread that does not see yet that it is followed has cleared its flag before this sets it.
        if verdict.follow_renamed(task) && self.has_begun() {
            task.for_each_thread(|thread| {
                thread.set_traced(true);
            });
        }
    }

    /// Follows the process of `task` if that is due, and sets flags. To be called for every task that is about to get
    /// the name `comm`, except by an `execve` for which `handle_exec` is called.
    pub(crate) fn handle_rename(&self, verdict: &Verdict, task: &TaskRef<'_>, comm: Comm) -> Rename {
        self.follow_renamed(verdict, task);
        if !verdict.could_pass(task.tgid(), comm) {
            return Rename { was_exempt: false, pauses: false };
        }
        let pauses = !task.is_current();
        if pauses {
            // A full barrier: a task that does not see it has cleared its flag before this sets it.
            self.state.set_bits(PAUSED | RENAMED);
        }
        Rename { was_exempt: self.has_begun() && !task.set_traced(true), pauses }
    }

    /// Sets the flag of the running task, which has begun another program, if it could pass. Returns whether the task
    /// was exempt and is no more.
    pub(crate) fn handle_exec(&self, verdict: &Verdict, current: &CurrentTask) -> bool {
        verdict.could_pass(current.tgid(), current.comm()) && self.has_begun() && !current.set_traced(true)
    }

    fn has_begun(&self) -> bool {
        self.state.load() & PHASE != NOT_YET
    }

    /// Goes back to [`NOT_YET`]. To be called before probes are attached, and while nobody notices registrations.
    pub(super) fn reset(&self) {
        self.state.store(NOT_YET);
    }

    /// Says that the kernel has set all flags: its probes are attached.
    pub(super) fn begin(&self) {
        self.state.update(|state| (state & PHASE == NOT_YET).then_some(state | OFF));
    }

    /// Whether a recording exempts tasks, or would if no other tracer were there.
    pub(super) fn is_wanted(&self) -> bool {
        matches!(self.state.load() & PHASE, ON | STOPPING | OFF)
    }

    /// Whether tasks may exempt themselves.
    #[inline(always)]
    pub(crate) fn is_on(&self) -> bool {
        self.state.load() & (PHASE | PAUSED) == ON
    }

    /// The state, for [`permit`](Self::permit). `None` if tasks may exempt themselves already, or must not because
    /// another tracer is about to attach.
    pub(super) fn before_permit(&self) -> Option<u32> {
        // Acquire: what the caller looks at next, it looks at later.
        let state = self.state.load_acquire();
        (state & (PHASE | UNDER_WAY) == OFF).then_some(state)
    }

    /// Lets tasks exempt themselves from here on, unless anything has changed since the state was `before`: another
    /// tracer may have come. The probe of forks and renames must be attached. Returns whether tasks may.
    pub(super) fn permit(&self, before: u32) -> bool {
        self.state.update(|state| (state == before).then_some(state & !PHASE | ON)) == before
    }

    /// Gives every task its flag back. Tasks may no longer exempt themselves. The probe of forks must be attached.
    pub(super) fn prohibit(&self) {
        self.prohibit_with(|state| state);
    }

    /// Notes that another tracer is about to attach, and [prohibits](Self::prohibit) exemption.
    pub(super) fn note_registering(&self) {
        self.prohibit_with(|state| state.wrapping_add(ONE_BEGUN + ONE_UNDER_WAY));
    }

    /// Notes that another tracer has attached, or failed to.
    pub(super) fn note_registered(&self) {
        self.state.update(|state| Some(state.wrapping_sub(ONE_UNDER_WAY)));
    }

    fn prohibit_with(&self, note: impl Fn(u32) -> u32) {
        let stopped = |state: u32| if state & PHASE == ON { state & !PHASE | STOPPING } else { state };
        let before = self.state.update(|state| Some(note(stopped(state))));
        if matches!(before & PHASE, ON | STOPPING) {
            give_flags_back();
            self.state.update(|state| (state & PHASE == STOPPING).then_some(state & !PHASE | OFF));
        }
    }

    /// Gives every task its flag back, for good. The probe of forks and renames must still be attached.
    pub(super) fn stop(&self) {
        let before = self.state.update(|state| (state & PHASE != NOT_YET).then_some(state & !PHASE | OVER));
        if matches!(before & PHASE, ON | STOPPING) {
            give_flags_back();
        }
    }

    /// Gives tasks their flag that [`stop`](Self::stop) could not give it to. To be called when the probe of forks and
    /// renames is detached, and before the probes of system calls are.
    ///
    /// `stop` may come to a parent just after the parent has copied its own flag, and the parent may come to the
    /// tracepoint of forks when no probe is attached any more. By now that child is in the list of tasks.
    pub(super) fn end(&self) {
        if self.state.load() & PHASE != OVER {
            return;
        }
        // Who copied the flag or looked at the state before `stop` has finished when this returns: both happen with
        // preemption off.
        wait_for_guards();
        give_flags_back();
    }

    /// Ends a pause if no thread has given another one a name since the last call. Returns whether the pause goes on.
    pub(super) fn try_end_pause(&self) -> bool {
        let before = self.state.update(|state| match state & (PAUSED | RENAMED) {
            0 => None,
            PAUSED => Some(state & !PAUSED),
            _ => Some(state & !RENAMED),
        });
        before & RENAMED != 0
    }
}

/// Sets the flag of every task.
fn give_flags_back() {
    task::for_each(|task| {
        task.set_traced(true);
    });
}

/// What [`Exemption::handle_rename`] found.
pub(crate) struct Rename {
    /// The task was exempt, and is no more.
    pub(crate) was_exempt: bool,
    /// Exemption is paused: see [`Exemption::resume_later`].
    pub(crate) pauses: bool,
}
