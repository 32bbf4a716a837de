// SPDX-License-Identifier: GPL-2.0

//! A recording: attaches its probes when it begins, detaches them when it ends.

#![forbid(unsafe_code)]

use crate::kernel_api::arch::RETURN_NEEDS_ENTRY;
use crate::kernel_api::call_hooks::CallHooks;
use crate::kernel_api::clock::{AnyTicks, DirectTicks, Ticks};
use crate::kernel_api::hooks::{Hooks, ProbeFunction};
use crate::probe::context::ProbeContext;
use crate::probe::fast_path;
use crate::probe::other_tracers::ExemptionScope;
use crate::probe::task_events::TaskEvents;
use crate::shared::{format::Edges, selection::Selection, settings::Settings};
use kernel::{prelude::*, sync::Arc};

/// A recording that is under way. Dropping this ends it. Then no probe writes to the buffers for it any more; a thread
/// that sleeps in a probe finds out that its recording is over.
///
/// There is one recording at a time: all write to the same buffers, and each task's flag is set or cleared for one
/// filter.
pub(crate) struct Recording {
    call_probes: CallHooks<ProbeContext>,
    task_probes: Hooks<ProbeContext>,
    /// `None` if no task is exempt.
    exemption: Option<ExemptionScope>,
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
        context.delivery.begin_session(context.hot.clock, edges, args);
        let mut recording = Self {
            call_probes: CallHooks::new(context.clone()),
            task_probes: Hooks::new(context.clone()),
            exemption: None,
            context: context.clone(),
        };
        let exempts = exempt != Some(false) && filter.is_selective();
        // Before anything depends on them.
        recording.task_probes.attach(ProbeFunction::at_fork::<TaskEvents>())?;
        recording.task_probes.attach(ProbeFunction::at_rename::<TaskEvents>())?;
        if exempts && RETURN_NEEDS_ENTRY {
            recording.task_probes.attach(ProbeFunction::at_exec::<TaskEvents>())?;
        }
        if follow {
            recording.task_probes.attach(ProbeFunction::at_exit_of_process::<TaskEvents>())?;
        }
        context.verdict.follow_descendants();
        recording.exemption = exempts.then(|| ExemptionScope::new(&context.exemption));
        if context.hot.clock.is_direct() {
            recording.attach_call_probes::<DirectTicks>()?;
        } else {
            recording.attach_call_probes::<AnyTicks>()?;
        }
        if let Some(exemption) = &mut recording.exemption {
            exemption.start(exempt == Some(true));
        }
        Ok(recording)
    }

    /// Attaches the probes of system calls that the settings need.
    fn attach_call_probes<T: Ticks>(&mut self) -> Result {
        let selection = self.context.settings.selection;
        if matches!(selection.edges, Edges::Both) {
            // Exits first: then every entry that is recorded has its exit recorded, too.
            self.call_probes.attach(fast_path::exit::<T>(selection.looks_at_exits()))?;
        }
        self.call_probes.attach(match selection.edges {
            Edges::Both | Edges::Enter => fast_path::enter::<T>(selection.looks_at_calls()),
            Edges::Exit => fast_path::return_only::<T>(selection.looks_at_calls()),
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
        if let Some(exemption) = &mut self.exemption {
            exemption.stop();
        }
        self.task_probes.detach();
        if let Some(exemption) = &mut self.exemption {
            exemption.end();
        }
        // The probe of renames may have scheduled some, whether tasks may be exempt or not.
        self.context.wait_for_work();
        // Every task has its flag now, and every child gets it from its parent. If the probe of forks were still
        // attached, it might set a child's flag after the kernel has cleared all flags.
        self.call_probes.detach();
        self.context.wait_for_reports();
    }
}
