// SPDX-License-Identifier: GPL-2.0

//! What differs between architectures. Each file below defines the same names:
//!
//! * `MACHINE`: what packet headers say;
//! * `current()`: the running task;
//! * `preempt_disable()`, `preempt_enable()`: what they do in C, where they are inlines without binding;
//! * `is_32bit(task)`: whether the running call is a 32-bit program's on a 64-bit kernel;
//! * `store_release()`: as in C;
//! * `TRACED`, `work_flags(task)`: the flag that makes the task's system calls reach the tracepoints;
//! * `RETURN_NEEDS_ENTRY`: whether that is decided when a call is entered, for its return, too; `untold_return()`
//!   helps then;
//! * `Args`, `Registers`: the arguments of a system call;
//! * `Counter`: the hardware counter that stamps events, if the machine has one that the kernel
//!   itself trusts.

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

pub(crate) use imp::*;

use crate::pure::calls::{
    plan::{Plan, Plans},
    Abi,
};

/// Where preemption is enabled with a reschedule due: reschedules.
#[cfg(CONFIG_PREEMPTION)]
#[cold]
#[inline(never)]
fn preempt_schedule() {
    // SAFETY: Callable from any context; it returns at once where preemption is not possible.
    unsafe { kernel::bindings::preempt_schedule() }
}

/// How many arguments calls have, and what to copy of the memory that these point to: calls of the kernel's own
/// programs, and of 32-bit ones, which are others on 64-bit kernels.
pub(crate) static PLANS: [&Plans; 2] = {
    static OWN: Plans = Plans::new(Abi::new(MACHINE, false));
    #[cfg(CONFIG_64BIT)]
    static OF_32BIT: Plans = Plans::new(Abi::new(MACHINE, true));
    #[cfg(not(CONFIG_64BIT))]
    use OWN as OF_32BIT;
    [&OWN, &OF_32BIT]
};

/// What to copy of the memory that the arguments of call `number` point to.
pub(crate) fn plans(is_32bit: bool, number: u32) -> &'static [Plan] {
    PLANS[usize::from(is_32bit)].of(number)
}
