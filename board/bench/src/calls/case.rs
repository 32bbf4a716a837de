// SPDX-License-Identifier: GPL-2.0

//! Checks and times a case.

use super::check::{self, CHECKED_CALLS};
use super::samples::{CallSample, CallSamples};
use crate::evidence::measured_call::MeasuredCall;
use crate::figures::numbers::per_call;
use crate::setup::Setup;
use crate::system::output::say;
use crate::system::program::output_of;
use crate::system::stop::{fail, Result};
use crate::tracers::cases::Case;
use crate::tracers::tracer::Tracer;

/// Measures a case, or notes why it cannot be measured here.
pub fn measure(setup: &mut Setup, case: &Case, samples: &mut CallSamples) -> Result<()> {
    if let Err(obstacle) = case.tracer.find_obstacle(setup) {
        setup.note(format!("{}: left out, {obstacle}.", case.name));
        return Ok(());
    }
    for call in MeasuredCall::ALL {
        measure_call(setup, case, call, samples)?;
    }
    Ok(())
}

fn measure_call(setup: &mut Setup, case: &Case, call: MeasuredCall, samples: &mut CallSamples) -> Result<()> {
    let tracer = &*case.tracer;
    let checked = run_traced(setup, tracer, call, CHECKED_CALLS)?;
    for wrong in check::find_wrong(setup, tracer, call)? {
        setup.report_wrong(format!("{}: {wrong}", case.name));
    }
    let calls = tracer.calls_at_once(setup.options.count);
    let mut last = None;
    for _ in 0..setup.options.rounds {
        let plain = setup.time_calls(call.name(), calls, None)?;
        let timed = run_traced(setup, tracer, call, calls)?;
        let loss = tracer.find_loss(setup, call, calls)?;
        setup.report_if_wrong(loss.map(|loss| format!("{}, {}: {loss}", case.name, call.name())));
        let bytes =
            if tracer.has_bytes() { per_call((checked.bytes, CHECKED_CALLS), (timed.bytes, calls)) } else { 0.0 };
        let sample = CallSample { case: case.name, call, plain, traced: timed.time, bytes };
        samples.add(sample);
        last = Some(sample);
    }
    if let Some(CallSample { plain, traced, bytes, .. }) = last {
        say(&format!("{}: {} {plain:.2} -> {traced:.2} {}, {bytes:.1} bytes", case.name, call.name(), setup.unit()));
    }
    Ok(())
}

/// What was seen of some calls under a tracer.
struct Traced {
    /// How long each took.
    time: f64,
    /// What was recorded of all.
    bytes: u64,
}

/// Makes `count` calls under the tracer.
fn run_traced(setup: &Setup, tracer: &dyn Tracer, call: MeasuredCall, count: u64) -> Result<Traced> {
    tracer.start(setup)?;
    setup.let_kernel_finish()?;
    let mut command = tracer.command(setup, &setup.options.exercise);
    let output = output_of(command.args(["time", call.name(), &count.to_string()]))?;
    let Some(time) = output.lines().find_map(parse_time) else {
        return fail(format!("exercise time {}: it printed no time, but '{output}'", call.name()));
    };
    let bytes = tracer.stop(setup)?;
    setup.let_kernel_finish()?;
    Ok(Traced { time, bytes })
}

/// The time in a line that has nothing else: programs that run others may print lines of their own.
fn parse_time(line: &str) -> Option<f64> {
    let (whole, fraction) = line.split_once('.')?;
    let are_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    (are_digits(whole) && are_digits(fraction)).then(|| line.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_stands_alone_in_its_line() {
        let output = "CPU0 data recorded at offset=0x1.5\n1.5 MB\n291.40\n";
        assert_eq!(output.lines().find_map(parse_time), Some(291.4));
        assert_eq!(["", ".", "12", "1.2.3", "-1.5"].map(parse_time), [None; 5]);
    }
}
