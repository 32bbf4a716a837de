// SPDX-License-Identifier: GPL-2.0

//! What a tracer must have recorded, and the counters that look for it.

use super::counts::{CallCounts, CountCalls};
use super::ftrace_lines::FtraceLines;
use super::measured_call::{ResultIs, SystemCall};
use super::our_lines::OurLines;
use super::strace_lines::StraceLines;

/// What a tracer must have recorded of each call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExpectedRecording {
    pub form: Form,
    pub has_entries: bool,
    pub has_exits: bool,
    /// The parent of a traced process is this process, not the tracer.
    pub is_parent_bench: bool,
    /// Entries, or exits if there are no entries, have the arguments in this tracer's form.
    pub has_args: bool,
}

impl ExpectedRecording {
    /// What must be found of each of `calls` calls.
    pub fn expected_counts(&self, calls: u64) -> CallCounts {
        let calls_if = |is_recorded: bool| if is_recorded { calls } else { 0 };
        CallCounts { entries: calls_if(self.has_entries), exits: calls_if(self.has_exits) }
    }

    /// Counts a call whose result is as it must be.
    pub fn counter(&self, call: SystemCall, result: ResultIs) -> Box<dyn CountCalls> {
        match self.form {
            Form::Ours => Box::new(OurLines::new(call.number, result, self.has_entries)),
            Form::Ftrace => Box::new(FtraceLines::new(call.number, result)),
            Form::Strace => Box::new(StraceLines::new(call.name, result)),
        }
    }
}

/// The form of a recording's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Ours,
    Ftrace,
    Strace,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_recorded_edges_are_expected() {
        let recording = ExpectedRecording {
            form: Form::Ours,
            has_entries: false,
            has_exits: true,
            is_parent_bench: true,
            has_args: false,
        };
        assert_eq!(recording.expected_counts(1000), CallCounts { entries: 0, exits: 1000 });
        assert_eq!(ExpectedRecording { has_exits: false, ..recording }.expected_counts(1000), CallCounts::default());
    }
}
