// SPDX-License-Identifier: GPL-2.0

//! Writes a made-up recording to standard output, to measure the reader:
//!
//! ```text
//! cargo run --release --example synthesize -- CPUS CALLS [both|enter|exit] [args] [step] >FILE
//! ```
//!
//! CALLS is the number of calls on each CPU. The CPUs take turns with each call. With `step`, they make their calls at
//! the same time, so that they take turns with each event.

#[path = "../tests/common/mod.rs"]
mod common;

use common::*;
use std::env;
use std::io::{self, Write};
use std::process::ExitCode;
use syscall_record_format::format::{Edges, Machine};

fn main() -> ExitCode {
    let mut numbers = Vec::new();
    let mut recording = plain(Machine::Arm64);
    let mut in_step = false;
    for argument in env::args().skip(1) {
        match (argument.as_str(), argument.parse::<u64>()) {
            (_, Ok(number)) => numbers.push(number),
            ("both", _) => recording.edges = Edges::Both,
            ("enter", _) => recording.edges = Edges::Enter,
            ("exit", _) => recording.edges = Edges::Exit,
            ("args", _) => recording.has_args = true,
            ("step", _) => in_step = true,
            _ => numbers.clear(),
        }
    }
    let [cpus @ 1..=128, calls] = numbers[..] else {
        eprintln!("usage: synthesize CPUS CALLS [both|enter|exit] [args] [step]");
        return ExitCode::from(2);
    };
    match io::stdout().write_all(&recorded(recording, cpus as u16, calls, in_step)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("synthesize: {error}");
            ExitCode::FAILURE
        }
    }
}
