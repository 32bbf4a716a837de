// SPDX-License-Identifier: GPL-2.0

//! Fields in the form for people.

use super::argument::{self, Shape};
use super::field::Field;
use super::payload::put_dots;
use super::table::{FieldId, FieldKind};
use super::value::Value;
use crate::model::{Event, EventKind};
use crate::text::escape::put_escaped;
use std::io::Write as _;

impl Field {
    /// Appends its value to `out` in the form for people. Appends nothing and gives `false` if the event does not have
    /// the field.
    pub fn print(&self, out: &mut Vec<u8>, event: &Event<'_>) -> bool {
        let mut scratch = Vec::new();
        let Some(value) = self.value(event, &mut scratch) else { return false };
        // Writing to a vector does not fail.
        let _ = match value {
            Value::Uint(number) if self.kind() == FieldKind::Nanoseconds => write!(out, "{number:09}"),
            Value::Int(number) => write!(out, "{number}"),
            Value::Uint(number) => write!(out, "{number}"),
            Value::Bool(is_true) => write!(out, "{is_true}"),
            Value::Address(address) => write!(out, "{address}"),
            Value::Text(text) => {
                match (self.id(), argument_shape(self, event)) {
                    // This text is escaped already.
                    (FieldId::Args, _) | (_, Some(Shape::Other)) => out.extend_from_slice(text),
                    (_, None | Some(Shape::Text)) if self.id() != FieldId::Buffer => put_escaped(out, text),
                    _ => put_dots(out, text),
                }
                Ok(())
            }
        };
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
