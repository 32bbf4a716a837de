// SPDX-License-Identifier: GPL-2.0

//! What `-l` and `-L` list.

use std::io::{self, Write};
use syscall_record::calls::prototypes;
use syscall_record::fields;

/// Lists the fields that filters and formats have, a line each.
///
/// # Errors
///
/// Errors of the output.
pub fn fields(out: &mut impl Write) -> io::Result<()> {
    let width = fields::all().map(|(name, _)| name.len()).max().unwrap_or(0);
    for (name, help) in fields::all() {
        writeln!(out, "{name:width$}  {help}")?;
    }
    Ok(())
}

/// Lists the system calls with their arguments, a line each.
///
/// # Errors
///
/// Errors of the output.
pub fn calls(out: &mut impl Write) -> io::Result<()> {
    for (text, _) in prototypes() {
        writeln!(out, "{text}")?;
    }
    Ok(())
}
