// SPDX-License-Identifier: GPL-2.0

//! What tracing costs a web server: `bench nginx`.
//!
//! | file | what it does |
//! |---|---|
//! | `server` | starts and ends an nginx of our own |
//! | `ab` | has ab request the page, and reads what it says |
//! | `serve` | serves under a tracer, and keeps what was recorded |
//! | `look_through` | checks that nginx can have made the events that were recorded |
//! | `samples` | keeps the rates, and makes their table |

mod server;
mod ab;
mod look_through;
mod serve;
mod samples;

use crate::nginx_case::NginxCase;
use crate::options::NginxOptions;
use crate::system::machine;
use crate::system::output::{print, say};
use crate::system::program::{all_output_of, sleep};
use crate::system::stop::Result;
use samples::{NginxSample, NginxSamples};
use serve::Bench;
use server::PAGE_BYTES;
use std::process::Command;

/// Measures all cases for which the machine has the means, and prints the table.
pub fn run(options: &NginxOptions) -> Result<()> {
    let bench = Bench::new(options)?;
    let cases = possible_cases(&bench, options);
    let mut samples = NginxSamples::default();
    // The first round pages everything in and does not count.
    let first = (options.requests / 5).max(options.concurrency);
    for round in 0..=options.rounds {
        let is_first = round == 0;
        let requests = if is_first { first } else { options.requests };
        for &case in &cases {
            // What the kernel puts off until a tracer is gone.
            sleep(1)?;
            let served = bench.serve(case, requests, is_first)?;
            say(&format!("round {round}, {}: {:.2} requests/s, {} dropped", case.name(), served.rate, served.dropped));
            samples.add(NginxSample { case, is_first, requests, served });
        }
    }
    print(&format!("{}\n\n{}\nCalls and bytes are those of one request.\n", describe(options)?, samples.table()))?;
    if samples.has_drops() {
        say("events were dropped: a larger buffer_kb= makes room");
    }
    Ok(())
}

/// The cases that can be measured here, without a tracer first.
fn possible_cases(bench: &Bench, options: &NginxOptions) -> Vec<NginxCase> {
    let mut cases = vec![NginxCase::None];
    for &case in options.cases.iter().filter(|&&case| case != NginxCase::None) {
        match bench.find_obstacle(case) {
            Ok(()) => cases.push(case),
            Err(obstacle) => say(&format!("{}: left out, {obstacle}", case.name())),
        }
    }
    cases
}

/// What was done, with which programs.
fn describe(options: &NginxOptions) -> Result<String> {
    let NginxOptions { requests, concurrency, rounds, parameters, .. } = options;
    let nginx = all_output_of(Command::new("nginx").arg("-v"))?.1;
    let ab = all_output_of(Command::new("ab").arg("-V"))?.1;
    let parameters = if parameters.is_empty() { String::new() } else { format!("; {}", parameters.join(" ")) };
    Ok(format!(
        "{requests} requests for {PAGE_BYTES} bytes, {concurrency} at a time, in {rounds} rounds; {} CPUs, {}, ab {}{parameters}",
        machine::count_cpus()?,
        server::version_in(&nginx),
        ab::version_in(&ab),
    ))
}
