// SPDX-License-Identifier: GPL-2.0

//! `syscall-record`: prints the system calls that the kernel module records.

#![deny(unsafe_code)]

mod cli;
mod sink;

#[cfg(stub_unwind)]
#[allow(unsafe_code)]
mod unwind;

use cli::Options;
use std::env;
use std::fmt::Display;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::process::ExitCode;
use syscall_record::framing::{Damage, DamageKind, Framing};
use syscall_record::merge::Merge;
use syscall_record::print::Printer;
use syscall_record::source::Source;
use syscall_record::Interrupt;

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
        Ok(Outcome::Sound) => ExitCode::SUCCESS,
        Ok(Outcome::Damaged) => ExitCode::FAILURE,
        Err(error) => {
            // Whoever reads our output has seen enough, `head` for example.
            if error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe) {
                return ExitCode::SUCCESS;
            }
            complain(&*error);
            ExitCode::FAILURE
        }
    }
}

/// How the input was.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Sound,
    Damaged,
}

/// Lines that are written together.
const OUTPUT_BYTES: usize = 64 * 1024;

/// What is read and written together without decoding: so much that the calls cost next to nothing.
const COPY_BYTES: usize = 256 * 1024;

type AnyError = Box<dyn std::error::Error>;

fn run(options: &Options) -> Result<Outcome, AnyError> {
    let mut source = Source::open(options.input.as_deref(), Interrupt::new()?)?;
    let mut sink = sink::open(options.output.as_deref(), options.append)?;
    if options.raw {
        copy(&mut source, &mut sink)?;
        return Ok(Outcome::Sound);
    }

    let mut framing = Framing::new();
    let mut merge = Merge::new();
    let mut printer = Printer::new(BufWriter::with_capacity(OUTPUT_BYTES, sink));
    let mut outcome = Outcome::Sound;
    let mut at_end = false;
    while !at_end {
        let read = source.read(framing.space());
        // What was read before an error is printed, too.
        let bytes = *read.as_ref().unwrap_or(&0);
        framing.filled(bytes);
        at_end = bytes == 0;
        while let Some(item) = framing.next(at_end) {
            match item {
                Ok(framed) => merge.push(framed, |header, event| printer.print(header.machine, event))?,
                Err(damage) => {
                    // The lines before it come first where both go to one place.
                    printer.flush()?;
                    complain(&describe(damage));
                    outcome = Outcome::Damaged;
                }
            }
        }
        if at_end {
            merge.finish(|header, event| printer.print(header.machine, event))?;
        }
        // Someone may be watching, and the next read may wait.
        printer.flush()?;
        read?;
    }
    Ok(outcome)
}

/// Passes packets on as they are: a piece is as large as the input gives it.
fn copy(source: &mut Source, sink: &mut File) -> Result<(), AnyError> {
    let mut buffer = vec![0; COPY_BYTES];
    loop {
        let bytes = source.read(&mut buffer)?;
        if bytes == 0 {
            return Ok(());
        }
        sink.write_all(&buffer[..bytes])?;
    }
}

fn describe(damage: Damage) -> String {
    let offset = damage.offset;
    match damage.kind {
        DamageKind::Skipped(bytes) => format!("offset {offset}: {bytes} bytes are damaged or no recording; skipped"),
        DamageKind::Truncated(0) => format!("offset {offset}: the input ends inside a packet, behind its last record"),
        DamageKind::Truncated(bytes) => {
            format!("offset {offset}: the input ends inside a packet; {bytes} bytes of records are missing")
        }
        DamageKind::Version(version) => {
            format!("offset {offset}: a packet of format version {version}, which this syscall-record does not know; skipped")
        }
    }
}

fn complain(what: &(impl Display + ?Sized)) {
    // Without a standard error there is nobody to tell.
    let _ = writeln!(io::stderr(), "syscall-record: {what}");
}
