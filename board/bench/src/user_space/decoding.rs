// SPDX-License-Identifier: GPL-2.0

//! Measures decoding. The difference of two recordings counts, so that the start of the reader does not.

use super::table::{UserSpaceTable, MOST_MEMORY};
use crate::figures::numbers::per_call;
use crate::setup::Setup;
use crate::system::program::output_of;
use crate::system::stop::{fail, Result};
use std::path::Path;
use std::process::Command;

/// A style of the reader, whose cost is a row of the table.
pub struct MeasuredStyle {
    name: &'static str,
    /// The reader's options.
    options: &'static [&'static str],
    /// The most units of the clock that a call may take.
    at_most: u64,
}

const fn style(name: &'static str, options: &'static [&'static str], at_most: u64) -> MeasuredStyle {
    MeasuredStyle { name, options, at_most }
}

/// Of a recording of `getppid`, without arguments.
pub const OF_SHORT_CALLS: &[MeasuredStyle] = &[
    style("decoding to lines", &[], 600),
    style("counting", &["-q", "-v"], 300),
    style("-S", &["-q", "-S"], 3000),
    style("a filter that rejects all calls", &["evt.type=reboot"], 600),
];

/// Of a recording of programs that read files and directories, with arguments.
pub const OF_PROGRAMS: &[MeasuredStyle] = &[
    style("programs, to lines", &[], 1700),
    style("programs, --style strace", &["--style", "strace"], 12_000),
    style("programs, --style sysdig", &["--style", "sysdig"], 14_000),
    style("programs, -j", &["-j"], 18_000),
    style("programs, -S", &["-q", "-S"], 4000),
    style("programs, -c", &["-q", "-c"], 4000),
    style("programs, counting", &["-q", "-v"], 900),
    style("programs, a filter that rejects all calls", &["evt.type=reboot"], 1200),
    style("programs, a filter that rejects all names", &["proc.name=nobody"], 1500),
];

/// Two recordings with the number of their calls.
pub struct Recordings<'a> {
    pub small: (&'a Path, u64),
    pub large: (&'a Path, u64),
}

/// Adds rows for each way to print recordings.
pub fn measure(
    setup: &mut Setup,
    table: &mut UserSpaceTable,
    recordings: &Recordings<'_>,
    styles: &[MeasuredStyle],
) -> Result<()> {
    for style in styles {
        let small = spend(setup, style, recordings.small.0)?;
        let large = spend(setup, style, recordings.large.0)?;
        let time = per_call((small.time, recordings.small.1), (large.time, recordings.large.1));
        let row = format!("{}, {} a call", style.name, setup.unit());
        table.add(&row, format!("{time:.0}"), Some(style.at_most));
        table.add(&format!("{}, KiB of memory", style.name), large.memory.to_string(), Some(MOST_MEMORY));
    }
    Ok(())
}

/// What a program took.
#[derive(Debug, PartialEq, Eq)]
struct Spent {
    /// CPU time, in units of the clock.
    time: u64,
    /// The most memory that it had, in KiB.
    memory: u64,
}

/// Has the reader print a recording. Returns what that took.
fn spend(setup: &Setup, style: &MeasuredStyle, recording: &Path) -> Result<Spent> {
    let mut exercise = Command::new(&setup.options.exercise);
    exercise.args(["spend", "/dev/null"]).arg(&setup.reader.program).args(style.options).arg(recording);
    let output = output_of(&mut exercise)?;
    match parse_spent(&output) {
        Some(spent) => Ok(spent),
        None => fail(format!("exercise spend: '{output}' is not understood")),
    }
}

/// Reads what `exercise spend` prints: nanoseconds, KiB and how often the program waited.
fn parse_spent(output: &str) -> Option<Spent> {
    let mut numbers = output.split_whitespace().map(str::parse);
    Some(Spent { time: numbers.next()?.ok()?, memory: numbers.next()?.ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_spend_are_read() {
        assert_eq!(parse_spent("384500000 600 12\n"), Some(Spent { time: 384_500_000, memory: 600 }));
        assert_eq!(parse_spent("384500000\n"), None);
    }
}
