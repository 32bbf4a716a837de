// SPDX-License-Identifier: GPL-2.0

//! Counts calls in the reader's lines.
//!
//! ```text
//! syscall 0x3f, with pid=0x66, name=exercise, args=0x3,0x7fd9e8c000,0x1
//! exit syscall, regs[0]=0x1, with pid=0x66, ret=0x1, name=exercise
//! exit syscall, regs[0]=0x1, with pid=0x66, ret=0x1, name=exercise, syscall=0x3f
//! ```
//!
//! The second line is an exit where entries are recorded: of the entry before. The third is one where they are not.

use super::counts::{CallCounts, CountCalls};
use super::measured_call::ResultIs;

pub struct OurLines {
    number: u64,
    result: ResultIs,
    has_entries: bool,
    /// The last entry was of this call, and its exit is still to come.
    is_entered: bool,
    found: CallCounts,
}

impl OurLines {
    pub fn new(number: u64, result: ResultIs, has_entries: bool) -> Self {
        Self { number, result, has_entries, is_entered: false, found: CallCounts::default() }
    }
}

impl CountCalls for OurLines {
    fn take(&mut self, line: &str) {
        if line.starts_with("syscall ") {
            self.is_entered = entered_call(line) == Some(self.number);
            self.found.entries += u64::from(self.is_entered);
        } else if line.starts_with("exit ") {
            let is_ours = if self.has_entries {
                std::mem::take(&mut self.is_entered)
            } else {
                hex_behind(line, ", syscall=") == Some(self.number)
            };
            let has_result = || hex_behind(line, ", ret=").is_some_and(|result| self.result.admits(result as i64));
            self.found.exits += u64::from(is_ours && has_result());
        }
    }

    fn found(&self) -> CallCounts {
        self.found
    }
}

/// The number of the call in the line of an entry.
pub fn entered_call(line: &str) -> Option<u64> {
    if line.starts_with("syscall ") {
        hex_behind(line, "syscall ")
    } else {
        None
    }
}

/// Whether a line ends in the arguments of `openat(AT_FDCWD, PATH, O_RDONLY, 0)`.
pub fn has_openat_args(line: &str) -> bool {
    let Some((_, args)) = line.rsplit_once("args=") else { return false };
    match args.split(',').collect::<Vec<_>>()[..] {
        [folder, path, "0x0", "0x0"] => {
            // AT_FDCWD, in 32 or 64 bits.
            matches!(folder, "0xffffff9c" | "0xffffffffffffff9c") && hex_behind(path, "").is_some()
        }
        _ => false,
    }
}

/// The hexadecimal number that follows the first `name`.
fn hex_behind(line: &str, name: &str) -> Option<u64> {
    let digits = line.split_once(name)?.1.strip_prefix("0x")?;
    let end = digits.find(|character: char| !character.is_ascii_hexdigit()).unwrap_or(digits.len());
    u64::from_str_radix(&digits[..end], 16).ok()
}

#[cfg(test)]
mod tests {
    use super::super::counts::count_in;
    use super::*;

    const BOTH: &str = "\
syscall 0x3f, with pid=0x66, name=exercise
exit syscall, regs[0]=0x1, with pid=0x66, ret=0x1, name=exercise
syscall 0x3f, with pid=0x66, name=exercise, args=0x3,0x7fd9e8c000,0x1
exit syscall, regs[0]=0x10, with pid=0x66, ret=0x10, name=exercise
syscall 0x3f0, with pid=0x66, name=exercise
exit syscall, regs[0]=0x1, with pid=0x66, ret=0x1, name=exercise
exit syscall, regs[0]=0x1, with pid=0x66, ret=0x1, name=exercise
dropped 12 events on cpu 0
";

    #[test]
    fn exit_belongs_to_the_entry_before() {
        assert_eq!(count_in(OurLines::new(0x3f, ResultIs::Exactly(1), true), BOTH), (2, 1));
        assert_eq!(count_in(OurLines::new(0x3f, ResultIs::AtLeast(1), true), BOTH), (2, 2));
        assert_eq!(count_in(OurLines::new(0x3f0, ResultIs::Exactly(1), true), BOTH), (1, 1));
    }

    #[test]
    fn exit_names_its_call_where_entries_are_not_recorded() {
        let lines = "\
exit syscall, regs[0]=0x1, with pid=0x66, ret=0x1, name=exercise, syscall=0x3f
exit syscall, regs[0]=0x1, with pid=0x66, ret=0x1, name=exercise, syscall=0x3f, args=0x3,0x7fd9e8c000,0x1
exit syscall, regs[0]=0x1, with pid=0x66, ret=0x1, name=exercise, syscall=0x3f0
";
        assert_eq!(count_in(OurLines::new(0x3f, ResultIs::Exactly(1), false), lines), (0, 2));
    }

    #[test]
    fn error_is_no_descriptor() {
        let lines = "\
syscall 0x38, with pid=0x66, name=exercise
exit syscall, regs[0]=0xfffffffffffffffe, with pid=0x66, ret=0xfffffffffffffffe, name=exercise
";
        assert_eq!(count_in(OurLines::new(0x38, ResultIs::AtLeast(0), true), lines), (1, 0));
    }

    #[test]
    fn entries_alone_are_counted_as_such() {
        let lines = "syscall 0xad, with pid=0x66, name=exercise\n".repeat(3);
        assert_eq!(count_in(OurLines::new(0xad, ResultIs::AtLeast(1), true), &lines), (3, 0));
    }

    #[test]
    fn all_arguments_of_openat_must_be_there() {
        let line = "syscall 0x38, with pid=0x66, name=exercise, args=";
        for (args, are_there) in [
            ("0xffffffffffffff9c,0x41f3a0,0x0,0x0", true),
            ("0xffffff9c,0x41f3a0,0x0,0x0", true),
            ("0xffffffffffffff9c,0x41f3a0,0x0", false),
            ("0x3,0x41f3a0,0x0,0x0", false),
            ("0xffffff9c,0x41f3a0,0x0,0x1b6", false),
            ("", false),
        ] {
            assert_eq!(has_openat_args(&format!("{line}{args}")), are_there, "{args}");
        }
    }
}
