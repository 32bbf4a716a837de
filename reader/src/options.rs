// SPDX-License-Identifier: GPL-2.0

//! What the user asked for: the command line's words, checked against each other.

use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::ArgMatches;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use syscall_record::cli;
use syscall_record::filter::Filter;
use syscall_record_format::settings::{parse_pid, parse_snaplen, Rule};

/// What the user asked for.
#[derive(Debug)]
pub struct Options {
    /// What is to be done.
    pub action: Action,
    /// Where to write; `None` is standard output.
    pub output: Option<PathBuf>,
    /// Whether to keep what the output file holds.
    pub append: bool,
    /// Whether to write packets instead of lines.
    pub raw: bool,
    /// How many events are shown at the most.
    pub limit: Option<u64>,
    /// How many bytes of buffers are recorded, where the user said it.
    pub snaplen: Option<u32>,
    /// Which events.
    pub filter: Option<String>,
    /// How they are shown.
    pub style: Style,
    /// Which times are shown, where the user said it, by sysdig's letter.
    pub times: Option<char>,
    /// Whether buffers are shown as text.
    pub ascii: bool,
    /// Whether buffers are shown in hexadecimal.
    pub hex: bool,
    /// Whether buffers are shown in both.
    pub hex_ascii: bool,
    /// Whether no events are shown.
    pub quiet: bool,
    /// Whether strace's table of calls is shown.
    pub calls_table: bool,
    /// Whether tables of calls and of processes are shown.
    pub summary: bool,
    /// Whether totals are shown, and buffers uncut.
    pub verbose: bool,
}

/// What is to be done.
#[derive(Debug, PartialEq, Eq)]
pub enum Action {
    /// To read this; `None` leaves it to what standard input is.
    Read(Option<PathBuf>),
    /// To run a command.
    Run(Vec<OsString>),
    /// To look at processes, with their children or without.
    Attach(Vec<u32>, bool),
    /// To list fields.
    Fields,
    /// To list system calls.
    Calls,
    /// To tell who decides what of the filter.
    Explain,
}

/// How events are shown.
#[derive(Debug, PartialEq, Eq)]
pub enum Style {
    /// As in `/etc/syscall-record/record`.
    Record,
    /// As sysdig does.
    Sysdig,
    /// As strace does.
    Strace,
    /// In this format.
    Format(String),
    /// As JSON, all of an event.
    Json,
    /// As JSON, the fields of this format.
    JsonFields(String),
}

/// A command line's words, those before a subcommand and those behind it.
struct Words {
    top: ArgMatches,
    sub: Option<(String, ArgMatches)>,
}

impl Words {
    /// Whether an option without a value was given.
    fn has(&self, name: &str) -> bool {
        let is_set = |matches: &ArgMatches| matches.try_get_one::<bool>(name).ok().flatten().is_some_and(|&set| set);
        is_set(&self.top) || self.sub.as_ref().is_some_and(|(_, sub)| is_set(sub))
    }

    /// The value of an option; that behind the subcommand counts.
    fn value<T: Clone + Send + Sync + 'static>(&mut self, name: &str) -> Option<T> {
        let given = |matches: &mut ArgMatches| {
            let is_given = matches.try_contains_id(name).is_ok_and(|is_there| is_there)
                && matches.value_source(name) == Some(ValueSource::CommandLine);
            if is_given {
                matches.remove_one::<T>(name)
            } else {
                None
            }
        };
        let sub = self.sub.as_mut().and_then(|(_, sub)| given(sub));
        sub.or_else(|| given(&mut self.top))
    }

    /// The words of an option or argument of the subcommand, or else of the whole.
    fn all<T: Clone + Send + Sync + 'static>(&mut self, name: &str) -> Vec<T> {
        let matches = self.sub.as_mut().map_or(&mut self.top, |(_, sub)| sub);
        matches.try_remove_many(name).ok().flatten().map(Iterator::collect).unwrap_or_default()
    }
}

impl Options {
    /// Reads a command line.
    ///
    /// # Errors
    ///
    /// What is wrong with it, or the text that `--help` or `--version` asks for.
    pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Self, clap::Error> {
        let mut top = cli::command().try_get_matches_from(arguments)?;
        let sub = top.remove_subcommand();
        let mut words = Words { top, sub };
        let subcommand = words.sub.as_ref().map(|(name, _)| name.clone()).unwrap_or_default();

        let read = words.value::<OsString>("read").map(PathBuf::from);
        if read.is_some() && !subcommand.is_empty() {
            return Err(conflict(format!("-r reads a recording, and '{subcommand}' makes one")));
        }
        let top_filter: Vec<OsString> = words.top.remove_many("filter").map(Iterator::collect).unwrap_or_default();
        let mut filter = if subcommand == "attach" { words.all("filter") } else { Vec::new() };
        if filter.is_empty() {
            filter = top_filter;
        } else if !top_filter.is_empty() {
            return Err(conflict("there is a filter before the word 'attach' and one behind it".into()));
        }
        let action = match subcommand.as_str() {
            "run" => {
                let mut command = words.all::<OsString>("command");
                if let Some(own) = split_filter(&mut command) {
                    filter = own;
                }
                Action::Run(command)
            }
            "attach" => {
                let pid = |text: String| parse_pid(text.as_bytes()).map_err(|rule| wrong("-p", &text, rule));
                let pids = words.all("pid").into_iter().map(pid).collect::<Result<_, _>>()?;
                Action::Attach(pids, words.has("follow"))
            }
            _ if words.has("list") => Action::Fields,
            _ if words.has("list-events") => Action::Calls,
            _ if words.has("explain") => Action::Explain,
            _ => match (read, filter.as_slice()) {
                (None, [word]) if is_input(word) => {
                    let input = PathBuf::from(word);
                    filter.clear();
                    Action::Read(Some(input))
                }
                (read, _) => Action::Read(read),
            },
        };
        let filter = filter.join(OsStr::new(" ")).into_string().map_err(|text| {
            let text = format!("the filter '{}' is no UTF-8", text.to_string_lossy());
            cli::command().error(ErrorKind::InvalidUtf8, text)
        })?;

        let raw = words.value::<OsString>("write").map(PathBuf::from);
        let output = words.value::<OsString>("output").map(PathBuf::from);
        let append = words.has("append");
        if raw.is_some() && output.is_some() {
            return Err(conflict("-o writes lines and -w what was read as it is: give one of them".into()));
        }
        if append && raw.is_none() && output.is_none() {
            let text = "--append keeps what a FILE holds, which -o FILE or -w FILE names";
            return Err(cli::command().error(ErrorKind::MissingRequiredArgument, text));
        }
        let options = Self {
            action,
            append,
            raw: raw.is_some(),
            output: raw.or(output).filter(|path| path.as_os_str() != "-"),
            limit: number(&mut words, "numevents", |text| text.parse().ok().filter(|&n| n > 0))?,
            snaplen: match words.value::<String>("snaplen") {
                Some(text) => Some(parse_snaplen(text.as_bytes()).map_err(|rule| wrong("-s", &text, rule))?),
                None => None,
            },
            filter: Some(filter).filter(|filter| !filter.trim().is_empty()),
            style: style(&mut words)?,
            times: words.value::<String>("timetype").and_then(|text| text.chars().next()),
            ascii: words.has("print-ascii"),
            hex: words.has("print-hex"),
            hex_ascii: words.has("print-hex-ascii"),
            quiet: words.has("quiet"),
            calls_table: words.has("summary-only"),
            summary: words.has("summary"),
            verbose: words.has("verbose"),
        };
        options.check()
    }

    /// What does not go together.
    fn check(self) -> Result<Self, clap::Error> {
        if self.action == Action::Explain && self.filter.is_none() {
            let text = "--explain tells who decides what of a FILTER: give one";
            return Err(cli::command().error(ErrorKind::MissingRequiredArgument, text));
        }
        Ok(self)
    }

    /// Whether no events are shown as they come.
    pub fn is_quiet(&self) -> bool {
        self.quiet || self.calls_table || self.raw
    }
}

/// How events are shown: one way.
fn style(words: &mut Words) -> Result<Style, clap::Error> {
    let (name, format, json) = (words.value::<String>("style"), words.value::<String>("print"), words.has("json"));
    // Letters that only sysdig has are for its lines.
    let is_sysdigs = ["print-ascii", "print-hex", "print-hex-ascii"].iter().any(|name| words.has(name))
        || words.top.contains_id("timetype")
        || words.sub.as_ref().is_some_and(|(_, sub)| sub.contains_id("timetype"));
    match (name.as_deref(), format, json) {
        (None, None, false) if is_sysdigs => Ok(Style::Sysdig),
        (None | Some("record"), None, false) => Ok(Style::Record),
        (Some("sysdig"), None, false) => Ok(Style::Sysdig),
        (Some(_), None, false) => Ok(Style::Strace),
        (None, Some(format), false) => Ok(Style::Format(format)),
        (None, None, true) => Ok(Style::Json),
        (None, Some(format), true) => Ok(Style::JsonFields(format)),
        (Some(_), Some(_), _) => Err(conflict("--style and -p are two ways to show events: give one of them".into())),
        (Some(_), None, true) => Err(conflict("--style and -j are two ways to show events: give one of them".into())),
    }
}

/// The number that an option was given.
fn number<T>(words: &mut Words, name: &str, parse: fn(&str) -> Option<T>) -> Result<Option<T>, clap::Error> {
    let Some(text) = words.value::<String>(name) else { return Ok(None) };
    let rule = Rule("a whole number from 1");
    parse(&text).map(Some).ok_or_else(|| wrong(&format!("--{name}"), &text, rule))
}

/// Whether a word names a file to read: one that is there, or that looks like a path. Whatever is a filter does not.
fn is_input(word: &OsStr) -> bool {
    let Some(text) = word.to_str() else { return true };
    let is_path = || text.contains('/') && !text.contains(['=', '<', '>', '!', '(', ')', ' ', '"', '\'']);
    text == "-" || ((Path::new(word).exists() || is_path()) && Filter::parse(text).is_err())
}

/// Takes from a command's words those before a `--`, if they are a filter, or meant as one: what is wrong with it is told
/// then.
fn split_filter(command: &mut Vec<OsString>) -> Option<Vec<OsString>> {
    let end = command.iter().position(|word| word == "--")?;
    let text = command.get(..end)?.join(OsStr::new(" ")).into_string().ok()?;
    let is_meant = ["evt.", "proc.", "thread.", "fd.", "user."].iter().any(|class| text.starts_with(class));
    if !is_meant && Filter::parse(&text).is_err() {
        return None;
    }
    let filter = command.drain(..end).collect();
    command.remove(0);
    Some(filter)
}

fn wrong(option: &str, text: &str, Rule(rule): Rule) -> clap::Error {
    cli::command().error(ErrorKind::ValueValidation, format!("{option} {text}: must be {rule}"))
}

fn conflict(text: String) -> clap::Error {
    cli::command().error(ErrorKind::ArgumentConflict, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Options {
        let words = line.split('|').map(OsString::from);
        Options::parse([OsString::from("syscall-record")].into_iter().chain(words)).expect("is right")
    }

    fn filter(line: &str) -> Option<String> {
        parse(line).filter
    }

    fn words(list: &[&str]) -> Vec<OsString> {
        list.iter().map(OsString::from).collect()
    }

    #[test]
    fn words_of_a_filter_are_joined() {
        assert_eq!(filter("evt.type|=|openat").as_deref(), Some("evt.type = openat"));
        assert_eq!(
            filter("evt.type=openat and evt.failed=true").as_deref(),
            Some("evt.type=openat and evt.failed=true")
        );
        assert_eq!(filter("evt.rawres|=|-2").as_deref(), Some("evt.rawres = -2"));
        assert_eq!(filter("-q|proc.name=run|and|evt.dir=<").as_deref(), Some("proc.name=run and evt.dir=<"));
        assert_eq!(filter("-r|trace.bin"), None);
        assert_eq!(filter(" "), None);
    }

    #[test]
    fn a_word_is_a_file_or_a_filter() {
        let input = |line: &str| match parse(line).action {
            Action::Read(input) => input.map(|path| path.to_str().expect("text").to_owned()),
            other => panic!("{other:?}"),
        };
        assert_eq!(input("-").as_deref(), Some("-"));
        assert_eq!(input("/nonexistent").as_deref(), Some("/nonexistent"));
        assert_eq!(input("Cargo.toml").as_deref(), Some("Cargo.toml"));
        assert_eq!(input("fd.name=/etc/passwd"), None);
        // Wrong, but meant as a filter: told as one.
        assert_eq!(input("fd.nme=/etc/passwd"), None);
        assert_eq!(input("trace.bin"), None);
        assert_eq!(input("-r|-|evt.type=openat").as_deref(), Some("-"));
        assert_eq!(input("-r|a|b"), Some("a".into()));
    }

    #[test]
    fn commands_to_run() {
        let run = |line: &str| match parse(line) {
            Options { action: Action::Run(command), filter, .. } => (command, filter),
            other => panic!("{other:?}"),
        };
        let ls = words(&["ls", "-l"]);
        assert_eq!(run("run|--|ls|-l"), (ls.clone(), None));
        assert_eq!(run("run|ls|-l"), (ls.clone(), None));
        assert_eq!(run("run|-f|ls|-l"), (ls.clone(), None));
        assert_eq!(run("run|evt.type=openat|--|ls|-l"), (ls.clone(), Some("evt.type=openat".into())));
        assert_eq!(run("run|evt.type|=|openat|--|ls|-l"), (ls, Some("evt.type = openat".into())));
        assert_eq!(run("run|evt.typ=openat|--|ls").1.as_deref(), Some("evt.typ=openat"));
        assert_eq!(run("run|git|log|--|file").0, words(&["git", "log", "--", "file"]));
        assert_eq!(run("run|--|ls|--|-l").0, words(&["ls", "--", "-l"]));
    }

    #[test]
    fn options_stand_before_the_subcommand_or_behind_it() {
        for line in ["--style|strace|-o|x|run|ls", "run|--style|strace|-o|x|ls", "--style|strace|run|-o|x|--|ls"] {
            let options = parse(line);
            assert_eq!((options.style, options.output), (Style::Strace, Some("x".into())), "{line}");
        }
        assert_eq!(parse("-p|%evt.num|attach|-p|1,2|-p|3").style, Style::Format("%evt.num".into()));
        assert_eq!(parse("-n|3|run|-n|4|ls").limit, Some(4));
        assert_eq!(parse("attach|-p|1,2|-p|3").action, Action::Attach(vec![1, 2, 3], false));
        assert_eq!(parse("attach|-f|-p|1|evt.type=read").filter.as_deref(), Some("evt.type=read"));
        assert!(parse("-q|run|ls").quiet && parse("run|-q|ls").quiet && !parse("run|ls").quiet);
    }
}
