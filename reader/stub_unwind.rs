// SPDX-License-Identifier: GPL-2.0

//! Replaces the unwinder if `std` is built from source for musl: then there is none to link. None is needed, because
//! panics abort. An empty library and the stubs of `src/unwind.rs` take its place. `scripts/reader` asks for this by
//! `SYSCALL_RECORD_STUB_UNWIND`.
//!
//! This is a build script, and a part of the reader's.

use std::{env, fs};

pub fn main() {
    println!("cargo:rerun-if-env-changed=SYSCALL_RECORD_STUB_UNWIND");
    println!("cargo:rustc-check-cfg=cfg(stub_unwind)");
    if env::var_os("SYSCALL_RECORD_STUB_UNWIND").is_some() {
        let folder = env::var("OUT_DIR").expect("cargo sets OUT_DIR");
        fs::write(format!("{folder}/libunwind.a"), "!<arch>\n").expect("OUT_DIR is writable");
        println!("cargo:rustc-link-search=native={folder}");
        println!("cargo:rustc-cfg=stub_unwind");
    }
}
