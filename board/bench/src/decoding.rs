// SPDX-License-Identifier: GPL-2.0

//! What decoding costs: the difference of two recordings, so that starting does not count.

use crate::figures::numbers::per_call;
use crate::setup::Setup;
use crate::system::program::output_of;
use crate::system::stop::{fail, Result};
use crate::user_space::{UserSpace, MOST_MEMORY};
use std::path::Path;
use std::process::Command;

/// A way to print recordings.
struct Decoding {
    name: &'static str,
    /// The reader's options.
    options: &'static [&'static str],
    /// What a call may take, in units of the clock.
    at_most: u64,
}

const DECODINGS: &[Decoding] = &[Decoding { name: "decoding to lines", options: &[], at_most: 1500 }];

/// Two recordings with the number of their calls.
pub struct Recordings<'a> {
    pub small: (&'a Path, u64),
    pub large: (&'a Path, u64),
}

/// Adds rows for each way to print recordings.
pub fn measure(setup: &mut Setup, table: &mut UserSpace, recordings: &Recordings<'_>) -> Result<()> {
    for decoding in DECODINGS {
        let small = spend(setup, decoding, recordings.small.0)?;
        let large = spend(setup, decoding, recordings.large.0)?;
        let time = per_call((small.time, recordings.small.1), (large.time, recordings.large.1));
        let row = format!("{}, {} a call", decoding.name, setup.unit());
        table.add(&row, format!("{time:.0}"), Some(decoding.at_most));
        table.add(&format!("{}, KiB of memory", decoding.name), large.memory.to_string(), Some(MOST_MEMORY));
    }
    Ok(())
}

/// What a program took.
#[derive(Debug, PartialEq, Eq)]
struct Spent {
    /// CPU time, in units of the clock.
    time: u64,
    /// In KiB, at the most.
    memory: u64,
}

/// Has the reader print a recording.
fn spend(setup: &Setup, decoding: &Decoding, recording: &Path) -> Result<Spent> {
    let mut exercise = Command::new(&setup.options.exercise);
    exercise.args(["spend", "/dev/null"]).arg(&setup.reader.program).args(decoding.options).arg(recording);
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
