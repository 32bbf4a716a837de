// SPDX-License-Identifier: GPL-2.0

//! Facts about the machine and the kernel that the module runs on.

use crate::shared::format::RELEASE_BYTES;
use kernel::bindings;

/// The number of CPUs that may ever be there. The numbers of all CPUs are below it.
pub(crate) fn possible_cpus() -> usize {
    kernel::cpu::nr_cpu_ids() as usize
}

/// A random number.
pub(crate) fn random() -> u32 {
    // SAFETY: Callable from any context.
    unsafe { bindings::get_random_u32() }
}

/// KiB of memory that can be allocated without swapping.
pub(crate) fn available_kb() -> usize {
    // SAFETY: Callable from any context.
    let pages = unsafe { bindings::si_mem_available() };
    usize::try_from(pages).unwrap_or(0).saturating_mul(kernel::page::PAGE_SIZE / 1024)
}

/// `uname -r`, padded with NULs and cut to [`RELEASE_BYTES`]. The kernel loads a module only if the module was built
/// for the kernel's own release, and the kernel's build exports that release.
pub(crate) fn release() -> [u8; RELEASE_BYTES] {
    let mut release = [0; RELEASE_BYTES];
    for (to, from) in release.iter_mut().zip(env!("KERNELRELEASE").bytes()) {
        *to = from;
    }
    release
}
