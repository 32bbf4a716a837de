// SPDX-License-Identifier: GPL-2.0

//! The macro that defines all parameters of the module.

/// Defines the list `PARAMS`: first `listener = Type;`, then each parameter by `Which: Kind = "name", "default",
/// "description";`.
///
/// `Type` is the [`ParameterListener`](super::parameter::ParameterListener).
/// `Which` is a [`ModuleParameter`](crate::shared::settings::ModuleParameter), in the order of that type. `Kind` is a
/// [`ParameterKind`](super::parameter::ParameterKind).
#[macro_export]
macro_rules! params {
    (listener = $listener:ty; $($which:ident: $kind:ident = $text:literal, $default:literal, $description:literal;)*) => {
        static PARAMS: [
            $crate::kernel_api::parameter::KernelParameter;
            $crate::shared::settings::ModuleParameter::COUNT
        ] = [$(
            $crate::kernel_api::parameter::KernelParameter {
                which: $crate::shared::settings::ModuleParameter::$which,
                name: $text,
                default: $default,
                kind: $crate::kernel_api::parameter::ParameterKind::$kind,
            },
        )*];

        // `ModuleParameter` is the index.
        const _: () = {
            let mut place = 0;
            while place < PARAMS.len() {
                assert!(PARAMS[place].which as usize == place, "the parameters are not in the order of `ModuleParameter`");
                place += 1;
            }
        };

        $(
        // The kernel reads these sections; they are filled as it expects.
        #[allow(unsafe_code)]
        const _: () = {
            #[link_section = "__param"]
            #[used(compiler)]
            static PARAM: ::kernel::module_param::KernelParam =
                ::kernel::module_param::KernelParam::new(::kernel::bindings::kernel_param {
                    name: concat!($text, "\0").as_ptr().cast(),
                    mod_: (&raw const ::kernel::bindings::__this_module).cast_mut(),
                    ops: &$crate::kernel_api::parameter::ParameterCallbacks::<$listener>::OPERATIONS,
                    perm: $crate::kernel_api::parameter::ParameterKind::$kind.mode(),
                    level: -1,
                    flags: 0,
                    __bindgen_anon_1: ::kernel::bindings::kernel_param__bindgen_ty_1 {
                        arg: (&raw const PARAMS[$crate::shared::settings::ModuleParameter::$which as usize])
                            .cast_mut()
                            .cast(),
                    },
                });

            const TYPE: &[u8] = concat!("parmtype=", $text, ":string\0").as_bytes();
            #[link_section = ".modinfo"]
            #[used(compiler)]
            static MODINFO_TYPE: [u8; TYPE.len()] = $crate::kernel_api::parameter_list::to_array(TYPE);

            const DESCRIPTION: &[u8] = concat!("parm=", $text, ":", $description, "\0").as_bytes();
            #[link_section = ".modinfo"]
            #[used(compiler)]
            static MODINFO_DESCRIPTION: [u8; DESCRIPTION.len()] =
                $crate::kernel_api::parameter_list::to_array(DESCRIPTION);
        };
        )*
    };
}

/// Copies `bytes`, which are `N`, to an array.
pub(crate) const fn to_array<const N: usize>(bytes: &[u8]) -> [u8; N] {
    let mut array = [0; N];
    let mut index = 0;
    while index < N {
        array[index] = bytes[index];
        index += 1;
    }
    array
}
