// SPDX-License-Identifier: GPL-2.0

//! Measures reading: of a full buffer, and while events are recorded.

use super::table::UserSpaceTable;
use crate::figures::numbers::percent;
use crate::setup::{Setup, BUFFER};
use crate::system::machine::{count_waits, cpu_time, peak_memory, workers_cpu_time};
use crate::system::program::{must_run, sleep, Background};
use crate::system::recording::dropped_in;
use crate::system::signals::Signal;
use crate::system::stop::Result;
use std::path::Path;
use std::process::Command;

/// Calls whose events wait in the buffer for a reader.
const DRAINED_CALLS: u64 = 100_000;
/// The most units of the clock that a reader may take for an event.
const MOST_PER_EVENT: u64 = 30;
/// Calls a second that one thread makes while a reader reads.
pub const STEADY_RATE: u64 = 100_000;
/// How long it makes them.
pub const STEADY_SECONDS: u64 = 5;

/// What a program read from the device, and the memory that it had.
pub struct Drained {
    pub events: u64,
    /// The most memory that it had, in KiB.
    pub memory: u64,
}

/// Measures a program that reads a full buffer and writes it to the setup's recording: CPU time and memory.
pub fn drain(setup: &mut Setup, table: &mut UserSpaceTable, name: &str, program: &mut Command) -> Result<Drained> {
    load(setup)?;
    let reader = Background::start(program)?;
    sleep(1)?;
    reader.signal(Signal::Stop)?;
    sleep(1)?;
    let before = cpu_time(reader.pid())?;
    setup.time_calls("getppid", DRAINED_CALLS, None)?;
    reader.signal(Signal::Continue)?;
    sleep(2)?;
    let taken = cpu_time(reader.pid())? - before;
    let memory = peak_memory(reader.pid())?;
    setup.end_recording(reader)?;

    let events = count_events(setup, name, &setup.recording())?;
    if events < 2 * DRAINED_CALLS {
        setup.report_wrong(format!("{name}: {events} of {} events", 2 * DRAINED_CALLS));
    }
    let row = format!("draining by {name}, {} an event", setup.unit());
    table.add(&row, format!("{:.1}", taken as f64 / events as f64), Some(MOST_PER_EVENT));
    Ok(Drained { events, memory })
}

/// Measures reading while calls are made at a steady rate. The setup's recording holds them afterwards.
pub fn read_steadily(setup: &Setup, table: &mut UserSpaceTable) -> Result<()> {
    load(setup)?;
    let reader = setup.reader.write_to(&setup.recording())?;
    sleep(1)?;
    let measure = || Ok((cpu_time(reader.pid())?, workers_cpu_time(), count_waits(reader.pid())?));
    let before = measure()?;
    let mut pace = Command::new(&setup.options.exercise);
    must_run(pace.arg("pace").args([STEADY_RATE, STEADY_SECONDS].map(|number| number.to_string())))?;
    let after = measure()?;
    setup.end_recording(reader)?;

    let seconds = STEADY_SECONDS as f64;
    let cpu_percent = |before: u64, after: u64| percent(after as f64 - before as f64, seconds * 1e9);
    let of_a_ghz = if setup.options.clock.counts_instructions() { " of 1 GHz" } else { "" };
    let row = format!("reading {STEADY_RATE} calls/s into a file, % of a CPU{of_a_ghz}");
    table.add(&row, format!("{:.3}", cpu_percent(before.0, after.0)), None);
    table.add("kernel's workers meanwhile, % of it", format!("{:.3}", cpu_percent(before.1, after.1)), None);
    table.add("wakeups of the reader a second", format!("{:.1}", (after.2 - before.2) as f64 / seconds), None);
    Ok(())
}

/// Loads the module so that it records `exercise` alone.
fn load(setup: &Setup) -> Result<()> {
    setup.module.must_load(&[setup.only_exercise(), BUFFER.into()])
}

/// Counts the lines of a recording. Reports a recording that is damaged or has drops.
pub fn count_events(setup: &mut Setup, name: &str, recording: &Path) -> Result<u64> {
    let (mut lines, mut dropped) = (0, 0);
    let is_intact = setup.reader.for_each_line(recording, &mut |line| {
        lines += 1;
        dropped += dropped_in(line).unwrap_or(0);
    })?;
    if !is_intact {
        setup.report_wrong(format!("{name}: the recording is damaged"));
    }
    if dropped > 0 {
        setup.report_wrong(format!("{name}: events were dropped"));
    }
    Ok(lines)
}
