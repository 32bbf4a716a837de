// SPDX-License-Identifier: GPL-2.0

//! Fields in the form for people.

use super::argument::{self, Shape};
use super::field::Field;
use super::payload::put_dots;
use super::table::{FieldId, FieldKind};
use super::value::Value;
use crate::model::{Event, EventKind};
use crate::text::escape::put_escaped;
use crate::text::{number, Append};
use std::io::Write as _;

impl Field {
    /// Appends its value to `out` in the form for people. Appends nothing and gives `false` if the event does not have
    /// the field.
    pub fn print(&self, out: &mut Vec<u8>, event: &Event<'_>) -> bool {
        self.print_with(out, event, &mut Vec::new())
    }

    /// Appends its value, as [`print`](Self::print) does. Clears `scratch`, and uses it for text.
    pub fn print_with(&self, out: &mut Vec<u8>, event: &Event<'_>, scratch: &mut Vec<u8>) -> bool {
        let Some(value) = self.value(event, scratch) else { return false };
        match value {
            Value::Uint(number) if self.kind() == FieldKind::Nanoseconds => number::put_padded(out, number, 9),
            Value::Int(number) => number::put_signed(out, number),
            Value::Uint(number) => number::put_decimal(out, number),
            Value::Bool(is_true) => out.put(if is_true { b"true" } else { b"false" }),
            Value::Address(address) => {
                // Writing to a vector does not fail.
                let _ = write!(out, "{address}");
            }
            Value::Text(text) => match (self.id(), argument_shape(self, event)) {
                // This text is escaped already.
                (FieldId::Args, _) | (_, Some(Shape::Other)) => out.put(text),
                (_, None | Some(Shape::Text)) if self.id() != FieldId::Buffer => put_escaped(out, text),
                _ => put_dots(out, text),
            },
        }
        true
    }
}

/// Tells what the memory of the argument holds, if the field is `evt.arg` or `evt.rawarg`.
fn argument_shape(field: &Field, event: &Event<'_>) -> Option<Shape> {
    let EventKind::Call(call) = &event.kind else { return None };
    match argument::find(call, field.argument()?)? {
        argument::Found::Parameter(parameter) => Some(argument::shape(&parameter)),
        argument::Found::Result => None,
    }
}
