// SPDX-License-Identifier: GPL-2.0

//! Counts the memory that is shared by what the model remembers, so that all of it has one bound.

use std::cell::Cell;
use std::rc::Rc;

/// The sum of all charges that were made to it and are not dropped.
#[derive(Clone, Default)]
pub(super) struct Ledger(Rc<Cell<usize>>);

/// Bytes that are counted as long as this lives. A copy counts again.
pub(super) struct Charge {
    ledger: Ledger,
    bytes: usize,
}

impl Ledger {
    /// Counts so many bytes.
    pub(super) fn charge(&self, bytes: usize) -> Charge {
        self.0.set(self.0.get().saturating_add(bytes));
        Charge { ledger: self.clone(), bytes }
    }

    /// The bytes that are counted.
    pub(super) fn bytes(&self) -> usize {
        self.0.get()
    }
}

impl Clone for Charge {
    fn clone(&self) -> Self {
        self.ledger.charge(self.bytes)
    }
}

impl Drop for Charge {
    fn drop(&mut self) {
        let total = &self.ledger.0;
        total.set(total.get().saturating_sub(self.bytes));
    }
}
