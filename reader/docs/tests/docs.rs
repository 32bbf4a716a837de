// SPDX-License-Identifier: GPL-2.0

//! The man page and the completions have all options of the command line.

#[allow(dead_code)] // Other tests use the rest of it.
#[path = "../../tests/common/process.rs"]
mod process;

use clap::Command;
use syscall_record::options::command_line;

/// The letters and names of all options.
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
fn man_page_has_all_options_and_sections() {
    // In the page, hyphens are escaped.
    let page = text(docs::man_page().expect("is written")).replace("\\-", "-");
    let mut command = command_line();
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
    assert!(!page.contains("# "), "the page has markup of the prose");
}

#[test]
fn completions_have_all_options() {
    for (shell, _) in docs::SHELLS {
        let script = text(docs::completions(shell));
        for option in options(&command_line()) {
            let is_there = match (shell, option.strip_prefix("--"), option.strip_prefix('-')) {
                (clap_complete::Shell::Fish, Some(name), _) => script.contains(&format!("-l {name}")),
                (clap_complete::Shell::Fish, None, Some(letter)) => script.contains(&format!("-s {letter}")),
                _ => script.contains(&option),
            };
            assert!(is_there, "{option} is not in the completions of {shell}");
        }
    }
}

/// What bash offers to complete the last of these words.
fn bash_offers(words: &[&str]) -> String {
    let script = text(docs::completions(clap_complete::Shell::Bash));
    let [.., before, word] = words else { panic!("the program's name and a word") };
    let (all, last) = (words.join("' '"), words.len() - 1);
    let complete =
        format!("COMP_WORDS=('{all}') COMP_CWORD={last}; _syscall__record syscall-record '{word}' '{before}'");
    let script = format!("{script}\n{complete}; echo \"${{COMPREPLY[@]}}\"");
    let output = process::output(process::command("bash").args(["-c", &script]));
    assert_eq!((output.status.code(), text(output.stderr)), (Some(0), String::new()), "{words:?}");
    text(output.stdout).trim_end().to_owned()
}

#[test]
fn bash_completes_subcommands_and_their_options() {
    assert_eq!(bash_offers(&["syscall-record", "at"]), "attach");
    assert_eq!(bash_offers(&["syscall-record", "--explai"]), "--explain");
    assert_eq!(bash_offers(&["syscall-record", "run", "--sty"]), "--style");
    assert_eq!(bash_offers(&["syscall-record", "-q", "run", "-f", "--style", "st"]), "strace");
    assert_eq!(bash_offers(&["syscall-record", "attach", "--pi"]), "--pid");
    for subcommand in ["run", "attach"] {
        let offered = bash_offers(&["syscall-record", subcommand, "-"]);
        assert!(offered.contains("--follow") && !offered.contains("--explain"), "{subcommand}: {offered}");
    }
}
