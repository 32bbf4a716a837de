// SPDX-License-Identifier: GPL-2.0

//! Fields in the form for people.

use super::argument::{self, Shape};
use super::payload::put_dots;
use super::{Field, FieldKind, Id, Value};
use crate::model::{Event, What};
use std::io::Write as _;

/// Appends the value of `field` to `out`. Gives `false` if the event does not have the field.
pub fn print(field: &Field, out: &mut Vec<u8>, event: &Event<'_>) -> bool {
    let mut scratch = Vec::new();
    let Some(value) = field.value(event, &mut scratch) else { return false };
    // Writing to a vector does not fail.
    let _ = match value {
        Value::Uint(number) if field.kind() == FieldKind::Nanoseconds => write!(out, "{number:09}"),
        Value::Int(number) => write!(out, "{number}"),
        Value::Uint(number) => write!(out, "{number}"),
        Value::Bool(is_true) => write!(out, "{is_true}"),
        Value::Address(address) => write!(out, "{address}"),
        Value::Text(text) => {
            match (field.id(), argument_shape(field, event)) {
                // This text is escaped already.
                (Id::Args, _) | (_, Some(Shape::Other)) => out.extend_from_slice(text),
                (_, None | Some(Shape::Text)) if field.id() != Id::Buffer => escape(out, text),
                _ => put_dots(out, text),
            }
            Ok(())
        }
    };
    true
}

/// Tells what the memory of the argument holds, if the field is `evt.arg` or `evt.rawarg`.
fn argument_shape(field: &Field, event: &Event<'_>) -> Option<Shape> {
    let What::Call(call) = &event.what else { return None };
    match argument::find(call, field.argument()?)? {
        argument::Found::Parameter(parameter) => Some(argument::shape(&parameter)),
        argument::Found::Result => None,
    }
}

/// Appends `text` so that it stays on its line: control characters, characters that mislead a reader, bytes that are
/// not UTF-8, and backslashes are escaped.
pub fn escape(out: &mut Vec<u8>, text: &[u8]) {
    syscall_record_decode::escape::escape(text, |bytes| out.extend_from_slice(bytes));
}
