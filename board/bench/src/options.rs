// SPDX-License-Identifier: GPL-2.0

//! Reads the command line.

use crate::nginx_case::NginxCase;
use crate::system::machine;
use crate::system::stop::{fail, Result, Stop};
use std::path::PathBuf;

/// What `bench` measures, with its options.
#[derive(Debug, PartialEq)]
pub enum Measurement {
    All(CallOptions),
    Calls(CallOptions),
    Nginx(NginxOptions),
}

/// What the machine's clock counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClockUnit {
    Nanoseconds,
    /// One a nanosecond, those of all CPUs together.
    Instructions,
}

impl ClockUnit {
    pub fn unit(self) -> &'static str {
        match self {
            Self::Nanoseconds => "ns",
            Self::Instructions => "instructions",
        }
    }

    pub fn counts_instructions(self) -> bool {
        self == Self::Instructions
    }
}

/// Options of `bench calls` and `bench all`.
#[derive(Clone, Debug, PartialEq)]
pub struct CallOptions {
    pub clock: ClockUnit,
    /// Calls that are timed at once.
    pub count: u64,
    pub rounds: usize,
    /// Only cases whose names contain this are measured.
    pub only: String,
    pub module: PathBuf,
    pub floor: PathBuf,
    pub reader: PathBuf,
    pub exercise: PathBuf,
    /// No option was given but `--instructions`.
    pub are_defaults: bool,
}

/// Options of `bench nginx`.
#[derive(Clone, Debug, PartialEq)]
pub struct NginxOptions {
    pub requests: u64,
    /// Requests that are under way at a time.
    pub concurrency: u64,
    pub rounds: usize,
    pub cases: Vec<NginxCase>,
    pub module: PathBuf,
    pub reader: PathBuf,
    pub floor: Option<PathBuf>,
    /// The module's, for all cases.
    pub parameters: Vec<String>,
}

/// Fewer calls would not stand out from the start of the program that makes them.
const LEAST_CALLS: u64 = 10_000;

/// Reads the command line, without the program's name.
pub fn parse(words: impl Iterator<Item = String>) -> Result<Measurement> {
    let mut words = RemainingWords(words);
    match words.next().as_deref() {
        Some("all") => parse_calls(words).map(Measurement::All),
        Some("calls") => parse_calls(words).map(Measurement::Calls),
        Some("nginx") => parse_nginx(words).map(Measurement::Nginx),
        _ => Err(Stop::Usage),
    }
}

fn parse_calls(mut words: RemainingWords<impl Iterator<Item = String>>) -> Result<CallOptions> {
    let mut options = CallOptions::default();
    let mut rounds = None;
    while let Some(word) = words.next() {
        options.are_defaults &= word == "--instructions";
        match word.as_str() {
            "--instructions" => options.clock = ClockUnit::Instructions,
            "--calls" => options.count = words.number(&word, LEAST_CALLS)?,
            "--rounds" => rounds = Some(words.number(&word, 1)? as usize),
            "--only" => options.only = words.value()?,
            "--module" => options.module = words.value()?.into(),
            "--floor" => options.floor = words.value()?.into(),
            "--reader" => options.reader = words.value()?.into(),
            "--exercise" => options.exercise = words.value()?.into(),
            _ => return Err(Stop::Usage),
        }
    }
    // Instructions come out the same each time.
    options.rounds = rounds.unwrap_or(if options.clock.counts_instructions() { 3 } else { 5 });
    Ok(options)
}

impl Default for CallOptions {
    fn default() -> Self {
        Self {
            clock: ClockUnit::Nanoseconds,
            count: 20_000,
            rounds: 5,
            only: String::new(),
            module: beside("syscall_record.ko"),
            floor: beside("floor.ko"),
            reader: beside("syscall-record"),
            exercise: beside("exercise"),
            are_defaults: true,
        }
    }
}

/// The path of a file that lies beside this program.
pub fn beside(file: &str) -> PathBuf {
    std::env::current_exe().unwrap_or_default().with_file_name(file)
}

fn parse_nginx(mut words: RemainingWords<impl Iterator<Item = String>>) -> Result<NginxOptions> {
    let mut options = NginxOptions::default();
    while let Some(word) = words.next() {
        match word.as_str() {
            "--requests" => options.requests = words.number(&word, 1)?,
            "--concurrency" => options.concurrency = words.number(&word, 1)?,
            "--rounds" => options.rounds = words.number(&word, 1)? as usize,
            "--cases" => {
                let names = words.value()?;
                options.cases = names.split_whitespace().map(NginxCase::from_name).collect::<Result<_>>()?;
            }
            "--module" => options.module = words.value()?.into(),
            "--reader" => options.reader = words.value()?.into(),
            "--floor" => options.floor = Some(words.value()?.into()),
            _ if is_parameter(&word) => options.parameters.push(word),
            _ => return Err(Stop::Usage),
        }
    }
    let NginxOptions { requests, concurrency, .. } = options;
    if concurrency > requests {
        return fail(format!("--concurrency {concurrency}: must not be more than --requests, {requests}"));
    }
    Ok(options)
}

fn is_parameter(word: &str) -> bool {
    word.contains('=') && word.starts_with(|first: char| first.is_ascii_lowercase())
}

impl Default for NginxOptions {
    fn default() -> Self {
        Self {
            requests: 2000,
            concurrency: 20,
            rounds: 3,
            cases: NginxCase::ALL.to_vec(),
            module: PathBuf::from(format!("/lib/modules/{}/extra/syscall_record.ko", machine::release())),
            reader: PathBuf::from("syscall-record"),
            floor: None,
            parameters: Vec::new(),
        }
    }
}

/// The words of the command line that were not read yet.
struct RemainingWords<I>(I);

impl<I: Iterator<Item = String>> RemainingWords<I> {
    fn next(&mut self) -> Option<String> {
        self.0.next()
    }

    fn value(&mut self) -> Result<String> {
        self.next().ok_or(Stop::Usage)
    }

    fn number(&mut self, option: &str, least: u64) -> Result<u64> {
        let value = self.value()?;
        match value.parse() {
            Ok(number) if number >= least => Ok(number),
            _ => fail(format!("{option} '{value}': must be a whole number from {least} up")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse_line(line: &str) -> Result<Measurement> {
        parse(line.split_whitespace().map(str::to_owned))
    }

    fn calls(line: &str) -> CallOptions {
        match parse_line(line) {
            Ok(Measurement::Calls(options) | Measurement::All(options)) => options,
            other => panic!("{line}: {other:?}"),
        }
    }

    #[test]
    fn calls_without_options_has_defaults() {
        let options = calls("calls");
        assert_eq!((options.count, options.rounds, options.clock.unit()), (20_000, 5, "ns"));
        assert!(options.are_defaults);
    }

    #[test]
    fn instructions_need_fewer_rounds_and_are_a_default() {
        let options = calls("all --instructions");
        assert_eq!((options.rounds, options.clock.unit()), (3, "instructions"));
        assert!(options.are_defaults);
        assert_eq!(calls("all --rounds 9 --instructions").rounds, 9);
    }

    #[test]
    fn options_are_no_defaults() {
        let options = calls("all --instructions --only ftrace --module /x.ko");
        assert!(!options.are_defaults);
        assert_eq!((options.only.as_str(), options.module), ("ftrace", PathBuf::from("/x.ko")));
    }

    #[test]
    fn numbers_below_the_least_are_refused() {
        for (line, message) in [
            ("calls --calls 9999", "--calls '9999': must be a whole number from 10000 up"),
            ("calls --rounds 0", "--rounds '0': must be a whole number from 1 up"),
            ("nginx --requests 1e3", "--requests '1e3': must be a whole number from 1 up"),
            ("nginx --requests 10 --concurrency 11", "--concurrency 11: must not be more than --requests, 10"),
            ("nginx --cases sysdig", "--cases: there is no case 'sysdig'"),
        ] {
            assert_eq!(parse_line(line), Err(Stop::Failed(message.into())), "{line}");
        }
    }

    #[test]
    fn unknown_words_and_missing_values_show_usage() {
        for line in ["", "everything", "calls --fast", "calls --calls", "calls buffer_kb=64", "nginx extra", "nginx =1"]
        {
            assert_eq!(parse_line(line), Err(Stop::Usage), "{line}");
        }
    }

    #[test]
    fn nginx_takes_cases_and_parameters() {
        let words = ["nginx", "--cases", "nginx ftrace", "buffer_kb=64", "--floor", "/f.ko"].map(str::to_owned);
        let Ok(Measurement::Nginx(options)) = parse(words.into_iter()) else { panic!() };
        assert_eq!(options.cases, [NginxCase::Nginx, NginxCase::Ftrace]);
        assert_eq!((options.parameters, options.floor), (vec!["buffer_kb=64".into()], Some("/f.ko".into())));
    }
}
