// SPDX-License-Identifier: GPL-2.0

//! What the user asked for: the command line, parsed. Each file uses only files that stand above it here:
//!
//! - `options`: what the user asked for
//! - `texts`: whether the grammar has the texts of the help
//! - `grammar`: the options and arguments that there are, with their help
//! - `help`: the help as `--help` prints it
//! - `error`: what is wrong with a command line
//! - `words`: the words of a command line, as clap has matched them
//! - `filter_words`: the words that are a filter, or that may be something else
//! - `hints`: errors with what the user may have meant
//! - `style`: which style the words ask for
//! - `parse`: from a command line to [`Options`]

mod error;
mod texts;
mod grammar;
mod help;
#[expect(clippy::module_inception, reason = "the folder's main type")]
mod options;
mod words;
mod filter_words;
mod hints;
mod style;
mod parse;

#[cfg(test)]
mod tests;

pub use error::OptionsError;
pub use grammar::command_line;
pub use options::{Command, Options, Style};
