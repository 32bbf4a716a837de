// SPDX-License-Identifier: GPL-2.0

//! Reads a recording, or the device.

use crate::errors::{AnyError, WrongUsage};
use crate::kernel_request::KernelRequest;
use crate::presentation::Presentation;
use crate::show::show;
use crate::sink;
use std::path::Path;
use syscall_record::options::Options;
use syscall_record::source::Source;
use syscall_record::StopSignals;

/// Shows what comes from `input`. Returns the exit status.
///
/// # Errors
///
/// Errors of reading and of writing, and wrong usage.
pub fn read(options: &Options, input: Option<&Path>) -> Result<u8, AnyError> {
    let (presentation, needs) = Presentation::new(options)?;
    let request = KernelRequest::new(options, needs);
    request.check_raw(false)?;
    let mut source = Source::open(input, StopSignals::catch_first()?)?;
    if !source.is_device() {
        request.check_raw(true)?;
        check_files(options, input, &source)?;
    }
    let sink = sink::open(options.output.as_deref(), options.append)?;
    if source.is_device() {
        request.send(&source)?;
    }
    show(options, request, presentation, &mut source, sink, None, |output| {
        output.look_up(None, false);
        Ok(())
    })
}

/// Checks that the input is not the output, too, and is not a program.
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
