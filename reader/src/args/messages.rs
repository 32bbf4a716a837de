// SPDX-License-Identifier: GPL-2.0

//! Messages of sockets: their addresses, buffers and control data.

use super::addresses::{put_interface, put_ipv4, put_sockaddr};
use super::arrays::put_array;
use super::buffers::put_iovec;
use super::bytes::integer;
use super::context::Context;
use super::flags::put_constants;
use super::structs::put_struct;
use crate::calls::{Direction, Parameter};
use crate::model::{IovecReader, Memory, MessageHead};
use crate::text::quote::put_quoted;
use crate::text::{number, Append};

/// No more control data is valid, `net.core.optmem_max`.
const OPTMEM_MAX: u64 = 128 << 10;

const SOL_IP: u32 = 0;
const SOL_SOCKET: u32 = 1;

/// Reads a message from `recorded` and appends it. The first `filled` bytes of its buffers are printed.
pub(super) fn put_msghdr(
    out: &mut Vec<u8>,
    context: &Context<'_>,
    recorded: &mut IovecReader<'_>,
    filled: u64,
) -> Option<()> {
    let head = MessageHead::read(recorded)?;
    let name = recorded.next_bytes(head.name_bytes());
    out.put(b"{msg_name=");
    if (name.len() as u64) < head.name_bytes() || put_sockaddr(out, name).is_none() {
        number::put_address(out, head.name.unwrap_or(0));
    }
    out.put(b", msg_namelen=");
    number::put_signed(out, i64::from(head.name_len as i32));
    out.put(b", msg_iov=");
    match head.buffers {
        Some(0) => out.put(b"NULL"),
        address => put_iovec(out, context, recorded, address, head.count, filled),
    }
    out.put(b", msg_iovlen=");
    number::put_decimal(out, head.count);
    let control = recorded.next_bytes(head.control_bytes());
    if head.control_len > 0 {
        out.put(b", msg_control=");
        let start = out.len();
        let is_whole = control.len() as u64 == head.control_bytes();
        match head.control {
            None => out.put(b"[...]"),
            Some(address) => {
                if !is_whole || put_control(out, context, control, address, head.control_len).is_none() {
                    out.truncate(start);
                    number::put_address(out, address);
                }
            }
        }
    }
    out.put(b", msg_controllen=");
    number::put_decimal(out, head.control_len);
    out.put(b", msg_flags=");
    put_constants(out, "msg_flags", head.flags);
    out.put_byte(b'}');
    Some(())
}

/// Appends an array of messages.
pub(super) fn put_mmsghdr(
    out: &mut Vec<u8>,
    context: &Context<'_>,
    parameter: &Parameter,
    memory: &Memory,
    address: u64,
) -> Option<()> {
    let count = context.count(parameter)?;
    // The result is the number of messages that were sent or received; of these the lengths are known.
    let done = context.call.result.map_or(0, |result| u64::try_from(result).unwrap_or(0));
    let is_received = parameter.direction == Direction::Out;
    let mut recorded = IovecReader::of(memory);
    let size = 8 * context.long_size() as u64;
    out.put_byte(b'[');
    for at in 0..if is_received { done.min(count) } else { count } {
        if at > 0 {
            out.put(b", ");
        }
        let before = out.len();
        out.put(b"{msg_hdr=");
        let len = recorded.next_word();
        let message = recorded;
        let filled = len.filter(|_| is_received).unwrap_or(u64::MAX);
        let put = |recorded: &mut IovecReader<'_>, out: &mut Vec<u8>| put_msghdr(out, context, recorded, filled);
        let is_shown = at < context.limit as u64;
        let (true, Some(len), Some(())) = (is_shown, len, put(&mut recorded, out)) else {
            out.truncate(before);
            if at == 0 {
                return None;
            }
            out.put(b"...");
            if is_shown && memory.is_fault {
                out.put(b" /* ");
                number::put_address(out, address.wrapping_add(at * size));
                out.put(b" */");
            }
            break;
        };
        if at < done {
            out.put(b", msg_len=");
            // The length of a sent message was recorded before the call. The kernel has sent all of its buffers.
            number::put_decimal(out, if is_received { len } else { message_length(message) });
        }
        out.put_byte(b'}');
    }
    out.put_byte(b']');
    Some(())
}

/// Computes the length of the buffers of the first message, as far as they are recorded.
fn message_length(mut message: IovecReader<'_>) -> u64 {
    let Some(head) = MessageHead::read(&mut message) else { return 0 };
    message.next_bytes(head.name_bytes());
    (0..head.recorded_buffers()).map_while(|_| message.next_buffer()).map(|buffer| buffer.len).sum()
}

/// Appends control data of `len` bytes, whose first bytes are recorded.
fn put_control(out: &mut Vec<u8>, context: &Context<'_>, bytes: &[u8], address: u64, len: u64) -> Option<()> {
    let long = context.long_size();
    let head = long + 8;
    let all = len.min(OPTMEM_MAX);
    if all < head as u64 {
        return None;
    }
    let (mut at, mut left) = (0_usize, all);
    out.put_byte(b'[');
    while left >= head as u64 {
        if at > 0 {
            out.put(b", ");
        }
        let message = bytes.get(at..).unwrap_or_default();
        let [size, level, kind] = [integer(message, 0, long), integer(message, long, 4), integer(message, long + 4, 4)];
        let (Some(size), Some(level), Some(kind)) = (size, level, kind) else {
            // No more is recorded.
            out.put(b"...]");
            return Some(());
        };
        out.put(b"{cmsg_len=");
        number::put_decimal(out, size);
        out.put(b", cmsg_level=");
        put_constants(out, "sock_level", level);
        out.put(b", cmsg_type=");
        let there = size.min(left).saturating_sub(head as u64);
        put_control_message(out, context, [level as u32, kind as u32], message.get(head..)?, there);
        out.put_byte(b'}');
        if size < head as u64 {
            left -= head as u64;
            break;
        }
        let step = size.checked_next_multiple_of(long as u64).unwrap_or(u64::MAX);
        if step >= left {
            left = 0;
            break;
        }
        at += step as usize;
        left -= step;
    }
    if left > 0 {
        out.put(b", ... /* ");
        number::put_address(out, address.wrapping_add(all - left));
        out.put(b" */");
    } else if all < len {
        out.put(b", ...");
    }
    out.put_byte(b']');
    Some(())
}

/// Appends the type of a control message, and its data of `len` bytes.
fn put_control_message(out: &mut Vec<u8>, context: &Context<'_>, [level, kind]: [u32; 2], bytes: &[u8], len: u64) {
    match level {
        SOL_SOCKET => put_constants(out, "scm", u64::from(kind)),
        SOL_IP => put_constants(out, "ip_cmsg", u64::from(kind)),
        _ => return number::put_hex(out, u64::from(kind)),
    }
    let data = bytes.get(..usize::try_from(len).unwrap_or(usize::MAX)).unwrap_or(bytes);
    let start = out.len();
    out.put(b", cmsg_data=");
    let is_put = match level {
        SOL_SOCKET => put_socket_data(out, context, kind, data, len),
        _ => put_ip_data(out, context, kind, data, len),
    };
    if is_put.is_none() {
        out.truncate(start);
    }
}

fn put_socket_data(out: &mut Vec<u8>, context: &Context<'_>, kind: u32, data: &[u8], len: u64) -> Option<()> {
    let put_time = |out: &mut Vec<u8>, name: &str, size: usize| {
        if data.len() < size {
            out.put(b"???");
            return Some(());
        }
        put_struct(out, context, name, data)
    };
    let is_32bit = context.is_32bit();
    match kind {
        1 if len >= 4 => put_array(out, context, data, None, 4, len / 4, &|out, value| {
            number::put_signed(out, i64::from(value as i32));
        })?,
        2 if data.len() >= 12 => put_struct(out, context, "ucred", data)?,
        3 if len >= 1 => put_quoted(out, data),
        29 | 35 | 37 | 63..=65 if len >= 1 => {
            let is_narrow = is_32bit && kind < 63;
            let (name, size) = match (kind, is_narrow) {
                (29, true) => ("timeval32", 8),
                (29 | 63, _) => ("timeval", 16),
                (_, true) => ("timespec32", 8),
                _ => ("timespec", 16),
            };
            if !matches!(kind, 37 | 65) {
                return put_time(out, name, size);
            }
            if data.len() < 3 * size {
                out.put(b"???");
                return Some(());
            }
            for (at, time) in data.chunks_exact(size).take(3).enumerate() {
                out.put(if at == 0 { b"[" } else { b", " });
                put_struct(out, context, name, time)?;
            }
            out.put_byte(b']');
        }
        _ => return None,
    }
    Some(())
}

fn put_ip_data(out: &mut Vec<u8>, context: &Context<'_>, kind: u32, data: &[u8], len: u64) -> Option<()> {
    match kind {
        8 if data.len() >= 12 => {
            out.put(b"{ipi_ifindex=");
            put_interface(out, integer(data, 0, 4)?);
            out.put(b", ipi_spec_dst=");
            put_ipv4(out, data.get(4..)?)?;
            out.put(b", ipi_addr=");
            put_ipv4(out, data.get(8..)?)?;
            out.put_byte(b'}');
        }
        2 | 23 if len >= 4 => put_array(out, context, data, None, 4, len / 4, &number::put_decimal)?,
        1 | 6 | 7 if len >= 1 => {
            put_array(out, context, data, None, 1, len, &number::put_hex)?;
        }
        3 if len >= 1 => put_quoted(out, data),
        11 if data.len() >= 32 => {
            for (at, name, size) in [
                (0, "{ee_errno=", 4),
                (4, ", ee_origin=", 1),
                (5, ", ee_type=", 1),
                (6, ", ee_code=", 1),
                (8, ", ee_info=", 4),
                (12, ", ee_data=", 4),
            ] {
                out.put(name.as_bytes());
                number::put_decimal(out, integer(data, at, size)?);
            }
            out.put(b", offender=");
            put_sockaddr(out, data.get(16..32)?)?;
            out.put_byte(b'}');
        }
        20 if data.len() >= 16 => put_sockaddr(out, data)?,
        _ => return None,
    }
    Some(())
}
