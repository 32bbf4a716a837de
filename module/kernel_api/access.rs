// SPDX-License-Identifier: GPL-2.0

//! What the running task may see of other processes.
//!
//! Capabilities count in the first user namespace alone: the tracer sees all processes, so root of a container is
//! nobody here.
//!
//! C headers: `include/linux/capability.h`, `include/linux/security.h`.

use kernel::bindings;

/// Whether the running task may observe all processes (`perfmon_capable()`).
pub(crate) fn may_observe() -> bool {
    has_capability(bindings::CAP_PERFMON) || has_capability(bindings::CAP_SYS_ADMIN)
}

/// Whether the running task may read the memory of all processes, as a debugger does.
pub(crate) fn may_read_memory() -> bool {
    has_capability(bindings::CAP_SYS_PTRACE)
}

/// Whether the kernel is locked down against programs that look into it (`lockdown=confidentiality`). The kernel's
/// log then says so. The reason is that of tracefs, whose events tell the same.
pub(crate) fn is_locked_down() -> bool {
    #[cfg(CONFIG_SECURITY)]
    // SAFETY: Callable by any task.
    let error = unsafe { bindings::security_locked_down(bindings::lockdown_reason_LOCKDOWN_TRACEFS) };
    #[cfg(not(CONFIG_SECURITY))]
    let error = 0;
    error != 0
}

/// `capable()`, which also tells the kernel's audit.
fn has_capability(capability: u32) -> bool {
    #[cfg(CONFIG_MULTIUSER)]
    // SAFETY: Callable by any task, with the number of a capability that the kernel has.
    let is_capable = unsafe { bindings::capable(capability as kernel::ffi::c_int) };
    // Without users, every task may do everything.
    #[cfg(not(CONFIG_MULTIUSER))]
    let is_capable = {
        let _ = capability;
        true
    };
    is_capable
}
