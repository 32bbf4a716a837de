// SPDX-License-Identifier: GPL-2.0

//! syscall_record: records the system calls of processes.
//!
//! The folders, from the ground up; a folder uses only folders that stand before it in this list:
//!
//! * `shared`: what the module shares with its reader: the record format, the filter, the settings
//! * `kernel_api`: safe wrappers of the kernel's interfaces
//! * `ring`: a ring buffer of packets for each CPU
//! * `delivery`: from the ring buffers to the reader of `/dev/syscall-record`
//! * `probe`: what the kernel calls at each system call, fork and rename
//! * `control`: starts and stops recordings, as parameters and requests say
//!
//! An event takes this way: a tracepoint calls a probe (`probe::fast_path`), which writes the event to a packet
//! (`ring`). The packets of all CPUs become one stream (`delivery::stream`), which a reader gets from the device
//! (`delivery::device`).

#![deny(unsafe_op_in_unsafe_fn)]
#![deny(clippy::undocumented_unsafe_blocks)]

#[allow(dead_code, unreachable_pub)] // Only the reader uses some of it.
mod shared;
mod kernel_api;
mod ring;
mod delivery;
mod probe;
mod control;

use crate::control::{buffers, change::Control, parameters};
use crate::delivery::{device::Device, flush::Delivery};
use crate::kernel_api::call_hooks::ModuleText;
use crate::kernel_api::chardev::Registration;
use crate::kernel_api::kernel_info;
use crate::kernel_api::parameter::{ParameterListener, ParameterLock};
use crate::kernel_api::resume::ResumeRegistration;
use kernel::{prelude::*, sync::Arc};

module! {
    type: SyscallRecord,
    name: "syscall_record",
    authors: ["The syscall-record authors"],
    description: "Records the system calls of processes",
    license: "GPL",
}

/// The loaded module.
struct SyscallRecord {
    _device: Pin<KBox<Registration<Device<Control>>>>,
    _resume: ResumeRegistration<Delivery>,
    control: Arc<Control>,
    // The last field, dropped last.
    _text: ModuleText,
}

impl kernel::Module for SyscallRecord {
    fn init(_module: &'static ThisModule) -> Result<Self> {
        // The first value, dropped last if loading fails.
        let text = ModuleText::new();
        // A write to a parameter waits until it can be put in force.
        let mut lock = ParameterLock::new();
        let settings = parameters::read(&mut lock)?;
        let cpus = kernel_info::possible_cpus();
        let control = Control::new(buffers::allocate(settings.buffer_kb, cpus)?, &settings)?;
        let resume = ResumeRegistration::new(control.delivery.clone())?;
        // The device comes last: a process can open it from here on, and nothing may fail after that.
        let device = Device::new(control.delivery.clone(), control.clone())?;
        let device = KBox::pin_init(Registration::new(device), GFP_KERNEL)
            .inspect_err(|_| pr_err!("/dev/syscall-record cannot be made\n"))?;
        parameters::announce(&settings, cpus, &mut lock);
        Control::slot().set(Some(control.clone()), &mut lock);
        Ok(Self { _device: device, _resume: resume, control, _text: text })
    }
}

impl Drop for SyscallRecord {
    fn drop(&mut self) {
        Control::slot().set(None, &mut ParameterLock::new());
        // The device is closed, for an open device holds the module. So when the recording has ended, there are no more
        // events, and no new flushes are scheduled.
        self.control.end();
        self.control.delivery.wait_for_flushes();
        let unread = self.control.delivery.stream.lock().readers.waiting();
        if unread > 0 {
            pr_info!("unloaded; unread packets: {}\n", unread);
        } else {
            pr_info!("unloaded\n");
        }
    }
}
