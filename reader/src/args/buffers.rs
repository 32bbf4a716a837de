// SPDX-License-Identifier: GPL-2.0

//! Strings and buffers, alone and in lists.

use super::arrays::put_rest;
use super::atoms;
use super::bytes::integer;
use super::context::{Context, NOT_RESIDENT};
use crate::calls::plan::MAX_PIECES;
use crate::calls::Parameter;
use crate::model::{IovecBuffer, IovecReader, Memory};
use crate::text::quote::{put_quoted, put_quoted_hex};
use crate::text::{number, Append};

/// Appends a path, without the limit of strings. No path is longer than `PATH_MAX`: the kernel reads no further, and
/// neither a longer one nor one whose memory ends behind that many bytes is told from it.
pub(super) fn put_path(out: &mut Vec<u8>, memory: &Memory) -> Option<()> {
    const PATH_MAX: usize = 4096;
    let is_long = memory.bytes.len() >= PATH_MAX;
    if memory.is_fault && !is_long {
        return None;
    }
    put_quoted(out, memory.bytes.get(..PATH_MAX - 1).unwrap_or(&memory.bytes));
    if memory.is_cut || is_long {
        out.put(b"...");
    }
    Some(())
}

/// Appends the name of a file in memory, which has no more bytes than the kernel takes; `None` if its memory ends
/// before.
pub(super) fn put_memfd_name(out: &mut Vec<u8>, memory: &Memory) -> Option<()> {
    // Without `memfd:`, which stands before it in the name of the file.
    const MOST: usize = 255 - 6;
    if memory.is_fault && memory.bytes.len() < MOST {
        return None;
    }
    put_quoted(out, memory.bytes.get(..MOST).unwrap_or(&memory.bytes));
    if memory.is_cut || memory.bytes.len() > MOST {
        out.put(b"...");
    }
    Some(())
}

/// Appends a string; `None` if its memory ends before the limit of strings, and before its NUL.
pub(super) fn put_string(out: &mut Vec<u8>, context: &Context<'_>, memory: &Memory) -> Option<()> {
    if memory.is_fault && memory.bytes.len() <= context.limit {
        return None;
    }
    context.put_string(out, &memory.bytes, memory.is_cut);
    Some(())
}

/// Appends bytes without a structure; `None` if the call only asks for the length of a list.
pub(super) fn put_bytes(
    out: &mut Vec<u8>,
    context: &Context<'_>,
    parameter: &Parameter,
    memory: &Memory,
) -> Option<()> {
    let bytes = memory.bytes.as_slice();
    // No name of a machine is longer than 64 bytes, and no attribute than 64 KiB: the kernel does not read them then.
    let most = match context.name {
        atoms::SETHOSTNAME | atoms::SETDOMAINNAME => 64,
        _ if context.name_text.ends_with("setxattr") => 1 << 16,
        _ => u64::MAX,
    };
    if context.count(parameter).is_some_and(|count| count > most) {
        return None;
    }
    // The table's length may be more than the call has filled.
    let len = context.filled(parameter).min(context.count(parameter).unwrap_or(u64::MAX)).max(bytes.len() as u64);
    match (context.name, bytes) {
        (atoms::GETRANDOM, _) => {
            let shown = bytes.get(..context.limit).unwrap_or(bytes);
            put_quoted_hex(out, shown);
            if (shown.len() as u64) < len {
                out.put(b"...");
            }
        }
        // The value's NUL is not printed.
        (_, [text @ .., 0]) if context.name_text.ends_with("getxattr") || context.name_text.ends_with("setxattr") => {
            context.put_buffer(out, text, len - 1);
        }
        (_, []) if context.name_text.ends_with("listxattr") && context.count(parameter) == Some(0) => return None,
        _ => context.put_buffer(out, bytes, len),
    }
    Some(())
}

/// Appends an array of strings, each of which ends in a NUL.
pub(super) fn put_strings(out: &mut Vec<u8>, context: &Context<'_>, memory: &Memory) {
    out.put_byte(b'[');
    let mut strings = memory.bytes.split(|&byte| byte == 0).peekable();
    let mut count = 0;
    while let Some(string) = strings.next() {
        let is_last = strings.peek().is_none();
        // The last NUL is followed by nothing, or by a string that is cut.
        if is_last && string.is_empty() {
            break;
        }
        if count > 0 {
            out.put(b", ");
        }
        if count >= context.limit {
            out.put(b"...]");
            return;
        }
        context.put_string(out, string, is_last);
        count += 1;
    }
    if memory.is_cut || memory.is_fault {
        out.put(if count > 0 { b", ..." } else { b"..." });
    }
    out.put_byte(b']');
}

/// Appends the address of a list of environment variables, and how many they are.
pub(super) fn put_variable_count(out: &mut Vec<u8>, address: u64, memory: &Memory) -> Option<()> {
    number::put_address(out, address);
    out.put(b" /* ");
    let count = integer(&memory.bytes, 0, 4).filter(|&count| count > 0 || !(memory.is_fault || memory.is_absent))?;
    number::put_decimal(out, count);
    out.put(if count == 1 { b" var" } else { b" vars" });
    out.put(match (memory.is_fault, memory.is_absent) {
        (true, _) => b", unterminated */",
        (false, true) => b", ... */",
        (false, false) => b" */",
    });
    Some(())
}

/// Appends a message of System V IPC: its type, and `len` bytes of text.
pub(super) fn put_msgbuf(out: &mut Vec<u8>, context: &Context<'_>, bytes: &[u8], len: Option<u64>) -> Option<()> {
    let long = context.long_size();
    out.put(b"{mtype=");
    number::put_signed(out, context.sign_extend_long(integer(bytes, 0, long)?));
    out.put(b", mtext=");
    context.put_buffer(out, bytes.get(long..)?, len?);
    out.put_byte(b'}');
    Some(())
}

/// Reads an array of `elements` buffers from `buffers` and appends it. The first `filled` bytes of the buffers are
/// printed.
pub(super) fn put_iovec(
    out: &mut Vec<u8>,
    context: &Context<'_>,
    buffers: &mut IovecReader<'_>,
    address: Option<u64>,
    elements: u64,
    filled: u64,
) {
    let start = out.len();
    let mut left = filled;
    out.put_byte(b'[');
    for index in 0..elements {
        // No more buffers are recorded.
        if index == MAX_PIECES {
            if index <= context.limit as u64 {
                out.put(b", ...");
            }
            break;
        }
        let Some(IovecBuffer { len, bytes, bad_address, is_absent }) = buffers.next_buffer() else {
            let fault = buffers.fault_address().and(address);
            if let (0, Some(address)) = (index, fault) {
                out.truncate(start);
                return number::put_address(out, address);
            }
            if index > 0 {
                out.put(b", ");
            }
            put_rest(out, fault, index as usize * 2 * context.long_size());
            break;
        };
        let counted = len.min(left);
        left -= counted;
        let limit = context.limit as u64;
        if index >= limit {
            if index == limit {
                out.put(b", ...");
            }
            continue;
        }
        out.put(if index == 0 { b"{iov_base=" } else { b", {iov_base=" });
        match bad_address {
            None => context.put_buffer(out, bytes, counted),
            Some(address) => {
                number::put_address(out, address);
                if is_absent {
                    out.put(NOT_RESIDENT);
                }
            }
        }
        out.put(b", iov_len=");
        number::put_decimal(out, len);
        out.put_byte(b'}');
    }
    out.put_byte(b']');
}

/// Appends an array of buffers in another process: their addresses and lengths.
pub(super) fn put_remote_iovec(
    out: &mut Vec<u8>,
    context: &Context<'_>,
    bytes: &[u8],
    fault: Option<u64>,
    elements: u64,
) {
    let long = context.long_size();
    out.put_byte(b'[');
    for (index, element) in (0..elements).zip(bytes.chunks_exact(2 * long)) {
        if index > 0 {
            out.put(b", ");
        }
        out.put(b"{iov_base=");
        number::put_address(out, integer(element, 0, long).unwrap_or(0));
        out.put(b", iov_len=");
        number::put_decimal(out, integer(element, long, long).unwrap_or(0));
        out.put_byte(b'}');
    }
    let there = bytes.len() / (2 * long);
    if elements > there as u64 {
        out.put(b", ");
        put_rest(out, fault, there * 2 * long);
    }
    out.put_byte(b']');
}
