// SPDX-License-Identifier: GPL-2.0

//! Where a probe finds what it uses: a static pointer, protected by RCU.
//!
//! A tracepoint hands `data` to each probe, and promises little about it. While probes come and go, the tracepoints of
//! system calls may call a probe with the `data` of another one: `kernel/tracepoint.c` does not wait for probes that
//! may fault. And to know that no probe holds its `data` any more, one has to wait for every probe of every tracer,
//! also for those that sleep. So probes of system calls ignore `data`. They turn preemption off and read a static
//! pointer; an ordinary grace period of RCU, some milliseconds, ends every such section.

use super::preempt::PreemptGuard;
use super::relaxed::full_barrier;
use core::{cell::UnsafeCell, ptr};
use kernel::sync::{Arc, ArcBorrow};

/// A static pointer to a `T`, or to nothing.
///
/// # Invariants
///
/// The pointer is null, or `Arc::as_ptr` of an `Arc` that lives until the pointer was cleared, and after that all
/// guards of that moment are gone.
pub(crate) struct ProbeSlot<T: 'static>(UnsafeCell<*const T>);

// SAFETY: Single instructions read and write the pointer; what it points to can be shared.
unsafe impl<T: Send + Sync> Sync for ProbeSlot<T> {}

impl<T: Send + Sync> ProbeSlot<T> {
    /// A slot that points to nothing.
    pub(crate) const fn empty() -> Self {
        // INVARIANT: It is null.
        Self(UnsafeCell::new(ptr::null()))
    }

    /// What the slot points to.
    #[inline(always)]
    pub(crate) fn get<'a>(&'static self, _guard: &'a PreemptGuard) -> Option<&'a T> {
        // SAFETY: The cell is valid and aligned; a volatile access of a word is a relaxed one (`rcu_dereference()`). By
        // the type invariants what it points to lives as long as the guard.
        unsafe { self.0.get().read_volatile().as_ref() }
    }

    /// The same, to take a reference of one's own, which can outlive the guard.
    pub(crate) fn borrow<'a>(&'static self, guard: &'a PreemptGuard) -> Option<ArcBorrow<'a, T>> {
        // SAFETY: By the type invariants it came from an `Arc`, which lives while the guard lives.
        self.get(guard).map(|data| unsafe { ArcBorrow::from_raw(data) })
    }

    /// Whether the slot points to what `data` holds.
    pub(crate) fn holds(&'static self, data: &Arc<T>, guard: &PreemptGuard) -> bool {
        self.get(guard).is_some_and(|current| ptr::eq(current, Arc::as_ptr(data)))
    }

    /// Points to what `data` holds.
    ///
    /// # Safety
    ///
    /// `data` lives until [`clear`](Self::clear) was called and, after that, all guards of that moment are gone.
    pub(super) unsafe fn set(&'static self, data: &Arc<T>) {
        // A probe that sees the pointer sees what it points to (`rcu_assign_pointer()`).
        full_barrier();
        // SAFETY: As in `get`.
        // INVARIANT: The caller promises it.
        unsafe { self.0.get().write_volatile(Arc::as_ptr(data)) };
    }

    /// Points to nothing. Probes that hold a guard at this moment may still use what it pointed to.
    pub(super) fn clear(&'static self) {
        // SAFETY: As in `get`.
        // INVARIANT: It is null.
        unsafe { self.0.get().write_volatile(ptr::null()) };
    }
}
