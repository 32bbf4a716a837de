// SPDX-License-Identifier: GPL-2.0

//! Uses the machine that is measured.
//!
//! | file | what it does |
//! |---|---|
//! | `stop` | why a measurement ends early |
//! | `signals` | notices signals that ask for the end; sends signals; the one file with `unsafe` |
//! | `program` | runs programs, to their end or in the background |
//! | `machine` | reads and writes files; what /proc and /sys tell; CPUs |
//! | `memory_folder` | a folder in memory, for recordings |
//! | `kernel_module` | loads and unloads kernel modules |
//! | `output` | prints tables and progress |
//! | `ftrace` | records ftrace's raw_syscalls events |
//! | `recording` | has the reader write a recording, and prints it |

pub mod stop;
pub mod signals;
pub mod program;
pub mod machine;
pub mod output;
pub mod ftrace;
pub mod kernel_module;
pub mod memory_folder;
pub mod recording;
