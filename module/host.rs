// SPDX-License-Identifier: GPL-2.0

//! The cargo face of `module/pure`: the record format, its encoder, the filter and the settings,
//! as the kernel module has them.

#![no_std]
#![forbid(unsafe_code)]
#![warn(missing_docs)]

extern crate std;

pub mod packed;
mod pure;

pub use pure::*;
