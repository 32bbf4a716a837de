// SPDX-License-Identifier: GPL-2.0

//! For arm64 and x86-64, whose kernels read `TRACED` again when a call returns.

/// The kernel reads `TRACED` again when a call returns.
pub(crate) const RETURN_NEEDS_ENTRY: bool = false;

/// The number of the running system call, if the kernel will not trace its return: `None`, because it will.
pub(crate) fn untraced_return() -> Option<u32> {
    None
}
