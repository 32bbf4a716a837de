// SPDX-License-Identifier: GPL-2.0

//! Safe wrappers of kernel interfaces that the `kernel` crate lacks, or that cost a probe too much there.
//! In the module `unsafe` may stand here and in `ring`, nowhere else.
//!
//! From the ground up; a file uses only files that stand before it in this list:
//!
//! * `arch`: what differs between architectures
//! * `relaxed`: words that CPUs share, and memory barriers
//! * `preempt`: turns preemption off and on, waits for code that runs with preemption off
//! * `task`: the running task and all others
//! * `clock`: time stamps
//! * `tracepoint`: finds a tracepoint of the kernel, tells whether other tracers use it
//! * `hooks`: attaches probes to tracepoints, detaches them safely
//! * `chardev`: a character device with `poll`
//! * `parameter`: a module parameter that keeps its text and can be written in sysfs
//! * `parameter_list`: the macro that defines all parameters
//! * `kernel_info`: facts about the machine and the kernel
//! * `work`: waits for work items

pub(crate) mod arch;
pub(crate) mod chardev;
pub(crate) mod kernel_info;
pub(crate) mod parameter;
pub(crate) mod tracepoint;
pub(crate) mod work;
pub(crate) mod clock;
pub(crate) mod parameter_list;
pub(crate) mod preempt;
pub(crate) mod relaxed;
pub(crate) mod task;
pub(crate) mod hooks;
