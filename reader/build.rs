// SPDX-License-Identifier: GPL-2.0

//! Where `std` is built from source for musl, there is no unwinder to link: panics abort, so none is
//! needed. An empty library and the stubs of `src/unwind.rs` take its place. The Makefile asks for it.

use std::{env, fs};

fn main() {
    println!("cargo:rerun-if-env-changed=SYSCALL_RECORD_STUB_UNWIND");
    println!("cargo:rustc-check-cfg=cfg(stub_unwind)");
    if env::var_os("SYSCALL_RECORD_STUB_UNWIND").is_some() {
        let folder = env::var("OUT_DIR").expect("cargo sets OUT_DIR");
        fs::write(format!("{folder}/libunwind.a"), "!<arch>\n").expect("OUT_DIR is writable");
        println!("cargo:rustc-link-search=native={folder}");
        println!("cargo:rustc-cfg=stub_unwind");
    }
}
