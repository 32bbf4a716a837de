// SPDX-License-Identifier: GPL-2.0

//! `syscall-record`: shows the system calls that the kernel module records.
//!
//! Each file uses only files that stand above it here:
//!
//! - `errors`: errors, and how they are shown to the user
//! - `sink`: the output: standard output or a file
//! - `progress`: a line that tells how far reading is
//! - `list`: what `-l` and `-L` list
//! - `load`: loads the kernel module
//! - `child`: the command that `run` traces
//! - `presentation`: how events are shown
//! - `module_parameters`: the module's parameters, as sysfs shows them
//! - `kernel_request`: what the module is asked to record
//! - `explain`: what `--explain` tells
//! - `prelude`: hides what a child does before it runs its command
//! - `output`: from events to what the user sees
//! - `session`: the main loop
//! - `show`: shows an input
//! - `read`: reads a recording, or the device
//! - `run_attach`: `run` and `attach`

#![deny(unsafe_code)]

mod errors;
mod explain;
mod list;
mod module_parameters;
mod prelude;
mod presentation;
mod progress;
mod sink;
#[cfg(stub_unwind)]
#[allow(unsafe_code)]
mod unwind;
mod child;
mod kernel_request;
mod load;
mod output;
mod session;
mod show;
mod read;
mod run_attach;

use errors::{complain, is_broken_pipe, AnyError, WrongUsage};
use presentation::{Presentation, WrongFormat};
use std::env;
use std::io::{self, Write};
use std::process::ExitCode;
use syscall_record::options::{Command, Options, OptionsError};

/// The exit status of wrong usage.
const USAGE: u8 = 2;

fn main() -> ExitCode {
    let options = match Options::parse(env::args_os()) {
        Ok(options) => options,
        Err(OptionsError::Help(text)) => {
            let _ = io::stdout().write_all(text.as_bytes());
            return ExitCode::SUCCESS;
        }
        Err(OptionsError::CommandLine(error)) => {
            // This may be the version, which goes to standard output and is no failure.
            let _ = error.print();
            return ExitCode::from(error.exit_code() as u8);
        }
        Err(OptionsError::Filter(error)) => {
            complain(&error);
            return ExitCode::from(USAGE);
        }
    };
    match run(&options) {
        Ok(status) => ExitCode::from(status),
        // The program that reads our output has seen enough, as `head` does.
        Err(error) if is_broken_pipe(&*error) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&*error);
            let is_usage = error.is::<WrongFormat>() || error.is::<WrongUsage>();
            ExitCode::from(if is_usage { USAGE } else { 1 })
        }
    }
}

/// Does what the options ask for. Returns the exit status.
fn run(options: &Options) -> Result<u8, AnyError> {
    match &options.command {
        Command::Read(input) => read::read(options, input.as_deref()),
        Command::Run(words) => run_attach::run(options, words),
        Command::Attach(pids, follow) => run_attach::attach(options, pids, *follow),
        Command::ListFields | Command::ListCalls | Command::Explain(_) => {
            let mut out = io::BufWriter::new(sink::open(options.output.as_deref(), options.append)?);
            match options.command {
                Command::ListFields => list::fields(&mut out)?,
                Command::ListCalls => list::calls(&mut out)?,
                Command::Explain(true) => explain::explain_recorded(options, &mut out)?,
                _ => explain::explain(options, Presentation::new(options)?.1, &mut out)?,
            }
            out.flush()?;
            Ok(0)
        }
    }
}
