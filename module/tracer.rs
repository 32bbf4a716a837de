// SPDX-License-Identifier: GPL-2.0

//! What probes need of a recording, and the watch over other tracers.

#![forbid(unsafe_code)]

use crate::copy_plans;
use crate::delivery::flush::Delivery;
use crate::follow::Followed;
use crate::kernel_api::arch;
use crate::kernel_api::clock::Clock;
use crate::kernel_api::relaxed::RelaxedU32;
use crate::kernel_api::tracepoint::Tracepoint;
use crate::kernel_api::work;
use crate::pure::{action::Actions, settings::Settings};
use crate::ring::writer::Writers;
use crate::spare::{Spare, WATCH_EVERY_MS};
use kernel::{
    new_delayed_work,
    prelude::*,
    sync::{Arc, ArcBorrow},
    time::msecs_to_jiffies,
    workqueue::{self, impl_has_delayed_work, DelayedWork, WorkItem},
};

/// What the probes use all the time, on cache lines that nobody writes.
#[repr(align(128))]
pub(crate) struct Means {
    pub(crate) writers: Writers,
    pub(crate) clock: Clock,
    /// What is done about each call, for probes that look at calls.
    pub(crate) actions: Actions,
}

/// A recording's settings, as probes use them.
#[pin_data]
pub(crate) struct Tracer {
    pub(crate) means: Means,
    pub(crate) spare: Spare,
    /// Where the packets go.
    pub(crate) delivery: Arc<Delivery>,
    pub(crate) settings: Settings,
    /// The tracepoints that other tracers may use, too.
    watched: Option<[Tracepoint; 2]>,
    /// Whether the watch is to end.
    unwatched: RelaxedU32,
    #[pin]
    watch: DelayedWork<Tracer, 2>,
}

impl_has_delayed_work! {
    impl HasDelayedWork<Self, 2> for Tracer { self.watch }
}

impl WorkItem<2> for Tracer {
    type Pointer = Arc<Self>;

    fn run(this: Arc<Self>) {
        Self::look(this.as_arc_borrow());
    }
}

impl Tracer {
    /// What probes need to record into the buffers of `delivery`. Who `last` follows is followed on if it has the same
    /// filter: nothing else tells of a descendant whose ancestors have ended.
    ///
    /// # Errors
    ///
    /// `ENOMEM`.
    #[inline(never)]
    pub(crate) fn new(delivery: &Arc<Delivery>, settings: &Settings, last: Option<&Self>) -> Result<Arc<Self>> {
        let followed = match last.filter(|last| last.settings.filter == settings.filter) {
            _ if !settings.follow || settings.filter.is_empty() => None,
            Some(Self { spare, settings: Settings { follow: true, .. }, .. }) => spare.followed(),
            _ => Some(Followed::new()?),
        };
        Arc::pin_init(
            pin_init!(Self {
                means: Means {
                    writers: delivery.writers.clone(),
                    clock: delivery.clock,
                    actions: Actions::none(),
                },
                spare: Spare::new(settings.filter, followed),
                delivery: delivery.clone(),
                settings: *settings,
                watched: Tracepoint::find(c"sys_enter").zip(Tracepoint::find(c"sys_exit")).map(|(a, b)| [a, b]),
                unwatched: RelaxedU32::new(0),
                watch <- new_delayed_work!(),
            })
            .pin_chain(|tracer| {
                tracer.project().means.actions.fill(arch::MACHINE, settings, &copy_plans::COPY_PLANS);
                Ok(())
            }),
            GFP_KERNEL,
        )
    }

    /// Begins to spare those who cannot pass, and to watch out for other tracers. All probes must be
    /// attached.
    pub(crate) fn start_sparing(this: ArcBorrow<'_, Self>) {
        this.unwatched.store(0);
        if !Self::has_company(this) {
            this.spare.start();
        }
        Self::look_later(this);
    }

    /// Ends that. No task is spared any more when this returns; forks must still be told.
    pub(crate) fn stop_sparing(&self) {
        self.unwatched.store(1);
        // Twice: the first may have scheduled another before it saw that it is to end.
        work::wait_delayed(&self.watch);
        work::wait_delayed(&self.watch);
        self.spare.stop();
    }

    /// Whether others have attached to the tracepoints of system calls.
    fn has_company(this: ArcBorrow<'_, Self>) -> bool {
        this.watched.as_ref().is_none_or(|tracepoints| tracepoints.iter().any(|it| it.has_others(this)))
    }

    /// Looks whether there are other tracers, and then again in a while.
    fn look(this: ArcBorrow<'_, Self>) {
        if this.unwatched.load() != 0 {
            return;
        }
        let company = Self::has_company(this);
        if company && this.spare.is_on() {
            this.spare.stop();
            pr_info!("another tracer is there: no process is exempt until it leaves\n");
        } else if !company && !this.spare.is_on() {
            this.spare.start();
            pr_info!("no other tracer is there any more: processes that cannot match are exempt again\n");
        }
        this.spare.repair();
        Self::look_later(this);
    }

    fn look_later(this: ArcBorrow<'_, Self>) {
        let delay = msecs_to_jiffies(WATCH_EVERY_MS);
        let _ = workqueue::system_long().enqueue_delayed::<_, 2>(Arc::from(this), delay);
    }
}
