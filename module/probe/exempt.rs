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
//!   may reach a probe in between, with the flag set and the old name, and exempt itself. So from then on each
//!   run of the watch sets the flag on all tasks that could pass.
//! * When a process is followed because one of its threads had a name, all its threads get the flag.
//!
//! 32-bit ARM decides whether to trace a return when the call is entered. So it does not trace the return from the
//! `execve` or the `prctl` that lets an exempt task pass. There the probe of `task_rename` records that return: both
//! calls return 0. (An `execve` that fails after it has given the name ends its process.) So that this return is
//! neither missed nor recorded twice, tasks on 32-bit ARM exempt themselves when they return.
//!
//! A filter by parent exempts no task: a parent's death changes the verdict, and no tracepoint reports the death in
//! time. Such a filter decides only about tasks that `pid`, `proc_name` and `follow` let pass.
//!
//! # Other tracers
//!
//! Another tracer that attaches to the same tracepoints later would not see the calls of exempt tasks: the kernel set
//! the flags when this module attached, and does not set them again. The watch (`other_tracers`) looks for other
//! tracers. It gives the flag back to every task when it finds one, and allows exemption again when it finds none.
//!
//! Before the probes are detached, every task gets the flag back, too. The kernel then clears all flags if no other
//! tracer is attached. If one is, it needs the flags.

use super::verdict::Verdict;
use crate::kernel_api::preempt::{wait_for_guards, PreemptGuard};
use crate::kernel_api::relaxed::RelaxedU32;
use crate::kernel_api::task::{self, CurrentTask, TaskRef};
use crate::shared::filter::FilteredTask;
use crate::shared::format::Comm;

/// No task was exempted yet. The flags are the kernel's: it may not have set them yet, and it never will if it refuses
/// the probes.
const NOT_YET: u32 = 0;
/// Tasks may exempt themselves.
const ON: u32 = 1;
/// No task may exempt itself any more. Every task has the flag or is about to get it; new tasks get it, too.
const OFF: u32 = 2;

/// Whether tasks may exempt themselves now.
pub(crate) struct Exemption {
    /// [`NOT_YET`], [`ON`] or [`OFF`].
    state: RelaxedU32,
    /// 1 if the watch has to repair flags.
    needs_repair: RelaxedU32,
}

impl Exemption {
    /// The state before probes are attached: no task is exempt.
    pub(crate) fn new() -> Self {
        Self { state: RelaxedU32::new(NOT_YET), needs_repair: RelaxedU32::new(0) }
    }

    /// Whether [`exempt`](Self::exempt) would exempt the running task.
    pub(crate) fn may_exempt(&self, verdict: &Verdict, current: &CurrentTask) -> bool {
        self.is_on() && !verdict.could_pass(current.tgid(), current.comm())
    }

    /// Exempts the running task, which did not pass, if it cannot pass. [`stop`](Self::stop) waits for the guard, so
    /// that the task does not clear its flag too late.
    pub(crate) fn exempt(&self, verdict: &Verdict, current: &CurrentTask, _guard: &PreemptGuard) {
        if self.may_exempt(verdict, current) {
            current.set_traced(false);
        }
    }

    /// Sets the flag of `child` if the child could pass, or if no task may exempt itself any more. To be called for
    /// every new task before it runs.
    pub(crate) fn handle_fork(&self, verdict: &Verdict, child: &TaskRef<'_>) {
        let is_due = match self.state.load() {
            NOT_YET => false,
            ON => verdict.could_pass(child.tgid(), child.comm()),
            _ => true,
        };
        if is_due {
            child.set_traced(true);
        }
    }

    /// Follows the process of `task` if that is due, and sets flags. To be called for every task that is about to get
    /// the name `comm`. Returns whether the task was exempt and is no more.
    pub(crate) fn handle_rename(&self, verdict: &Verdict, task: &TaskRef<'_>, comm: Comm) -> bool {
        let has_begun = self.state.load() != NOT_YET;
        if verdict.follow_renamed(task) {
            if has_begun {
                task::for_each(|thread| {
                    if thread.tgid() == task.tgid() {
                        thread.set_traced(true);
                    }
                });
            }
            // One of the threads may be about to exempt itself.
            self.needs_repair.store(1);
        }
        if !verdict.could_pass(task.tgid(), comm) {
            return false;
        }
        if !task.is_current() {
            // For ever: nothing reports when the task has the new name.
            self.needs_repair.store(1);
        }
        has_begun && !task.set_traced(true)
    }

    /// Goes back to [`NOT_YET`]. To be called before probes are attached.
    pub(crate) fn reset(&self) {
        self.state.store(NOT_YET);
    }

    /// Lets tasks exempt themselves from here on. The probe of forks and renames must be attached.
    pub(crate) fn start(&self) {
        self.state.store(ON);
    }

    /// Whether tasks may exempt themselves.
    pub(crate) fn is_on(&self) -> bool {
        self.state.load() == ON
    }

    /// Gives every task its flag back. The probe of forks and renames must still be attached.
    pub(crate) fn stop(&self) {
        self.state.store(OFF);
        // When the wait returns, no task exempts itself any more. New tasks, which the walk may miss, have the flag by
        // the time they run.
        wait_for_guards();
        task::for_each(|task| {
            task.set_traced(true);
        });
    }

    /// Gives the flag back to tasks that exempted themselves just before another thread let them pass.
    pub(crate) fn repair(&self, verdict: &Verdict) {
        if self.needs_repair.load() == 0 {
            return;
        }
        task::for_each(|task| {
            if verdict.could_pass(task.tgid(), task.comm()) {
                task.set_traced(true);
            }
        });
    }
}
