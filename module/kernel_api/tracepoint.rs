// SPDX-License-Identifier: GPL-2.0

//! The kernel's tracepoints: finds one, registers functions with it, tells whether other tracers use it.
//!
//! C header: `include/linux/tracepoint.h`.

use super::symbol_name::SymbolName;
use core::{marker::PhantomData, ptr::NonNull};
use kernel::{bindings, error::to_result, prelude::*};

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
    /// [`wait_for_all_probes`] have returned.
    #[inline]
    pub(super) unsafe fn register(&self, function: *mut c_void, data: *mut c_void) -> Result {
        // SAFETY: By the type invariants the tracepoint is valid. The caller promises the rest.
        to_result(unsafe { bindings::tracepoint_probe_register(self.0.as_ptr(), function, data) })
    }

    /// Has the tracepoint no longer call `function` with `data`. Calls that run go on: see
    /// [`wait_for_all_probes`].
    ///
    /// # Safety
    ///
    /// Both were [registered](Self::register) together.
    #[inline]
    pub(super) unsafe fn unregister(&self, function: *mut c_void, data: *mut c_void) {
        // SAFETY: By the type invariants the tracepoint is valid. This fails only for what is not registered.
        unsafe { bindings::tracepoint_probe_unregister(self.0.as_ptr(), function, data) };
    }

    /// Where the tracepoint lies: C code knows it by that.
    pub(super) fn address(&self) -> *const c_void {
        self.0.as_ptr().cast_const().cast()
    }

    /// Whether it calls functions of other tracers: any that are not this module's own. May sleep.
    pub(crate) fn has_others(&self) -> bool {
        self.any_function(|function| !is_own(function) && !is_stub(function))
    }

    /// Whether `is_wanted` holds for one of the functions that the tracepoint calls.
    fn any_function(&self, mut is_wanted: impl FnMut(*const c_void) -> bool) -> bool {
        let _section = FaultableSection::new();
        // SAFETY: By the type invariants. The kernel may replace the array meanwhile (`rcu_assign_pointer()`); it frees
        // the array of a tracepoint of system calls only when all sections that have begun before are over
        // (`release_probes()` of `kernel/tracepoint.c`). A null function ends the array. The kernel may replace a
        // function by its stub meanwhile (`func_remove()`).
        unsafe {
            let mut entry: *const bindings::tracepoint_func =
                (&raw const (*self.0.as_ptr()).funcs).read_volatile().cast_const();
            while !entry.is_null() {
                let function = (&raw const (*entry).func).read_volatile();
                if function.is_null() {
                    break;
                }
                if is_wanted(function) {
                    return true;
                }
                entry = entry.add(1);
            }
        }
        false
    }
}

/// Whether `function` is one of this module's.
fn is_own(function: *const c_void) -> bool {
    // SAFETY: Callable from any context; compares addresses only.
    unsafe { syscall_record_is_own(function) }
}

/// Whether `function` is the kernel's `tp_stub_func()`, which does nothing. When the kernel has no memory for a shorter
/// array, it puts the stub in the place of a function that a tracer has unregistered, and leaves the stub there until
/// another function comes or goes. Without kallsyms the stub cannot be told from a tracer.
fn is_stub(function: *const c_void) -> bool {
    SymbolName::of(function as usize).is_ok_and(|name| name.begins_with_one_of(&[c"tp_stub_func+0x0/"]))
}

/// The read-side section of RCU in which tracepoints call functions that may fault, while this value lives.
struct FaultableSection(PhantomData<*const ()>);

impl FaultableSection {
    fn new() -> Self {
        // SAFETY: Callable from any task; the value ends the section, in the same task.
        unsafe { syscall_record_rcu_read_lock_trace() };
        Self(PhantomData)
    }
}

impl Drop for FaultableSection {
    fn drop(&mut self) {
        // SAFETY: `new` has begun a section in this task. Sections nest, and values are dropped in the order of scopes.
        unsafe { syscall_record_rcu_read_unlock_trace() };
    }
}

// `module/helpers.c`.
extern "C" {
    fn syscall_record_rcu_read_lock_trace();
    fn syscall_record_rcu_read_unlock_trace();
    fn syscall_record_is_own(function: *const c_void) -> bool;
}

/// Waits until no call of an unregistered function of the tracepoints of tasks runs. No function of these tracepoints
/// may sleep for long.
pub(super) fn wait_for_task_probes() {
    // SAFETY: The structure is the kernel's own.
    unsafe { bindings::synchronize_srcu(&raw mut bindings::tracepoint_srcu) };
}

/// `tracepoint_synchronize_unregister()`, in C an inline: waits until no call of an unregistered function runs. The
/// functions of other tracers may sleep, and so make this wait.
pub(super) fn wait_for_all_probes() {
    // SAFETY: The structure is the kernel's own; this is `synchronize_rcu_tasks_trace()`.
    unsafe { bindings::synchronize_srcu(&raw mut bindings::rcu_tasks_trace_srcu_struct) };
    wait_for_task_probes();
}
