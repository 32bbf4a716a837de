// SPDX-License-Identifier: GPL-2.0

//! Who reaches the tracepoints at all.
//!
//! The first probe of `sys_enter` or `sys_exit` makes the kernel set a flag on every task, and every task
//! pays for that at every call. Here tasks that cannot pass the filter are *spared*: they lose the flag.
//!
//! # A spared task is one that spared itself
//!
//! Nobody takes the flag from another task. A task that reaches a probe and that the filter excludes by its
//! process and its name clears its own, with preemption off. As it is in a system call of its own, it is
//! not just forking, in `execve` or renaming itself; what it is can change afterwards only, and then it
//! gets the flag back before it makes another call:
//!
//! * a child gets a copy of its parent's flag (`syscall_tracepoint_update()` of `kernel/fork.c`), and
//!   `sched_process_fork` sets it, before the child runs, if the child could pass though its parent cannot:
//!   it has the process id that is asked for, or is followed;
//! * a task that gets another name gets the flag from `task_rename` if it could pass with that name. The
//!   tracepoint comes just before the name changes. If the task gives the name itself (`execve`, `prctl`)
//!   it makes no call in between. If another thread of its process gives it (`/proc/PID/task/TID/comm`), it
//!   may reach a probe in between with the flag set and the old name, and spare itself: so from then on the
//!   watch sets the flag, time and again, on all tasks that could pass;
//! * when a process is followed because one of its threads had a name, all its threads get the flag.
//!
//! Where the kernel decides about the return when a call is entered (32-bit ARM), it does not tell of the return
//! from the `execve` or the `prctl` that lets a spared task pass. The probe of `task_rename` then tells it: both
//! return 0. (An `execve` that fails after it has given the name ends its process.) For this to be neither missed nor
//! told twice, tasks spare themselves there when they return.
//!
//! A filter by parent takes part in none of this: a parent's death, of which no tracepoint tells in time,
//! changes what it says. It only decides about those whom `pid`, `proc_name` and `follow` let pass.
//!
//! # Other tracers
//!
//! A tracer that attaches to the same tracepoints while we are would see no calls of spared tasks: the
//! kernel set the flags when we came, not when it came. The watch looks for others every
//! [`WATCH_EVERY_MS`], gives the flag back to every task when there are some, and lets tasks be spared
//! again when there are none.
//!
//! Before we detach, every task gets the flag back, too. The kernel then clears all of them if we were the
//! last, and if not the others need them.

#![forbid(unsafe_code)]

use crate::follow::Followed;
use crate::kernel_api::preempt::wait_for_guards;
use crate::kernel_api::preempt::PreemptGuard;
use crate::kernel_api::relaxed::RelaxedU32;
use crate::kernel_api::task::{self, Current, TaskRef};
use crate::pure::filter::{Filter, Subject};
use crate::pure::format::Comm;
use kernel::sync::Arc;

/// How often the watch looks for other tracers.
pub(crate) const WATCH_EVERY_MS: u32 = 1000;

/// Nobody was spared yet: flags are the kernel's, which may not have given them out, nor ever will if it does not take the
/// probes.
const NOT_YET: u32 = 0;
/// Tasks may spare themselves.
const ON: u32 = 1;
/// None may any more: every task has the flag, or gets it, new ones, too.
const OFF: u32 = 2;

/// Who may be recorded, and who is spared.
pub(crate) struct Spare {
    filter: Filter,
    followed: Option<Arc<Followed>>,
    /// [`NOT_YET`], [`ON`] or [`OFF`].
    on: RelaxedU32,
    /// 1: the watch has to repair.
    repairs: RelaxedU32,
}

impl Spare {
    /// Nobody is spared yet.
    pub(crate) fn new(filter: Filter, followed: Option<Arc<Followed>>) -> Self {
        Self { filter, followed, on: RelaxedU32::new(NOT_YET), repairs: RelaxedU32::new(0) }
    }

    /// Who is followed: to be handed on where the same filter stays in force.
    pub(crate) fn followed(&self) -> Option<Arc<Followed>> {
        self.followed.clone()
    }

    /// Whether the filter lets `task` pass.
    pub(crate) fn passes(&self, task: &TaskRef<'_>) -> bool {
        self.will_pass(task, task.comm())
    }

    /// Whether a verdict of [`passes`](Self::passes) holds until the task gets another name.
    pub(crate) fn is_lasting(&self, task: &TaskRef<'_>) -> bool {
        !self.filter.is_fleeting() || self.is_followed(task.tgid())
    }

    fn is_followed(&self, tgid: u32) -> bool {
        self.followed.as_ref().is_some_and(|followed| followed.contains(tgid))
    }

    /// Whether the filter may let pass threads of process `tgid` with that name.
    fn could_pass(&self, tgid: u32, comm: Comm) -> bool {
        self.filter.may_match(tgid, comm) || self.is_followed(tgid)
    }

    /// Whether [`spare`](Self::spare) would spare the running task.
    pub(crate) fn may_spare(&self, current: &Current) -> bool {
        self.is_on() && !self.could_pass(current.tgid(), current.comm())
    }

    /// Spares the running task, which did not pass, if it could not. The guard keeps it from being late:
    /// [`stop`](Self::stop) waits for it.
    pub(crate) fn spare(&self, current: &Current, _guard: &PreemptGuard) {
        if self.may_spare(current) {
            current.set_traced(false);
        }
    }

    /// To be told of every new task before it runs. Returns whether its process id was that of a followed
    /// process, whose verdict may be remembered.
    pub(crate) fn forked(&self, parent: &Current, child: &TaskRef<'_>) -> bool {
        let mut reused = false;
        if let Some(followed) = &self.followed {
            if child.tgid() != parent.tgid() {
                // In this order: `follow` may come to the parent and the child in between.
                reused = followed.set(child.tgid(), false);
                if self.passes(parent) {
                    followed.set(child.tgid(), true);
                }
            }
        }
        let is_due = match self.on.load() {
            NOT_YET => false,
            ON => self.could_pass(child.tgid(), child.comm()),
            _ => true,
        };
        if is_due {
            child.set_traced(true);
        }
        reused
    }

    /// Whether the filter will let `task` pass when it has the name `comm`.
    pub(crate) fn will_pass(&self, task: &TaskRef<'_>, comm: Comm) -> bool {
        self.filter.matches_as(task, comm) || self.is_followed(task.tgid())
    }

    /// To be told of every task that is about to get the name `comm`. Returns whether it was spared and is no
    /// more.
    pub(crate) fn renamed(&self, task: &TaskRef<'_>, comm: Comm) -> bool {
        let has_begun = self.on.load() != NOT_YET;
        if let Some(followed) = &self.followed {
            if self.passes(task) && !followed.set(task.tgid(), true) {
                if has_begun {
                    task::for_each(|thread| {
                        if thread.tgid() == task.tgid() {
                            thread.set_traced(true);
                        }
                    });
                }
                // One of them may be about to spare itself.
                self.repairs.store(1);
            }
        }
        if !self.could_pass(task.tgid(), comm) {
            return false;
        }
        if !task.is_current() {
            // For ever: nothing tells when the new name is there.
            self.repairs.store(1);
        }
        has_begun && !task.set_traced(true)
    }

    /// Follows the descendants of who passes now, beside those who are followed already. Forks and renames must be told
    /// by now.
    pub(crate) fn follow(&self) {
        let Some(followed) = &self.followed else { return };
        task::for_each(|thread| {
            if thread.descends_from(|ancestor| self.passes(ancestor)) {
                followed.set(thread.tgid(), true);
            }
        });
    }

    /// Flags are the kernel's: to be told before probes are attached.
    pub(crate) fn reset(&self) {
        self.on.store(NOT_YET);
    }

    /// Lets tasks be spared from here on. Forks and renames must be told by now.
    pub(crate) fn start(&self) {
        self.on.store(ON);
    }

    /// Whether tasks may be spared.
    pub(crate) fn is_on(&self) -> bool {
        self.on.load() == ON
    }

    /// Gives every task its flag back. Forks must still be told.
    pub(crate) fn stop(&self) {
        self.on.store(OFF);
        // From here on no task spares itself, and new tasks have the flag by the time they run: those that
        // the walk misses.
        wait_for_guards();
        task::for_each(|thread| {
            thread.set_traced(true);
        });
    }

    /// Gives the flag back to those who spared themselves just before another thread let them pass.
    pub(crate) fn repair(&self) {
        if self.repairs.load() == 0 {
            return;
        }
        task::for_each(|thread| {
            if self.could_pass(thread.tgid(), thread.comm()) {
                thread.set_traced(true);
            }
        });
    }
}
