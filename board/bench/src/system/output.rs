// SPDX-License-Identifier: GPL-2.0

//! Prints tables to standard output, and progress to standard error.

use super::stop::{About, Result};
use std::io::{stderr, stdout, Write};

/// Prints a line of progress to standard error. The measurement goes on if standard error is closed.
pub fn say(text: &str) {
    let _ = writeln!(stderr(), "bench: {text}");
}

/// Prints a part of the tables to standard output.
pub fn print(text: &str) -> Result<()> {
    let mut out = stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).about("standard output")
}
