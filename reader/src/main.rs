// SPDX-License-Identifier: GPL-2.0

//! `syscall-record`: shows the system calls that the kernel module records.

#![deny(unsafe_code)]

mod child;
mod lists;
mod live;
mod load;
mod options;
mod output;
mod progress;
mod session;
mod shape;
mod sink;
mod traced;

#[cfg(stub_unwind)]
#[allow(unsafe_code)]
mod unwind;

use live::Plan;
use options::{Action, Options};
use output::{Gate, Output};
use progress::Progress;
use session::Outcome;
use shape::{Shape, WrongFormat};
use sink::Sink;
use std::env;
use std::fmt::Display;
use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;
use syscall_record::filter::FilterError;
use syscall_record::source::Source;
use syscall_record::Interrupt;

/// Any error: what is printed of it tells what was wrong, and what to do.
type AnyError = Box<dyn std::error::Error>;

/// What usage that is wrong ends with.
const USAGE: u8 = 2;

fn main() -> ExitCode {
    let options = match Options::parse(env::args_os()) {
        Ok(options) => options,
        Err(error) => {
            // Help goes to standard output and is no failure.
            let _ = error.print();
            return ExitCode::from(error.exit_code() as u8);
        }
    };
    match run(&options) {
        Ok(status) => ExitCode::from(status),
        // Whoever reads our output has seen enough, `head` for example.
        Err(error) if is_broken_pipe(&*error) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&*error);
            let is_usage = error.is::<FilterError>() || error.is::<WrongFormat>() || error.is::<WrongUsage>();
            ExitCode::from(if is_usage { USAGE } else { 1 })
        }
    }
}

/// What was asked for cannot be done.
#[derive(Debug)]
struct WrongUsage(String);

impl Display for WrongUsage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for WrongUsage {}

/// Does what the options say; the exit status.
fn run(options: &Options) -> Result<u8, AnyError> {
    match &options.action {
        Action::Read(input) => read(options, input.as_deref()),
        Action::Run(words) => traced::run(options, words),
        Action::Attach(pids, follow) => traced::attach(options, pids, *follow),
        Action::Fields | Action::Calls | Action::Explain(_) => {
            let mut out = io::BufWriter::new(sink::open(options.output.as_deref(), options.append)?);
            match options.action {
                Action::Fields => lists::fields(&mut out)?,
                Action::Calls => lists::calls(&mut out)?,
                Action::Explain(true) => live::explain_recorded(options, &mut out)?,
                _ => live::explain(options, Shape::new(options)?.1, &mut out)?,
            }
            out.flush()?;
            Ok(0)
        }
    }
}

/// Reads a recording, or the device; the exit status.
fn read(options: &Options, input: Option<&Path>) -> Result<u8, AnyError> {
    let (shape, needs) = Shape::new(options)?;
    let plan = Plan::new(options, needs)?;
    plan.check(false)?;
    let mut source = Source::open(input, Interrupt::new()?)?;
    if !source.is_device() {
        plan.check(true)?;
        check_files(options, input, &source)?;
    }
    let sink = sink::open(options.output.as_deref(), options.append)?;
    if source.is_device() {
        plan.hand_over(&source)?;
    }
    show(options, plan, shape, &mut source, sink, None)
}

/// Checks that the input is none that is an output, too, and no program.
fn check_files(options: &Options, input: Option<&Path>, source: &Source) -> Result<(), WrongUsage> {
    let output = options.output.as_deref();
    let text = if sink::metadata(output).is_some_and(|metadata| source.is_file(&metadata)) {
        let name = output.unwrap_or(Path::new("standard output")).display();
        format!("{name}: this is the recording that is read, and would be lost: write to another file")
    } else if let (Some(path), Some(may_run)) = (input.map(Path::display), source.as_program()) {
        let hint = if may_run { "; to trace it: syscall-record run -- FILE" } else { "" };
        format!("{path}: a program, not a recording{hint}")
    } else {
        return Ok(());
    };
    Err(WrongUsage(text))
}

/// Shows what comes from `source`, or writes it as it is; the exit status. `gate` hides some of it.
fn show(
    options: &Options,
    plan: Plan,
    shape: Shape,
    source: &mut Source,
    sink: Sink,
    gate: Option<Gate>,
) -> Result<u8, AnyError> {
    // Lines that run over the screen tell how far it is.
    let is_busy = !options.is_quiet() && options.output.is_none() && io::stdout().is_terminal();
    let is_long = source.size().is_some() || options.output.is_some();
    // A command that is run has the terminal for itself.
    let is_seen = is_long && !is_busy && gate.is_none() && io::stderr().is_terminal();
    let mut progress = Progress::new(source.size(), is_seen);
    // Packets stay alone.
    let (mut packets, text) = match (options.raw, &options.output) {
        (false, _) => (None, sink),
        (true, Some(_)) => (Some(sink), sink::open(None, false)?),
        (true, None) => (Some(sink), sink::standard_error()?),
    };
    let mut output = Output::new(options, plan, shape, text, source.is_device());
    if let Some(gate) = gate {
        output.hide(gate);
    }
    let outcome = match &mut packets {
        Some(packets) => {
            output.count_if_needed();
            session::copy(source, packets, &mut output, &mut progress)?
        }
        None => session::run(source, &mut output, &mut progress)?,
    };
    Ok(u8::from(outcome == Outcome::Damaged))
}

fn is_broken_pipe(error: &(dyn std::error::Error + 'static)) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

fn complain(what: &(impl Display + ?Sized)) {
    // Without a standard error there is nobody to tell.
    let _ = writeln!(io::stderr(), "syscall-record: {what}");
}
