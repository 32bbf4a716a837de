// SPDX-License-Identifier: GPL-2.0

//! What measurements of calls use: programs, modules and a folder in memory; and what they found wrong.

use crate::options::{CallOptions, ClockUnit};
use crate::system::kernel_module::KernelModule;
use crate::system::memory_folder::MemoryFolder;
use crate::system::output::say;
use crate::system::program::{self, Background};
use crate::system::recording::{wait_until_quiet, Reader};
use crate::system::stop::{fail, About, Result};
use crate::system::{ftrace, machine};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The module's parameter for buffers that take everything that a case records at once.
pub const BUFFER: &str = "buffer_kb=4096";

/// A name of a process has so many bytes.
const MAX_NAME: usize = 15;

/// Everything that was started or loaded ends when this is dropped.
pub struct Setup {
    pub options: CallOptions,
    pub module: KernelModule,
    pub floor: KernelModule,
    pub reader: Reader,
    pub folder: MemoryFolder,
    /// The name that `exercise` has as a process.
    pub process_name: String,
    _ftrace: ftrace::Restore,
    notes: Vec<String>,
    has_failed: bool,
}

impl Setup {
    /// Checks that programs and modules are there and that this process may load them.
    pub fn new(options: &CallOptions) -> Result<Self> {
        check_root()?;
        for (program, option) in [(&options.reader, "--reader"), (&options.exercise, "--exercise")] {
            if program::find(program).is_none() {
                return fail(format!("no program {}: say where it is with {option}", program.display()));
            }
        }
        let module = KernelModule::syscall_record(&options.module);
        check_module(&module)?;
        let process_name = options.exercise.file_name().unwrap_or_default().to_string_lossy();
        Ok(Self {
            module,
            floor: KernelModule::floor(&options.floor),
            reader: Reader { program: options.reader.clone() },
            folder: MemoryFolder::new()?,
            process_name: process_name.chars().take(MAX_NAME).collect(),
            options: options.clone(),
            _ftrace: ftrace::Restore::new(),
            notes: Vec::new(),
            has_failed: false,
        })
    }

    /// The file that holds what was recorded last.
    pub fn recording(&self) -> PathBuf {
        self.folder.file("raw")
    }

    /// The file that a tracer which runs the traced program writes.
    pub fn output(&self) -> PathBuf {
        self.folder.file("out")
    }

    /// Removes what such a tracer wrote before.
    pub fn remove_output(&self) {
        let _ = std::fs::remove_file(self.output());
    }

    /// The module's parameter that has it record `exercise` alone.
    pub fn only_exercise(&self) -> String {
        format!("proc_name={}", self.process_name)
    }

    /// Writes everything that was recorded to the setup's recording, and unloads the module.
    pub fn collect_recording(&self) -> Result<()> {
        let reader = self.reader.write_to(&self.recording())?;
        self.end_recording(reader)
    }

    /// Waits until `reader` has written everything to the setup's recording, ends it and unloads the module.
    pub fn end_recording(&self, reader: Background) -> Result<()> {
        wait_until_quiet(&self.recording(), 0)?;
        // cat ends by the signal, the reader with a status of its own.
        reader.end()?;
        self.module.unload()
    }

    /// Whether a case with this name is to be measured.
    pub fn is_wanted(&self, name: &str) -> bool {
        name.contains(&self.options.only)
    }

    pub fn unit(&self) -> &'static str {
        self.options.clock.unit()
    }

    /// Times `count` calls in each of `threads` threads, or in one. Returns how long each took.
    pub fn time_calls(&self, call: &str, count: u64, threads: Option<u64>) -> Result<f64> {
        let mut exercise = Command::new(&self.options.exercise);
        exercise.args(["time", call, &count.to_string()]).args(threads.map(|threads| threads.to_string()));
        let time = program::output_of(&mut exercise)?;
        time.trim().parse().about(format!("exercise time {call}"))
    }

    /// Waits until the kernel has done what it puts off when a tracer comes or goes: a clock that counts instructions
    /// would count that as well.
    pub fn let_kernel_finish(&self) -> Result<()> {
        match self.options.clock {
            ClockUnit::Instructions => program::sleep(1),
            ClockUnit::Nanoseconds => Ok(()),
        }
    }

    /// Adds a line below the tables.
    pub fn note(&mut self, text: String) {
        say(&text);
        self.notes.push(text);
    }

    /// Reports a check that failed, below the tables and by the exit status.
    pub fn report_wrong(&mut self, what: String) {
        self.has_failed = true;
        self.note(format!("WRONG: {what}"));
    }

    /// Reports what is wrong, if something is.
    pub fn report_if_wrong(&mut self, what: Option<String>) {
        if let Some(what) = what {
            self.report_wrong(what);
        }
    }

    /// The notes since this was last called.
    pub fn take_notes(&mut self) -> Vec<String> {
        std::mem::take(&mut self.notes)
    }

    pub fn has_failed(&self) -> bool {
        self.has_failed
    }
}

impl Drop for Setup {
    fn drop(&mut self) {
        self.floor.clean_up();
        self.module.clean_up();
    }
}

pub fn check_root() -> Result<()> {
    if machine::is_root() {
        Ok(())
    } else {
        fail("only root may load the module: run as root")
    }
}

/// Checks that the module can be read and is not loaded.
pub fn check_module(module: &KernelModule) -> Result<()> {
    if !is_readable(&module.path) {
        return fail(format!("no module {}: say where it is with --module", module.path.display()));
    }
    if module.is_loaded() {
        return fail("syscall_record is loaded: rmmod syscall_record first");
    }
    Ok(())
}

fn is_readable(file: &Path) -> bool {
    std::fs::File::open(file).is_ok()
}
