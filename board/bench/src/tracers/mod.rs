// SPDX-License-Identifier: GPL-2.0

//! The tracers that are measured, and the cases of the table of calls.
//!
//! | file | what it does |
//! |---|---|
//! | `floor` | empty probes |
//! | `ours` | this tracer: it records, its buffer is full, or it excludes the process |
//! | `ftrace` | ftrace's raw_syscalls events |
//! | `trace_cmd` | trace-cmd, which runs the traced program |
//! | `line_tracer` | strace, perf trace: programs that run the traced one and write lines |

mod floor;
mod ftrace;
mod line_tracer;
mod ours;
mod trace_cmd;

use crate::evidence::measured_call::MeasuredCall;
use crate::evidence::Record;
use crate::setup::{Setup, BUFFER};
use crate::system::program;
use crate::system::stop::Result;
use floor::Floor;
use ftrace::Ftrace;
use line_tracer::LineTracer;
use ours::Ours;
use std::path::Path;
use std::process::Command;
use trace_cmd::TraceCmd;

/// A tracer with its settings.
pub trait Tracer {
    /// Fails with the reason if this tracer cannot be measured here.
    fn find_obstacle(&self, setup: &Setup) -> std::result::Result<(), String>;

    /// How many calls are timed at once, where most tracers have `count`.
    fn calls_at_once(&self, count: u64) -> u64 {
        count
    }

    /// Starts the tracer, unless it is a program that runs the traced one.
    fn start(&self, _setup: &Setup) -> Result<()> {
        Ok(())
    }

    /// The command that runs a program under the tracer.
    fn command(&self, _setup: &Setup, program: &Path) -> Command {
        Command::new(program)
    }

    /// Ends the tracer. Returns the bytes that it recorded.
    fn stop(&self, setup: &Setup) -> Result<u64>;

    /// Whether bytes are recorded of each call that is timed.
    fn has_bytes(&self) -> bool {
        true
    }

    /// What must be recorded of each call; `None` if a recording cannot be checked.
    fn record(&self) -> Option<Record>;

    /// Calls `take` with each line of what was recorded. Returns whether the recording was intact.
    fn for_each_line(&self, setup: &Setup, take: &mut dyn FnMut(&str)) -> Result<bool>;

    /// Looks for lost events in what was recorded of `calls` calls. Returns what is wrong, if something is.
    fn find_loss(&self, setup: &Setup, call: MeasuredCall, calls: u64) -> Result<Option<String>>;
}

/// A row of the table of calls.
pub struct Case {
    pub name: &'static str,
    pub tracer: Box<dyn Tracer>,
}

/// The name of the case that others are compared with.
pub const FLOOR: &str = "floor: empty probes";

/// The rows of the table of calls, in their order.
pub fn cases(setup: &Setup) -> Vec<Case> {
    let mine = setup.only_exercise();
    let recorded = |settings: &[&str]| Ours::recorded(&[&[&*mine], settings, &[BUFFER]].concat());
    vec![
        case(FLOOR, Floor::new(&[])),
        case("floor: on exits alone", Floor::new(&["edges=exit"])),
        case("floor: on enters alone", Floor::new(&["edges=enter"])),
        case("recorded, without arguments", recorded(&[])),
        case("recorded, with arguments", recorded(&["args=1", "snaplen=0"])),
        case("the same, and what they point to", recorded(&["args=1"])),
        case("exits alone, with arguments", recorded(&["edges=exit", "args=1", "snaplen=0"])),
        case("exits alone, and what these point to", recorded(&["edges=exit", "args=1"])),
        case("enters alone", recorded(&["edges=enter"])),
        case("buffer full", Ours::full(&[&mine, "buffer_kb=16"])),
        case("excluded by its name", Ours::excluded(&["proc_name=another"])),
        case("excluded by its pid", Ours::excluded(&["pid=1"])),
        case("excluded by its name, not exempt", Ours::excluded(&["proc_name=another", "exempt=0"])),
        case("ftrace raw_syscalls", Ftrace::recorded()),
        case("ftrace raw_syscalls, excluded by its pid", Ftrace::excluded()),
        case("trace-cmd record", TraceCmd),
        case("perf trace", LineTracer { program: "perf", arguments: &["trace", "-m", "16M"] }),
        case("strace -f", LineTracer { program: "strace", arguments: &["-f"] }),
    ]
}

fn case(name: &'static str, tracer: impl Tracer + 'static) -> Case {
    Case { name, tracer: Box::new(tracer) }
}

/// Fails unless a program is installed.
fn find_program(name: &str) -> std::result::Result<(), String> {
    match program::find(name) {
        Some(_) => Ok(()),
        None => Err(format!("there is no {name}")),
    }
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|&word| word.to_owned()).collect()
}
