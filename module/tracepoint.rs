// SPDX-License-Identifier: GPL-2.0

//! Attaching to the kernel's `sys_enter` and `sys_exit` tracepoints.
//!
//! C header: `include/linux/tracepoint.h`.

use core::ptr::NonNull;
use kernel::{
    bindings,
    error::to_result,
    prelude::*,
    sync::{Arc, ArcBorrow},
};

/// What is called at system calls.
pub(crate) trait Probe {
    /// What every call gets.
    type Data: Send + Sync;

    /// A task enters system call `number`. Preemptible, interrupts on.
    fn enter(data: ArcBorrow<'_, Self::Data>, number: c_long);

    /// A task returns from a system call. Preemptible, interrupts on.
    fn exit(data: ArcBorrow<'_, Self::Data>, result: c_long);
}

/// A probe on both tracepoints; gone when dropped, and no call of it runs any more then.
///
/// # Invariants
///
/// Both functions of `P` are registered on the two tracepoints with a pointer to what `data` holds.
pub(crate) struct Attached<P: Probe> {
    tracepoints: Tracepoints,
    data: Arc<P::Data>,
}

impl<P: Probe> Attached<P> {
    /// Attaches the probe.
    ///
    /// # Errors
    ///
    /// `ENOENT` if the kernel has no such tracepoints; otherwise what registering them gives,
    /// `ENOMEM` for example.
    pub(crate) fn new(data: Arc<P::Data>) -> Result<Self> {
        let tracepoints = Tracepoints::find().ok_or(ENOENT)?;
        // Exits first: every entry that is seen then has its exit seen too.
        tracepoints.exit.register(Self::on_exit as *mut c_void, &data)?;
        if let Err(error) = tracepoints.enter.register(Self::on_enter as *mut c_void, &data) {
            tracepoints.exit.unregister(Self::on_exit as *mut c_void, &data);
            synchronize();
            return Err(error);
        }
        // INVARIANT: Both were just registered.
        Ok(Self { tracepoints, data })
    }

    /// # Safety
    ///
    /// `data` is what `new` registered.
    unsafe extern "C" fn on_enter(data: *mut c_void, _regs: *mut bindings::pt_regs, id: c_long) {
        // SAFETY: `new` registered a pointer to what its `Arc` holds, and `drop` lets go of the `Arc`
        // only after the last call.
        P::enter(unsafe { ArcBorrow::from_raw(data.cast()) }, id);
    }

    /// # Safety
    ///
    /// `data` is what `new` registered.
    unsafe extern "C" fn on_exit(data: *mut c_void, _regs: *mut bindings::pt_regs, ret: c_long) {
        // SAFETY: As in `on_enter`.
        P::exit(unsafe { ArcBorrow::from_raw(data.cast()) }, ret);
    }
}

impl<P: Probe> Drop for Attached<P> {
    fn drop(&mut self) {
        self.tracepoints.enter.unregister(Self::on_enter as *mut c_void, &self.data);
        self.tracepoints.exit.unregister(Self::on_exit as *mut c_void, &self.data);
        synchronize();
    }
}

/// One of the kernel's own tracepoints.
///
/// # Invariants
///
/// Points to `sys_enter` or `sys_exit`, which stay for ever.
struct Tracepoint(NonNull<bindings::tracepoint>);

// SAFETY: Tracepoints can be used by any thread.
unsafe impl Send for Tracepoint {}
// SAFETY: As above; the kernel locks.
unsafe impl Sync for Tracepoint {}

impl Tracepoint {
    /// Registers `probe`, one of [`Attached`]'s functions, which are of the type that both
    /// tracepoints call.
    fn register<T>(&self, probe: *mut c_void, data: &Arc<T>) -> Result {
        // SAFETY: By the type invariants the tracepoint is valid.
        to_result(unsafe { bindings::tracepoint_probe_register(self.0.as_ptr(), probe, as_void(data)) })
    }

    /// Undoes a `register`. Calls may still be running.
    fn unregister<T>(&self, probe: *mut c_void, data: &Arc<T>) {
        // SAFETY: As in `register`. It only fails for what is not registered.
        unsafe { bindings::tracepoint_probe_unregister(self.0.as_ptr(), probe, as_void(data)) };
    }
}

/// The two tracepoints of system calls.
struct Tracepoints {
    enter: Tracepoint,
    exit: Tracepoint,
}

impl Tracepoints {
    /// Finds them by name: they are not exported.
    fn find() -> Option<Self> {
        let mut found = [None; 2];
        // SAFETY: `visit` gets back the pointer to `found`, which lives throughout the call.
        unsafe { bindings::for_each_kernel_tracepoint(Some(Self::visit), (&raw mut found).cast()) };
        let [enter, exit] = found;
        // INVARIANT: `visit` found them by their names.
        Some(Self { enter: Tracepoint(enter?), exit: Tracepoint(exit?) })
    }

    /// # Safety
    ///
    /// `tracepoint` is one of the kernel's, `found` is what `find` passed.
    unsafe extern "C" fn visit(tracepoint: *mut bindings::tracepoint, found: *mut c_void) {
        // SAFETY: `find` passes a pointer to its own array, and nothing else uses it meanwhile.
        let [enter, exit] = unsafe { &mut *found.cast::<[Option<NonNull<bindings::tracepoint>>; 2]>() };
        // SAFETY: The kernel hands out its tracepoints, whose names are C strings.
        match unsafe { CStr::from_char_ptr((*tracepoint).name) }.to_bytes() {
            b"sys_enter" => *enter = NonNull::new(tracepoint),
            b"sys_exit" => *exit = NonNull::new(tracepoint),
            _ => (),
        }
    }
}

fn as_void<T>(data: &Arc<T>) -> *mut c_void {
    Arc::as_ptr(data).cast_mut().cast()
}

/// `tracepoint_synchronize_unregister()` for tracepoints whose probes may fault: waits until no call
/// of an unregistered probe runs.
fn synchronize() {
    // SAFETY: The structure is the kernel's own; `synchronize_rcu_tasks_trace()`, an inline, does this.
    unsafe { bindings::synchronize_srcu(&raw mut bindings::rcu_tasks_trace_srcu_struct) };
}
