// SPDX-License-Identifier: GPL-2.0

//! Text, without knowledge of what it says. All functions append to a line, a vector of bytes.
//!
//! - `append`: text and characters
//! - `number`: numbers
//! - `escape`: text that others chose
//! - `quote`: memory between quotes
//! - `table`: compressed tables in which a text is found by its name

pub(crate) mod append;
pub(crate) mod escape;
pub(crate) mod number;
pub(crate) mod quote;
pub(crate) mod table;

pub(crate) use append::Append;
