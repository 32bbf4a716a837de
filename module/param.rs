// SPDX-License-Identifier: GPL-2.0

//! Module parameters that keep what was typed, show it in sysfs, and can be written there.
//!
//! The parameters of `module!` are integers without a face in sysfs. These keep the text, so that the
//! module itself can say what is wrong with it.
//!
//! C header: `include/linux/moduleparam.h`.

use crate::control::Control;
use crate::pure::settings::Parameter;
use crate::settings;
use core::{cell::UnsafeCell, marker::PhantomData, mem::ManuallyDrop, ptr};
use kernel::{bindings, error::from_result, prelude::*, str::BStr, sync::Arc};

/// Longer values have no meaning.
const MAX_BYTES: usize = 255;

/// What a parameter holds.
#[derive(Clone, Copy)]
struct Value {
    text: [u8; MAX_BYTES],
    len: u8,
    given: bool,
}

impl Value {
    fn text(&self) -> &[u8] {
        self.text.get(..usize::from(self.len)).unwrap_or_default()
    }

    fn set_text(&mut self, text: &[u8]) {
        self.len = text.len().min(MAX_BYTES) as u8;
        for (to, from) in self.text.iter_mut().zip(text) {
            *to = *from;
        }
    }
}

/// What can be done to a parameter while the module is loaded.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// It can be read.
    Fixed,
    /// It can be written.
    Option,
    /// It can be written, and the empty text takes it away.
    Filter,
}

impl Kind {
    /// Of its file in sysfs.
    pub(crate) const fn mode(self) -> u16 {
        match self {
            Self::Fixed => 0o444,
            Self::Option | Self::Filter => 0o644,
        }
    }
}

/// A parameter.
pub(crate) struct Param {
    /// Which.
    pub(crate) which: Parameter,
    /// Its name.
    pub(crate) name: &'static str,
    /// What sysfs shows where it is not given.
    pub(crate) default: &'static str,
    pub(crate) kind: Kind,
}

/// The parameters' values. Apart from the rest, so that the module's file need not hold their room.
struct Values(UnsafeCell<[Value; Parameter::COUNT]>);

// SAFETY: They are reached by who holds the lock of the module's parameters alone, see `Locked`.
unsafe impl Sync for Values {}

static VALUES: Values =
    Values(UnsafeCell::new([Value { text: [0; MAX_BYTES], len: 0, given: false }; Parameter::COUNT]));

/// The lock of the module's parameters is held.
///
/// # Invariants
///
/// There is no other value of this type: the lock is the kernel's mutex for all parameters of the module.
pub(crate) struct Locked(PhantomData<*const ()>);

/// Who is told of changes.
struct Listener(UnsafeCell<Option<Arc<Control>>>);

// SAFETY: As for `Values`.
unsafe impl Sync for Listener {}

static LISTENER: Listener = Listener(UnsafeCell::new(None));

impl Locked {
    /// Takes the lock. The caller must not be a parameter's callback, which has it.
    pub(crate) fn new() -> Self {
        // SAFETY: The module is there while its code runs. May sleep, as may all who call this.
        unsafe { bindings::kernel_param_lock((&raw const bindings::__this_module).cast_mut()) };
        // INVARIANT: Whoever had the lock has none any more.
        Self(PhantomData)
    }

    /// The lock, for a callback that the kernel holds it for.
    ///
    /// # Safety
    ///
    /// The kernel does, and this is called once in the callback.
    unsafe fn held() -> ManuallyDrop<Self> {
        // INVARIANT: The caller promises it.
        ManuallyDrop::new(Self(PhantomData))
    }

    /// From here on changes are put in force by `control`, or none: then they are only stored.
    pub(crate) fn listen(&mut self, control: Option<Arc<Control>>) {
        // SAFETY: By the type invariants nobody else uses it.
        unsafe { *LISTENER.0.get() = control };
    }

    fn listener(&self) -> Option<Arc<Control>> {
        // SAFETY: By the type invariants nobody else changes it.
        unsafe { (*LISTENER.0.get()).clone() }
    }
}

impl Drop for Locked {
    fn drop(&mut self) {
        // SAFETY: By the type invariants it is held, by this thread, which the value has not left.
        unsafe { bindings::kernel_param_unlock((&raw const bindings::__this_module).cast_mut()) };
    }
}

impl Param {
    /// What was given, if anything.
    pub(crate) fn given<'a>(&self, locked: &'a Locked) -> Option<&'a [u8]> {
        let value = self.value(locked);
        value.given.then(|| value.text())
    }

    /// From here on sysfs shows `text`, what the module made of the value.
    pub(crate) fn show_as(&self, text: &[u8], locked: &mut Locked) {
        self.value_mut(locked).set_text(text);
    }

    fn value<'a>(&self, _locked: &'a Locked) -> &'a Value {
        // SAFETY: By the invariants of `Locked` nobody changes the values during `'a`.
        unsafe { &(&*VALUES.0.get())[self.which as usize] }
    }

    fn value_mut<'a>(&self, _locked: &'a mut Locked) -> &'a mut Value {
        // SAFETY: By the invariants of `Locked` nobody else uses the values during `'a`.
        unsafe { &mut (&mut *VALUES.0.get())[self.which as usize] }
    }

    /// Stores a value, and has it put in force once the module listens. If that cannot be done, everything is as
    /// before.
    fn change(&self, text: &[u8], locked: &mut Locked) -> Result {
        if text.len() > MAX_BYTES {
            pr_err!("{}={}: must be shorter than 256 characters\n", self.name, BStr::from_bytes(text));
            return Err(EINVAL);
        }
        let control = locked.listener();
        let value = self.value_mut(locked);
        let before = *value;
        value.set_text(text);
        value.given = !(text.is_empty() && self.kind == Kind::Filter && control.is_some());
        let Some(control) = control else { return Ok(()) };
        settings::change(&control, locked).inspect_err(|_| *self.value_mut(locked) = before)
    }

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
        // SAFETY: By the function's contract; what is made by `params!` stays as long as the module.
        let (text, this, mut locked) = unsafe {
            let this: &Self = &*(*param).__bindgen_anon_1.arg.cast();
            (CStr::from_char_ptr(text).to_bytes(), this, Locked::held())
        };
        // A trailing line feed is that of `echo`.
        let text = text.strip_suffix(b"\n").unwrap_or(text);
        from_result(|| this.change(text, &mut locked).map(|()| 0))
    }

    /// The callback that shows the value in sysfs.
    ///
    /// # Safety
    ///
    /// As for [`set`](Self::set); `page` is a page to write to.
    unsafe extern "C" fn get(page: *mut c_char, param: *const bindings::kernel_param) -> c_int {
        // SAFETY: By the function's contract; the text is shorter than a page.
        unsafe {
            let this: &Self = &*(*param).__bindgen_anon_1.arg.cast();
            let locked = Locked::held();
            let text = this.value(&locked).text();
            ptr::copy_nonoverlapping(text.as_ptr(), page.cast(), text.len());
            page.cast::<u8>().add(text.len()).write(b'\n');
            text.len() as c_int + 1
        }
    }

    /// The operations of all parameters.
    pub(crate) const OPERATIONS: bindings::kernel_param_ops =
        bindings::kernel_param_ops { flags: 0, set: Some(Self::set), get: Some(Self::get), free: None };
}

/// Defines the list `PARAMS` of the parameters, each by `Which: Kind = "name", "default", "its description";`.
#[macro_export]
macro_rules! params {
    ($($which:ident: $kind:ident = $text:literal, $default:literal, $description:literal;)*) => {
        static PARAMS: [$crate::param::Param; $crate::pure::settings::Parameter::COUNT] = [$(
            $crate::param::Param {
                which: $crate::pure::settings::Parameter::$which,
                name: $text,
                default: $default,
                kind: $crate::param::Kind::$kind,
            },
        )*];

        // They are found by what they are.
        const _: () = {
            let mut place = 0;
            while place < PARAMS.len() {
                assert!(PARAMS[place].which as usize == place, "the parameters are not in the order of `Parameter`");
                place += 1;
            }
        };

        $(
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
                    perm: $crate::param::Kind::$kind.mode(),
                    level: -1,
                    flags: 0,
                    __bindgen_anon_1: ::kernel::bindings::kernel_param__bindgen_ty_1 {
                        arg: (&raw const PARAMS[$crate::pure::settings::Parameter::$which as usize])
                            .cast_mut()
                            .cast(),
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
        )*
    };
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
