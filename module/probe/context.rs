// SPDX-License-Identifier: GPL-2.0

//! What the probes of a recording use.

use super::copy_plans::COPY_PLANS;
use super::exempt::Exemption;
use super::process_set::ProcessSet;
use super::sleepers::Sleepers;
use super::verdict::Verdict;
use crate::delivery::flush::Delivery;
use crate::kernel_api::arch::MACHINE;
use crate::kernel_api::clock::Clock;
use crate::ring::writer::Writers;
use crate::shared::{action::CallActions, copy_steps::CopySteps, selection::Selection, settings::Settings};
use kernel::{prelude::*, sync::Arc};

/// What the fast path uses at each call, on cache lines that are never written.
#[repr(align(128))]
pub(crate) struct HotState {
    pub(crate) writers: Writers,
    pub(crate) clock: Clock,
    /// What to do about each call, for probes that look at calls.
    pub(crate) actions: CallActions,
    /// How to copy the memory of most calls.
    pub(super) steps: CopySteps,
}

/// A recording's settings, as probes use them.
#[pin_data]
pub(crate) struct ProbeContext {
    pub(crate) hot: HotState,
    pub(crate) verdict: Verdict,
    pub(crate) exemption: Arc<Exemption>,
    /// Where the packets go.
    pub(crate) delivery: Arc<Delivery>,
    pub(crate) settings: Settings,
    /// The threads that sleep in probes, of all recordings.
    pub(super) sleepers: Arc<Sleepers>,
}

impl ProbeContext {
    /// What probes need to record into the buffers of `delivery`. If `last` has the same filter, the processes that it
    /// follows are followed on: nothing else knows a descendant whose ancestors have ended.
    ///
    /// # Errors
    ///
    /// `ENOMEM`.
    #[inline(never)]
    pub(crate) fn new(
        delivery: &Arc<Delivery>,
        sleepers: &Arc<Sleepers>,
        settings: &Settings,
        last: Option<&Self>,
    ) -> Result<Arc<Self>> {
        let followed = match last.filter(|last| last.settings.selection.filter == settings.selection.filter) {
            _ if !settings.selection.follow || settings.selection.filter.is_empty() => None,
            Some(Self { verdict, settings: Settings { selection: Selection { follow: true, .. }, .. }, .. }) => {
                verdict.followed()
            }
            _ => Some(ProcessSet::new()?),
        };
        let exemption = Exemption::new()?;
        Arc::pin_init(
            pin_init!(Self {
                hot <- init!(HotState {
                    writers: delivery.writers.clone(),
                    clock: delivery.choose_clock(),
                    // Filled below.
                    actions <- pin_init::init_zeroed::<CallActions>(),
                    steps <- pin_init::init_zeroed::<CopySteps>(),
                }),
                verdict: Verdict::new(settings.selection.filter, followed),
                exemption,
                delivery: delivery.clone(),
                settings: *settings,
                sleepers: sleepers.clone(),
            })
            .pin_chain(|context| {
                let HotState { actions, steps, .. } = context.project().hot;
                actions.fill(MACHINE, &settings.selection, &COPY_PLANS);
                steps.fill(&settings.selection, COPY_PLANS[0]);
                Ok(())
            }),
            GFP_KERNEL,
        )
    }

    /// Waits for work that the probes of tasks have scheduled. They must be detached.
    pub(crate) fn wait_for_work(&self) {
        self.exemption.wait_for_work();
    }

    /// Has the log name the threads that sleep, if it is to do so at all.
    pub(crate) fn wait_for_reports(&self) {
        self.sleepers.wait_for_report();
    }
}
