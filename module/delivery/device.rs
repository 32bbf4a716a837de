// SPDX-License-Identifier: GPL-2.0

//! `/dev/syscall-record`: one process at a time opens it, requests a recording if it wants one, and reads.

use super::flush::Delivery;
use super::stream::TakenPacket;
use crate::kernel_api::access;
use crate::kernel_api::chardev::CharDevice;
use crate::kernel_api::task::CurrentTask;
use crate::shared::filter::FilteredTask;
use crate::shared::order::Next;
use crate::shared::request::{is_set_request, size_of_request, BadRequest, Request, REQUEST_BYTES, SET_REQUEST};
use kernel::{
    fs::{file::flags, File},
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
#[pin_data]
pub(crate) struct Device<H> {
    delivery: Arc<Delivery>,
    requests: Arc<H>,
    #[pin]
    reader: Mutex<DeviceReader>,
}

// The number is made as the kernel makes it.
const _: () = assert!(SET_REQUEST == kernel::ioctl::_IOW::<[u8; REQUEST_BYTES]>('?' as u32, 0));

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
    pub(crate) fn new(delivery: Arc<Delivery>, requests: Arc<H>) -> Result<Arc<Self>> {
        let reader = new_mutex!(DeviceReader::default(), "Device::reader");
        Arc::pin_init(pin_init!(Self { delivery, requests, reader <- reader }), GFP_KERNEL)
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
        if !access::may_observe() || access::is_locked_down() {
            return Err(EPERM);
        }
        let mut reader = self.reader.lock();
        if let Some(tgid) = reader.tgid {
            if reader.warned.is_none_or(|warned| warned.elapsed() >= Delta::from_secs(1)) {
                reader.warned = Some(Instant::now());
                pr_warn!("/dev/syscall-record is open in process {}; it has one reader at a time\n", tgid);
            }
            return Err(EBUSY);
        }
        let task = CurrentTask::get();
        reader.tgid = Some(task.tgid());
        reader.refused = 0;
        self.delivery.begin_reading(&task);
        Ok(())
    }

    fn close(&self) {
        self.delivery.leave(CurrentTask::get().tgid());
    }

    fn release(&self) {
        self.delivery.end_reading();
        // Before another process may open the device.
        self.requests.end_request();
        self.reader.lock().tgid = None;
    }

    fn read(&self, file: &File, to: &mut IovIterDest<'_>) -> Result<usize> {
        let delivery = &self.delivery;
        // An open file can be handed to another process.
        delivery.join(CurrentTask::get().tgid());
        let mut copied = 0_usize;
        while !to.is_empty() {
            let mut stream = delivery.stream.lock();
            match stream.take() {
                TakenPacket::Packet(mut packet) => {
                    drop(stream);
                    let count = packet.copy_to(to);
                    delivery.put_back(packet);
                    copied = copied.wrapping_add(count);
                    if count == 0 {
                        return if copied > 0 { Ok(copied) } else { Err(EFAULT) };
                    }
                    continue;
                }
                TakenPacket::Nothing => match stream.next() {
                    Next::Packet { .. } => continue,
                    // Less than `to` holds was due. A reader that takes this for all waits to be notified of the rest.
                    next => Delivery::schedule_wakeup(delivery.as_arc_borrow(), next),
                },
                TakenPacket::Elsewhere => (),
            }
            if copied > 0 {
                break;
            }
            if file.flags() & flags::O_NONBLOCK != 0 {
                return Err(EAGAIN);
            }
            if delivery.due.wait_interruptible(&mut stream) {
                return Err(ERESTARTSYS);
            }
        }
        Ok(copied)
    }

    /// Takes a request. The device has one reader at a time, so the request concerns the caller alone.
    fn ioctl(&self, file: &File, command: u32, argument: UserPtr) -> Result {
        if !is_set_request(command) {
            return Err(ENOTTY);
        }
        if file.flags() & flags::O_ACCMODE == flags::O_RDONLY {
            return Err(EBADF);
        }
        if command != SET_REQUEST {
            return Err(self.refuse(BadRequest::size(size_of_request(command))));
        }
        let mut bytes = KBox::new([0; REQUEST_BYTES], GFP_KERNEL)?;
        UserSlice::new(argument, REQUEST_BYTES).reader().read_slice(&mut bytes[..])?;
        // Not moved: the kernel's stack is small.
        let request = &Request::from_bytes(&bytes);
        let request = match request {
            Ok(request) => request,
            Err(bad) => return Err(self.refuse(*bad)),
        };
        if request.selection.copies_memory() && !access::may_read_memory() {
            return Err(EPERM);
        }
        self.delivery.join(CurrentTask::get().tgid());
        self.requests.begin_request(request)
    }

    fn poll(&self, file: &File, table: PollTable<'_>) -> bool {
        let delivery = &self.delivery;
        delivery.join(CurrentTask::get().tgid());
        table.register_wait(file, &delivery.due);
        let mut stream = delivery.stream.lock();
        if stream.is_taken() {
            return false;
        }
        let is_due = stream.is_due();
        if !is_due {
            Delivery::schedule_wakeup(delivery.as_arc_borrow(), stream.next());
        }
        is_due
    }
}
