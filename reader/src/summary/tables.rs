// SPDX-License-Identifier: GPL-2.0

//! Prints rows of counts as tables.

use super::counts::Counts;
use std::cmp::Ordering;
use std::io::Write as _;

/// A row of a table.
pub(super) struct TableRow {
    pub(super) name: String,
    pub(super) counts: Counts,
}

/// What happened in the whole recording.
pub(super) struct Totals {
    pub(super) events: u64,
    pub(super) dropped: u64,
    /// How long the recording took, in nanoseconds.
    pub(super) elapsed: u64,
}

/// Sorts rows. One function for all orders: each copy of the library's function would be large.
#[inline(never)]
fn sort(rows: &mut [TableRow], order: fn(&TableRow, &TableRow) -> Ordering) {
    rows.sort_unstable_by(|one, other| order(one, other).then_with(|| one.name.cmp(&other.name)));
}

/// How many rows a table has. All further rows are added up in one row.
const MAX_ROWS: usize = 100;
/// How many columns a name takes at least.
const NAME_WIDTH: usize = 16;

/// Appends a table of names and counts, with most calls first.
#[cold]
pub(super) fn put_counts(out: &mut Vec<u8>, title: &str, mut rows: Vec<TableRow>, others: &Counts) {
    rows.retain(|row| row.counts.made() > 0);
    sort(&mut rows, |one, other| (other.counts.made(), other.counts.time).cmp(&(one.counts.made(), one.counts.time)));
    let mut rest = *others;
    for row in rows.iter().skip(MAX_ROWS) {
        rest.add(&row.counts);
    }
    rows.truncate(MAX_ROWS);
    if rest.made() > 0 {
        rows.push(TableRow { name: "others".into(), counts: rest });
    }
    let width = width(&rows);
    put_line(out, b'-', width + 34);
    // Writing to a vector does not fail.
    let _ = writeln!(out, "{title:width$}{:>10}{:>10}{:>14}", "#Calls", "#Errors", "Time (s)");
    put_line(out, b'-', width + 34);
    for TableRow { name, counts } in &rows {
        let (seconds, microseconds) = seconds(counts.time);
        let (calls, errors) = (counts.made(), counts.errors);
        let _ = writeln!(out, "{name:width$}{calls:>10}{errors:>10}{seconds:>7}.{microseconds:06}");
    }
}

/// Appends totals, as sysdig's `-v` prints them.
#[cold]
pub(super) fn put_totals(out: &mut Vec<u8>, totals: Totals) {
    let milliseconds = totals.elapsed / 1_000_000;
    // In hundredths of an event per second.
    let rate = totals.events.saturating_mul(100 * 1_000_000) / (totals.elapsed / 1000).max(1);
    let _ = writeln!(
        out,
        "Driver Events:{}\nDriver Drops:{}\nElapsed time: {}.{:03}, Captured Events: {}, {}.{:02} eps",
        totals.events.saturating_add(totals.dropped),
        totals.dropped,
        milliseconds / 1000,
        milliseconds % 1000,
        totals.events,
        rate / 100,
        rate % 100
    );
}

/// Appends a table as strace's `-c` prints it (`call_summary_pers()` of its `src/count.c`), with the calls that took
/// longest first. Appends nothing if there are no rows.
#[cold]
pub(super) fn put_strace(out: &mut Vec<u8>, mut rows: Vec<TableRow>, has_returns: bool, has_title: bool) {
    rows.retain(|row| row.counts.returned(has_returns) > 0);
    if rows.is_empty() {
        return;
    }
    sort(&mut rows, |one, other| other.counts.time.cmp(&one.counts.time));
    let mut all = Counts::default();
    for row in &rows {
        all.add(&row.counts);
    }
    let calls_of = |row: &TableRow| row.counts.returned(has_returns);
    let average = |row: &TableRow| row.counts.time / calls_of(row).max(1) / 1000;
    // strace's widths, or more where a number is wider.
    let digits = |number: u64| number.to_string().len();
    let widths = [
        6,
        (digits(seconds(all.time).0) + 7).max(11),
        digits(rows.iter().map(average).max().unwrap_or(0)).max(11),
        digits(all.returned(has_returns)).max(9),
        digits(all.errors).max(9),
        width(&rows),
    ];
    let [_, total, each, count, failed, _] = widths;
    if has_title {
        out.extend_from_slice(b"System call usage summary for 32 bit mode:\n");
    }
    // Writing to a vector does not fail.
    let _ = writeln!(
        out,
        "% time {:>total$} {:>each$} {:>count$} {:>failed$} syscall",
        "seconds", "usecs/call", "calls", "errors"
    );
    put_rule(out, &widths);
    let put_row = |out: &mut Vec<u8>, row: &TableRow, part: u64| {
        let (seconds, microseconds) = seconds(row.counts.time);
        // strace leaves the column empty if there are no errors.
        let errors = Some(row.counts.errors).filter(|&errors| errors > 0).map(|errors| errors.to_string());
        let _ = writeln!(
            out,
            "{:3}.{:02} {seconds:whole$}.{microseconds:06} {:each$} {:count$} {:>failed$} {}",
            part / 100,
            part % 100,
            average(row),
            calls_of(row),
            errors.unwrap_or_default(),
            row.name,
            whole = total - 7,
        );
    };
    // Parts are in hundredths of a percent. If the time is more than a few days, its lowest bits are dropped, so that
    // the product does not overflow.
    let shift = if all.time >> 48 > 0 { 16 } else { 0 };
    let whole = (all.time >> shift).max(1);
    for row in &rows {
        put_row(out, row, ((row.counts.time >> shift) * 10_000 + whole / 2) / whole);
    }
    put_rule(out, &widths);
    put_row(out, &TableRow { name: "total".into(), counts: all }, 10_000);
}

fn put_rule(out: &mut Vec<u8>, widths: &[usize; 6]) {
    for (index, &width) in widths.iter().enumerate() {
        if index > 0 {
            out.push(b' ');
        }
        out.resize(out.len() + width, b'-');
    }
    out.push(b'\n');
}

fn put_line(out: &mut Vec<u8>, byte: u8, width: usize) {
    out.resize(out.len() + width, byte);
    out.push(b'\n');
}

/// How many columns names take, with a space.
fn width(rows: &[TableRow]) -> usize {
    rows.iter().map(|row| row.name.chars().count() + 1).max().unwrap_or(0).max(NAME_WIDTH)
}

/// Converts nanoseconds to seconds and microseconds, rounded.
fn seconds(nanoseconds: u64) -> (u64, u64) {
    let microseconds = nanoseconds / 1000 + u64::from(nanoseconds % 1000 >= 500);
    (microseconds / 1_000_000, microseconds % 1_000_000)
}
