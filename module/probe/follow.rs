// SPDX-License-Identifier: GPL-2.0

//! Keeps the set of followed processes up to date: the descendants of every process that has passed.

use super::verdict::Verdict;
use crate::kernel_api::task::{self, CurrentTask, TaskRef};
use crate::shared::filter::FilteredTask;

impl Verdict {
    /// Adds the descendants of all tasks that pass now to the followed processes. Forgets processes that have ended
    /// since an earlier recording, with an equal filter, followed them. The probe of forks, renames and exits must be
    /// attached.
    ///
    /// Between two recordings no probe is attached. A child that was born then is found as a descendant, unless its
    /// parent has ended, too.
    pub(crate) fn follow_descendants(&self) {
        let Some(followed) = &self.followed else { return };
        followed.retain(task::is_process);
        task::for_each_process(|process| {
            let mut passes = process.descends_from(|ancestor| self.passes(ancestor));
            if !passes {
                // All threads of a process have the same ancestors.
                process.for_each_thread(|thread| passes |= self.passes(thread));
            }
            if passes {
                followed.set(process.tgid(), true);
            }
        });
    }

    /// Follows the process of `child` if `parent` passes. Called for every new task before it runs.
    pub(crate) fn follow_child(&self, parent: &CurrentTask, child: &TaskRef<'_>) {
        if let Some(followed) = &self.followed {
            if child.tgid() != parent.tgid() {
                // In this order: `follow_descendants` may come to the parent and the child in between.
                followed.set(child.tgid(), false);
                if self.passes(parent) {
                    followed.set(child.tgid(), true);
                }
            }
        }
    }

    /// Forgets the process of `task`, whose last thread ends.
    pub(crate) fn process_ends(&self, task: &TaskRef<'_>) {
        if let Some(followed) = &self.followed {
            if followed.contains(task.tgid()) {
                followed.set(task.tgid(), false);
            }
        }
    }

    /// Follows the process of `task`, which is about to get another name, if the task passes now. Returns whether the
    /// process was not followed before.
    pub(crate) fn follow_renamed(&self, task: &TaskRef<'_>) -> bool {
        self.followed.as_ref().is_some_and(|followed| self.passes(task) && !followed.set(task.tgid(), true))
    }
}
