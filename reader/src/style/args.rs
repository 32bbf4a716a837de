// SPDX-License-Identifier: GPL-2.0

//! Arguments of system calls as text.

use crate::calls::{Direction, Parameter};
use crate::model::Call;
use std::io::Write as _;

/// Appends the argument that is `parameter` of `call`; nothing if it was not recorded.
pub fn print(out: &mut Vec<u8>, call: &Call<'_>, parameter: &Parameter) {
    let Some(value) = parameter.value(call.registers) else { return };
    // Writing to a vector does not fail.
    let _ = match parameter.kind {
        _ if parameter.direction != Direction::Value => write!(out, "{value:#x}"),
        "int" | "fd" | "dirfd" => write!(out, "{}", value as i32),
        _ => write!(out, "{value}"),
    };
}
