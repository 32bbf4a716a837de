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

/// No longer text is a valid list of processes or names.
const MAX_LIST_BYTES: usize = 255;
/// No longer text is a valid value of another parameter.
const MAX_BYTES: usize = 31;
/// The parameters with lists come first.
const LISTS: usize = ModuleParameter::Follow as usize;
/// Bytes for the texts of all parameters.
const TEXT_BYTES: usize = LISTS * MAX_LIST_BYTES + (ModuleParameter::COUNT - LISTS) * MAX_BYTES;

/// The values of all parameters. Each has a part of `texts`.
struct ParameterValues {
    texts: [u8; TEXT_BYTES],
    /// Bytes of each value.
    lengths: [u8; ModuleParameter::COUNT],
    /// Whether each value was given.
    are_given: [bool; ModuleParameter::COUNT],
}

impl ParameterValues {
    const NONE: Self = Self {
        texts: [0; TEXT_BYTES],
        lengths: [0; ModuleParameter::COUNT],
        are_given: [false; ModuleParameter::COUNT],
    };

    /// Where in `texts` the value of a parameter starts, and how many bytes it may have.
    #[inline]
    fn place(which: ModuleParameter) -> (usize, usize) {
        match which as usize {
            index @ 0..LISTS => (index * MAX_LIST_BYTES, MAX_LIST_BYTES),
            index => (LISTS * MAX_LIST_BYTES + (index - LISTS) * MAX_BYTES, MAX_BYTES),
        }
    }

    #[inline]
    fn text(&self, which: ModuleParameter) -> &[u8] {
        let (start, _) = Self::place(which);
        let len = usize::from(self.lengths[which as usize]);
        self.texts.get(start..start + len).unwrap_or_default()
    }

    /// Sets the text of a value; cuts what is too long.
    fn set_text(&mut self, which: ModuleParameter, text: &[u8]) {
        let (start, room) = Self::place(which);
        let len = text.len().min(room);
        for (to, from) in self.texts.iter_mut().skip(start).zip(&text[..len]) {
            *to = *from;
        }
        self.lengths[which as usize] = len as u8;
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
            Self::Fixed => 0o400,
            Self::Option | Self::Filter => 0o600,
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
struct Values(UnsafeCell<ParameterValues>);

// SAFETY: Only who holds the lock of the module's parameters reaches the values, see `ParameterLock`.
unsafe impl Sync for Values {}

static VALUES: Values = Values(UnsafeCell::new(ParameterValues::NONE));

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
        let values = values(lock);
        values.are_given[self.which as usize].then(|| values.text(self.which))
    }

    /// Has sysfs show `text` from here on, the value that the module made of the given text.
    pub(crate) fn show_as(&self, text: &[u8], lock: &mut ParameterLock) {
        values_mut(lock).set_text(self.which, text);
    }

    /// Stores a value, and has the listener put it in force if there is one. If the listener fails, the old value is
    /// back.
    #[inline]
    fn change<L: ParameterListener>(&self, text: &[u8], lock: &mut ParameterLock) -> Result {
        let (_, room) = ParameterValues::place(self.which);
        if text.len() > room {
            pr_err!("{}={}: must be shorter than {} characters\n", self.name, BStr::from_bytes(text), room + 1);
            return Err(EINVAL);
        }
        let listener = L::slot().get(lock);
        let values = values_mut(lock);
        let was_given = values.are_given[self.which as usize];
        let mut before = [0; MAX_LIST_BYTES];
        let old = values.text(self.which);
        let len = old.len();
        before[..len].copy_from_slice(old);
        values.set_text(self.which, text);
        values.are_given[self.which as usize] =
            !(text.is_empty() && self.kind == ParameterKind::Filter && listener.is_some());
        let Some(listener) = listener else { return Ok(()) };
        listener.parameters_changed(lock).inspect_err(|_| {
            let values = values_mut(lock);
            values.set_text(self.which, &before[..len]);
            values.are_given[self.which as usize] = was_given;
        })
    }
}

#[inline]
fn values(_lock: &ParameterLock) -> &ParameterValues {
    // SAFETY: By the invariants of `ParameterLock` no other code changes the values while the borrow lasts.
    unsafe { &*VALUES.0.get() }
}

#[inline]
fn values_mut(_lock: &mut ParameterLock) -> &mut ParameterValues {
    // SAFETY: By the invariants of `ParameterLock` no other code uses the values while the borrow lasts.
    unsafe { &mut *VALUES.0.get() }
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
            let text = values(&lock).text(this.which);
            ptr::copy_nonoverlapping(text.as_ptr(), page.cast(), text.len());
            page.cast::<u8>().add(text.len()).write(b'\n');
            text.len() as c_int + 1
        }
    }

    /// The callbacks as the kernel expects them.
    pub(crate) const OPERATIONS: bindings::kernel_param_ops =
        bindings::kernel_param_ops { flags: 0, set: Some(Self::set), get: Some(Self::get), free: None };
}
