// SPDX-License-Identifier: GPL-2.0

//! Memory that is about sockets, and buffers in lists.

use super::structs::integer;
use super::{names, number, quote, values, Context, Line};
use crate::calls::Direction;
use crate::model::{Piece, Pieces};
use std::io::Write as _;
use std::net::{Ipv4Addr, Ipv6Addr};

const AF_UNIX: u64 = 1;
const AF_INET: u64 = 2;
const AF_INET6: u64 = 10;
const AF_NETLINK: u64 = 16;
const AF_PACKET: u64 = 17;

/// Appends an address of a socket.
pub(super) fn sockaddr(out: &mut Vec<u8>, bytes: &[u8]) -> Option<()> {
    let family = integer(bytes, 0, 2)?;
    out.put(b"{sa_family=");
    values::set(out, "socket_domain", family);
    if let Some(data @ [_, ..]) = bytes.get(2..) {
        out.put(b", ");
        match (family, bytes.len()) {
            (AF_UNIX, _) => unix(out, data),
            (AF_INET, 16..) => {
                port(out, "sin_port", bytes)?;
                out.put(b", sin_addr=");
                ipv4(out, bytes.get(4..)?)?;
            }
            (AF_INET6, 24..) => ipv6(out, bytes)?,
            (AF_NETLINK, 12..) => {
                out.put(b"nl_pid=");
                number::signed(out, i64::from(integer(bytes, 4, 4)? as i32));
                out.put(b", nl_groups=");
                number::padded_hex(out, integer(bytes, 8, 4)?, 8);
            }
            (AF_PACKET, 12..) => {
                out.put(b"sll_protocol=htons(");
                number::hex(out, u64::from((integer(bytes, 2, 2)? as u16).swap_bytes()));
                out.put(b"), sll_ifindex=");
                number::decimal(out, integer(bytes, 4, 4)?);
                for (name, at, size) in [("hatype", 8, 2), ("pkttype", 10, 1), ("halen", 11, 1)] {
                    out.put(b", sll_");
                    out.put(name.as_bytes());
                    out.put_byte(b'=');
                    number::decimal(out, integer(bytes, at, size)?);
                }
            }
            _ => {
                out.put(b"sa_data=");
                quote::quote(out, data);
            }
        }
    }
    out.put_byte(b'}');
    Some(())
}

fn unix(out: &mut Vec<u8>, path: &[u8]) {
    out.put(b"sun_path=");
    match path {
        [0, name @ ..] => {
            out.put_byte(b'@');
            quote::quote(out, name);
        }
        _ => quote::quote(out, path.split(|&byte| byte == 0).next().unwrap_or_default()),
    }
}

fn port(out: &mut Vec<u8>, name: &str, bytes: &[u8]) -> Option<()> {
    out.put(name.as_bytes());
    out.put(b"=htons(");
    number::decimal(out, u64::from((integer(bytes, 2, 2)? as u16).swap_bytes()));
    out.put_byte(b')');
    Some(())
}

fn ipv4(out: &mut Vec<u8>, bytes: &[u8]) -> Option<()> {
    let address: [u8; 4] = bytes.get(..4)?.try_into().ok()?;
    // Writing to a vector does not fail.
    let _ = write!(out, "inet_addr(\"{}\")", Ipv4Addr::from(address));
    Some(())
}

fn ipv6(out: &mut Vec<u8>, bytes: &[u8]) -> Option<()> {
    port(out, "sin6_port", bytes)?;
    out.put(b", sin6_flowinfo=htonl(");
    number::decimal(out, u64::from((integer(bytes, 4, 4)? as u32).swap_bytes()));
    let address: [u8; 16] = bytes.get(8..24)?.try_into().ok()?;
    let _ = write!(out, "), inet_pton(AF_INET6, \"{}\", &sin6_addr)", Ipv6Addr::from(address));
    if let Some(scope) = integer(bytes, 24, 4) {
        out.put(b", sin6_scope_id=");
        number::decimal(out, scope);
    }
    Some(())
}

/// Appends an array of buffers, of which `elements` were given and the first `data` bytes count, and takes it from the
/// front.
pub(super) fn iovec(out: &mut Vec<u8>, context: &Context<'_>, pieces: &mut Pieces<'_>, elements: u64, data: u64) {
    let mut left = data;
    out.put_byte(b'[');
    for index in 0..elements {
        let Some(Piece { len, bytes, bad }) = pieces.piece() else {
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
        match bad {
            None => context.text(out, bytes, counted),
            Some(address) => number::address(out, address),
        }
        out.put(b", iov_len=");
        number::decimal(out, len);
        out.put_byte(b'}');
    }
    out.put_byte(b']');
}

/// Appends an array of buffers in another process: where they are, and how long.
pub(super) fn remote_iovec(out: &mut Vec<u8>, context: &Context<'_>, bytes: &[u8], elements: u64) {
    let long = context.long_size();
    out.put_byte(b'[');
    for (index, element) in (0..elements).zip(bytes.chunks_exact(2 * long)) {
        if index > 0 {
            out.put(b", ");
        }
        out.put(b"{iov_base=");
        number::address(out, integer(element, 0, long).unwrap_or(0));
        out.put(b", iov_len=");
        number::decimal(out, integer(element, long, long).unwrap_or(0));
        out.put_byte(b'}');
    }
    if elements > (bytes.len() / (2 * long)) as u64 {
        out.put(b", ...");
    }
    out.put_byte(b']');
}

/// Appends a message, of which `data` bytes count, and takes it from the front.
pub(super) fn msghdr(out: &mut Vec<u8>, context: &Context<'_>, pieces: &mut Pieces<'_>, data: u64) -> Option<()> {
    let name_len = pieces.word()?;
    let flags = pieces.word()?;
    let control = pieces.word()?;
    let elements = pieces.word()?;
    let name = pieces.take(name_len);
    out.put(b"{msg_name=");
    if sockaddr(out, name).is_none() {
        out.put(b"NULL");
    }
    out.put(b", msg_namelen=");
    number::decimal(out, name_len);
    out.put(b", msg_iov=");
    iovec(out, context, pieces, elements, data);
    out.put(b", msg_iovlen=");
    number::decimal(out, elements);
    if control > 0 {
        out.put(b", msg_control=[...]");
    }
    out.put(b", msg_controllen=");
    number::decimal(out, control);
    out.put(b", msg_flags=");
    values::set(out, "msg_flags", flags);
    out.put_byte(b'}');
    Some(())
}

/// Appends an array of `count` messages; of the first `done` it is known how many bytes they have.
pub(super) fn mmsghdr(
    out: &mut Vec<u8>,
    context: &Context<'_>,
    mut pieces: Pieces<'_>,
    direction: Direction,
    count: u64,
    done: u64,
) {
    out.put_byte(b'[');
    for at in 0..count {
        if at > 0 {
            out.put(b", ");
        }
        let before = out.len();
        out.put(b"{msg_hdr=");
        let len = pieces.word();
        let part = pieces;
        let data = len.filter(|_| direction == Direction::Out).unwrap_or(u64::MAX);
        let (Some(len), Some(())) = (len, msghdr(out, context, &mut pieces, data)) else {
            out.truncate(before);
            out.put(b"...");
            break;
        };
        if at < done {
            out.put(b", msg_len=");
            // Of a message that was sent it is what it was before; but all of it was sent.
            number::decimal(out, if direction == Direction::Out { len } else { message_len(part) });
        }
        out.put_byte(b'}');
    }
    out.put_byte(b']');
}

/// How long the buffers of the first message are together.
fn message_len(mut message: Pieces<'_>) -> u64 {
    let [name, _, _, elements] = [(); 4].map(|()| message.word().unwrap_or(0));
    message.take(name);
    (0..elements).map_while(|_| message.piece()).map(|piece| piece.len).sum()
}

/// Appends the value of a socket's option.
pub(super) fn sockopt(out: &mut Vec<u8>, context: &Context<'_>, bytes: &[u8], len: u64) -> Option<()> {
    const SOL_IP: u64 = 0;
    const SOL_SOCKET: u64 = 1;
    const SO_ERROR: u64 = 4;
    const SO_LINGER: u64 = 13;
    const SO_PEERCRED: u64 = 17;
    const IP_ADD_MEMBERSHIP: u64 = 35;
    const IP_DROP_MEMBERSHIP: u64 = 36;
    match (context.register(1), context.register(2)) {
        (SOL_SOCKET, SO_ERROR) if context.name == names::GETSOCKOPT => {
            out.put_byte(b'[');
            super::memory::errno(out, integer(bytes, 0, 4)? as u32);
            out.put_byte(b']');
        }
        (SOL_SOCKET, SO_LINGER) if bytes.len() >= 8 => return context.structure(out, "linger", bytes),
        (SOL_SOCKET, SO_PEERCRED) if bytes.len() >= 12 => return context.structure(out, "ucred", bytes),
        (SOL_IP, IP_ADD_MEMBERSHIP | IP_DROP_MEMBERSHIP) if bytes.len() >= 8 => {
            out.put(b"{imr_multiaddr=");
            ipv4(out, bytes)?;
            out.put(b", imr_interface=");
            ipv4(out, bytes.get(4..)?)?;
            out.put_byte(b'}');
        }
        _ if len == 4 => {
            out.put_byte(b'[');
            number::signed(out, i64::from(integer(bytes, 0, 4)? as i32));
            out.put_byte(b']');
        }
        _ => context.text(out, bytes, len),
    }
    Some(())
}
