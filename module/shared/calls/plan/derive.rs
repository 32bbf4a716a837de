// SPDX-License-Identifier: GPL-2.0

//! Makes the plans of a call from its prototype, at compile time.

use super::copy_plan::{CopyPlan, Count, SIZE_LIMIT};
use super::memory_kind::{MemoryKind, SubCommand};
use crate::shared::calls::abi::Abi;
use crate::shared::calls::prototype::{Direction, ParsedParameter, PrototypeParser, Span};
use crate::shared::calls::words::{is_counted_by_result, size_of_word};
use crate::shared::format::MAX_ARGS;

/// The most plans that a call has.
pub const PLANS_OF_CALL: usize = 5;

/// The plans of a call with this prototype, how many they are, and how many registers hold the call's arguments.
pub(super) const fn plans_of(prototype: &[u8], abi: Abi) -> ([CopyPlan; PLANS_OF_CALL], usize, u8) {
    let mut plans = [CopyPlan::NONE; PLANS_OF_CALL];
    let mut count = 0;
    let mut command = None;
    let Some(mut parser) = PrototypeParser::new(prototype, abi) else { return (plans, 0, MAX_ARGS as u8) };
    while let Some(parameter) = parser.next() {
        let word = parameter.word.of(prototype);
        let what = match command {
            Some((command, _)) if is_decided_by(command, &parameter, word) => Some(MemoryKind::ByCommand(command)),
            _ => what_of(parameter.direction, word),
        };
        if let Some(what) = what {
            plans[count] = plan_of(prototype, &parameter, what, command, abi);
            count += 1;
        }
        if let Some(found) = command_of(word) {
            command = Some((found, parameter.register));
        }
    }
    assert!(parser.registers() <= MAX_ARGS as u8, "a call has more arguments than registers");
    (plans, count, parser.registers())
}

/// The command that an argument of this word is; `None` if no other argument depends on it.
const fn command_of(word: &[u8]) -> Option<SubCommand> {
    Some(match word {
        b"fcntl_cmd" => SubCommand::Fcntl,
        b"ioctl_cmd" => SubCommand::Ioctl,
        b"prctl_op" => SubCommand::Prctl,
        b"futex_op" => SubCommand::Futex,
        b"clone_flags" => SubCommand::Clone,
        _ => return None,
    })
}

/// Whether `command` decides what this parameter points to.
const fn is_decided_by(command: SubCommand, parameter: &ParsedParameter, word: &[u8]) -> bool {
    match command {
        SubCommand::Fcntl | SubCommand::Ioctl => matches!(word, b"fcntl_arg" | b"ioctl_arg"),
        // The second argument and the last; the options that read memory by the others are rare.
        SubCommand::Prctl => matches!(word, b"prctl_arg") && matches!(parameter.register, 1 | 4),
        SubCommand::Futex | SubCommand::Clone => !matches!(parameter.direction, Direction::Value),
    }
}

/// What a parameter of this word points to; `None` if it is a value.
const fn what_of(direction: Direction, word: &[u8]) -> Option<MemoryKind> {
    if matches!(direction, Direction::Value) {
        return None;
    }
    Some(match word {
        b"path" | b"str" => MemoryKind::Str,
        b"bytes" | b"msgbuf" => MemoryKind::Payload,
        b"dirents" => MemoryKind::Dirents,
        b"fd_set" | b"nodemask" => MemoryKind::Bits,
        b"sockaddr" => MemoryKind::Sockaddr,
        b"strings" => MemoryKind::Strings,
        b"vars" => MemoryKind::Vars,
        b"iovec" => MemoryKind::Iovec,
        b"msghdr" => MemoryKind::Msghdr,
        b"mmsghdr" => MemoryKind::Mmsghdr,
        _ => MemoryKind::Items,
    })
}

/// The plan of one parameter. `command` is the command before it and that command's register.
const fn plan_of(
    prototype: &[u8],
    parameter: &ParsedParameter,
    what: MemoryKind,
    command: Option<(SubCommand, u8)>,
    abi: Abi,
) -> CopyPlan {
    let word = parameter.word.of(prototype);
    let mut size = match (size_of_word(word, abi), what) {
        (Some(size), _) => size,
        (None, MemoryKind::ByCommand(_)) => 0,
        (None, _) => panic!("a word for memory has no size"),
    };
    let mut is_of_failure = false;
    let count = match (what, command, parameter.length) {
        (MemoryKind::ByCommand(_), Some((_, register)), _) => Count::Register(register, true),
        (_, _, None) => Count::One,
        (_, _, Some(length)) => match length.of(prototype) {
            b"=" => Count::Result,
            b"!" => {
                is_of_failure = true;
                Count::One
            }
            digits @ [b'0'..=b'9', ..] => {
                size *= decimal(digits);
                Count::One
            }
            _ => {
                let is_out = matches!(parameter.direction, Direction::Out);
                count_in(prototype, length, is_out && is_counted_by_result(word), abi)
            }
        },
    };
    assert!(size < SIZE_LIMIT, "a structure is too large for the bits of a plan");
    let mut plan = CopyPlan::new(parameter.register, parameter.direction, what, count, size);
    if is_of_failure {
        plan = plan.of_failure();
    }
    if matches!(word, b"msgbuf") {
        // The message's type, a `long`.
        plan = plan.with_head(if abi.is_32bit() { 4 } else { 8 });
    }
    plan
}

/// The count that the parameter named by `name` holds; with `is_at_most` the call's result limits it.
const fn count_in(prototype: &[u8], name: Span, is_at_most: bool, abi: Abi) -> Count {
    let Some(mut parser) = PrototypeParser::new(prototype, abi) else { panic!("the call has no parameters") };
    while let Some(parameter) = parser.next() {
        if parameter.name.equals(prototype, name.of(prototype)) {
            let is_narrow = matches!(parameter.word.of(prototype), b"int" | b"uint");
            return match (parameter.direction, is_at_most) {
                (Direction::Value, true) => Count::AtMost(parameter.register, is_narrow),
                (Direction::Value, false) => Count::Register(parameter.register, is_narrow),
                _ => Count::PointerIn(parameter.register),
            };
        }
    }
    panic!("a length names no parameter")
}

const fn decimal(digits: &[u8]) -> u16 {
    let (mut number, mut at) = (0, 0);
    while at < digits.len() {
        number = number * 10 + (digits[at] - b'0') as u16;
        at += 1;
    }
    number
}
