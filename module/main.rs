// SPDX-License-Identifier: GPL-2.0

//! syscall_record: records the system calls of processes.
//!
//! The way of an event, each step a file:
//! `tracepoint` → `tracer` (with `task`, `pure::filter`) → `pure::encode` → `ring` → `stream` → `device`.

#![deny(unsafe_op_in_unsafe_fn)]
#![deny(clippy::undocumented_unsafe_blocks)]

// No `unsafe` in these.
mod device;
#[allow(dead_code, unreachable_pub)] // Some of it is the reader's alone.
mod pure;
mod settings;
mod stream;
mod tracer;

// What wraps the kernel's C interfaces and the shared memory.
mod arch;
mod chardev;
mod clock;
mod param;
mod ring;
mod system;
mod task;
mod tracepoint;
mod word;
mod work;

use crate::chardev::Registration;
use crate::clock::Clock;
use crate::device::Device;
use crate::ring::Buffers;
use crate::stream::{Origin, Stream};
use crate::tracepoint::Attached;
use crate::tracer::{Recorder, Tracer};
use kernel::{prelude::*, sync::Arc};

module! {
    type: SyscallRecord,
    name: "syscall_record",
    authors: ["The syscall-record authors"],
    description: "Records the system calls of processes",
    license: "GPL",
}

/// The loaded module. The fields go in this order: the device closes, the probe is detached, then what
/// both used is let go.
struct SyscallRecord {
    _device: Pin<KBox<Registration<Device>>>,
    probe: Option<Attached<Recorder>>,
    tracer: Arc<Tracer>,
}

impl kernel::Module for SyscallRecord {
    fn init(_module: &'static ThisModule) -> Result<Self> {
        let settings = settings::read()?;
        let cpus = system::possible_cpus();
        settings::check_memory(settings.buffer_kb, cpus)?;
        let no_memory = |error| {
            pr_err!("buffer_kb={}: {} CPUs' buffers cannot be allocated\n", settings.buffer_kb, cpus);
            error
        };
        let (buffers, tails) = Buffers::new(cpus, pure::settings::packets(settings.buffer_kb)).map_err(no_memory)?;
        let clock = Clock::new();
        let origin = Origin { session: system::random(), release: system::release() };
        let stream = Stream::new(tails, clock, origin)?;
        let tracer = Tracer::new(settings.filter, clock, buffers, stream)?;

        let probe = Attached::new(tracer.clone())
            .inspect_err(|_| pr_err!("the kernel's sys_enter and sys_exit tracepoints cannot be used\n"))?;
        // Last: the device can be opened from here on, and then nothing may fail any more.
        let device = KBox::pin_init(Registration::new(Device::new(tracer.clone())?), GFP_KERNEL)
            .inspect_err(|_| pr_err!("/dev/syscall-record cannot be made\n"))?;
        settings::announce(&settings, cpus);
        Ok(Self { _device: device, probe: Some(probe), tracer })
    }
}

impl Drop for SyscallRecord {
    fn drop(&mut self) {
        // No more events, and so no more flushes but those scheduled: the device is closed, for an open
        // one holds the module.
        self.probe = None;
        self.tracer.settle();
        let unread = self.tracer.stream.lock().tails.waiting();
        if unread > 0 {
            pr_info!("unloaded; packets that nobody read: {}\n", unread);
        } else {
            pr_info!("unloaded\n");
        }
    }
}
