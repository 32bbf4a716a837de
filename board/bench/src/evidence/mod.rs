// SPDX-License-Identifier: GPL-2.0

//! Counts the calls that a tracer recorded: a tracer that records nothing would cost little.
//!
//! | file | what it does |
//! |---|---|
//! | `measured_call` | the calls that are timed, and what each must return |
//! | `counts` | how often a call was recorded |
//! | `our_lines` | counts calls in the reader's lines |
//! | `ftrace_lines` | counts calls in ftrace's lines of raw_syscalls events |
//! | `strace_lines` | counts calls in lines such as strace and perf trace write |
//! | `expected` | what a tracer must have recorded |

pub mod measured_call;
pub mod counts;
pub mod ftrace_lines;
pub mod our_lines;
pub mod strace_lines;
pub mod expected;
