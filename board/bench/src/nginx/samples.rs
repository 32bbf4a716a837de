// SPDX-License-Identifier: GPL-2.0

//! Keeps the rates of nginx, and makes their table.

use super::serve::Served;
use crate::figures::numbers::{cost_percent, signed};
use crate::figures::statistics::{median, MedianAndRange};
use crate::figures::table::{left, right, Table};
use crate::nginx_case::NginxCase;

/// One round of a case.
#[derive(Clone, Copy)]
pub struct NginxSample {
    pub case: NginxCase,
    /// The round's rate does not count.
    pub is_first: bool,
    pub requests: u64,
    pub served: Served,
}

/// Rounds of all cases. Each round begins without a tracer.
#[derive(Default)]
pub struct NginxSamples(Vec<NginxSample>);

impl NginxSamples {
    pub fn add(&mut self, sample: NginxSample) {
        self.0.push(sample);
    }

    pub fn has_drops(&self) -> bool {
        self.0.iter().any(|sample| sample.served.dropped > 0)
    }

    /// A row a case.
    pub fn table(&self) -> Table {
        let columns = [left(44), right(10), right(8), right(19), right(5), right(6), right(7)];
        let heading = ["nginx + ab", "requests/s", "cost", "from … to", "calls", "bytes", "dropped"];
        let mut table = Table::new(&columns, &heading);
        for case in self.cases() {
            let [cost, range] = self.cost(case);
            let rate = format!("{:.0}", self.rate(case));
            let [bytes, dropped] = self.recorded(case);
            table.add([case.title().into(), rate, cost, range, self.calls(case), bytes, dropped]);
        }
        table
    }

    /// The cases, in the order in which they were measured.
    fn cases(&self) -> Vec<NginxCase> {
        let mut cases = Vec::new();
        for sample in &self.0 {
            if !cases.contains(&sample.case) {
                cases.push(sample.case);
            }
        }
        cases
    }

    /// The rounds of a case that count.
    fn of(&self, case: NginxCase) -> impl Iterator<Item = &NginxSample> {
        self.0.iter().filter(move |sample| sample.case == case && !sample.is_first)
    }

    /// Requests a second.
    fn rate(&self, case: NginxCase) -> f64 {
        median(self.of(case).map(|sample| sample.served.rate))
    }

    /// What a case costs, of the median rates, and the least and the most of the rounds.
    fn cost(&self, case: NginxCase) -> [String; 2] {
        if case == NginxCase::None {
            return [String::new(), String::new()];
        }
        let rounds = self.of(NginxCase::None).zip(self.of(case));
        let MedianAndRange { least, most, .. } =
            MedianAndRange::of(rounds.map(|(plain, traced)| cost_percent(plain.served.rate, traced.served.rate)));
        let cost = cost_percent(self.rate(NginxCase::None), self.rate(case));
        [format!("{} %", signed(cost, 2)), format!("{} … {} %", signed(least, 2), signed(most, 2))]
    }

    /// Calls of a request, in the last round in which they were counted.
    fn calls(&self, case: NginxCase) -> String {
        let mut samples = self.0.iter().rev().filter(|sample| sample.case == case);
        let calls = samples.find_map(|sample| Some(sample.served.calls? as f64 / sample.requests as f64));
        calls.map(|calls| format!("{calls:.1}")).unwrap_or_default()
    }

    /// Bytes of a request, and events that were dropped in all.
    fn recorded(&self, case: NginxCase) -> [String; 2] {
        if case.is_without_recording() {
            return [String::new(), String::new()];
        }
        let bytes = median(self.of(case).map(|sample| sample.served.bytes as f64 / sample.requests as f64));
        let dropped: u64 = self.of(case).map(|sample| sample.served.dropped).sum();
        [format!("{bytes:.0}"), dropped.to_string()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples() -> NginxSamples {
        let mut samples = NginxSamples::default();
        for (round, plain, nginx) in
            [(0, 4000.0, 1000.0), (1, 4840.0, 4780.0), (2, 4830.0, 4770.0), (3, 4835.0, 4776.0)]
        {
            let is_first = round == 0;
            let requests = if is_first { 1000 } else { 5000 };
            let mut add = |case, rate, calls, bytes, dropped| {
                let served = Served { rate, calls, bytes, dropped };
                samples.add(NginxSample { case, is_first, requests, served });
            };
            add(NginxCase::None, plain, None, 0, 0);
            add(NginxCase::Floor, plain, None, 0, 0);
            add(NginxCase::Nginx, nginx, is_first.then_some(10_600), 90 * requests, if round == 3 { 7 } else { 0 });
        }
        samples
    }

    #[test]
    fn table_has_medians_ranges_and_what_a_request_records() {
        assert_eq!(
            samples().table().to_string(),
            "\
| nginx + ab                                   | requests/s |     cost |           from … to | calls |  bytes | dropped |
|----------------------------------------------|-----------:|---------:|--------------------:|------:|-------:|--------:|
| no tracer                                    |       4835 |          |                     |       |        |         |
| floor: empty probes                          |       4835 |  +0.00 % |     +0.00 … +0.00 % |       |        |         |
| proc_name=nginx                              |       4776 |  +1.24 % |     +1.24 … +1.26 % |  10.6 |     90 |       7 |
"
        );
    }

    #[test]
    fn drops_of_any_round_are_told() {
        assert!(samples().has_drops());
        assert!(!NginxSamples::default().has_drops());
    }
}
