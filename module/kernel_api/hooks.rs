// SPDX-License-Identifier: GPL-2.0

//! Attaches probes to the tracepoints of tasks, and detaches them safely.

use super::task::TaskRef;
use super::tracepoint::{wait_for_task_probes, Tracepoint};
use crate::shared::filter::comm_from_bytes;
use crate::shared::format::{Comm, COMM_BYTES};
use core::marker::PhantomData;
use kernel::{bindings, prelude::*, sync::Arc};

/// A probe of new tasks, of new names of tasks, of programs that begin, and of processes that end.
pub(crate) trait TaskProbe: 'static {
    /// What each run of the probe gets: the one object of its [`Hooks`].
    type Data: Send + Sync;

    /// Runs the probe: the running task has made `child`, which has not run yet.
    fn fork(data: &Self::Data, child: &TaskRef<'_>);

    /// Runs the probe: the running task has begun another program. Its `execve` returns 0.
    fn exec(data: &Self::Data);

    /// Runs the probe: `task` ends, the last thread of its process. Its process makes no more system calls.
    fn process_exit(data: &Self::Data, task: &TaskRef<'_>);

    /// Runs the probe: `task` is about to get the name `comm`. It may be the running task, which gives itself the name.
    fn rename(data: &Self::Data, task: &TaskRef<'_>, comm: Comm);
}

/// A probe's function, and the tracepoint that it belongs to. The tracepoint calls the function with a `T`.
pub(crate) struct ProbeFunction<T> {
    tracepoint: &'static CStr,
    function: *mut c_void,
    _expects: PhantomData<fn(&T)>,
}

impl<T: Send + Sync> ProbeFunction<T> {
    /// The function of probe `P`, for the tracepoint of forks.
    pub(crate) fn at_fork<P: TaskProbe<Data = T>>() -> Self {
        Self::new(c"sched_process_fork", on_fork::<P> as *mut c_void)
    }

    /// The function of probe `P`, for the tracepoint of programs that begin.
    pub(crate) fn at_exec<P: TaskProbe<Data = T>>() -> Self {
        Self::new(c"sched_process_exec", on_exec::<P> as *mut c_void)
    }

    /// The function of probe `P`, for the tracepoint of exits.
    pub(crate) fn at_exit_of_process<P: TaskProbe<Data = T>>() -> Self {
        Self::new(c"sched_process_exit", on_process_exit::<P> as *mut c_void)
    }

    /// The function of probe `P`, for the tracepoint of renames.
    pub(crate) fn at_rename<P: TaskProbe<Data = T>>() -> Self {
        Self::new(c"task_rename", on_rename::<P> as *mut c_void)
    }

    fn new(tracepoint: &'static CStr, function: *mut c_void) -> Self {
        Self { tracepoint, function, _expects: PhantomData }
    }
}

/// # Safety
///
/// For `sched_process_fork` to call, with the data that [`Hooks::attach`] gave.
unsafe extern "C" fn on_fork<P: TaskProbe>(
    data: *mut c_void,
    _parent: *mut bindings::task_struct,
    child: *mut bindings::task_struct,
) {
    // SAFETY: `Hooks` registered a pointer to what its `Arc` holds, and drops the `Arc` only after the last call. The
    // child has not run yet, so it lives.
    if let (data, Some(child)) = unsafe { (&*data.cast(), TaskRef::from_raw(child)) } {
        P::fork(data, &child);
    }
}

/// # Safety
///
/// For `sched_process_exec` to call, with the data that [`Hooks::attach`] gave.
unsafe extern "C" fn on_exec<P: TaskProbe>(
    data: *mut c_void,
    _task: *mut bindings::task_struct,
    _old_pid: bindings::pid_t,
    _program: *mut bindings::linux_binprm,
) {
    // SAFETY: As in `on_fork` for the data.
    P::exec(unsafe { &*data.cast() });
}

/// # Safety
///
/// For `sched_process_exit` to call, with the data that [`Hooks::attach`] gave.
unsafe extern "C" fn on_process_exit<P: TaskProbe>(
    data: *mut c_void,
    task: *mut bindings::task_struct,
    is_last_thread: bool,
) {
    // SAFETY: As in `on_fork` for the data. The running task is the one that ends, so it lives.
    if let (data, true, Some(task)) = unsafe { (&*data.cast(), is_last_thread, TaskRef::from_raw(task)) } {
        P::process_exit(data, &task);
    }
}

/// # Safety
///
/// For `task_rename` to call, with the data that [`Hooks::attach`] gave.
unsafe extern "C" fn on_rename<P: TaskProbe>(data: *mut c_void, task: *mut bindings::task_struct, name: *const c_char) {
    // SAFETY: As in `on_fork` for the data. The caller holds the task.
    let (data, task) = unsafe { (&*data.cast(), TaskRef::from_raw(task)) };
    let mut comm = [0; COMM_BYTES];
    // A task keeps no more bytes of the name.
    for (index, byte) in comm[..COMM_BYTES - 1].iter_mut().enumerate() {
        // SAFETY: A C string whose end was not reached yet. It may be a file's name. If the file is renamed meanwhile,
        // the name changes, but only within its own memory.
        *byte = unsafe { name.cast::<u8>().add(index).read_volatile() };
        if *byte == 0 {
            break;
        }
    }
    if let Some(task) = task {
        P::rename(data, &task, comm_from_bytes(&comm));
    }
}

/// Up to four functions that tracepoints call. Dropping this detaches them and waits until none of them runs.
///
/// # Invariants
///
/// `attached` are registered with a pointer to what `data` holds.
pub(crate) struct Hooks<T> {
    attached: [Option<(Tracepoint, *mut c_void)>; 4],
    data: Arc<T>,
}

// SAFETY: The pointers are addresses of functions.
unsafe impl<T: Send + Sync> Send for Hooks<T> {}
// SAFETY: As above.
unsafe impl<T: Send + Sync> Sync for Hooks<T> {}

impl<T: Send + Sync> Hooks<T> {
    /// Hooks without a function yet. Each function that is attached gets `data`.
    pub(crate) fn new(data: Arc<T>) -> Self {
        Self { attached: [None, None, None, None], data }
    }

    /// Attaches `function` to its tracepoint, which calls it from here on.
    ///
    /// # Errors
    ///
    /// `ENOENT` if the kernel has no such tracepoint, `ENOSPC` if four functions are attached already; otherwise the
    /// errors of registering, `ENOMEM` for example.
    pub(crate) fn attach(&mut self, function: ProbeFunction<T>) -> Result {
        let tracepoint = Tracepoint::find(function.tracepoint).ok_or(ENOENT)?;
        let place = self.attached.iter_mut().find(|place| place.is_none()).ok_or(ENOSPC)?;
        // SAFETY: The function is one for this tracepoint. `data` lives until `detach` has waited.
        unsafe { tracepoint.register(function.function, as_void(&self.data)) }?;
        // INVARIANT: It was just registered.
        *place = Some((tracepoint, function.function));
        Ok(())
    }
}

impl<T> Hooks<T> {
    /// Detaches all functions, the last attached first, and waits until no call of them runs.
    pub(crate) fn detach(&mut self) {
        let mut any = false;
        // INVARIANT: A function that is no longer registered is taken out.
        for (tracepoint, function) in self.attached.iter_mut().rev().filter_map(Option::take) {
            any = true;
            // SAFETY: By the type invariants both were registered together.
            unsafe { tracepoint.unregister(function, as_void(&self.data)) };
        }
        if any {
            wait_for_task_probes();
        }
    }
}

impl<T> Drop for Hooks<T> {
    fn drop(&mut self) {
        self.detach();
    }
}

fn as_void<T>(data: &Arc<T>) -> *mut c_void {
    Arc::as_ptr(data).cast_mut().cast()
}
