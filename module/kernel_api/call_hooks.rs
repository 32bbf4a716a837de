// SPDX-License-Identifier: GPL-2.0

//! Attaches probes to the tracepoints of system calls, and detaches them without waiting for probes that sleep.

use super::arch::Registers;
use super::preempt::wait_for_guards;
use super::probe_slot::ProbeSlot;
use super::tracepoint::{wait_for_all_probes, Tracepoint};
use core::{marker::PhantomData, ptr};
use kernel::{bindings, prelude::*, sync::Arc};

/// A probe of entries to or returns from system calls. Preemptible, interrupts on.
pub(crate) trait SyscallProbe: 'static {
    /// What the probe uses.
    type Data: Send + Sync + 'static;

    /// Where the probe finds what it uses. It finds nothing while it is not attached: a call may be late.
    fn slot() -> &'static ProbeSlot<Self::Data>;

    /// Runs the probe: the running task enters system call `value`, or returns from a call with the result `value`.
    fn call(registers: Registers<'_>, value: c_long);
}

/// The function of a probe, the tracepoint that it belongs to, and where the probe finds a `T`.
pub(crate) struct CallProbe<T: 'static> {
    tracepoint: &'static CStr,
    function: *mut c_void,
    slot: &'static ProbeSlot<T>,
    _calls: PhantomData<fn()>,
}

impl<T: Send + Sync> CallProbe<T> {
    /// The function of probe `P`, for the tracepoint of entries to system calls.
    pub(crate) fn at_enter<P: SyscallProbe<Data = T>>() -> Self {
        Self::new::<P>(c"sys_enter")
    }

    /// The function of probe `P`, for the tracepoint of returns from system calls.
    pub(crate) fn at_exit<P: SyscallProbe<Data = T>>() -> Self {
        Self::new::<P>(c"sys_exit")
    }

    fn new<P: SyscallProbe<Data = T>>(tracepoint: &'static CStr) -> Self {
        Self { tracepoint, function: on_syscall::<P> as *mut c_void, slot: P::slot(), _calls: PhantomData }
    }
}

/// # Safety
///
/// For `sys_enter` and `sys_exit` to call, with the registers of the running task.
unsafe extern "C" fn on_syscall<P: SyscallProbe>(_data: *mut c_void, regs: *mut bindings::pt_regs, value: c_long) {
    // SAFETY: The registers stay as they are while the task is here.
    P::call(Registers(unsafe { &*regs }), value);
}

/// Up to two probes that are attached. Dropping this detaches them.
///
/// # Invariants
///
/// The probes of `attached` are registered, with null as their data, and their slots point to what `data` holds.
pub(crate) struct CallHooks<T: Send + Sync + 'static> {
    attached: [Option<(Tracepoint, CallProbe<T>)>; 2],
    data: Arc<T>,
}

// SAFETY: The pointers are addresses of functions.
unsafe impl<T: Send + Sync> Send for CallHooks<T> {}
// SAFETY: As above.
unsafe impl<T: Send + Sync> Sync for CallHooks<T> {}

impl<T: Send + Sync> CallHooks<T> {
    /// Hooks without a probe yet. Each probe that is attached finds `data`.
    pub(crate) fn new(data: Arc<T>) -> Self {
        Self { attached: [None, None], data }
    }

    /// Attaches `probe` to its tracepoint, which calls it from here on.
    ///
    /// # Errors
    ///
    /// `ENOENT` if the kernel has no such tracepoint, `ENOSPC` if two probes are attached already; otherwise the errors
    /// of registering, `ENOMEM` for example.
    pub(crate) fn attach(&mut self, probe: CallProbe<T>) -> Result {
        let tracepoint = Tracepoint::find(probe.tracepoint).ok_or(ENOENT)?;
        let place = self.attached.iter_mut().find(|place| place.is_none()).ok_or(ENOSPC)?;
        // SAFETY: `data` lives until `detach` has cleared the slot and waited for all guards.
        unsafe { probe.slot.set(&self.data) };
        // SAFETY: The function is one for this tracepoint, and ignores its data. Its code lives until `ModuleText` has
        // waited.
        let registered = unsafe { tracepoint.register(probe.function, ptr::null_mut()) };
        if registered.is_err() {
            probe.slot.clear();
            // A late call of an earlier registration may have found it.
            wait_for_guards();
            return registered;
        }
        // INVARIANT: It was just registered.
        *place = Some((tracepoint, probe));
        Ok(())
    }

    /// Detaches all probes, the last attached first. When this returns, no probe uses what `data` holds, except those
    /// that have taken a reference of their own. It does not wait for those.
    pub(crate) fn detach(&mut self) {
        let mut any = false;
        // INVARIANT: A probe that is no longer registered is taken out.
        for (tracepoint, probe) in self.attached.iter_mut().rev().filter_map(Option::take) {
            any = true;
            // SAFETY: By the type invariants both were registered together.
            unsafe { tracepoint.unregister(probe.function, ptr::null_mut()) };
            probe.slot.clear();
        }
        if any {
            wait_for_guards();
        }
    }
}

impl<T: Send + Sync> Drop for CallHooks<T> {
    fn drop(&mut self) {
        self.detach();
    }
}

/// The code of the module's probes. Dropping this waits until no probe runs: to be dropped last when the module goes.
pub(crate) struct ModuleText(());

impl ModuleText {
    /// To be made before any probe is attached.
    pub(crate) fn new() -> Self {
        Self(())
    }
}

impl Drop for ModuleText {
    fn drop(&mut self) {
        wait_for_all_probes();
    }
}
