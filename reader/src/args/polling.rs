// SPDX-License-Identifier: GPL-2.0

//! Descriptors that a call waits for, and their events: `poll` and `epoll`.

use super::arrays::put_array;
use super::atoms;
use super::bytes::integer;
use super::context::Context;
use super::flags::put_constants;
use crate::calls::{Abi, Direction, Parameter};
use crate::model::Memory;
use crate::text::{number, Append};

/// Appends the descriptors that `poll` watches, and the events it waits for.
pub(super) fn put_pollfds(
    out: &mut Vec<u8>,
    context: &Context<'_>,
    bytes: &[u8],
    fault: Option<u64>,
    count: u64,
) -> Option<()> {
    put_array(out, context, bytes, fault, 8, count, &|out, element| {
        let fd = i64::from(element as i32);
        out.put(b"{fd=");
        number::put_signed(out, fd);
        if fd >= 0 {
            out.put(b", events=");
            put_constants(out, "poll_events", (element >> 32) & 0xffff);
        }
        out.put_byte(b'}');
    })
}

/// Appends the descriptors for which `poll` reports events, and the events.
pub(super) fn put_ready_pollfds(out: &mut Vec<u8>, context: &Context<'_>, memory: &Memory) {
    let start = out.len();
    let mut at = 0;
    let mut count = 0;
    while let Some(element) = integer(&memory.bytes, at, 8) {
        at += 8;
        let events = element >> 48;
        if events == 0 {
            continue;
        }
        out.put(if out.len() == start { b"[" } else { b", " });
        if count >= context.limit {
            out.put(b"...");
            break;
        }
        out.put(b"{fd=");
        number::put_signed(out, i64::from(element as i32));
        out.put(b", revents=");
        put_constants(out, "poll_events", events);
        out.put_byte(b'}');
        count += 1;
    }
    if memory.is_cut && count < context.limit {
        out.put(if out.len() == start { b"[..." } else { b", ..." });
    }
    if out.len() > start {
        out.put_byte(b']');
    }
}

/// Appends the event that `epoll_ctl` sets, or an array of those that `epoll_wait` reports.
pub(super) fn put_epoll_events(
    out: &mut Vec<u8>,
    context: &Context<'_>,
    parameter: &Parameter,
    bytes: &[u8],
) -> Option<()> {
    const EPOLL_CTL_DEL: u32 = 2;
    // On x86 the structure has no padding.
    let (data_at, size) = match context.call.abi {
        Abi::X86_64 | Abi::I386 => (4, 12),
        Abi::Arm | Abi::Arm64 => (8, 16),
    };
    let put = |out: &mut Vec<u8>, at: usize| {
        let (events, data) = (integer(bytes, at, 4)?, integer(bytes, at + data_at, 8)?);
        out.put(b"{events=");
        put_constants(out, "epoll_events", events);
        out.put(b", data=");
        number::put_hex(out, data);
        out.put_byte(b'}');
        Some(())
    };
    if parameter.direction == Direction::In {
        let is_removed = context.name == atoms::EPOLL_CTL && context.register(1) as u32 == EPOLL_CTL_DEL;
        return if is_removed { None } else { put(out, 0) };
    }
    out.put_byte(b'[');
    for index in 0..context.count(parameter)? {
        if index > 0 {
            out.put(b", ");
        }
        let start = out.len();
        if index >= context.limit as u64 || put(out, (index as usize).checked_mul(size)?).is_none() {
            out.truncate(start);
            out.put(b"...");
            break;
        }
    }
    out.put_byte(b']');
    Some(())
}
