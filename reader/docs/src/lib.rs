// SPDX-License-Identifier: GPL-2.0

//! Makes the reader's man page and completions from the grammar of its command line. What the grammar does not have is
//! in `man.txt`.

#![forbid(unsafe_code)]
#![warn(missing_docs)]

use clap::{Arg, Command};
use clap_complete::{generate, Shell};
use clap_mangen::roff::{bold, roman, Roff};
use clap_mangen::Man;
use std::io;
use syscall_record::{fields, options};

/// The shells that completions are made for, each with the name of its file.
pub const SHELLS: [(Shell, &str); 3] =
    [(Shell::Bash, "syscall-record.bash"), (Shell::Zsh, "_syscall-record"), (Shell::Fish, "syscall-record.fish")];

/// The man page's prose. A line `# NAME` begins a section, a blank line begins a paragraph, and indented lines are
/// printed as they are. The options go below `# OPTIONS`, the fields below `# FIELDS`.
const PROSE: &str = include_str!("man.txt");

/// The completions of a shell, as a script.
pub fn completions(shell: Shell) -> Vec<u8> {
    let mut text = Vec::new();
    generate(shell, &mut options::command_line(), "syscall-record", &mut text);
    if shell == Shell::Bash {
        use_one_name(&text)
    } else {
        text
    }
}

/// Gives the program one name in bash's script. clap_complete writes the name's hyphen in one way where the script
/// notes the subcommand that it has seen, and in another way where the script looks up what this subcommand has.
fn use_one_name(script: &[u8]) -> Vec<u8> {
    let script = String::from_utf8_lossy(script);
    let mended = script.replace("syscall__subcmd__record", "syscall__record");
    assert_ne!(mended, script, "clap_complete has one name for the program: remove use_one_name()");
    mended.into_bytes()
}

/// The man page.
///
/// # Errors
///
/// None: writing to a vector does not fail.
pub fn man_page() -> io::Result<Vec<u8>> {
    let command = options::command_line();
    let (before, after) = PROSE.split_once("# OPTIONS\n").unwrap_or((PROSE, ""));
    let mut page = Vec::new();
    let man = Man::new(command.clone()).section("1").manual("syscall-record");
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    prose(before).to_writer(&mut page)?;
    man.render_options_section(&mut page)?;
    for subcommand in command.get_subcommands() {
        own_options(&command, subcommand, &mut page)?;
    }
    let (filter, rest) = after.split_once("# FIELDS\n").unwrap_or((after, ""));
    prose(filter).to_writer(&mut page)?;
    field_list().to_writer(&mut page)?;
    prose(rest).to_writer(&mut page)?;
    Ok(page)
}

/// Writes the options that a subcommand has and the whole command has not, or not with the same letter and help.
fn own_options(command: &Command, subcommand: &Command, page: &mut Vec<u8>) -> io::Result<()> {
    let is_own = |arg: &&Arg| {
        let same = command.get_arguments().find(|other| other.get_id() == arg.get_id());
        same.is_none_or(|same| same.get_short() != arg.get_short() || same.get_help() != arg.get_help())
    };
    let args = subcommand.get_arguments().filter(is_own).cloned();
    let args = args.map(|arg| arg.help_heading(None::<&'static str>));
    let reduced = Command::new("syscall-record").disable_help_flag(true).args(args);
    let mut head = Roff::new();
    head.control("SH", [subcommand.get_name().to_uppercase().as_str()]);
    head.text([roman(subcommand.get_about().map(ToString::to_string).unwrap_or_default() + ".")]);
    if let Some(more) = subcommand.get_after_help() {
        head.text([roman(more.to_string())]);
    }
    head.to_writer(page)?;
    let mut options = Vec::new();
    Man::new(reduced).render_options_section(&mut options)?;
    // The first line is a heading, which the page has already.
    let rest = options.iter().position(|&byte| byte == b'\n').and_then(|end| options.get(end + 1..));
    page.extend_from_slice(rest.unwrap_or_default());
    Ok(())
}

/// The list of the fields that filters and formats have.
fn field_list() -> Roff {
    let mut roff = Roff::new();
    roff.control("SH", ["FIELDS"]);
    for (name, help) in fields::all() {
        roff.control("TP", []).text([bold(name)]).text([roman(help)]);
    }
    roff
}

/// Converts prose to sections, paragraphs and examples.
fn prose(text: &str) -> Roff {
    let mut roff = Roff::new();
    let mut is_example = false;
    for line in text.lines() {
        let example = line.strip_prefix("    ");
        if example.is_some() != is_example && !line.is_empty() {
            is_example = example.is_some();
            roff.control(if is_example { "nf" } else { "fi" }, []);
        }
        match (line, example, line.strip_prefix("# ")) {
            (_, _, Some(heading)) => roff.control("SH", [heading]),
            ("", ..) => roff.control("PP", []),
            (line, example, _) => roff.text([roman(example.map_or(line.to_owned(), |line| format!("    {line}")))]),
        };
    }
    if is_example {
        roff.control("fi", []);
    }
    roff
}
