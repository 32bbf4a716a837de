// SPDX-License-Identifier: GPL-2.0

//! Measures what tracing costs: run by `scripts/bench` in a guest or on a board. `usage.txt` says how.
//!
//! | folder or file | what it does |
//! |---|---|
//! | `system/` | uses the machine: programs, modules, ftrace, recordings, CPUs |
//! | `figures/` | arithmetic and layout: medians, ranges, percentages, tables |
//! | `evidence/` | counts the calls that a tracer recorded, in each form of text |
//! | `nginx_case` | lists the ways in which `bench nginx` traces nginx |
//! | `options` | reads the command line |
//! | `setup` | checks and holds what a measurement uses: programs, modules, a folder in memory |
//! | `tracers/` | lists the cases of the first table; starts and stops each tracer |
//! | `several_cpus` | measures a call while several CPUs record |
//! | `user_space/` | measures reading and decoding |
//! | `calls/` | measures a call under each tracer: `bench calls` |
//! | `nginx/` | measures a web server under each tracer: `bench nginx` |
//! | `all` | runs all measurements, one after another: `bench all` |

#![deny(unsafe_code)]

#[cfg(stub_unwind)]
#[path = "../../../reader/src/unwind.rs"]
#[allow(unsafe_code, reason = "the unwinder's functions are the C library's")]
mod unwind;
mod system;
mod figures;
mod evidence;
mod nginx_case;
mod options;
mod setup;
mod tracers;
mod several_cpus;
mod user_space;
mod calls;
mod nginx;
mod all;

use options::Measurement;
use std::process::ExitCode;
use system::output::say;
use system::signals;
use system::stop::{Result, Stop};

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) | Err(Stop::Interrupted) => ExitCode::FAILURE,
        Err(Stop::Failed(why)) => {
            say(&why);
            ExitCode::FAILURE
        }
        Err(Stop::Usage) => {
            eprint!("{}", include_str!("usage.txt"));
            ExitCode::from(2)
        }
    }
}

/// Does what the command line says. Returns whether every check passed.
fn run() -> Result<bool> {
    let measurement = options::parse(std::env::args().skip(1))?;
    signals::watch().map_err(|error| Stop::Failed(format!("signals cannot be caught: {error}")))?;
    match measurement {
        Measurement::All(options) => all::run(&options),
        Measurement::Calls(options) => calls::run(&options),
        Measurement::Nginx(options) => nginx::run(&options).map(|()| true),
    }
}
