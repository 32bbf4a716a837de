// SPDX-License-Identifier: GPL-2.0

//! Processes and threads: how they are made, how they end, and what they may do.

use super::bytes::integer;
use super::flags::{put_constants, put_flags};
use super::scalars::{put_id, put_signal, CLONE_CHILD_TID, CLONE_PARENT_SETTID, CLONE_PIDFD, CLONE_SETTLS};
use crate::constants::ConstantSet;
use crate::model::Memory;
use crate::text::{number, Append};

/// Appends what `clone3` is told: flags, and the members that the flags make relevant.
pub(super) fn put_clone_args(out: &mut Vec<u8>, bytes: &[u8]) -> Option<()> {
    const CLEAR_SIGHAND: u64 = 0x1_0000_0000;
    const INTO_CGROUP: u64 = CLEAR_SIGHAND << 1;
    let field = |at: usize| integer(bytes, at * 8, 8);
    let flags = field(0)?;
    let put = |out: &mut Vec<u8>, name: &str, at: usize| {
        out.put_member(name);
        number::put_address(out, field(at)?);
        Some(())
    };
    out.put(b"{flags=");
    put_flags(out, ConstantSet::new("clone_flags"), flags);
    if flags & CLONE_PIDFD != 0 {
        put(out, "pidfd", 1)?;
    }
    if flags & CLONE_CHILD_TID != 0 {
        put(out, "child_tid", 2)?;
    }
    if flags & CLONE_PARENT_SETTID != 0 {
        put(out, "parent_tid", 3)?;
    }
    out.put(b", exit_signal=");
    put_signal(out, field(4)?);
    put(out, "stack", 5)?;
    out.put(b", stack_size=");
    number::put_hex(out, field(6)?);
    if flags & CLONE_SETTLS != 0 {
        put(out, "tls", 7)?;
    }
    if let (Some(tids), Some(count)) = (field(8), field(9)) {
        if tids != 0 || count != 0 {
            put(out, "set_tid", 8)?;
            out.put(b", set_tid_size=");
            number::put_decimal(out, count);
        }
    }
    if let Some(cgroup) = field(10).filter(|&cgroup| flags & INTO_CGROUP != 0 || cgroup != 0) {
        out.put(b", cgroup=");
        number::put_decimal(out, cgroup);
    }
    out.put_byte(b'}');
    Some(())
}

/// Gives the flags of `clone3` if it writes memory of its caller: a thread id or a descriptor of the new task.
pub(crate) fn clone3_output_flags(memory: Option<&Memory>) -> Option<u64> {
    let flags = integer(&memory?.bytes, 0, 8)?;
    (flags & (CLONE_PIDFD | CLONE_PARENT_SETTID) != 0).then_some(flags)
}

/// Appends a segment of an x86 program, such as the one for thread-local storage.
pub(super) fn put_user_desc(out: &mut Vec<u8>, bytes: &[u8]) -> Option<()> {
    let [entry, base, limit, bits] = [0, 4, 8, 12].map(|at| integer(bytes, at, 4));
    let bits = bits?;
    out.put(b"{entry_number=");
    put_id(out, entry?, u64::from(u32::MAX));
    for (name, value) in [("base_addr", base?), ("limit", limit?)] {
        out.put_member(name);
        number::put_padded_hex(out, value, 8);
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
        out.put_member(name);
        number::put_decimal(out, (bits >> shift) & mask);
    }
    out.put_byte(b'}');
    Some(())
}

/// Appends how a child changed its state: exited, killed, stopped or continued.
pub(super) fn put_wait_status(out: &mut Vec<u8>, status: u32) {
    let put_name = |out: &mut Vec<u8>, signal: u32| put_signal(out, u64::from(signal));
    let (low, high) = (status & 0x7f, (status >> 8) & 0xff);
    out.put_byte(b'[');
    // The bits of the status that the text does not tell.
    let rest = if status & 0xff == 0x7f {
        out.put(b"{WIFSTOPPED(s) && WSTOPSIG(s) == ");
        put_name(out, high & 0x7f);
        if high & 0x80 != 0 {
            out.put(b" | 0x80");
        }
        out.put_byte(b'}');
        status & !0xffff
    } else if status == 0xffff {
        out.put(b"{WIFCONTINUED(s)}");
        0
    } else if low != 0 {
        out.put(b"{WIFSIGNALED(s) && WTERMSIG(s) == ");
        put_name(out, low);
        if status & 0x80 != 0 {
            out.put(b" && WCOREDUMP(s)");
        }
        out.put_byte(b'}');
        status & !0xff
    } else {
        out.put(b"{WIFEXITED(s) && WEXITSTATUS(s) == ");
        number::put_decimal(out, u64::from(high));
        out.put_byte(b'}');
        status & !0xff00
    };
    let event = rest >> 16;
    if event != 0 {
        out.put_byte(b'|');
        put_constants(out, "ptrace_event", u64::from(event));
        out.put(b"<<16");
    }
    if rest & 0xffff != 0 {
        out.put_byte(b'|');
        number::put_hex(out, u64::from(rest & 0xffff));
    }
    out.put_byte(b']');
}
