// SPDX-License-Identifier: GPL-2.0

//! The recording: what probes need, the reader's waiting, and packets that are due.

use crate::clock::Clock;
use crate::pure::{format::Edges, order::Next, settings::Settings};
use crate::ring::{self, Outcome, Writers};
use crate::spare::{Spare, WATCH_EVERY_MS};
use crate::stream::Stream;
use crate::tracepoint::Tracepoint;
use crate::word::{full_barrier, Word};
use crate::work;
use kernel::{
    new_delayed_work, new_mutex, new_poll_condvar, new_work,
    prelude::*,
    sync::{poll::PollCondVar, Arc, ArcBorrow, Mutex},
    time::msecs_to_jiffies,
    workqueue::{self, impl_has_delayed_work, impl_has_work, DelayedWork, Work, WorkItem},
};

/// A packet that a writer does not fill is delivered this long after its first event.
const FLUSH_AFTER_MS: u32 = 100;

/// What the probes use all the time, on cache lines that nobody writes.
#[repr(align(128))]
pub(crate) struct Means {
    pub(crate) writers: Writers,
    pub(crate) clock: Clock,
}

/// A recording under way.
#[pin_data]
pub(crate) struct Tracer {
    pub(crate) means: Means,
    pub(crate) spare: Spare,
    /// Which edges are recorded.
    pub(crate) edges: Edges,
    /// Whether arguments are recorded.
    pub(crate) with_args: bool,
    /// How many bytes of a buffer that an argument points to; 0: nothing of what they point to.
    pub(crate) snaplen: u32,
    /// The process that reads, which is not recorded; 0 is none.
    reader: Word,
    /// The other end of the buffers.
    #[pin]
    pub(crate) stream: Mutex<Stream>,
    /// Notified when something may have become due.
    #[pin]
    pub(crate) due: PollCondVar,
    /// Held by the one flush that is under way.
    #[pin]
    flushing: Mutex<()>,
    #[pin]
    flush_later: DelayedWork<Tracer, 0>,
    #[pin]
    flush_now: Work<Tracer, 1>,
    /// The tracepoints that other tracers may use, too.
    watched: Option<[Tracepoint; 2]>,
    /// Whether the watch is to end.
    unwatched: Word,
    #[pin]
    watch: DelayedWork<Tracer, 2>,
}

impl_has_delayed_work! {
    impl HasDelayedWork<Self, 0> for Tracer { self.flush_later }
}
impl_has_delayed_work! {
    impl HasDelayedWork<Self, 2> for Tracer { self.watch }
}
impl_has_work! {
    impl HasWork<Self, 1> for Tracer { self.flush_now }
}

impl WorkItem<0> for Tracer {
    type Pointer = Arc<Self>;

    fn run(this: Arc<Self>) {
        this.flush();
    }
}

impl WorkItem<1> for Tracer {
    type Pointer = Arc<Self>;

    fn run(this: Arc<Self>) {
        this.flush();
    }
}

impl WorkItem<2> for Tracer {
    type Pointer = Arc<Self>;

    fn run(this: Arc<Self>) {
        Self::look(this.as_arc_borrow());
    }
}

impl Tracer {
    /// A recording, ready for probes.
    ///
    /// # Errors
    ///
    /// `ENOMEM`.
    pub(crate) fn new(means: Means, spare: Spare, settings: &Settings, stream: Stream) -> Result<Arc<Self>> {
        Arc::pin_init(
            pin_init!(Self {
                means,
                spare,
                edges: settings.edges,
                with_args: settings.args,
                snaplen: settings.snaplen,
                reader: Word::new(0),
                stream <- new_mutex!(stream),
                due <- new_poll_condvar!(),
                flushing <- new_mutex!(()),
                flush_later <- new_delayed_work!(),
                flush_now <- new_work!(),
                watched: Tracepoint::find(c"sys_enter").zip(Tracepoint::find(c"sys_exit")).map(|(a, b)| [a, b]),
                unwatched: Word::new(0),
                watch <- new_delayed_work!(),
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
            ring::wait_for_probes();
            self.means.writers.revise();
        }
    }

    /// Has packets delivered that a CPU began. Nobody is woken when nobody reads.
    #[cold]
    #[inline(never)]
    pub(crate) fn wake(this: ArcBorrow<'_, Self>, outcome: Outcome) {
        // Pairs with the one in `Tails::present`: either the reader sees the packet, or we see the reader.
        full_barrier();
        if this.reader.load() == 0 {
            return;
        }
        if outcome == Outcome::HalfFull {
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

    /// Begins to spare those who cannot pass, and to watch out for other tracers. All probes must be
    /// attached.
    pub(crate) fn start_sparing(this: ArcBorrow<'_, Self>) {
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
            pr_info!("another tracer is there: no process is spared the cost of tracing until it leaves\n");
        } else if !company && !this.spare.is_on() {
            this.spare.start();
            pr_info!("no other tracer is there any more: processes that cannot match are spared again\n");
        }
        this.spare.repair();
        Self::look_later(this);
    }

    fn look_later(this: ArcBorrow<'_, Self>) {
        let delay = msecs_to_jiffies(WATCH_EVERY_MS);
        let _ = workqueue::system_long().enqueue_delayed::<_, 2>(Arc::from(this), delay);
    }

    /// Waits for flushes that are scheduled or under way. None must be scheduled any more.
    pub(crate) fn settle(&self) {
        work::wait_delayed(&self.flush_later);
        work::wait(&self.flush_now);
    }
}
