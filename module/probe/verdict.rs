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
    /// The processes that are recorded because an ancestor passed; `None` if descendants are not followed.
    pub(super) followed: Option<Arc<ProcessSet>>,
}

impl Verdict {
    /// Decides by `filter`. The processes of `followed` pass, too.
    // Written in place: a filter is large, and the kernel's stack is small.
    #[inline(always)]
    pub(crate) fn new(filter: TaskFilter, followed: Option<Arc<ProcessSet>>) -> Self {
        Self { filter, followed }
    }

    /// The set of followed processes. Another recording with an equal filter keeps it.
    pub(crate) fn followed(&self) -> Option<Arc<ProcessSet>> {
        self.followed.clone()
    }

    /// Whether `task` passes: its calls are recorded.
    pub(crate) fn passes(&self, task: &TaskRef<'_>) -> bool {
        self.passes_as(task, task.comm())
    }

    /// Whether `task` would pass under the name `comm`.
    pub(crate) fn passes_as(&self, task: &TaskRef<'_>, comm: Comm) -> bool {
        self.filter.matches_as(task, comm) || self.is_followed(task.tgid())
    }

    /// Whether threads of process `tgid` with the name `comm` can pass. Whether they do may depend on their parents.
    pub(crate) fn could_pass(&self, tgid: u32, comm: Comm) -> bool {
        self.filter.may_match(tgid, comm) || self.is_followed(tgid)
    }

    /// Whether the verdict on `task` holds until the task gets another name. The parent of a task can change at any
    /// time.
    pub(crate) fn holds_until_rename(&self, task: &TaskRef<'_>) -> bool {
        !self.filter.depends_on_parent() || self.is_followed(task.tgid())
    }

    fn is_followed(&self, tgid: u32) -> bool {
        self.followed.as_ref().is_some_and(|followed| followed.contains(tgid))
    }
}
