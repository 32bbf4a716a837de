// SPDX-License-Identifier: GPL-2.0

//! Fields: the named properties of an event. Filters compare them, formats and JSON print them.
//!
//! Names and meanings are sysdig's. Where sysdig's field and ours differ, the help ([`all`]) says so. To add a field,
//! add a row in `table`, a line in `evaluate`, and one in `needs`.
//!
//! Each file imports only from those above it.
//!
//! - `near`: suggestions for unknown names
//! - `table`: the fields, with their kinds and help
//! - `names`: finds fields by their names
//! - `choices`: the values that some fields may have
//! - `value`: values
//! - `payload`: forms of the bytes that calls read and write
//! - `argument`: one argument of a call (`evt.arg`)
//! - `args`: all arguments of a call (`evt.args`)
//! - `field`: a field, found by its name
//! - `evaluate`: the values of an event's fields
//! - `print`: the values as text for people
//! - `needs`: what must be recorded for a field

mod choices;
mod near;
mod payload;
mod table;
mod names;
mod value;
mod argument;
pub(crate) mod args;
mod field;
mod evaluate;
mod needs;
mod print;

#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;

pub use crate::text::escape::put_escaped;
pub use argument::Argument;
pub use choices::{category_names, FILE_KIND_NAMES};
pub use field::{Field, UnknownField};
pub use names::all;
pub use near::nearest;
pub use needs::Needs;
pub use payload::{Payload, PayloadOptions};
pub use table::{FieldId, FieldKind};
pub use value::Value;
pub(crate) use {choices::call_names, names::find_in_pairs};
