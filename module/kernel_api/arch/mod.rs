// SPDX-License-Identifier: GPL-2.0

//! What differs between architectures. Each of `arm64.rs`, `arm.rs` and `x86_64.rs` defines, alone or with the two
//! files below:
//!
//! * `MACHINE`: what packet headers say
//! * `current()`: the running task
//! * `preempt_disable()`, `preempt_count_dec_and_test()`: as in C, where they are inlines without a binding
//! * `is_32bit(task)`: whether the running call came from a 32-bit program on a 64-bit kernel
//! * `store_release()`: as in C
//! * `TRACED`, `work_flags(task)`: the flag that makes the task's system calls reach the tracepoints
//! * `RETURN_NEEDS_ENTRY`: whether the kernel reads that flag only at the entry of a call, for its return, too;
//!   `untraced_return()` helps in that case
//! * `Args`, `Registers`: the arguments of a system call
//! * `Counter`: the hardware counter that stamps events, if the machine has one that the kernel itself trusts
//!
//! What two architectures share:
//!
//! * `thread_info`: preemption and the flag, for `arm.rs` and `arm64.rs`
//! * `traced_return`: a kernel that reads the flag again when a call returns, for `arm64.rs` and `x86_64.rs`

#[cfg(target_arch = "aarch64")]
#[path = "arm64.rs"]
mod imp;
#[cfg(target_arch = "arm")]
#[path = "arm.rs"]
mod imp;
#[cfg(target_arch = "x86_64")]
#[path = "x86_64.rs"]
mod imp;
#[cfg(not(any(target_arch = "aarch64", target_arch = "arm", target_arch = "x86_64")))]
compile_error!("syscall_record supports arm64, arm and x86_64");

#[cfg(any(target_arch = "aarch64", target_arch = "arm"))]
mod thread_info;
#[cfg(any(target_arch = "aarch64", target_arch = "x86_64"))]
mod traced_return;

pub(crate) use imp::*;
#[cfg(any(target_arch = "aarch64", target_arch = "arm"))]
pub(crate) use thread_info::*;
#[cfg(any(target_arch = "aarch64", target_arch = "x86_64"))]
pub(crate) use traced_return::*;
