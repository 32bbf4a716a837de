// SPDX-License-Identifier: GPL-2.0

//! The reader of syscall-record: from bytes to lines.
//!
//! The way of an event, each step a file or folder: `source` → `framing` → `decode` → `merge` → `print` for the plain lines, and
//! → `model` → `filter` → `style` or `summary` for everything else. The plain lines' way is a package of its own, `reader/decode`.

#![deny(unsafe_code)]
#![warn(missing_docs)]

pub mod args;
pub mod cli;
pub mod clock;
mod constants;
pub mod control;
pub mod fields;
pub mod filter;
pub mod model;
pub mod source;
pub mod style;
pub mod summary;
mod text;

mod signals;

pub use signals::Interrupt;
pub use syscall_record_decode::{decode, framing, merge, print};
pub use syscall_record_format::calls;
