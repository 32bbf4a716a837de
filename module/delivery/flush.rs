// SPDX-License-Identifier: GPL-2.0

//! Makes packets due and wakes the reader.
//!
//! There is one `Delivery` as long as the module is loaded. Recordings begin and end, and all write to the same
//! buffers. Packets of an earlier recording stay there, and the reader gets them in their order. A sleeping reader is
//! woken by the next recording's packets. A change of settings needs no memory for a second set of buffers, which a
//! small board may not have.

use super::readers::Readers;
use super::stream::{OutgoingPacket, Stream};
use crate::kernel_api::clock::Clock;
use crate::kernel_api::kernel_info;
use crate::kernel_api::preempt::wait_for_guards;
use crate::kernel_api::relaxed::{full_barrier, RelaxedU32};
use crate::kernel_api::resume::ResumeListener;
use crate::kernel_api::task::CurrentTask;
use crate::kernel_api::work;
use crate::ring::writer::{WriteOutcome, Writers};
use crate::ring::SessionInfo;
use crate::shared::filter::FilteredTask;
use crate::shared::format::Edges;
use crate::shared::order::Next;
use kernel::{
    new_delayed_work, new_mutex, new_poll_condvar, new_work,
    prelude::*,
    sync::{poll::PollCondVar, Arc, ArcBorrow, Mutex},
    time::msecs_to_jiffies,
    workqueue::{self, impl_has_delayed_work, impl_has_work, DelayedWork, Work, WorkItem},
};

/// A packet that its writer does not fill is delivered this long after its first event.
const FLUSH_AFTER_MS: u32 = 100;

/// The buffers and all that delivers their packets.
#[pin_data]
pub(crate) struct Delivery {
    /// The writing ends of the buffers. `stream` has the reading ends.
    pub(crate) writers: Writers,
    /// 1 while the device is open.
    is_open: RelaxedU32,
    #[pin]
    readers: Readers,
    /// The stream that the reader sees.
    #[pin]
    pub(crate) stream: Mutex<Stream>,
    /// Notified when something may have become due.
    #[pin]
    pub(crate) due: PollCondVar,
    /// Held by the one flush that is under way.
    #[pin]
    flushing: Mutex<()>,
    #[pin]
    delayed_flush: DelayedWork<Delivery, 0>,
    #[pin]
    immediate_flush: Work<Delivery, 1>,
}

impl_has_delayed_work! {
    impl HasDelayedWork<Self, 0> for Delivery { self.delayed_flush }
}
impl_has_work! {
    impl HasWork<Self, 1> for Delivery { self.immediate_flush }
}

impl ResumeListener for Delivery {
    /// The clock may have begun anew. Nobody writes meanwhile: so all times before this are of one epoch, and all times
    /// after it of the next. A packet that was open is not used any more.
    fn machine_resumed(&self) {
        self.writers.begin_epoch();
    }
}

impl WorkItem<0> for Delivery {
    type Pointer = Arc<Self>;

    fn run(this: Arc<Self>) {
        this.flush();
    }
}

impl WorkItem<1> for Delivery {
    type Pointer = Arc<Self>;

    fn run(this: Arc<Self>) {
        this.flush();
    }
}

impl Delivery {
    /// Delivers from the buffers that `writers` write to and `stream` reads.
    ///
    /// # Errors
    ///
    /// `ENOMEM`.
    pub(crate) fn new(writers: Writers, stream: Stream) -> Result<Arc<Self>> {
        Arc::pin_init(
            pin_init!(Self {
                writers,
                is_open: RelaxedU32::new(0),
                readers <- Readers::new(),
                stream <- new_mutex!(stream, "Delivery::stream"),
                due <- new_poll_condvar!("Delivery::due"),
                flushing <- new_mutex!((), "Delivery::flushing"),
                delayed_flush <- new_delayed_work!("Delivery::delayed_flush"),
                immediate_flush <- new_work!("Delivery::immediate_flush"),
            }),
            GFP_KERNEL,
        )
    }

    /// The clock for the next recording.
    pub(crate) fn choose_clock(&self) -> Clock {
        let clock = self.stream.lock().clock();
        clock.check()
    }

    /// Begins a recording whose events have times of `clock`. Its events go to new packets, which no earlier event
    /// shares. No probe may be attached.
    pub(crate) fn begin_session(&self, clock: Clock, edges: Edges, has_args: bool) {
        let mut stream = self.stream.lock();
        let epoch = stream.set_clock(clock);
        let session = kernel_info::random();
        self.writers.begin_session(SessionInfo { session, edges, has_args, epoch, tick: clock.tick() });
    }

    /// Whether process `tgid` reads, so that it is not recorded.
    pub(crate) fn is_reader(&self, tgid: u32) -> bool {
        self.readers.contain(tgid)
    }

    /// The running thread has opened the device. Does not wait: other threads of its process may be recorded until one
    /// of them uses the device.
    pub(crate) fn begin_reading(&self, task: &CurrentTask) {
        self.is_open.store(1);
        self.readers.add(task.tgid());
        // It is in no probe now, and all its later probes look again.
        self.writers.forget(task.tid());
    }

    /// Makes sure that process `tgid`, which uses the open device, is not recorded. Waits for all probes when it uses
    /// the device for the first time: tens of milliseconds. The caller holds no lock.
    pub(crate) fn join(&self, tgid: u32) {
        if self.readers.are_settled(tgid) {
            return;
        }
        self.readers.add(tgid);
        // Probes that did not know the reader yet have ended when the wait returns. Probes that remember that the
        // reader passes have to look again.
        wait_for_guards();
        self.writers.forget_all();
        self.readers.settle(tgid);
    }

    /// Process `tgid` has closed a descriptor of the device.
    pub(crate) fn leave(&self, tgid: u32) {
        self.readers.remove(tgid);
    }

    /// The device was closed.
    pub(crate) fn end_reading(&self) {
        self.is_open.store(0);
        self.readers.clear();
        self.stream.lock().rewind();
    }

    /// Gives a packet back to the stream after some of it, or all, was copied to the reader.
    pub(crate) fn put_back(&self, packet: OutgoingPacket) {
        let is_awaited = self.stream.lock().put_back(packet);
        if is_awaited {
            self.due.notify_all();
        }
    }

    /// Schedules the flush of a packet that a CPU began. Does nothing if no process reads.
    #[cold]
    #[inline(never)]
    pub(crate) fn schedule_flush(this: ArcBorrow<'_, Self>, outcome: WriteOutcome) {
        // Pairs with the barrier in `RingReaders::present`: either the reader sees the packet, or this sees the reader.
        full_barrier();
        if this.is_open.load() == 0 {
            return;
        }
        if outcome == WriteOutcome::HalfFull {
            Self::flush_now(this);
        } else {
            Self::flush_later(this);
        }
    }

    /// Makes sure that the reader, which has read everything that was due, is notified when `next` is due.
    pub(crate) fn schedule_wakeup(this: ArcBorrow<'_, Self>, next: Next) {
        match next {
            Next::HeldBack => Self::flush_now(this),
            Next::Partial { .. } | Next::Early => Self::flush_later(this),
            // The first event schedules a flush.
            Next::Nothing { .. } => (),
            Next::Packet { .. } => this.due.notify_all(),
        }
    }

    /// Schedules a flush in [`FLUSH_AFTER_MS`], which delivers all that is recorded by then.
    fn flush_later(this: ArcBorrow<'_, Self>) {
        // Fails if a flush is scheduled already: that one is enough.
        let _ = workqueue::system_long().enqueue_delayed::<_, 0>(Arc::from(this), msecs_to_jiffies(FLUSH_AFTER_MS));
    }

    /// Schedules a flush without delay.
    fn flush_now(this: ArcBorrow<'_, Self>) {
        // Fails if a flush is scheduled already.
        let _ = workqueue::system_long().enqueue::<_, 1>(Arc::from(this));
    }

    /// Makes recorded packets due and notifies the reader. Cuts the open packets if no complete packet is due.
    fn flush(&self) {
        let _guard = self.flushing.lock();
        // If writers have completed packets themselves, the reader can go on with these.
        let cut = {
            let mut stream = self.stream.lock();
            if stream.is_due() {
                None
            } else {
                stream.readers.begin_cut()
            }
        };
        if let Some(cut) = cut {
            let waited = cut.wait();
            self.stream.lock().readers.finish_cut(waited);
        }
        self.due.notify_all();
    }

    /// Discards what was recorded and not read. Of what is recorded meanwhile, a part may be discarded, too. If the
    /// reader has got a part of a packet, it gets the rest of the packet, and then everything.
    pub(crate) fn discard(&self) {
        let _guard = self.flushing.lock();
        let cut = {
            let mut stream = self.stream.lock();
            stream.readers.refresh();
            stream.readers.begin_cut()
        };
        let waited = cut.map(|cut| cut.wait());
        let mut stream = self.stream.lock();
        if let Some(waited) = waited {
            stream.readers.finish_cut(waited);
        }
        stream.discard();
    }

    /// Waits for flushes that are scheduled or under way. From here on no other flush may be scheduled.
    pub(crate) fn wait_for_flushes(&self) {
        work::wait_delayed(&self.delayed_flush);
        work::wait(&self.immediate_flush);
    }
}
