// SPDX-License-Identifier: GPL-2.0

//! Allocates the ring buffers and what delivers their packets.

#![forbid(unsafe_code)]

use crate::delivery::{flush::Delivery, stream::Stream};
use crate::kernel_api::clock::Clock;
use crate::kernel_api::kernel_info;
use crate::ring::writer::Writers;
use crate::shared::settings::packets;
use kernel::{prelude::*, sync::Arc};

/// Allocates buffers of `buffer_kb` KiB for each of `cpus` CPUs.
///
/// # Errors
///
/// `ENOMEM`; the log then says why.
// With a stack frame of its own, for the kernel's stack is small.
#[inline(never)]
pub(crate) fn allocate(buffer_kb: u32, cpus: usize) -> Result<Arc<Delivery>> {
    check_memory(buffer_kb, cpus)?;
    let (writers, readers) = Writers::new(cpus, packets(buffer_kb)).inspect_err(|_| {
        pr_err!("buffer_kb={}: {} CPUs' buffers cannot be allocated\n", buffer_kb, cpus);
    })?;
    let clock = Clock::new()?;
    let stream = Stream::new(readers, clock, kernel_info::release())?;
    Delivery::new(writers, stream)
}

/// Makes sure that buffers of this size leave memory for everything else.
///
/// # Errors
///
/// `ENOMEM` if they do not; the log then says so.
fn check_memory(buffer_kb: u32, cpus: usize) -> Result {
    let (needed, available) = ((buffer_kb as usize).saturating_mul(cpus), kernel_info::available_kb());
    if needed <= available / 2 {
        return Ok(());
    }
    pr_err!(
        "buffer_kb={}: must be less; {} CPUs take {} KiB, more than half of the {} KiB available\n",
        buffer_kb,
        cpus,
        needed,
        available
    );
    Err(ENOMEM)
}
