// SPDX-License-Identifier: GPL-2.0

//! How often a call was recorded, and how it is counted.

/// How often a call's entry and its exit with the expected result were recorded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CallCounts {
    pub entries: u64,
    pub exits: u64,
}

/// Counts a call's entries and exits.
pub trait CountCalls {
    fn take(&mut self, line: &str);
    fn found(&self) -> CallCounts;
}

/// Counts a call in some lines; for tests.
#[cfg(test)]
pub fn count_in(mut counter: impl CountCalls, lines: &str) -> (u64, u64) {
    lines.lines().for_each(|line| counter.take(line));
    (counter.found().entries, counter.found().exits)
}
