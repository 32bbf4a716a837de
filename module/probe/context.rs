// SPDX-License-Identifier: GPL-2.0

//! What the probes of a recording use.

use super::copy_plans::COPY_PLANS;
use super::exempt::Exemption;
use super::process_set::ProcessSet;
use super::verdict::Verdict;
use crate::delivery::flush::Delivery;
use crate::kernel_api::arch::MACHINE;
use crate::kernel_api::clock::Clock;
use crate::kernel_api::relaxed::RelaxedU32;
use crate::kernel_api::tracepoint::Tracepoint;
use crate::ring::writer::Writers;
use crate::shared::{action::CallActions, selection::Selection, settings::Settings};
use kernel::{new_delayed_work, prelude::*, sync::Arc, workqueue::DelayedWork};

/// What the fast path uses at each call, on cache lines that are never written.
#[repr(align(128))]
pub(crate) struct HotState {
    pub(crate) writers: Writers,
    pub(crate) clock: Clock,
    /// What to do about each call, for probes that look at calls.
    pub(crate) actions: CallActions,
}

/// A recording's settings, as probes use them.
#[pin_data]
pub(crate) struct ProbeContext {
    pub(crate) hot: HotState,
    pub(crate) verdict: Verdict,
    pub(crate) exemption: Exemption,
    /// Where the packets go.
    pub(crate) delivery: Arc<Delivery>,
    pub(crate) settings: Settings,
    /// The tracepoints that other tracers may use, too.
    pub(super) watched: Option<[Tracepoint; 2]>,
    /// 1 if the watch over other tracers is to end.
    pub(super) is_watch_over: RelaxedU32,
    #[pin]
    pub(super) watch: DelayedWork<ProbeContext, 2>,
}

impl ProbeContext {
    /// What probes need to record into the buffers of `delivery`. If `last` has the same filter, the processes that it
    /// follows are followed on: nothing else knows a descendant whose ancestors have ended.
    ///
    /// # Errors
    ///
    /// `ENOMEM`.
    #[inline(never)]
    pub(crate) fn new(delivery: &Arc<Delivery>, settings: &Settings, last: Option<&Self>) -> Result<Arc<Self>> {
        let followed = match last.filter(|last| last.settings.selection.filter == settings.selection.filter) {
            _ if !settings.selection.follow || settings.selection.filter.is_empty() => None,
            Some(Self { verdict, settings: Settings { selection: Selection { follow: true, .. }, .. }, .. }) => {
                verdict.followed()
            }
            _ => Some(ProcessSet::new()?),
        };
        Arc::pin_init(
            pin_init!(Self {
                hot: HotState {
                    writers: delivery.writers.clone(),
                    clock: delivery.clock,
                    actions: CallActions::none(),
                },
                verdict: Verdict::new(settings.selection.filter, followed),
                exemption: Exemption::new(),
                delivery: delivery.clone(),
                settings: *settings,
                watched: Tracepoint::find(c"sys_enter").zip(Tracepoint::find(c"sys_exit")).map(|(a, b)| [a, b]),
                is_watch_over: RelaxedU32::new(0),
                watch <- new_delayed_work!("ProbeContext::watch"),
            })
            .pin_chain(|context| {
                context.project().hot.actions.fill(MACHINE, &settings.selection, &COPY_PLANS);
                Ok(())
            }),
            GFP_KERNEL,
        )
    }
}
