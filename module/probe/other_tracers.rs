// SPDX-License-Identifier: GPL-2.0

//! Exempts no task while another tracer of system calls is attached.
//!
//! Kprobes tell of every other tracer before its probe is registered ([`RegistrationWatch`]), and when its probe has
//! gone. Then a look tells whether another one is left. So no task is exempt from the moment another tracer attaches,
//! and no timer runs for long.
//!
//! A tracer that was there before is found when the recording begins. A registration that began just before the kprobes
//! were there, and had not put its probe in place when the recording began, is found by one more look, a second later.

use super::exempt::Exemption;
use crate::kernel_api::kprobe::{self, RegistrationListener, RegistrationWatch};
use crate::kernel_api::tracepoint::Tracepoint;
use crate::kernel_api::work;
use kernel::{
    prelude::*,
    sync::{Arc, ArcBorrow},
    time::msecs_to_jiffies,
    workqueue::{self, impl_has_delayed_work, WorkItem},
};

/// How long after another tracer has come or gone to look what is there.
const LOOK_AFTER_MS: u32 = 100;
/// How long after the beginning of the recording to look for a tracer that nothing told of.
const LOOK_AGAIN_AFTER_MS: u32 = 1000;
/// A pause of exemption ends after this time without a reason for one, or twice this time.
const RESUME_AFTER_MS: u32 = 2000;

impl_has_delayed_work! {
    impl HasDelayedWork<Self, 2> for Exemption { self.look }
    impl HasDelayedWork<Self, 3> for Exemption { self.resume }
}

impl WorkItem<2> for Exemption {
    type Pointer = Arc<Self>;

    fn run(this: Arc<Self>) {
        this.look();
    }
}

impl WorkItem<3> for Exemption {
    type Pointer = Arc<Self>;

    fn run(this: Arc<Self>) {
        if this.try_end_pause() {
            Self::resume_later(this.as_arc_borrow());
        }
    }
}

impl RegistrationListener for Exemption {
    fn registering(&self) {
        self.note_registering();
    }

    fn registered(this: ArcBorrow<'_, Self>) {
        this.note_registered();
        Self::look_after(this, LOOK_AFTER_MS);
    }

    fn unregistered(this: ArcBorrow<'_, Self>) {
        Self::look_after(this, LOOK_AFTER_MS);
    }
}

impl Exemption {
    /// Looks for other tracers. Exempts no task if there is one, and lets tasks exempt themselves if there is none.
    fn look(&self) {
        if !self.is_wanted() {
            return;
        }
        // In this order: a tracer that comes in between has changed the state when `permit` compares it.
        let before = self.before_permit();
        if has_others() {
            // Prohibited already, unless nothing told of the tracer.
            self.prohibit();
            if self.is_company_logged.load() == 0 {
                self.is_company_logged.store(1);
                pr_info!("another tracer is there: no process is exempt until it leaves\n");
            }
        } else if before.is_some_and(|before| !kprobe::has_missed_any() && self.permit(before))
            && self.is_company_logged.load() != 0
        {
            self.is_company_logged.store(0);
            pr_info!("no other tracer is there any more: processes that cannot match are exempt again\n");
        }
    }

    fn look_after(this: ArcBorrow<'_, Self>, ms: u32) {
        let _ = workqueue::system_long().enqueue_delayed::<_, 2>(Arc::from(this), msecs_to_jiffies(ms));
    }

    /// Ends a pause some time later.
    pub(super) fn resume_later(this: ArcBorrow<'_, Self>) {
        let _ = workqueue::system_long().enqueue_delayed::<_, 3>(Arc::from(this), msecs_to_jiffies(RESUME_AFTER_MS));
    }
}

/// The two tracepoints of system calls.
fn syscall_tracepoints() -> Option<[Tracepoint; 2]> {
    Some([Tracepoint::find(c"sys_enter")?, Tracepoint::find(c"sys_exit")?])
}

/// Whether other tracers have attached to the tracepoints of system calls.
fn has_others() -> bool {
    syscall_tracepoints().is_none_or(|tracepoints| tracepoints.iter().any(Tracepoint::has_others))
}

/// The exemption of tasks during a recording. The steps, in this order:
///
/// 1. [`new`](Self::new); then the probes are attached, those of forks and renames first
/// 2. [`start`](Self::start)
/// 3. [`stop`](Self::stop); then the probes of forks and renames are detached
/// 4. [`end`](Self::end); then the probes of system calls are detached
pub(crate) struct ExemptionScope {
    exemption: Arc<Exemption>,
    /// `None` if nothing tells of other tracers.
    watch: Option<RegistrationWatch<Exemption>>,
}

impl ExemptionScope {
    /// Begins to notice other tracers. Exempts no task yet.
    pub(crate) fn new(exemption: &Arc<Exemption>) -> Self {
        exemption.reset();
        let watch =
            syscall_tracepoints().and_then(|tracepoints| RegistrationWatch::new(&tracepoints, exemption.clone()).ok());
        Self { exemption: exemption.clone(), watch }
    }

    /// Begins to exempt tasks that cannot pass. If the kernel does not tell of other tracers, does so only if that
    /// `is_asked_for`. All probes must be attached.
    pub(crate) fn start(&mut self, is_asked_for: bool) {
        if !self.watch.as_ref().is_some_and(RegistrationWatch::has_noticed_own) {
            self.watch = None;
            if !is_asked_for {
                pr_info!("exempt=1 not given, and without kprobes other tracers go unnoticed: no process is exempt\n");
                return;
            }
            pr_info!("exempt=1 without kprobes: tracers that come later do not see exempt processes\n");
        }
        self.exemption.begin();
        self.exemption.look();
        Exemption::look_after(self.exemption.as_arc_borrow(), LOOK_AGAIN_AFTER_MS);
    }

    /// Ends the exemption of tasks.
    pub(crate) fn stop(&mut self) {
        // In this order: a tracer that registers meanwhile sees every call, too.
        self.exemption.stop();
        self.watch = None;
    }

    /// When this returns, no task is exempt any more.
    pub(crate) fn end(&mut self) {
        self.exemption.end();
    }
}

impl Exemption {
    /// Waits for work that is scheduled. Neither the kprobes nor the probe of renames may be attached.
    pub(super) fn wait_for_work(&self) {
        work::wait_delayed(&self.look);
        // Twice: the first run may have found the pause renewed.
        work::wait_delayed(&self.resume);
        work::wait_delayed(&self.resume);
    }
}
