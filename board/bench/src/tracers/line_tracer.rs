// SPDX-License-Identifier: GPL-2.0

//! Programs that run the traced one and write a line for each call, as strace does.

use super::tracer::{find_program, Tracer};
use crate::evidence::expected::{ExpectedRecording, Form};
use crate::evidence::measured_call::MeasuredCall;
use crate::setup::Setup;
use crate::system::machine::size_of;
use crate::system::program;
use crate::system::stop::{About, Result};
use std::fs::File;
use std::path::Path;
use std::process::Command;

pub struct LineTracer {
    pub program: &'static str,
    /// Before `-o FILE` and the traced program.
    pub arguments: &'static [&'static str],
}

impl Tracer for LineTracer {
    fn find_obstacle(&self, _setup: &Setup) -> std::result::Result<(), String> {
        find_program(self.program)
    }

    // These are so slow that fewer calls show it.
    fn calls_at_once(&self, count: u64) -> u64 {
        count / 4
    }

    fn start(&self, setup: &Setup) -> Result<()> {
        setup.remove_output();
        Ok(())
    }

    fn command(&self, setup: &Setup, program: &Path) -> Command {
        let mut command = Command::new(self.program);
        command.args(self.arguments).arg("-o").arg(setup.output()).arg(program);
        command
    }

    fn stop(&self, setup: &Setup) -> Result<u64> {
        size_of(&setup.output())
    }

    fn expected_recording(&self) -> Option<ExpectedRecording> {
        Some(ExpectedRecording {
            form: Form::Strace,
            has_entries: true,
            has_exits: true,
            is_parent_bench: false,
            has_args: false,
        })
    }

    fn for_each_line(&self, setup: &Setup, take: &mut dyn FnMut(&str)) -> Result<bool> {
        let file = setup.output();
        let text = File::open(&file).about(file.display())?;
        program::read_lines(text, take).about(file.display())?;
        Ok(true)
    }

    fn find_loss(&self, setup: &Setup, _call: MeasuredCall, calls: u64) -> Result<Option<String>> {
        let mut lines = 0;
        self.for_each_line(setup, &mut |_| lines += 1)?;
        Ok((lines < calls).then(|| "calls are missing".into()))
    }
}
