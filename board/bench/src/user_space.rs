// SPDX-License-Identifier: GPL-2.0

//! What reading costs while events are recorded, and afterwards, and what decoding costs.

use crate::decoding::{self, Recordings};
use crate::figures::numbers::percent;
use crate::figures::table::{left, right, Table};
use crate::setup::{Setup, BUFFER};
use crate::system::machine::{count_waits, cpu_time, peak_memory, workers_cpu_time};
use crate::system::program::{must_run, sleep, Background};
use crate::system::recording::{dropped_in, DEVICE};
use crate::system::say;
use crate::system::signals::Signal;
use crate::system::stop::{About, Result};
use std::fs::{self, File};
use std::path::Path;
use std::process::Command;

/// Calls whose events wait in the buffer for a reader.
const DRAINED_CALLS: u64 = 100_000;
/// What a reader may take for an event.
const MOST_PER_EVENT: u64 = 30;
/// What it may have of memory, in KiB.
pub const MOST_MEMORY: u64 = 2048;
/// Calls a second, in one thread, while a reader reads, and for how long.
const STEADY_RATE: u64 = 100_000;
const STEADY_SECONDS: u64 = 5;

/// The table of user space; `None` if it is not wanted.
pub fn measure(setup: &mut Setup) -> Result<Option<String>> {
    if !setup.is_wanted("user space") {
        return Ok(None);
    }
    let mut table = UserSpace::new();
    let recording = setup.recording();
    let mut reader = Command::new(&setup.reader.program);
    reader.arg("-w").arg(&recording).arg(DEVICE);
    let drained = drain(setup, &mut table, "-w", &mut reader)?;
    table.add("draining by -w, KiB of memory", drained.memory.to_string(), Some(MOST_MEMORY));

    let mut cat = Command::new("cat");
    cat.arg(DEVICE).stdout(File::create(&recording).about(recording.display())?);
    let drained = drain(setup, &mut table, "cat", &mut cat)?;
    let small = setup.folder.file("small");
    fs::rename(&recording, &small).about(small.display())?;

    read_steadily(setup, &mut table)?;
    let large = setup.folder.file("large");
    fs::rename(&recording, &large).about(large.display())?;
    let calls = count_events(setup, "reading", &large)? / 2;
    let made = STEADY_RATE * STEADY_SECONDS;
    if calls < made {
        setup.report_wrong(format!("reading: {calls} of {made} calls"));
    }
    let recordings = Recordings { small: (&small, drained.events / 2), large: (&large, calls) };
    decoding::measure(setup, &mut table, &recordings)?;
    Ok(Some(table.0.to_string()))
}

/// The table of user space.
pub struct UserSpace(Table);

impl UserSpace {
    fn new() -> Self {
        Self(Table::new(&[left(58), right(12), right(8)], &["user space", "", "at most"]))
    }

    /// Adds a row, with what the value may be at the most.
    pub fn add(&mut self, name: &str, value: String, at_most: Option<u64>) {
        say(&format!("{name}: {value}"));
        self.0.add([name.into(), value, at_most.map(|most| most.to_string()).unwrap_or_default()]);
    }
}

/// What a program took that read the device.
struct Drained {
    events: u64,
    /// In KiB, at the most.
    memory: u64,
}

/// Measures what a program takes that finds everything in the buffer and writes it to the setup's recording.
fn drain(setup: &mut Setup, table: &mut UserSpace, name: &str, program: &mut Command) -> Result<Drained> {
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

/// Measures what reading takes while calls are made at a steady rate. Leaves the setup's recording.
fn read_steadily(setup: &Setup, table: &mut UserSpace) -> Result<()> {
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

fn load(setup: &Setup) -> Result<()> {
    setup.module.must_load(&[setup.only_exercise(), BUFFER.into()])
}

/// The number of lines of a recording, which must be intact and tell of no drops.
fn count_events(setup: &mut Setup, name: &str, recording: &Path) -> Result<u64> {
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
