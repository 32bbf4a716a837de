// SPDX-License-Identifier: GPL-2.0

//! A set of constants: finds it by its name, and the constants in it by their values.

use super::sets::SETS;
use crate::text::compressed_text::compressed_text;
use crate::text::table::TextTable;
use crate::text::{Append, NameHash};
use std::sync::OnceLock;

/// The constants of one kind.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ConstantSet {
    /// Whether the constants are bits that combine. Otherwise a value is one of the constants.
    pub(crate) is_flags: bool,
    /// The start of most constants' names.
    pub(crate) prefix: &'static str,
    /// The constants as the table has them.
    text: &'static str,
    constants: &'static [PlainConstant],
}

/// A constant of a [`ConstantSet`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Constant {
    prefix: &'static str,
    name: &'static str,
    /// The number that it names.
    pub(crate) value: u64,
}

/// A row of the table. It is parsed when it is first used: parsing it for each event would take most of the reader's
/// time.
#[derive(Debug)]
struct ParsedSet {
    is_flags: bool,
    prefix: &'static str,
    text: &'static str,
    constants: Box<[PlainConstant]>,
}

/// A constant, without pointers.
#[derive(Clone, Copy, Debug)]
struct PlainConstant {
    value: u64,
    /// Where its name is in the text of its set.
    start: u16,
    length: u8,
    has_prefix: bool,
}

impl Constant {
    /// Appends the name.
    #[inline]
    pub(crate) fn put(&self, out: &mut Vec<u8>) {
        out.put(self.prefix.as_bytes());
        out.put(self.name.as_bytes());
    }

    /// Appends the name without the prefix of its set.
    #[inline]
    pub(crate) fn put_without_prefix(&self, out: &mut Vec<u8>) {
        out.put(self.name.as_bytes());
    }
}

impl ConstantSet {
    /// Finds the set of this name. Most sets are named after a kind of [`syscall_record_format::calls`].
    pub(crate) fn new(name: &str) -> Option<Self> {
        Self::of_kind(NameHash::new(name))
    }

    /// Finds the set whose name has this hash.
    pub(crate) fn of_kind(name: NameHash) -> Option<Self> {
        static PARSED: OnceLock<Box<[OnceLock<ParsedSet>]>> = OnceLock::new();
        let row = TABLE.find_row(name)?;
        let sets = PARSED.get_or_init(|| (0..SETS.len()).map(|_| OnceLock::new()).collect());
        let set = sets.get(row)?.get_or_init(|| ParsedSet::new(row));
        Some(Self { is_flags: set.is_flags, prefix: set.prefix, text: set.text, constants: &set.constants })
    }

    /// Iterates over the constants, in the order of the table.
    pub(crate) fn constants(&self) -> impl Iterator<Item = Constant> {
        let set = *self;
        set.constants.iter().map(move |constant| set.name(constant))
    }

    /// Finds the constant with this value.
    pub(crate) fn constant(&self, value: u64) -> Option<Constant> {
        for constant in self.constants {
            if constant.value == value {
                return Some(self.name(constant));
            }
        }
        None
    }

    /// Calls `put` for the constants of the bits that are set in `value`, in the order of the table. Gives the bits
    /// without a constant.
    pub(crate) fn split_flags(&self, value: u64, put: &mut dyn FnMut(&Constant)) -> u64 {
        let mut rest = value;
        for constant in self.constants {
            let is_set = if constant.value == 0 { value == 0 } else { rest & constant.value == constant.value };
            if is_set {
                put(&self.name(constant));
                rest &= !constant.value;
                if rest == 0 && value != 0 {
                    break;
                }
            }
        }
        rest
    }

    fn name(&self, constant: &PlainConstant) -> Constant {
        let start = usize::from(constant.start);
        let name = self.text.get(start..start + usize::from(constant.length)).unwrap_or_default();
        Constant { prefix: if constant.has_prefix { self.prefix } else { "" }, name, value: constant.value }
    }
}

/// Finds the constant with this value in the set of this name.
#[inline(never)]
pub(crate) fn find_constant(set: &str, value: u64) -> Option<Constant> {
    ConstantSet::new(set)?.constant(value)
}

impl ParsedSet {
    /// Parses a row of the table. If a value is no number, the constants end there; a test parses all rows.
    #[cold]
    fn new(row: usize) -> Self {
        let (_, written) = TABLE.row(row).unwrap_or_default();
        let (head, text) = written.split_once(' ').unwrap_or_default();
        let is_flags = head.starts_with('|');
        let mut constants: Vec<PlainConstant> = Vec::new();
        let mut start = 0;
        for item in text.split(' ').filter(|_| !text.is_empty()) {
            let (name, number) = item.split_once('=').map_or((item, None), |(name, number)| (name, Some(number)));
            let last = constants.last().map(|last| last.value);
            let value = match (number, last) {
                (Some(number), _) => match u64::from_str_radix(number, 16) {
                    Ok(value) => value,
                    Err(_) => break,
                },
                (None, None) => u64::from(is_flags),
                (None, Some(last)) if is_flags => last << 1,
                (None, Some(last)) => last.wrapping_add(1),
            };
            let has_prefix = !name.starts_with('.');
            let length = name.len() - usize::from(!has_prefix);
            let start_of_name = start + usize::from(!has_prefix);
            constants.push(PlainConstant { value, start: start_of_name as u16, length: length as u8, has_prefix });
            start += item.len() + 1;
        }
        Self { is_flags, prefix: head.get(1..).unwrap_or_default(), text, constants: constants.into() }
    }
}

static TABLE: TextTable<{ SETS.len() }> = TextTable::new(SETS, compressed_text!("sets"));

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    fn text(constant: Option<Constant>) -> String {
        let mut out = Vec::new();
        if let Some(constant) = constant {
            constant.put(&mut out);
        }
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn every_set_is_found_and_parses_completely() {
        assert!(SETS.windows(2).all(|pair| pair[0].0 < pair[1].0), "the sets are not sorted by name");
        let hashes: HashSet<_> = SETS.iter().map(|(name, _)| NameHash::new(name)).collect();
        assert_eq!(hashes.len(), SETS.len(), "two names have the same hash");
        for (name, written) in SETS {
            let set = ConstantSet::new(name).unwrap();
            let constants: Vec<_> = set.constants().collect();
            assert_eq!(constants.len(), written.split(' ').count() - 1, "{name}: a value is no number");
            for (at, constant) in constants.iter().enumerate() {
                assert!(!constant.name.is_empty(), "{name}: a name is empty");
                let is_new = constants[..at].iter().all(|other| other.value != constant.value);
                assert!(is_new, "{name}: the value of {} stands twice", constant.name);
            }
        }
        assert!(ConstantSet::new("").is_none());
        assert!(ConstantSet::new("zz").is_none());
    }

    #[test]
    fn constant_without_a_value_follows_the_one_before() {
        let constant = |set: &str, value| text(ConstantSet::new(set).unwrap().constant(value));
        assert_eq!(constant("open_flags", 0x400), "O_APPEND");
        assert_eq!(constant("open_flags", 0x10_0000), "__O_SYNC");
        assert_eq!(constant("open_flags", 0x8000_0000), "");
        assert_eq!(constant("fcntl_cmd", 1030), "F_DUPFD_CLOEXEC");
        assert_eq!(constant("msgctl", 2), "IPC_STAT");
        assert_eq!(constant("access_mode", 4), "R_OK");
        assert_eq!(constant("key_serial", 0xffff_fffd), "KEY_SPEC_SESSION_KEYRING");
    }
}
