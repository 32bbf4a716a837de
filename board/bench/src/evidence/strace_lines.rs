// SPDX-License-Identifier: GPL-2.0

//! Counts calls in lines such as strace and perf trace write. One line has a call's entry and its exit.
//!
//! ```text
//! 123   read(3, "\0", 1)                  = 1
//!      0.011 ( 0.001 ms): exercise/123 read(fd: 3</dev/zero>, buf: 0x7fd9e8c000, count: 1)       = 1
//! ```

use super::counts::{CallCounts, CountCalls};
use super::measured_call::ResultIs;

pub struct StraceLines {
    /// The call's name with the parenthesis behind it.
    call: String,
    result: ResultIs,
    lines: u64,
}

impl StraceLines {
    pub fn new(name: &str, result: ResultIs) -> Self {
        Self { call: format!("{name}("), result, lines: 0 }
    }

    fn is_counted(&self, line: &str) -> Option<bool> {
        let (before, arguments) = line.split_once(&self.call)?;
        let (arguments, result) = arguments.rsplit_once(" = ")?;
        let has_name = before.ends_with([' ', '\t']);
        Some(has_name && arguments.trim_end().ends_with(')') && self.result.admits(result.parse().ok()?))
    }
}

impl CountCalls for StraceLines {
    fn take(&mut self, line: &str) {
        self.lines += u64::from(self.is_counted(line) == Some(true));
    }

    fn found(&self) -> CallCounts {
        CallCounts { entries: self.lines, exits: self.lines }
    }
}

#[cfg(test)]
mod tests {
    use super::super::counts::count_in;
    use super::*;

    #[test]
    fn lines_of_strace_are_counted() {
        let lines = "\
123   read(3, \"\\0\", 1)                  = 1
123   pread64(3, \"\\0\", 1, 0)            = 1
123   read(3, \"\", 1)                    = 0
123   read(9, 0x1, 1)                   = -1 EBADF (Bad file descriptor)
123   +++ exited with 0 +++
";
        assert_eq!(count_in(StraceLines::new("read", ResultIs::Exactly(1)), lines), (1, 1));
    }

    #[test]
    fn lines_of_perf_trace_are_counted() {
        let lines = "     0.011 ( 0.001 ms): exercise/123 getppid()                 = 99\n\
                     ?     (         ): exercise/123  ... [continued]: execve())  = 0\n";
        assert_eq!(count_in(StraceLines::new("getppid", ResultIs::AtLeast(1)), lines), (1, 1));
        assert_eq!(count_in(StraceLines::new("getppid", ResultIs::Exactly(98)), lines), (0, 0));
    }
}
