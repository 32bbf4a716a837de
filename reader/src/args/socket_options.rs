// SPDX-License-Identifier: GPL-2.0

//! The values of sockets' options.

use super::addresses::{put_inet_pton, put_interface, put_ipv4, put_sockaddr};
use super::atoms;
use super::bytes::integer;
use super::context::Context;
use super::flags::put_constants;
use super::scalars::put_errno;
use super::structs::put_struct;
use crate::model::Memory;
use crate::text::quote::put_quoted_hex;
use crate::text::{number, Append};
use std::io::Write as _;

/// Appends the value of a socket's option, of `len` bytes; `None` if its address is to be printed.
pub(super) fn put_sockopt(out: &mut Vec<u8>, context: &Context<'_>, memory: &Memory, len: u64) -> Option<()> {
    const SOL_IP: u64 = 0;
    const SOL_SOCKET: u64 = 1;
    const SOL_IPV6: u64 = 41;
    const SOL_PACKET: u64 = 263;
    const SOL_NETLINK: u64 = 270;
    let is_asked = context.name == atoms::GETSOCKOPT;
    // A length is an `int`.
    if len > i32::MAX as u64 {
        return None;
    }
    let bytes = memory.bytes.get(..usize::try_from(len).unwrap_or(usize::MAX)).unwrap_or(&memory.bytes);
    match (context.register(1) & 0xffff_ffff, context.register(2) & 0xffff_ffff) {
        // SO_ERROR
        (SOL_SOCKET, 4) if is_asked => match integer(bytes, 0, 4) {
            Some(error) => {
                out.put_byte(b'[');
                put_errno(out, error as u32);
                out.put_byte(b']');
            }
            None => put_quoted_hex(out, bytes),
        },
        // SO_LINGER
        (SOL_SOCKET, 13) => put_partial(out, bytes, is_asked, &[("l_onoff", true), ("l_linger", true)])?,
        // SO_PEERCRED
        (SOL_SOCKET, 17) if is_asked => {
            put_partial(out, bytes, true, &[("pid", true), ("uid", false), ("gid", false)])?;
        }
        // SO_RCVTIMEO, SO_SNDTIMEO
        (SOL_SOCKET, 20 | 21) if bytes.len() >= 2 * context.long_size() => {
            put_struct(out, context, if context.is_32bit() { "timeval32" } else { "timeval" }, bytes)?;
        }
        (SOL_SOCKET, 66 | 67) if bytes.len() >= 16 => put_struct(out, context, "timeval", bytes)?,
        // SO_ATTACH_FILTER, SO_ATTACH_REUSEPORT_CBPF
        (SOL_SOCKET, 26 | 51) if !is_asked && bytes.len() >= 2 * context.long_size() => {
            put_struct(out, context, "sock_fprog", bytes)?;
        }
        // IP_ADD_MEMBERSHIP, IP_DROP_MEMBERSHIP
        (SOL_IP, 35 | 36) if !is_asked => {
            out.put(b"{imr_multiaddr=");
            put_ipv4(out, bytes)?;
            out.put(b", imr_interface=");
            put_ipv4(out, bytes.get(4..)?)?;
            out.put_byte(b'}');
        }
        // MCAST_JOIN_GROUP, MCAST_LEAVE_GROUP: a number, aligned as a pointer, and an address
        (SOL_IP | SOL_IPV6, 42 | 45) if !is_asked => {
            let address = bytes.get(context.long_size()..context.long_size() + 128)?;
            let family = integer(address, 0, 2)?;
            let there = if family == 2 { 16 } else { 28 };
            out.put(b"{gr_interface=");
            put_interface(out, integer(bytes, 0, 4)?);
            out.put(b", gr_group=");
            put_sockaddr(out, address.get(..there)?)?;
            out.put_byte(b'}');
        }
        // IPV6_ADD_MEMBERSHIP, IPV6_DROP_MEMBERSHIP, IPV6_JOIN_ANYCAST, IPV6_LEAVE_ANYCAST
        (SOL_IPV6, 20 | 21 | 27 | 28) if !is_asked => {
            out.put_byte(b'{');
            put_inet_pton(out, bytes, "ipv6mr_multiaddr")?;
            out.put(b", ipv6mr_interface=");
            put_interface(out, integer(bytes, 16, 4)?);
            out.put_byte(b'}');
        }
        // PACKET_ADD_MEMBERSHIP, PACKET_DROP_MEMBERSHIP
        (SOL_PACKET, 1 | 2) if !is_asked && len <= 16 => put_packet_membership(out, bytes)?,
        // PACKET_RX_RING, PACKET_TX_RING
        (SOL_PACKET, 5 | 13) if !is_asked && bytes.len() >= 16 && len == 16 => {
            put_struct(out, context, "tpacket_req", bytes)?
        }
        (SOL_PACKET, 1 | 2 | 5 | 13) if !is_asked => return None,
        // PACKET_STATISTICS
        (SOL_PACKET, 6) if is_asked => {
            put_partial(out, bytes, true, &[("tp_packets", false), ("tp_drops", false), ("tp_freeze_q_cnt", false)])?;
        }
        // SO_BINDTODEVICE, SO_PEERNAME, SO_PEERSEC, SO_COOKIE, SO_PEERGROUPS, SO_NETNS_COOKIE are no numbers of 32
        // bits.
        (level, option)
            if level == SOL_NETLINK || level == SOL_SOCKET && !matches!(option, 25 | 28 | 31 | 57 | 59 | 71) =>
        {
            match integer(bytes, 0, 4) {
                Some(value) => {
                    out.put_byte(b'[');
                    number::put_signed(out, i64::from(value as i32));
                    out.put_byte(b']');
                }
                None if is_asked && !memory.is_fault => put_quoted_hex(out, bytes),
                None => return None,
            }
        }
        _ if memory.is_fault => return None,
        _ if len == 4 => {
            out.put_byte(b'[');
            number::put_signed(out, i64::from(integer(bytes, 0, 4)? as i32));
            out.put_byte(b']');
        }
        _ => context.put_buffer(out, bytes, len),
    }
    Some(())
}

/// Appends a structure of numbers of 32 bits, signed or not, of which the kernel may have written the first bytes
/// alone: with
/// `is_partial` as much as is there, otherwise the whole structure or nothing.
fn put_partial(out: &mut Vec<u8>, bytes: &[u8], is_partial: bool, fields: &[(&str, bool)]) -> Option<()> {
    if !is_partial && bytes.len() < 4 * fields.len() {
        return None;
    }
    for (at, (name, is_signed)) in fields.iter().enumerate() {
        let Some(field @ [_, ..]) = bytes.get(4 * at..) else { break };
        out.put(if at == 0 { b"{" } else { b", " });
        out.put(name.as_bytes());
        out.put_byte(b'=');
        match integer(field, 0, 4) {
            Some(value) if *is_signed || value == u64::from(u32::MAX) => {
                number::put_signed(out, i64::from(value as i32));
            }
            Some(value) => number::put_decimal(out, value),
            None => put_quoted_hex(out, field),
        }
    }
    out.put_byte(b'}');
    Some(())
}

fn put_packet_membership(out: &mut Vec<u8>, bytes: &[u8]) -> Option<()> {
    let address = bytes.get(8..16)?;
    out.put(b"{mr_ifindex=");
    put_interface(out, integer(bytes, 0, 4)?);
    out.put(b", mr_type=");
    put_constants(out, "packet_mr", integer(bytes, 4, 2)?);
    let length = integer(bytes, 6, 2)?;
    out.put(b", mr_alen=");
    number::put_decimal(out, length);
    out.put(b", mr_address=");
    for (at, byte) in address.iter().take(length as usize).enumerate() {
        let _ = write!(out, "{}{byte:02x}", if at == 0 { "" } else { ":" });
    }
    out.put_byte(b'}');
    Some(())
}
