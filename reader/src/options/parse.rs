// SPDX-License-Identifier: GPL-2.0

//! Parses a command line into [`Options`].

use super::error::{conflict, missing, wrong_value, OptionsError};
use super::filter_words::{input_or_filter, parse_filter, take_filter, ParsedFilter};
use super::help::command_line_with_help;
use super::hints::{check_command, check_list, shorten};
use super::options::{Command, Options, Style};
use super::style::style;
use super::words::Words;
use crate::source::DEVICE;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use syscall_record_format::settings::{parse_pid, parse_snaplen, Rule};

impl Options {
    /// Parses a command line, of which the first word is the program's name.
    ///
    /// # Errors
    ///
    /// What is wrong with it, or the text that `--help` or `--version` asks for.
    pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Self, OptionsError> {
        let arguments: Vec<OsString> = arguments.into_iter().collect();
        let mut words = Words::new(command_line_with_help().try_get_matches_from(&arguments).map_err(shorten)?);
        let (command, filter) = command(&mut words, &arguments)?;
        let style = style(&mut words)?;
        let raw = words.value::<OsString>("write").map(PathBuf::from);
        let output = words.value::<OsString>("output").map(PathBuf::from);
        let append = words.has("append");
        if raw.is_some() && output.is_some() {
            return Err(conflict("-o writes lines and -w what was read as it is: give one of them".into()).into());
        }
        if append && raw.is_none() && output.is_none() {
            return Err(missing("--append keeps what a FILE holds, which -o FILE or -w FILE names").into());
        }
        let limit = limit(&mut words)?;
        let snaplen = match words.value::<String>("snaplen") {
            Some(text) => Some(parse_snaplen(text.as_bytes()).map_err(|rule| wrong_value("-s", &text, rule))?),
            None => None,
        };
        let times = words.value::<String>("timetype").and_then(|text| text.chars().next());
        if matches!(command, Command::Explain(_)) && filter.is_none() {
            return Err(missing("--explain tells who decides what of a FILTER: give one").into());
        }
        if style == Style::Strace && times == Some('d') {
            let text =
                "--style strace tells the time since the entry at the end of each line, <0.000012>: leave -t d out";
            return Err(conflict(text.into()).into());
        }
        Ok(Self {
            command,
            append,
            raw: raw.is_some(),
            output: raw.or(output).filter(|path| path.as_os_str() != "-"),
            limit,
            snaplen,
            filter: filter.transpose()?,
            style,
            times,
            ascii: words.has("print-ascii"),
            hex: words.has("print-hex"),
            hex_ascii: words.has("print-hex-ascii"),
            quiet: words.has("quiet"),
            calls_table: words.has("summary-only"),
            summary: words.has("summary"),
            verbose: words.has("verbose"),
        })
    }
}

/// What to do, and the filter, which may be wrong.
fn command(words: &mut Words, arguments: &[OsString]) -> Result<(Command, ParsedFilter), clap::Error> {
    let subcommand = words.subcommand();
    let read = words.value::<OsString>("read").map(PathBuf::from);
    if read.is_some() && !subcommand.is_empty() {
        return Err(conflict(format!("-r reads a recording, and '{subcommand}' makes one")));
    }
    let list = ["list", "list-events", "explain"].into_iter().find(|name| words.has(name));
    let filter: Vec<OsString> = words.all_before_subcommand("filter");
    if let Some(list) = list {
        check_list(list, &subcommand, &filter)?;
    }
    match (subcommand.as_str(), list) {
        ("run", _) => run(words, &filter, arguments),
        ("attach", _) => attach(words, filter),
        (_, Some("list")) => Ok((Command::ListFields, None)),
        (_, Some("list-events")) => Ok((Command::ListCalls, None)),
        (_, Some(_)) => {
            let is_recording = read.is_some_and(|path| path != Path::new(DEVICE));
            Ok((Command::Explain(is_recording), parse_filter(&filter)?))
        }
        (_, None) if read.is_some() => Ok((Command::Read(read), parse_filter(&filter)?)),
        (_, None) => {
            let (input, filter) = input_or_filter(&filter)?;
            Ok((Command::Read(input), filter))
        }
    }
}

/// `run`: its command, and the filter before the command, or else before the word `run`.
fn run(words: &mut Words, filter: &[OsString], arguments: &[OsString]) -> Result<(Command, ParsedFilter), clap::Error> {
    let mut command = words.all::<OsString>("command");
    if let own @ Some(_) = take_filter(&mut command) {
        return Ok((Command::Run(command), own));
    }
    check_command(&command, arguments)?;
    Ok((Command::Run(command), parse_filter(filter)?))
}

/// `attach`: its processes, and the filter after the word `attach`, or else before it.
fn attach(words: &mut Words, filter_before: Vec<OsString>) -> Result<(Command, ParsedFilter), clap::Error> {
    let mut filter: Vec<OsString> = words.all("filter");
    // In `-p $(pidof x)` without quotes, the second process is the first word of the filter.
    let is_pid = |word: &&OsString| !word.is_empty() && word.as_encoded_bytes().iter().all(u8::is_ascii_digit);
    let rest = filter.split_off(filter.iter().take_while(is_pid).count());
    let more_pids = std::mem::replace(&mut filter, rest);
    if filter.is_empty() {
        filter = filter_before;
    } else if !filter_before.is_empty() {
        return Err(conflict("there is a filter before the word 'attach' and one behind it".into()));
    }
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
        pids.push(parse_pid(text.as_bytes()).map_err(|rule| wrong_value("-p", text, rule))?);
    }
    if pids.is_empty() {
        return Err(conflict("-p names no process: does it run?".into()));
    }
    Ok((Command::Attach(pids, words.has("follow")), parse_filter(&filter)?))
}

/// The value of `-n`.
fn limit(words: &mut Words) -> Result<Option<u64>, clap::Error> {
    let Some(text) = words.value::<String>("numevents") else { return Ok(None) };
    let limit = text.parse().ok().filter(|&limit| limit > 0);
    limit.map(Some).ok_or_else(|| wrong_value("-n", &text, Rule("a whole number from 1")))
}
