// SPDX-License-Identifier: GPL-2.0

//! Recorded memory, and names of tasks.

use syscall_record_format::filter::comm_to_bytes;
use syscall_record_format::format::{Chunk, Comm};

/// Appends the first `most` bytes of a chunk.
pub fn put_chunk(out: &mut Vec<u8>, chunk: &Chunk<'_>, most: usize) {
    let start = out.len();
    for word in chunk.words() {
        out.extend_from_slice(&word.to_le_bytes());
    }
    out.truncate(start + usize::from(chunk.head.len).min(most));
}

/// Appends the name of a task, up to its NUL.
pub fn put_name(out: &mut Vec<u8>, comm: Comm) {
    let bytes = comm_to_bytes(comm);
    let end = bytes.iter().position(|&byte| byte == 0).unwrap_or(bytes.len());
    out.extend_from_slice(bytes.get(..end).unwrap_or_default());
}
