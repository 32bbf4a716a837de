// SPDX-License-Identifier: GPL-2.0

//! How events look in print.

pub mod args;
