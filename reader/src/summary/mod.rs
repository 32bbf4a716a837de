// SPDX-License-Identifier: GPL-2.0

//! Summaries, which are shown at the end of a recording: how often each call was made, by which processes, and how long
//! it took. Each file uses only files that stand above it here:
//!
//! - `counts`: counts of calls, and rows of counts
//! - `tables`: prints rows of counts as tables
//! - `summary`: counts events, and prints the counts as tables

mod counts;
mod tables;
#[expect(clippy::module_inception, reason = "the folder's main type")]
mod summary;

#[cfg(test)]
mod tests;

pub use summary::{Summary, SummaryParts};
