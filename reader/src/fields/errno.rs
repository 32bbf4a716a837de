// SPDX-License-Identifier: GPL-2.0

//! Names of errors, as fields have them.

use crate::style::words;

/// The name of an error.
pub fn name(errno: u32) -> Option<&'static str> {
    words::error(errno).map(|(name, _)| name)
}

/// The error of a name.
pub fn number(name: &str) -> Option<u32> {
    words::error_number(name)
}

/// All names that errors print as.
pub fn names() -> impl Iterator<Item = &'static str> {
    // Those that the kernel keeps to itself are the last ones.
    (1..600).filter_map(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers_agree() {
        assert_eq!(name(2), Some("ENOENT"));
        assert_eq!(number("EWOULDBLOCK"), Some(11));
        assert_eq!(names().count(), 131 + 5);
        assert!(names().all(|text| number(text).and_then(name) == Some(text)));
        assert_eq!([0, 41, 134].map(name), [None; 3]);
        assert_eq!(["", "EFOO", "enoent"].map(number), [None; 3]);
    }
}
