// SPDX-License-Identifier: GPL-2.0

//! Which threads sleep in a probe, and how the log learns of those that sleep long.

use crate::kernel_api::clock::{jiffies, HZ};
use crate::kernel_api::relaxed::RelaxedU32;
use crate::kernel_api::work;
use crate::shared::format::Task;
use kernel::{
    new_delayed_work,
    prelude::*,
    str::BStr,
    sync::{Arc, ArcBorrow},
    time::msecs_to_jiffies,
    workqueue::{self, impl_has_delayed_work, DelayedWork, WorkItem},
};

/// So many threads are known at once. The log does not name others.
const MAX_KNOWN: usize = 8;
/// A thread that sleeps for so long, or for up to twice as long, is named in the log.
const LONG_MS: u32 = 1000;

/// The log names at most one thread in so many jiffies.
const NAME_AGAIN_AFTER: u32 = 10 * HZ;

/// Bits of [`Sleeper::state`]: the last report has seen the sleep; the log has named the thread.
const SEEN: u32 = 1;
const NAMED: u32 = 2;

/// A thread that sleeps in a probe.
struct Sleeper {
    /// Thread id; 0 for none.
    tid: RelaxedU32,
    /// [`SEEN`] and [`NAMED`].
    state: RelaxedU32,
    /// The thread's name.
    comm: [RelaxedU32; 4],
}

/// The threads that sleep in probes.
#[pin_data]
pub(crate) struct Sleepers {
    known: [Sleeper; MAX_KNOWN],
    /// When the log named a thread, in jiffies.
    last_named: RelaxedU32,
    #[pin]
    report: DelayedWork<Sleepers, 3>,
}

impl_has_delayed_work! {
    impl HasDelayedWork<Self, 3> for Sleepers { self.report }
}

impl WorkItem<3> for Sleepers {
    type Pointer = Arc<Self>;

    fn run(this: Arc<Self>) {
        Self::report(this.as_arc_borrow());
    }
}

impl Sleepers {
    /// No thread sleeps.
    ///
    /// # Errors
    ///
    /// `ENOMEM`.
    pub(crate) fn new() -> Result<Arc<Self>> {
        let zero = || RelaxedU32::new(0);
        let sleeper = |_| Sleeper { tid: zero(), state: zero(), comm: [zero(), zero(), zero(), zero()] };
        Arc::pin_init(
            pin_init!(Self {
                known: core::array::from_fn(sleeper),
                last_named: RelaxedU32::new(jiffies().wrapping_sub(NAME_AGAIN_AFTER)),
                report <- new_delayed_work!("Sleepers::report"),
            }),
            GFP_KERNEL,
        )
    }

    /// Runs `may_sleep`, in which `task`, the running one, may sleep.
    pub(super) fn during<R>(this: ArcBorrow<'_, Self>, task: &Task, may_sleep: impl FnOnce() -> R) -> R {
        let place = this.known.iter().find(|sleeper| sleeper.tid.replace(0, task.tid));
        if let Some(sleeper) = place {
            for (to, from) in sleeper.comm.chunks_exact(2).zip(task.comm) {
                to[0].store(from as u32);
                to[1].store((from >> 32) as u32);
            }
            Self::report_later(this);
        }
        let result = may_sleep();
        if let Some(sleeper) = place {
            // First: a report must not take this sleep for the next one.
            sleeper.state.store(0);
            sleeper.tid.store(0);
        }
        result
    }

    /// Waits for a report that is scheduled. If no thread sleeps in a probe, none is scheduled any more then.
    pub(crate) fn wait_for_report(&self) {
        work::wait_delayed(&self.report);
    }

    fn report_later(this: ArcBorrow<'_, Self>) {
        // Fails if a report is scheduled already: that one is enough.
        let _ = workqueue::system_long().enqueue_delayed::<_, 3>(Arc::from(this), msecs_to_jiffies(LONG_MS));
    }

    /// Names the threads that have slept since the last report. Another report follows while any thread sleeps that was
    /// not named.
    fn report(this: ArcBorrow<'_, Self>) {
        let mut goes_on = false;
        for Sleeper { tid, state, comm } in &this.known {
            let tid = tid.load();
            match state.load() {
                _ if tid == 0 => (),
                0 => {
                    state.store(SEEN);
                    goes_on = true;
                }
                // A program that sleeps again and again does not fill the log.
                SEEN if jiffies().wrapping_sub(this.last_named.load()) < NAME_AGAIN_AFTER => goes_on = true,
                SEEN => {
                    state.store(NAMED);
                    this.last_named.store(jiffies());
                    let mut name = [0; 16];
                    for (to, word) in name.chunks_exact_mut(4).zip(comm) {
                        to.copy_from_slice(&word.load().to_le_bytes());
                    }
                    let name = name.split(|byte| *byte == 0).next().unwrap_or_default();
                    pr_warn!(
                        "thread {} ({}) waits in a page fault of memory that is recorded, because of fault=1: {}\n",
                        tid,
                        BStr::from_bytes(name),
                        "until it goes on, the module is in use"
                    );
                }
                _ => (),
            }
        }
        if goes_on {
            Self::report_later(this);
        }
    }
}
