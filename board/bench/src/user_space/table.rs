// SPDX-License-Identifier: GPL-2.0

//! The table of user space. Some rows have a limit.

use crate::figures::table::{left, right, Table};
use crate::system::output::say;

/// KiB of memory that a reader may have.
pub const MOST_MEMORY: u64 = 2048;

/// The table of user space.
pub struct UserSpaceTable(Table);

impl UserSpaceTable {
    pub fn new() -> Self {
        Self(Table::new(&[left(58), right(12), right(8)], &["user space", "", "at most"]))
    }

    /// Adds a row, with what the value may be at the most.
    pub fn add(&mut self, name: &str, value: String, at_most: Option<u64>) {
        say(&format!("{name}: {value}"));
        self.0.add([name.into(), value, at_most.map(|most| most.to_string()).unwrap_or_default()]);
    }

    /// The table as text.
    pub fn text(&self) -> String {
        self.0.to_string()
    }
}
