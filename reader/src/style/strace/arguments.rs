// SPDX-License-Identifier: GPL-2.0

//! The arguments of a call between its parentheses, and which of them are printed at its entry.

use crate::args::bytes::integer_at_start;
use crate::args::{self, atoms, Context};
use crate::calls::Abi;
use crate::text::{number, Append};

/// The arguments that are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CallPart {
    /// The arguments that are known at the entry.
    Early,
    /// The other arguments.
    Late,
    /// All arguments.
    All,
}

/// Appends a call's arguments.
pub(super) fn put_arguments(out: &mut Vec<u8>, context: &Context<'_>, part: CallPart) {
    let call = context.call;
    if !call.has_args {
        if part != CallPart::Late {
            out.put(b"...");
        }
        return;
    }
    match context.name {
        atoms::CLONE => put_clone(out, context, part),
        atoms::CLONE3 => put_clone3(out, context, part),
        atoms::SENDFILE | atoms::SENDFILE64 => put_sendfile(out, context, part),
        atoms::ARM_FADVISE64_64 => put_advice_last(out, context, part),
        _ => put_in_order(out, context, part),
    }
}

/// Whether some arguments are known at the return alone.
pub(super) fn has_late(context: &Context<'_>) -> bool {
    let waits = |parameter| args::is_relevant(context, &parameter) && args::waits_for_return(context, &parameter);
    context.call.has_args && context.call.parameters().any(waits)
}

/// Appends the arguments in the order of the registers. The early arguments end before the first late one, with a
/// comma.
fn put_in_order(out: &mut Vec<u8>, context: &Context<'_>, part: CallPart) {
    // In these calls strace prints the comma together with the late argument.
    let is_comma_late = matches!(context.name, atoms::IOCTL | atoms::FCNTL | atoms::FCNTL64);
    let mut is_late = false;
    let mut is_first = true;
    for parameter in context.call.parameter_list() {
        if !args::is_relevant(context, parameter) {
            continue;
        }
        let was_late = is_late;
        is_late = is_late || args::waits_for_return(context, parameter);
        let is_written = match part {
            CallPart::Early => !is_late,
            CallPart::Late => is_late,
            CallPart::All => true,
        };
        // The comma before the first late argument belongs to the early arguments.
        let is_first_late = is_late && !was_late;
        let has_comma = match part {
            CallPart::Early => is_written || is_first_late && !is_comma_late,
            CallPart::Late => is_written && (!is_first_late || is_comma_late),
            CallPart::All => true,
        };
        if !is_first && has_comma {
            out.put(b", ");
        }
        is_first = false;
        if is_written {
            args::put_argument(out, context, parameter);
        }
    }
}

/// Appends the arguments of `clone`, in the same order on all machines.
fn put_clone(out: &mut Vec<u8>, context: &Context<'_>, part: CallPart) {
    let registers = context.call.registers;
    let register = |at: usize| registers.get(at).copied().unwrap_or(0);
    let flags = register(0);
    let (child_tid, tls) = match context.call.abi {
        Abi::X86_64 => (register(3), register(4)),
        Abi::Arm64 | Abi::Arm | Abi::I386 => (register(4), register(3)),
    };
    if part != CallPart::Late {
        out.put(b"child_stack=");
        number::put_address(out, register(1));
        out.put(b", flags=");
        args::put_clone_flags(out, flags);
    }
    if part == CallPart::Early {
        return;
    }
    if flags & (args::CLONE_PARENT_SETTID | args::CLONE_PIDFD) != 0 {
        out.put(b", parent_tid=");
        put_one(out, context, 2);
    }
    if flags & args::CLONE_SETTLS != 0 {
        out.put(b", tls=");
        number::put_address(out, tls);
    }
    if flags & args::CLONE_CHILD_TID != 0 {
        out.put(b", child_tidptr=");
        number::put_address(out, child_tid);
    }
}

/// Appends the arguments of `arm_fadvise64_64` in the order of other machines, where the advice is the last argument.
fn put_advice_last(out: &mut Vec<u8>, context: &Context<'_>, part: CallPart) {
    if part == CallPart::Late {
        return;
    }
    for (at, register) in [0, 2, 4, 1].into_iter().enumerate() {
        if at > 0 {
            out.put(b", ");
        }
        put_one(out, context, register);
    }
}

/// Gives strace's name of a call. It differs from the kernel's for two calls of 32-bit ARM.
pub(super) fn strace_name(call: &'static str) -> &'static str {
    match call {
        "arm_fadvise64_64" => "fadvise64_64",
        "arm_sync_file_range" => "sync_file_range2",
        _ => call,
    }
}

/// Appends the arguments of `clone3`, and the thread id that it has written.
fn put_clone3(out: &mut Vec<u8>, context: &Context<'_>, part: CallPart) {
    let input = context.call.inputs.iter().find(|memory| memory.register == 0);
    let output_flags = args::clone3_output_flags(input);
    if part != CallPart::Late {
        put_one(out, context, 0);
    }
    if part == CallPart::Early && output_flags.is_some() {
        return;
    }
    if let (Some(flags), Some(tid @ 0..)) = (output_flags, context.call.result) {
        // The memory of `parent_tid` is not recorded. The kernel has written the result to it.
        if flags & args::CLONE_PARENT_SETTID != 0 {
            out.put(b" => {parent_tid=[");
            number::put_signed(out, tid);
            out.put(b"]}");
        }
    }
    if part != CallPart::Late || output_flags.is_some() {
        out.put(b", ");
        put_one(out, context, 1);
    }
}

/// Appends the arguments of `sendfile`, with the position before and after the call.
fn put_sendfile(out: &mut Vec<u8>, context: &Context<'_>, part: CallPart) {
    let registers = context.call.registers;
    let is_split = registers.get(2).is_some_and(|&offset| offset != 0);
    for register in 0..4 {
        let is_late = is_split && register > 2;
        let is_written = match part {
            CallPart::Early => !is_late,
            CallPart::Late => is_late,
            CallPart::All => true,
        };
        if !is_written {
            continue;
        }
        if is_late {
            put_changed_position(out, context);
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
        args::put_argument(out, context, &parameter);
    }
}

/// Appends the position after the call, if the call has moved it.
fn put_changed_position(out: &mut Vec<u8>, context: &Context<'_>) {
    let position = context.call.outputs.iter().find(|memory| memory.register == 2);
    if let (Some(position), Some(1..)) = (position, context.call.result) {
        out.put(b" => [");
        number::put_decimal(out, integer_at_start(&position.bytes));
        out.put_byte(b']');
    }
}
