// SPDX-License-Identifier: GPL-2.0

//! Styles: how events become lines. (The default style, which needs no model, is `reader/decode/src/print.rs`.)
//!
//! - `format`: a format of the user's, with fields
//! - `sysdig`: sysdig's format
//! - `json`: JSON objects with fields
//! - `strace`: strace's lines
//! - `time`: the time of a line

pub mod strace;
pub mod sysdig;
pub mod time;
pub mod format;
pub mod json;
