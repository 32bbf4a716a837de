// SPDX-License-Identifier: GPL-2.0

//! Waits for work items, which `kernel::workqueue` does not offer.

use kernel::{
    bindings,
    workqueue::{DelayedWork, Work},
};

/// Runs `work` at once if it is scheduled for later, and waits until it has run (`flush_delayed_work()`).
pub(crate) fn wait_delayed<T: ?Sized, const ID: u64>(work: &DelayedWork<T, ID>) {
    // SAFETY: `work` is valid, and so are pointers into it. The first two calls lead to a `work_struct` that is the
    // field of a `delayed_work`, because a `DelayedWork` is one.
    unsafe {
        let work = Work::raw_get(DelayedWork::raw_as_work(work));
        bindings::flush_delayed_work(kernel::container_of!(work, bindings::delayed_work, work));
    }
}

/// Waits until `work` has run, if it is scheduled (`flush_work()`).
pub(crate) fn wait<T: ?Sized, const ID: u64>(work: &Work<T, ID>) {
    // SAFETY: `work` is valid, and so is the pointer into it.
    unsafe { bindings::flush_work(Work::raw_get(work)) };
}
