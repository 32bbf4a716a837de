// SPDX-License-Identifier: GPL-2.0

//! Looks for other tracers of system calls, and exempts no task while one is attached.

use super::context::ProbeContext;
use crate::kernel_api::work;
use kernel::{
    prelude::*,
    sync::{Arc, ArcBorrow},
    time::msecs_to_jiffies,
    workqueue::{self, impl_has_delayed_work, WorkItem},
};

/// How often the watch looks for other tracers.
const WATCH_EVERY_MS: u32 = 1000;

impl_has_delayed_work! {
    impl HasDelayedWork<Self, 2> for ProbeContext { self.watch }
}

impl WorkItem<2> for ProbeContext {
    type Pointer = Arc<Self>;

    fn run(this: Arc<Self>) {
        Self::look(this.as_arc_borrow());
    }
}

impl ProbeContext {
    /// Begins to exempt tasks that cannot pass, and to watch for other tracers. All probes must be attached.
    pub(crate) fn start_exemption(this: ArcBorrow<'_, Self>) {
        this.is_watch_over.store(0);
        if !Self::has_others(this) {
            this.exemption.start();
        }
        Self::look_later(this);
    }

    /// Ends the exemption of tasks, and the watch. When this returns, no task is exempt any more. The probe of forks
    /// and renames must still be attached.
    pub(crate) fn stop_exemption(&self) {
        self.is_watch_over.store(1);
        // Twice: the first run may have scheduled another one before it saw that the watch is over.
        work::wait_delayed(&self.watch);
        work::wait_delayed(&self.watch);
        self.exemption.stop();
    }

    /// Whether other tracers have attached to the tracepoints of system calls.
    fn has_others(this: ArcBorrow<'_, Self>) -> bool {
        this.watched.as_ref().is_none_or(|tracepoints| tracepoints.iter().any(|it| it.has_others(this)))
    }

    /// Looks for other tracers, and schedules the next look.
    fn look(this: ArcBorrow<'_, Self>) {
        if this.is_watch_over.load() != 0 {
            return;
        }
        let has_others = Self::has_others(this);
        if has_others && this.exemption.is_on() {
            this.exemption.stop();
            pr_info!("another tracer is there: no process is exempt until it leaves\n");
        } else if !has_others && !this.exemption.is_on() {
            this.exemption.start();
            pr_info!("no other tracer is there any more: processes that cannot match are exempt again\n");
        }
        this.exemption.repair(&this.verdict);
        Self::look_later(this);
    }

    fn look_later(this: ArcBorrow<'_, Self>) {
        let delay = msecs_to_jiffies(WATCH_EVERY_MS);
        let _ = workqueue::system_long().enqueue_delayed::<_, 2>(Arc::from(this), delay);
    }
}
