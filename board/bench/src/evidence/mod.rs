// SPDX-License-Identifier: GPL-2.0

//! Counts the calls that a tracer recorded: a tracer that records nothing would cost little.
//!
//! | file | what it does |
//! |---|---|
//! | `measured_call` | the calls that are timed, and what each must return |
//! | `our_lines` | counts calls in the reader's lines |
//! | `ftrace_lines` | counts calls in ftrace's lines of raw_syscalls events |
//! | `strace_lines` | counts calls in lines such as strace and perf trace write |

pub mod measured_call;
pub mod ftrace_lines;
pub mod our_lines;
pub mod strace_lines;

use measured_call::{ResultIs, SystemCall};
use our_lines::OurLines;

/// How often a call's entry and its exit with the expected result were recorded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Found {
    pub entries: u64,
    pub exits: u64,
}

/// Counts a call's entries and exits.
pub trait CountCalls {
    fn take(&mut self, line: &str);
    fn found(&self) -> Found;
}

/// What a tracer must have recorded of each call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record {
    pub form: Form,
    pub has_entries: bool,
    pub has_exits: bool,
    /// The parent of a traced process is this process, not the tracer.
    pub is_parent_bench: bool,
    /// Entries, or exits if there are no entries, have the arguments in this tracer's form.
    pub has_args: bool,
}

impl Record {
    /// What must be found of each of `calls` calls.
    pub fn expected(&self, calls: u64) -> Found {
        let calls_if = |is_recorded: bool| if is_recorded { calls } else { 0 };
        Found { entries: calls_if(self.has_entries), exits: calls_if(self.has_exits) }
    }

    /// Counts a call whose result is as it must be.
    pub fn counter(&self, call: SystemCall, result: ResultIs) -> Box<dyn CountCalls> {
        match self.form {
            Form::Ours => Box::new(OurLines::new(call.number, result, self.has_entries)),
            Form::Ftrace => Box::new(ftrace_lines::FtraceLines::new(call.number, result)),
            Form::Strace => Box::new(strace_lines::StraceLines::new(call.name, result)),
        }
    }
}

/// A form of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Ours,
    Ftrace,
    Strace,
}

/// Counts a call in some lines; for tests.
#[cfg(test)]
fn count(mut counter: impl CountCalls, lines: &str) -> (u64, u64) {
    lines.lines().for_each(|line| counter.take(line));
    (counter.found().entries, counter.found().exits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_recorded_edges_are_expected() {
        let record =
            Record { form: Form::Ours, has_entries: false, has_exits: true, is_parent_bench: true, has_args: false };
        assert_eq!(record.expected(1000), Found { entries: 0, exits: 1000 });
        assert_eq!(Record { has_exits: false, ..record }.expected(1000), Found::default());
    }
}
