// SPDX-License-Identifier: GPL-2.0

use super::{Summary, SummaryParts};
use crate::fields::testing::Sample;
use crate::model::{Event, EventKind};

/// Adds so many calls of a process (name and id), each with this latency. The last `errors` of them fail.
fn add_calls(summary: &mut Summary, name: &str, by: (&str, u32), calls: u32, errors: u32, latency: u64) {
    for index in 0..calls {
        let mut enter = Sample::enter(name).by(by.0);
        let result = if index + errors >= calls { -2 } else { 0 };
        let mut exit = Sample { latency: Some(latency), ..Sample::exit(name, result) }.by(by.0);
        (enter.process.pid, exit.process.pid) = (by.1, by.1);
        (enter.process.serial, exit.process.serial) = (by.1.into(), by.1.into());
        summary.add(&enter.event());
        summary.add(&exit.event());
    }
}

fn text(put: impl FnOnce(&mut Vec<u8>)) -> String {
    let mut out = Vec::new();
    put(&mut out);
    String::from_utf8(out).expect("text")
}

fn example() -> Summary {
    let mut summary = Summary::new(SummaryParts { calls: true, processes: true });
    add_calls(&mut summary, "read", ("cat", 10), 3, 0, 40_000);
    add_calls(&mut summary, "openat", ("cat", 10), 4, 3, 20_499);
    add_calls(&mut summary, "read", ("sh", 11), 1, 1, 1_000_000);
    add_calls(&mut summary, "getppid", ("sh", 11), 1, 0, 0);
    // `exit_group` does not return.
    summary.add(&Sample::enter("exit_group").by("sh").event());
    let sample = Sample::enter("read");
    summary.add(&Event { kind: EventKind::Dropped { events: 100 }, ..sample.event() });
    summary
}

#[test]
fn strace_table_is_sorted_by_time() {
    let expected = "\
% time     seconds  usecs/call     calls    errors syscall
------ ----------- ----------- --------- --------- ----------------
 93.18    0.001120         280         4         1 read
  6.82    0.000082          20         4         3 openat
  0.00    0.000000           0         1           getppid
------ ----------- ----------- --------- --------- ----------------
100.00    0.001202         133         9         4 total
";
    assert_eq!(text(|out| example().put_strace_table(out)), expected);
    assert_eq!(text(|out| Summary::new(SummaryParts { calls: true, processes: true }).put_strace_table(out)), "");
}

#[test]
fn strace_table_of_32_bit_calls_is_separate_on_64_bit_kernels() {
    let mut summary = Summary::new(SummaryParts { calls: true, processes: true });
    let mut narrow = Sample::exit("read", 0);
    // The number of `read` on 32-bit ARM.
    (narrow.task.is_32bit, narrow.call) = (true, Some(3));
    summary.add(&narrow.event());
    let alone = text(|out| summary.put_strace_table(out));
    assert!(alone.starts_with("% time"), "{alone}");
    summary.add(&Sample::exit("read", 0).event());
    let both = text(|out| summary.put_strace_table(out));
    assert_eq!(both, format!("{alone}System call usage summary for 32 bit mode:\n{alone}"));
}

#[test]
fn strace_columns_widen_for_large_numbers() {
    let mut summary = Summary::new(SummaryParts { calls: true, processes: true });
    add_calls(&mut summary, "name_to_handle_at", ("x", 1), 1, 0, 12_345_678_901_234_567);
    add_calls(&mut summary, "read", ("x", 1), 1, 0, 1_000_000_000_000_000);
    let expected = "\
% time         seconds     usecs/call     calls    errors syscall
------ --------------- -------------- --------- --------- ------------------
 92.51 12345678.901235 12345678901234         1           name_to_handle_at
  7.49  1000000.000000  1000000000000         1           read
------ --------------- -------------- --------- --------- ------------------
100.00 13345678.901235  6672839450617         2           total
";
    assert_eq!(text(|out| summary.put_strace_table(out)), expected);
}

#[test]
fn tables_are_sorted_by_number_of_calls() {
    let expected = "\
--------------------------------------------------
Call                #Calls   #Errors      Time (s)
--------------------------------------------------
read                     4         1      0.001120
openat                   4         3      0.000082
exit_group               1         0      0.000000
getppid                  1         0      0.000000
--------------------------------------------------
Process             #Calls   #Errors      Time (s)
--------------------------------------------------
cat (10)                 7         3      0.000202
sh (11)                  2         1      0.001000
sh (1000)                1         0      0.000000
";
    assert_eq!(text(|out| example().put_tables(out)), expected);
}

#[test]
fn totals_show_events_drops_time_and_rate() {
    let totals = text(|out| example().put_totals(out, 1_234_567_890));
    assert_eq!(totals, "Driver Events:119\nDriver Drops:100\nElapsed time: 1.234, Captured Events: 19, 15.39 eps\n");
    let none = text(|out| Summary::new(SummaryParts { calls: true, processes: true }).put_totals(out, 0));
    assert_eq!(none, "Driver Events:0\nDriver Drops:0\nElapsed time: 0.000, Captured Events: 0, 0.00 eps\n");
}

/// If only one edge is recorded, that edge is counted. The return of a fork in the child is not counted.
#[test]
fn each_call_counts_once_with_either_edge() {
    let row = |summary: &Summary| text(|out| summary.put_strace_table(out)).lines().nth(2).map(String::from);
    let mut summary = Summary::new(SummaryParts { calls: true, processes: true });
    summary.add(&Sample::enter("read").event());
    assert_eq!(row(&summary).as_deref(), Some("  0.00    0.000000           0         1           read"));
    let mut summary = Summary::new(SummaryParts { calls: true, processes: true });
    let alone = Sample { latency: None, ..Sample::exit("read", -9) };
    summary.add(&alone.event());
    assert_eq!(row(&summary).as_deref(), Some("  0.00    0.000000           0         1         1 read"));
    let mut summary = Summary::new(SummaryParts { calls: true, processes: true });
    add_calls(&mut summary, "clone", ("sh", 1), 1, 0, 5000);
    let child = Sample { latency: None, ..Sample::exit("clone", 0) };
    let mut birth = child.event();
    if let EventKind::Call(call) = &mut birth.kind {
        call.is_birth = true;
    }
    summary.add(&birth);
    assert_eq!(row(&summary).as_deref(), Some("100.00    0.000005           5         1           clone"));
}

/// Memory is bounded, whatever programs do.
#[test]
fn calls_and_processes_beyond_the_limit_count_as_others() {
    let mut summary = Summary::new(SummaryParts { calls: true, processes: true });
    let mut sample = Sample::exit("read", -9);
    for number in 0..10_000 {
        sample.call = Some(number + 1000);
        (sample.process.pid, sample.process.serial) = (number, number.into());
        summary.add(&sample.event());
    }
    let tables = text(|out| summary.put_tables(out));
    let mut lines = tables.lines();
    assert_eq!(lines.clone().count(), 2 * (3 + 101));
    assert_eq!(
        lines.find(|line| line.starts_with("others")),
        Some("others                9900      9900      0.122216")
    );
    let strace = text(|out| summary.put_strace_table(out));
    assert!(strace.contains(" others\n"), "{strace}");
    assert!(strace.ends_with(" 10000     10000 total\n"), "{strace}");
}
