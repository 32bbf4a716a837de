// SPDX-License-Identifier: GPL-2.0

//! Arithmetic and layout. Nothing here touches the machine.
//!
//! | file | what it does |
//! |---|---|
//! | `statistics` | medians and ranges |
//! | `table` | lays out tables |
//! | `numbers` | numbers as text: signed, percentages |

pub mod numbers;
pub mod statistics;
pub mod table;
