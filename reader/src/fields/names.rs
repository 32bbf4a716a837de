// SPDX-License-Identifier: GPL-2.0

//! Finds fields by their names.

use super::table::{FieldId, IDS};
use crate::text::compressed_text::{compressed_text, CompressedText};

/// A line for each field: its name, a tab, its help.
static TEXTS: CompressedText = compressed_text!("fields");

/// Other names that sysdig has for a field: pairs of the other name and the field's name.
const ALIASES: &str = "evt.info evt.args syscall.type evt.type fd.net fd.ip fd.snet fd.sip fd.cnet fd.cip \
    fd.lnet fd.lip fd.rnet fd.rip user.id user.uid proc.parentname proc.pname";

/// Iterates over the names of all fields, each with a line of help.
pub fn all() -> impl Iterator<Item = (&'static str, &'static str)> {
    TEXTS.get().lines().filter_map(|line| line.split_once('\t'))
}

/// Finds a field by one of its names.
#[inline(never)]
pub(super) fn find(name: &str) -> Option<FieldId> {
    let name = find_in_pairs(ALIASES, name).unwrap_or(name);
    let index = all().position(|(other, _)| other == name)?;
    IDS.get(index).copied()
}

/// Finds the word after `first` in a text of pairs of words.
#[inline(never)]
pub(crate) fn find_in_pairs(pairs: &'static str, first: &str) -> Option<&'static str> {
    let mut words = pairs.split_ascii_whitespace();
    while let (Some(word), Some(other)) = (words.next(), words.next()) {
        if word == first {
            return Some(other);
        }
    }
    None
}
