// SPDX-License-Identifier: GPL-2.0

//! The tracers that are measured, and the cases of the table of calls.
//!
//! | file | what it does |
//! |---|---|
//! | `tracer` | what every tracer does for a measurement |
//! | `floor` | empty probes |
//! | `ours` | this tracer: it records, its buffer is full, or it excludes the process |
//! | `ftrace` | ftrace's raw_syscalls events |
//! | `trace_cmd` | trace-cmd, which runs the traced program |
//! | `line_tracer` | strace, perf trace: programs that run the traced one and write lines |
//! | `cases` | lists the rows of the table of calls |

pub mod tracer;
mod floor;
mod ftrace;
mod line_tracer;
mod ours;
mod trace_cmd;
pub mod cases;
