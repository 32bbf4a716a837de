// SPDX-License-Identifier: GPL-2.0

//! What CPUs share a word by.

use crate::arch;
use core::cell::UnsafeCell;
use kernel::{
    bindings,
    prelude::*,
    sync::atomic::{Acquire, Atomic},
};

/// An [`Atomic<u32>`] whose relaxed accesses are one instruction, `READ_ONCE()` and `WRITE_ONCE()`.
/// Those of `Atomic` are calls of C functions unless the kernel inlines its helpers into Rust, and a
/// probe would spend more on them than on its record.
#[repr(transparent)]
pub(crate) struct Word(Atomic<u32>);

// SAFETY: An `atomic_t` is a number; 0 is one.
unsafe impl Zeroable for Word {}

impl Word {
    pub(crate) const fn new(value: u32) -> Self {
        Self(Atomic::new(value))
    }

    /// `READ_ONCE()`.
    #[inline(always)]
    pub(crate) fn load(&self) -> u32 {
        // SAFETY: The pointer is valid and aligned. A volatile access of a word is how the kernel's
        // memory model defines a relaxed one.
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
        // SAFETY: The pointer is valid and aligned.
        unsafe { arch::store_release(self.0.as_ptr(), value) }
    }

    /// Sets the bits of `bits`, atomically and fully ordered; gives what was there before.
    pub(crate) fn set(&self, bits: u32) -> u32 {
        // SAFETY: The pointer is valid, and an `atomic_t` is a `u32`.
        unsafe { bindings::atomic_fetch_or(bits as i32, self.0.as_ptr().cast()) as u32 }
    }

    /// Clears the bits of `bits`, atomically and fully ordered; gives what was there before.
    pub(crate) fn clear(&self, bits: u32) -> u32 {
        // SAFETY: As in `set`.
        unsafe { bindings::atomic_fetch_andnot(bits as i32, self.0.as_ptr().cast()) as u32 }
    }
}

/// An address in a packet that CPUs share. What it points to is reached by the rules of `ring` alone.
#[repr(transparent)]
pub(crate) struct Address(UnsafeCell<*mut u64>);

// SAFETY: It is read and written by single instructions, and it only names a place.
unsafe impl Sync for Address {}
// SAFETY: As above.
unsafe impl Send for Address {}

impl Address {
    pub(crate) const fn new(address: *mut u64) -> Self {
        Self(UnsafeCell::new(address))
    }

    /// `READ_ONCE()`.
    #[inline(always)]
    pub(crate) fn load(&self) -> *mut u64 {
        // SAFETY: The cell is valid and aligned; as for `Word`.
        unsafe { self.0.get().read_volatile() }
    }

    /// `WRITE_ONCE()`.
    #[inline(always)]
    pub(crate) fn store(&self, address: *mut u64) {
        // SAFETY: As in `load`.
        unsafe { self.0.get().write_volatile(address) }
    }
}

/// `smp_mb()`: accesses before it come before those after it, for all CPUs. (The safe function's
/// signature changed between Linux 7.2 and 7.3.)
pub(crate) fn full_barrier() {
    // SAFETY: Callable from any context.
    unsafe { bindings::smp_mb() }
}

/// `smp_rmb()`: the same for reads among themselves.
pub(crate) fn read_barrier() {
    // SAFETY: Callable from any context.
    unsafe { bindings::smp_rmb() }
}
