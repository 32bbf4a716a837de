// SPDX-License-Identifier: GPL-2.0

//! All measurements, one after another: `bench all`.

use crate::calls::{self, notes_of, print_parts};
use crate::nginx;
use crate::options::{beside, CallOptions, NginxOptions};
use crate::setup::Setup;
use crate::several_cpus::{self, SEVERAL_CPUS};
use crate::system::machine::{self, set_other_cpus, write_other_cpus};
use crate::system::output::{print, say};
use crate::system::program::find;
use crate::system::stop::{Result, Stop};
use crate::user_space;

/// Prints all tables. Returns whether every check passed.
pub fn run(options: &CallOptions) -> Result<bool> {
    let (release, architecture) = (machine::release(), machine::architecture());
    print(&format!("Linux {release} on {architecture}, {} CPUs\n\n", machine::count_cpus()?))?;
    // A clock that counts instructions counts those of all CPUs, so one CPU does everything.
    let others = options.clock.counts_instructions().then(OtherCpus::turn_off).transpose()?;
    let calls = if others.is_some() { run_on_one_cpu(options) } else { calls::run(options) };
    let have_calls_passed = has_passed(calls)?;
    Ok(has_passed(run_nginx(options))? && have_calls_passed)
}

/// Tells a failure, which does not keep other things from being measured.
fn has_passed(result: Result<bool>) -> Result<bool> {
    if let Err(Stop::Failed(why)) = &result {
        say(why);
        return Ok(false);
    }
    result
}

/// Measures everything on the first CPU, except for what is about several.
fn run_on_one_cpu(options: &CallOptions) -> Result<bool> {
    let mut setup = Setup::new(options)?;
    let tables = [calls::measure(&mut setup)?, user_space::measure(&mut setup)?];
    let notes = notes_of(&mut setup);
    let mut parts: Vec<String> = tables.into_iter().flatten().chain(notes).collect();
    if setup.is_wanted(SEVERAL_CPUS) {
        set_other_cpus(true)?;
        parts.extend(several_cpus::measure(&mut setup)?);
        parts.extend(notes_of(&mut setup));
        set_other_cpus(false)?;
    }
    print_parts(parts.into_iter())?;
    Ok(!setup.has_failed())
}

/// Measures the web server as well, if everything is wanted and it is there.
fn run_nginx(options: &CallOptions) -> Result<bool> {
    if !options.are_defaults || find("nginx").is_none() || find("ab").is_none() {
        say("without nginx and ab");
        return Ok(true);
    }
    print("\n")?;
    nginx::run(&NginxOptions {
        requests: 5000,
        concurrency: 50,
        // Instructions come out the same each time; times do not.
        rounds: if options.clock.counts_instructions() { 3 } else { 7 },
        module: options.module.clone(),
        reader: options.reader.clone(),
        floor: Some(beside("floor.ko")),
        ..NginxOptions::default()
    })?;
    Ok(true)
}

/// All CPUs but the first are off until this is dropped.
struct OtherCpus;

impl OtherCpus {
    fn turn_off() -> Result<Self> {
        let off = Self;
        set_other_cpus(false)?;
        Ok(off)
    }
}

impl Drop for OtherCpus {
    fn drop(&mut self) {
        write_other_cpus(true);
    }
}
