// SPDX-License-Identifier: GPL-2.0

//! A set of constants: finds it by its name, and the constants in it by their values.

use super::sets::SETS;
use crate::text::table::{compressed_length, TextTable};
use crate::text::Append;

/// The constants of one kind.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ConstantSet {
    /// Whether the constants are bits that combine. Otherwise a value is one of the constants.
    pub(crate) is_flags: bool,
    /// The start of most constants' names.
    pub(crate) prefix: &'static str,
    constants: &'static str,
}

/// A constant of a [`ConstantSet`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Constant {
    prefix: &'static str,
    name: &'static str,
    /// The number that it names.
    pub(crate) value: u64,
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
        let (head, constants) = TABLE.find(name)?.split_once(' ')?;
        Some(Self { is_flags: head.starts_with('|'), prefix: head.get(1..)?, constants })
    }

    /// Iterates over the constants, in the order of the table.
    pub(crate) fn constants(&self) -> Constants {
        Constants { set: *self, value: None }
    }

    /// Finds the constant with this value.
    pub(crate) fn constant(&self, value: u64) -> Option<Constant> {
        self.constants().find(|constant| constant.value == value)
    }
}

/// Finds the constant with this value in the set of this name.
#[inline(never)]
pub(crate) fn find_constant(set: &str, value: u64) -> Option<Constant> {
    ConstantSet::new(set)?.constant(value)
}

/// See [`ConstantSet::constants`].
#[derive(Clone, Debug)]
pub(crate) struct Constants {
    /// The set, without the constants that were given already.
    set: ConstantSet,
    /// The value of the constant that was given last.
    value: Option<u64>,
}

impl Iterator for Constants {
    type Item = Constant;

    fn next(&mut self) -> Option<Constant> {
        if self.set.constants.is_empty() {
            return None;
        }
        let (item, rest) = self.set.constants.split_once(' ').unwrap_or((self.set.constants, ""));
        self.set.constants = rest;
        let (name, value) = match item.split_once('=') {
            Some((name, value)) => (name, u64::from_str_radix(value, 16).ok()?),
            None => (item, self.value.map_or(u64::from(self.set.is_flags), |value| self.value_after(value))),
        };
        self.value = Some(value);
        let (prefix, name) = match name.strip_prefix('.') {
            Some(name) => ("", name),
            None => (self.set.prefix, name),
        };
        Some(Constant { prefix, name, value })
    }
}

impl Constants {
    fn value_after(&self, value: u64) -> u64 {
        if self.set.is_flags {
            value << 1
        } else {
            value.wrapping_add(1)
        }
    }
}

static TABLE: TextTable<{ SETS.len() }, { compressed_length(SETS) }> = TextTable::new(SETS);

#[cfg(test)]
mod tests {
    use super::*;

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
        assert_eq!(constant("ioctl_cmd", 0x5413), "TIOCGWINSZ");
    }
}
