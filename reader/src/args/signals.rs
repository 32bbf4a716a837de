// SPDX-License-Identifier: GPL-2.0

//! Signals: sets of them, their handlers, and what comes with one.

use super::atoms;
use super::bytes::{integer, integer_at_start};
use super::context::Context;
use super::flags::put_constants;
use super::scalars::{put_clock_ticks, put_errno, put_id, put_signal};
use crate::constants::{find_constant, signals};
use crate::text::{number, Append};

/// Appends a set of signals as an argument points to; `None` if its size is one that the kernel rejects.
pub(super) fn put_sigset_argument(out: &mut Vec<u8>, context: &Context<'_>, bytes: &[u8]) -> Option<()> {
    let is_valid =
        (context.long_size()..=8).contains(&bytes.len()) || context.name == atoms::RT_SIGPENDING && !bytes.is_empty();
    is_valid.then(|| put_sigset(out, bytes))
}

/// Appends a set of signals; the lowest bit of `bytes` is signal 1. If two thirds of all signals are in the set,
/// appends `~` and the signals that are not in it.
pub(super) fn put_sigset(out: &mut Vec<u8>, bytes: &[u8]) {
    // The set is one or two words of 32 bits.
    let size = bytes.len().min(8).div_ceil(4) * 4;
    let mut set = integer_at_start(bytes);
    let bits = size as u32 * 8;
    if set.count_ones() >= bits * 2 / 3 && bits > 0 {
        set = !set & (u64::MAX >> (64 - bits));
        out.put_byte(b'~');
    }
    out.put_byte(b'[');
    let mut is_first = true;
    for bit in (0..u64::from(bits)).filter(|bit| (set >> bit) & 1 != 0) {
        if !is_first {
            out.put_byte(b' ');
        }
        is_first = false;
        signals::put_signal(out, bit + 1);
    }
    out.put_byte(b']');
}

/// Appends the `size` lowest bytes of a set of signals.
pub(super) fn put_signal_mask(out: &mut Vec<u8>, set: u64, size: usize) {
    put_sigset(out, set.to_le_bytes().get(..size).unwrap_or_default());
}

/// Appends how a program handles a signal, in the kernel's layout of the structure. With `is_old` the set of signals
/// has the size of a `long`.
pub(super) fn put_sigaction(out: &mut Vec<u8>, context: &Context<'_>, bytes: &[u8], is_old: bool) -> Option<()> {
    const SA_RESTORER: u64 = 0x0400_0000;
    let long = context.long_size();
    let member = |at: usize| integer(bytes, at * long, long);
    let handler = member(0)?;
    let (flags, restorer, set_at, set_size) =
        if is_old { (member(2)?, member(3)?, long, long) } else { (member(1)?, member(2)?, 3 * long, 8) };
    let set = integer(bytes, set_at, set_size)?;

    out.put(b"{sa_handler=");
    match handler {
        0 | 1 => put_constants(out, "sa_handler", handler),
        _ => number::put_hex(out, handler),
    }
    out.put(b", sa_mask=");
    put_signal_mask(out, set, set_size);
    out.put(b", sa_flags=");
    put_constants(out, "sa_flags", flags);
    if flags & SA_RESTORER != 0 {
        out.put(b", sa_restorer=");
        number::put_address(out, restorer);
    }
    out.put_byte(b'}');
    Some(())
}

/// Appends what comes with a signal: its cause and its sender.
pub(super) fn put_siginfo(out: &mut Vec<u8>, context: &Context<'_>, bytes: &[u8]) -> Option<()> {
    const SIGCHLD: u32 = 17;
    const SI_TIMER: i32 = -2;
    let long = context.long_size();
    let word = |at: usize| integer(bytes, at, 4).map(|word| word as u32);
    let (signal, errno, code) = (word(0)?, word(4)?, word(8)? as i32);
    if signal == 0 {
        out.put(b"{}");
        return Some(());
    }
    // A union follows, with the alignment of a pointer.
    let data = 12_usize.next_multiple_of(long);
    out.put(b"{si_signo=");
    put_signal(out, u64::from(signal));
    out.put(b", si_code=");
    let sets = if signal == SIGCHLD { ["si_code", "cld_code"] } else { ["si_code", "si_code"] };
    match sets.iter().find_map(|set| find_constant(set, u64::from(code as u32))) {
        Some(constant) => constant.put(out),
        None => number::put_hex(out, u64::from(code as u32)),
    }
    if errno != 0 {
        out.put(b", si_errno=");
        put_errno(out, errno);
    }
    let put = |out: &mut Vec<u8>, name: &str, value: i64| {
        out.put_member(name);
        number::put_signed(out, value);
    };
    let (first, second, third) = (word(data)?, word(data + 4)?, word(data + 8)?);
    let is_child = code > 0 && signal == SIGCHLD;
    if code == SI_TIMER {
        out.put(b", si_timerid=");
        number::put_hex(out, u64::from(first));
        put(out, "si_overrun", i64::from(second as i32));
        put(out, "si_int", i64::from(third as i32));
        out.put(b", si_ptr=");
        number::put_address(out, integer(bytes, data + 8, long)?);
    } else if code > 0 && matches!(signal, 4 | 5 | 7 | 8 | 11) {
        out.put(b", si_addr=");
        number::put_address(out, integer(bytes, data, long)?);
    } else {
        put(out, "si_pid", i64::from(first as i32));
        out.put(b", si_uid=");
        put_id(out, u64::from(second), u64::from(u32::MAX));
        // What `sigqueue` and its like send along.
        const SI_TKILL: i32 = -6;
        let sent = integer(bytes, data + 8, long)?;
        if code < 0 && code != SI_TKILL && sent != 0 {
            put(out, "si_int", i64::from(sent as i32));
            out.put(b", si_ptr=");
            number::put_address(out, sent);
        }
    }
    if is_child {
        out.put(b", si_status=");
        if code == 1 {
            number::put_signed(out, i64::from(third as i32));
        } else {
            put_signal(out, u64::from(third));
        }
        let times = (data + 12).next_multiple_of(long);
        for (name, at) in [("si_utime", times), ("si_stime", times + long)] {
            out.put_member(name);
            put_clock_ticks(out, integer(bytes, at, long)?);
        }
    }
    out.put_byte(b'}');
    Some(())
}

/// Appends how the kernel notifies a program, `struct sigevent`.
pub(super) fn put_sigevent(out: &mut Vec<u8>, context: &Context<'_>, bytes: &[u8]) -> Option<()> {
    let long = context.long_size();
    let value = integer(bytes, 0, long)?;
    let signal = integer(bytes, long, 4)?;
    let notify = integer(bytes, long + 4, 4)?;
    out.put_byte(b'{');
    if value != 0 {
        out.put(b"sigev_value={sival_int=");
        number::put_signed(out, i64::from(value as i32));
        out.put(b", sival_ptr=");
        number::put_address(out, value);
        out.put(b"}, ");
    }
    out.put(b"sigev_signo=");
    match notify {
        0 | 2 | 4 => put_signal(out, signal),
        _ => number::put_decimal(out, signal),
    }
    out.put(b", sigev_notify=");
    put_constants(out, "sigev", notify);
    if notify == 2 {
        for (name, at) in [("sigev_notify_function", long + 8), ("sigev_notify_attributes", 2 * long + 8)] {
            out.put_member(name);
            number::put_address(out, integer(bytes, at, long)?);
        }
    }
    if notify == 4 {
        out.put(b", sigev_notify_thread_id=");
        number::put_signed(out, i64::from(integer(bytes, long + 8, 4)? as i32));
    }
    out.put_byte(b'}');
    Some(())
}
