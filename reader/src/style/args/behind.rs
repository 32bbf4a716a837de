// SPDX-License-Identifier: GPL-2.0

//! What lies behind the arguments of commands: of `fcntl`, `ioctl` and `prctl`.

use super::structs::{self, integer};
use super::{names, number, values, Context, Line};
use crate::calls::Parameter;
use crate::model::Memory;
use crate::style::words::Set;

const TCGETS: u32 = 0x5401;
const TCSETSF: u32 = 0x5404;
const TIOCGPGRP: u32 = 0x540f;
const TIOCSPGRP: u32 = 0x5410;
const TIOCOUTQ: u32 = 0x5411;
const TIOCGWINSZ: u32 = 0x5413;
const TIOCSWINSZ: u32 = 0x5414;
const FIONREAD: u32 = 0x541b;
const FIONBIO: u32 = 0x5421;
const FIOASYNC: u32 = 0x5452;
const TIOCGPTN: u32 = 0x8004_5430;
const TIOCSPTLCK: u32 = 0x4004_5431;
const BLKGETSIZE64: u32 = 0x8008_1272;

const F_GETLK: u32 = 5;
const F_GETLK64: u32 = 12;
const F_OFD_GETLK: u32 = 36;
const F_GETOWN_EX: u32 = 16;

const PR_SET_NAME: u32 = 15;
const PR_GET_NAME: u32 = 16;
const PR_GET_PDEATHSIG: u32 = 2;

/// Whether the kernel writes what the argument points to.
pub(super) fn is_written(context: &Context<'_>, parameter: &Parameter) -> bool {
    let command = context.register(u8::from(names::of(parameter) != names::PRCTL_ARG)) as u32;
    match names::of(parameter) {
        names::FCNTL_ARG => matches!(command, F_GETLK | F_GETLK64 | F_OFD_GETLK | F_GETOWN_EX),
        names::IOCTL_ARG => match command {
            TCGETS | TIOCGPGRP | TIOCOUTQ | TIOCGWINSZ | FIONREAD => true,
            // What the command itself says: the kernel writes, and the program does not.
            _ => command >> 30 == 2,
        },
        names::PRCTL_ARG => parameter.register == 1 && matches!(command, PR_GET_NAME | 2 | 5 | 9 | 11 | 19 | 25 | 37),
        _ => false,
    }
}

/// Appends what lies behind an argument; `false` if nothing, or it was not recorded.
pub(super) fn put(out: &mut Vec<u8>, context: &Context<'_>, parameter: &Parameter) -> bool {
    let memory = if is_written(context, parameter) {
        context.output(parameter).filter(|_| context.has_succeeded())
    } else {
        context.input(parameter)
    };
    let Some(memory) = memory.filter(|memory| !memory.is_fault) else { return false };
    let start = out.len();
    let is_put = match names::of(parameter) {
        names::FCNTL_ARG => lock(out, context, memory),
        names::IOCTL_ARG => ioctl(out, context, memory),
        _ => prctl(out, context, memory),
    };
    if is_put.is_none() {
        out.truncate(start);
    }
    is_put.is_some()
}

fn lock(out: &mut Vec<u8>, context: &Context<'_>, memory: &Memory) -> Option<()> {
    let name = match context.register(1) as u32 {
        F_GETLK => "flock_got",
        6 | 7 => "flock",
        F_GETLK64 | F_OFD_GETLK => "flock64_got",
        13 | 14 | 37 | 38 => "flock64",
        15 | F_GETOWN_EX => "f_owner_ex",
        _ => return None,
    };
    structs::put(out, context, name, &memory.bytes)
}

fn ioctl(out: &mut Vec<u8>, context: &Context<'_>, memory: &Memory) -> Option<()> {
    let bytes = memory.bytes.as_slice();
    match context.register(1) as u32 {
        TCGETS..=TCSETSF => termios(out, bytes),
        TIOCGPGRP | TIOCSPGRP | TIOCOUTQ | FIONREAD | FIONBIO | FIOASYNC | TIOCGPTN | TIOCSPTLCK => {
            let value = integer(bytes, 0, 4)? as i32;
            bracketed(out, |out| number::signed(out, i64::from(value)));
            Some(())
        }
        BLKGETSIZE64 => {
            let size = integer(bytes, 0, 8)?;
            bracketed(out, |out| number::decimal(out, size));
            Some(())
        }
        TIOCGWINSZ | TIOCSWINSZ => structs::put(out, context, "winsize", bytes),
        _ => None,
    }
}

fn prctl(out: &mut Vec<u8>, context: &Context<'_>, memory: &Memory) -> Option<()> {
    let option = context.register(0) as u32;
    match option {
        PR_SET_NAME | PR_GET_NAME => {
            // As many bytes as a name has, of which the last one is a NUL.
            let most = if option == PR_SET_NAME { 15 } else { 16 };
            let name = memory.bytes.get(..most).unwrap_or(&memory.bytes);
            context.string(out, name, name.len() == most);
        }
        _ => {
            let value = integer(&memory.bytes, 0, 4)?;
            bracketed(out, |out| match option {
                PR_GET_PDEATHSIG => values::signal(out, value),
                _ => number::decimal(out, value),
            });
        }
    }
    Some(())
}

fn bracketed(out: &mut Vec<u8>, put: impl FnOnce(&mut Vec<u8>)) {
    out.put_byte(b'[');
    put(out);
    out.put_byte(b']');
}

/// Appends how a terminal is set up.
fn termios(out: &mut Vec<u8>, bytes: &[u8]) -> Option<()> {
    let [input, output, control, local] = [0, 4, 8, 12].map(|at| integer(bytes, at, 4));
    let (input, output, control, local) = (input?, output?, control?, local?);
    let flags = |out: &mut Vec<u8>, set: &str, value: u64| {
        let start = out.len();
        let rest = values::put_flags(out, Set::new(set), value, start);
        if rest != 0 {
            values::or(out, start);
            number::hex(out, rest);
        }
    };
    out.put(b"{c_iflag=");
    flags(out, "term_iflags", input);
    out.put(b", c_oflag=");
    let mut rest = output;
    for (name, mask) in [("NL", 0x100), ("CR", 0x600), ("TAB", 0x1800), ("BS", 0x2000), ("VT", 0x4000), ("FF", 0x8000)]
    {
        let value = (rest & mask) >> u64::trailing_zeros(mask);
        if (name, value) == ("TAB", 3) {
            out.put(b"XTABS");
        } else {
            out.put(name.as_bytes());
            number::decimal(out, value);
        }
        out.put_byte(b'|');
        rest &= !mask;
    }
    flags(out, "term_oflags", rest);
    out.put(b", c_cflag=");
    const BAUD: u64 = 0x100f;
    const SIZE: u64 = 0x30;
    values::set(out, "baud", control & BAUD);
    out.put(b"|CS");
    number::decimal(out, 5 + ((control & SIZE) >> 4));
    out.put_byte(b'|');
    flags(out, "term_cflags", control & !(BAUD | SIZE));
    out.put(b", c_lflag=");
    flags(out, "term_lflags", local);
    out.put(b", ...}");
    Some(())
}
