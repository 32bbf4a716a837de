// SPDX-License-Identifier: GPL-2.0

//! Lists the rows of the table of calls: each is a tracer with its settings.

use super::floor::Floor;
use super::ftrace::Ftrace;
use super::line_tracer::LineTracer;
use super::ours::Ours;
use super::trace_cmd::TraceCmd;
use super::tracer::Tracer;
use crate::setup::{Setup, BUFFER};

/// A row of the table of calls.
pub struct Case {
    pub name: &'static str,
    pub tracer: Box<dyn Tracer>,
}

/// The name of the case that others are compared with.
pub const FLOOR: &str = "floor: empty probes";

/// The rows of the table of calls, in their order.
pub fn list_cases(setup: &Setup) -> Vec<Case> {
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
