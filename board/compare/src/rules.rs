// SPDX-License-Identifier: GPL-2.0

//! Reads the rules that allow differences, and decides by them.
//!
//! ```text
//! # A comment.
//! strace: --- * ---
//! strace: +++ * +++
//!     Signals and ends of processes are no system calls.
//!
//! @armv7 stat64 2: {st_mode=%, st_size=%, ...} => {st_mode=%, st_size=%}
//!     Why the two differ, in a sentence or two.
//! ```
//!
//! A rule is a line. Indented lines below explain it, and all rules right above it. `*` stands for any text, `%` for
//! text that is the same on both sides. A rule is one of
//!
//! - `strace: PATTERN`, `ours: PATTERN`: this side alone may show a call or another line;
//! - `both: THEIRS => OURS`: these whole calls may differ;
//! - `NAME WHERE: THEIRS => OURS`: in calls whose name matches NAME, an argument or the result may differ. WHERE is the
//!   number of the argument, from 1, or `=` for the result.
//!
//! `@ARCH[,ARCH…][/PROGRAM]` in front limits a rule to these architectures, and to programs whose name matches PROGRAM.
//! A rule that no difference uses is an error, unless `maybe` stands in front: some differences are not in every run.

use crate::pattern::{match_both, match_one};

/// Where a rule allows a difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In a line that strace alone shows.
    Strace,
    /// In a line that this tracer alone shows.
    Ours,
    /// In a whole call.
    Both,
    /// In the argument with this number, from 1.
    Argument(usize),
    Result,
}

/// A rule that allows a difference.
#[derive(Debug)]
pub struct DifferenceRule {
    /// The text of the rule's line.
    pub text: String,
    pub line: usize,
    /// How many differences it has allowed.
    pub used: usize,
    /// `maybe`: no difference need use it.
    pub is_rare: bool,
    /// Architectures with commas between them; `None` for all.
    archs: Option<String>,
    /// A pattern that the program's name must match.
    programs: String,
    place: Place,
    /// A pattern that the call's name must match.
    name: String,
    theirs: String,
    ours: String,
}

impl DifferenceRule {
    fn is_for(&self, arch: &str) -> bool {
        self.archs.as_ref().is_none_or(|archs| archs.split(',').any(|one| one == arch))
    }

    fn parse(text: &str, line: usize) -> Result<Self, String> {
        let (archs, programs, rest) = match text.strip_prefix('@').and_then(|text| text.split_once(' ')) {
            Some((whom, rest)) => {
                let (archs, programs) = whom.split_once('/').unwrap_or((whom, "*"));
                (Some(archs.to_owned()), programs, rest.trim_start())
            }
            None => (None, "*", text),
        };
        let (is_rare, rest) = rest.strip_prefix("maybe ").map_or((false, rest), |rest| (true, rest));
        let (selector, patterns) =
            rest.split_once(": ").ok_or("a rule is 'WHAT: PATTERN' or 'WHAT: THEIRS => OURS'")?;
        let (name, place) = match selector.split_once(' ') {
            None => match selector {
                "strace" => ("", Place::Strace),
                "ours" => ("", Place::Ours),
                "both" => ("", Place::Both),
                _ => return Err(format!("'{selector}': say strace, ours, both, or a call's name and a place")),
            },
            Some((name, "=")) => (name, Place::Result),
            Some((name, number)) => match number.trim().parse() {
                Ok(number @ 1..) => (name, Place::Argument(number)),
                _ => return Err(format!("'{number}': an argument's number, from 1, or =")),
            },
        };
        let (theirs, ours) = match place {
            Place::Strace => (patterns, ""),
            Place::Ours => ("", patterns),
            _ => patterns.split_once(" => ").ok_or("'THEIRS => OURS' is missing")?,
        };
        if theirs.matches('%').count() < ours.matches('%').count() && place != Place::Ours {
            return Err("a % of ours has none to be the same as".into());
        }
        let [programs, name, theirs, ours] = [programs, name, theirs, ours].map(|text| text.trim().to_owned());
        Ok(Self { text: text.to_owned(), line, used: 0, is_rare, archs, programs, place, name, theirs, ours })
    }
}

/// The rules of one architecture.
#[derive(Debug, Default)]
pub struct Rules {
    rules: Vec<DifferenceRule>,
    /// The name of the program whose traces are compared now.
    program: String,
}

impl Rules {
    /// Reads rules and keeps those for `arch`.
    ///
    /// # Errors
    ///
    /// The number of the first wrong line, and what is wrong with it.
    pub fn parse(text: &str, arch: &str) -> Result<Self, String> {
        let mut rules = Vec::new();
        // The line of the last rule, as long as it is not explained.
        let mut unexplained = None;
        for (line, text) in (1..).zip(text.lines()) {
            if text.trim().is_empty() || text.starts_with('#') {
                continue;
            }
            if text.starts_with(char::is_whitespace) {
                unexplained = None;
                continue;
            }
            unexplained = Some(line);
            rules.push(DifferenceRule::parse(text.trim_end(), line).map_err(|error| format!("line {line}: {error}"))?);
        }
        if let Some(line) = unexplained {
            return Err(format!("line {line}: the rule is not explained"));
        }
        rules.retain(|rule| rule.is_for(arch));
        Ok(Self { rules, program: String::new() })
    }

    /// All rules of the architecture.
    pub fn all(&self) -> impl Iterator<Item = &DifferenceRule> {
        self.rules.iter()
    }

    /// Says which program is compared from now on.
    pub fn set_program(&mut self, program: &str) {
        self.program = program.to_owned();
    }

    /// Whether a rule allows a line that only one side has. Counts the rule as used.
    pub fn allow_alone(&mut self, place: Place, text: &str) -> bool {
        self.allow(|rule| {
            rule.place == place && match_one(if place == Place::Ours { &rule.ours } else { &rule.theirs }, text)
        })
    }

    /// Whether a rule allows that two texts differ. Counts the rule as used. `name` is the call's name; it is empty if
    /// the texts are whole calls.
    pub fn allow_pair(&mut self, place: Place, name: &str, theirs: &str, ours: &str) -> bool {
        self.allow(|rule| {
            rule.place == place && match_one(&rule.name, name) && match_both((&rule.theirs, theirs), (&rule.ours, ours))
        })
    }

    fn allow(&mut self, matches: impl Fn(&DifferenceRule) -> bool) -> bool {
        let found = self.rules.iter_mut().find(|rule| matches(rule) && match_one(&rule.programs, &self.program));
        found.map(|rule| rule.used += 1).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rule_without_explanation_is_an_error() {
        assert!(Rules::parse("strace: a\n    Because.\n", "armv7").is_ok());
        assert!(Rules::parse("strace: a\nours: b\n    Because.\n", "armv7").is_ok());
        let error = Rules::parse("strace: a\n    Because.\n\nours: b\n", "armv7").unwrap_err();
        assert_eq!(error, "line 4: the rule is not explained");
    }

    #[test]
    fn mistake_in_rule_is_an_error() {
        for (rule, said) in [
            ("strace", "a rule is"),
            ("other: x", "'other': say"),
            ("read x: a => b", "'x': an argument's number"),
            ("read 0: a => b", "'0': an argument's number"),
            ("read 1: a", "'THEIRS => OURS' is missing"),
            ("read 1: a => %", "a % of ours"),
        ] {
            let error = Rules::parse(&format!("{rule}\n    Because.\n"), "armv7").unwrap_err();
            assert!(error.contains(said), "{rule}: {error}");
        }
    }

    #[test]
    fn rule_allows_only_its_place_and_architecture() {
        let text = "read 2: \"%\" => \"%\"...\nstat* =: 0 => ?\n@armv7,x86_64 strace: --- * ---\n    Because.\n";
        let mut rules = Rules::parse(text, "aarch64").unwrap();
        assert!(rules.allow_pair(Place::Argument(2), "read", "\"a\"", "\"a\"..."));
        assert!(!rules.allow_pair(Place::Argument(2), "read", "\"a\"", "\"b\"..."));
        assert!(!rules.allow_pair(Place::Argument(1), "read", "\"a\"", "\"a\"..."));
        assert!(!rules.allow_pair(Place::Argument(2), "write", "\"a\"", "\"a\"..."));
        assert!(rules.allow_pair(Place::Result, "statx", "0", "?"));
        assert!(!rules.allow_alone(Place::Strace, "--- SIGCHLD ---"));
        assert!(Rules::parse(text, "armv7").unwrap().allow_alone(Place::Strace, "--- SIGCHLD ---"));
        assert_eq!(rules.all().map(|rule| rule.used).collect::<Vec<_>>(), [1, 1]);
    }

    #[test]
    fn rule_with_program_allows_only_that_program() {
        let text = "@aarch64,armv7/*32 strace: *\n    Because.\n";
        let mut rules = Rules::parse(text, "aarch64").unwrap();
        rules.set_program("tar");
        assert!(!rules.allow_alone(Place::Strace, "x"));
        rules.set_program("tar32");
        assert!(rules.allow_alone(Place::Strace, "x"));
        assert_eq!(Rules::parse(text, "x86_64").unwrap().all().count(), 0);
    }
}
