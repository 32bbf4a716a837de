// SPDX-License-Identifier: GPL-2.0

//! Stubs of the unwinder's functions, for a `std` that is built from source without an unwinder.
//!
//! `std` needs these functions for backtraces, and to unwind after a panic. The release profile aborts after a panic's
//! message instead. So the stubs say that there are no stack frames.
//!
//! The numbers are those of `_Unwind_Reason_Code`: Itanium C++ ABI, level 1, and ARM IHI 0038 (EHABI).

use core::ffi::{c_int, c_void};

type Pointer = *mut c_void;

const END_OF_STACK: c_int = 5;
const FATAL_PHASE1_ERROR: c_int = 3;

#[no_mangle]
extern "C" fn _Unwind_Backtrace(_function: Pointer, _argument: Pointer) -> c_int {
    END_OF_STACK
}

#[no_mangle]
extern "C" fn _Unwind_RaiseException(_exception: Pointer) -> c_int {
    FATAL_PHASE1_ERROR
}

#[no_mangle]
extern "C" fn _Unwind_DeleteException(_exception: Pointer) {}

#[no_mangle]
extern "C" fn _Unwind_Resume(_exception: Pointer) -> ! {
    std::process::abort()
}

#[no_mangle]
extern "C" fn _Unwind_GetLanguageSpecificData(_context: Pointer) -> usize {
    0
}

#[no_mangle]
extern "C" fn _Unwind_GetRegionStart(_context: Pointer) -> usize {
    0
}

#[no_mangle]
extern "C" fn _Unwind_GetTextRelBase(_context: Pointer) -> usize {
    0
}

#[no_mangle]
extern "C" fn _Unwind_GetDataRelBase(_context: Pointer) -> usize {
    0
}

#[cfg(not(target_arch = "arm"))]
mod dwarf {
    use super::{c_int, Pointer};

    #[no_mangle]
    extern "C" fn _Unwind_GetIP(_context: Pointer) -> usize {
        0
    }

    #[no_mangle]
    extern "C" fn _Unwind_GetIPInfo(_context: Pointer, _before: *mut c_int) -> usize {
        0
    }

    #[no_mangle]
    extern "C" fn _Unwind_SetGR(_context: Pointer, _register: c_int, _value: usize) {}

    #[no_mangle]
    extern "C" fn _Unwind_SetIP(_context: Pointer, _value: usize) {}
}

#[cfg(target_arch = "arm")]
mod ehabi {
    use super::{c_int, Pointer};

    const FAILURE: c_int = 9;
    const NOT_IMPLEMENTED: c_int = 1;

    #[no_mangle]
    extern "C" fn _Unwind_VRS_Get(_c: Pointer, _class: c_int, _r: c_int, _rep: c_int, _value: Pointer) -> c_int {
        NOT_IMPLEMENTED
    }

    #[no_mangle]
    extern "C" fn _Unwind_VRS_Set(_c: Pointer, _class: c_int, _r: c_int, _rep: c_int, _value: Pointer) -> c_int {
        NOT_IMPLEMENTED
    }

    #[no_mangle]
    extern "C" fn __gnu_unwind_frame(_exception: Pointer, _context: Pointer) -> c_int {
        FAILURE
    }

    #[no_mangle]
    extern "C" fn __aeabi_unwind_cpp_pr0() -> c_int {
        FAILURE
    }

    #[no_mangle]
    extern "C" fn __aeabi_unwind_cpp_pr1() -> c_int {
        FAILURE
    }

    #[no_mangle]
    extern "C" fn __aeabi_unwind_cpp_pr2() -> c_int {
        FAILURE
    }
}
