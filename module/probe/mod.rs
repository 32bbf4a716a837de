// SPDX-License-Identifier: GPL-2.0

//! What the kernel calls at each system call, fork and rename, and what decides whether and how a call is recorded.
//!
//! From the ground up; a file uses only files that stand before it in this list:
//!
//! * `copy_plans`: how many arguments each call has, which of their memory to copy
//! * `process_set`: a set of processes
//! * `verdict`: which tasks are recorded
//! * `follow`: keeps the set of followed processes up to date
//! * `exempt`: which tasks do not reach the tracepoints at all
//! * `other_tracers`: exempts no task while other tracers use the tracepoints
//! * `sleepers`: which threads sleep in a probe
//! * `context`: what the probes of a recording use
//! * `recorder`: writes an event to the ring buffer and wakes the reader
//! * `chunks`: collects the memory of arguments, in chunks
//! * `nested_memory`: copies arrays of strings, I/O vectors, messages and folder entries
//! * `argument_memory`: copies the memory of all arguments of a call
//! * `decision`: the steps that a probe can take, and which one it takes
//! * `with_memory`: records a call and the memory of its arguments in one pass
//! * `skip`: what a probe does about a call that is not recorded
//! * `slow_path`: records any call
//! * `fast_path`: the three probes of system calls; records the usual call
//! * `task_events`: the probe of forks and renames

#![forbid(unsafe_code)]

mod copy_plans;
mod decision;
mod process_set;
mod verdict;
mod exempt;
mod follow;
pub(crate) mod sleepers;
pub(crate) mod other_tracers;
pub(crate) mod context;
mod skip;
mod recorder;
mod chunks;
mod nested_memory;
mod argument_memory;
mod with_memory;
mod slow_path;
pub(crate) mod fast_path;
pub(crate) mod task_events;
