// SPDX-License-Identifier: GPL-2.0

//! Keeps the times of calls, and makes their table.

use crate::evidence::measured_call::MeasuredCall;
use crate::figures::numbers::signed;
use crate::figures::statistics::{median, MedianAndRange};
use crate::figures::table::{left, right, Table};
use crate::options::ClockUnit;
use crate::tracers::cases::FLOOR;

/// One round of a case.
#[derive(Clone, Copy)]
pub struct CallSample {
    pub case: &'static str,
    pub call: MeasuredCall,
    /// How long a call took without a tracer, in units of the clock.
    pub plain: f64,
    /// How long a call took with it.
    pub traced: f64,
    /// Bytes that were recorded of a call.
    pub bytes: f64,
}

/// Rounds of all cases.
#[derive(Default)]
pub struct CallSamples(Vec<CallSample>);

impl CallSamples {
    pub fn add(&mut self, sample: CallSample) {
        self.0.push(sample);
    }

    /// A row a case; `None` if none was measured.
    pub fn table(&self, clock: ClockUnit) -> Option<Table> {
        if self.0.is_empty() {
            return None;
        }
        let width = if clock.counts_instructions() { 10 } else { 26 };
        let mut columns = vec![left(42)];
        columns.extend(MeasuredCall::ALL.map(|_| right(width)));
        columns.extend([right(8), left(21)]);
        let unit = format!("{} a call", clock.unit());
        let mut heading = vec![unit.as_str()];
        heading.extend(MeasuredCall::ALL.map(MeasuredCall::title));
        heading.extend(["of floor", "bytes a call"]);
        let mut table = Table::new(&columns, &heading);

        let mut row = vec!["no tracer: the call itself".to_owned()];
        row.extend(MeasuredCall::ALL.map(|call| self.plain_time(call)));
        row.extend([String::new(), String::new()]);
        table.add(row);
        for case in self.cases() {
            let mut row = vec![case.to_owned()];
            row.extend(MeasuredCall::ALL.map(|call| self.added_time(case, call, clock)));
            row.extend([self.ratio_to_floor(case), self.bytes(case)]);
            table.add(row);
        }
        Some(table)
    }

    /// The names of the cases, in the order in which they were measured.
    fn cases(&self) -> Vec<&'static str> {
        let mut names: Vec<_> = self.0.iter().map(|sample| sample.case).collect();
        names.dedup();
        names
    }

    fn plain_time(&self, call: MeasuredCall) -> String {
        let samples = self.0.iter().filter(|sample| sample.call == call);
        format!("{:.0}", median(samples.map(|sample| sample.plain)))
    }

    /// The samples of a call in a case.
    fn of<'a>(&'a self, case: &'a str, call: MeasuredCall) -> impl Iterator<Item = &'a CallSample> {
        self.0.iter().filter(move |sample| sample.case == case && sample.call == call)
    }

    /// What the tracer of a case adds to the time of a call.
    fn added(&self, case: &str, call: MeasuredCall) -> MedianAndRange {
        MedianAndRange::of(self.of(case, call).map(|sample| sample.traced - sample.plain))
    }

    /// What the tracer of a case adds to a call, as text. Times vary, so they come with their range.
    fn added_time(&self, case: &str, call: MeasuredCall, clock: ClockUnit) -> String {
        let MedianAndRange { median, least, most } = self.added(case, call);
        match clock {
            ClockUnit::Instructions => signed(median, 0),
            ClockUnit::Nanoseconds => format!("{} ({} to {})", signed(median, 0), signed(least, 0), signed(most, 0)),
        }
    }

    /// What a case adds to getppid, divided by what empty probes on entry and exit add.
    fn ratio_to_floor(&self, case: &str) -> String {
        let added = |case| self.added(case, MeasuredCall::Getppid).median;
        let floor = added(FLOOR);
        if floor > 0.0 {
            format!("{:.2}", added(case) / floor)
        } else {
            String::new()
        }
    }

    /// The bytes that a case records of each call.
    fn bytes(&self, case: &str) -> String {
        let bytes =
            MeasuredCall::ALL.map(|call| format!("{:.0}", median(self.of(case, call).map(|sample| sample.bytes))));
        if bytes.iter().all(|bytes| bytes == "0") {
            "0".into()
        } else {
            bytes.join(" / ")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three rounds of a case, in which each call takes `added` more; one of them is disturbed.
    fn add_case(samples: &mut CallSamples, case: &'static str, added: [f64; 4], bytes: [f64; 4]) {
        for disturbance in [0.0, 900.0, 0.4] {
            for (index, call) in MeasuredCall::ALL.into_iter().enumerate() {
                let plain = [486.0, 850.0, 640.0, 6098.0][index] + disturbance / 10.0;
                let traced = plain + added[index] + disturbance;
                samples.add(CallSample { case, call, plain, traced, bytes: bytes[index] });
            }
        }
    }

    fn samples() -> CallSamples {
        let mut samples = CallSamples::default();
        add_case(&mut samples, FLOOR, [215.0, 216.0, 215.0, 430.0], [0.0; 4]);
        add_case(&mut samples, "recorded, without arguments", [293.0, 289.0, 291.0, 582.0], [8.2, 8.2, 8.2, 16.6]);
        samples
    }

    #[test]
    fn table_of_instructions_has_medians() {
        let table = samples().table(ClockUnit::Instructions).expect("a table").to_string();
        assert_eq!(
            table,
            "\
| instructions a call                        |    getppid |   read 1 B | write 64 B | open+close | of floor | bytes a call          |
|--------------------------------------------|-----------:|-----------:|-----------:|-----------:|---------:|-----------------------|
| no tracer: the call itself                 |        486 |        850 |        640 |       6098 |          |                       |
| floor: empty probes                        |       +215 |       +216 |       +215 |       +430 |     1.00 | 0                     |
| recorded, without arguments                |       +293 |       +289 |       +291 |       +582 |     1.36 | 8 / 8 / 8 / 17        |
"
        );
    }

    #[test]
    fn table_of_times_has_ranges() {
        let table = samples().table(ClockUnit::Nanoseconds).expect("a table").to_string();
        let row = table.lines().last().expect("rows");
        assert!(row.contains("|       +293 (+293 to +1193) |"), "{row}");
        assert!(row.contains("|       +582 (+582 to +1482) |"), "{row}");
    }

    #[test]
    fn ratio_is_empty_without_floor() {
        let mut samples = CallSamples::default();
        add_case(&mut samples, "strace -f", [41934.0, 48361.0, 52001.0, 90873.0], [47.0, 44.0, 108.0, 94.0]);
        let table = samples.table(ClockUnit::Instructions).expect("a table").to_string();
        let row = "| strace -f                                  |     +41934 |     +48361 |     +52001 |     +90873 |          | 47 / 44 / 108 / 94    |";
        assert_eq!(table.lines().last(), Some(row));
    }

    #[test]
    fn no_sample_makes_no_table() {
        assert!(CallSamples::default().table(ClockUnit::Instructions).is_none());
    }
}
