// SPDX-License-Identifier: GPL-2.0

//! Decodes a recording: from bytes to events in the order of time, and to their plain lines.
//!
//! Every event of a recording takes this way, each step a file: `framing` → `decode` → `merge` → `print`. This is a
//! package of its own because it is compiled for speed, and the rest of the reader for size.
//!
//! - `framing`: from bytes to packets, also in a damaged stream
//! - `event`: what a record tells of an event
//! - `sink`: what takes the events
//! - `wanted`: which events are wanted
//! - `decode`: from a packet to its events
//! - `merge`: from the packets of several CPUs to events in the order of time
//! - `print`: from an event to its plain line
//! - `escape`: makes text that programs chose safe to print
//! - `fixed_text`: short texts of fixed capacity, which lines are put together from

#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod escape;
pub mod framing;
mod fixed_text;
mod event;
pub mod sink;
pub mod wanted;
pub mod decode;
pub mod merge;
pub mod print;
