// SPDX-License-Identifier: GPL-2.0

//! What the end of a recording tells: how often each call was made, by whom, and how long it took.

mod counts;
mod tables;

#[cfg(test)]
mod tests;

pub use counts::Summary;
