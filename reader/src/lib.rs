// SPDX-License-Identifier: GPL-2.0

//! The reader of syscall-record: from bytes to lines.
//!
//! The way of an event, each step a file: `source` → `framing` → `decode` → `merge` → `print` (with `text`).

#![deny(unsafe_code)]
#![warn(missing_docs)]

pub mod cli;
pub mod clock;
pub mod control;
pub mod decode;
pub mod fields;
pub mod filter;
pub mod framing;
pub mod merge;
pub mod model;
pub mod print;
pub mod source;
pub mod style;
pub mod summary;

mod signals;
mod text;

pub use signals::Interrupt;
pub use syscall_record_format::calls;
