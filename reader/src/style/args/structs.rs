// SPDX-License-Identifier: GPL-2.0

//! Structures, from their layouts as text.

use super::{dates, number, quote, signals, values, Context, Line};
use crate::calls::Abi;

/// The fields of a structure, in the order in which they lie in memory: `NAME:TYPE`, separated by blanks, with
/// padding where C has it. A field without a name is not printed; `@N` says that the next is N bytes from the start,
/// and `...` that what follows is not printed.
///
/// | type | is |
/// |---|---|
/// | `b` `H` `u` `Q` `L` | unsigned, of 8, 16, 32, 64 bits, and as wide as registers |
/// | `h` `d` `q` `l` | signed, of 16, 32, 64 bits, and as wide as registers |
/// | `x` `X` | hexadecimal, of 32 and 64 bits |
/// | `p` `A` | addresses as wide as registers, and of 64 bits |
/// | `r` `R` | limits of 32 and 64 bits |
/// | `c` | hundredths of a second, as wide as registers |
/// | `o` | permissions, of 64 bits |
/// | `t` `T` | seconds since 1970, of 32 and 64 bits, with their date |
/// | `sN` | a string in N bytes |
/// | `(NAME)` | another structure |
///
/// After that may stand `*N` for an array, and `/SET` for words.
pub(super) fn layout(name: &str) -> Option<&'static str> {
    Some(match name {
        "timespec" => "tv_sec:q tv_nsec:Q",
        "timespec32" => "tv_sec:d tv_nsec:u",
        "timeval" => "tv_sec:q tv_usec:Q",
        "timeval32" => "tv_sec:d tv_usec:u",
        "timeval_long" => "tv_sec:l tv_usec:L",
        "itimerspec" => "it_interval:(timespec) it_value:(timespec)",
        "itimerspec32" => "it_interval:(timespec32) it_value:(timespec32)",
        "itimerval" => "it_interval:(timeval) it_value:(timeval)",
        "itimerval32" => "it_interval:(timeval32) it_value:(timeval32)",
        "utimbuf" => "actime:T modtime:T",
        "utimbuf32" => "actime:t modtime:t",
        "timezone" => "tz_minuteswest:d tz_dsttime:d",
        "rlimit" | "rlimit64" => "rlim_cur:R rlim_max:R",
        "rlimit32" => "rlim_cur:r rlim_max:r",
        "rusage" => "ru_utime:(timeval_long) ru_stime:(timeval_long) ...",
        "tms" => "tms_utime:c tms_stime:c tms_cutime:c tms_cstime:c",
        "stack_t" => "ss_sp:p ss_flags:u/ss_flags ss_size:L",
        "utsname" => "sysname:s65 nodename:s65 ...",
        "old_utsname" => "sysname:s65 nodename:s65 release:s65 version:s65 machine:s65",
        "sysinfo" => {
            "uptime:l loads:L*3 totalram:L freeram:L sharedram:L bufferram:L totalswap:L freeswap:L procs:H :H \
             totalhigh:L freehigh:L mem_unit:u"
        }
        "statfs" => {
            "f_type:L/fsmagic f_bsize:L f_blocks:L f_bfree:L f_bavail:L f_files:L f_ffree:L f_fsid:(fsid) \
             f_namelen:L f_frsize:L f_flags:L/statfs_flags"
        }
        "statfs64" => {
            "f_type:u/fsmagic f_bsize:u f_blocks:Q f_bfree:Q f_bavail:Q f_files:Q f_ffree:Q f_fsid:(fsid) \
             f_namelen:u f_frsize:u f_flags:u/statfs_flags"
        }
        "fsid" => "val:x*2",
        "sched_attr" => {
            "size:u sched_policy:u/sched_policy sched_flags:Q/sched_flags sched_nice:d sched_priority:u \
             sched_runtime:Q sched_deadline:Q sched_period:Q sched_util_min:u sched_util_max:u"
        }
        "mq_attr" => "mq_flags:L/mq_flags mq_maxmsg:l mq_msgsize:l mq_curmsgs:l",
        "timex" => TIMEX,
        "timex32" => TIMEX32,
        "user_cap_header" => "version:u/cap_version pid:d",
        "cachestat_range" => "off:Q len:Q",
        "cachestat" => "nr_cache:Q nr_dirty:Q nr_writeback:Q nr_evicted:Q nr_recently_evicted:Q",
        "sembuf" => "sem_num:H sem_op:h sem_flg:h/semop_flags",
        "futex_waitv" => "val:X uaddr:A flags:u/futex2_flags",
        "io_event" => "data:X obj:X res:q res2:q",
        "io_uring_params" => {
            "@8 flags:u/io_uring_setup_flags sq_thread_cpu:u sq_thread_idle:u @0 sq_entries:u cq_entries:u @20 \
             features:u/io_uring_features ..."
        }
        "mount_attr" => {
            "attr_set:Q/mount_attr_flags attr_clr:Q/mount_attr_flags propagation:Q/mount_propagation userns_fd:Q"
        }
        "xattr_args" => "value:A size:u flags:u/xattr_flags",
        "landlock_ruleset_attr" => "handled_access_fs:X handled_access_net:X scoped:X",
        "file_handle" => "handle_bytes:u handle_type:d",
        "sigset_argpack" => "sigmask:p sigsetsize:L",
        "flock" => "l_type:H/lock_type l_whence:H/whence l_start:l l_len:l",
        "flock_got" => "l_type:H/lock_type l_whence:H/whence l_start:l l_len:l l_pid:d",
        "flock64" => "l_type:H/lock_type l_whence:H/whence l_start:q l_len:q",
        "flock64_got" => "l_type:H/lock_type l_whence:H/whence l_start:q l_len:q l_pid:d",
        "f_owner_ex" => "type:u/f_owner pid:d",
        "winsize" => "ws_row:H ws_col:H ws_xpixel:H ws_ypixel:H",
        "linger" => "l_onoff:d l_linger:d",
        "ucred" => "pid:d uid:u gid:u",
        _ => return None,
    })
}

const TIMEX: &str = "modes:u/adjtimex_modes :u offset:q freq:q maxerror:q esterror:q status:d/adjtimex_status :u \
    constant:q precision:q tolerance:q time:(timeval) tick:q ppsfreq:q jitter:q shift:d :u stabil:q jitcnt:q calcnt:q \
    errcnt:q stbcnt:q tai:d";
const TIMEX32: &str = "modes:u/adjtimex_modes offset:d freq:d maxerror:d esterror:d status:d/adjtimex_status \
    constant:d precision:d tolerance:d time:(timeval32) tick:d ppsfreq:d jitter:d shift:d stabil:d jitcnt:d calcnt:d \
    errcnt:d stbcnt:d tai:d";

/// An unsigned integer of `size` bytes, 1 to 8.
#[inline(never)]
pub(super) fn integer(bytes: &[u8], at: usize, size: usize) -> Option<u64> {
    let bytes = bytes.get(at..at.checked_add(size)?)?;
    Some(bytes.iter().rev().fold(0, |number, &byte| number << 8 | u64::from(byte)))
}

/// Appends a structure, as far as there are `bytes` of it; `None` if there is nothing of it.
pub(super) fn put(out: &mut Vec<u8>, context: &Context<'_>, name: &str, bytes: &[u8]) -> Option<()> {
    put_at(out, context, name, bytes, &mut 0)
}

/// Appends the structure that lies at `at`, and moves that behind it.
fn put_at(out: &mut Vec<u8>, context: &Context<'_>, name: &str, bytes: &[u8], at: &mut usize) -> Option<()> {
    let layout = layout(name)?;
    let start = out.len();
    let base = *at;
    out.put_byte(b'{');
    for field in layout.split(' ') {
        if let Some(offset) = field.strip_prefix('@') {
            *at = base + offset.parse::<usize>().ok()?;
            continue;
        }
        let name_at = out.len();
        if name_at > start + 1 {
            out.put(b", ");
        }
        let Some((name, what)) = field.split_once(':') else {
            out.put(b"...");
            continue;
        };
        out.put(name.as_bytes());
        out.put_byte(b'=');
        if put_field(out, context, what, bytes, at).is_none() {
            out.truncate(name_at);
            // Nothing of it, or no more than a part.
            if name_at == start + 1 {
                out.truncate(start);
                return None;
            }
            out.put(b", ...");
            break;
        }
        if name.is_empty() {
            out.truncate(name_at);
        }
    }
    out.put_byte(b'}');
    Some(())
}

/// Appends the field that lies at `at`, and moves that behind it; `None` if it is not there as a whole.
fn put_field(out: &mut Vec<u8>, context: &Context<'_>, what: &str, bytes: &[u8], at: &mut usize) -> Option<()> {
    if let Some(name) = what.strip_prefix('(').and_then(|what| what.strip_suffix(')')) {
        return put_at(out, context, name, bytes, at);
    }
    if let Some(size) = what.strip_prefix('s') {
        let size = size.parse::<usize>().ok()?;
        let text = bytes.get(*at..).unwrap_or_default();
        let text = text.get(..size).unwrap_or(text);
        let end = text.iter().position(|&byte| byte == 0);
        if end.is_none() && text.len() < size {
            return None;
        }
        *at += size;
        quote::quote(out, text.get(..end.unwrap_or(size)).unwrap_or_default());
        return Some(());
    }
    let (what, set) = what.split_once('/').map_or((what, None), |(what, set)| (what, Some(set)));
    let (kind, count) = match what.split_once('*') {
        Some((kind, count)) => (kind, count.parse::<usize>().ok()?),
        None => (what, 1),
    };
    let kind = *kind.as_bytes().first()?;
    let size = match kind {
        b'b' => 1,
        b'H' | b'h' => 2,
        b'u' | b'd' | b'x' | b'r' | b't' => 4,
        b'L' | b'l' | b'p' | b'c' => context.long_size(),
        _ => 8,
    };
    let align = if context.call.abi == Abi::I386 { size.min(4) } else { size };
    *at = at.next_multiple_of(align);
    if count > 1 {
        out.put_byte(b'[');
    }
    for index in 0..count {
        if index > 0 {
            out.put(b", ");
        }
        let value = integer(bytes, *at, size)?;
        *at += size;
        put_value(out, kind, size, set, value);
    }
    if count > 1 {
        out.put_byte(b']');
    }
    Some(())
}

fn put_value(out: &mut Vec<u8>, kind: u8, size: usize, set: Option<&str>, value: u64) {
    let shift = 64 - 8 * size as u32;
    let signed = (value << shift) as i64 >> shift;
    if let Some(set) = set {
        return values::set(out, set, value);
    }
    match kind {
        b'h' | b'd' | b'q' | b'l' => number::signed(out, signed),
        b'x' | b'X' => number::hex(out, value),
        b'p' | b'A' => number::address(out, value),
        b'o' => number::mode(out, value),
        b'c' => signals::clock_ticks(out, value),
        b't' | b'T' => {
            number::signed(out, signed);
            dates::comment(out, signed, 0, 0);
        }
        b'r' => limit(out, value, u64::from(u32::MAX), "RLIM_INFINITY"),
        b'R' => limit(out, value, u64::MAX, "RLIM64_INFINITY"),
        _ => number::decimal(out, value),
    }
}

/// Appends a limit, in units of 1024 if that is all of it.
fn limit(out: &mut Vec<u8>, value: u64, infinity: u64, word: &str) {
    if value == infinity {
        out.put(word.as_bytes());
    } else if value > 1024 && value % 1024 == 0 {
        number::decimal(out, value / 1024);
        out.put(b"*1024");
    } else {
        number::decimal(out, value);
    }
}
