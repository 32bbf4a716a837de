// SPDX-License-Identifier: GPL-2.0

//! Text, without knowledge of what it says. What appends to a line appends to a vector of bytes.
//!
//! This is a package of its own, which is optimized for speed: its loops run for each byte of a line.
//!
//! - `append`: text and characters
//! - `number`: numbers
//! - `plain`: finds the bytes that do not stand for themselves
//! - `escape`: text that others chose
//! - `quote`: memory between quotes
//! - `json`: strings of JSON
//! - `payload`: payload on a line
//! - `chunk`: recorded memory, and names of tasks
//! - `name_hash`: names as numbers

#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod append;
pub mod number;
mod plain;
pub mod escape;
pub mod quote;
pub mod json;
pub mod payload;
pub mod chunk;
pub mod name_hash;

pub use append::Append;
pub use name_hash::NameHash;
