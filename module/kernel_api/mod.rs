// SPDX-License-Identifier: GPL-2.0

//! Safe wrappers of kernel interfaces that the `kernel` crate lacks, or that cost a probe too much there.
//! In the module `unsafe` may stand here and in `ring`, nowhere else.
//!
//! From the ground up; a file uses only files that stand before it in this list:
//!
//! * `arch`: what differs between architectures
//! * `relaxed`: words that CPUs share, and memory barriers
//! * `preempt`: turns preemption off and on, waits for code that runs with preemption off
//! * `probe_slot`: where a probe finds what it uses
//! * `task`: the running task and all others
//! * `symbol_name`: names of the kernel's functions
//! * `clock`: time stamps
//! * `tracepoint`: finds a tracepoint of the kernel, tells whether other tracers use it
//! * `kprobe`: tells when other tracers register probes at a tracepoint
//! * `hooks`: attaches probes to the tracepoints of tasks, detaches them safely
//! * `call_hooks`: attaches probes to the tracepoints of system calls, detaches them without waiting for sleepers
//! * `zeroed`: shared types of which all-zero bytes are a value
//! * `access`: what the running task may see of other processes
//! * `chardev`: a character device with `poll`
//! * `parameter`: a module parameter that keeps its text and can be written in sysfs
//! * `parameter_list`: the macro that defines all parameters
//! * `kernel_info`: facts about the machine and the kernel
//! * `work`: waits for work items
//! * `module_ref`: keeps the module from being unloaded
//! * `user_memory`: reads the memory of the running program
//! * `resume`: tells a listener that the machine resumes from sleep

pub(crate) mod access;
pub(crate) mod arch;
pub(crate) mod chardev;
pub(crate) mod kernel_info;
pub(crate) mod parameter;
pub(crate) mod symbol_name;
pub(crate) mod tracepoint;
pub(crate) mod work;
mod zeroed;
pub(crate) mod module_ref;
pub(crate) mod user_memory;
pub(crate) mod resume;
pub(crate) mod clock;
pub(crate) mod parameter_list;
pub(crate) mod preempt;
pub(crate) mod relaxed;
pub(crate) mod probe_slot;
pub(crate) mod task;
pub(crate) mod kprobe;
pub(crate) mod hooks;
pub(crate) mod call_hooks;
