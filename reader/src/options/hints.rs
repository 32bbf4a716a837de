// SPDX-License-Identifier: GPL-2.0

//! Errors with hints: what a user may have meant who types what strace or sysdig take, or misspells an option.

use super::error::{conflict, refused, OptionsError};
use super::filter_words::is_meant_as_filter;
use super::grammar::command_line;
use super::help::help;
use crate::fields::nearest;
use crate::filter::Filter;
use crate::programs::find_program;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::Arg;
use std::ffi::{OsStr, OsString};

/// Shortens an error of clap to what is wrong, and adds what may have been meant.
#[cold]
pub(super) fn shorten(error: clap::Error) -> OptionsError {
    if error.kind() == ErrorKind::DisplayHelp {
        return OptionsError::Help(help(&error.to_string()));
    }
    // The version is not an error.
    if !error.use_stderr() {
        return error.into();
    }
    let full = error.to_string();
    let first = full.split("\n\n").next().unwrap_or_default();
    let mut text = first.strip_prefix("error: ").unwrap_or(first).replace("\n  ", " ");
    if let (ErrorKind::UnknownArgument, Some(ContextValue::String(option))) =
        (error.kind(), error.get(ContextKind::InvalidArg))
    {
        text.extend(replacement(option).map(|hint| format!("; {hint}")));
    }
    refused(error.kind(), &text).into()
}

/// What to type instead of an option that does not exist: it is strace's, or misspelt.
#[cold]
fn replacement(option: &str) -> Option<String> {
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
    let command = command_line();
    let names = command.get_arguments().filter_map(Arg::get_long);
    let nearest = nearest(name, &mut names.chain(["follow", "pid", "help", "version"]))?;
    // An option that exists, but not in this place, is not misspelt.
    (nearest != name).then(|| format!("did you mean '--{nearest}'?"))
}

/// Checks that a command does not begin with an option that does not exist, or with a filter. `arguments` are all words
/// of the command line; the command is the last of them.
pub(super) fn check_command(command: &[OsString], arguments: &[OsString]) -> Result<(), clap::Error> {
    let Some(first) = command.first() else { return Ok(()) };
    let text = first.to_string_lossy();
    let before = arguments.len().checked_sub(command.len() + 1).and_then(|at| arguments.get(at));
    if text.starts_with('-') && before.is_none_or(|word| word != "--") {
        let hint = replacement(&text);
        let hint = hint.as_deref().unwrap_or("the command and its own options come behind all of run's");
        return Err(refused(ErrorKind::UnknownArgument, &format!("'run' has no option '{text}'; {hint}")));
    }
    if (is_meant_as_filter(&text) || Filter::parse(&text).is_ok()) && find_program(first).is_none() {
        let text = format!("'{text}' is no command; put -- between the filter and the command: run FILTER -- COMMAND");
        return Err(conflict(text));
    }
    Ok(())
}

/// Checks that a list is asked for alone: it starts nothing and reads nothing.
pub(super) fn check_list(list: &str, subcommand: &str, filter: &[OsString]) -> Result<(), clap::Error> {
    if !subcommand.is_empty() {
        let what = if list == "explain" { "give it the filter alone, without" } else { "leave out" };
        return Err(conflict(format!("--{list} starts nothing: {what} '{subcommand}'")));
    }
    let Some(word) = filter.first().map(|word| word.to_string_lossy()).filter(|_| list != "explain") else {
        return Ok(());
    };
    let mut text = format!("--{list} lists everything, and takes no '{word}'");
    if filter.first().and_then(|word| find_program(word)).is_some() {
        let letter = if list == "list" { "-l" } else { "-L" };
        let command = filter.join(OsStr::new(" "));
        text += &format!("; to trace a command: syscall-record run -- {} {letter}", command.to_string_lossy());
    }
    Err(conflict(text))
}

/// Checks that the value of `-p` is a format. It may be a list of processes: strace's `-p` takes processes.
pub(super) fn check_format(format: &str) -> Result<(), clap::Error> {
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
