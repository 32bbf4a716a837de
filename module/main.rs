// SPDX-License-Identifier: GPL-2.0

//! syscall_record: records the system calls of processes.
//!
//! The way of an event, each step a file:
//! `tracepoint` → `probe` (with `task`, `spare`, `pure::filter`) → `ring` (with `pure::encode`) → `stream` →
//! `delivery` → `device`. By whose will: `control`.

#![deny(unsafe_op_in_unsafe_fn)]
#![deny(clippy::undocumented_unsafe_blocks)]

// No `unsafe` in these.
mod control;
#[path = "probe/copy_plans.rs"]
mod copy_plans;
mod delivery;
mod follow;
mod memory;
mod probe;
#[allow(dead_code, unreachable_pub)] // Some of it is the reader's alone.
mod pure;
mod recording;
mod settings;
mod spare;
mod tracer;

// What wraps the kernel's C interfaces and the shared memory.
mod kernel_api;
mod ring;

use crate::control::Control;
use crate::delivery::device::Device;
use crate::delivery::flush::Delivery;
use crate::delivery::stream::Stream;
use crate::kernel_api::chardev::Registration;
use crate::kernel_api::clock::Clock;
use crate::kernel_api::kernel_info;
use crate::kernel_api::parameter::{ParameterListener, ParameterLock};
use crate::pure::settings::packets;
use crate::ring::writer::Writers;
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
    control: Arc<Control>,
}

impl kernel::Module for SyscallRecord {
    fn init(_module: &'static ThisModule) -> Result<Self> {
        // Parameters that are written meanwhile wait until they can be put in force.
        let mut locked = ParameterLock::new();
        let settings = settings::read(&mut locked)?;
        let cpus = kernel_info::possible_cpus();
        let control = Control::new(make_buffers(settings.buffer_kb, cpus)?, &settings)?;
        // Last: the device can be opened from here on, and then nothing may fail any more.
        let device =
            KBox::pin_init(Registration::new(Device::new(control.delivery.clone(), control.clone())?), GFP_KERNEL)
                .inspect_err(|_| pr_err!("/dev/syscall-record cannot be made\n"))?;
        settings::announce(&settings, cpus, &mut locked);
        Control::slot().set(Some(control.clone()), &mut locked);
        Ok(Self { _device: device, control })
    }
}

/// Buffers of so many KiB for each of so many CPUs, and their delivery.
// With a stack frame of its own, for the kernel's stack is small.
#[inline(never)]
fn make_buffers(buffer_kb: u32, cpus: usize) -> Result<Arc<Delivery>> {
    settings::check_memory(buffer_kb, cpus)?;
    let (writers, readers) = Writers::new(cpus, packets(buffer_kb)).inspect_err(|_| {
        pr_err!("buffer_kb={}: {} CPUs' buffers cannot be allocated\n", buffer_kb, cpus);
    })?;
    let clock = Clock::new();
    let stream = Stream::new(readers, clock, kernel_info::release())?;
    Delivery::new(writers, clock, stream)
}

impl Drop for SyscallRecord {
    fn drop(&mut self) {
        Control::slot().set(None, &mut ParameterLock::new());
        // No more events, and so no more flushes but those scheduled: the device is closed, for an open
        // one holds the module.
        self.control.end();
        self.control.delivery.settle();
        let unread = self.control.delivery.stream.lock().readers.waiting();
        if unread > 0 {
            pr_info!("unloaded; packets that nobody read: {}\n", unread);
        } else {
            pr_info!("unloaded\n");
        }
    }
}
