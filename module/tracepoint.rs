// SPDX-License-Identifier: GPL-2.0

//! Attaching to the kernel's tracepoints.
//!
//! C header: `include/linux/tracepoint.h`.

use crate::arch::Registers;
use crate::pure::filter::comm_from_bytes;
use crate::pure::format::{Comm, COMM_BYTES};
use crate::task::Thread;
use core::{marker::PhantomData, ptr::NonNull};
use kernel::{
    bindings,
    error::to_result,
    prelude::*,
    sync::{Arc, ArcBorrow},
};

/// What is called at an edge of system calls. Preemptible, interrupts on.
pub(crate) trait SyscallProbe: 'static {
    /// What every call gets.
    type Data: Send + Sync;

    /// A task enters system call `value`, or returns from one with the result `value`.
    fn call(data: &Self::Data, registers: Registers<'_>, value: c_long);
}

/// What is called when a task appears or changes.
pub(crate) trait TaskProbe: 'static {
    /// What every call gets.
    type Data: Send + Sync;

    /// The running task has made `child`, which has not run yet.
    fn fork(data: &Self::Data, child: &Thread<'_>);

    /// `task` is about to get the name `comm`, which it may be giving itself.
    fn rename(data: &Self::Data, task: &Thread<'_>, comm: Comm);
}

/// A function for a tracepoint, which expects a `T`.
pub(crate) struct Function<T> {
    tracepoint: &'static CStr,
    function: *mut c_void,
    _expects: PhantomData<fn(&T)>,
}

impl<T: Send + Sync> Function<T> {
    /// For entries.
    pub(crate) fn at_enter<P: SyscallProbe<Data = T>>() -> Self {
        Self::new(c"sys_enter", on_syscall::<P> as *mut c_void)
    }

    /// For returns.
    pub(crate) fn at_exit<P: SyscallProbe<Data = T>>() -> Self {
        Self::new(c"sys_exit", on_syscall::<P> as *mut c_void)
    }

    /// For forks.
    pub(crate) fn at_fork<P: TaskProbe<Data = T>>() -> Self {
        Self::new(c"sched_process_fork", on_fork::<P> as *mut c_void)
    }

    /// For renames.
    pub(crate) fn at_rename<P: TaskProbe<Data = T>>() -> Self {
        Self::new(c"task_rename", on_rename::<P> as *mut c_void)
    }

    fn new(tracepoint: &'static CStr, function: *mut c_void) -> Self {
        Self { tracepoint, function, _expects: PhantomData }
    }
}

/// # Safety
///
/// For `sys_enter` and `sys_exit` to call, with the data that [`Hooks::attach`] gave and the registers
/// of the running task.
unsafe extern "C" fn on_syscall<P: SyscallProbe>(data: *mut c_void, regs: *mut bindings::pt_regs, value: c_long) {
    // SAFETY: `Hooks` registered a pointer to what its `Arc` holds, and lets go of that only after the
    // last call. The registers stay as they are while the task is here.
    let (data, registers) = unsafe { (&*data.cast(), Registers(&*regs)) };
    P::call(data, registers, value);
}

/// # Safety
///
/// For `sched_process_fork` to call, with the data that [`Hooks::attach`] gave.
unsafe extern "C" fn on_fork<P: TaskProbe>(
    data: *mut c_void,
    _parent: *mut bindings::task_struct,
    child: *mut bindings::task_struct,
) {
    // SAFETY: As in `on_syscall`; the child has not run yet.
    if let (data, Some(child)) = unsafe { (&*data.cast(), Thread::from_raw(child)) } {
        P::fork(data, &child);
    }
}

/// # Safety
///
/// For `task_rename` to call, with the data that [`Hooks::attach`] gave.
unsafe extern "C" fn on_rename<P: TaskProbe>(data: *mut c_void, task: *mut bindings::task_struct, name: *const c_char) {
    // SAFETY: As in `on_syscall`; the caller holds the task.
    let (data, task) = unsafe { (&*data.cast(), Thread::from_raw(task)) };
    let mut comm = [0; COMM_BYTES];
    // A task keeps no more of it.
    for (index, byte) in comm[..COMM_BYTES - 1].iter_mut().enumerate() {
        // SAFETY: A C string, whose end was not met yet. It may be a file's name, which changes when the file
        // is renamed, but not beyond its place.
        *byte = unsafe { name.cast::<u8>().add(index).read_volatile() };
        if *byte == 0 {
            break;
        }
    }
    if let Some(task) = task {
        P::rename(data, &task, comm_from_bytes(&comm));
    }
}

/// Functions that tracepoints call; gone when dropped, and no call of them runs any more then.
///
/// # Invariants
///
/// `attached` are registered with a pointer to what `data` holds.
pub(crate) struct Hooks<T> {
    attached: [Option<(Tracepoint, *mut c_void)>; 2],
    data: Arc<T>,
}

// SAFETY: The pointers are those of functions.
unsafe impl<T: Send + Sync> Send for Hooks<T> {}
// SAFETY: As above.
unsafe impl<T: Send + Sync> Sync for Hooks<T> {}

impl<T: Send + Sync> Hooks<T> {
    /// None yet.
    pub(crate) fn new(data: Arc<T>) -> Self {
        Self { attached: [None, None], data }
    }

    /// Has its tracepoint call `function` from here on.
    ///
    /// # Errors
    ///
    /// `ENOENT` if the kernel has no such tracepoint, `ENOSPC` if two functions are attached already; otherwise what
    /// registering gives, `ENOMEM` for example.
    pub(crate) fn attach(&mut self, function: Function<T>) -> Result {
        let tracepoint = Tracepoint::find(function.tracepoint).ok_or(ENOENT)?;
        let place = self.attached.iter_mut().find(|place| place.is_none()).ok_or(ENOSPC)?;
        // SAFETY: By the type invariants the tracepoint is valid, and the function is one for it.
        to_result(unsafe {
            bindings::tracepoint_probe_register(tracepoint.0.as_ptr(), function.function, as_void(&self.data))
        })?;
        // INVARIANT: It was just registered.
        *place = Some((tracepoint, function.function));
        Ok(())
    }
}

impl<T> Hooks<T> {
    /// Has no tracepoint call anything any more, the last attached first, and waits until no call runs.
    pub(crate) fn detach(&mut self) {
        let mut any = false;
        // INVARIANT: What is registered no more is taken out.
        for (tracepoint, function) in self.attached.iter_mut().rev().filter_map(Option::take) {
            any = true;
            // SAFETY: By the type invariants. It only fails for what is not registered.
            unsafe {
                bindings::tracepoint_probe_unregister(tracepoint.0.as_ptr(), function, as_void(&self.data));
            }
        }
        if any {
            synchronize();
        }
    }
}

impl<T> Drop for Hooks<T> {
    fn drop(&mut self) {
        self.detach();
    }
}

/// One of the kernel's own tracepoints.
///
/// # Invariants
///
/// Points to a tracepoint that stays for ever.
pub(crate) struct Tracepoint(NonNull<bindings::tracepoint>);

// SAFETY: Tracepoints can be used by any thread.
unsafe impl Send for Tracepoint {}
// SAFETY: As above; the kernel locks.
unsafe impl Sync for Tracepoint {}

impl Tracepoint {
    /// Finds one of the kernel's by its name: those of system calls are not exported.
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
        // SAFETY: `find` passes a pointer to its own pair, and nothing else uses it meanwhile.
        let (name, found) = unsafe { &mut *search.cast::<(&'static CStr, Option<NonNull<bindings::tracepoint>>)>() };
        // SAFETY: The kernel hands out its tracepoints, whose names are C strings.
        if unsafe { CStr::from_char_ptr((*tracepoint).name) }.to_bytes() == name.to_bytes() {
            *found = NonNull::new(tracepoint);
        }
    }

    /// Whether it calls functions with other data than `data`: those of other tracers.
    pub(crate) fn has_others<T>(&self, data: ArcBorrow<'_, T>) -> bool {
        let ours: *const T = &*data;
        // SAFETY: By the type invariants; the field is the kernel's to change.
        let functions = unsafe { (&raw const (*self.0.as_ptr()).funcs).read_volatile() };
        let mut function = functions;
        // What was attached and detached meanwhile shows the next time. The array may be freed while it is
        // read, hence the copying; it ends with a null.
        // Ours is one at the most: the second decides.
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

fn as_void<T>(data: &Arc<T>) -> *mut c_void {
    Arc::as_ptr(data).cast_mut().cast()
}

/// `tracepoint_synchronize_unregister()`, an inline: waits until no call of an unregistered function runs.
fn synchronize() {
    // SAFETY: The structures are the kernel's own.
    unsafe {
        // `synchronize_rcu_tasks_trace()`, for functions that may fault.
        bindings::synchronize_srcu(&raw mut bindings::rcu_tasks_trace_srcu_struct);
        bindings::synchronize_srcu(&raw mut bindings::tracepoint_srcu);
    }
}
