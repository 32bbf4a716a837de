// SPDX-License-Identifier: GPL-2.0

//! The rules for the values of settings: limits and defaults.

use super::format::PACKET_BYTES;

/// The largest process id, `PID_MAX_LIMIT` of `include/linux/threads.h` on 64-bit kernels.
pub const MAX_PID: u32 = 4 * 1024 * 1024;
/// Range of `buffer_kb`. With fewer than four packets a CPU cannot write while a reader reads.
pub const BUFFER_KB: core::ops::RangeInclusive<u32> = 4 * PACKET_BYTES as u32 / 1024..=64 * 1024;
/// The default of `buffer_kb`: room for 16,000 calls a second, for one second.
pub const DEFAULT_BUFFER_KB: u32 = 256;
/// The largest `snaplen`, bytes of a buffer that are recorded.
pub const MAX_SNAPLEN: u32 = 65_000;
/// The default of `snaplen`.
pub const DEFAULT_SNAPLEN: u32 = 80;

/// The rule that a value breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule(
    /// What the value must be; completes a sentence that ends in "must be".
    pub &'static str,
);

/// `buffer_kb`, rounded down to a power of two.
#[inline]
pub const fn round_buffer_kb(buffer_kb: u32) -> u32 {
    1 << buffer_kb.ilog2()
}

/// Packets in a CPU's buffer of `buffer_kb`.
#[inline]
pub const fn packets(buffer_kb: u32) -> usize {
    buffer_kb as usize / (PACKET_BYTES / 1024)
}
