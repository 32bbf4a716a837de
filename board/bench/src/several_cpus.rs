// SPDX-License-Identifier: GPL-2.0

//! What a call costs where several CPUs record at once.

use crate::evidence::measured_call::GETPPID_NUMBER;
use crate::evidence::our_lines::entered_call;
use crate::figures::numbers::signed;
use crate::figures::statistics::median;
use crate::figures::table::{left, right, Table};
use crate::options::ClockUnit;
use crate::setup::{Setup, BUFFER};
use crate::system::machine::count_cpus;
use crate::system::output::say;
use crate::system::recording::dropped_in;
use crate::system::stop::Result;

/// The case's name.
pub const SEVERAL_CPUS: &str = "CPUs at once";

const MAX_CPUS: u64 = 4;

/// The table of several CPUs; `None` if it is not wanted, or there is one CPU.
pub fn measure(setup: &mut Setup) -> Result<Option<String>> {
    let cpus = count_cpus()?;
    if !setup.is_wanted(SEVERAL_CPUS) || cpus == 1 {
        return Ok(None);
    }
    let heading = format!("{SEVERAL_CPUS}, {} a call", setup.unit());
    let columns = [left(36), right(10), right(10), right(10)];
    let mut table = Table::new(&columns, &[&heading, "no tracer", "recorded", "added"]);
    for cpus in 1..=cpus.min(MAX_CPUS) {
        let plain = time_call(setup, cpus)?;
        setup.module.must_load(&[setup.only_exercise(), BUFFER.into()])?;
        let recorded = time_call(setup, cpus)?;
        setup.collect_recording()?;
        setup.let_kernel_finish()?;
        check(setup, cpus)?;
        table.add([cpus.to_string(), format!("{plain:.1}"), format!("{recorded:.1}"), signed(recorded - plain, 1)]);
        say(&format!("{cpus} CPUs: {plain:.1} -> {recorded:.1} {}", setup.unit()));
    }
    Ok(Some(table.to_string()))
}

/// How long a call takes on one of `cpus` CPUs that make calls at once.
fn time_call(setup: &Setup, cpus: u64) -> Result<f64> {
    let rounds = 0..setup.options.rounds;
    let times = rounds.map(|_| setup.time_calls("getppid", setup.options.count, Some(cpus)));
    Ok(time_on_one(median(times.collect::<Result<Vec<_>>>()?), cpus, setup.options.clock))
}

/// The time of one CPU's call. A clock that counts instructions counts those of all CPUs.
fn time_on_one(time: f64, cpus: u64, clock: ClockUnit) -> f64 {
    match clock {
        ClockUnit::Instructions => time / cpus as f64,
        ClockUnit::Nanoseconds => time,
    }
}

/// All calls must have been recorded.
fn check(setup: &mut Setup, cpus: u64) -> Result<()> {
    let (mut calls, mut dropped) = (0, 0);
    let is_intact = setup.reader.for_each_line(&setup.recording(), &mut |line| {
        calls += u64::from(entered_call(line) == Some(GETPPID_NUMBER));
        dropped += dropped_in(line).unwrap_or(0);
    })?;
    if !is_intact {
        setup.report_wrong(format!("{SEVERAL_CPUS}: the recording is damaged"));
    }
    if dropped > 0 {
        setup.report_wrong(format!("{cpus} CPUs: events were dropped"));
    }
    let made = cpus * setup.options.rounds as u64 * setup.options.count;
    if calls != made {
        setup.report_wrong(format!("{cpus} CPUs: {calls} of {made} calls"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instructions_of_all_cpus_are_shared() {
        assert_eq!(time_on_one(1200.0, 4, ClockUnit::Instructions), 300.0);
        assert_eq!(time_on_one(1200.0, 4, ClockUnit::Nanoseconds), 1200.0);
    }
}
