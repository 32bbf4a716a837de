// SPDX-License-Identifier: GPL-2.0

// Written by scripts/generate-calls; do not edit.

//! The category of every system call.

use super::category::Category::{self, *};

/// In the order of the names.
#[rustfmt::skip]
pub(super) const CATEGORIES: &[(&str, Category)] = &[
    ("arm_fadvise64_64", File),
    ("breakpoint", System),
    ("cacheflush", System),
    ("clone", Process),
    ("close", IoOther),
    ("ftruncate", File),
    ("ftruncate64", File),
    ("get_tls", System),
    ("getrandom", Other),
    ("lookup_dcookie", File),
    ("mmap2", Memory),
    ("nanosleep", Sleep),
    ("pread64", IoRead),
    ("read", IoRead),
    ("renameat", File),
    ("set_tls", System),
    ("sigreturn", Signal),
    ("uselib", Process),
    ("usr26", System),
    ("usr32", System),
];
