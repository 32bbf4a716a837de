// SPDX-License-Identifier: GPL-2.0

//! Measures what tracing costs: run by `scripts/bench` in a guest or on a board. `usage.txt` says how.
//!
//! | folder or file | what it does |
//! |---|---|
//! | `options` | reads the command line |
//! | `setup` | checks and holds what a measurement uses: programs, modules, a folder in memory |
//! | `system/` | what is done with the machine: programs, modules, ftrace, recordings, CPUs |
//! | `figures/` | arithmetic and layout: medians, ranges, percentages, tables |
//! | `tracers/` | the cases of the first table, and a file for each tracer |
//! | `evidence/` | counts the calls that a tracer recorded, in each form of text |
//! | `calls/` | what a call costs under each tracer |
//! | `user_space`, `decoding` | what reading and decoding cost |
//! | `several_cpus` | what a call costs where several CPUs record |
//! | `nginx/` | what tracing costs a web server |
//! | `all` | all of these, one after another |

#![deny(unsafe_code)]

mod all;
mod calls;
mod decoding;
mod evidence;
mod figures;
mod nginx;
mod options;
mod setup;
mod several_cpus;
mod system;
mod tracers;
mod user_space;

#[cfg(stub_unwind)]
#[path = "../../../reader/src/unwind.rs"]
#[allow(unsafe_code, reason = "the unwinder's functions are the C library's")]
mod unwind;

use options::Command;
use std::process::ExitCode;
use system::stop::{Result, Stop};
use system::{say, signals};

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
    let command = options::parse(std::env::args().skip(1))?;
    signals::watch().map_err(|error| Stop::Failed(format!("signals cannot be caught: {error}")))?;
    match command {
        Command::All(options) => all::run(&options),
        Command::Calls(options) => calls::run(&options),
        Command::Nginx(options) => nginx::run(&options).map(|()| true),
    }
}
