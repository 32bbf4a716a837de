// SPDX-License-Identifier: GPL-2.0

//! The words that stand for numbers: flags, commands, signals, errors.
//!
//! All are in a few tables of text, because a pointer to a word takes more room than a word does.

mod errors;
pub(super) mod packed;
mod sets;

pub use errors::{error, error_number, is_restart};

use super::args::Line;
use packed::{bytes, Packed};
use sets::SETS;

/// Words for the values of one kind.
#[derive(Clone, Copy, Debug)]
pub struct Set {
    /// Whether the words are of bits, and not of values one of which holds.
    pub is_flags: bool,
    /// What most words start with.
    pub prefix: &'static str,
    words: &'static str,
}

/// A word of a [`Set`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word {
    prefix: &'static str,
    name: &'static str,
    /// What it stands for.
    pub value: u64,
}

impl Word {
    /// Appends it.
    #[inline]
    pub fn put(&self, out: &mut Vec<u8>) {
        out.put(self.prefix.as_bytes());
        out.put(self.name.as_bytes());
    }

    /// Appends it without what it shares with other words of its set, if it does.
    #[inline]
    pub fn put_short(&self, out: &mut Vec<u8>) {
        out.put(self.name.as_bytes());
    }
}

impl Set {
    /// The set of this name, which as a rule is a word of [`syscall_record_format::calls`].
    pub fn new(name: &str) -> Option<Self> {
        let (head, words) = PACKED.find(name)?.split_once(' ')?;
        Some(Self { is_flags: head.starts_with('|'), prefix: head.get(1..)?, words })
    }

    /// The words, in the order of the table.
    pub fn words(&self) -> Words {
        Words { set: *self, value: None }
    }

    /// The word of a value.
    pub fn word(&self, value: u64) -> Option<Word> {
        self.words().find(|word| word.value == value)
    }
}

/// See [`Set::words`].
#[derive(Clone, Debug)]
pub struct Words {
    /// With those words that are still to come.
    set: Set,
    /// Of the word before.
    value: Option<u64>,
}

impl Iterator for Words {
    type Item = Word;

    fn next(&mut self) -> Option<Word> {
        if self.set.words.is_empty() {
            return None;
        }
        let (item, rest) = self.set.words.split_once(' ').unwrap_or((self.set.words, ""));
        self.set.words = rest;
        let (name, value) = match item.split_once('=') {
            Some((name, value)) => (name, u64::from_str_radix(value, 16).ok()?),
            None => (item, self.value.map_or(u64::from(self.set.is_flags), |value| self.after(value))),
        };
        self.value = Some(value);
        let (prefix, name) = match name.strip_prefix('.') {
            Some(name) => ("", name),
            None => (self.set.prefix, name),
        };
        Some(Word { prefix, name, value })
    }
}

impl Words {
    fn after(&self, value: u64) -> u64 {
        if self.set.is_flags {
            value << 1
        } else {
            value.wrapping_add(1)
        }
    }
}

/// The first of the signals that have no names of their own.
const FIRST_REALTIME: u64 = 32;
/// One more than the last signal.
const SIGNALS: u64 = 65;

/// Appends a signal's name without `SIG`, or nothing if there is no such signal.
pub fn put_signal(out: &mut Vec<u8>, number: u64) -> bool {
    match number {
        FIRST_REALTIME => out.put(b"RTMIN"),
        _ if (FIRST_REALTIME..SIGNALS).contains(&number) => {
            out.put(b"RT_");
            crate::style::args::number::decimal(out, number - FIRST_REALTIME);
        }
        _ => match Set::new("signal").and_then(|set| set.word(number)) {
            Some(word) => word.put_short(out),
            None => return false,
        },
    }
    true
}

static PACKED: Packed<{ SETS.len() }, { bytes(SETS) }> = Packed::new(SETS);

#[cfg(test)]
mod tests {
    use super::*;

    fn text(word: Option<Word>) -> String {
        let mut out = Vec::new();
        if let Some(word) = word {
            word.put(&mut out);
        }
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn every_set_is_found_and_whole() {
        assert!(SETS.windows(2).all(|pair| pair[0].0 < pair[1].0), "not in order");
        for (name, written) in SETS {
            let set = Set::new(name).unwrap();
            let words: Vec<_> = set.words().collect();
            assert_eq!(words.len(), written.split(' ').count() - 1, "{name}: a value is no number");
            for (at, word) in words.iter().enumerate() {
                assert!(!word.name.is_empty(), "{name}");
                assert!(words[..at].iter().all(|other| other.value != word.value), "{name}: {} twice", word.name);
            }
        }
        assert!(Set::new("").is_none());
        assert!(Set::new("zz").is_none());
    }

    #[test]
    fn values_without_a_number_follow_the_one_before() {
        let word = |set: &str, value| text(Set::new(set).unwrap().word(value));
        assert_eq!(word("open_flags", 0x400), "O_APPEND");
        assert_eq!(word("open_flags", 0x10_0000), "__O_SYNC");
        assert_eq!(word("open_flags", 0x8000_0000), "");
        assert_eq!(word("fcntl_cmd", 1030), "F_DUPFD_CLOEXEC");
        assert_eq!(word("msgctl", 2), "IPC_STAT");
        assert_eq!(word("access_mode", 4), "R_OK");
        assert_eq!(word("key_serial", 0xffff_fffd), "KEY_SPEC_SESSION_KEYRING");
        assert_eq!(word("ioctl_cmd", 0x5413), "TIOCGWINSZ");
    }

    #[test]
    fn signals() {
        let name = |number| {
            let mut out = Vec::new();
            put_signal(&mut out, number).then(|| String::from_utf8(out).unwrap())
        };
        let names = [1, 9, 17, 31, 32, 33, 64].map(|number| name(number).unwrap());
        assert_eq!(names, ["HUP", "KILL", "CHLD", "SYS", "RTMIN", "RT_1", "RT_32"]);
        assert_eq!([name(0), name(65), name(u64::MAX)], [None, None, None]);
    }
}
