// SPDX-License-Identifier: GPL-2.0

//! The memory that the argument of a command points to: of `fcntl`, `ioctl` and `prctl`.

use super::atoms::{self, Atom};
use super::bytes::integer;
use super::context::{Context, NOT_RESIDENT};
use super::flags::put_constants;
use super::ioctl_memory::{is_answered, is_plain_read, put_ioctl_memory_by_command};
use super::scalars::put_signal;
use super::structs::put_struct;
use super::terminals::put_termios;
use crate::calls::Parameter;
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
const WDIOC_SETOPTIONS: u32 = 0x8004_5704;

const F_GETLK: u32 = 5;
const F_GETLK64: u32 = 12;
const F_OFD_GETLK: u32 = 36;
const F_GETOWN_EX: u32 = 16;
const F_GET_RW_HINT: u32 = 1035;
const F_GET_FILE_RW_HINT: u32 = 1037;
const F_GETDELEG: u32 = 1039;

const PR_SET_NAME: u32 = 15;
const PR_GET_NAME: u32 = 16;
const PR_GET_PDEATHSIG: u32 = 2;
const PR_GET_TID_ADDRESS: u32 = 40;
const PR_SET_VMA: u32 = 0x5356_4d41;

/// Whether the kernel writes the memory that the argument points to.
pub(super) fn is_written(context: &Context<'_>, parameter: &Parameter) -> bool {
    let command = context.register(u8::from(Atom::of_kind(parameter) != atoms::PRCTL_ARG)) as u32;
    match Atom::of_kind(parameter) {
        atoms::FCNTL_ARG => matches!(
            command,
            F_GETLK | F_GETLK64 | F_OFD_GETLK | F_GETOWN_EX | F_GET_RW_HINT | F_GET_FILE_RW_HINT | F_GETDELEG
        ),
        atoms::IOCTL_ARG => match command {
            TCGETS | TIOCGPGRP | TIOCOUTQ | TIOCGWINSZ | FIONREAD => true,
            // The command's own bits say that the kernel writes and the program does not: `_IOC_READ` alone. (These two
            // say the opposite of what they do.)
            WDIOC_SETOPTIONS => false,
            _ if is_answered(command) => true,
            _ if command >> 30 == 0 => is_plain_read(command),
            _ => command >> 30 == 2,
        },
        atoms::PRCTL_ARG => {
            parameter.register == 1
                && matches!(command, PR_GET_NAME | PR_GET_PDEATHSIG | PR_GET_TID_ADDRESS | 5 | 9 | 11 | 19 | 25 | 37)
        }
        _ => false,
    }
}

/// Finds the memory that is printed for the argument of a command.
fn find_memory<'a>(context: &Context<'a>, parameter: &Parameter) -> Option<&'a Memory> {
    let is_ioctl = Atom::of_kind(parameter) == atoms::IOCTL_ARG;
    if is_ioctl && is_answered(context.register(1) as u32) && !context.has_succeeded() {
        context.input(parameter)
    } else if is_written(context, parameter) {
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
    // Of a command that does not tell its size, more is recorded than some machines' structures have.
    let may_end_early = Atom::of_kind(parameter) == atoms::IOCTL_ARG && context.register(1) as u32 >> 30 == 0;
    let Some(memory) = memory.filter(|memory| !memory.is_absent && (!memory.is_fault || may_end_early)) else {
        return false;
    };
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
        1035..=1038 => {
            let hint = integer(&memory.bytes, 0, 8)?;
            put_in_brackets(out, |out| put_constants(out, "rw_hint", hint));
            return Some(());
        }
        F_GETDELEG | 1040 => "delegation",
        _ => return None,
    };
    put_struct(out, context, name, &memory.bytes)
}

fn put_ioctl_memory(out: &mut Vec<u8>, context: &Context<'_>, memory: &Memory) -> Option<()> {
    let bytes = memory.bytes.as_slice();
    match context.register(1) as u32 {
        TCGETS..=TCSETSF | 0x802c_542a | 0x402c_542b..=0x402c_542d => put_termios(out, context, bytes),
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
        command => put_ioctl_memory_by_command(out, context, command, bytes),
    }
}

fn put_prctl_memory(out: &mut Vec<u8>, context: &Context<'_>, memory: &Memory) -> Option<()> {
    let command = context.register(0) as u32;
    match command {
        PR_SET_VMA => context.put_string(out, &memory.bytes, memory.is_cut),
        PR_GET_TID_ADDRESS => {
            let address = integer(&memory.bytes, 0, context.long_size())?;
            put_in_brackets(out, |out| number::put_address(out, address));
        }
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
