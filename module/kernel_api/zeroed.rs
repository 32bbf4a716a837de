// SPDX-License-Identifier: GPL-2.0

//! Shared types of which all-zero bytes are a value, so that they are made in place: they are too large for the
//! kernel's stack.

use crate::shared::{action::CallActions, copy_steps::CopySteps};
use kernel::prelude::*;

// SAFETY: It consists of bytes, of which every value is valid, and of `bool`s, of which 0 is `false`.
unsafe impl Zeroable for CallActions {}

// SAFETY: It consists of integers, of which every value is valid.
unsafe impl Zeroable for CopySteps {}
