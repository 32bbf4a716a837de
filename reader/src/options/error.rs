// SPDX-License-Identifier: GPL-2.0

//! What is wrong with a command line.

use crate::filter::FilterError;
use clap::error::ErrorKind;
use syscall_record_format::settings::Rule;

/// What is wrong with a command line.
#[derive(Debug)]
pub enum OptionsError {
    /// Its options; or no error, but the version, which was asked for.
    CommandLine(clap::Error),
    /// None: this is the help, which was asked for.
    Help(&'static str),
    /// Its filter.
    Filter(FilterError),
}

impl From<clap::Error> for OptionsError {
    fn from(error: clap::Error) -> Self {
        Self::CommandLine(error)
    }
}

impl From<FilterError> for OptionsError {
    fn from(error: FilterError) -> Self {
        Self::Filter(error)
    }
}

/// The value of an option breaks a rule.
#[cold]
#[inline(never)]
pub(super) fn wrong_value(option: &str, text: &str, Rule(rule): Rule) -> clap::Error {
    refused(ErrorKind::ValueValidation, &format!("{option} {text}: must be {rule}"))
}

/// Two parts of the command line exclude each other.
#[cold]
#[inline(never)]
pub(super) fn conflict(text: String) -> clap::Error {
    refused(ErrorKind::ArgumentConflict, &text)
}

/// Something is missing.
#[cold]
pub(super) fn missing(text: &str) -> clap::Error {
    refused(ErrorKind::MissingRequiredArgument, text)
}

/// An error with this text.
#[cold]
#[inline(never)]
pub(super) fn refused(kind: ErrorKind, text: &str) -> clap::Error {
    clap::Error::raw(kind, format_args!("{text}\n(see syscall-record --help)\n"))
}
