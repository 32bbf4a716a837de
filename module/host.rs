// SPDX-License-Identifier: GPL-2.0

//! What cargo compiles of the kernel module: the code that module and reader share, as a library for the reader and for
//! the host tests.

#![no_std]
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod shared;

pub use shared::*;
