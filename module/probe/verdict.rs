// SPDX-License-Identifier: GPL-2.0

//! The verdict on a task: whether it is recorded.

use super::process_set::ProcessSet;
use crate::kernel_api::task::TaskRef;
use crate::shared::filter::{FilteredTask, TaskFilter};
use crate::shared::format::Comm;
use kernel::sync::Arc;

/// Decides which tasks are recorded: those that the filter matches, and all threads of followed processes.
pub(crate) struct Verdict {
    filter: TaskFilter,
    /// The processes that are recorded because an ancestor is; `None` if descendants are not followed.
    pub(super) followed: Option<Arc<ProcessSet>>,
}

impl Verdict {
    /// Verdicts by `filter`; the processes of `followed` pass, too.
    pub(crate) fn new(filter: TaskFilter, followed: Option<Arc<ProcessSet>>) -> Self {
        Self { filter, followed }
    }

    /// The followed processes, for another recording with the same filter.
    pub(crate) fn followed(&self) -> Option<Arc<ProcessSet>> {
        self.followed.clone()
    }

    /// Whether `task` passes: its calls are recorded.
    pub(crate) fn passes(&self, task: &TaskRef<'_>) -> bool {
        self.will_pass(task, task.comm())
    }

    /// Whether `task` passes when it has the name `comm`.
    pub(crate) fn will_pass(&self, task: &TaskRef<'_>, comm: Comm) -> bool {
        self.filter.matches_as(task, comm) || self.is_followed(task.tgid())
    }

    /// Whether threads of process `tgid` with the name `comm` can pass. Whether they do may depend on their parents.
    pub(crate) fn could_pass(&self, tgid: u32, comm: Comm) -> bool {
        self.filter.may_match(tgid, comm) || self.is_followed(tgid)
    }

    /// Whether the verdict on `task` holds until the task gets another name.
    pub(crate) fn is_lasting(&self, task: &TaskRef<'_>) -> bool {
        !self.filter.depends_on_parent() || self.is_followed(task.tgid())
    }

    fn is_followed(&self, tgid: u32) -> bool {
        self.followed.as_ref().is_some_and(|followed| followed.contains(tgid))
    }
}
