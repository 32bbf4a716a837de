// SPDX-License-Identifier: GPL-2.0

//! Compares what programs of strace's own test suite say strace must print with what this tracer has printed of them.
//!
//! A folder has `NAME.expected`, `NAME.ours` and `NAME.pid` for each program that ran, and `NAME.skipped` for each that
//! did not. As strace's runner does, lines are compared as text; where the result stands, and how long the call took,
//! is no part of it. Of calls that ours shows of other processes nothing is expected.

use crate::rules::{Place, Rules};
use std::collections::HashMap;
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// How far apart two equal lines may be to be found.
const WINDOW: usize = 400;

/// How many differences of a program are printed.
const MAX_SHOWN: usize = 2;

/// What came out of all programs.
#[derive(Default)]
struct SuiteTotals {
    passed: usize,
    explained: usize,
    differing: usize,
    skipped: usize,
    lines: usize,
    equal_lines: usize,
    explained_lines: usize,
}

/// A difference between the two sides: a line of strace's, of ours, or of both.
struct Difference<'a> {
    theirs: Option<&'a str>,
    ours: Option<&'a str>,
}

/// Compares all programs that `list` in the folder names, and prints the results.
pub fn run(arch: &str, reasons: &Path, folder: &Path) -> Result<bool, Box<dyn Error>> {
    let text = fs::read_to_string(reasons).map_err(|error| format!("{}: {error}", reasons.display()))?;
    let mut rules = Rules::parse(&text, arch).map_err(|error| format!("{}: {error}", reasons.display()))?;
    let mut totals = SuiteTotals::default();
    for line in fs::read_to_string(folder.join("list"))?.lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        let [name, _, _, calls, _, quirk] = fields[..] else { continue };
        compare_program(&mut rules, &mut totals, folder, [name, calls, quirk])?;
    }
    let SuiteTotals { passed, explained, differing, skipped, lines, equal_lines, explained_lines } = totals;
    let programs = passed + explained + differing;
    let share = |part: usize, all: usize| part as f64 * 100.0 / all.max(1) as f64;
    println!("# {arch}: of {programs} programs {passed} pass ({:.1} %),", share(passed, programs));
    println!("#   {explained} differ only where a reason says so, {differing} differ; {skipped} cannot run here;");
    println!("#   of {lines} lines {equal_lines} are strace's ({:.1} %),", share(equal_lines, lines));
    println!("#   {explained_lines} differ where a reason says so");
    for rule in rules.all().filter(|rule| rule.used > 0) {
        println!("# {:7}  {}", rule.used, rule.text);
    }
    Ok(differing == 0)
}

fn compare_program(
    rules: &mut Rules,
    totals: &mut SuiteTotals,
    folder: &Path,
    [name, calls, quirk]: [&str; 3],
) -> Result<(), Box<dyn Error>> {
    let read = |extension: &str| fs::read(folder.join(format!("{name}.{extension}")));
    if let Ok(reason) = read("skipped") {
        totals.skipped += 1;
        println!("skipped {name}: {}", String::from_utf8_lossy(&reason).trim());
        return Ok(());
    }
    let text = |extension: &str| read(extension).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    let Ok(expected) = text("expected") else {
        totals.differing += 1;
        println!("differs {name}: it has no output");
        return Ok(());
    };
    let ours = text("ours").unwrap_or_default();
    let theirs: Vec<String> = expected.lines().map(without_alignment).collect();
    // The runner leaves out what the C library asks of the standard streams. The ends of processes are recorded for the
    // line that says with what status.
    let calls: Vec<&str> = calls.split(',').collect();
    let is_expected = |line: &&String| match line.split_once('(') {
        Some(("ioctl", rest)) => !["0,", "1,", "2,"].iter().any(|start| rest.starts_with(start)),
        Some((name @ ("exit" | "exit_group" | "execve"), _)) => calls.contains(&name),
        _ => true,
    };
    let ours = lines_of_program(&ours, text("pid").unwrap_or_default().trim(), name);
    let begin = if quirk == "-" { 0 } else { ours.iter().position(|line| line.contains(quirk)).unwrap_or(0) };
    let ours: Vec<String> = ours[begin..].iter().filter(is_expected).cloned().collect();
    rules.set_program(name);
    let (equal, differences) = compare_lines(&theirs, &ours);
    totals.lines += theirs.len();
    totals.equal_lines += equal;
    let mut unexplained = Vec::new();
    for difference in &differences {
        if is_explained(rules, difference) {
            totals.explained_lines += usize::from(difference.theirs.is_some());
        } else {
            unexplained.push(difference);
        }
    }
    let mut report = String::new();
    for difference in &differences {
        write!(report, "{}", describe(difference))?;
    }
    fs::write(folder.join(format!("{name}.diff")), report)?;
    if differences.is_empty() {
        totals.passed += 1;
    } else if unexplained.is_empty() {
        totals.explained += 1;
        println!("explained {name}: {} of {} lines differ", differences.len(), theirs.len());
    } else {
        totals.differing += 1;
        println!("differs {name}: {equal} of {} lines are equal", theirs.len());
        for difference in unexplained.iter().take(MAX_SHOWN) {
            print!("{}", describe(difference));
        }
    }
    Ok(())
}

fn describe(difference: &Difference<'_>) -> String {
    let mut text = String::new();
    for (side, line) in [("strace", difference.theirs), ("ours  ", difference.ours)] {
        if let Some(line) = line {
            // Writing to a string does not fail.
            let _ = writeln!(text, "    {side}: {line}");
        }
    }
    text
}

fn is_explained(rules: &mut Rules, difference: &Difference<'_>) -> bool {
    match (difference.theirs, difference.ours) {
        (Some(theirs), Some(ours)) => {
            rules.allow_pair(Place::Both, "", theirs, ours)
                || rules.allow_alone(Place::Strace, theirs) && rules.allow_alone(Place::Ours, ours)
        }
        (Some(theirs), None) => rules.allow_alone(Place::Strace, theirs),
        (None, Some(ours)) => rules.allow_alone(Place::Ours, ours),
        (None, None) => true,
    }
}

/// The lines that strace would print of a program: those of its process, from behind the start of the program on, with
/// the two parts of a call as one line.
fn lines_of_program(text: &str, pid: &str, name: &str) -> Vec<String> {
    let start = format!("execve(\"../{name}\"");
    let mut lines: Vec<String> = Vec::new();
    // Where the first part of a call stands whose second part is still to come.
    let mut open: HashMap<&str, usize> = HashMap::new();
    let mut has_started = false;
    // A recording of one process has no column of process ids.
    let has_ids = !text.starts_with("execve(");
    for line in text.lines() {
        let (id, said) = if has_ids { line.split_once(' ').unwrap_or((line, "")) } else { (pid, line) };
        if id != pid {
            continue;
        }
        let said = said.trim_start();
        if !has_started {
            has_started = said.starts_with(&start) && without_alignment(said).ends_with(" = 0");
            continue;
        }
        if let Some(first) = said.strip_suffix("<unfinished ...>") {
            open.insert(id, lines.len());
            lines.push(first.trim_end_matches(' ').to_owned());
            continue;
        }
        match (said.split_once(" resumed>"), open.get(id)) {
            (Some((_, rest)), Some(&at)) if said.starts_with("<... ") => {
                let first = std::mem::take(&mut lines[at]);
                // A comma that ends the first part has its blank before the second.
                let blank = if first.ends_with(',') { " " } else { "" };
                lines[at] = without_alignment(&format!("{first}{blank}{rest}"));
                open.clear();
            }
            _ => lines.push(without_alignment(said)),
        }
    }
    lines
}

/// A line with one blank before its result, and without the time that the call took.
fn without_alignment(line: &str) -> String {
    let mut line = line;
    if let Some((before, time)) = line.rsplit_once(" <") {
        if time.ends_with('>') && time.starts_with(|c: char| c.is_ascii_digit()) {
            line = before;
        }
    }
    let mut ends = line.rmatch_indices(") ").map(|(at, _)| at);
    match ends.find(|&at| line[at + 1..].trim_start().starts_with("= ")) {
        Some(at) => format!("{}) {}", &line[..at], line[at + 1..].trim_start()),
        None => line.to_owned(),
    }
}

/// Compares lines. Returns how many are equal, and what differs. Lines between equal ones are paired in their order.
fn compare_lines<'a>(theirs: &'a [String], ours: &'a [String]) -> (usize, Vec<Difference<'a>>) {
    let (mut t, mut o, mut equal) = (0, 0, 0);
    let mut differences = Vec::new();
    while t < theirs.len() || o < ours.len() {
        if t < theirs.len() && o < ours.len() && theirs[t] == ours[o] {
            (t, o, equal) = (t + 1, o + 1, equal + 1);
            continue;
        }
        let (a, b) = find_equal(&theirs[t..], &ours[o..]);
        for at in 0..a.max(b) {
            let line = |lines: &'a [String], from: usize, count: usize| (at < count).then(|| lines[from + at].as_str());
            differences.push(Difference { theirs: line(theirs, t, a), ours: line(ours, o, b) });
        }
        (t, o) = (t + a, o + b);
    }
    (equal, differences)
}

/// How many lines stand before the nearest equal lines; all, if none are equal.
fn find_equal(theirs: &[String], ours: &[String]) -> (usize, usize) {
    // Most often each line has its counterpart in the same place.
    for total in 1..2 * WINDOW {
        let middle = total / 2;
        for distance in 0..=middle {
            for a in [middle + distance, middle.saturating_sub(distance)] {
                let Some(b) = total.checked_sub(a) else { continue };
                if matches!((theirs.get(a), ours.get(b)), (Some(a), Some(b)) if a == b) {
                    return (a, b);
                }
            }
        }
    }
    (theirs.len(), ours.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strings(lines: &[&str]) -> Vec<String> {
        lines.iter().map(|&line| line.to_owned()).collect()
    }

    #[test]
    fn alignment_and_duration_are_no_difference() {
        assert_eq!(without_alignment("close(3)      = 0 <0.000012>"), "close(3) = 0");
        assert_eq!(without_alignment("write(1, \")  = \", 4) = 4"), "write(1, \")  = \", 4) = 4");
    }

    #[test]
    fn changed_and_missing_lines_are_told_apart() {
        let (theirs, ours) = (strings(&["a", "b", "c", "d"]), strings(&["a", "x", "c", "e", "d"]));
        let (equal, differences) = compare_lines(&theirs, &ours);
        assert_eq!(equal, 3);
        let seen: Vec<_> = differences.iter().map(|difference| (difference.theirs, difference.ours)).collect();
        assert_eq!(seen, [(Some("b"), Some("x")), (None, Some("e"))]);
    }

    #[test]
    fn only_lines_of_the_program_itself_count() {
        let ours = "7 execve(\"/tmp/start\", [\"x\"], 0x1) = 0\n7 execve(\"../p\", [\"../p\"], 0x1) = 0\n\
                    8 getpid() = 8\n7 read(0, <unfinished ...>\n8 getpid() = 8\n7 <... read resumed>\"a\", 1) = 1\n";
        assert_eq!(lines_of_program(ours, "7", "p"), ["read(0, \"a\", 1) = 1"]);
    }
}
