// SPDX-License-Identifier: GPL-2.0

//! A row of the table of system calls.

use super::abi::ABIS;

/// A system call: its name, its parameters and its numbers. Calls that share a name but not their parameters have a row
/// each.
pub struct CallRow {
    /// The number in each table, in the order of [`Abi::ALL`](super::Abi::ALL); -1 where a table has no such call.
    pub numbers: [i32; ABIS],
    /// Name and parameters, in the grammar of [`prototype`](super::prototype).
    pub prototype: &'static str,
}

impl CallRow {
    pub(super) const fn new(numbers: [i32; ABIS], prototype: &'static str) -> Self {
        Self { numbers, prototype }
    }
}
