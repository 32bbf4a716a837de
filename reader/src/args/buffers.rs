// SPDX-License-Identifier: GPL-2.0

//! Strings and buffers, alone and in lists.

use super::atoms;
use super::bytes::integer;
use super::context::{Context, NOT_RESIDENT};
use crate::calls::Parameter;
use crate::model::{IovecBuffer, IovecReader, Memory};
use crate::text::quote::{put_quoted, put_quoted_hex};
use crate::text::{number, Append};

/// Appends a path, without the limit of strings.
pub(super) fn put_path(out: &mut Vec<u8>, bytes: &[u8], is_cut: bool) {
    put_quoted(out, bytes);
    if is_cut {
        out.put(b"...");
    }
}

/// Appends bytes without a structure; `None` if the call only asks for the length of a list.
pub(super) fn put_bytes(
    out: &mut Vec<u8>,
    context: &Context<'_>,
    parameter: &Parameter,
    memory: &Memory,
) -> Option<()> {
    let bytes = memory.bytes.as_slice();
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
    elements: u64,
    filled: u64,
) {
    let mut left = filled;
    out.put_byte(b'[');
    for index in 0..elements {
        let Some(IovecBuffer { len, bytes, bad_address, is_absent }) = buffers.next_buffer() else {
            out.put(if index == 0 { b"..." } else { b", ..." });
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
pub(super) fn put_remote_iovec(out: &mut Vec<u8>, context: &Context<'_>, bytes: &[u8], elements: u64) {
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
    if elements > (bytes.len() / (2 * long)) as u64 {
        out.put(b", ...");
    }
    out.put_byte(b']');
}
