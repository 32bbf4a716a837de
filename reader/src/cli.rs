// SPDX-License-Identifier: GPL-2.0

//! The command line.

use clap::{value_parser, Arg, ArgAction, ArgGroup, Command};
use std::ffi::OsString;
use std::path::PathBuf;

/// What the user asked for.
#[derive(Debug)]
pub struct Options {
    /// Where to read; `None` leaves it to what standard input is.
    pub input: Option<PathBuf>,
    /// Where to write; `None` is standard output.
    pub output: Option<PathBuf>,
    /// Whether to keep what the output file holds.
    pub append: bool,
    /// Whether to write packets instead of lines.
    pub raw: bool,
}

impl Options {
    /// Reads a command line.
    ///
    /// # Errors
    ///
    /// What is wrong with it, or the text that `--help` or `--version` asks for.
    pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Self, clap::Error> {
        let mut matches = command().try_get_matches_from(arguments)?;
        let raw = matches.remove_one::<PathBuf>("write");
        let output = raw.clone().or_else(|| matches.remove_one("output"));
        Ok(Self {
            input: matches.remove_one("input"),
            output: output.filter(|path| path.as_os_str() != "-"),
            append: matches.get_flag("append"),
            raw: raw.is_some(),
        })
    }
}

/// The command line's grammar.
pub fn command() -> Command {
    let path = || value_parser!(PathBuf);
    Command::new("syscall-record")
        .version(env!("CARGO_PKG_VERSION"))
        .about("Prints the system calls that the syscall_record module records")
        .after_help(
            "Without INPUT, reads standard input if that is a pipe or a file, and /dev/syscall-record \
             otherwise.\n\n\
             Exit status: 0; 1 if the input was damaged, or input or output failed; 2 for wrong usage.",
        )
        .arg(
            Arg::new("input")
                .value_name("INPUT")
                .value_parser(path())
                .help("Device or recording to read; - is standard input"),
        )
        .arg(
            Arg::new("output")
                .short('o')
                .long("output")
                .value_name("FILE")
                .value_parser(path())
                .help("Write to FILE, which starts empty; - is standard output"),
        )
        .arg(
            Arg::new("write")
                .short('w')
                .long("write")
                .value_name("FILE")
                .value_parser(path())
                .help("Write what was read to FILE as it is, to be decoded later or elsewhere"),
        )
        .arg(
            Arg::new("append")
                .requires("file")
                .long("append")
                .action(ArgAction::SetTrue)
                .help("Keep what FILE holds and write behind it"),
        )
        .group(ArgGroup::new("file").args(["output", "write"]))
}

#[cfg(test)]
mod tests {
    #[test]
    fn grammar_is_consistent() {
        super::command().debug_assert();
    }
}
