// SPDX-License-Identifier: GPL-2.0

//! Says whether a tracer recorded what it must.

use crate::evidence::counts::{CallCounts, CountCalls};
use crate::evidence::expected::ExpectedRecording;
use crate::evidence::measured_call::{MeasuredCall, ResultIs, OPENAT};
use crate::evidence::our_lines::has_openat_args;
use crate::setup::Setup;
use crate::system::stop::Result;
use crate::tracers::tracer::Tracer;

/// Calls that are made to be looked for.
pub const CHECKED_CALLS: u64 = 1000;

/// Says what is wrong in a recording of [`CHECKED_CALLS`] calls.
pub fn find_wrong(setup: &Setup, tracer: &dyn Tracer, call: MeasuredCall) -> Result<Vec<String>> {
    let Some(recording) = tracer.expected_recording() else { return Ok(Vec::new()) };
    let mut check = Check::new(&recording, call, std::process::id());
    let is_intact = tracer.for_each_line(setup, &mut |line| check.take(line))?;
    let mut wrong = check.differences();
    if !is_intact {
        wrong.insert(0, "the recording is damaged".into());
    }
    Ok(wrong)
}

/// Counts the calls of a recording.
struct Check {
    expected: CallCounts,
    /// Entries of the same calls that may be there, too: their results are not looked at.
    other_entries: u64,
    counters: Vec<(&'static str, Box<dyn CountCalls>)>,
    /// Lines with the arguments of openat, if there must be some.
    args: Option<u64>,
}

impl Check {
    fn new(recording: &ExpectedRecording, call: MeasuredCall, bench: u32) -> Self {
        let parent = if recording.is_parent_bench { ResultIs::Exactly(bench.into()) } else { ResultIs::AtLeast(1) };
        let calls = call.system_calls(parent);
        let has_openat = calls.iter().any(|(call, _)| call.name == OPENAT.name);
        Self {
            expected: recording.expected_counts(CHECKED_CALLS),
            other_entries: if recording.has_entries { call.other_calls() } else { 0 },
            counters: calls.iter().map(|&(call, result)| (call.name, recording.counter(call, result))).collect(),
            args: (has_openat && recording.has_args).then_some(0),
        }
    }

    fn take(&mut self, line: &str) {
        for (_, counter) in &mut self.counters {
            counter.take(line);
        }
        if let Some(args) = &mut self.args {
            *args += u64::from(has_openat_args(line));
        }
    }

    fn differences(&self) -> Vec<String> {
        let CallCounts { entries, exits } = self.expected;
        let mut wrong = Vec::new();
        for (name, counter) in &self.counters {
            let found = counter.found();
            let is_entry_expected = (entries..=entries + self.other_entries).contains(&found.entries);
            if !is_entry_expected || found.exits != exits {
                wrong.push(format!(
                    "{name}: {} entries and {} exits were recorded, not {entries} and {exits}",
                    found.entries, found.exits
                ));
            }
        }
        if let Some(args) = self.args.filter(|&args| args != CHECKED_CALLS) {
            wrong.push(format!("{args} of {CHECKED_CALLS} openat have their arguments"));
        }
        wrong
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::expected::Form;

    const BENCH: u32 = 0x99;

    const RECORDING: ExpectedRecording = ExpectedRecording {
        form: Form::Ours,
        has_entries: true,
        has_exits: true,
        is_parent_bench: true,
        has_args: true,
    };

    fn differences(recording: &ExpectedRecording, call: MeasuredCall, lines: &str, times: u64) -> Vec<String> {
        let mut check = Check::new(recording, call, BENCH);
        for _ in 0..times {
            lines.lines().for_each(|line| check.take(line));
        }
        check.differences()
    }

    fn lines_of(number: u64, args: &str, result: &str) -> String {
        format!("syscall {number:#x}, with pid=0x66, name=exercise, args={args}\nexit syscall, regs[0]={result}, with pid=0x66, ret={result}, name=exercise\n")
    }

    #[test]
    fn whole_recording_has_no_differences() {
        let lines = lines_of(libc::SYS_getppid as u64, "", "0x99");
        assert!(differences(&RECORDING, MeasuredCall::Getppid, &lines, CHECKED_CALLS).is_empty());
    }

    #[test]
    fn write_of_the_programs_own_line_is_no_difference() {
        let whole = lines_of(libc::SYS_write as u64, "0x3,0x1000,0x40", "0x40").repeat(CHECKED_CALLS as usize);
        let own = lines_of(libc::SYS_write as u64, "0x1,0x2000,0x7", "0x7");
        assert!(differences(&RECORDING, MeasuredCall::Write, &format!("{whole}{own}"), 1).is_empty());
        assert_eq!(differences(&RECORDING, MeasuredCall::Write, &format!("{whole}{own}{own}"), 1).len(), 1);
    }

    #[test]
    fn missing_calls_and_another_parent_are_told() {
        let lines = lines_of(libc::SYS_getppid as u64, "", "0x98");
        assert_eq!(
            differences(&RECORDING, MeasuredCall::Getppid, &lines, 999),
            ["getppid: 999 entries and 0 exits were recorded, not 1000 and 1000"]
        );
    }

    #[test]
    fn arguments_of_openat_are_looked_for() {
        let open = |args| lines_of(OPENAT.number, args, "0x3") + &lines_of(libc::SYS_close as u64, "0x3", "0x0");
        let whole = open("0xffffffffffffff9c,0x41f3a0,0x0,0x0");
        assert!(differences(&RECORDING, MeasuredCall::Open, &whole, CHECKED_CALLS).is_empty());
        let wrong = ["0 of 1000 openat have their arguments"];
        assert_eq!(differences(&RECORDING, MeasuredCall::Open, &open("0x1"), CHECKED_CALLS), wrong);
        let without = ExpectedRecording { has_args: false, ..RECORDING };
        assert!(differences(&without, MeasuredCall::Open, &open("0x1"), CHECKED_CALLS).is_empty());
    }

    #[test]
    fn excluded_process_must_not_be_found() {
        let recording = ExpectedRecording { has_entries: false, has_exits: false, has_args: false, ..RECORDING };
        assert!(differences(&recording, MeasuredCall::Read, "", 1).is_empty());
        let line = "exit syscall, regs[0]=0x1, with pid=0x66, ret=0x1, name=exercise, syscall=";
        let line = format!("{line}{:#x}\n", libc::SYS_read);
        let wrong = ["read: 0 entries and 1 exits were recorded, not 0 and 0"];
        assert_eq!(differences(&recording, MeasuredCall::Read, &line, 1), wrong);
    }
}
