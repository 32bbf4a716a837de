// SPDX-License-Identifier: GPL-2.0

//! Names of the kernel's functions.

use kernel::{bindings, ffi::c_ulong, prelude::*, str::BStr};

/// The kernel's name for an address, as `%pS` prints it: `name+0x0/0x10 [module]`.
pub(crate) struct SymbolName(KBox<[u8; Self::BYTES]>);

impl SymbolName {
    /// `KSYM_SYMBOL_LEN` of `include/linux/kallsyms.h` is below this.
    const BYTES: usize = 1024;

    /// The name for `address`.
    ///
    /// # Errors
    ///
    /// `ENOMEM`.
    pub(crate) fn of(address: usize) -> Result<Self> {
        let mut text = KBox::new([0; Self::BYTES], GFP_KERNEL)?;
        // SAFETY: The buffer is large enough for any symbol.
        unsafe { bindings::sprint_symbol(text.as_mut_ptr().cast(), address as c_ulong) };
        Ok(Self(text))
    }

    /// Whether the name begins with one of `beginnings`.
    pub(crate) fn begins_with_one_of(&self, beginnings: &[&CStr]) -> bool {
        beginnings.iter().any(|beginning| self.0.starts_with(beginning.to_bytes()))
    }

    /// The name as text for the log.
    pub(crate) fn text(&self) -> &BStr {
        let end = self.0.iter().position(|&byte| byte == 0).unwrap_or(0);
        BStr::from_bytes(&self.0[..end])
    }
}
