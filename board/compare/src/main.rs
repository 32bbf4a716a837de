// SPDX-License-Identifier: GPL-2.0

//! Compares the trace of `strace -f` with the trace of this tracer, of the same run of programs:
//!
//! ```text
//! compare-traces ARCH RULES OURS FOLDER
//! ```
//!
//! FOLDER holds a file `NAME.strace` for each program, as `strace -f -o` writes it. OURS is what
//! `syscall-record --style strace` prints of all programs. RULES (see [`rules`]) must allow each difference: in a
//! thread, or in a call's name, argument or result.
//!
//! `compare-traces --suite ARCH REASONS FOLDER` compares the programs of strace's own tests (see [`suite`]).
//!
//! Prints a line `ok - …` or `not ok - …` for each program, and `not ok - …` for each rule that was not used. Up to
//! [`MAX_SHOWN`] differences follow a line `not ok - …`.

#![forbid(unsafe_code)]

mod call;
mod pattern;
mod rules;
mod trace;
mod compare;
mod suite;

use compare::Comparison;
use rules::Rules;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use trace::Trace;

/// How many differences of a program are printed.
const MAX_SHOWN: usize = 12;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match arguments[..] {
        ["--suite", arch, reasons, folder] => suite::run(arch, Path::new(reasons), Path::new(folder)),
        [arch, rules, ours, folder] => run(arch, Path::new(rules), Path::new(ours), Path::new(folder)),
        _ => {
            eprintln!("usage: compare-traces ARCH RULES OURS FOLDER | compare-traces --suite ARCH REASONS FOLDER");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("compare-traces: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Compares all programs, and prints the results. Returns whether the rules allow all differences, and all are used.
fn run(arch: &str, rules_file: &Path, ours: &Path, folder: &Path) -> Result<bool, Box<dyn Error>> {
    let rules = Rules::parse(&read(rules_file)?, arch).map_err(|error| format!("{}: {error}", rules_file.display()))?;
    let mut comparison = Comparison::new(rules);
    let mut ours = Trace::parse(&read(ours)?);
    let mut is_all_allowed = true;
    let mut print_result = |name: &str, what: String, differences: &[String]| {
        is_all_allowed &= differences.is_empty();
        println!("{}ok - {name}: {what}", if differences.is_empty() { "" } else { "not " });
        for difference in differences.iter().take(MAX_SHOWN) {
            println!("    {difference}");
        }
        if differences.len() > MAX_SHOWN {
            println!("    and {} more", differences.len() - MAX_SHOWN);
        }
    };

    let (mut programs, mut calls) = (0, 0);
    for file in find_strace_files(folder)? {
        let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let theirs = Trace::parse(&read(&file)?);
        programs += 1;
        calls += theirs.count_calls();
        let differences = comparison.compare_program(&name, &theirs, &mut ours);
        print_result(&name, describe(theirs.count_calls(), theirs.threads.len(), differences.len()), &differences);
    }
    if programs == 0 {
        return Err(format!("{}: no files of strace", folder.display()).into());
    }
    let rest = comparison.describe_rest(&ours);
    print_result("nothing else was recorded", format!("{} differences", rest.len()), &rest);
    for rule in comparison.rules.all() {
        if rule.used == 0 && !rule.is_rare {
            let unused = format!("line {} of {}", rule.line, rules_file.display());
            print_result(&format!("rule '{}'", rule.text), "is not needed".into(), &[unused]);
        }
    }
    println!("# {arch}: {programs} programs, {calls} calls; differences by rule:");
    for rule in comparison.rules.all().filter(|rule| rule.used > 0) {
        println!("# {:7}  {}", rule.used, rule.text);
    }
    Ok(is_all_allowed)
}

/// Says how many differences and calls a program has.
fn describe(calls: usize, threads: usize, differences: usize) -> String {
    let threads = if threads == 1 { "1 thread".into() } else { format!("{threads} threads") };
    match differences {
        0 => format!("{calls} calls of {threads}"),
        1 => format!("1 difference in {calls} calls of {threads}"),
        _ => format!("{differences} differences in {calls} calls of {threads}"),
    }
}

/// The files `*.strace` of a folder, sorted by their names.
fn find_strace_files(folder: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "strace") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// Reads a file as text. Names may hold any bytes; both tracers write most of them as escapes.
fn read(path: &Path) -> Result<String, String> {
    let bytes = fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
