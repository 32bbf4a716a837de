// SPDX-License-Identifier: GPL-2.0

//! The values that some fields may have: names of calls, of categories and of kinds of files.

use crate::calls::{Abi, Category, KnownCall};
use crate::model::FileKind;

/// Iterates over the names of all calls, some of them more than once.
pub(crate) fn call_names() -> impl Iterator<Item = &'static str> {
    all_calls().map(|(_, _, call)| call.name())
}

/// Iterates over all calls and their numbers.
pub(super) fn all_calls() -> impl Iterator<Item = (Abi, u32, KnownCall)> {
    Abi::ALL.into_iter().flat_map(|abi| KnownCall::all(abi).map(move |(number, call)| (abi, number, call)))
}

/// Iterates over the names of categories, without those that a kind of file decides.
pub fn category_names() -> impl Iterator<Item = &'static str> {
    Category::ALL.into_iter().map(Category::name).filter(|word| !word.starts_with("io-"))
}

/// Names of kinds of files; sysdig's names where it has them.
pub const FILE_KIND_NAMES: [&str; 13] = [
    "file",
    "directory",
    "ipv4",
    "ipv6",
    "unix",
    "socket",
    "pipe",
    "event",
    "signalfd",
    "timerfd",
    "eventpoll",
    "inotify",
    "other",
];

/// Gives the name of a kind of file.
pub(super) fn kind_name(kind: FileKind) -> &'static str {
    FILE_KIND_NAMES.get(kind as usize).copied().unwrap_or("other")
}

/// Gives the letter that stands for a kind of file.
pub(super) fn kind_letter(kind: FileKind) -> &'static str {
    const LETTERS: &str = "fd46uspegtlio";
    let at = kind as usize;
    LETTERS.get(at..at + 1).unwrap_or("o")
}
