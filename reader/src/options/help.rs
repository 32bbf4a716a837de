// SPDX-License-Identifier: GPL-2.0

//! The help as `--help` prints it. The build script has clap make it from the grammar: what makes it would take more
//! room in the reader than the texts do.

use super::grammar::command_line;
use crate::text::compressed_text::{compressed_text, CompressedText};
use clap::Command;

/// The help of the reader, of `run` and of `attach`, with a zero byte between them.
static TEXTS: CompressedText = compressed_text!("help");

/// The grammar of the command line, with a number for each help: nothing is decompressed unless help is asked for.
pub(super) fn command_line_with_help() -> Command {
    let command = command_line().override_help("0");
    let command = command.mut_subcommand("run", |run| run.override_help("1"));
    command.mut_subcommand("attach", |attach| attach.override_help("2"))
}

/// The help that has this number.
#[cold]
pub(super) fn help(number: &str) -> &'static str {
    let number = number.trim_end().parse().unwrap_or_default();
    TEXTS.get().split('\0').nth(number).unwrap_or_default()
}
