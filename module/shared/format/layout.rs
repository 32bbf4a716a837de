// SPDX-License-Identifier: GPL-2.0

//! Sizes and limits of packets and records.

/// Bytes of a packet.
pub const PACKET_BYTES: usize = 4096;
/// Words of a packet.
pub const PACKET_WORDS: usize = PACKET_BYTES / 8;
/// Words of a packet's header.
pub const HEADER_WORDS: usize = 16;
/// First word of a packet. Its first byte is no text: a text file is not taken for a capture. Its last byte is a line
/// feed: a capture is refused after a transfer that rewrites line ends. No record begins with this word, which would be
/// an entry that has a result.
pub const MAGIC: u64 = u64::from_le_bytes(*b"\xd3SYSREC\n");
/// Version of the format that is written. Versions 1 and 2 are still read.
pub const VERSION: u8 = 3;
/// Slots for tasks in a packet.
pub const SLOTS: usize = 8;
/// Bytes of the kernel release in a header.
pub const RELEASE_BYTES: usize = 56;
/// The most registers that hold arguments of a system call.
pub const MAX_ARGS: usize = 6;
/// The most bytes of memory in a MEMORY record.
pub const MAX_CHUNK_BYTES: usize = 512;
/// Words of the longest record.
pub const MAX_RECORD_WORDS: usize = 1 + MAX_CHUNK_BYTES / 8;
/// Words of the longest record of an entry or a return.
pub const MAX_CALL_WORDS: usize = 2 + MAX_ARGS;
/// The largest errno, `MAX_ERRNO` of `include/linux/err.h`.
pub const MAX_ERRNO: i64 = 4095;

/// A packet's memory.
pub type Packet = [u64; PACKET_WORDS];

// The layout is an interface: these numbers change only together with `VERSION`.
const _: () = assert!(PACKET_WORDS == 512 && core::mem::size_of::<Packet>() == 4096);
const _: () = assert!(RELEASE_BYTES == (HEADER_WORDS - 9) * 8);
const _: () = assert!(MAX_CHUNK_BYTES % 8 == 0);
const _: () = assert!(MAX_CALL_WORDS <= MAX_RECORD_WORDS);
const _: () = assert!(cfg!(target_endian = "little"), "records are written in place, little-endian");

/// Whether a call with this result failed: the result is a negated errno then.
#[inline(always)]
pub const fn is_failure(result: i64) -> bool {
    -MAX_ERRNO <= result && result < 0
}
