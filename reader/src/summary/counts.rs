// SPDX-License-Identifier: GPL-2.0

//! Counts calls.

use super::tables;
use crate::calls::{self, Abi};
use crate::fields::escape;
use crate::model::hash::ById;
use crate::model::{Call, Edge, Event, What};

/// Numbers of calls, and processes, that are counted apart: more than a recording has, as a rule. What
/// is beyond them counts as others.
const MAX_ROWS: usize = 4096;

/// Counts the events that it is given.
#[derive(Default)]
pub struct Summary {
    /// By [`key`].
    calls: Rows,
    /// By process id.
    processes: Rows,
    pub(super) events: u64,
    pub(super) dropped: u64,
    entries: u64,
}

/// Counts by a number.
#[derive(Default)]
struct Rows {
    rows: Vec<Row>,
    places: ById<u32, usize>,
    others: Counts,
}

struct Row {
    key: u32,
    /// Of a process its name; nothing of a call.
    name: Vec<u8>,
    counts: Counts,
}

/// What is known of one call, or of one process's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    entries: u64,
    returns: u64,
    pub(super) errors: u64,
    /// Nanoseconds from entries to returns.
    pub(super) time: u64,
}

impl Counts {
    /// Made, whether they have returned or not.
    pub(super) fn made(&self) -> u64 {
        self.entries.max(self.returns)
    }

    /// Returned; where returns are not recorded, made.
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

    fn of(call: &Call<'_>, has_entries: bool) -> Self {
        if call.edge == Edge::Enter {
            return Self { entries: 1, ..Self::default() };
        }
        // Where entries are recorded, a return without one is of a call that was made before, or elsewhere: it is
        // that of a fork in the child.
        let returns = u64::from(call.latency.is_some() || !has_entries);
        let errors = returns * u64::from(call.errno().is_some());
        Self { entries: 0, returns, errors, time: call.latency.unwrap_or(0) }
    }
}

impl Rows {
    /// Adds to a row; its name becomes this.
    fn add(&mut self, key: u32, name: &[u8], counts: &Counts) {
        let place = match self.places.get(&key) {
            Some(&place) => place,
            None if self.rows.len() >= MAX_ROWS => return self.others.add(counts),
            None => {
                self.places.insert(key, self.rows.len());
                self.rows.push(Row { key, name: Vec::new(), counts: Counts::default() });
                self.rows.len() - 1
            }
        };
        let Some(row) = self.rows.get_mut(place) else { return };
        row.counts.add(counts);
        if row.name != name {
            row.name.clear();
            row.name.extend_from_slice(name);
        }
    }
}

impl Summary {
    /// Without any events yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Counts an event.
    pub fn add(&mut self, event: &Event<'_>) {
        let call = match &event.what {
            What::Dropped { events } => {
                self.dropped = self.dropped.saturating_add(*events);
                return;
            }
            What::Call(call) => call,
        };
        self.events += 1;
        let counts = Counts::of(call, self.entries > 0);
        self.entries += counts.entries;
        self.calls.add(key(call.abi, call.number), b"", &counts);
        self.processes.add(call.process.pid, &call.process.name, &counts);
    }

    /// Appends tables of all calls and of the processes that made most, as `-S` shows them.
    #[cold]
    pub fn put_tables(&self, out: &mut Vec<u8>) {
        let mut rows: Vec<tables::Row> = Vec::new();
        for row in &self.calls.rows {
            let name = name(row.key);
            // The same call of programs of different widths has one row.
            match rows.iter_mut().find(|other| other.name == name) {
                Some(other) => other.counts.add(&row.counts),
                None => rows.push(tables::Row { name, counts: row.counts }),
            }
        }
        tables::put_counts(out, "Call", rows, &self.calls.others);
        let mut rows = Vec::new();
        for row in &self.processes.rows {
            let mut name = Vec::new();
            escape(&mut name, &row.name);
            let name = format!("{} ({})", String::from_utf8_lossy(&name), row.key);
            rows.push(tables::Row { name, counts: row.counts });
        }
        tables::put_counts(out, "Process", rows, &self.processes.others);
    }

    /// Appends totals as `-v` shows them, of a run that took so many nanoseconds.
    pub fn put_totals(&self, out: &mut Vec<u8>, elapsed: u64) {
        tables::put_totals(out, self, elapsed);
    }

    /// Appends strace's table of calls: of programs as wide as the kernel, then of those of 32 bits on 64-bit ones.
    /// Nothing if there were none.
    #[cold]
    pub fn put_strace_table(&self, out: &mut Vec<u8>) {
        let has_returns = self.calls.rows.iter().any(|row| row.counts.returns > 0);
        let is_narrow = |row: &Row| abi_of(row.key).is_32bit();
        let is_on_64_bits = self.calls.rows.iter().any(|row| !is_narrow(row));
        for is_32bit in [false, true] {
            let mut rows = Vec::new();
            for row in self.calls.rows.iter().filter(|&row| is_narrow(row) == is_32bit) {
                rows.push(tables::Row { name: name(row.key), counts: row.counts });
            }
            // They are with the first.
            if !rows.is_empty() && (is_32bit != is_on_64_bits) {
                rows.push(tables::Row { name: "others".into(), counts: self.calls.others });
            }
            tables::put_strace(out, rows, has_returns, is_32bit && is_on_64_bits);
        }
    }
}

/// Bits of a [`key`] that are the call's number.
const NUMBER_BITS: u32 = 30;
/// Stands for a call whose number is not known.
const UNKNOWN: u32 = (1 << NUMBER_BITS) - 1;

/// A call as a number. Numbers beyond all tables may be one.
fn key(abi: Abi, number: Option<u32>) -> u32 {
    ((abi as u32) << NUMBER_BITS) | number.map_or(UNKNOWN, |number| number.min(UNKNOWN - 1))
}

fn abi_of(key: u32) -> Abi {
    Abi::ALL.get((key >> NUMBER_BITS) as usize).copied().unwrap_or(Abi::Arm64)
}

/// A call's name, as fields have it.
fn name(key: u32) -> String {
    match key & UNKNOWN {
        UNKNOWN => "unknown".into(),
        number => match calls::Call::new(abi_of(key), number) {
            Some(call) => call.name().into(),
            None => format!("syscall_{number}"),
        },
    }
}
