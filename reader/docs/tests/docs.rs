// SPDX-License-Identifier: GPL-2.0

//! Whatever can be said on the command line is in the man page and in the completions.

use clap::Command;
use syscall_record::cli;

/// All options: letters and names.
fn options(command: &Command) -> Vec<String> {
    let args = command.get_arguments().chain(command.get_subcommands().flat_map(Command::get_arguments));
    args.flat_map(|arg| {
        let letter = arg.get_short().map(|letter| format!("-{letter}"));
        letter.into_iter().chain(arg.get_long().map(|name| format!("--{name}")))
    })
    .collect()
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).expect("is text")
}

#[test]
fn the_man_page_has_all_options() {
    // Hyphens that are no hyphenation are escaped there.
    let page = text(docs::man_page().expect("is written")).replace("\\-", "-");
    let mut command = cli::command();
    command.build();
    let options = options(&command);
    assert!(options.len() > 40 && options.contains(&"--pid".into()) && options.contains(&"-h".into()), "{options:?}");
    for option in options {
        let is_there = page.contains(&format!("\\fB{option}\\fR"));
        assert!(is_there, "{option} is not in the man page");
    }
    for section in ["NAME", "SYNOPSIS", "DESCRIPTION", "RUN", "ATTACH", "FILTER", "FIELDS", "EXIT STATUS", "EXAMPLES"] {
        let heading = format!(".SH {section}\n");
        let quoted = format!(".SH \"{section}\"\n");
        assert!(page.contains(&heading) || page.contains(&quoted), "no section {section}");
    }
    assert!(!page.contains("# "), "the prose's own markup is gone");
}

#[test]
fn completions_have_all_options() {
    for (shell, _) in docs::SHELLS {
        let script = text(docs::completions(shell));
        for option in options(&cli::command()) {
            let is_there = match (shell, option.strip_prefix("--"), option.strip_prefix('-')) {
                (clap_complete::Shell::Fish, Some(name), _) => script.contains(&format!("-l {name}")),
                (clap_complete::Shell::Fish, None, Some(letter)) => script.contains(&format!("-s {letter}")),
                _ => script.contains(&option),
            };
            assert!(is_there, "{option} is not in the completions of {shell}");
        }
    }
}
