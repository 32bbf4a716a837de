// SPDX-License-Identifier: GPL-2.0

//! Module parameters that keep their text, show it in sysfs, and can be written there.
//!
//! The parameters of `module!` are integers that sysfs does not show. These keep the text, so that the module itself
//! can say what is wrong with it.
//!
//! C header: `include/linux/moduleparam.h`.

use crate::shared::settings::ModuleParameter;
use core::{cell::UnsafeCell, marker::PhantomData, mem::ManuallyDrop, ptr};
use kernel::{bindings, error::from_result, prelude::*, str::BStr, sync::Arc};

/// No longer text is a valid value.
const MAX_BYTES: usize = 255;

/// The value of a parameter.
#[derive(Clone, Copy)]
struct ParameterValue {
    text: [u8; MAX_BYTES],
    len: u8,
    is_given: bool,
}

impl ParameterValue {
    #[inline]
    fn text(&self) -> &[u8] {
        self.text.get(..usize::from(self.len)).unwrap_or_default()
    }

    #[inline]
    fn set_text(&mut self, text: &[u8]) {
        self.len = text.len().min(MAX_BYTES) as u8;
        for (to, from) in self.text.iter_mut().zip(text) {
            *to = *from;
        }
    }
}

/// Whether a parameter can be changed while the module is loaded.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum ParameterKind {
    /// It can only be read.
    Fixed,
    /// It can be written.
    Option,
    /// It can be written; the empty text removes the value.
    Filter,
}

impl ParameterKind {
    /// The mode of the parameter's file in sysfs.
    pub(crate) const fn mode(self) -> u16 {
        match self {
            Self::Fixed => 0o444,
            Self::Option | Self::Filter => 0o644,
        }
    }
}

/// A parameter of the module.
pub(crate) struct KernelParameter {
    pub(crate) which: ModuleParameter,
    pub(crate) name: &'static str,
    /// What sysfs shows if the parameter is not given.
    pub(crate) default: &'static str,
    pub(crate) kind: ParameterKind,
}

/// Learns of changes.
pub(crate) trait ParameterListener: Send + Sync + Sized + 'static {
    /// Where the listener is kept.
    fn slot() -> &'static ListenerSlot<Self>;

    /// A parameter was written. Puts all of them in force.
    ///
    /// # Errors
    ///
    /// The error that the writer is to get; then the parameter has its old value again.
    fn parameters_changed(&self, lock: &mut ParameterLock) -> Result;
}

/// The values of all parameters. They stand apart from the list, so that the module's file holds no room for them.
struct Values(UnsafeCell<[ParameterValue; ModuleParameter::COUNT]>);

// SAFETY: Only who holds the lock of the module's parameters reaches the values, see `ParameterLock`.
unsafe impl Sync for Values {}

static VALUES: Values =
    Values(UnsafeCell::new([ParameterValue { text: [0; MAX_BYTES], len: 0, is_given: false }; ModuleParameter::COUNT]));

/// The lock of the module's parameters, held while this value lives.
///
/// # Invariants
///
/// There is no other value of this type: the lock is the kernel's mutex for all parameters of the module.
pub(crate) struct ParameterLock(PhantomData<*const ()>);

impl ParameterLock {
    /// Takes the lock. The caller must not be a parameter's callback, which holds it.
    pub(crate) fn new() -> Self {
        // SAFETY: The module is there while its code runs. This may sleep, and all callers may.
        unsafe { bindings::kernel_param_lock((&raw const bindings::__this_module).cast_mut()) };
        // INVARIANT: The thread that had the lock before has no value of this type any more.
        Self(PhantomData)
    }

    /// The lock, for a callback: the kernel holds it.
    ///
    /// # Safety
    ///
    /// The kernel holds the lock, and the callback calls this once.
    #[inline]
    unsafe fn held() -> ManuallyDrop<Self> {
        // INVARIANT: The caller promises it.
        ManuallyDrop::new(Self(PhantomData))
    }
}

impl Drop for ParameterLock {
    fn drop(&mut self) {
        // SAFETY: By the type invariants the lock is held, by this thread, which the value has not left.
        unsafe { bindings::kernel_param_unlock((&raw const bindings::__this_module).cast_mut()) };
    }
}

/// Room for the listener.
pub(crate) struct ListenerSlot<L>(UnsafeCell<Option<Arc<L>>>);

// SAFETY: As for `Values`; the listener is `Send` and `Sync`.
unsafe impl<L: Send + Sync> Sync for ListenerSlot<L> {}

impl<L> ListenerSlot<L> {
    /// No listener.
    pub(crate) const fn new() -> Self {
        Self(UnsafeCell::new(None))
    }

    /// Has `listener` put changes in force from here on. With `None` changes are only stored.
    pub(crate) fn set(&self, listener: Option<Arc<L>>, _lock: &mut ParameterLock) {
        // SAFETY: By the invariants of `ParameterLock` no other code else uses the cell.
        unsafe { *self.0.get() = listener };
    }

    fn get(&self, _lock: &ParameterLock) -> Option<Arc<L>> {
        // SAFETY: By the invariants of `ParameterLock` no other code else changes the cell.
        unsafe { (*self.0.get()).clone() }
    }
}

impl KernelParameter {
    /// The text that was given, if any.
    pub(crate) fn given<'a>(&self, lock: &'a ParameterLock) -> Option<&'a [u8]> {
        let value = self.value(lock);
        value.is_given.then(|| value.text())
    }

    /// Has sysfs show `text` from here on, the value that the module made of the given text.
    pub(crate) fn show_as(&self, text: &[u8], lock: &mut ParameterLock) {
        self.value_mut(lock).set_text(text);
    }

    #[inline]
    fn value<'a>(&self, _lock: &'a ParameterLock) -> &'a ParameterValue {
        // SAFETY: By the invariants of `ParameterLock` no other code changes the values during `'a`.
        unsafe { &(&*VALUES.0.get())[self.which as usize] }
    }

    #[inline]
    fn value_mut<'a>(&self, _lock: &'a mut ParameterLock) -> &'a mut ParameterValue {
        // SAFETY: By the invariants of `ParameterLock` no other code else uses the values during `'a`.
        unsafe { &mut (&mut *VALUES.0.get())[self.which as usize] }
    }

    /// Stores a value, and has the listener put it in force if there is one. If the listener fails, the old value is
    /// back.
    #[inline]
    fn change<L: ParameterListener>(&self, text: &[u8], lock: &mut ParameterLock) -> Result {
        if text.len() > MAX_BYTES {
            pr_err!("{}={}: must be shorter than 256 characters\n", self.name, BStr::from_bytes(text));
            return Err(EINVAL);
        }
        let listener = L::slot().get(lock);
        let value = self.value_mut(lock);
        let before = *value;
        value.set_text(text);
        value.is_given = !(text.is_empty() && self.kind == ParameterKind::Filter && listener.is_some());
        let Some(listener) = listener else { return Ok(()) };
        listener.parameters_changed(lock).inspect_err(|_| *self.value_mut(lock) = before)
    }
}

/// The callbacks of all parameters, whose changes `L` puts in force.
pub(crate) struct ParameterCallbacks<L>(PhantomData<L>);

impl<L: ParameterListener> ParameterCallbacks<L> {
    /// The callback that stores a value.
    ///
    /// # Safety
    ///
    /// As the kernel calls it, which holds the lock of the module's parameters: `text` is null or a C string;
    /// `param` is a `kernel_param` made by [`params!`](crate::params).
    unsafe extern "C" fn set(text: *const c_char, param: *const bindings::kernel_param) -> c_int {
        if text.is_null() {
            return EINVAL.to_errno();
        }
        // SAFETY: By the function's contract. What `params!` makes lives as long as the module.
        let (text, this, mut lock) = unsafe {
            let this: &KernelParameter = &*(*param).__bindgen_anon_1.arg.cast();
            (CStr::from_char_ptr(text).to_bytes(), this, ParameterLock::held())
        };
        // `echo` ends the text with a line feed.
        let text = text.strip_suffix(b"\n").unwrap_or(text);
        from_result(|| this.change::<L>(text, &mut lock).map(|()| 0))
    }

    /// The callback that shows the value in sysfs.
    ///
    /// # Safety
    ///
    /// As for [`set`](Self::set); `page` is a page to write to.
    unsafe extern "C" fn get(page: *mut c_char, param: *const bindings::kernel_param) -> c_int {
        // SAFETY: By the function's contract. The text is shorter than a page.
        unsafe {
            let this: &KernelParameter = &*(*param).__bindgen_anon_1.arg.cast();
            let lock = ParameterLock::held();
            let text = this.value(&lock).text();
            ptr::copy_nonoverlapping(text.as_ptr(), page.cast(), text.len());
            page.cast::<u8>().add(text.len()).write(b'\n');
            text.len() as c_int + 1
        }
    }

    /// The callbacks as the kernel expects them.
    pub(crate) const OPERATIONS: bindings::kernel_param_ops =
        bindings::kernel_param_ops { flags: 0, set: Some(Self::set), get: Some(Self::get), free: None };
}
