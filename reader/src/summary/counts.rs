// SPDX-License-Identifier: GPL-2.0

//! Counts of calls, and rows of counts.

use crate::model::id_map::IdMap;
use crate::model::{CallEvent, Edge};

/// How many calls, and how many processes, are counted each in a row of its own: more than recordings usually have. All
/// others are counted in one row.
const MAX_ROWS: usize = 4096;

/// Counts of a system call, or of the calls of a process.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    entries: u64,
    pub(super) returns: u64,
    pub(super) errors: u64,
    /// Nanoseconds from entries to returns.
    pub(super) time: u64,
}

impl Counts {
    /// The counts of one event. `has_entries` says whether an entry was recorded before.
    pub(super) fn of(call: &CallEvent<'_>, has_entries: bool) -> Self {
        if call.edge == Edge::Enter {
            return Self { entries: 1, ..Self::default() };
        }
        // A fork returns in the child, too, and counts in its maker. If entries are recorded, a return whose call is
        // not known does not count: its entry may have counted.
        let counts = call.latency.is_some() || !has_entries || (call.number.is_some() && !call.is_birth);
        let returns = u64::from(counts);
        let errors = returns * u64::from(call.errno().is_some());
        Self { entries: 0, returns, errors, time: call.latency.unwrap_or(0) }
    }

    /// Whether these are the counts of an entry.
    pub(super) fn has_entries(&self) -> bool {
        self.entries > 0
    }

    /// How many calls were made, whether they have returned or not.
    pub(super) fn made(&self) -> u64 {
        self.entries.max(self.returns)
    }

    /// How many calls have returned; if returns were not recorded, how many were made.
    pub(super) fn returned(&self, has_returns: bool) -> u64 {
        if has_returns {
            self.returns
        } else {
            self.entries
        }
    }

    pub(super) fn add(&mut self, other: &Self) {
        self.entries += other.entries;
        self.returns += other.returns;
        self.errors += other.errors;
        self.time = self.time.saturating_add(other.time);
    }
}

/// Rows of counts, each with a number as its key.
#[derive(Default)]
pub(super) struct CountRows {
    pub(super) rows: Vec<CountRow>,
    /// Index in `rows` by key.
    places: IdMap<u64, usize>,
    /// The counts of keys that have no row.
    pub(super) others: Counts,
    /// The key that was added to last, and the index of its row.
    last: Option<(u64, usize)>,
}

/// A row of counts.
pub(super) struct CountRow {
    /// What it is of: a call as one number, or a process id.
    pub(super) number: u32,
    /// The name of a process; empty for a call.
    pub(super) name: Vec<u8>,
    pub(super) counts: Counts,
}

impl CountRows {
    /// Adds to the row of a key, and sets the row's name. A new row is of this number.
    pub(super) fn add(&mut self, key: u64, number: u32, name: &[u8], counts: &Counts) {
        let last = self.last.filter(|&(last, _)| last == key).map(|(_, place)| place);
        let place = match last.or_else(|| self.places.get(&key).copied()) {
            Some(place) => place,
            None if self.rows.len() >= MAX_ROWS => return self.others.add(counts),
            None => {
                self.places.insert(key, self.rows.len());
                self.rows.push(CountRow { number, name: Vec::new(), counts: Counts::default() });
                self.rows.len() - 1
            }
        };
        self.last = Some((key, place));
        let Some(row) = self.rows.get_mut(place) else { return };
        row.counts.add(counts);
        if row.name != name {
            row.name.clear();
            row.name.extend_from_slice(name);
        }
    }
}
