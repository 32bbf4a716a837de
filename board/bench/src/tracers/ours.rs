// SPDX-License-Identifier: GPL-2.0

//! This tracer: it records, its buffer is full, or it excludes the process.

use super::tracer::{own_all, Tracer};
use crate::evidence::expected::{ExpectedRecording, Form};
use crate::evidence::measured_call::MeasuredCall;
use crate::setup::Setup;
use crate::system::machine::size_of;
use crate::system::recording::dropped_in;
use crate::system::stop::Result;

pub struct Ours {
    outcome: Outcome,
    parameters: Vec<String>,
}

/// What becomes of an event.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Recorded,
    /// The buffer is full: it is dropped.
    Dropped,
    Excluded,
}

/// More calls than the smallest buffer takes.
const FILLING_CALLS: u64 = 10_000;

impl Ours {
    pub fn recorded(parameters: &[&str]) -> Self {
        Self { outcome: Outcome::Recorded, parameters: own_all(parameters) }
    }

    pub fn full(parameters: &[&str]) -> Self {
        Self { outcome: Outcome::Dropped, parameters: own_all(parameters) }
    }

    pub fn excluded(parameters: &[&str]) -> Self {
        Self { outcome: Outcome::Excluded, parameters: own_all(parameters) }
    }

    fn has_parameter(&self, parameter: &str) -> bool {
        self.parameters.iter().any(|other| other == parameter)
    }
}

impl Tracer for Ours {
    fn find_obstacle(&self, setup: &Setup) -> std::result::Result<(), String> {
        setup.module.try_to_load(&self.parameters)
    }

    fn start(&self, setup: &Setup) -> Result<()> {
        setup.module.must_load(&self.parameters)?;
        if self.outcome == Outcome::Dropped {
            setup.time_calls("getppid", FILLING_CALLS, None)?;
        }
        Ok(())
    }

    fn stop(&self, setup: &Setup) -> Result<u64> {
        setup.collect_recording()?;
        size_of(&setup.recording())
    }

    fn has_bytes(&self) -> bool {
        self.outcome == Outcome::Recorded
    }

    fn expected_recording(&self) -> Option<ExpectedRecording> {
        let is_recorded = match self.outcome {
            Outcome::Recorded => true,
            Outcome::Excluded => false,
            Outcome::Dropped => return None,
        };
        Some(ExpectedRecording {
            form: Form::Ours,
            has_entries: is_recorded && !self.has_parameter("edges=exit"),
            has_exits: is_recorded && !self.has_parameter("edges=enter"),
            is_parent_bench: true,
            has_args: self.has_parameter("args=1"),
        })
    }

    fn for_each_line(&self, setup: &Setup, take: &mut dyn FnMut(&str)) -> Result<bool> {
        setup.reader.for_each_line(&setup.recording(), take)
    }

    fn find_loss(&self, setup: &Setup, call: MeasuredCall, calls: u64) -> Result<Option<String>> {
        if self.outcome == Outcome::Excluded {
            return Ok(None);
        }
        let mut dropped = 0;
        let is_intact = self.for_each_line(setup, &mut |line| dropped += dropped_in(line).unwrap_or(0))?;
        if !is_intact {
            return Ok(Some("the recording is damaged".into()));
        }
        Ok(match self.outcome {
            Outcome::Dropped => {
                // All but those that fit, and those were there before.
                let events = call.count_events(calls);
                (dropped < events).then(|| format!("{dropped} of {events} events were dropped"))
            }
            _ => (dropped > 0).then(|| "events were dropped".into()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_and_arguments_follow_from_parameters() {
        let expected = |tracer: Ours| {
            let recording = tracer.expected_recording().expect("a recording that is checked");
            (recording.has_entries, recording.has_exits, recording.has_args)
        };
        assert_eq!(expected(Ours::recorded(&["proc_name=exercise"])), (true, true, false));
        assert_eq!(expected(Ours::recorded(&["edges=exit", "args=1"])), (false, true, true));
        assert_eq!(expected(Ours::recorded(&["edges=enter"])), (true, false, false));
        assert_eq!(expected(Ours::excluded(&["pid=1"])), (false, false, false));
        assert!(Ours::full(&["buffer_kb=16"]).expected_recording().is_none());
    }
}
