// SPDX-License-Identifier: GPL-2.0

//! Options: which columns and limits lines have.

use crate::args::TextLimits;

/// Which columns and limits lines have.
#[derive(Clone, Copy, Debug, Default)]
pub struct StraceOptions {
    /// How much of an argument is printed.
    pub arguments: TextLimits,
    /// Whether and how a line names its thread.
    pub pids: Pids,
    /// Whether and how a line tells the time.
    pub time: TimeColumn,
    /// Whether a line ends with the duration of the call.
    pub has_latency: bool,
}

/// How a line names its thread.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pids {
    /// `1224  `, as strace does in files.
    #[default]
    Column,
    /// `[pid  1224] `, as strace does elsewhere, if there is more than one thread.
    Brackets,
    /// Not at all.
    None,
}

/// How a line tells when its first part happened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TimeColumn {
    /// Not at all.
    #[default]
    None,
    /// `17:06:08 ` in local time.
    Time,
    /// `17:06:08.348000 ` in local time.
    TimeMicros,
    /// Seconds since 1970: `1795280768.348000 `.
    Epoch,
    /// Seconds since the line before: `     0.000043 `.
    Relative,
    /// Seconds since the first event: `     0.000043 `.
    SinceFirst,
}
