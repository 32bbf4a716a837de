// SPDX-License-Identifier: GPL-2.0

//! Keeps the set of followed processes up to date: the descendants of every process that has passed.

use super::verdict::Verdict;
use crate::kernel_api::task::{self, CurrentTask, TaskRef};
use crate::shared::filter::FilteredTask;

impl Verdict {
    /// Adds the descendants of all tasks that pass now to the followed processes. The probe of forks and renames must
    /// be attached.
    pub(crate) fn follow_descendants(&self) {
        let Some(followed) = &self.followed else { return };
        task::for_each(|task| {
            if task.descends_from(|ancestor| self.passes(ancestor)) {
                followed.set(task.tgid(), true);
            }
        });
    }

    /// Follows the process of `child` if `parent` passes. Called for every new task before it runs. Returns whether a
    /// followed process had this process id before: a CPU may remember that it passes.
    pub(crate) fn follow_child(&self, parent: &CurrentTask, child: &TaskRef<'_>) -> bool {
        let mut was_followed = false;
        if let Some(followed) = &self.followed {
            if child.tgid() != parent.tgid() {
                // In this order: `follow_descendants` may come to the parent and the child in between.
                was_followed = followed.set(child.tgid(), false);
                if self.passes(parent) {
                    followed.set(child.tgid(), true);
                }
            }
        }
        was_followed
    }

    /// Follows the process of `task`, which is about to get another name, if the task passes now. Returns whether the
    /// process was not followed before.
    pub(crate) fn follow_renamed(&self, task: &TaskRef<'_>) -> bool {
        self.followed.as_ref().is_some_and(|followed| self.passes(task) && !followed.set(task.tgid(), true))
    }
}
