// SPDX-License-Identifier: GPL-2.0

//! ftrace's raw_syscalls events, into its own buffers.

use super::tracer::Tracer;
use crate::evidence::expected::{ExpectedRecording, Form};
use crate::evidence::ftrace_lines::ProgramLines;
use crate::evidence::measured_call::MeasuredCall;
use crate::setup::Setup;
use crate::system::ftrace::{self, FtraceTotals};
use crate::system::stop::Result;

pub struct Ftrace {
    /// The process whose events are recorded; those of all, if `None`.
    pid: Option<u32>,
}

const BUFFER_KB: u32 = 16_384;

impl Ftrace {
    pub fn recorded() -> Self {
        Self { pid: None }
    }

    /// Records another process.
    pub fn excluded() -> Self {
        Self { pid: Some(1) }
    }

    fn is_recorded(&self) -> bool {
        self.pid.is_none()
    }
}

impl Tracer for Ftrace {
    fn find_obstacle(&self, _setup: &Setup) -> std::result::Result<(), String> {
        ftrace::find_obstacle()
    }

    fn start(&self, _setup: &Setup) -> Result<()> {
        ftrace::start(&[BUFFER_KB], self.pid)
    }

    fn stop(&self, _setup: &Setup) -> Result<u64> {
        ftrace::stop()?;
        Ok(FtraceTotals::read()?.bytes)
    }

    fn has_bytes(&self) -> bool {
        self.is_recorded()
    }

    fn expected_recording(&self) -> Option<ExpectedRecording> {
        Some(ExpectedRecording {
            form: Form::Ftrace,
            has_entries: self.is_recorded(),
            has_exits: self.is_recorded(),
            is_parent_bench: true,
            has_args: false,
        })
    }

    fn for_each_line(&self, setup: &Setup, take: &mut dyn FnMut(&str)) -> Result<bool> {
        let mut program = ProgramLines::new(&setup.process_name, false);
        ftrace::for_each_line(&mut |line| {
            if program.admits(line) {
                take(line);
            }
        })?;
        Ok(true)
    }

    fn find_loss(&self, _setup: &Setup, _call: MeasuredCall, _calls: u64) -> Result<Option<String>> {
        let lost = FtraceTotals::read()?.lost;
        Ok((lost > 0).then(|| format!("ftrace lost {lost} events")))
    }
}
