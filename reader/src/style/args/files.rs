// SPDX-License-Identifier: GPL-2.0

//! Memory whose layout is not the same everywhere, or of which it depends what is shown.

use super::memory::array;
use super::names::Name;
use super::structs::integer;
use super::{names, number, values, Context, Line};
use crate::calls::plan::MAX_DIRENTS;
use crate::calls::{Abi, Direction, Parameter};
use crate::model::Memory;
use crate::style::words::Set;

const S_IFMT: u64 = 0o170_000;
const S_IFCHR: u64 = 0o020_000;
const S_IFBLK: u64 = 0o060_000;

/// Appends what kind of file it is and how large, or which device.
pub(super) fn stat(out: &mut Vec<u8>, context: &Context<'_>, kind: Name, bytes: &[u8]) -> Option<()> {
    // Where mode, device and size lie, and their sizes.
    let [mode, dev, size] = match (kind, context.call.abi) {
        (names::OLDSTAT, _) => [(4, 2), (12, 2), (16, 4)],
        (names::STAT, Abi::X86_64) => [(24, 4), (40, 8), (48, 8)],
        (names::STAT, Abi::Arm64) => [(16, 4), (32, 8), (48, 8)],
        (names::STAT, Abi::Arm | Abi::I386) => [(8, 2), (16, 4), (20, 4)],
        (_, Abi::I386) => [(16, 4), (32, 8), (44, 8)],
        (_, _) => [(16, 4), (32, 8), (48, 8)],
    };
    let field = |(at, size): (usize, usize)| integer(bytes, at, size);
    let mode = field(mode)?;
    out.put(b"{st_mode=");
    values::file_mode(out, mode);
    if matches!(mode & S_IFMT, S_IFCHR | S_IFBLK) {
        out.put(b", st_rdev=");
        values::device(out, field(dev)?);
    } else {
        out.put(b", st_size=");
        number::decimal(out, field(size)?);
    }
    out.put(b", ...}");
    Some(())
}

/// Appends what `statx` has told.
pub(super) fn statx(out: &mut Vec<u8>, bytes: &[u8]) -> Option<()> {
    const STATX_TYPE: u64 = 1;
    const STATX_MODE: u64 = 2;
    const STATX_SIZE: u64 = 0x200;
    let mask = integer(bytes, 0, 4)?;
    out.put(b"{stx_mask=");
    values::set(out, "statx_mask", mask);
    out.put(b", stx_attributes=");
    values::set(out, "statx_attrs", integer(bytes, 8, 8)?);
    if mask & (STATX_TYPE | STATX_MODE) != 0 {
        out.put(b", stx_mode=");
        values::file_mode(out, integer(bytes, 28, 2)?);
    }
    if mask & STATX_SIZE != 0 {
        out.put(b", stx_size=");
        number::decimal(out, integer(bytes, 40, 8)?);
    }
    out.put(b", ...}");
    Some(())
}

/// Appends how `openat2` is to open a file.
pub(super) fn open_how(out: &mut Vec<u8>, context: &Context<'_>, bytes: &[u8]) -> Option<()> {
    let (flags, mode, resolve) = (integer(bytes, 0, 8)?, integer(bytes, 8, 8)?, integer(bytes, 16, 8)?);
    out.put(b"{flags=");
    values::open_flags(out, context.call.abi, flags);
    if values::makes_file(flags) || mode != 0 {
        out.put(b", mode=");
        number::mode(out, mode);
    }
    out.put(b", resolve=");
    values::set(out, "resolve_flags", resolve);
    out.put_byte(b'}');
    Some(())
}

/// Appends where a directory's entries lie, and how many they are.
pub(super) fn entries(out: &mut Vec<u8>, context: &Context<'_>, address: u64, memory: &Memory) {
    number::address(out, address);
    // Of `getdents64` the module has counted them; the count stands before the first.
    if context.name == names::GETDENTS64 {
        out.put(b" /* ");
        let count = integer(&memory.bytes, 0, 4).unwrap_or(0);
        number::decimal(out, count);
        out.put(if count < u64::from(MAX_DIRENTS) { b" entries */" } else { b"+ entries */" });
        return;
    }
    // The length of an entry comes after two numbers.
    let length_at = if context.is_32bit() { 8 } else { 16 };
    let (mut at, mut count) = (0, 0_u64);
    while let Some(length) = integer(&memory.bytes, at + length_at, 2) {
        count += 1;
        if length == 0 {
            break;
        }
        at += length as usize;
    }
    out.put(b" /* ");
    number::decimal(out, count);
    out.put(if memory.is_cut { b"+ entries */" } else { b" entries */" });
}

/// Appends the files that are waited for, and for what.
pub(super) fn pollfds(out: &mut Vec<u8>, context: &Context<'_>, bytes: &[u8], count: u64) -> Option<()> {
    array(out, context, bytes, 8, count, &|out, element| {
        let fd = i64::from(element as i32);
        out.put(b"{fd=");
        number::signed(out, fd);
        if fd >= 0 {
            out.put(b", events=");
            values::set(out, "poll_events", (element >> 32) & 0xffff);
        }
        out.put_byte(b'}');
    })
}

/// Appends the files of which there is something to tell.
pub(super) fn ready_pollfds(out: &mut Vec<u8>, context: &Context<'_>, memory: &Memory) {
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
        number::signed(out, i64::from(element as i32));
        out.put(b", revents=");
        values::set(out, "poll_events", events);
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

/// Appends an event, or all that happened.
pub(super) fn epoll_events(
    out: &mut Vec<u8>,
    context: &Context<'_>,
    parameter: &Parameter,
    bytes: &[u8],
) -> Option<()> {
    const EPOLL_CTL_DEL: u32 = 2;
    // On x86 the structure is as short as its members.
    let (data_at, size) = match context.call.abi {
        Abi::X86_64 | Abi::I386 => (4, 12),
        Abi::Arm | Abi::Arm64 => (8, 16),
    };
    let put = |out: &mut Vec<u8>, at: usize| {
        let (events, data) = (integer(bytes, at, 4)?, integer(bytes, at + data_at, 8)?);
        out.put(b"{events=");
        values::set(out, "epoll_events", events);
        out.put(b", data=");
        number::hex(out, data);
        out.put_byte(b'}');
        Some(())
    };
    if parameter.direction == Direction::In {
        let is_removed = context.name == names::EPOLL_CTL && context.register(1) as u32 == EPOLL_CTL_DEL;
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

/// `CLONE_PIDFD`.
pub(in crate::style) const PIDFD: u64 = 0x1000;
/// `CLONE_PARENT_SETTID`.
pub(in crate::style) const PARENT_SETTID: u64 = 0x10_0000;
/// `CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID`.
pub(in crate::style) const CHILD_TID: u64 = 0x0120_0000;
/// `CLONE_SETTLS`.
pub(in crate::style) const SETTLS: u64 = 0x8_0000;

/// Appends what `clone3` is to do.
pub(super) fn clone_args(out: &mut Vec<u8>, bytes: &[u8]) -> Option<()> {
    const CLEAR_SIGHAND: u64 = 0x1_0000_0000;
    const INTO_CGROUP: u64 = CLEAR_SIGHAND << 1;
    let field = |at: usize| integer(bytes, at * 8, 8);
    let flags = field(0)?;
    let put = |out: &mut Vec<u8>, name: &str, at: usize| {
        out.put(b", ");
        out.put(name.as_bytes());
        out.put_byte(b'=');
        number::address(out, field(at)?);
        Some(())
    };
    out.put(b"{flags=");
    values::flags(out, Set::new("clone_flags"), flags);
    if flags & PIDFD != 0 {
        put(out, "pidfd", 1)?;
    }
    if flags & CHILD_TID != 0 {
        put(out, "child_tid", 2)?;
    }
    if flags & PARENT_SETTID != 0 {
        put(out, "parent_tid", 3)?;
    }
    out.put(b", exit_signal=");
    values::signal(out, field(4)?);
    put(out, "stack", 5)?;
    out.put(b", stack_size=");
    number::hex(out, field(6)?);
    if flags & SETTLS != 0 {
        put(out, "tls", 7)?;
    }
    if let (Some(tids), Some(count)) = (field(8), field(9)) {
        if tids != 0 || count != 0 {
            put(out, "set_tid", 8)?;
            out.put(b", set_tid_size=");
            number::decimal(out, count);
        }
    }
    if let (true, Some(cgroup)) = (flags & INTO_CGROUP != 0, field(10)) {
        out.put(b", cgroup=");
        number::decimal(out, cgroup);
    }
    out.put_byte(b'}');
    Some(())
}

/// Whether `clone3` tells its caller more than its result.
pub(in crate::style) fn clone_tells(memory: Option<&Memory>) -> Option<u64> {
    let flags = integer(&memory?.bytes, 0, 8)?;
    (flags & (PIDFD | PARENT_SETTID) != 0).then_some(flags)
}

/// Appends a segment of an x86 program, such as that of a thread.
pub(super) fn user_desc(out: &mut Vec<u8>, bytes: &[u8]) -> Option<()> {
    let [entry, base, limit, bits] = [0, 4, 8, 12].map(|at| integer(bytes, at, 4));
    let bits = bits?;
    out.put(b"{entry_number=");
    values::id(out, entry?, u64::from(u32::MAX));
    for (name, value) in [(", base_addr=", base?), (", limit=", limit?)] {
        out.put(name.as_bytes());
        number::padded_hex(out, value, 8);
    }
    let fields = [
        ("seg_32bit", 0, 1),
        ("contents", 1, 3),
        ("read_exec_only", 3, 1),
        ("limit_in_pages", 4, 1),
        ("seg_not_present", 5, 1),
        ("useable", 6, 1),
    ];
    for (name, shift, mask) in fields {
        out.put(b", ");
        out.put(name.as_bytes());
        out.put_byte(b'=');
        number::decimal(out, (bits >> shift) & mask);
    }
    out.put_byte(b'}');
    Some(())
}
