// SPDX-License-Identifier: GPL-2.0

//! The reader of syscall-record: from bytes to lines.
//!
//! The way of an event, each step a file or folder: `source` → `framing` → `decode` → `merge` → `print` for the plain
//! lines, and → `model` → `filter` → `style` or `summary` for everything else. The steps of the plain lines are a
//! package of their own, `reader/decode`.
//!
//! From the ground up; each uses only what stands before it:
//!
//! - `text`: appends text, numbers and quoted memory to a line; compressed texts
//! - `calls`: the table of system calls, with names, arguments and categories
//! - `constants`: the names of flags, commands, signals and errors
//! - `system_calls`: system calls that the standard library has no interface to
//! - `signals`: waits for input, for the end of processes, or for Ctrl-C
//! - `source`: the input: the device, a file or standard input
//! - `programs`: finds the programs of commands
//! - `local_time`: the local time of day
//! - `model`: makes events with all that is known of them
//! - `args`: arguments and results of calls as text
//! - `fields`: the fields of events
//! - `filter`: which events are wanted
//! - `style`: how events are shown
//! - `summary`: tables at the end
//! - `options`: the command line

#![deny(unsafe_code)]
#![warn(missing_docs)]

pub use syscall_record_decode::{decode, framing, merge, print, sink, wanted};

mod text;
pub mod system_calls;
pub mod programs;
pub mod local_time;
pub mod calls;
mod constants;
mod signals;
pub mod source;
pub mod model;
pub mod args;
pub mod summary;
pub mod fields;
pub mod filter;
pub mod style;
pub mod options;

pub use signals::StopSignals;
