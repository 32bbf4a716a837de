// SPDX-License-Identifier: GPL-2.0

//! Tells when another tracer registers a probe at a tracepoint, and when it has unregistered one.
//!
//! The kernel itself tells nobody: it calls a tracepoint's `regfunc` for the first probe only. So there are kprobes on
//! the functions of `kernel/tracepoint.c` by which ftrace, perf, BPF and modules register their probes. The other half
//! of this file is `module/kprobes.c`.
//!
//! C header: `include/linux/kprobes.h`.

use super::tracepoint::Tracepoint;
use kernel::{
    error::to_result,
    prelude::*,
    sync::{
        atomic::{Atomic, Full, Release},
        Arc, ArcBorrow,
    },
};

/// Learns what other tracers do.
pub(crate) trait RegistrationListener: Send + Sync + 'static {
    /// Another tracer is about to register a probe. The probe is registered after this has returned, not before.
    ///
    /// Runs with preemption off, on some machines with interrupts off, in the context of the other tracer.
    fn registering(&self);

    /// The probe is registered, or that has failed: follows each [`registering`](Self::registering). Preemption is off.
    fn registered(this: ArcBorrow<'_, Self>);

    /// Another tracer has unregistered a probe. Preemption is off.
    fn unregistered(this: ArcBorrow<'_, Self>);
}

/// Tells a listener what other tracers do, until this is dropped.
///
/// A registration that has begun before goes unnoticed.
///
/// # Invariants
///
/// The kprobes are registered, and get a pointer to what the `Arc` holds. There is no other value of this type.
pub(crate) struct RegistrationWatch<T: RegistrationListener>(#[allow(dead_code)] Arc<T>);

/// 1 while there is a [`RegistrationWatch`], or while one is made.
static IS_WATCHING: Atomic<u32> = Atomic::new(0);

/// `struct syscall_record_watch` of `module/kprobes.c`.
#[repr(C)]
struct WatchCallbacks {
    tracepoints: [*const c_void; 2],
    registering: unsafe extern "C" fn(*mut c_void),
    registered: unsafe extern "C" fn(*mut c_void),
    unregistered: unsafe extern "C" fn(*mut c_void),
    data: *mut c_void,
}

extern "C" {
    fn syscall_record_watch(callbacks: *const WatchCallbacks) -> c_int;
    fn syscall_record_unwatch();
    fn syscall_record_has_noticed_own() -> bool;
    fn syscall_record_has_missed_any() -> bool;
}

impl<T: RegistrationListener> RegistrationWatch<T> {
    /// Has `listener` learn of the probes of other tracers at `tracepoints` from here on.
    ///
    /// # Errors
    ///
    /// `EOPNOTSUPP` if the kernel has no kretprobes, `EBUSY` if there is a watch already; otherwise the errors of
    /// `register_kretprobe()`.
    pub(crate) fn new(tracepoints: &[Tracepoint; 2], listener: Arc<T>) -> Result<Self> {
        if IS_WATCHING.cmpxchg(0, 1, Full).is_err() {
            return Err(EBUSY);
        }
        let callbacks = WatchCallbacks {
            tracepoints: tracepoints.each_ref().map(Tracepoint::address),
            registering: registering::<T>,
            registered: registered::<T>,
            unregistered: unregistered::<T>,
            data: Arc::as_ptr(&listener).cast_mut().cast(),
        };
        // SAFETY: `callbacks` is valid, and no other watch is registered. The functions may be called with `data` until
        // `drop` has returned: the value keeps the `Arc`.
        let result = to_result(unsafe { syscall_record_watch(&callbacks) });
        if result.is_err() {
            IS_WATCHING.store(0, Release);
        }
        // INVARIANT: They are registered, and `IS_WATCHING` was 0.
        result.map(|()| Self(listener))
    }

    /// Whether the kprobes have noticed a registration that this module has made since. Kprobes can be turned off for
    /// the whole machine, which no error tells.
    pub(crate) fn has_noticed_own(&self) -> bool {
        // SAFETY: Callable from any context.
        unsafe { syscall_record_has_noticed_own() }
    }
}

/// Whether a registration went unnoticed since the last watch began, because too many were under way at the same time.
pub(crate) fn has_missed_any() -> bool {
    // SAFETY: Callable from any context.
    unsafe { syscall_record_has_missed_any() }
}

impl<T: RegistrationListener> Drop for RegistrationWatch<T> {
    fn drop(&mut self) {
        // SAFETY: By the type invariants they are registered. When this returns, no callback runs, and none will.
        unsafe { syscall_record_unwatch() };
        IS_WATCHING.store(0, Release);
    }
}

/// # Safety
///
/// As for [`borrow`].
unsafe extern "C" fn registering<T: RegistrationListener>(data: *mut c_void) {
    // SAFETY: The caller promises it.
    unsafe { borrow::<T>(data) }.registering();
}

/// # Safety
///
/// As for [`borrow`].
unsafe extern "C" fn registered<T: RegistrationListener>(data: *mut c_void) {
    // SAFETY: The caller promises it.
    T::registered(unsafe { borrow(data) });
}

/// # Safety
///
/// As for [`borrow`].
unsafe extern "C" fn unregistered<T: RegistrationListener>(data: *mut c_void) {
    // SAFETY: The caller promises it.
    T::unregistered(unsafe { borrow(data) });
}

/// # Safety
///
/// `data` is what a [`RegistrationWatch`] of this listener registered, and the watch lives during `'a`.
unsafe fn borrow<'a, T: RegistrationListener>(data: *mut c_void) -> ArcBorrow<'a, T> {
    // SAFETY: `new` took the pointer from an `Arc`, which the watch keeps.
    unsafe { ArcBorrow::from_raw(data.cast_const().cast()) }
}
