// SPDX-License-Identifier: GPL-2.0

//! From bytes to events and their lines: what every event of a recording goes through.
//!
//! The way of an event, each step a file: `framing` → `decode` → `merge` → `print` (with `text`). It is a package of its own
//! because it is compiled for speed, and the rest of the reader for size.

#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod decode;
pub mod escape;
pub mod framing;
pub mod merge;
pub mod print;

mod text;
