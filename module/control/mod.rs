// SPDX-License-Identifier: GPL-2.0

//! Starts and stops recordings, as the parameters or a reader's request say.
//!
//! From the ground up; a file uses only files that stand before it in this list:
//!
//! * `buffers`: allocates the ring buffers and what delivers their packets
//! * `recording`: attaches and detaches the probes of a recording
//! * `change`: puts other settings in force: the order of steps and of locks
//! * `parameters`: reads, announces and changes the module's parameters

#![deny(unsafe_code)]

pub(crate) mod buffers;
mod recording;
pub(crate) mod change;
pub(crate) mod parameters;
