// SPDX-License-Identifier: GPL-2.0

//! Addresses of sockets, and what they consist of.

use super::bytes::integer;
use super::flags::put_constants;
use crate::text::quote::put_quoted;
use crate::text::{number, Append};
use std::io::Write as _;
use std::net::{Ipv4Addr, Ipv6Addr};

/// `sizeof(struct sockaddr_un.sun_path)`: a path has no more bytes.
const MAX_UNIX_PATH: usize = 108;

/// Appends the address of a socket; `None` if not even its family is there.
pub(super) fn put_sockaddr(out: &mut Vec<u8>, bytes: &[u8]) -> Option<()> {
    let family = integer(bytes, 0, 2)?;
    out.put(b"{sa_family=");
    put_constants(out, "socket_domain", family);
    if let Some(data @ [_, ..]) = bytes.get(2..) {
        out.put(b", ");
        let start = out.len();
        if put_by_family(out, family, bytes).is_none() {
            out.truncate(start);
            out.put(b"sa_data=");
            put_quoted(out, data);
        }
    }
    out.put_byte(b'}');
    Some(())
}

/// Appends what follows the family; `None` if the family is another, or if too little is there.
fn put_by_family(out: &mut Vec<u8>, family: u64, bytes: &[u8]) -> Option<()> {
    let number = |at: usize, size: usize| integer(bytes, at, size);
    match family {
        1 => put_unix(out, bytes.get(2..)?),
        2 => {
            put_port(out, "sin_port", bytes)?;
            bytes.get(..16)?;
            out.put(b", sin_addr=");
            put_ipv4(out, bytes.get(4..)?)?;
        }
        4 => {
            put_port(out, "sipx_port", bytes)?;
            out.put(b", sipx_network=htonl(");
            number::put_padded_hex(out, u64::from((number(4, 4)? as u32).swap_bytes()), 8);
            out.put(b"), sipx_node=[");
            put_hex_bytes(out, bytes.get(8..14)?);
            out.put(b"], sipx_type=");
            number::put_padded_hex(out, number(14, 1)?, 2);
            if number(15, 1)? != 0 {
                out.put(b", sipx_zero=");
                number::put_padded_hex(out, number(15, 1)?, 2);
            }
        }
        10 => {
            bytes.get(..24)?;
            put_port(out, "sin6_port", bytes)?;
            out.put(b", sin6_flowinfo=htonl(");
            number::put_decimal(out, u64::from((number(4, 4)? as u32).swap_bytes()));
            out.put(b"), ");
            put_inet_pton(out, bytes.get(8..)?, "sin6_addr")?;
            if let Some(scope) = number(24, 4) {
                out.put(b", sin6_scope_id=");
                // The scope of a local address is an interface.
                let is_local = matches!(bytes.get(8..10), Some([0xfe, 0x80..=0xbf] | [0xff, _]))
                    && bytes.get(9).is_some_and(|byte| bytes.get(8) != Some(&0xff) || matches!(byte & 0xf, 1 | 2));
                if is_local {
                    put_interface(out, scope);
                } else {
                    number::put_decimal(out, scope);
                }
            }
        }
        16 => {
            bytes.get(..12)?;
            if number(2, 2)? != 0 {
                out.put(b"nl_pad=");
                number::put_hex(out, number(2, 2)?);
                out.put(b", ");
            }
            out.put(b"nl_pid=");
            number::put_signed(out, i64::from(number(4, 4)? as i32));
            out.put(b", nl_groups=");
            number::put_padded_hex(out, number(8, 4)?, 8);
        }
        17 => put_packet(out, bytes)?,
        29 => {
            out.put(b"can_ifindex=");
            put_interface(out, number(4, 4)?);
            if let (Some(rx), Some(tx)) = (number(8, 4), number(12, 4)) {
                out.put(b", can_addr={tp={rx_id=");
                number::put_hex(out, rx);
                out.put(b", tx_id=");
                number::put_hex(out, tx);
                out.put(b"}}");
            }
        }
        31 => put_bluetooth(out, bytes)?,
        38 => {
            let text = |at: usize, size: usize| {
                let text = bytes.get(at..(at + size).min(bytes.len()))?;
                text.split(|&byte| byte == 0).next()
            };
            out.put(b"salg_type=");
            put_quoted(out, text(2, 14)?);
            for (name, at) in [("salg_feat", 16), ("salg_mask", 20)] {
                out.put_member(name);
                number::put_hex(out, number(at, 4)?);
            }
            out.put(b", salg_name=");
            put_quoted(out, text(24, 64)?);
        }
        40 => {
            out.put(b"svm_cid=");
            put_constants(out, "vsock_cid", number(8, 4)?);
            out.put(b", svm_port=");
            match number(4, 4)? {
                0xffff_ffff => out.put(b"VMADDR_PORT_ANY"),
                port => number::put_hex(out, port),
            }
            out.put(b", svm_flags=");
            number::put_hex(out, number(12, 1)?);
        }
        _ => return None,
    }
    Some(())
}

fn put_unix(out: &mut Vec<u8>, path: &[u8]) {
    let path = path.get(..MAX_UNIX_PATH).unwrap_or(path);
    out.put(b"sun_path=");
    match path {
        [0, name @ ..] => {
            out.put_byte(b'@');
            put_quoted(out, name);
        }
        _ => put_quoted(out, path.split(|&byte| byte == 0).next().unwrap_or_default()),
    }
}

fn put_packet(out: &mut Vec<u8>, bytes: &[u8]) -> Option<()> {
    let number = |at: usize, size: usize| integer(bytes, at, size);
    let addresses = bytes.get(12..)?;
    out.put(b"sll_protocol=htons(");
    put_constants(out, "eth_p", u64::from((number(2, 2)? as u16).swap_bytes()));
    out.put(b"), sll_ifindex=");
    put_interface(out, number(4, 4)?);
    out.put(b", sll_hatype=");
    put_constants(out, "arphrd", number(8, 2)?);
    out.put(b", sll_pkttype=");
    put_constants(out, "packet_type", number(10, 1)?);
    let length = number(11, 1)? as usize;
    out.put(b", sll_halen=");
    number::put_decimal(out, length as u64);
    let shown = addresses.get(..length.min(8)).unwrap_or(addresses);
    if !shown.is_empty() && length > 0 {
        out.put(b", sll_addr=[");
        put_hex_bytes(out, shown);
        out.put(if length > shown.len() { b", ...]" } else { b"]" });
    }
    Some(())
}

/// Appends an address of Bluetooth: its length tells the protocol.
fn put_bluetooth(out: &mut Vec<u8>, bytes: &[u8]) -> Option<()> {
    let number = |at: usize, size: usize| integer(bytes, at, size);
    let put_device = |out: &mut Vec<u8>, name: &str, at: usize| {
        out.put(name.as_bytes());
        for (index, byte) in bytes.get(at..at + 6)?.iter().rev().enumerate() {
            if index > 0 {
                out.put_byte(b':');
            }
            let _ = write!(out, "{byte:02X}");
        }
        Some(())
    };
    match bytes.len() {
        6 => {
            out.put(b"hci_dev=htobs(");
            number::put_decimal(out, number(2, 2)?);
            out.put(b"), hci_channel=");
            number::put_decimal(out, number(4, 2)?);
        }
        8 => put_device(out, "sco_bdaddr=", 2)?,
        9 | 10 => {
            put_device(out, "rc_bdaddr=", 2)?;
            out.put(b", rc_channel=");
            number::put_decimal(out, number(8, 1)?);
        }
        12..=14 => {
            out.put(b"l2_psm=htobs(");
            number::put_decimal(out, number(2, 2)?);
            put_device(out, "), l2_bdaddr=", 4)?;
            out.put(b", l2_cid=htobs(");
            number::put_decimal(out, number(10, 2)?);
            out.put_byte(b')');
            if let Some(kind) = number(12, 1) {
                out.put(b", l2_bdaddr_type=");
                number::put_decimal(out, kind);
            }
        }
        _ => return None,
    }
    Some(())
}

/// Appends the index of a network interface. The first one of each network namespace is the loopback.
pub(super) fn put_interface(out: &mut Vec<u8>, index: u64) {
    match index {
        1 => out.put(b"if_nametoindex(\"lo\")"),
        _ => number::put_decimal(out, index),
    }
}

pub(super) fn put_hex_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    for (at, &byte) in bytes.iter().enumerate() {
        if at > 0 {
            out.put(b", ");
        }
        number::put_padded_hex(out, u64::from(byte), 2);
    }
}

fn put_port(out: &mut Vec<u8>, name: &str, bytes: &[u8]) -> Option<()> {
    out.put(name.as_bytes());
    out.put(b"=htons(");
    number::put_decimal(out, u64::from((integer(bytes, 2, 2)? as u16).swap_bytes()));
    out.put_byte(b')');
    Some(())
}

pub(super) fn put_ipv4(out: &mut Vec<u8>, bytes: &[u8]) -> Option<()> {
    let address: [u8; 4] = bytes.get(..4)?.try_into().ok()?;
    // Writing to a vector does not fail.
    let _ = write!(out, "inet_addr(\"{}\")", Ipv4Addr::from(address));
    Some(())
}

pub(super) fn put_inet_pton(out: &mut Vec<u8>, bytes: &[u8], name: &str) -> Option<()> {
    let address: [u8; 16] = bytes.get(..16)?.try_into().ok()?;
    let _ = write!(out, "inet_pton(AF_INET6, \"{}\", &{name})", Ipv6Addr::from(address));
    Some(())
}
