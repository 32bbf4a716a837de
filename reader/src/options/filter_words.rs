// SPDX-License-Identifier: GPL-2.0

//! The words of a command line that are a filter, or that may be something else.

use super::error::{conflict, refused};
use crate::filter::{Filter, FilterError};
use crate::programs::find_program;
use clap::error::ErrorKind;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

/// The result of parsing a filter; `None` if there is no filter.
pub(super) type ParsedFilter = Option<Result<Filter, FilterError>>;

/// Joins words with blanks, and parses them as a filter. Blank words are no filter.
///
/// # Errors
///
/// The words are not UTF-8.
pub(super) fn parse_filter(words: &[OsString]) -> Result<ParsedFilter, clap::Error> {
    let text = words.join(OsStr::new(" ")).into_string().map_err(|text| {
        refused(ErrorKind::InvalidUtf8, &format!("the filter '{}' is no UTF-8", text.to_string_lossy()))
    })?;
    Ok(Some(text).filter(|text| !text.trim().is_empty()).map(|text| Filter::parse(&text)))
}

/// Decides whether words, where either a filter or an input is expected, are one or the other.
///
/// # Errors
///
/// The first word is meant as a recording or a command, and the words are not a filter.
pub(super) fn input_or_filter(words: &[OsString]) -> Result<(Option<PathBuf>, ParsedFilter), clap::Error> {
    let Some((first, others)) = words.split_first() else { return Ok((None, None)) };
    let parsed = parse_filter(words);
    let is_filter = matches!(&parsed, Ok(Some(Ok(_))));
    if others.is_empty() && (first == "-" || (!is_filter && may_be_input(first))) {
        return Ok((Some(PathBuf::from(first)), None));
    }
    let text = words.join(OsStr::new(" "));
    let text = text.to_string_lossy();
    if !is_filter && !is_meant_as_filter(&text) && (may_be_input(first) || find_program(first).is_some()) {
        let word = first.to_string_lossy();
        return Err(conflict(format!(
            "'{word}' begins no filter; to read a recording: -r {word}; to trace a command: run -- {text}"
        )));
    }
    Ok((None, parsed?))
}

/// Takes from a command's words the words before a `--`, if they are a filter or are meant as one.
pub(super) fn take_filter(command: &mut Vec<OsString>) -> ParsedFilter {
    let end = command.iter().position(|word| word == "--")?;
    let text = command.get(..end)?.join(OsStr::new(" ")).into_string().ok()?;
    let parsed = Filter::parse(&text);
    if parsed.is_err() && !is_meant_as_filter(&text) {
        return None;
    }
    command.drain(..=end);
    Some(parsed)
}

/// Whether a text begins as a filter does. If it is not a filter, the user wants to know why.
pub(super) fn is_meant_as_filter(text: &str) -> bool {
    ["evt.", "proc.", "thread.", "fd.", "user."].iter().any(|class| text.starts_with(class))
}

/// Whether a word may name a file to read: the file exists, or the word looks like a path.
fn may_be_input(word: &OsStr) -> bool {
    let Some(text) = word.to_str() else { return true };
    let is_path = || text.contains('/') && !text.contains(['=', '<', '>', '!', '(', ')', ' ', '"', '\'']);
    text == "-" || Path::new(word).exists() || is_path()
}
