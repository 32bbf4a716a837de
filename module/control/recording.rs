// SPDX-License-Identifier: GPL-2.0

//! A recording: attaches its probes when it begins, detaches them when it ends.

#![forbid(unsafe_code)]

use crate::kernel_api::clock::{AnyTicks, DirectTicks, Ticks};
use crate::kernel_api::hooks::{Hooks, ProbeFunction};
use crate::kernel_api::kernel_info;
use crate::probe::context::ProbeContext;
use crate::probe::fast_path::{Enter, Exit, ReturnOnly};
use crate::probe::task_events::TaskEvents;
use crate::ring::SessionInfo;
use crate::shared::{format::Edges, selection::Selection, settings::Settings};
use kernel::{prelude::*, sync::Arc};

/// A recording that is under way. Dropping this ends it, and no probe of it runs any more then.
///
/// There is one recording at a time: all write to the same buffers, and each task's flag is set or cleared for one
/// filter.
pub(crate) struct Recording {
    call_probes: Hooks<ProbeContext>,
    task_probes: Hooks<ProbeContext>,
    /// Whether tasks may be exempt.
    exempts: bool,
    context: Arc<ProbeContext>,
}

impl Recording {
    /// Begins to record by the settings of `context`. No other recording may be under way.
    ///
    /// # Errors
    ///
    /// Those of [`Hooks::attach`].
    pub(crate) fn begin(context: Arc<ProbeContext>) -> Result<Self> {
        let Settings { selection: Selection { filter, follow, edges, args, .. }, exempt, .. } = context.settings;
        context.delivery.writers.begin_session(SessionInfo { session: kernel_info::random(), edges, has_args: args });
        let mut recording = Self {
            call_probes: Hooks::new(context.clone()),
            task_probes: Hooks::new(context.clone()),
            exempts: false,
            context: context.clone(),
        };
        context.exemption.reset();
        // Before anything depends on them.
        if (follow && !filter.is_empty()) || (exempt && filter.is_selective()) {
            recording.task_probes.attach(ProbeFunction::at_fork::<TaskEvents>())?;
            recording.task_probes.attach(ProbeFunction::at_rename::<TaskEvents>())?;
        }
        context.verdict.follow_descendants();
        if context.hot.clock.is_direct() {
            recording.attach_call_probes::<DirectTicks>()?;
        } else {
            recording.attach_call_probes::<AnyTicks>()?;
        }
        recording.exempts = exempt && filter.is_selective();
        if recording.exempts {
            ProbeContext::start_exemption(context.as_arc_borrow());
        }
        Ok(recording)
    }

    /// Attaches the probes of system calls that the settings need.
    fn attach_call_probes<T: Ticks>(&mut self) -> Result {
        let Selection { edges, .. } = self.context.settings.selection;
        if matches!(edges, Edges::Both) {
            // Exits first: then every entry that is recorded has its exit recorded, too.
            self.call_probes.attach(match self.context.settings.selection.looks_at_exits() {
                false => ProbeFunction::at_exit::<Exit<T, false>>(),
                true => ProbeFunction::at_exit::<Exit<T, true>>(),
            })?;
        }
        self.call_probes.attach(match (edges, self.context.settings.selection.looks_at_calls()) {
            (Edges::Both | Edges::Enter, false) => ProbeFunction::at_enter::<Enter<T, false>>(),
            (Edges::Both | Edges::Enter, true) => ProbeFunction::at_enter::<Enter<T, true>>(),
            (Edges::Exit, false) => ProbeFunction::at_exit::<ReturnOnly<T, false>>(),
            (Edges::Exit, true) => ProbeFunction::at_exit::<ReturnOnly<T, true>>(),
        })
    }

    /// What its probes use.
    pub(crate) fn context(&self) -> &ProbeContext {
        &self.context
    }

    /// Ends the recording. Returns what its probes used, so that it can begin again.
    pub(crate) fn end(self) -> Arc<ProbeContext> {
        self.context.clone()
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        if self.exempts {
            self.context.stop_exemption();
        }
        // Every task has its flag now, and every child gets it from its parent. If the probe of forks were still
        // attached, it might set a child's flag after the kernel has cleared all flags.
        self.task_probes.detach();
        self.call_probes.detach();
    }
}
