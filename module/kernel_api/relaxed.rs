// SPDX-License-Identifier: GPL-2.0

//! Words that CPUs share, and memory barriers.

use super::arch;
use core::cell::UnsafeCell;
use kernel::{
    bindings,
    prelude::*,
    sync::atomic::{Acquire, Atomic, Full},
};

/// An [`Atomic<u32>`] whose relaxed accesses are one instruction, `READ_ONCE()` and `WRITE_ONCE()`.
///
/// The relaxed accesses of `Atomic` call C functions unless the kernel inlines its helpers into Rust. A probe would
/// spend more on these calls than on its record.
#[repr(transparent)]
pub(crate) struct RelaxedU32(Atomic<u32>);

// SAFETY: An `atomic_t` is a number; 0 is one.
unsafe impl Zeroable for RelaxedU32 {}

impl RelaxedU32 {
    /// A word that holds `value`.
    pub(crate) const fn new(value: u32) -> Self {
        Self(Atomic::new(value))
    }

    /// `READ_ONCE()`.
    #[inline(always)]
    pub(crate) fn load(&self) -> u32 {
        // SAFETY: The pointer is valid and aligned. The kernel's memory model defines a relaxed access of a word as a
        // volatile one.
        unsafe { self.0.as_ptr().read_volatile() }
    }

    /// `WRITE_ONCE()`.
    #[inline(always)]
    pub(crate) fn store(&self, value: u32) {
        // SAFETY: As in `load`.
        unsafe { self.0.as_ptr().write_volatile(value) }
    }

    /// `smp_load_acquire()`.
    pub(crate) fn load_acquire(&self) -> u32 {
        self.0.load(Acquire)
    }

    /// `smp_store_release()`.
    #[inline(always)]
    pub(crate) fn store_release(&self, value: u32) {
        // SAFETY: The pointer is valid and aligned. All accesses are atomic.
        unsafe { arch::store_release(self.0.as_ptr(), value) }
    }

    /// Stores `new` if `old` is stored, atomically and fully ordered. Returns whether it did.
    pub(crate) fn replace(&self, old: u32, new: u32) -> bool {
        self.0.cmpxchg(old, new, Full).is_ok()
    }

    /// Replaces the value by `change(value)`, atomically and fully ordered, unless that is `None`. Returns the value
    /// before. `change` may be called several times.
    pub(crate) fn update(&self, change: impl Fn(u32) -> Option<u32>) -> u32 {
        let mut before = self.load();
        while let Some(after) = change(before) {
            match self.0.cmpxchg(before, after, Full) {
                Ok(_) => break,
                Err(other) => before = other,
            }
        }
        before
    }

    /// Sets `bits`, atomically and fully ordered. Returns the value before.
    pub(crate) fn set_bits(&self, bits: u32) -> u32 {
        // SAFETY: The pointer is valid, and an `atomic_t` is a `u32`.
        unsafe { bindings::atomic_fetch_or(bits as i32, self.0.as_ptr().cast()) as u32 }
    }

    /// Clears `bits`, atomically and fully ordered. Returns the value before.
    pub(crate) fn clear_bits(&self, bits: u32) -> u32 {
        // SAFETY: As in `set_bits`.
        unsafe { bindings::atomic_fetch_andnot(bits as i32, self.0.as_ptr().cast()) as u32 }
    }
}

/// An address in a packet that CPUs share. Only `ring` follows it, by its rules.
#[repr(transparent)]
pub(crate) struct RelaxedPointer(UnsafeCell<*mut u64>);

// SAFETY: Single instructions read and write it, and it only names a place.
unsafe impl Sync for RelaxedPointer {}
// SAFETY: As above.
unsafe impl Send for RelaxedPointer {}

impl RelaxedPointer {
    /// A word that holds `address`.
    pub(crate) const fn new(address: *mut u64) -> Self {
        Self(UnsafeCell::new(address))
    }

    /// `READ_ONCE()`.
    #[inline(always)]
    pub(crate) fn load(&self) -> *mut u64 {
        // SAFETY: The cell is valid and aligned. A volatile access is a relaxed one, as for `RelaxedU32`.
        unsafe { self.0.get().read_volatile() }
    }

    /// `WRITE_ONCE()`.
    #[inline(always)]
    pub(crate) fn store(&self, address: *mut u64) {
        // SAFETY: As in `load`.
        unsafe { self.0.get().write_volatile(address) }
    }
}

/// `smp_mb()`: all CPUs see the accesses before it before they see the accesses after it. (The signature of the
/// `kernel` crate's safe function changed between Linux 7.2 and 7.3.)
pub(crate) fn full_barrier() {
    // SAFETY: Callable from any context.
    unsafe { bindings::smp_mb() }
}

/// `smp_rmb()`: orders the reads before it before the reads after it.
pub(crate) fn read_barrier() {
    // SAFETY: Callable from any context.
    unsafe { bindings::smp_rmb() }
}
