// SPDX-License-Identifier: GPL-2.0

use super::{Command, Options, OptionsError, Style};
use std::ffi::OsString;

fn parse(line: &str) -> Options {
    let words = line.split('|').map(OsString::from);
    Options::parse([OsString::from("syscall-record")].into_iter().chain(words)).expect("is right")
}

fn filter(line: &str) -> Option<String> {
    parse(line).filter.map(|filter| filter.to_string())
}

fn words(list: &[&str]) -> Vec<OsString> {
    list.iter().map(OsString::from).collect()
}

#[test]
fn words_of_a_filter_are_joined() {
    assert_eq!(filter("evt.type|=|openat").as_deref(), Some("evt.type=openat"));
    assert_eq!(filter("evt.type=openat and evt.failed=true").as_deref(), Some("evt.type=openat and evt.failed=true"));
    assert_eq!(filter("evt.rawres|=|-2").as_deref(), Some("evt.rawres=-2"));
    assert_eq!(filter("-q|proc.name=run|and|evt.dir=<").as_deref(), Some("proc.name=run and evt.dir=<"));
    assert_eq!(filter("-r|trace.bin"), None);
    assert_eq!(filter(" "), None);
}

#[test]
fn a_word_is_an_input_unless_it_is_meant_as_a_filter() {
    let input = |line: &str| match parse(line).command {
        Command::Read(input) => input.map(|path| path.to_str().expect("text").to_owned()),
        other => panic!("{other:?}"),
    };
    assert_eq!(input("-").as_deref(), Some("-"));
    assert_eq!(input("/nonexistent").as_deref(), Some("/nonexistent"));
    assert_eq!(input("Cargo.toml").as_deref(), Some("Cargo.toml"));
    assert_eq!(input("fd.name=/etc/passwd"), None);
    // This is no filter, but meant as one.
    assert_eq!(wrong_filter("fd.nme=/etc/passwd"), (1, "no field `fd.nme`; did you mean `fd.name`?".into()));
    // This is neither a file nor a program.
    assert_eq!(wrong_filter("trace.bin").0, 1);
    assert_eq!(input("-r|-|evt.type=openat").as_deref(), Some("-"));
    assert_eq!(input("-r|a|evt.num=1").as_deref(), Some("a"));
    // After -r, a word is never an input.
    assert_eq!(wrong_filter("-r|a|b").0, 1);
}

#[test]
fn run_takes_a_command_and_a_filter_before_dashes() {
    let run = |line: &str| match parse(line) {
        Options { command: Command::Run(command), filter, .. } => (command, filter.map(|filter| filter.to_string())),
        other => panic!("{other:?}"),
    };
    let ls = words(&["ls", "-l"]);
    assert_eq!(run("run|--|ls|-l"), (ls.clone(), None));
    assert_eq!(run("run|ls|-l"), (ls.clone(), None));
    assert_eq!(run("run|-f|ls|-l"), (ls.clone(), None));
    assert_eq!(run("run|evt.type=openat|--|ls|-l"), (ls.clone(), Some("evt.type=openat".into())));
    assert_eq!(run("run|evt.type|=|openat|--|ls|-l"), (ls, Some("evt.type=openat".into())));
    let unknown = "no field `evt.typ`; did you mean `evt.type`?";
    assert_eq!(wrong_filter("run|evt.typ=openat|--|ls"), (1, unknown.into()));
    assert_eq!(run("run|git|log|--|file").0, words(&["git", "log", "--", "file"]));
    assert_eq!(run("run|--|ls|--|-l").0, words(&["ls", "--", "-l"]));
}

fn wrong(line: &str) -> String {
    let words = line.split('|').map(OsString::from);
    let error = Options::parse([OsString::from("syscall-record")].into_iter().chain(words)).expect_err(line);
    let OptionsError::CommandLine(error) = error else { panic!("{line}: {error:?}") };
    assert_eq!(error.exit_code(), 2, "{line}");
    error.to_string().lines().next().unwrap_or_default().to_owned()
}

/// The column and the message of a mistake in a filter.
fn wrong_filter(line: &str) -> (usize, String) {
    let words = line.split('|').map(OsString::from);
    let error = Options::parse([OsString::from("syscall-record")].into_iter().chain(words)).expect_err(line);
    let OptionsError::Filter(error) = error else { panic!("{line}: {error:?}") };
    (error.column(), error.message().to_owned())
}

/// In `ls / -l`, the option may have been meant for the command.
#[test]
fn lists_with_a_command_or_filter_are_refused() {
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
    assert_eq!(parse("-l").command, Command::ListFields);
    assert_eq!(parse("-L").command, Command::ListCalls);
    assert_eq!(parse("--explain|evt.type=read").command, Command::Explain(false));
    assert_eq!(parse("--explain|-r|x|evt.type=read").command, Command::Explain(true));
    assert_eq!(parse("--explain|-r|/dev/syscall-record|evt.type=read").command, Command::Explain(false));
}

#[test]
fn run_refuses_options_and_filters_in_place_of_the_command() {
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
    // After `--`, a command may have any name.
    assert_eq!(parse("run|--|-e|x").command, Command::Run(words(&["-e", "x"])));
    assert_eq!(parse("run|evt.type=read|--|-e").command, Command::Run(words(&["-e"])));
}

#[test]
fn options_without_effect_in_a_style_are_refused() {
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

#[test]
fn strace_options_and_misspelt_ones_get_hints() {
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
    assert_eq!(parse("attach|-ff|-p|1").command, Command::Attach(vec![1], true));
}

#[test]
fn attach_takes_processes_as_pidof_prints_them() {
    for line in ["attach|-p|1 2", "attach|-p|1|2", "attach|-p| 1,2\n", "attach|-p|1|-p|2"] {
        assert_eq!(parse(line).command, Command::Attach(vec![1, 2], false), "{line}");
        assert_eq!(filter(line), None, "{line}");
    }
    let options = parse("attach|-p|1|2|evt.num|<|3");
    assert_eq!(options.command, Command::Attach(vec![1, 2], false));
    assert_eq!(filter("attach|-p|1|2|evt.num|<|3").as_deref(), Some("evt.num<3"));
    for line in ["attach|-p|", "attach|-p|1 x", "attach|-p|0"] {
        assert!(wrong(line).starts_with("error: -p"), "{line}: {}", wrong(line));
    }
}

#[test]
fn options_may_stand_before_the_subcommand_or_after_it() {
    for line in ["--style|strace|-o|x|run|ls", "run|--style|strace|-o|x|ls", "--style|strace|run|-o|x|--|ls"] {
        let options = parse(line);
        assert_eq!((options.style, options.output), (Style::Strace, Some("x".into())), "{line}");
    }
    assert_eq!(parse("-p|%evt.num|attach|-p|1,2|-p|3").style, Style::Format("%evt.num".into()));
    assert_eq!(parse("-n|3|run|-n|4|ls").limit, Some(4));
    assert_eq!(parse("attach|-p|1,2|-p|3").command, Command::Attach(vec![1, 2, 3], false));
    assert_eq!(filter("attach|-f|-p|1|evt.type=read").as_deref(), Some("evt.type=read"));
    assert!(parse("-q|run|ls").quiet && parse("run|-q|ls").quiet && !parse("run|ls").quiet);
}
