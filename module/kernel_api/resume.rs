// SPDX-License-Identifier: GPL-2.0

//! Tells a listener that the machine resumes from sleep.

use core::ptr::NonNull;
use kernel::{prelude::*, sync::Arc};

extern "C" {
    // In `resume.c`.
    fn syscall_record_register_resume(resume: unsafe extern "C" fn(*mut c_void), data: *mut c_void) -> *mut c_void;
    fn syscall_record_unregister_resume(registration: *mut c_void);
}

/// Is told that the machine resumes.
pub(crate) trait ResumeListener: Send + Sync + 'static {
    /// The machine resumes from suspend to RAM or from hibernation, or has made the image for the latter. No program
    /// runs and no probe: one CPU is online, and has interrupts off. Must not sleep.
    fn machine_resumed(&self);
}

/// Tells a listener that the machine resumes, as long as this lives.
///
/// # Invariants
///
/// `registration` is one that the kernel calls [`resume`](Self::resume) by, with a pointer to `listener`.
pub(crate) struct ResumeRegistration<T: ResumeListener> {
    registration: NonNull<c_void>,
    _listener: Arc<T>,
}

// SAFETY: Any thread may end the registration, and `Arc<T>` can be sent.
unsafe impl<T: ResumeListener> Send for ResumeRegistration<T> {}
// SAFETY: Nothing is done by a reference.
unsafe impl<T: ResumeListener> Sync for ResumeRegistration<T> {}

impl<T: ResumeListener> ResumeRegistration<T> {
    /// Registers `listener`.
    ///
    /// # Errors
    ///
    /// `ENOMEM`.
    pub(crate) fn new(listener: Arc<T>) -> Result<Self> {
        let data = (&raw const *listener).cast_mut().cast();
        // SAFETY: `resume` takes a pointer to a `T`. The `Arc` keeps that where it is until `drop` has unregistered it.
        let registration = unsafe { syscall_record_register_resume(Self::resume, data) };
        // INVARIANT: It was just made.
        Ok(Self { registration: NonNull::new(registration).ok_or(ENOMEM)?, _listener: listener })
    }

    /// # Safety
    ///
    /// `listener` points to a `T`.
    unsafe extern "C" fn resume(listener: *mut c_void) {
        // SAFETY: The caller promises it.
        unsafe { &*listener.cast::<T>() }.machine_resumed();
    }
}

impl<T: ResumeListener> Drop for ResumeRegistration<T> {
    fn drop(&mut self) {
        // SAFETY: By the type invariants it is a registration. The kernel calls `resume` while no task runs: so no call
        // is under way here, and none comes later.
        unsafe { syscall_record_unregister_resume(self.registration.as_ptr()) };
    }
}
