// SPDX-License-Identifier: GPL-2.0

//! The arguments of a call between its parentheses, and which of them stand there before it has returned.

use crate::calls::Abi;
use crate::style::args::{self, names, number, Context, Line};

/// Which arguments are to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// Those that are known at the entry.
    Early,
    /// The others.
    Late,
    /// All of them.
    All,
}

/// Appends a call's arguments.
pub(super) fn put(out: &mut Vec<u8>, context: &Context<'_>, part: Part) {
    let call = context.call;
    if !call.has_args {
        if part != Part::Late {
            out.put(b"...");
        }
        return;
    }
    match context.name {
        names::CLONE => clone(out, context, part),
        names::CLONE3 => clone3(out, context, part),
        names::SENDFILE | names::SENDFILE64 => sendfile(out, context, part),
        names::ARM_FADVISE64_64 => advice_last(out, context, part),
        _ => in_order(out, context, part),
    }
}

/// Appends the arguments one after another: the early ones up to the first late one, and a comma before that.
fn in_order(out: &mut Vec<u8>, context: &Context<'_>, part: Part) {
    // Here strace writes the comma with what follows it.
    let is_comma_late = matches!(context.name, names::IOCTL | names::FCNTL | names::FCNTL64);
    let mut is_late = false;
    let mut is_first = true;
    for parameter in context.call.parameters() {
        if !args::is_shown_in(context, &parameter) {
            continue;
        }
        let was_late = is_late;
        is_late = is_late || args::is_late(context, &parameter);
        let is_written = match part {
            Part::Early => !is_late,
            Part::Late => is_late,
            Part::All => true,
        };
        // The comma before the first late one was written with the early ones.
        let is_border = is_late && !was_late;
        let has_comma = match part {
            Part::Early => is_written || is_border && !is_comma_late,
            Part::Late => is_written && (!is_border || is_comma_late),
            Part::All => true,
        };
        if !is_first && has_comma {
            out.put(b", ");
        }
        is_first = false;
        if is_written {
            args::put(out, context, &parameter);
        }
    }
}

/// Appends what `clone` is told, in an order that is the same on all machines.
fn clone(out: &mut Vec<u8>, context: &Context<'_>, part: Part) {
    let registers = context.call.registers;
    let register = |at: usize| registers.get(at).copied().unwrap_or(0);
    let flags = register(0);
    let (child_tid, tls) = match context.call.abi {
        Abi::X86_64 => (register(3), register(4)),
        Abi::Arm64 | Abi::Arm | Abi::I386 => (register(4), register(3)),
    };
    if part != Part::Late {
        out.put(b"child_stack=");
        number::address(out, register(1));
        out.put(b", flags=");
        args::clone_flags(out, flags);
    }
    if part == Part::Early {
        return;
    }
    if flags & (args::PARENT_SETTID | args::PIDFD) != 0 {
        out.put(b", parent_tid=");
        put_one(out, context, 2);
    }
    if flags & args::SETTLS != 0 {
        out.put(b", tls=");
        number::address(out, tls);
    }
    if flags & args::CHILD_TID != 0 {
        out.put(b", child_tidptr=");
        number::address(out, child_tid);
    }
}

/// Appends the arguments of `arm_fadvise64_64` in the order of all other machines, where the advice is the last.
fn advice_last(out: &mut Vec<u8>, context: &Context<'_>, part: Part) {
    if part == Part::Late {
        return;
    }
    for (at, register) in [0, 2, 4, 1].into_iter().enumerate() {
        if at > 0 {
            out.put(b", ");
        }
        put_one(out, context, register);
    }
}

/// A call's name as strace has it: on 32-bit ARM the kernel has two of its own.
pub(super) fn name(call: &'static str) -> &'static str {
    match call {
        "arm_fadvise64_64" => "fadvise64_64",
        "arm_sync_file_range" => "sync_file_range2",
        _ => call,
    }
}

/// Appends what `clone3` is told, and what it tells.
fn clone3(out: &mut Vec<u8>, context: &Context<'_>, part: Part) {
    let input = context.call.inputs.iter().find(|memory| memory.register == 0);
    let told = args::clone_tells(input);
    if part != Part::Late {
        put_one(out, context, 0);
    }
    if part == Part::Early && told.is_some() {
        return;
    }
    if let (Some(flags), Some(tid @ 0..)) = (told, context.call.result) {
        // What was written for the caller is not recorded, but this is what it is.
        if flags & args::PARENT_SETTID != 0 {
            out.put(b" => {parent_tid=[");
            number::signed(out, tid);
            out.put(b"]}");
        }
    }
    if part != Part::Late || told.is_some() {
        out.put(b", ");
        put_one(out, context, 1);
    }
}

/// Appends the arguments of `sendfile`, with the position before and after.
fn sendfile(out: &mut Vec<u8>, context: &Context<'_>, part: Part) {
    let registers = context.call.registers;
    let is_split = registers.get(2).is_some_and(|&offset| offset != 0);
    for register in 0..4 {
        let is_late = is_split && register > 2;
        let is_written = match part {
            Part::Early => !is_late,
            Part::Late => is_late,
            Part::All => true,
        };
        if !is_written {
            continue;
        }
        if is_late {
            changed_position(out, context);
        }
        if register > 0 {
            out.put(b", ");
        }
        put_one(out, context, register);
    }
}

/// Appends the argument in a register.
fn put_one(out: &mut Vec<u8>, context: &Context<'_>, register: u8) {
    if let Some(parameter) = context.parameter_in(register) {
        args::put(out, context, &parameter);
    }
}

fn changed_position(out: &mut Vec<u8>, context: &Context<'_>) {
    let position = context.call.outputs.iter().find(|memory| memory.register == 2);
    if let (Some(position), Some(1..)) = (position, context.call.result) {
        out.put(b" => [");
        let bytes = position.bytes.iter().take(8).rev();
        number::decimal(out, bytes.fold(0, |number, &byte| (number << 8) | u64::from(byte)));
        out.put_byte(b']');
    }
}
