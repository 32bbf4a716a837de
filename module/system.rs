// SPDX-License-Identifier: GPL-2.0

//! What the module asks about the machine and the kernel it runs on.

use crate::pure::format::RELEASE_BYTES;
use kernel::bindings;

/// The number of CPUs that may ever be there; their numbers are below it.
pub(crate) fn possible_cpus() -> usize {
    kernel::cpu::nr_cpu_ids() as usize
}

/// A number that differs from one load of the module to the next.
pub(crate) fn random() -> u32 {
    // SAFETY: Callable from any context.
    unsafe { bindings::get_random_u32() }
}

/// KiB of memory that could be had without swapping.
pub(crate) fn available_kb() -> usize {
    // SAFETY: Callable from any context.
    let pages = unsafe { bindings::si_mem_available() };
    usize::try_from(pages).unwrap_or(0).saturating_mul(kernel::page::PAGE_SIZE / 1024)
}

/// `uname -r`, NUL padded; what is longer is cut. The kernel loads a module only if it was built for
/// its own release, and its build exports that.
pub(crate) fn release() -> [u8; RELEASE_BYTES] {
    let mut release = [0; RELEASE_BYTES];
    for (to, from) in release.iter_mut().zip(env!("KERNELRELEASE").bytes()) {
        *to = from;
    }
    release
}
