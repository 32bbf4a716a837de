// SPDX-License-Identifier: GPL-2.0

//! The kernel's tracepoints: finds one, registers functions with it, tells whether other tracers use it.
//!
//! C header: `include/linux/tracepoint.h`.

use core::ptr::NonNull;
use kernel::{bindings, error::to_result, prelude::*, sync::ArcBorrow};

/// One of the kernel's own tracepoints.
///
/// # Invariants
///
/// Points to a tracepoint that is never freed.
pub(crate) struct Tracepoint(NonNull<bindings::tracepoint>);

// SAFETY: Any thread can use a tracepoint.
unsafe impl Send for Tracepoint {}
// SAFETY: As above; the kernel locks.
unsafe impl Sync for Tracepoint {}

impl Tracepoint {
    /// Finds a tracepoint of the kernel by its name: the kernel does not export those of system calls.
    pub(crate) fn find(name: &'static CStr) -> Option<Self> {
        let mut search = (name, None);
        // SAFETY: `visit` gets back the pointer to `search`, which lives throughout the call.
        unsafe { bindings::for_each_kernel_tracepoint(Some(Self::visit), (&raw mut search).cast()) };
        // INVARIANT: It belongs to the kernel, not to a module.
        search.1.map(Self)
    }

    /// # Safety
    ///
    /// `tracepoint` is one of the kernel's, `search` is what `find` passed.
    unsafe extern "C" fn visit(tracepoint: *mut bindings::tracepoint, search: *mut c_void) {
        // SAFETY: `find` passes a pointer to its own pair, and nothing else uses the pair meanwhile.
        let (name, found) = unsafe { &mut *search.cast::<(&'static CStr, Option<NonNull<bindings::tracepoint>>)>() };
        // SAFETY: The kernel hands out its tracepoints, whose names are C strings.
        if unsafe { CStr::from_char_ptr((*tracepoint).name) }.to_bytes() == name.to_bytes() {
            *found = NonNull::new(tracepoint);
        }
    }

    /// Has the tracepoint call `function` with `data`.
    ///
    /// # Errors
    ///
    /// As the kernel gives them, `ENOMEM` for example.
    ///
    /// # Safety
    ///
    /// `function` is one for this tracepoint, and may be called with `data` until [`unregister`](Self::unregister) and
    /// [`synchronize`] have returned.
    #[inline]
    pub(super) unsafe fn register(&self, function: *mut c_void, data: *mut c_void) -> Result {
        // SAFETY: By the type invariants the tracepoint is valid. The caller promises the rest.
        to_result(unsafe { bindings::tracepoint_probe_register(self.0.as_ptr(), function, data) })
    }

    /// Has the tracepoint no longer call `function` with `data`. Calls that run go on: see [`synchronize`].
    ///
    /// # Safety
    ///
    /// Both were [registered](Self::register) together.
    #[inline]
    pub(super) unsafe fn unregister(&self, function: *mut c_void, data: *mut c_void) {
        // SAFETY: By the type invariants the tracepoint is valid. This fails only for what is not registered.
        unsafe { bindings::tracepoint_probe_unregister(self.0.as_ptr(), function, data) };
    }

    /// Whether it calls functions with other data than `data`: the functions of other tracers.
    pub(crate) fn has_others<T>(&self, data: ArcBorrow<'_, T>) -> bool {
        let ours: *const T = &*data;
        // SAFETY: By the type invariants. The kernel may change the field meanwhile.
        let functions = unsafe { (&raw const (*self.0.as_ptr()).funcs).read_volatile() };
        let mut function = functions;
        // A function that was attached or detached meanwhile shows at the next call. The kernel may free the array
        // while this reads it, hence the copying. A null ends the array. At most one function is ours: the second one
        // decides.
        for _ in 0..2 {
            if function.is_null() {
                return false;
            }
            let mut copy = bindings::tracepoint_func::default();
            // SAFETY: The function reads any address, or fails; `copy` has the size given.
            let failed = unsafe {
                bindings::copy_from_kernel_nofault(
                    (&raw mut copy).cast(),
                    function.cast(),
                    size_of::<bindings::tracepoint_func>(),
                )
            };
            if failed != 0 {
                return true;
            }
            if copy.func.is_null() {
                return false;
            }
            if copy.data.cast_const().cast() != ours {
                return true;
            }
            function = function.wrapping_add(1);
        }
        true
    }
}

/// `tracepoint_synchronize_unregister()`, in C an inline: waits until no call of an unregistered function runs.
pub(super) fn synchronize() {
    // SAFETY: The structures are the kernel's own.
    unsafe {
        // `synchronize_rcu_tasks_trace()`, for functions that may fault.
        bindings::synchronize_srcu(&raw mut bindings::rcu_tasks_trace_srcu_struct);
        bindings::synchronize_srcu(&raw mut bindings::tracepoint_srcu);
    }
}
