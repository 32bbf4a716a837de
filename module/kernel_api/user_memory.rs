// SPDX-License-Identifier: GPL-2.0

//! Reads the memory of the running program: what is resident, with faults disabled, or any, with faults, which sleep.
//!
//! C headers: `include/linux/uaccess.h`, `include/linux/mm.h`.

use kernel::{
    prelude::*,
    uaccess::{UserPtr, UserSlice},
};

extern "C" {
    fn syscall_record_copy_resident(to: *mut c_void, from: *const c_void, len: c_ulong) -> c_ulong;
    fn syscall_record_is_mapped(address: c_ulong) -> bool;
}

/// Why memory could not be read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unreadable {
    /// The program itself cannot read it.
    BadAddress,
    /// It is not resident: reading it would fault.
    Absent,
}

/// Which memory is read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// What is resident. Preemption must be off; then this never sleeps.
    Resident,
    /// What is mapped. This may sleep: preemption must be on.
    Mapped,
}

/// Copies the program's memory at `from`. Returns how many bytes were copied, from the first on: all, or those before
/// the first byte that cannot be read. (On some architectures a few bytes before that one are not copied either.)
#[inline]
pub(crate) fn copy(access: Access, from: u64, to: &mut [u8]) -> usize {
    match access {
        // SAFETY: The slice may be written. The function checks the address, and copies what is there.
        Access::Resident => to.len().wrapping_sub(unsafe {
            syscall_record_copy_resident(to.as_mut_ptr().cast(), from as usize as *const c_void, to.len()) as usize
        }),
        Access::Mapped => {
            let user = UserSlice::new(UserPtr::from_addr(from as usize), to.len());
            match user.reader().read_slice(to) {
                Ok(()) => to.len(),
                Err(_) => 0,
            }
        }
    }
}

/// Why memory at `from` could not be read by `access`. May take the lock of the program's mappings, without waiting.
#[cold]
#[inline(never)]
pub(crate) fn why_unreadable(access: Access, from: u64) -> Unreadable {
    // SAFETY: Callable from any task, with preemption on or off.
    if access == Access::Resident && unsafe { syscall_record_is_mapped(from as usize as c_ulong) } {
        Unreadable::Absent
    } else {
        Unreadable::BadAddress
    }
}
