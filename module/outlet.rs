// SPDX-License-Identifier: GPL-2.0

//! Where packets leave the module: which of them are due, who waits for them, and who reads.
//!
//! There is one outlet as long as the module is loaded. Recordings begin and end, and all write to its buffers:
//! packets of the one before stay there and are read in their order, a reader that sleeps is woken by the next one's,
//! and a change of settings needs no memory for a second set of buffers, which a small board may not have.

#![forbid(unsafe_code)]

use crate::kernel_api::clock::Clock;
use crate::kernel_api::preempt::wait_for_guards;
use crate::kernel_api::relaxed::{full_barrier, RelaxedU32};
use crate::kernel_api::work;
use crate::pure::order::Next;
use crate::ring::writer::{WriteOutcome, Writers};
use crate::stream::Stream;
use kernel::{
    new_delayed_work, new_mutex, new_poll_condvar, new_work,
    prelude::*,
    sync::{poll::PollCondVar, Arc, ArcBorrow, Mutex},
    time::msecs_to_jiffies,
    workqueue::{self, impl_has_delayed_work, impl_has_work, DelayedWork, Work, WorkItem},
};

/// A packet that a writer does not fill is delivered this long after its first event.
const FLUSH_AFTER_MS: u32 = 100;

/// The reading side of the buffers.
#[pin_data]
pub(crate) struct Outlet {
    /// The other side.
    pub(crate) writers: Writers,
    pub(crate) clock: Clock,
    /// The process that reads, which is not recorded; 0 is none.
    reader: RelaxedU32,
    /// What the reader sees.
    #[pin]
    pub(crate) stream: Mutex<Stream>,
    /// Notified when something may have become due.
    #[pin]
    pub(crate) due: PollCondVar,
    /// Held by the one flush that is under way.
    #[pin]
    flushing: Mutex<()>,
    #[pin]
    flush_later: DelayedWork<Outlet, 0>,
    #[pin]
    flush_now: Work<Outlet, 1>,
}

impl_has_delayed_work! {
    impl HasDelayedWork<Self, 0> for Outlet { self.flush_later }
}
impl_has_work! {
    impl HasWork<Self, 1> for Outlet { self.flush_now }
}

impl WorkItem<0> for Outlet {
    type Pointer = Arc<Self>;

    fn run(this: Arc<Self>) {
        this.flush();
    }
}

impl WorkItem<1> for Outlet {
    type Pointer = Arc<Self>;

    fn run(this: Arc<Self>) {
        this.flush();
    }
}

impl Outlet {
    /// The outlet of the buffers that `writers` write to and `stream` reads from.
    ///
    /// # Errors
    ///
    /// `ENOMEM`.
    pub(crate) fn new(writers: Writers, clock: Clock, stream: Stream) -> Result<Arc<Self>> {
        Arc::pin_init(
            pin_init!(Self {
                writers,
                clock,
                reader: RelaxedU32::new(0),
                stream <- new_mutex!(stream),
                due <- new_poll_condvar!(),
                flushing <- new_mutex!(()),
                flush_later <- new_delayed_work!(),
                flush_now <- new_work!(),
            }),
            GFP_KERNEL,
        )
    }

    /// Whether process `tgid` reads.
    pub(crate) fn is_reader(&self, tgid: u32) -> bool {
        self.reader.load() == tgid
    }

    /// Says which process reads; 0 is none. May sleep.
    pub(crate) fn set_reader(&self, tgid: u32) {
        if self.reader.load() == tgid {
            return;
        }
        self.reader.store(tgid);
        if tgid != 0 {
            // Probes that did not know it yet have ended when this returns; those that remember that the
            // reader passes are made to look again.
            wait_for_guards();
            self.writers.require_slow_path();
        }
    }

    /// Has packets delivered that a CPU began. Nobody is woken when nobody reads.
    #[cold]
    #[inline(never)]
    pub(crate) fn wake(this: ArcBorrow<'_, Self>, outcome: WriteOutcome) {
        // Pairs with the one in `RingReaders::present`: either the reader sees the packet, or we see the reader.
        full_barrier();
        if this.reader.load() == 0 {
            return;
        }
        if outcome == WriteOutcome::HalfFull {
            Self::flush_now(this);
        } else {
            Self::flush_later(this);
        }
    }

    /// Sees to it that a reader who has all that is due will be notified of what is not yet.
    pub(crate) fn expect(this: ArcBorrow<'_, Self>, next: Next) {
        match next {
            Next::HeldBack => Self::flush_now(this),
            Next::Partial { .. } => Self::flush_later(this),
            // The first event will have a flush scheduled.
            Next::Nothing { .. } => (),
            Next::Packet { .. } => this.due.notify_all(),
        }
    }

    /// Has what is recorded by then delivered after [`FLUSH_AFTER_MS`].
    fn flush_later(this: ArcBorrow<'_, Self>) {
        // Fails if it is scheduled already, which will do.
        let _ = workqueue::system_long().enqueue_delayed::<_, 0>(Arc::from(this), msecs_to_jiffies(FLUSH_AFTER_MS));
    }

    /// Has what is recorded delivered without delay.
    fn flush_now(this: ArcBorrow<'_, Self>) {
        // As above.
        let _ = workqueue::system_long().enqueue::<_, 1>(Arc::from(this));
    }

    /// Makes something due, if anything was recorded, and says so.
    fn flush(&self) {
        let _one = self.flushing.lock();
        // What writers have completed themselves is enough to go on with.
        let cut = {
            let mut stream = self.stream.lock();
            if stream.is_due() {
                None
            } else {
                stream.tails.begin_cut()
            }
        };
        if let Some(cut) = cut {
            let waited = cut.wait();
            self.stream.lock().tails.finish_cut(waited);
        }
        self.due.notify_all();
    }

    /// Forgets what was recorded and not read. No probe may be attached. A reader that has a part of a packet gets
    /// the rest, and then everything.
    pub(crate) fn discard(&self) {
        let _one = self.flushing.lock();
        let cut = {
            let mut stream = self.stream.lock();
            stream.tails.refresh();
            stream.tails.begin_cut()
        };
        let waited = cut.map(|cut| cut.wait());
        let mut stream = self.stream.lock();
        if let Some(waited) = waited {
            stream.tails.finish_cut(waited);
        }
        stream.discard();
    }

    /// Waits for flushes that are scheduled or under way. None must be scheduled any more.
    pub(crate) fn settle(&self) {
        work::wait_delayed(&self.flush_later);
        work::wait(&self.flush_now);
    }
}
