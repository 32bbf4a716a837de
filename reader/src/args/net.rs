// SPDX-License-Identifier: GPL-2.0

//! Sockets: addresses, messages and options.

use super::atoms;
use super::buffers::put_iovec;
use super::bytes::integer;
use super::context::Context;
use super::flags::put_constants;
use super::scalars::put_errno;
use super::structs::put_struct;
use crate::calls::{Direction, Parameter};
use crate::model::{IovecReader, Memory};
use crate::text::quote::put_quoted;
use crate::text::{number, Append};
use std::io::Write as _;
use std::net::{Ipv4Addr, Ipv6Addr};

const AF_UNIX: u64 = 1;
const AF_INET: u64 = 2;
const AF_INET6: u64 = 10;
const AF_NETLINK: u64 = 16;
const AF_PACKET: u64 = 17;

/// Appends the address of a socket.
pub(super) fn put_sockaddr(out: &mut Vec<u8>, bytes: &[u8]) -> Option<()> {
    let family = integer(bytes, 0, 2)?;
    out.put(b"{sa_family=");
    put_constants(out, "socket_domain", family);
    if let Some(data @ [_, ..]) = bytes.get(2..) {
        out.put(b", ");
        match (family, bytes.len()) {
            (AF_UNIX, _) => put_unix(out, data),
            (AF_INET, 16..) => {
                put_port(out, "sin_port", bytes)?;
                out.put(b", sin_addr=");
                put_ipv4(out, bytes.get(4..)?)?;
            }
            (AF_INET6, 24..) => put_ipv6(out, bytes)?,
            (AF_NETLINK, 12..) => {
                out.put(b"nl_pid=");
                number::put_signed(out, i64::from(integer(bytes, 4, 4)? as i32));
                out.put(b", nl_groups=");
                number::put_padded_hex(out, integer(bytes, 8, 4)?, 8);
            }
            (AF_PACKET, 12..) => {
                out.put(b"sll_protocol=htons(");
                number::put_hex(out, u64::from((integer(bytes, 2, 2)? as u16).swap_bytes()));
                out.put(b"), sll_ifindex=");
                number::put_decimal(out, integer(bytes, 4, 4)?);
                for (name, at, size) in [("sll_hatype", 8, 2), ("sll_pkttype", 10, 1), ("sll_halen", 11, 1)] {
                    out.put_member(name);
                    number::put_decimal(out, integer(bytes, at, size)?);
                }
            }
            _ => {
                out.put(b"sa_data=");
                put_quoted(out, data);
            }
        }
    }
    out.put_byte(b'}');
    Some(())
}

fn put_unix(out: &mut Vec<u8>, path: &[u8]) {
    out.put(b"sun_path=");
    match path {
        [0, name @ ..] => {
            out.put_byte(b'@');
            put_quoted(out, name);
        }
        _ => put_quoted(out, path.split(|&byte| byte == 0).next().unwrap_or_default()),
    }
}

fn put_port(out: &mut Vec<u8>, name: &str, bytes: &[u8]) -> Option<()> {
    out.put(name.as_bytes());
    out.put(b"=htons(");
    number::put_decimal(out, u64::from((integer(bytes, 2, 2)? as u16).swap_bytes()));
    out.put_byte(b')');
    Some(())
}

fn put_ipv4(out: &mut Vec<u8>, bytes: &[u8]) -> Option<()> {
    let address: [u8; 4] = bytes.get(..4)?.try_into().ok()?;
    // Writing to a vector does not fail.
    let _ = write!(out, "inet_addr(\"{}\")", Ipv4Addr::from(address));
    Some(())
}

fn put_ipv6(out: &mut Vec<u8>, bytes: &[u8]) -> Option<()> {
    put_port(out, "sin6_port", bytes)?;
    out.put(b", sin6_flowinfo=htonl(");
    number::put_decimal(out, u64::from((integer(bytes, 4, 4)? as u32).swap_bytes()));
    let address: [u8; 16] = bytes.get(8..24)?.try_into().ok()?;
    let _ = write!(out, "), inet_pton(AF_INET6, \"{}\", &sin6_addr)", Ipv6Addr::from(address));
    if let Some(scope) = integer(bytes, 24, 4) {
        out.put(b", sin6_scope_id=");
        number::put_decimal(out, scope);
    }
    Some(())
}

/// Reads a message from `buffers` and appends it. The first `filled` bytes of its buffers are printed.
pub(super) fn put_msghdr(
    out: &mut Vec<u8>,
    context: &Context<'_>,
    buffers: &mut IovecReader<'_>,
    filled: u64,
) -> Option<()> {
    let name_len = buffers.next_word()?;
    let flags = buffers.next_word()?;
    let control = buffers.next_word()?;
    let elements = buffers.next_word()?;
    let name = buffers.next_bytes(name_len);
    out.put(b"{msg_name=");
    if put_sockaddr(out, name).is_none() {
        out.put(b"NULL");
    }
    out.put(b", msg_namelen=");
    number::put_decimal(out, name_len);
    out.put(b", msg_iov=");
    put_iovec(out, context, buffers, elements, filled);
    out.put(b", msg_iovlen=");
    number::put_decimal(out, elements);
    if control > 0 {
        out.put(b", msg_control=[...]");
    }
    out.put(b", msg_controllen=");
    number::put_decimal(out, control);
    out.put(b", msg_flags=");
    put_constants(out, "msg_flags", flags);
    out.put_byte(b'}');
    Some(())
}

/// Appends an array of messages.
pub(super) fn put_mmsghdr(
    out: &mut Vec<u8>,
    context: &Context<'_>,
    parameter: &Parameter,
    memory: &Memory,
) -> Option<()> {
    let count = context.count(parameter)?;
    // The result is the number of messages that were sent or received; of these the lengths are known.
    let done = context.call.result.map_or(0, |result| u64::try_from(result).unwrap_or(0));
    let is_received = parameter.direction == Direction::Out;
    let mut buffers = IovecReader::of(memory);
    out.put_byte(b'[');
    for at in 0..if is_received { done.min(count) } else { count } {
        if at > 0 {
            out.put(b", ");
        }
        let before = out.len();
        out.put(b"{msg_hdr=");
        let len = buffers.next_word();
        let message = buffers;
        let filled = len.filter(|_| is_received).unwrap_or(u64::MAX);
        let (Some(len), Some(())) = (len, put_msghdr(out, context, &mut buffers, filled)) else {
            out.truncate(before);
            out.put(b"...");
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

/// Computes the length of the buffers of the first message.
fn message_length(mut message: IovecReader<'_>) -> u64 {
    let [name, _, _, elements] = [(); 4].map(|()| message.next_word().unwrap_or(0));
    message.next_bytes(name);
    (0..elements).map_while(|_| message.next_buffer()).map(|buffer| buffer.len).sum()
}

/// Appends the value of a socket's option, of `len` bytes.
pub(super) fn put_sockopt(out: &mut Vec<u8>, context: &Context<'_>, bytes: &[u8], len: u64) -> Option<()> {
    const SOL_IP: u64 = 0;
    const SOL_SOCKET: u64 = 1;
    const SO_ERROR: u64 = 4;
    const SO_LINGER: u64 = 13;
    const SO_PEERCRED: u64 = 17;
    const IP_ADD_MEMBERSHIP: u64 = 35;
    const IP_DROP_MEMBERSHIP: u64 = 36;
    match (context.register(1), context.register(2)) {
        (SOL_SOCKET, SO_ERROR) if context.name == atoms::GETSOCKOPT => {
            out.put_byte(b'[');
            put_errno(out, integer(bytes, 0, 4)? as u32);
            out.put_byte(b']');
        }
        (SOL_SOCKET, SO_LINGER) if bytes.len() >= 8 => return put_struct(out, context, "linger", bytes),
        (SOL_SOCKET, SO_PEERCRED) if bytes.len() >= 12 => return put_struct(out, context, "ucred", bytes),
        (SOL_IP, IP_ADD_MEMBERSHIP | IP_DROP_MEMBERSHIP) if bytes.len() >= 8 => {
            out.put(b"{imr_multiaddr=");
            put_ipv4(out, bytes)?;
            out.put(b", imr_interface=");
            put_ipv4(out, bytes.get(4..)?)?;
            out.put_byte(b'}');
        }
        _ if len == 4 => {
            out.put_byte(b'[');
            number::put_signed(out, i64::from(integer(bytes, 0, 4)? as i32));
            out.put_byte(b']');
        }
        _ => context.put_buffer(out, bytes, len),
    }
    Some(())
}
