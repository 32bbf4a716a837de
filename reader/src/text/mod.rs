// SPDX-License-Identifier: GPL-2.0

//! Text, without knowledge of what it says. What appends to a line appends to a vector of bytes.
//!
//! - `append`: text and characters
//! - `number`: numbers
//! - `escape`: text that others chose
//! - `quote`: memory between quotes
//! - `compressed_text`: texts that are stored compressed
//! - `table`: compressed tables in which a text is found by its name

pub(crate) mod append;
pub(crate) mod number;
pub(crate) mod escape;
pub(crate) mod quote;
pub(crate) mod compressed_text;
pub(crate) mod table;

pub(crate) use append::Append;
