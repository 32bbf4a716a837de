// SPDX-License-Identifier: GPL-2.0

//! `/dev/syscall-record`.

#![forbid(unsafe_code)]

use crate::control::Control;
use crate::kernel_api::chardev::CharDevice;
use crate::kernel_api::task::Current;
use crate::outlet::Outlet;
use crate::pure::filter::Subject;
use crate::pure::order::Next;
use crate::pure::request::{is_set_request, size_of_request, BadRequest, Request, REQUEST_BYTES, SET_REQUEST};
use kernel::{
    fs::File,
    iov::IovIterDest,
    new_mutex,
    prelude::*,
    sync::{poll::PollTable, Arc, Mutex},
    time::{Delta, Instant, Monotonic},
    uaccess::{UserPtr, UserSlice},
};

/// The device: whoever reads it empties the buffers.
pub(crate) struct Device {
    control: Arc<Control>,
    reader: Pin<KBox<Mutex<Reader>>>,
}

/// Who has the device open.
#[derive(Default)]
struct Reader {
    /// The process that opened it.
    tgid: Option<u32>,
    /// When another was last told so in the log.
    told: Option<Instant<Monotonic>>,
    /// How many of its requests were refused since it opened the device.
    refused: u32,
}

/// So many refused requests are explained in the log: an open file may be handed to whoever would fill that.
const MAX_TOLD: u32 = 64;

impl Device {
    /// A device that delivers what is recorded by `control`.
    ///
    /// # Errors
    ///
    /// `ENOMEM`.
    pub(crate) fn new(control: Arc<Control>) -> Result<Self> {
        let reader = KBox::pin_init(new_mutex!(Reader::default()), GFP_KERNEL)?;
        Ok(Self { control, reader })
    }

    /// Says in the log what is wrong with a request.
    fn refuse(&self, BadRequest { field, value, rule }: BadRequest) -> Error {
        let mut reader = self.reader.lock();
        if reader.refused < MAX_TOLD {
            reader.refused = reader.refused.wrapping_add(1);
            match value {
                Some(value) => pr_err!("request: {}={}: must be {}\n", field, value, rule.0),
                None => pr_err!("request: {}: must be {}\n", field, rule.0),
            }
        }
        EINVAL
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
        reader.refused = 0;
        self.control.outlet.set_reader(tgid);
        Ok(())
    }

    fn release(&self) {
        let outlet = &self.control.outlet;
        outlet.set_reader(0);
        outlet.stream.lock().rewind();
        // Before another may open it.
        self.control.end_request();
        self.reader.lock().tgid = None;
    }

    fn read(&self, to: &mut IovIterDest<'_>, nonblocking: bool) -> Result<usize> {
        // An open file can be handed to another process; the one that reads is not recorded.
        let outlet = &self.control.outlet;
        outlet.set_reader(Current::get().tgid());
        let mut stream = outlet.stream.lock();
        loop {
            match stream.read(to) {
                Err(EAGAIN) => (),
                // There was no more: whoever takes that for "all" waits to be notified of the rest.
                Ok(bytes) if !to.is_empty() => {
                    Outlet::expect(outlet.as_arc_borrow(), stream.next());
                    return Ok(bytes);
                }
                done => return done,
            }
            match stream.next() {
                Next::Packet { .. } => continue,
                next => Outlet::expect(outlet.as_arc_borrow(), next),
            }
            if nonblocking {
                return Err(EAGAIN);
            }
            if outlet.due.wait_interruptible(&mut stream) {
                return Err(ERESTARTSYS);
            }
        }
    }

    /// Who can call this has the device open, and nobody else has: what it asks for is nobody else's business.
    fn ioctl(&self, command: u32, argument: UserPtr) -> Result {
        if !is_set_request(command) {
            return Err(ENOTTY);
        }
        if command != SET_REQUEST {
            return Err(self.refuse(BadRequest::size(size_of_request(command))));
        }
        let mut bytes = KBox::new([0; REQUEST_BYTES], GFP_KERNEL)?;
        UserSlice::new(argument, REQUEST_BYTES).reader().read_slice(&mut bytes[..])?;
        self.control.request(&Request::from_bytes(&bytes).map_err(|bad| self.refuse(bad))?)
    }

    fn poll(&self, file: &File, table: PollTable<'_>) -> bool {
        let outlet = &self.control.outlet;
        table.register_wait(file, &outlet.due);
        let mut stream = outlet.stream.lock();
        let is_due = stream.is_due();
        if !is_due {
            Outlet::expect(outlet.as_arc_borrow(), stream.next());
        }
        is_due
    }
}
