// SPDX-License-Identifier: GPL-2.0

//! A recording under way: the probes that are attached, and what they use.

#![forbid(unsafe_code)]

use crate::kernel_api::clock::{AnyTicks, DirectTicks, Ticks};
use crate::kernel_api::hooks::{Hooks, ProbeFunction};
use crate::kernel_api::kernel_info;
use crate::probe::{Enter, Exit, Return, Tasks};
use crate::pure::{format::Edges, settings::Settings};
use crate::ring::SessionInfo;
use crate::tracer::Tracer;
use kernel::{prelude::*, sync::Arc};

/// A recording. It ends when dropped; no probe of it runs any more then.
///
/// There is one at a time: all write to the same buffers, and each task's flag is set or cleared for one filter.
pub(crate) struct Recording {
    calls: Hooks<Tracer>,
    tasks: Hooks<Tracer>,
    spares: bool,
    tracer: Arc<Tracer>,
}

impl Recording {
    /// Begins what `tracer` is for. No other recording may be under way.
    ///
    /// # Errors
    ///
    /// Those of [`Hooks::attach`].
    pub(crate) fn begin(tracer: Arc<Tracer>) -> Result<Self> {
        let Settings { filter, follow, exempt, edges, args, .. } = tracer.settings;
        tracer.delivery.writers.begin(SessionInfo { session: kernel_info::random(), edges, has_args: args });
        let mut recording = Self {
            calls: Hooks::new(tracer.clone()),
            tasks: Hooks::new(tracer.clone()),
            spares: false,
            tracer: tracer.clone(),
        };
        tracer.spare.reset();
        // Before anything depends on them.
        if (follow && !filter.is_empty()) || (exempt && filter.is_selective()) {
            recording.tasks.attach(ProbeFunction::at_fork::<Tasks>())?;
            recording.tasks.attach(ProbeFunction::at_rename::<Tasks>())?;
        }
        tracer.spare.follow();
        if tracer.means.clock.is_direct() {
            recording.attach_calls::<DirectTicks>()?;
        } else {
            recording.attach_calls::<AnyTicks>()?;
        }
        recording.spares = exempt && filter.is_selective();
        if recording.spares {
            Tracer::start_sparing(tracer.as_arc_borrow());
        }
        Ok(recording)
    }

    fn attach_calls<T: Ticks>(&mut self) -> Result {
        let Settings { edges, .. } = self.tracer.settings;
        if matches!(edges, Edges::Both) {
            // Exits first: every entry that is seen then has its exit seen, too.
            self.calls.attach(match self.tracer.settings.looks_at_exits() {
                false => ProbeFunction::at_exit::<Exit<T, false>>(),
                true => ProbeFunction::at_exit::<Exit<T, true>>(),
            })?;
        }
        self.calls.attach(match (edges, self.tracer.settings.looks_at_calls()) {
            (Edges::Both | Edges::Enter, false) => ProbeFunction::at_enter::<Enter<T, false>>(),
            (Edges::Both | Edges::Enter, true) => ProbeFunction::at_enter::<Enter<T, true>>(),
            (Edges::Exit, false) => ProbeFunction::at_exit::<Return<T, false>>(),
            (Edges::Exit, true) => ProbeFunction::at_exit::<Return<T, true>>(),
        })
    }

    /// What it is for.
    pub(crate) fn tracer(&self) -> &Tracer {
        &self.tracer
    }

    /// Ends the recording. Gives what it was for, so that it can begin again.
    pub(crate) fn end(self) -> Arc<Tracer> {
        self.tracer.clone()
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        if self.spares {
            self.tracer.stop_sparing();
        }
        // Every task has its flag now, and so will every child. Had we still an eye on forks, we might set a
        // child's flag after the kernel has cleared all.
        self.tasks.detach();
        self.calls.detach();
    }
}
