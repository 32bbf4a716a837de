// SPDX-License-Identifier: GPL-2.0

//! What a call costs under each tracer: `bench calls`.
//!
//! | file | what it does |
//! |---|---|
//! | `case` | checks and times a case |
//! | `check` | says whether a tracer recorded what it must |
//! | `samples` | keeps the times, and makes their table |

mod check;
mod samples;
mod case;

use crate::options::CallOptions;
use crate::setup::Setup;
use crate::several_cpus;
use crate::system::output::print;
use crate::system::stop::Result;
use crate::tracers::cases::list_cases;
use crate::user_space;
use samples::CallSamples;

/// Measures all cases that are wanted, and prints their tables. Returns whether every check passed.
pub fn run(options: &CallOptions) -> Result<bool> {
    let mut setup = Setup::new(options)?;
    let tables = [measure(&mut setup)?, user_space::measure(&mut setup)?, several_cpus::measure(&mut setup)?];
    let notes = notes_of(&mut setup);
    print_parts(tables.into_iter().flatten().chain(notes))?;
    Ok(!setup.has_failed())
}

/// Measures all cases that are wanted. Returns the table; `None` if no case was measured.
pub fn measure(setup: &mut Setup) -> Result<Option<String>> {
    let mut samples = CallSamples::default();
    for case in list_cases(setup) {
        if setup.is_wanted(case.name) {
            case::measure(setup, &case, &mut samples)?;
        }
    }
    Ok(samples.table(setup.options.clock).map(|table| table.to_string()))
}

/// Takes the notes that stand below the tables, a line each; `None` if there are none.
pub fn notes_of(setup: &mut Setup) -> Option<String> {
    let notes = setup.take_notes();
    if notes.is_empty() {
        return None;
    }
    Some(notes.into_iter().map(|note| ["- ", &note, "\n"].concat()).collect())
}

/// Prints tables and notes with an empty line between them.
pub fn print_parts(parts: impl Iterator<Item = String>) -> Result<()> {
    print(&parts.collect::<Vec<_>>().join("\n"))
}
