// SPDX-License-Identifier: GPL-2.0

//! The recording: from the probes' calls to packets that are due.

use crate::clock::Clock;
use crate::pure::encode::Event;
use crate::pure::filter::{Filter, Subject};
use crate::pure::order::Next;
use crate::ring::{Buffers, Outcome};
use crate::stream::Stream;
use crate::task::Current;
use crate::tracepoint::Probe;
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

/// A recording under way.
#[pin_data]
pub(crate) struct Tracer {
    filter: Filter,
    clock: Clock,
    buffers: Arc<Buffers>,
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
}

impl_has_delayed_work! {
    impl HasDelayedWork<Self, 0> for Tracer { self.flush_later }
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

impl Tracer {
    /// A recording of what passes `filter`, ready for a probe.
    pub(crate) fn new(filter: Filter, clock: Clock, buffers: Arc<Buffers>, stream: Stream) -> Result<Arc<Self>> {
        Arc::pin_init(
            pin_init!(Self {
                filter,
                clock,
                buffers,
                reader: Word::new(0),
                stream <- new_mutex!(stream),
                due <- new_poll_condvar!(),
                flushing <- new_mutex!(()),
                flush_later <- new_delayed_work!(),
                flush_now <- new_work!(),
            }),
            GFP_KERNEL,
        )
    }

    /// Says which process reads; 0 is none.
    pub(crate) fn set_reader(&self, tgid: u32) {
        self.reader.store(tgid);
    }

    /// An edge of a system call of the running task.
    #[inline(always)]
    fn record(this: ArcBorrow<'_, Self>, event: Event) {
        let task = Current::get();
        if !this.filter.matches(&task) || task.tgid() == this.reader.load() {
            return;
        }
        let identity = task.identity();
        let outcome = {
            let guard = task.preempt_disable();
            this.buffers.write(&guard, &identity, &this.clock, event)
        };
        if outcome != Outcome::Done {
            Self::wake(this, outcome);
        }
    }

    /// Has packets delivered that a CPU began. Nobody is woken when nobody reads.
    #[cold]
    #[inline(never)]
    fn wake(this: ArcBorrow<'_, Self>, outcome: Outcome) {
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

    /// Waits for flushes that are scheduled or under way. None must be scheduled any more.
    pub(crate) fn settle(&self) {
        work::wait_delayed(&self.flush_later);
        work::wait(&self.flush_now);
    }
}

/// The probe that records.
pub(crate) struct Recorder;

impl Probe for Recorder {
    type Data = Tracer;

    #[inline(always)]
    fn enter(tracer: ArcBorrow<'_, Tracer>, number: c_long) {
        Tracer::record(tracer, Event::Enter { number: number as u32 });
    }

    #[inline(always)]
    fn exit(tracer: ArcBorrow<'_, Tracer>, result: c_long) {
        // `c_long` has 32 bits on arm; the sign goes along.
        Tracer::record(tracer, Event::Exit { result: result as i64 });
    }
}
