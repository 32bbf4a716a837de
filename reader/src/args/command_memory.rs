// SPDX-License-Identifier: GPL-2.0

//! The memory that the argument of a command points to: of `fcntl`, `ioctl` and `prctl`.

use super::atoms::{self, Atom};
use super::bytes::integer;
use super::context::{Context, NOT_RESIDENT};
use super::flags::{put_constants, put_more_flags};
use super::scalars::put_signal;
use super::structs::put_struct;
use crate::calls::Parameter;
use crate::constants::ConstantSet;
use crate::model::Memory;
use crate::text::{number, Append};

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

/// Whether the kernel writes the memory that the argument points to.
pub(super) fn is_written(context: &Context<'_>, parameter: &Parameter) -> bool {
    let command = context.register(u8::from(Atom::of_kind(parameter) != atoms::PRCTL_ARG)) as u32;
    match Atom::of_kind(parameter) {
        atoms::FCNTL_ARG => matches!(command, F_GETLK | F_GETLK64 | F_OFD_GETLK | F_GETOWN_EX),
        atoms::IOCTL_ARG => match command {
            TCGETS | TIOCGPGRP | TIOCOUTQ | TIOCGWINSZ | FIONREAD => true,
            // The command's own bits say that the kernel writes and the program does not: `_IOC_READ` alone.
            _ => command >> 30 == 2,
        },
        atoms::PRCTL_ARG => {
            parameter.register == 1 && matches!(command, PR_GET_NAME | PR_GET_PDEATHSIG | 5 | 9 | 11 | 19 | 25 | 37)
        }
        _ => false,
    }
}

/// Finds the memory that is printed for the argument of a command.
fn find_memory<'a>(context: &Context<'a>, parameter: &Parameter) -> Option<&'a Memory> {
    if is_written(context, parameter) {
        context.output(parameter).filter(|_| context.has_succeeded())
    } else {
        context.input(parameter)
    }
}

/// Appends that the memory was not resident, if that is why the argument's value stands in its place.
pub(super) fn put_absence(out: &mut Vec<u8>, context: &Context<'_>, parameter: &Parameter) {
    if find_memory(context, parameter).is_some_and(|memory| memory.is_absent) {
        out.put(NOT_RESIDENT);
    }
}

/// Appends the memory that an argument points to. Appends nothing and gives `false` if the command has none, or if it
/// was not recorded.
pub(super) fn put_command_memory(out: &mut Vec<u8>, context: &Context<'_>, parameter: &Parameter) -> bool {
    let memory = find_memory(context, parameter);
    let Some(memory) = memory.filter(|memory| !memory.is_fault && !memory.is_absent) else { return false };
    let start = out.len();
    let is_put = match Atom::of_kind(parameter) {
        atoms::FCNTL_ARG => put_fcntl_memory(out, context, memory),
        atoms::IOCTL_ARG => put_ioctl_memory(out, context, memory),
        _ => put_prctl_memory(out, context, memory),
    };
    if is_put.is_none() {
        out.truncate(start);
    }
    is_put.is_some()
}

fn put_fcntl_memory(out: &mut Vec<u8>, context: &Context<'_>, memory: &Memory) -> Option<()> {
    let name = match context.register(1) as u32 {
        F_GETLK => "flock_got",
        6 | 7 => "flock",
        F_GETLK64 | F_OFD_GETLK => "flock64_got",
        13 | 14 | 37 | 38 => "flock64",
        15 | F_GETOWN_EX => "f_owner_ex",
        _ => return None,
    };
    put_struct(out, context, name, &memory.bytes)
}

fn put_ioctl_memory(out: &mut Vec<u8>, context: &Context<'_>, memory: &Memory) -> Option<()> {
    let bytes = memory.bytes.as_slice();
    match context.register(1) as u32 {
        TCGETS..=TCSETSF => put_termios(out, bytes),
        TIOCGPGRP | TIOCSPGRP | TIOCOUTQ | FIONREAD | FIONBIO | FIOASYNC | TIOCGPTN | TIOCSPTLCK => {
            let value = integer(bytes, 0, 4)? as i32;
            put_in_brackets(out, |out| number::put_signed(out, i64::from(value)));
            Some(())
        }
        BLKGETSIZE64 => {
            let size = integer(bytes, 0, 8)?;
            put_in_brackets(out, |out| number::put_decimal(out, size));
            Some(())
        }
        TIOCGWINSZ | TIOCSWINSZ => put_struct(out, context, "winsize", bytes),
        _ => None,
    }
}

fn put_prctl_memory(out: &mut Vec<u8>, context: &Context<'_>, memory: &Memory) -> Option<()> {
    let command = context.register(0) as u32;
    match command {
        PR_SET_NAME | PR_GET_NAME => {
            // A name has at most 15 bytes and a NUL.
            let most = if command == PR_SET_NAME { 15 } else { 16 };
            let name = memory.bytes.get(..most).unwrap_or(&memory.bytes);
            context.put_string(out, name, name.len() == most);
        }
        _ => {
            let value = integer(&memory.bytes, 0, 4)?;
            put_in_brackets(out, |out| match command {
                PR_GET_PDEATHSIG => put_signal(out, value),
                _ => number::put_decimal(out, value),
            });
        }
    }
    Some(())
}

fn put_in_brackets(out: &mut Vec<u8>, put: impl FnOnce(&mut Vec<u8>)) {
    out.put_byte(b'[');
    put(out);
    out.put_byte(b']');
}

/// Appends the settings of a terminal, `struct termios` without its control characters.
fn put_termios(out: &mut Vec<u8>, bytes: &[u8]) -> Option<()> {
    let [input, output, control, local] = [0, 4, 8, 12].map(|at| integer(bytes, at, 4));
    let (input, output, control, local) = (input?, output?, control?, local?);
    let put_flags = |out: &mut Vec<u8>, set: &str, value: u64| {
        let start = out.len();
        put_more_flags(out, ConstantSet::new(set), value, start);
    };
    out.put(b"{c_iflag=");
    put_flags(out, "term_iflags", input);
    out.put(b", c_oflag=");
    let mut rest = output;
    for (name, mask) in [("NL", 0x100), ("CR", 0x600), ("TAB", 0x1800), ("BS", 0x2000), ("VT", 0x4000), ("FF", 0x8000)]
    {
        let value = (rest & mask) >> u64::trailing_zeros(mask);
        if (name, value) == ("TAB", 3) {
            out.put(b"XTABS");
        } else {
            out.put(name.as_bytes());
            number::put_decimal(out, value);
        }
        out.put_byte(b'|');
        rest &= !mask;
    }
    put_flags(out, "term_oflags", rest);
    out.put(b", c_cflag=");
    const BAUD: u64 = 0x100f;
    const SIZE: u64 = 0x30;
    put_constants(out, "baud", control & BAUD);
    out.put(b"|CS");
    number::put_decimal(out, 5 + ((control & SIZE) >> 4));
    out.put_byte(b'|');
    put_flags(out, "term_cflags", control & !(BAUD | SIZE));
    out.put(b", c_lflag=");
    put_flags(out, "term_lflags", local);
    out.put(b", ...}");
    Some(())
}
