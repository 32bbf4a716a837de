// SPDX-License-Identifier: GPL-2.0

//! `/dev/syscall-record`.

#![forbid(unsafe_code)]

use crate::chardev::CharDevice;
use crate::pure::filter::Subject;
use crate::pure::order::Next;
use crate::task::Current;
use crate::tracer::Tracer;
use kernel::{
    fs::File,
    iov::IovIterDest,
    new_mutex,
    prelude::*,
    sync::{poll::PollTable, Arc, Mutex},
    time::{Delta, Instant, Monotonic},
};

/// The device: whoever reads it empties the buffers.
pub(crate) struct Device {
    tracer: Arc<Tracer>,
    reader: Pin<KBox<Mutex<Reader>>>,
}

/// Who has the device open.
#[derive(Default)]
struct Reader {
    /// The process that opened it.
    tgid: Option<u32>,
    /// When another was last told so in the log.
    told: Option<Instant<Monotonic>>,
}

impl Device {
    /// A device that delivers what `tracer` records.
    ///
    /// # Errors
    ///
    /// `ENOMEM`.
    pub(crate) fn new(tracer: Arc<Tracer>) -> Result<Self> {
        let reader = KBox::pin_init(new_mutex!(Reader::default()), GFP_KERNEL)?;
        Ok(Self { tracer, reader })
    }
}

impl CharDevice for Device {
    const NAME: &'static CStr = c"syscall-record";

    fn open(&self) -> Result {
        let mut reader = self.reader.lock();
        if let Some(tgid) = reader.tgid {
            if reader.told.is_none_or(|told| told.elapsed() >= Delta::from_secs(1)) {
                reader.told = Some(Instant::now());
                pr_warn!("/dev/syscall-record is open in process {}; it has one reader at a time\n", tgid);
            }
            return Err(EBUSY);
        }
        let tgid = Current::get().tgid();
        reader.tgid = Some(tgid);
        self.tracer.set_reader(tgid);
        Ok(())
    }

    fn release(&self) {
        self.tracer.set_reader(0);
        self.tracer.stream.lock().rewind();
        self.reader.lock().tgid = None;
    }

    fn read(&self, to: &mut IovIterDest<'_>, nonblocking: bool) -> Result<usize> {
        // An open file can be handed to another process; the one that reads is not recorded.
        self.tracer.set_reader(Current::get().tgid());
        let mut stream = self.tracer.stream.lock();
        loop {
            match stream.read(to) {
                Err(EAGAIN) => (),
                // There was no more: whoever takes that for "all" waits to be notified of the rest.
                Ok(bytes) if !to.is_empty() => {
                    Tracer::expect(self.tracer.as_arc_borrow(), stream.next());
                    return Ok(bytes);
                }
                done => return done,
            }
            match stream.next() {
                Next::Packet { .. } => continue,
                next => Tracer::expect(self.tracer.as_arc_borrow(), next),
            }
            if nonblocking {
                return Err(EAGAIN);
            }
            if self.tracer.due.wait_interruptible(&mut stream) {
                return Err(ERESTARTSYS);
            }
        }
    }

    fn poll(&self, file: &File, table: PollTable<'_>) -> bool {
        table.register_wait(file, &self.tracer.due);
        let mut stream = self.tracer.stream.lock();
        let is_due = stream.is_due();
        if !is_due {
            Tracer::expect(self.tracer.as_arc_borrow(), stream.next());
        }
        is_due
    }
}
