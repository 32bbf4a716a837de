// SPDX-License-Identifier: GPL-2.0

//! Memory that is about signals and ends of processes.

use super::structs::integer;
use super::{number, values, Context, Line};
use crate::style::words;

/// Appends a set of signals, the lowest bit of `bytes` being the first; as those that are not in it if these are fewer.
pub(super) fn sigset(out: &mut Vec<u8>, bytes: &[u8]) {
    // Whole words of 32 bits count, at most two.
    let size = bytes.len().min(8).div_ceil(4) * 4;
    let mut set = bytes.iter().take(8).rev().fold(0, |set, &byte| (set << 8) | u64::from(byte));
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
        words::put_signal(out, bit + 1);
    }
    out.put_byte(b']');
}

/// Appends the `size` lowest bytes of a set of signals.
pub(super) fn mask(out: &mut Vec<u8>, set: u64, size: usize) {
    sigset(out, set.to_le_bytes().get(..size).unwrap_or_default());
}

/// Appends what a program does about a signal, as the kernel takes it; `is_old` if the set of signals has a word.
pub(super) fn sigaction(out: &mut Vec<u8>, context: &Context<'_>, bytes: &[u8], is_old: bool) -> Option<()> {
    const SA_RESTORER: u64 = 0x0400_0000;
    let long = context.long_size();
    let word = |at: usize| integer(bytes, at * long, long);
    let handler = word(0)?;
    let (flags, restorer, set_at, set_size) =
        if is_old { (word(2)?, word(3)?, long, long) } else { (word(1)?, word(2)?, 3 * long, 8) };
    let set = integer(bytes, set_at, set_size)?;

    out.put(b"{sa_handler=");
    match handler {
        0 | 1 => values::set(out, "sa_handler", handler),
        _ => number::hex(out, handler),
    }
    out.put(b", sa_mask=");
    mask(out, set, set_size);
    out.put(b", sa_flags=");
    values::set(out, "sa_flags", flags);
    if flags & SA_RESTORER != 0 {
        out.put(b", sa_restorer=");
        number::address(out, restorer);
    }
    out.put_byte(b'}');
    Some(())
}

/// Appends how a child ended or what else became of it.
pub(super) fn wait_status(out: &mut Vec<u8>, status: u32) {
    let name = |out: &mut Vec<u8>, signal: u32| values::signal(out, u64::from(signal));
    let (low, high) = (status & 0x7f, (status >> 8) & 0xff);
    out.put_byte(b'[');
    // What is not said by the text.
    let rest = if status & 0xff == 0x7f {
        out.put(b"{WIFSTOPPED(s) && WSTOPSIG(s) == ");
        name(out, high & 0x7f);
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
        name(out, low);
        if status & 0x80 != 0 {
            out.put(b" && WCOREDUMP(s)");
        }
        out.put_byte(b'}');
        status & !0xff
    } else {
        out.put(b"{WIFEXITED(s) && WEXITSTATUS(s) == ");
        number::decimal(out, u64::from(high));
        out.put_byte(b'}');
        status & !0xff00
    };
    let event = rest >> 16;
    if event != 0 {
        out.put_byte(b'|');
        values::set(out, "ptrace_event", u64::from(event));
        out.put(b"<<16");
    }
    if rest & 0xffff != 0 {
        out.put_byte(b'|');
        number::hex(out, u64::from(rest & 0xffff));
    }
    out.put_byte(b']');
}

/// Appends what is told with a signal.
pub(super) fn siginfo(out: &mut Vec<u8>, context: &Context<'_>, bytes: &[u8]) -> Option<()> {
    const SIGCHLD: u32 = 17;
    const SI_TIMER: i32 = -2;
    let long = context.long_size();
    let word = |at: usize| integer(bytes, at, 4).map(|word| word as u32);
    let (signal, errno, code) = (word(0)?, word(4)?, word(8)? as i32);
    if signal == 0 {
        out.put(b"{}");
        return Some(());
    }
    // What follows is a union, aligned as a pointer is.
    let data = 12_usize.next_multiple_of(long);
    out.put(b"{si_signo=");
    values::signal(out, u64::from(signal));
    out.put(b", si_code=");
    let sets: [&str; 2] = if signal == SIGCHLD { ["si_code", "cld_code"] } else { ["si_code", "si_code"] };
    let code_word = sets.iter().find_map(|set| words::Set::new(set)?.word(u64::from(code as u32)));
    match code_word {
        Some(word) => word.put(out),
        None => number::hex(out, u64::from(code as u32)),
    }
    if errno != 0 {
        out.put(b", si_errno=");
        super::memory::errno(out, errno);
    }
    let put = |out: &mut Vec<u8>, name: &str, value: i64| {
        out.put(b", ");
        out.put(name.as_bytes());
        out.put_byte(b'=');
        number::signed(out, value);
    };
    let (first, second, third) = (word(data)?, word(data + 4)?, word(data + 8)?);
    let is_child = code > 0 && signal == SIGCHLD;
    if code == SI_TIMER {
        out.put(b", si_timerid=");
        number::hex(out, u64::from(first));
        put(out, "si_overrun", i64::from(second as i32));
        put(out, "si_int", i64::from(third as i32));
        out.put(b", si_ptr=");
        number::address(out, integer(bytes, data + 8, long)?);
    } else if code > 0 && matches!(signal, 4 | 5 | 7 | 8 | 11) {
        out.put(b", si_addr=");
        number::address(out, integer(bytes, data, long)?);
    } else {
        put(out, "si_pid", i64::from(first as i32));
        out.put(b", si_uid=");
        values::id(out, u64::from(second), u64::from(u32::MAX));
    }
    if is_child {
        out.put(b", si_status=");
        if code == 1 {
            number::signed(out, i64::from(third as i32));
        } else {
            values::signal(out, u64::from(third));
        }
        let times = (data + 12).next_multiple_of(long);
        for (name, at) in [("si_utime", times), ("si_stime", times + long)] {
            out.put(b", ");
            out.put(name.as_bytes());
            out.put_byte(b'=');
            clock_ticks(out, integer(bytes, at, long)?);
        }
    }
    out.put_byte(b'}');
    Some(())
}

/// Appends a time in hundredths of a second.
pub(super) fn clock_ticks(out: &mut Vec<u8>, ticks: u64) {
    number::decimal(out, ticks);
    if ticks > 0 {
        out.put(b" /* ");
        number::decimal(out, ticks / 100);
        out.put_byte(b'.');
        number::padded(out, ticks % 100, 2);
        out.put(b" s */");
    }
}

/// Appends how a program is told of something.
pub(super) fn sigevent(out: &mut Vec<u8>, context: &Context<'_>, bytes: &[u8]) -> Option<()> {
    let long = context.long_size();
    let value = integer(bytes, 0, long)?;
    let signal = integer(bytes, long, 4)?;
    let notify = integer(bytes, long + 4, 4)?;
    out.put_byte(b'{');
    if value != 0 {
        out.put(b"sigev_value={sival_int=");
        number::signed(out, i64::from(value as i32));
        out.put(b", sival_ptr=");
        number::address(out, value);
        out.put(b"}, ");
    }
    out.put(b"sigev_signo=");
    match notify {
        0 | 2 | 4 => values::signal(out, signal),
        _ => number::decimal(out, signal),
    }
    out.put(b", sigev_notify=");
    values::set(out, "sigev", notify);
    if notify == 4 {
        out.put(b", sigev_notify_thread_id=");
        number::signed(out, i64::from(integer(bytes, long + 8, 4)? as i32));
    }
    out.put_byte(b'}');
    Some(())
}

/// Appends capabilities.
pub(super) fn capabilities(out: &mut Vec<u8>, bytes: &[u8]) -> Option<()> {
    let set = words::Set::new("cap")?;
    for (at, name) in ["{effective=", ", permitted=", ", inheritable="].iter().enumerate() {
        out.put(name.as_bytes());
        // Those of the second half are there in all versions but the first.
        let high = integer(bytes, 12 + at * 4, 4).unwrap_or(0);
        let all = integer(bytes, at * 4, 4)? | (high << 32);
        let start = out.len();
        let mut rest = all;
        for word in set.words() {
            if (all >> word.value) & 1 != 0 {
                values::or(out, start);
                out.put(b"1<<");
                word.put(out);
                rest &= !(1 << word.value);
            }
        }
        if rest != 0 || all == 0 {
            values::or(out, start);
            number::hex(out, rest);
        }
    }
    out.put_byte(b'}');
    Some(())
}
