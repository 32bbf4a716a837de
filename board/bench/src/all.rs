// SPDX-License-Identifier: GPL-2.0

//! All measurements, one after another: `bench all`.

use crate::calls::{self, notes_of, print_parts};
use crate::nginx;
use crate::options::{beside, CallOptions, Clock, NginxOptions};
use crate::setup::Setup;
use crate::several_cpus::{self, SEVERAL_CPUS};
use crate::system::machine::{self, set_other_cpus, write_other_cpus};
use crate::system::program::find;
use crate::system::say;
use crate::system::stop::Result;
use crate::user_space;

/// Prints all tables. Returns whether every check passed.
pub fn run(options: &CallOptions) -> Result<bool> {
    println!("Linux {} on {}, {} CPUs\n", machine::release(), machine::architecture(), machine::count_cpus()?);
    let has_passed = match options.clock {
        Clock::Nanoseconds => calls::run(options)?,
        Clock::Instructions => {
            // The clock counts those of all CPUs: one does everything.
            let _others = OtherCpus::turn_off()?;
            let has_passed = run_on_one_cpu(options)?;
            return run_nginx(options).map(|()| has_passed);
        }
    };
    run_nginx(options)?;
    Ok(has_passed)
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
    print_parts(parts.into_iter());
    Ok(!setup.has_failed())
}

/// Measures the web server as well, if everything is wanted and it is there.
fn run_nginx(options: &CallOptions) -> Result<()> {
    if !options.are_defaults || find("nginx").is_none() || find("ab").is_none() {
        say("without nginx and ab");
        return Ok(());
    }
    println!();
    nginx::run(&NginxOptions {
        requests: 5000,
        concurrency: 50,
        // Instructions come out the same each time; times do not.
        rounds: if options.clock.counts_instructions() { 3 } else { 7 },
        module: options.module.clone(),
        reader: options.reader.clone(),
        floor: Some(beside("floor.ko")),
        ..NginxOptions::default()
    })
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
