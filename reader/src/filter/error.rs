// SPDX-License-Identifier: GPL-2.0

//! A mistake in a filter, and where it is.

use std::fmt;

/// How many characters are shown on each side of a mistake.
const CONTEXT: usize = 48;

/// A mistake in a filter. It prints with the place that it points at:
///
/// ```text
/// filter, column 1: no field `evt.typ`; did you mean `evt.type`?
///     evt.typ=open
///     ^
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilterError {
    text: String,
    /// Offset of the mistake in `text`, in bytes; at the beginning of a character, or at the end.
    at: usize,
    message: String,
}

impl FilterError {
    #[cold]
    pub(super) fn new(text: &str, at: usize, message: String) -> Self {
        Self { text: text.to_owned(), at, message }
    }

    /// The column of the mistake, in characters, from 1.
    pub fn column(&self) -> usize {
        self.text.get(..self.at).unwrap_or(&self.text).chars().count() + 1
    }

    /// What is wrong.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for FilterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let column = self.column();
        let skipped = column.saturating_sub(CONTEXT + 1);
        write!(f, "filter, column {column}: {}\n    ", self.message)?;
        for character in self.text.chars().skip(skipped).take(2 * CONTEXT) {
            let character = if character.is_whitespace() { ' ' } else { character };
            write!(f, "{}", if character.is_control() { '?' } else { character })?;
        }
        write!(f, "\n    {:>width$}", '^', width = column - skipped)
    }
}

impl std::error::Error for FilterError {}
