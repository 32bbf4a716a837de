// SPDX-License-Identifier: GPL-2.0

//! Fields as people read them.

use super::{arg, Field, Id, Kind, Value};
use crate::model::{Event, What};
use std::io::Write as _;

/// Appends `field` to `out`; says whether the event has it.
pub fn print(field: &Field, out: &mut Vec<u8>, event: &Event<'_>) -> bool {
    let mut scratch = Vec::new();
    let Some(value) = field.value(event, &mut scratch) else { return false };
    // Writing to a vector does not fail.
    let _ = match value {
        Value::Uint(number) if field.kind() == Kind::Nanoseconds => write!(out, "{number:09}"),
        Value::Int(number) => write!(out, "{number}"),
        Value::Uint(number) => write!(out, "{number}"),
        Value::Bool(is_true) => write!(out, "{is_true}"),
        Value::Address(address) => write!(out, "{address}"),
        Value::Text(text) => {
            match (field.id(), argument_shape(field, event)) {
                // What these are made of is escaped already.
                (Id::Args, _) | (_, Some(arg::Shape::Other)) => out.extend_from_slice(text),
                (_, None | Some(arg::Shape::Text)) if field.id() != Id::Buffer => escape(out, text),
                _ => dots(out, text),
            }
            Ok(())
        }
    };
    true
}

/// Of `evt.arg`: what kind of argument it is.
fn argument_shape(field: &Field, event: &Event<'_>) -> Option<arg::Shape> {
    let What::Call(call) = &event.what else { return None };
    match arg::find(call, field.argument()?)? {
        arg::Found::Parameter(parameter) => Some(arg::shape(&parameter)),
        arg::Found::Result => None,
    }
}

/// Appends `text`, escaped.
pub fn escape(out: &mut Vec<u8>, text: &[u8]) {
    syscall_record_decode::escape::escape(text, |bytes| out.extend_from_slice(bytes));
}

/// Appends bytes with a dot for each that is not printed, as sysdig shows buffers.
fn dots(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend(bytes.iter().map(|&byte| if matches!(byte, b' '..=b'~') { byte } else { b'.' }));
}
