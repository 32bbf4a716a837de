// SPDX-License-Identifier: GPL-2.0

//! Why a measurement ends early.

use std::fmt::Display;

pub type Result<T> = std::result::Result<T, Stop>;

#[derive(Debug, PartialEq, Eq)]
pub enum Stop {
    /// The command line is not understood.
    Usage,
    /// For this reason.
    Failed(String),
    /// A signal asked for it.
    Interrupted,
}

/// Ends the measurement for this reason.
pub fn fail<T>(why: impl Into<String>) -> Result<T> {
    Err(Stop::Failed(why.into()))
}

/// Says in an error what it is about.
pub trait About<T> {
    fn about(self, what: impl Display) -> Result<T>;
}

impl<T, E: Display> About<T> for std::result::Result<T, E> {
    fn about(self, what: impl Display) -> Result<T> {
        self.map_err(|error| Stop::Failed(format!("{what}: {error}")))
    }
}
