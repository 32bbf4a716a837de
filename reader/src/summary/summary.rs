// SPDX-License-Identifier: GPL-2.0

//! Counts events, and prints the counts as tables.

use super::counts::{CountRow, CountRows, Counts};
use super::tables::{self, TableRow, Totals};
use crate::calls::{self, Abi};
use crate::fields::put_escaped;
use crate::model::{Event, EventKind};

/// Counts the events that it gets.
#[derive(Default)]
pub struct Summary {
    /// By [`key`].
    calls: CountRows,
    /// By the serial number of the process.
    processes: CountRows,
    events: u64,
    dropped: u64,
    /// Whether entries were recorded.
    has_entries: bool,
    parts: SummaryParts,
}

/// What is counted, besides the events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SummaryParts {
    /// Calls.
    pub calls: bool,
    /// The calls of each process.
    pub processes: bool,
}

impl Summary {
    /// A summary of no events.
    pub fn new(parts: SummaryParts) -> Self {
        Self { parts, ..Self::default() }
    }

    /// Counts so many events, of which nobody wants to know more.
    pub fn count(&mut self, events: u64) {
        self.events += events;
    }

    /// Counts events that were dropped.
    pub fn count_dropped(&mut self, events: u64) {
        self.dropped = self.dropped.saturating_add(events);
    }

    /// Counts an event.
    pub fn add(&mut self, event: &Event<'_>) {
        let call = match &event.kind {
            EventKind::Dropped { events } => {
                self.count_dropped(*events);
                return;
            }
            EventKind::Call(call) => call,
        };
        self.count(1);
        if self.parts == SummaryParts::default() {
            return;
        }
        let counts = Counts::of(call, self.has_entries);
        self.has_entries |= counts.has_entries();
        let key = key(call.abi, call.number);
        self.calls.add(key.into(), key, b"", &counts);
        if self.parts.processes {
            // A process id may be used again.
            self.processes.add(call.process.serial, call.process.pid, &call.process.name, &counts);
        }
    }

    /// Appends tables of all calls, and of the processes that made most calls, as `-S` shows them.
    #[cold]
    pub fn put_tables(&self, out: &mut Vec<u8>) {
        let mut rows: Vec<TableRow> = Vec::new();
        for row in &self.calls.rows {
            let name = name(row.number);
            // A call that programs of both widths make has one row.
            match rows.iter_mut().find(|other| other.name == name) {
                Some(other) => other.counts.add(&row.counts),
                None => rows.push(TableRow { name, counts: row.counts }),
            }
        }
        tables::put_counts(out, "Call", rows, &self.calls.others);
        let mut rows = Vec::new();
        for row in &self.processes.rows {
            let mut name = Vec::new();
            put_escaped(&mut name, &row.name);
            let name = format!("{} ({})", String::from_utf8_lossy(&name), row.number);
            rows.push(TableRow { name, counts: row.counts });
        }
        tables::put_counts(out, "Process", rows, &self.processes.others);
    }

    /// Appends totals as `-v` shows them. `elapsed` is how long the recording took, in nanoseconds.
    pub fn put_totals(&self, out: &mut Vec<u8>, elapsed: u64) {
        tables::put_totals(out, Totals { events: self.events, dropped: self.dropped, elapsed });
    }

    /// Appends strace's tables of calls: one of calls as wide as the kernel, then one of 32-bit calls on a 64-bit
    /// kernel. Appends nothing if there were no calls.
    #[cold]
    pub fn put_strace_table(&self, out: &mut Vec<u8>) {
        let has_returns = self.calls.rows.iter().any(|row| row.counts.returns > 0);
        let is_narrow = |row: &CountRow| abi_of(row.number).is_32bit();
        let is_on_64_bits = self.calls.rows.iter().any(|row| !is_narrow(row));
        for is_32bit in [false, true] {
            let mut rows = Vec::new();
            for row in self.calls.rows.iter().filter(|&row| is_narrow(row) == is_32bit) {
                rows.push(TableRow { name: name(row.number), counts: row.counts });
            }
            // The calls without a row are counted in the first table.
            if !rows.is_empty() && (is_32bit != is_on_64_bits) {
                rows.push(TableRow { name: "others".into(), counts: self.calls.others });
            }
            tables::put_strace(out, rows, has_returns, is_32bit && is_on_64_bits);
        }
    }
}

/// How many bits of a [`key`] are the call's number.
const NUMBER_BITS: u32 = 30;
/// Stands for the number of a call whose number is not known.
const UNKNOWN: u32 = (1 << NUMBER_BITS) - 1;

/// A call as one number. Calls with numbers beyond all tables may have the same key.
fn key(abi: Abi, number: Option<u32>) -> u32 {
    ((abi as u32) << NUMBER_BITS) | number.map_or(UNKNOWN, |number| number.min(UNKNOWN - 1))
}

fn abi_of(key: u32) -> Abi {
    Abi::ALL.get((key >> NUMBER_BITS) as usize).copied().unwrap_or(Abi::Arm64)
}

/// The name of the call with this key, as the field `evt.type` has it.
fn name(key: u32) -> String {
    match key & UNKNOWN {
        UNKNOWN => "unknown".into(),
        number => match calls::KnownCall::new(abi_of(key), number) {
            Some(call) => call.name().into(),
            None => format!("syscall_{number}"),
        },
    }
}
