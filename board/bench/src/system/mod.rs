// SPDX-License-Identifier: GPL-2.0

//! What is done with the machine that is measured.
//!
//! | file | what it does |
//! |---|---|
//! | `stop` | why a measurement ends early |
//! | `signals` | notices signals that ask for the end; sends signals; the one file with `unsafe` |
//! | `program` | runs programs, to their end or in the background |
//! | `machine` | reads and writes files; what /proc and /sys tell; CPUs |
//! | `memory_folder` | a folder in memory, for recordings |
//! | `kernel_module` | loads and unloads kernel modules |
//! | `ftrace` | records ftrace's raw_syscalls events |
//! | `recording` | has the reader write a recording, and prints it |

pub mod stop;
pub mod signals;
pub mod program;
pub mod machine;
pub mod ftrace;
pub mod kernel_module;
pub mod memory_folder;
pub mod recording;

use std::io::{stderr, stdout, Write};
use stop::{About, Result};

/// Tells on standard error what is going on. A closed standard error ends nothing.
pub fn say(text: &str) {
    let _ = writeln!(stderr(), "bench: {text}");
}

/// Writes to standard output, where the tables go.
pub fn print(text: &str) -> Result<()> {
    let mut out = stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).about("standard output")
}
