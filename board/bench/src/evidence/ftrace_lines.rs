// SPDX-License-Identifier: GPL-2.0

//! Counts calls in ftrace's lines of raw_syscalls events, which trace-cmd prints, too.
//!
//! ```text
//!         exercise-123     [000] .....     9.123456: sys_enter: NR 63 (3, 7fd9e8c000, 1, 0, 0, 0)
//!         exercise-123     [000] .....     9.123457: sys_exit: NR 63 = 1
//! ```

use super::counts::{CallCounts, CountCalls};
use super::measured_call::{ResultIs, EXECVE};

pub struct FtraceLines {
    number: u64,
    result: ResultIs,
    found: CallCounts,
}

impl FtraceLines {
    pub fn new(number: u64, result: ResultIs) -> Self {
        Self { number, result, found: CallCounts::default() }
    }
}

impl CountCalls for FtraceLines {
    fn take(&mut self, line: &str) {
        match parse(line) {
            Some((number, None)) => self.found.entries += u64::from(number == self.number),
            Some((number, Some(result))) => {
                self.found.exits += u64::from(number == self.number && self.result.admits(result));
            }
            None => (),
        }
    }

    fn found(&self) -> CallCounts {
        self.found
    }
}

/// The number of an event's call, and the result if it is an exit.
fn parse(line: &str) -> Option<(u64, Option<i64>)> {
    let (_, event) = line.split_once(": sys_e")?;
    let (edge, call) = event.split_once(':')?;
    let call = call.trim_start().strip_prefix("NR ")?;
    match edge {
        "nter" => Some((call.split_once(" (")?.0.parse().ok()?, None)),
        "xit" => {
            let (number, result) = call.split_once(" = ")?;
            Some((number.parse().ok()?, Some(result.trim_end().parse().ok()?)))
        }
        _ => None,
    }
}

/// Selects the lines of a program from those of all. Before its execve, the process was another program, but
/// ftrace shows it under its last name.
pub struct ProgramLines {
    process: String,
    has_begun: bool,
}

impl ProgramLines {
    /// Of a program with this name; `has_begun` if what it did before its execve has a name of its own.
    pub fn new(process_name: &str, has_begun: bool) -> Self {
        Self { process: format!("{process_name}-"), has_begun }
    }

    pub fn admits(&mut self, line: &str) -> bool {
        if !line.contains(&self.process) {
            return false;
        }
        if !self.has_begun {
            self.has_begun = parse(line) == Some((EXECVE.number, Some(0)));
            return false;
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::super::counts::count_in;
    use super::*;

    const LINES: &str = "\
# tracer: nop
        exercise-123     [000] .....     9.123456: sys_enter: NR 63 (3, 7fd9e8c000, 1, 0, 0, 0)
        exercise-123     [000] .....     9.123457: sys_exit: NR 63 = 1
exercise-123   [000]     9.123458: sys_enter:            NR 63 (3, 7fd9e8c000, 1, 0, 0, 0)
exercise-123   [000]     9.123459: sys_exit:             NR 63 = -9
exercise-123   [000]     9.123459: sys_exit:             NR 630 = 1
";

    #[test]
    fn entries_and_exits_of_both_forms_are_counted() {
        assert_eq!(count_in(FtraceLines::new(63, ResultIs::Exactly(1)), LINES), (2, 1));
        assert_eq!(count_in(FtraceLines::new(63, ResultIs::AtLeast(-9)), LINES), (2, 2));
        assert_eq!(count_in(FtraceLines::new(630, ResultIs::AtLeast(0)), LINES), (0, 1));
    }

    #[test]
    fn lines_before_execve_are_not_the_programs() {
        let number = EXECVE.number;
        let lines = [
            "exercise-123 [000] ..... 1.0: sys_exit: NR 99 = 0".to_owned(),
            format!("exercise-123 [000] ..... 1.1: sys_exit: NR {number} = 0"),
            "sh-1 [000] ..... 1.2: sys_exit: NR 99 = 0".to_owned(),
            "exercise-123 [000] ..... 1.3: sys_exit: NR 99 = 0".to_owned(),
        ];
        let mut program = ProgramLines::new("exercise", false);
        assert_eq!(lines.each_ref().map(|line| program.admits(line)), [false, false, false, true]);
        let mut program = ProgramLines::new("exercise", true);
        assert_eq!(lines.each_ref().map(|line| program.admits(line)), [true, true, false, true]);
    }
}
