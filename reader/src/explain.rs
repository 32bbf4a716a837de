// SPDX-License-Identifier: GPL-2.0

//! What `--explain` tells: which part of the filter the kernel decides, and which the reader.

use std::io::{self, Write};
use syscall_record::fields::Needs;
use syscall_record::options::Options;

/// Explains the filter for a recording.
///
/// # Errors
///
/// Errors of the output.
pub fn explain_recorded(options: &Options, out: &mut impl Write) -> io::Result<()> {
    if let Some(filter) = &options.filter {
        writeln!(out, "reader: {filter}\nThe kernel decides nothing: the recording is there already")?;
    }
    Ok(())
}

/// Explains the filter for the device. `shown` is what the way to show events needs.
///
/// # Errors
///
/// Errors of the output.
pub fn explain(options: &Options, shown: Needs, out: &mut impl Write) -> io::Result<()> {
    if let Some(filter) = &options.filter {
        writeln!(out, "{}", filter.split(shown))?;
    }
    Ok(())
}
