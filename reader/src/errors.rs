// SPDX-License-Identifier: GPL-2.0

//! Errors, and how they are shown to the user.

use std::fmt::{self, Display};
use std::io::{self, Write};

/// Any error. Its text says what is wrong and what to do about it.
pub type AnyError = Box<dyn std::error::Error>;

/// What the options ask for cannot be done.
#[derive(Debug)]
pub struct WrongUsage(pub String);

impl Display for WrongUsage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for WrongUsage {}

/// Whether an error says that the reader of the output is gone.
pub fn is_broken_pipe(error: &(dyn std::error::Error + 'static)) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

/// Writes a message to standard error.
pub fn complain(message: &(impl Display + ?Sized)) {
    // If this fails, there is no way to tell the user.
    let _ = writeln!(io::stderr(), "syscall-record: {message}");
}
