// SPDX-License-Identifier: GPL-2.0

//! Text, without knowledge of what it says.
//!
//! - `compressed_text`: texts that are stored compressed

pub(crate) mod compressed_text;
