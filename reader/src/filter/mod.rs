// SPDX-License-Identifier: GPL-2.0

//! Filters: which events are wanted.
//!
//! The language is sysdig's:
//!
//! ```text
//! filter   = all { "or" all }
//! all      = part { "and" part }
//! part     = { "not" } ( "(" filter ")" | test )
//! test     = FIELD "exists"
//!          | FIELD ("=" | "==" | "!=" | "<" | "<=" | ">" | ">=") value
//!          | FIELD ("contains" | "icontains" | "startswith" | "endswith" | "glob") value
//!          | FIELD ("in" | "pmatch") "(" value { "," value } ")"
//! value    = "'…'" | '"…"' | characters without blanks, quotes, parentheses, commas and equals signs
//! ```
//!
//! In quotes, `\` begins `\n`, `\t`, `\r`, `\b`, `\f`, `\\`, `\/`, `\'`, `\"` and `\xNN`. If an event does not have a
//! field, each test of that field fails. As for any test that fails, `not` of it succeeds.
//!
//! Each file uses only files that stand above it here:
//!
//! - `tree`: a filter as a tree of tests
//! - `error`: a mistake in a filter, and where it is
//! - `display`: prints filters
//! - `compare`: whether an event passes a test
//! - `scan`: takes the text of a filter apart
//! - `convert`: from a value's text to what a field is compared with
//! - `parse`: from text to a tree
//! - `filter`: the filter itself
//! - `calls_by_abi`: sets of system calls
//! - `bounds`: what all events that pass a filter have in common
//! - `wanted_events`: the events that can pass, as far as their records tell it
//! - `pushdown`: what the kernel is asked to leave out
//! - `lost_entries`: whether a filter depends on what a return loses without its entry
//! - `split`: which part of a filter the kernel decides

mod calls_by_abi;
mod error;
mod tree;
mod bounds;
mod compare;
mod convert;
mod display;
mod pushdown;
mod scan;
mod parse;
#[expect(clippy::module_inception, reason = "the folder's main type")]
mod filter;
mod lost_entries;
mod split;
mod wanted_events;

#[cfg(test)]
mod tests;

pub use calls_by_abi::CallsByAbi;
pub use error::FilterError;
pub use filter::Filter;
pub use pushdown::Pushdown;
pub use split::Split;
