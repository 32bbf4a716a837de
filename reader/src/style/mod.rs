// SPDX-License-Identifier: GPL-2.0

//! How events look in print.

pub mod args;
pub mod format;
pub mod json;
pub mod payload;
pub mod strace;
pub mod sysdig;
pub mod time;
pub mod words;
