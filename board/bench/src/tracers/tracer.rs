// SPDX-License-Identifier: GPL-2.0

//! What every tracer does for a measurement, and functions that several tracers use.

use crate::evidence::expected::ExpectedRecording;
use crate::evidence::measured_call::MeasuredCall;
use crate::setup::Setup;
use crate::system::program;
use crate::system::stop::Result;
use std::path::Path;
use std::process::Command;

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
    fn expected_recording(&self) -> Option<ExpectedRecording>;

    /// Calls `take` with each line of what was recorded. Returns whether the recording was intact.
    fn for_each_line(&self, setup: &Setup, take: &mut dyn FnMut(&str)) -> Result<bool>;

    /// Looks for lost events in what was recorded of `calls` calls. Returns what is wrong, if something is.
    fn find_loss(&self, setup: &Setup, call: MeasuredCall, calls: u64) -> Result<Option<String>>;
}

/// Fails unless a program is installed.
pub fn find_program(name: &str) -> std::result::Result<(), String> {
    match program::find(name) {
        Some(_) => Ok(()),
        None => Err(format!("there is no {name}")),
    }
}

/// Copies words to a list that owns them.
pub fn own_all(words: &[&str]) -> Vec<String> {
    words.iter().map(|&word| word.to_owned()).collect()
}
