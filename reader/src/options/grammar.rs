// SPDX-License-Identifier: GPL-2.0

//! The options and arguments that there are, with their help. The man page and the completions are made from this, too.

use clap::builder::PossibleValuesParser;
use clap::{value_parser, Arg, ArgAction, Command, ValueHint};
use std::ffi::OsString;

/// An option: its letter, its name, the name of its value (empty if it takes none), its heading, its help.
///
/// An option that sysdig or strace has, too, has their letter. A table takes less room in the program than a call for
/// each option.
type OptionRow = (Option<char>, &'static str, &'static str, &'static str, &'static str);

const DATA: &str = "Input and output";
const WHAT: &str = "What is recorded";
const HOW: &str = "How events are shown";
const SUMMARIES: &str = "Summaries";
const LISTS: &str = "Lists";

#[rustfmt::skip]
const OPTIONS: [OptionRow; 20] = keep_texts([
    (Some('r'), "read", "FILE", DATA, "Read the recording FILE; - is standard input"),
    (Some('w'), "write", "FILE", DATA, "Write what was read to FILE as it is, for -r later or elsewhere"),
    (Some('o'), "output", "FILE", DATA, "Write to FILE, which starts empty; - is standard output"),
    (None, "append", "", DATA, "Keep what FILE holds and write behind it"),
    (Some('n'), "numevents", "N", DATA, "Stop after N events, -w after their packets"),
    (Some('s'), "snaplen", "N", WHAT, "Record arguments, and up to N bytes of the buffers they point to; show as many"),
    (None, "style", "STYLE", HOW, "As record (the default), sysdig or strace have them"),
    (Some('p'), "print", "FORMAT", HOW, "As lines of fields: '%evt.num %proc.name'; with -j these fields alone"),
    (Some('j'), "json", "", HOW, "As JSON, an object a line"),
    (Some('t'), "timetype", "TIME", HOW, "Times of day (h), since 1970 (a), the first event (r), the entry (d), the last line (D)"),
    (Some('A'), "print-ascii", "", HOW, "Buffers as text"),
    (Some('x'), "print-hex", "", HOW, "Buffers in hexadecimal"),
    (Some('X'), "print-hex-ascii", "", HOW, "Buffers in both"),
    (Some('q'), "quiet", "", HOW, "No events"),
    (Some('c'), "summary-only", "", SUMMARIES, "At the end calls, errors and time by call, as strace -c -w has them: from entry to return; no events"),
    (Some('S'), "summary", "", SUMMARIES, "At the end calls, errors and time by call and by process"),
    (Some('v'), "verbose", "", SUMMARIES, "At the end events, drops, elapsed time, events per second; buffers as far as recorded; structures in whole with --style strace"),
    (Some('l'), "list", "", LISTS, "List the fields that filters and formats have"),
    (Some('L'), "list-events", "", LISTS, "List the system calls with their arguments"),
    (None, "explain", "", LISTS, "Tell which part of FILTER the kernel decides and which the reader"),
]);

/// Drops the help of the options where it is not wanted.
const fn keep_texts(mut rows: [OptionRow; 20]) -> [OptionRow; 20] {
    let mut row = 0;
    while row < rows.len() {
        rows[row].4 = keep(rows[row].4);
        row += 1;
    }
    rows
}

/// A text of the help, where it is wanted. The reader has the help as it is printed, made by its build script from
/// this file.
const fn keep(text: &'static str) -> &'static str {
    if super::texts::HAS_TEXTS {
        text
    } else {
        ""
    }
}

const STYLES: [&str; 3] = ["record", "sysdig", "strace"];
const TIMES: [&str; 5] = ["h", "a", "r", "d", "D"];

/// The grammar of the command line.
pub fn command_line() -> Command {
    let command = Command::new("syscall-record")
        .version(env!("CARGO_PKG_VERSION"))
        .disable_help_subcommand(true)
        .arg(filter(keep("Events to show, as in sysdig: evt.type=openat and evt.failed=true")))
        .subcommand(run())
        .subcommand(attach());
    let command = with_texts(
        command,
        "Shows the system calls that the syscall_record kernel module records",
        "syscall-record [OPTIONS] [FILTER]...\n       \
         syscall-record [OPTIONS] run [OPTIONS] [FILTER --] COMMAND [ARGUMENT]...\n       \
         syscall-record [OPTIONS] attach [OPTIONS] -p PID[,PID]... [FILTER]...",
        &[AFTER_HELP],
    );
    with_options(command, |_| true)
}

/// Adds what is told of a command, where it is wanted.
fn with_texts(command: Command, about: &'static str, usage: &'static str, after: &[&str]) -> Command {
    if super::texts::HAS_TEXTS {
        command.about(about).override_usage(usage).after_help(after.concat())
    } else {
        command
    }
}

const AFTER_HELP: &str = "\
Reads FILE if -r names one, else standard input if that is a pipe or a file, else
/dev/syscall-record. A single word that names a file and is no filter is a FILE, too. The
module records what its parameters say, unless FILTER, -s or the way events are shown ask
for something else.

Exit status: 0; 1 if the input was damaged, or input or output failed; 2 for wrong usage;
with `run` that of the command, or 128 and the number of the signal that ended it, 126 if
it cannot be run, 127 if it or its interpreter is not found.";

/// The grammar of `run`, which traces a command from its first instruction.
fn run() -> Command {
    let command = Command::new("run")
        .arg(
            Arg::new("command")
                .value_name("COMMAND")
                .value_parser(value_parser!(OsString))
                .value_hint(ValueHint::CommandWithArguments)
                .num_args(1..)
                .required(true)
                .trailing_var_arg(true)
                .allow_hyphen_values(true)
                .help(keep("What to run, with its arguments; a filter and -- may stand before it")),
        )
        .arg(follow(keep("Children, too, which `run` shows always")));
    let command = with_texts(
        command,
        "Run a command and show the system calls that it and its children make, until it ends",
        "syscall-record run [OPTIONS] [FILTER --] COMMAND [ARGUMENT]...",
        &["Children that outlive the command are no longer shown when it has ended.\n\n", LOADING],
    );
    with_options(command, |option| option.1 != "read" && option.3 != LISTS)
}

/// The grammar of `attach`, which traces running processes.
fn attach() -> Command {
    let command = Command::new("attach")
        .arg(
            Arg::new("pid")
                .short('p')
                .long("pid")
                .value_name("PID")
                .value_parser(value_parser!(OsString))
                .action(ArgAction::Append)
                .value_delimiter(',')
                .help(keep("Processes, up to 16, with commas or blanks between them, each with all its threads")),
        )
        .arg(follow(keep("Their children, too")))
        .arg(filter(keep("Events to show, as in sysdig")));
    let command = with_texts(
        command,
        "Show the system calls of running processes, until they end",
        "syscall-record attach [OPTIONS] -p PID[,PID]... [FILTER]...",
        &[LOADING],
    );
    with_options(command, |option| option.1 != "read" && option.3 != LISTS)
}

const LOADING: &str = "\
A module that is not loaded is searched for in /lib/modules and beside this program,
loaded, and unloaded at the end.";

fn follow(help: &'static str) -> Arg {
    let arg = Arg::new("follow").short('f').long("follow").action(ArgAction::SetTrue).overrides_with("follow");
    arg.help_heading(WHAT).help(help)
}

fn filter(help: &'static str) -> Arg {
    Arg::new("filter")
        .value_name("FILTER")
        .value_parser(value_parser!(OsString))
        .value_hint(ValueHint::AnyPath)
        .num_args(0..)
        .allow_negative_numbers(true)
        .help(help)
}

/// Adds the options for which `has` is true. If an argument of the command has an option's letter already, the option
/// gets no letter.
fn with_options(mut command: Command, has: fn(&OptionRow) -> bool) -> Command {
    let taken: Vec<char> = command.get_arguments().filter_map(Arg::get_short).collect();
    for &(letter, name, value, heading, help) in OPTIONS.iter().filter(|row| has(row)) {
        let mut arg = Arg::new(name).long(name).help_heading(heading).help(help);
        if let Some(letter) = letter.filter(|letter| !taken.contains(letter)) {
            arg = arg.short(letter);
        }
        arg = match (value, name) {
            ("", _) => arg.action(ArgAction::SetTrue).overrides_with(name),
            ("FILE", _) => arg.value_parser(value_parser!(OsString)).value_hint(ValueHint::FilePath),
            (_, "style") => arg.value_parser(PossibleValuesParser::new(STYLES)).hide_possible_values(true),
            (_, "timetype") => arg.value_parser(PossibleValuesParser::new(TIMES)).hide_possible_values(true),
            _ => arg,
        };
        if !value.is_empty() {
            arg = arg.value_name(value);
        }
        command = command.arg(arg);
    }
    command
}

#[cfg(test)]
mod tests {
    #[test]
    fn clap_finds_no_fault_in_the_grammar() {
        super::command_line().debug_assert();
    }
}
