// SPDX-License-Identifier: GPL-2.0

//! What the user asked for: the command line's words, checked against each other.

use crate::child;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::parser::ValueSource;
use clap::{Arg, ArgMatches};
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use syscall_record::cli;
use syscall_record::fields::nearest;
use syscall_record::filter::Filter;
use syscall_record::source::DEVICE;
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
    /// To tell who decides what of the filter, with `true` where a recording is read.
    Explain(bool),
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
    #[inline(never)]
    fn has(&self, name: &str) -> bool {
        let is_set = |matches: &ArgMatches| matches.try_get_one::<bool>(name).ok().flatten().is_some_and(|&set| set);
        is_set(&self.top) || self.sub.as_ref().is_some_and(|(_, sub)| is_set(sub))
    }

    /// Whether an option with a value was given.
    #[inline(never)]
    fn is_given(&self, name: &str) -> bool {
        let is_given = |matches: &ArgMatches| matches.try_contains_id(name).is_ok_and(|is_there| is_there);
        is_given(&self.top) || self.sub.as_ref().is_some_and(|(_, sub)| is_given(sub))
    }

    /// The value of an option; that behind the subcommand counts.
    #[inline(never)]
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
    #[inline(never)]
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
        let arguments: Vec<OsString> = arguments.into_iter().collect();
        let mut top = cli::command().try_get_matches_from(&arguments).map_err(shorten)?;
        let sub = top.remove_subcommand();
        let mut words = Words { top, sub };
        let subcommand = words.sub.as_ref().map(|(name, _)| name.clone()).unwrap_or_default();

        let read = words.value::<OsString>("read").map(PathBuf::from);
        if read.is_some() && !subcommand.is_empty() {
            return Err(conflict(format!("-r reads a recording, and '{subcommand}' makes one")));
        }
        let list = ["list", "list-events", "explain"].into_iter().find(|name| words.has(name));
        let top_filter: Vec<OsString> = words.top.remove_many("filter").map(Iterator::collect).unwrap_or_default();
        if let Some(list) = list {
            check_list(list, &subcommand, &top_filter)?;
        }
        let mut filter: Vec<OsString> = if subcommand == "attach" { words.all("filter") } else { Vec::new() };
        // `-p $(pidof x)`, without quotes.
        let is_pid = |word: &&OsString| !word.is_empty() && word.as_encoded_bytes().iter().all(u8::is_ascii_digit);
        let rest = filter.split_off(filter.iter().take_while(is_pid).count());
        let more_pids = std::mem::replace(&mut filter, rest);
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
                } else {
                    check_command(&command, &arguments)?;
                }
                Action::Run(command)
            }
            "attach" => {
                let mut texts = words.all::<OsString>("pid");
                if texts.is_empty() {
                    let pids = more_pids.join(OsStr::new(" "));
                    let pids = if pids.is_empty() { "PID".into() } else { pids.to_string_lossy() };
                    return Err(missing(&format!("'attach' takes processes by -p: attach -p {pids}")));
                }
                texts.extend(more_pids);
                let texts = texts.join(OsStr::new(" "));
                let mut pids = Vec::new();
                for text in texts.to_string_lossy().split_ascii_whitespace() {
                    pids.push(parse_pid(text.as_bytes()).map_err(|rule| wrong("-p", text, rule))?);
                }
                if pids.is_empty() {
                    return Err(conflict("-p names no process: does it run?".into()));
                }
                Action::Attach(pids, words.has("follow"))
            }
            _ if list == Some("list") => Action::Fields,
            _ if list == Some("list-events") => Action::Calls,
            _ if list.is_some() => Action::Explain(read.is_some_and(|path| path != Path::new(DEVICE))),
            _ => match (read, filter.as_slice()) {
                (None, [word]) if is_input(word) => {
                    let input = PathBuf::from(word);
                    filter.clear();
                    Action::Read(Some(input))
                }
                (None, [word, ..]) => {
                    check_filter(word, &filter.join(OsStr::new(" ")).to_string_lossy())?;
                    Action::Read(None)
                }
                (read, _) => Action::Read(read),
            },
        };
        let filter = filter.join(OsStr::new(" ")).into_string().map_err(|text| {
            refused(ErrorKind::InvalidUtf8, &format!("the filter '{}' is no UTF-8", text.to_string_lossy()))
        })?;

        let style = style(&mut words)?;
        let raw = words.value::<OsString>("write").map(PathBuf::from);
        let output = words.value::<OsString>("output").map(PathBuf::from);
        let append = words.has("append");
        if raw.is_some() && output.is_some() {
            return Err(conflict("-o writes lines and -w what was read as it is: give one of them".into()));
        }
        if append && raw.is_none() && output.is_none() {
            return Err(missing("--append keeps what a FILE holds, which -o FILE or -w FILE names"));
        }
        let options = Self {
            action,
            append,
            raw: raw.is_some(),
            output: raw.or(output).filter(|path| path.as_os_str() != "-"),
            limit: number(&mut words, ("numevents", "-n"), |text| text.parse().ok().filter(|&n| n > 0))?,
            snaplen: match words.value::<String>("snaplen") {
                Some(text) => Some(parse_snaplen(text.as_bytes()).map_err(|rule| wrong("-s", &text, rule))?),
                None => None,
            },
            filter: Some(filter).filter(|filter| !filter.trim().is_empty()),
            style,
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
        if matches!(self.action, Action::Explain(_)) && self.filter.is_none() {
            return Err(missing("--explain tells who decides what of a FILTER: give one"));
        }
        if self.style == Style::Strace && self.times == Some('d') {
            let text =
                "--style strace tells the time since the entry at the end of each line, <0.000012>: leave -t d out";
            return Err(conflict(text.into()));
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
    if let Some(format) = &format {
        check_format(format)?;
    }
    // Letters that only sysdig has are for its lines.
    let buffers = ["print-ascii", "print-hex", "print-hex-ascii"].into_iter().find(|name| words.has(name));
    let times = if words.is_given("timetype") { Some("timetype") } else { None };
    let is_sysdigs = buffers.or(times).is_some();
    let wrong = match name.as_deref() {
        Some("record") => buffers.or(times),
        Some("strace") => buffers,
        _ => None,
    };
    if let (Some(name), Some(option)) = (name.as_deref(), wrong) {
        return Err(conflict(format!("--style {name} does not have what --{option} asks for: leave one of them out")));
    }
    if json && times.is_some() {
        let text =
            "-j tells times in nanoseconds since 1970: leave -t out, or name others: -p '%evt.reltime %evt.type'";
        return Err(conflict(text.into()));
    }
    let shown = name.as_ref().map(|_| "style").or(format.as_ref().map(|_| "print")).or(json.then_some("json"));
    if let (Some(option), true) = (shown.or(buffers).or(times), words.is_given("write")) {
        let text = format!(
            "-w writes packets as they are, and shows no events: leave --{option} out, and give it to -r later"
        );
        return Err(conflict(text));
    }
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

/// Checks that a format is meant as one: strace's `-p` has processes.
fn check_format(format: &str) -> Result<(), clap::Error> {
    if format.contains('%') {
        return Ok(());
    }
    let mut text = format!("-p '{format}': a format has fields, each behind a %, such as %evt.num");
    let is_pids = format.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b',' | b' ' | b'\n'));
    if is_pids && !format.trim().is_empty() {
        text += &format!("; did you mean 'attach -p {format}'?");
    }
    Err(refused(ErrorKind::ValueValidation, &text))
}

/// The number that an option was given.
fn number<T>(
    words: &mut Words,
    (name, option): (&str, &str),
    parse: fn(&str) -> Option<T>,
) -> Result<Option<T>, clap::Error> {
    let Some(text) = words.value::<String>(name) else { return Ok(None) };
    let rule = Rule("a whole number from 1");
    parse(&text).map(Some).ok_or_else(|| wrong(option, &text, rule))
}

/// Whether a word names a file to read: one that is there, or that looks like a path. Whatever is a filter does not.
fn is_input(word: &OsStr) -> bool {
    let Some(text) = word.to_str() else { return true };
    let is_path = || text.contains('/') && !text.contains(['=', '<', '>', '!', '(', ')', ' ', '"', '\'']);
    text == "-" || ((Path::new(word).exists() || is_path()) && Filter::parse(text).is_err())
}

/// Checks that the first word of what should be a filter is no recording or command instead.
fn check_filter(word: &OsStr, filter: &str) -> Result<(), clap::Error> {
    if is_filter(filter) || !(is_input(word) || child::find(word).is_some()) {
        return Ok(());
    }
    let word = word.to_string_lossy();
    Err(conflict(format!(
        "'{word}' begins no filter; to read a recording: -r {word}; to trace a command: run -- {filter}"
    )))
}

/// Takes from a command's words those before a `--`, if they are a filter, or meant as one: what is wrong with it is told
/// then.
fn split_filter(command: &mut Vec<OsString>) -> Option<Vec<OsString>> {
    let end = command.iter().position(|word| word == "--")?;
    let text = command.get(..end)?.join(OsStr::new(" ")).into_string().ok()?;
    if !is_filter(&text) {
        return None;
    }
    let filter = command.drain(..end).collect();
    command.remove(0);
    Some(filter)
}

/// Whether a text is a filter, or is meant as one.
#[inline(never)]
fn is_filter(text: &str) -> bool {
    let is_meant = ["evt.", "proc.", "thread.", "fd.", "user."].iter().any(|class| text.starts_with(class));
    is_meant || Filter::parse(text).is_ok()
}

/// Checks that a command does not begin with what is none: an option that is not there, or a filter. It ends the command
/// line, of which `arguments` are all words.
fn check_command(command: &[OsString], arguments: &[OsString]) -> Result<(), clap::Error> {
    let Some(first) = command.first() else { return Ok(()) };
    let text = first.to_string_lossy();
    let before = arguments.len().checked_sub(command.len() + 1).and_then(|at| arguments.get(at));
    if text.starts_with('-') && before.is_none_or(|word| word != "--") {
        let hint = instead(&text);
        let hint = hint.as_deref().unwrap_or("the command and its own options come behind all of run's");
        return Err(refused(ErrorKind::UnknownArgument, &format!("'run' has no option '{text}'; {hint}")));
    }
    if is_filter(&text) && child::find(first).is_none() {
        let text = format!("'{text}' is no command; put -- between the filter and the command: run FILTER -- COMMAND");
        return Err(conflict(text));
    }
    Ok(())
}

/// Checks that a list comes alone: it starts nothing and reads nothing.
fn check_list(list: &str, subcommand: &str, filter: &[OsString]) -> Result<(), clap::Error> {
    if !subcommand.is_empty() {
        let what = if list == "explain" { "give it the filter alone, without" } else { "leave out" };
        return Err(conflict(format!("--{list} starts nothing: {what} '{subcommand}'")));
    }
    let Some(word) = filter.first().map(|word| word.to_string_lossy()).filter(|_| list != "explain") else {
        return Ok(());
    };
    let mut text = format!("--{list} lists everything, and takes no '{word}'");
    if filter.first().and_then(|word| child::find(word)).is_some() {
        let letter = if list == "list" { "-l" } else { "-L" };
        let command = filter.join(OsStr::new(" "));
        text += &format!("; to trace a command: syscall-record run -- {} {letter}", command.to_string_lossy());
    }
    Err(conflict(text))
}

/// What to give instead of an option that is not there: strace's, or misspelt.
#[cold]
fn instead(option: &str) -> Option<String> {
    let name = option.split('=').next()?;
    if name.starts_with("-e") {
        return Some("calls are selected by a filter: syscall-record run evt.type=open -- COMMAND".into());
    }
    if name.starts_with("-f") || name == "--follow" {
        return Some("'run' and 'attach' have it: syscall-record run -f -- COMMAND".into());
    }
    if name == "--pid" {
        return Some("'attach' has it: syscall-record attach -p PID".into());
    }
    let name = name.strip_prefix("--")?;
    let command = cli::command();
    let names = command.get_arguments().filter_map(Arg::get_long);
    let nearest = nearest(name, &mut names.chain(["follow", "pid", "help", "version"]))?;
    // What is there, but not here, was not misspelt.
    (nearest != name).then(|| format!("did you mean '--{nearest}'?"))
}

/// What is wrong as the grammar has it, without the rest, and with what may have been meant.
#[cold]
fn shorten(error: clap::Error) -> clap::Error {
    // Help is no error.
    if !error.use_stderr() {
        return error;
    }
    let whole = error.to_string();
    let first = whole.split("\n\n").next().unwrap_or_default();
    let mut text = first.strip_prefix("error: ").unwrap_or(first).replace("\n  ", " ");
    if let (ErrorKind::UnknownArgument, Some(ContextValue::String(option))) =
        (error.kind(), error.get(ContextKind::InvalidArg))
    {
        text.extend(instead(option).map(|hint| format!("; {hint}")));
    }
    refused(error.kind(), &text)
}

#[cold]
#[inline(never)]
fn wrong(option: &str, text: &str, Rule(rule): Rule) -> clap::Error {
    refused(ErrorKind::ValueValidation, &format!("{option} {text}: must be {rule}"))
}

#[cold]
#[inline(never)]
fn conflict(text: String) -> clap::Error {
    refused(ErrorKind::ArgumentConflict, &text)
}

#[cold]
fn missing(text: &str) -> clap::Error {
    refused(ErrorKind::MissingRequiredArgument, text)
}

/// An error of this text.
#[cold]
#[inline(never)]
fn refused(kind: ErrorKind, text: &str) -> clap::Error {
    clap::Error::raw(kind, format_args!("{text}\n(see syscall-record --help)\n"))
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

    fn wrong(line: &str) -> String {
        let words = line.split('|').map(OsString::from);
        let error = Options::parse([OsString::from("syscall-record")].into_iter().chain(words)).expect_err(line);
        assert_eq!(error.exit_code(), 2, "{line}");
        error.to_string().lines().next().unwrap_or_default().to_owned()
    }

    /// A list starts nothing, and what only looks like one is a command's option.
    #[test]
    fn lists_come_alone() {
        let explain = "error: --explain starts nothing: give it the filter alone, without ";
        assert_eq!(wrong("--explain|run|evt.type=read|--|ls"), format!("{explain}'run'"));
        assert_eq!(wrong("--explain|attach|-p|1|evt.type=read"), format!("{explain}'attach'"));
        assert_eq!(wrong("-l|run|ls"), "error: --list starts nothing: leave out 'run'");
        assert_eq!(wrong("-L|run|ls"), "error: --list-events starts nothing: leave out 'run'");
        assert_eq!(
            wrong("ls|/|-l"),
            "error: --list lists everything, and takes no 'ls'; to trace a command: syscall-record run -- ls / -l"
        );
        assert_eq!(wrong("-L|evt.type=read"), "error: --list-events lists everything, and takes no 'evt.type=read'");
        assert_eq!(parse("-l").action, Action::Fields);
        assert_eq!(parse("-L").action, Action::Calls);
        assert_eq!(parse("--explain|evt.type=read").action, Action::Explain(false));
        assert_eq!(parse("--explain|-r|x|evt.type=read").action, Action::Explain(true));
        assert_eq!(parse("--explain|-r|/dev/syscall-record|evt.type=read").action, Action::Explain(false));
    }

    #[test]
    fn what_is_no_command() {
        let no_option = |text: &str| {
            format!("error: 'run' has no option '{text}'; the command and its own options come behind all of run's")
        };
        assert_eq!(wrong("run|-r|x|ls"), no_option("-r"));
        assert_eq!(wrong("run|-f|-z|--|ls"), no_option("-z"));
        assert_eq!(wrong("run|--read|x|ls"), no_option("--read"));
        let no_command = |text: &str| {
            format!("error: '{text}' is no command; put -- between the filter and the command: run FILTER -- COMMAND")
        };
        assert_eq!(wrong("run|evt.type=openat|ls"), no_command("evt.type=openat"));
        assert_eq!(wrong("run|evt.typ=openat|ls|-l"), no_command("evt.typ=openat"));
        assert_eq!(wrong("run|fd.name=/etc/passwd|ls"), no_command("fd.name=/etc/passwd"));
        assert_eq!(wrong("run|evt.type|=|openat|ls"), no_command("evt.type"));
        // It may have such a name if it is told to be one.
        assert_eq!(parse("run|--|-e|x").action, Action::Run(words(&["-e", "x"])));
        assert_eq!(parse("run|evt.type=read|--|-e").action, Action::Run(words(&["-e"])));
    }

    #[test]
    fn what_would_be_ignored() {
        let strace = "error: --style strace does not have what --";
        let record = "error: --style record does not have what --";
        let packets = "error: -w writes packets as they are, and shows no events: leave --";
        for (line, start) in [
            ("--style|record|-t|r", format!("{record}timetype asks for")),
            ("--style|record|-x", format!("{record}print-hex asks for")),
            ("--style|strace|-A", format!("{strace}print-ascii asks for")),
            ("--style|strace|run|-X|ls", format!("{strace}print-hex-ascii asks for")),
            ("--style|strace|-t|d", "error: --style strace tells the time since the entry".into()),
            ("-j|-t|r", "error: -j tells times in nanoseconds since 1970".into()),
            ("-t|a|run|-j|-p|%evt.num|ls", "error: -j tells times in nanoseconds since 1970".into()),
            ("-w|x|-j", format!("{packets}json out")),
            ("-w|x|-p|%evt.num", format!("{packets}print out")),
            ("-w|x|--style|strace", format!("{packets}style out")),
            ("-w|x|run|-t|r|ls", format!("{packets}timetype out")),
            ("run|-w|x|-A|ls", format!("{packets}print-ascii out")),
        ] {
            assert!(wrong(line).starts_with(&start), "{line}: {}", wrong(line));
        }
        assert_eq!(parse("--style|strace|-t|r").times, Some('r'));
        assert_eq!(parse("--style|sysdig|-t|d|-x").style, Style::Sysdig);
        assert!(parse("-w|x|-S|-q|-n|1|-s|8").raw);
        assert_eq!(wrong("-n|0"), "error: -n 0: must be a whole number from 1");
    }

    /// strace's words, and those that are misspelt, are told with what to say instead.
    #[test]
    fn what_may_have_been_meant() {
        let calls = "calls are selected by a filter: syscall-record run evt.type=open -- COMMAND";
        let follow = "'run' and 'attach' have it: syscall-record run -f -- COMMAND";
        let no_format = |text: &str| format!("-p '{text}': a format has fields, each behind a %, such as %evt.num");
        for (line, expected) in [
            ("-e|trace=open|ls", format!("unexpected argument '-e' found; {calls}")),
            ("run|-e|trace=file|ls", format!("'run' has no option '-e'; {calls}")),
            ("run|-f|-etrace=file|--|ls", format!("'run' has no option '-etrace=file'; {calls}")),
            ("-ff|ls", format!("unexpected argument '-f' found; {follow}")),
            ("--follow|ls", format!("unexpected argument '--follow' found; {follow}")),
            ("--stile|strace", "unexpected argument '--stile' found; did you mean '--style'?".into()),
            ("--stile=strace", "unexpected argument '--stile' found; did you mean '--style'?".into()),
            ("attach|--pdi|1", "unexpected argument '--pdi' found; did you mean '--pid'?".into()),
            ("run|--stile=strace|ls", "'run' has no option '--stile=strace'; did you mean '--style'?".into()),
            ("--pid|1", "unexpected argument '--pid' found; 'attach' has it: syscall-record attach -p PID".into()),
            ("--xyz", "unexpected argument '--xyz' found".into()),
            ("attach|146|147", "'attach' takes processes by -p: attach -p 146 147".into()),
            ("attach|evt.type=read", "'attach' takes processes by -p: attach -p PID".into()),
            ("-n|3|-p|102, 103", no_format("102, 103") + "; did you mean 'attach -p 102, 103'?"),
            ("-j|-p|evt.num", no_format("evt.num")),
            (
                "Cargo.toml|evt.num=5",
                "'Cargo.toml' begins no filter; to read a recording: -r Cargo.toml; to trace a command: \
                 run -- Cargo.toml evt.num=5"
                    .into(),
            ),
            ("sh", "'sh' begins no filter; to read a recording: -r sh; to trace a command: run -- sh".into()),
        ] {
            assert_eq!(wrong(line), format!("error: {expected}"), "{line}");
        }
    }

    #[test]
    fn flags_may_be_repeated() {
        assert!(parse("-q|-q").quiet && parse("run|-q|-q|-ff|ls").quiet);
        assert_eq!(parse("attach|-ff|-p|1").action, Action::Attach(vec![1], true));
    }

    #[test]
    fn processes_as_pidof_tells_them() {
        for line in ["attach|-p|1 2", "attach|-p|1|2", "attach|-p| 1,2\n", "attach|-p|1|-p|2"] {
            assert_eq!(parse(line).action, Action::Attach(vec![1, 2], false), "{line}");
            assert_eq!(parse(line).filter, None, "{line}");
        }
        let options = parse("attach|-p|1|2|evt.num|<|3");
        assert_eq!(options.action, Action::Attach(vec![1, 2], false));
        assert_eq!(options.filter.as_deref(), Some("evt.num < 3"));
        for line in ["attach|-p|", "attach|-p|1 x", "attach|-p|0"] {
            assert!(wrong(line).starts_with("error: -p"), "{line}: {}", wrong(line));
        }
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
