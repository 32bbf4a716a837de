// SPDX-License-Identifier: GPL-2.0

//! Module parameters that keep what was typed, and show it in sysfs.
//!
//! The parameters of `module!` are integers without a face in sysfs. These keep the text, so that the
//! module itself can say what is wrong with it. They are read-only once the module is loaded.
//!
//! C header: `include/linux/moduleparam.h`.

use core::{cell::UnsafeCell, ptr};
use kernel::{bindings, prelude::*};

/// Longer values are cut to this; all that have a meaning are shorter.
const MAX_BYTES: usize = 255;

/// What a parameter holds.
struct Value {
    text: [u8; MAX_BYTES],
    len: usize,
    given: bool,
}

/// A parameter's storage.
#[repr(transparent)]
pub(crate) struct Param(UnsafeCell<Value>);

// SAFETY: Written by `set` alone, which the kernel calls while it parses the module's arguments, before
// the module's code runs, and later not at all, since the parameters are read-only in sysfs; and by
// `show_as`, which the module's initialisation calls, while it holds no reference to the value, and which
// excludes readers in sysfs by the kernel's lock.
unsafe impl Sync for Param {}

impl Param {
    pub(crate) const fn new() -> Self {
        Self(UnsafeCell::new(Value { text: [0; MAX_BYTES], len: 0, given: false }))
    }

    /// What was given, if anything.
    pub(crate) fn given(&self) -> Option<&[u8]> {
        // SAFETY: As for `Sync`: nothing writes any more while the module's code runs, except for
        // `show_as`, which no caller uses while it holds what this returns.
        let value = unsafe { &*self.0.get() };
        value.given.then(|| value.text.get(..value.len).unwrap_or_default())
    }

    /// The callback that stores a value.
    ///
    /// # Safety
    ///
    /// As the kernel calls it: `text` is null or a C string; `param` is a `kernel_param` made by
    /// [`params!`](crate::params), which nothing else uses meanwhile.
    unsafe extern "C" fn set(text: *const c_char, param: *const bindings::kernel_param) -> c_int {
        if text.is_null() {
            return EINVAL.to_errno();
        }
        // SAFETY: By the function's contract.
        let (text, value) = unsafe {
            let this = (*param).__bindgen_anon_1.arg.cast::<Self>();
            (CStr::from_char_ptr(text).to_bytes(), &mut *(*this).0.get())
        };
        // A trailing line feed is that of `echo`.
        let text = text.strip_suffix(b"\n").unwrap_or(text);
        value.len = text.len().min(MAX_BYTES);
        value.text[..value.len].copy_from_slice(&text[..value.len]);
        value.given = true;
        0
    }

    /// The callback that shows the value in sysfs.
    ///
    /// # Safety
    ///
    /// As the kernel calls it: `page` is a page to write to; `param` is as for `set`.
    unsafe extern "C" fn get(page: *mut c_char, param: *const bindings::kernel_param) -> c_int {
        // SAFETY: By the function's contract; the text is shorter than a page.
        unsafe {
            let this = (*param).__bindgen_anon_1.arg.cast::<Self>();
            let value = &*(*this).0.get();
            ptr::copy_nonoverlapping(value.text.as_ptr(), page.cast(), value.len);
            page.cast::<u8>().add(value.len).write(b'\n');
            value.len as c_int + 1
        }
    }

    /// The operations of all parameters.
    pub(crate) const OPERATIONS: bindings::kernel_param_ops =
        bindings::kernel_param_ops { flags: 0, set: Some(Self::set), get: Some(Self::get), free: None };

    /// From here on sysfs shows `text`, what the module made of the value.
    pub(crate) fn show_as(&self, text: &[u8]) {
        let module = (&raw const bindings::__this_module).cast_mut();
        let len = text.len().min(MAX_BYTES);
        // SAFETY: The lock keeps `get` out; the module's initialisation is the only caller and holds
        // no reference to the value.
        unsafe {
            bindings::kernel_param_lock(module);
            let value = &mut *self.0.get();
            value.text[..len].copy_from_slice(&text[..len]);
            value.len = len;
            bindings::kernel_param_unlock(module);
        }
    }
}

/// Defines parameters: `static NAME: Param = "name", "its description";`.
#[macro_export]
macro_rules! params {
    ($($(#[$meta:meta])* static $name:ident = $text:literal, $description:literal;)*) => {$(
        $(#[$meta])*
        static $name: $crate::param::Param = $crate::param::Param::new();

        // Sections that the kernel reads, filled as it expects them.
        #[allow(unsafe_code)]
        const _: () = {
            #[link_section = "__param"]
            #[used(compiler)]
            static PARAM: ::kernel::module_param::KernelParam =
                ::kernel::module_param::KernelParam::new(::kernel::bindings::kernel_param {
                    name: concat!($text, "\0").as_ptr().cast(),
                    mod_: (&raw const ::kernel::bindings::__this_module).cast_mut(),
                    ops: &$crate::param::Param::OPERATIONS,
                    perm: 0o444,
                    level: -1,
                    flags: 0,
                    __bindgen_anon_1: ::kernel::bindings::kernel_param__bindgen_ty_1 {
                        arg: (&raw const $name).cast_mut().cast(),
                    },
                });

            const TYPE: &[u8] = concat!("parmtype=", $text, ":string\0").as_bytes();
            #[link_section = ".modinfo"]
            #[used(compiler)]
            static MODINFO_TYPE: [u8; TYPE.len()] = $crate::param::array(TYPE);

            const DESCRIPTION: &[u8] = concat!("parm=", $text, ":", $description, "\0").as_bytes();
            #[link_section = ".modinfo"]
            #[used(compiler)]
            static MODINFO_DESCRIPTION: [u8; DESCRIPTION.len()] = $crate::param::array(DESCRIPTION);
        };
    )*};
}

/// `bytes` as an array of its length.
pub(crate) const fn array<const N: usize>(bytes: &[u8]) -> [u8; N] {
    let mut array = [0; N];
    let mut index = 0;
    while index < N {
        array[index] = bytes[index];
        index += 1;
    }
    array
}
