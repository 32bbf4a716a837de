// SPDX-License-Identifier: GPL-2.0

//! Names and meanings of errors.

use crate::text::compressed_text::{compressed_text, CompressedText};
use std::sync::OnceLock;

/// The errors from [`FIRST_INTERNAL`] on. The kernel replaces them before a program sees them; a tracer sees them.
const INTERNAL: &str = "\
    ERESTARTSYS To be restarted if SA_RESTART is set\n\
    ERESTARTNOINTR To be restarted\n\
    ERESTARTNOHAND To be restarted if no handler\n\
    ENOIOCTLCMD Unknown error 515\n\
    ERESTART_RESTARTBLOCK Interrupted by signal\n";

const FIRST_INTERNAL: u32 = 512;

static COMPRESSED: CompressedText = compressed_text!("errors");

/// The name and the meaning of an error.
type NameAndMeaning = (&'static str, &'static str);

/// Finds the name and the meaning of an error.
pub(crate) fn name_and_meaning(number: u32) -> Option<NameAndMeaning> {
    static PARSED: OnceLock<Box<[Option<NameAndMeaning>]>> = OnceLock::new();
    if number >= FIRST_INTERNAL {
        return INTERNAL.lines().nth((number - FIRST_INTERNAL) as usize)?.split_once(' ');
    }
    let errors = PARSED.get_or_init(|| COMPRESSED.get().lines().map(|line| line.split_once(' ')).collect());
    errors.get(number.checked_sub(1)? as usize).copied()?
}

/// Finds the name of an error.
pub(crate) fn name(number: u32) -> Option<&'static str> {
    name_and_meaning(number).map(|(name, _)| name)
}

/// Finds the error of this name. Some errors have a second name.
pub(crate) fn number(name: &str) -> Option<u32> {
    let name = match name {
        "EWOULDBLOCK" => "EAGAIN",
        "EDEADLOCK" => "EDEADLK",
        "ENOTSUP" => "EOPNOTSUPP",
        name => name,
    };
    let find = |lines: &str, first: u32| {
        let at = lines.lines().position(|line| !line.is_empty() && line.split(' ').next() == Some(name))?;
        Some(first + at as u32)
    };
    find(COMPRESSED.get(), 1).or_else(|| find(INTERNAL, FIRST_INTERNAL))
}

/// Iterates over the names of all errors, without second names.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    // The internal errors are the last ones; they end before 600.
    (1..600).filter_map(name)
}

/// Whether an error tells the kernel to make the call again. The program does not see such an error.
pub(crate) fn is_restart(number: u32) -> bool {
    matches!(number, 512..=514 | 516)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_has_a_name_and_a_meaning() {
        assert_eq!(COMPRESSED.get(), super::super::errors::ERRORS);
        assert_eq!(name_and_meaning(1), Some(("EPERM", "Operation not permitted")));
        assert_eq!(name_and_meaning(133), Some(("EHWPOISON", "Memory page has hardware error")));
        assert_eq!(name_and_meaning(516), Some(("ERESTART_RESTARTBLOCK", "Interrupted by signal")));
        // Linux has no errors 41 and 58.
        let nameless: Vec<_> = (1..=133).filter(|&number| name_and_meaning(number).is_none()).collect();
        assert_eq!(nameless, [41, 58]);
        assert_eq!([0, 134, 511, 517, u32::MAX].map(name_and_meaning), [None; 5]);
    }

    #[test]
    fn every_name_gives_its_number() {
        for error in (1..=133).chain(512..=516) {
            if let Some(name) = name(error) {
                assert_eq!(number(name), Some(error));
            }
        }
        assert_eq!(number("EWOULDBLOCK"), Some(11));
        assert_eq!(number("ENOTSUP"), Some(95));
        assert_eq!(number("ENOENTX"), None);
        assert_eq!(number(""), None);
    }

    #[test]
    fn listed_names_and_numbers_agree() {
        assert_eq!(name(2), Some("ENOENT"));
        assert_eq!(number("EWOULDBLOCK"), Some(11));
        assert_eq!(names().count(), 131 + 5);
        assert!(names().all(|text| number(text).and_then(name) == Some(text)));
        assert_eq!([0, 41, 134].map(name), [None; 3]);
        assert_eq!(["", "EFOO", "enoent"].map(number), [None; 3]);
    }
}
