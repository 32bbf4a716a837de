// SPDX-License-Identifier: GPL-2.0

//! A reference to this module: while one is held, `rmmod` says that the module is in use.

use kernel::bindings;

/// A reference to this module.
///
/// # Invariants
///
/// One reference of the module's count is this value's.
pub(crate) struct ModuleRef(());

impl ModuleRef {
    /// Takes a reference. `None` if the module is going.
    pub(crate) fn take() -> Option<Self> {
        // SAFETY: The structure is this module's own, and its code runs.
        let is_taken = unsafe { bindings::try_module_get((&raw const bindings::__this_module).cast_mut()) };
        // INVARIANT: It was just taken. (`then_some` would make a value, and drop it, where none was taken.)
        is_taken.then(|| Self(()))
    }
}

impl Drop for ModuleRef {
    fn drop(&mut self) {
        // SAFETY: By the type invariants. The caller's code stays: before it goes, unloading waits for all probes.
        unsafe { bindings::module_put((&raw const bindings::__this_module).cast_mut()) };
    }
}
