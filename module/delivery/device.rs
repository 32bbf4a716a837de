// SPDX-License-Identifier: GPL-2.0

//! `/dev/syscall-record`: one process at a time opens it, requests a recording if it wants one, and reads.

use super::flush::Delivery;
use crate::kernel_api::chardev::CharDevice;
use crate::kernel_api::task::CurrentTask;
use crate::shared::filter::FilteredTask;
use crate::shared::order::Next;
use crate::shared::request::{is_set_request, size_of_request, BadRequest, Request, REQUEST_BYTES, SET_REQUEST};
use kernel::{
    fs::File,
    iov::IovIterDest,
    new_mutex,
    prelude::*,
    sync::{poll::PollTable, Arc, Mutex},
    time::{Delta, Instant, Monotonic},
    uaccess::{UserPtr, UserSlice},
};

/// Puts the requests of the device's reader in force.
pub(crate) trait RequestHandler: Send + Sync + 'static {
    /// Puts `request` in force, until [`end_request`](Self::end_request).
    ///
    /// # Errors
    ///
    /// `ENOMEM`, and the errors of attaching probes; then nothing has changed, but unread packets are gone if the
    /// request does not keep them.
    fn begin_request(&self, request: &Request) -> Result;

    /// The reader has closed the device: the parameters' settings are in force again. Forgets what was recorded by a
    /// request and not read, for the next reader has not requested it.
    fn end_request(&self);
}

/// The device `/dev/syscall-record`. Reading it empties the buffers.
pub(crate) struct Device<H> {
    delivery: Arc<Delivery>,
    requests: Arc<H>,
    reader: Pin<KBox<Mutex<DeviceReader>>>,
}

/// Who has the device open.
#[derive(Default)]
struct DeviceReader {
    /// The process that opened it.
    tgid: Option<u32>,
    /// When the log last said that it is open.
    warned: Option<Instant<Monotonic>>,
    /// How many requests of this reader were refused.
    refused: u32,
}

/// The log explains this many refused requests of a reader. The limit keeps a process that was handed the open file
/// from filling the log.
const MAX_EXPLAINED: u32 = 64;

impl<H: RequestHandler> Device<H> {
    /// A device that delivers from `delivery` and hands requests to `requests`.
    ///
    /// # Errors
    ///
    /// `ENOMEM`.
    pub(crate) fn new(delivery: Arc<Delivery>, requests: Arc<H>) -> Result<Self> {
        let reader = KBox::pin_init(new_mutex!(DeviceReader::default(), "Device::reader"), GFP_KERNEL)?;
        Ok(Self { delivery, requests, reader })
    }

    /// Says in the log what is wrong with a request.
    fn refuse(&self, BadRequest { field, value, rule }: BadRequest) -> Error {
        let mut reader = self.reader.lock();
        if reader.refused < MAX_EXPLAINED {
            reader.refused = reader.refused.wrapping_add(1);
            match value {
                Some(value) => pr_err!("request: {}={}: must be {}\n", field, value, rule.0),
                None => pr_err!("request: {}: must be {}\n", field, rule.0),
            }
        }
        EINVAL
    }
}

impl<H: RequestHandler> CharDevice for Device<H> {
    const NAME: &'static CStr = c"syscall-record";

    fn open(&self) -> Result {
        let mut reader = self.reader.lock();
        if let Some(tgid) = reader.tgid {
            if reader.warned.is_none_or(|warned| warned.elapsed() >= Delta::from_secs(1)) {
                reader.warned = Some(Instant::now());
                pr_warn!("/dev/syscall-record is open in process {}; it has one reader at a time\n", tgid);
            }
            return Err(EBUSY);
        }
        let tgid = CurrentTask::get().tgid();
        reader.tgid = Some(tgid);
        reader.refused = 0;
        self.delivery.set_reader(tgid);
        Ok(())
    }

    fn release(&self) {
        self.delivery.set_reader(0);
        self.delivery.stream.lock().rewind();
        // Before another process may open the device.
        self.requests.end_request();
        self.reader.lock().tgid = None;
    }

    fn read(&self, to: &mut IovIterDest<'_>, nonblocking: bool) -> Result<usize> {
        // An open file can be handed to another process. The process that reads is not recorded.
        let delivery = &self.delivery;
        delivery.set_reader(CurrentTask::get().tgid());
        let mut stream = delivery.stream.lock();
        loop {
            match stream.read(to) {
                Err(EAGAIN) => (),
                // Less than `to` holds was due. A reader that takes this for all waits to be notified of the rest.
                Ok(bytes) if !to.is_empty() => {
                    Delivery::schedule_wakeup(delivery.as_arc_borrow(), stream.next());
                    return Ok(bytes);
                }
                done => return done,
            }
            match stream.next() {
                Next::Packet { .. } => continue,
                next => Delivery::schedule_wakeup(delivery.as_arc_borrow(), next),
            }
            if nonblocking {
                return Err(EAGAIN);
            }
            if delivery.due.wait_interruptible(&mut stream) {
                return Err(ERESTARTSYS);
            }
        }
    }

    /// Takes a request. The device has one reader at a time, so the request concerns the caller alone.
    fn ioctl(&self, command: u32, argument: UserPtr) -> Result {
        if !is_set_request(command) {
            return Err(ENOTTY);
        }
        if command != SET_REQUEST {
            return Err(self.refuse(BadRequest::size(size_of_request(command))));
        }
        let mut bytes = KBox::new([0; REQUEST_BYTES], GFP_KERNEL)?;
        UserSlice::new(argument, REQUEST_BYTES).reader().read_slice(&mut bytes[..])?;
        self.requests.begin_request(&Request::from_bytes(&bytes).map_err(|bad| self.refuse(bad))?)
    }

    fn poll(&self, file: &File, table: PollTable<'_>) -> bool {
        let delivery = &self.delivery;
        table.register_wait(file, &delivery.due);
        let mut stream = delivery.stream.lock();
        let is_due = stream.is_due();
        if !is_due {
            Delivery::schedule_wakeup(delivery.as_arc_borrow(), stream.next());
        }
        is_due
    }
}
