// SPDX-License-Identifier: GPL-2.0

//! `trace-cmd record` of raw_syscalls events, which it writes to a file.

use super::tracer::{find_program, Tracer};
use crate::evidence::expected::{ExpectedRecording, Form};
use crate::evidence::ftrace_lines::ProgramLines;
use crate::evidence::measured_call::MeasuredCall;
use crate::setup::Setup;
use crate::system::machine::size_of;
use crate::system::program;
use crate::system::stop::Result;
use std::path::Path;
use std::process::{Command, Stdio};

pub struct TraceCmd;

/// Of each CPU, as in the rows of ftrace.
const BUFFER_KB: &str = "16384";

impl Tracer for TraceCmd {
    fn find_obstacle(&self, _setup: &Setup) -> std::result::Result<(), String> {
        find_program("trace-cmd")
    }

    fn start(&self, setup: &Setup) -> Result<()> {
        setup.remove_output();
        Ok(())
    }

    fn command(&self, setup: &Setup, program: &Path) -> Command {
        let mut command = Command::new("trace-cmd");
        command.args(["record", "-q", "-b", BUFFER_KB, "--compression", "none", "-e", "raw_syscalls", "-o"]);
        command.arg(setup.output()).arg(program).stderr(Stdio::null());
        command
    }

    fn stop(&self, setup: &Setup) -> Result<u64> {
        size_of(&setup.output())
    }

    fn expected_recording(&self) -> Option<ExpectedRecording> {
        Some(ExpectedRecording {
            form: Form::Ftrace,
            has_entries: true,
            has_exits: true,
            is_parent_bench: false,
            has_args: false,
        })
    }

    fn for_each_line(&self, setup: &Setup, take: &mut dyn FnMut(&str)) -> Result<bool> {
        let mut report = Command::new("trace-cmd");
        report.args(["report", "-i"]).arg(setup.output()).stderr(Stdio::null());
        let mut program = ProgramLines::new(&setup.process_name, true);
        program::for_each_line(&mut report, &mut |line| {
            if program.admits(line) {
                take(line);
            }
        })?;
        Ok(true)
    }

    fn find_loss(&self, _setup: &Setup, _call: MeasuredCall, _calls: u64) -> Result<Option<String>> {
        Ok(None)
    }
}
