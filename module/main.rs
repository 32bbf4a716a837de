// SPDX-License-Identifier: GPL-2.0

//! syscall_record: records the system calls of processes.
//!
//! The way of an event, each step a file:
//! `tracepoint` → `probe` (with `task`, `spare`, `pure::filter`) → `ring` (with `pure::encode`) → `stream` →
//! `device`.

#![deny(unsafe_op_in_unsafe_fn)]
#![deny(clippy::undocumented_unsafe_blocks)]

// No `unsafe` in these.
mod device;
mod follow;
mod memory;
mod probe;
#[allow(dead_code, unreachable_pub)] // Some of it is the reader's alone.
mod pure;
mod settings;
mod spare;
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
use crate::clock::{Any, Clock, Direct, Ticks};
use crate::device::Device;
use crate::follow::Followed;
use crate::probe::{Enter, Exit, Return, Tasks};
use crate::pure::{
    format::Edges,
    settings::{packets, Settings},
};
use crate::ring::Writers;
use crate::spare::Spare;
use crate::stream::{Origin, Stream};
use crate::tracepoint::{Function, Hooks};
use crate::tracer::{Means, Tracer};
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
    _device: Pin<KBox<Registration<Device>>>,
    probes: Probes,
    tracer: Arc<Tracer>,
}

/// What is attached to the kernel's tracepoints.
struct Probes {
    calls: Hooks<Tracer>,
    tasks: Hooks<Tracer>,
    spares: bool,
    tracer: Arc<Tracer>,
}

impl Probes {
    /// Attaches what `settings` ask for.
    ///
    /// # Errors
    ///
    /// Those of [`Hooks::attach`].
    fn new(tracer: &Arc<Tracer>, settings: &Settings) -> Result<Self> {
        let is_direct = tracer.means.clock.is_direct();
        let mut probes = Self {
            calls: Hooks::new(tracer.clone()),
            tasks: Hooks::new(tracer.clone()),
            spares: false,
            tracer: tracer.clone(),
        };
        // Before anything depends on them.
        let has_filter = !settings.filter.is_empty();
        if (settings.follow && has_filter) || (settings.spare && settings.filter.is_selective()) {
            probes.tasks.attach(Function::at_fork::<Tasks>())?;
            probes.tasks.attach(Function::at_rename::<Tasks>())?;
        }
        tracer.spare.follow();
        match (is_direct, settings.args) {
            (true, false) => probes.attach_calls::<Direct, false>(settings.edges)?,
            (true, true) => probes.attach_calls::<Direct, true>(settings.edges)?,
            (false, false) => probes.attach_calls::<Any, false>(settings.edges)?,
            (false, true) => probes.attach_calls::<Any, true>(settings.edges)?,
        }
        probes.spares = settings.spare && settings.filter.is_selective();
        if probes.spares {
            Tracer::start_sparing(tracer.as_arc_borrow());
        }
        Ok(probes)
    }

    fn attach_calls<T: Ticks, const ARGS: bool>(&mut self, edges: Edges) -> Result {
        match edges {
            Edges::Both => {
                // Exits first: every entry that is seen then has its exit seen, too.
                self.calls.attach(Function::at_exit::<Exit<T>>())?;
                self.calls.attach(Function::at_enter::<Enter<T, ARGS>>())
            }
            Edges::Enter => self.calls.attach(Function::at_enter::<Enter<T, ARGS>>()),
            Edges::Exit => self.calls.attach(Function::at_exit::<Return<T, ARGS>>()),
        }
    }
}

impl Probes {
    /// Detaches everything; no probe runs any more when this returns.
    fn detach(&mut self) {
        if self.spares {
            self.spares = false;
            self.tracer.stop_sparing();
        }
        // Every task has its flag now, and so will every child. Had we still an eye on forks, we might set a
        // child's flag after the kernel has cleared all.
        self.tasks.detach();
        self.calls.detach();
    }
}

impl Drop for Probes {
    fn drop(&mut self) {
        self.detach();
    }
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
        let (writers, tails) = Writers::new(cpus, packets(settings.buffer_kb), settings.args).map_err(no_memory)?;
        let clock = Clock::new();
        let origin = Origin {
            session: system::random(),
            release: system::release(),
            edges: settings.edges,
            has_args: settings.args,
        };
        let stream = Stream::new(tails, clock, origin)?;
        let followed = if settings.follow && !settings.filter.is_empty() { Some(Followed::new()?) } else { None };
        let spare = Spare::new(settings.filter, followed);
        let tracer = Tracer::new(Means { writers, clock }, spare, &settings, stream)?;

        let probes = Probes::new(&tracer, &settings)
            .inspect_err(|_| pr_err!("the kernel's tracepoints for system calls cannot be used\n"))?;
        // Last: the device can be opened from here on, and then nothing may fail any more.
        let device = KBox::pin_init(Registration::new(Device::new(tracer.clone())?), GFP_KERNEL)
            .inspect_err(|_| pr_err!("/dev/syscall-record cannot be made\n"))?;
        settings::announce(&settings, cpus);
        Ok(Self { _device: device, probes, tracer })
    }
}

impl Drop for SyscallRecord {
    fn drop(&mut self) {
        // No more events, and so no more flushes but those scheduled: the device is closed, for an open
        // one holds the module.
        self.probes.detach();
        self.tracer.settle();
        let unread = self.tracer.stream.lock().tails.waiting();
        if unread > 0 {
            pr_info!("unloaded; packets that nobody read: {}\n", unread);
        } else {
            pr_info!("unloaded\n");
        }
    }
}
