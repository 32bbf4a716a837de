// SPDX-License-Identifier: GPL-2.0

//! The reader as a program: its options, its output, its errors and its exit status.

mod common;

use common::process::{self, wait_until, Running};
use common::*;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use syscall_record::system_calls;
use syscall_record_format::format::{Edges, Machine, Packet, Task, PACKET_BYTES};

/// A command that runs the reader.
fn reader() -> Command {
    process::command(env!("CARGO_BIN_EXE_syscall-record"))
}

/// Runs the reader with these bytes on its standard input, or with /dev/null there.
fn run(arguments: &[&str], stdin: Option<&[u8]>) -> Output {
    let mut command = reader();
    command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.stdin(if stdin.is_some() { Stdio::piped() } else { Stdio::null() });
    let mut running = Running::start(&mut command);
    if let Some(bytes) = stdin {
        running.feed(bytes);
    }
    running.wait(&format!("the end of {command:?}"))
}

/// Sends SIGINT to a reader, once it catches the signal. Before that, the signal would kill it.
fn interrupt(reader: &Running) {
    let catches_sigint = || {
        let status = fs::read_to_string(format!("/proc/{}/status", reader.id())).expect("the reader runs");
        let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:")).expect("the kernel tells");
        let caught = u64::from_str_radix(caught.trim(), 16).expect("a mask of signals");
        caught & (1 << (libc::SIGINT - 1)) != 0
    };
    wait_until("the reader to catch SIGINT", catches_sigint);
    system_calls::send_signal(reader.id(), libc::SIGINT);
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("text")
}

fn temporary(name: &str) -> PathBuf {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{}", COUNT.fetch_add(1, Ordering::Relaxed)));
    fs::create_dir_all(&folder).expect("a folder for the test");
    let file = folder.join(name);
    let _ = fs::remove_file(&file);
    file
}

fn example() -> Vec<u8> {
    let (one, two) = (task(0x21e, b"systemd-journal"), task(0xc36, b"dmesg"));
    let first = [enter(100, 0, one, 0x101), exit(300, 0, one, 0x48), enter(5000, 0, one, 0xffff_ffff)];
    let second = [enter(150, 1, two, 0x74), exit(200, 1, two, -2), exit(9_000_000_000_000, 1, two, 0x7f12_3456_7000)];
    stream(vec![packets(plain(Machine::Arm64), 0, &first, &[]), packets(plain(Machine::Arm64), 1, &second, &[])])
}

const EXAMPLE: &str = "\
syscall 0x101, with pid=0x21e, name=systemd-journal
syscall 0x74, with pid=0xc36, name=dmesg
exit syscall, regs[0]=0xfffffffffffffffe, with pid=0xc36, ret=0xfffffffffffffffe, name=dmesg
exit syscall, regs[0]=0x48, with pid=0x21e, ret=0x48, name=systemd-journal
syscall 0xffffffff, with pid=0x21e, name=systemd-journal
exit syscall, regs[0]=0x7f1234567000, with pid=0xc36, ret=0x7f1234567000, name=dmesg
";

#[test]
fn file_and_standard_input_give_the_same_lines() {
    let file = temporary("trace.bin");
    fs::write(&file, example()).expect("is written");
    for output in [
        run(&[file.to_str().expect("text")], None),
        run(&["-"], Some(&example())),
        run(&[], Some(&example())),
        run(&["-o", "-"], Some(&example())),
    ] {
        assert_eq!((text(&output.stdout), text(&output.stderr)), (EXAMPLE, ""));
        assert_eq!(output.status.code(), Some(0));
    }
}

#[test]
fn results_have_the_width_of_the_program() {
    let lines = |machine, events: &[MadeEvent]| {
        let output = run(&["-"], Some(&stream(vec![packets(plain(machine), 0, events, &[])])));
        text(&output.stdout).lines().filter(|line| line.starts_with("exit")).map(String::from).collect::<Vec<_>>()
    };
    let native = task(1, b"x");
    let narrow = Task { is_32bit: true, ..native };
    let wide_line = "exit syscall, regs[0]=0xfffffffffffffff2, with pid=0x1, ret=0xfffffffffffffff2, name=x";
    let narrow_line = "exit syscall, regs[0]=0xfffffff2, with pid=0x1, ret=0xfffffff2, name=x";
    assert_eq!(lines(Machine::Arm, &[enter(1, 0, native, 3), exit(2, 0, native, -14)]), [narrow_line]);
    assert_eq!(lines(Machine::X86_64, &[enter(1, 0, native, 3), exit(2, 0, native, -14)]), [wide_line]);
    assert_eq!(lines(Machine::Arm64, &[enter(1, 0, narrow, 3), exit(2, 0, narrow, -14)]), [narrow_line]);
    // An exit without an entry has the width of its call, and so has an exit that completes the record of its entry.
    assert_eq!(lines(Machine::Arm64, &[exit(2, 0, narrow, -14)]), [narrow_line]);
    let mixed = [
        enter(1, 0, native, 3),
        exit(2, 0, native, -14),
        enter(3, 0, narrow, 3),
        exit(9_000_000, 0, narrow, -14),
        enter(9_000_001, 0, native, 3),
        exit(9_000_002, 0, native, -14),
    ];
    assert_eq!(lines(Machine::X86_64, &mixed), [wide_line, narrow_line, wide_line]);
}

#[test]
fn names_stay_on_their_line() {
    let line = |name: &[u8]| {
        let events = [enter(1, 0, task(1, name), 0)];
        let output = run(&["-"], Some(&stream(vec![packets(plain(Machine::Arm), 0, &events, &[])])));
        text(&output.stdout).to_owned()
    };
    let named = |name: &str| format!("syscall 0x0, with pid=0x1, name={name}\n");
    assert_eq!(line(b"x\nsyscall 0x1"), named("x\\x0asyscall 0x1"));
    assert_eq!(line(b"\x1b[2J\r\t\x7f"), named("\\x1b[2J\\x0d\\x09\\x7f"));
    assert_eq!(line(b"a\\x0ab"), named("a\\\\x0ab"));
    assert_eq!(line("größe".as_bytes()), named("größe"));
    assert_eq!(line(b"\xff\xc3"), named("\\xff\\xc3"));
    assert_eq!(line("\u{85}\u{2028}".as_bytes()), named("\\xc2\\x85\\xe2\\x80\\xa8"));
    assert_eq!(line("\u{202e}".as_bytes()), named("\\xe2\\x80\\xae"));
    assert_eq!(line(&[0x1b; 15]), named(&"\\x1b".repeat(15)));
    assert_eq!(line(b""), named(""));
}

#[test]
fn drops_have_a_line() {
    let mut packet: Vec<Packet> = packets(plain(Machine::Arm), 2, &[enter(1, 2, task(1, b"x"), 0)], &[]);
    packet[0][7] = 20;
    packet[0][8] = 12;
    let output = run(&["-"], Some(&stream(vec![packet])));
    assert_eq!(text(&output.stdout), "dropped 12 events on cpu 2\nsyscall 0x0, with pid=0x1, name=x\n");
}

#[test]
fn damage_is_reported_and_the_rest_printed() {
    let stream = example();
    let check = |bytes: &[u8], stdout: &str, stderr: &str| {
        let output = run(&["-"], Some(bytes));
        assert_eq!((text(&output.stdout), text(&output.stderr)), (stdout, stderr));
        assert_eq!(output.status.code(), Some(1));
    };
    let garbage = [&b"garbage"[..], &stream].concat();
    check(&garbage, EXAMPLE, "syscall-record: offset 0: 7 bytes are damaged or no recording; skipped\n");
    check(b"some text\n", "", "syscall-record: offset 0: 10 bytes are damaged or no recording; skipped\n");
    check(
        &stream[..2 * PACKET_BYTES - 1],
        EXAMPLE,
        "syscall-record: offset 8191: the input ends inside a packet, behind its last record\n",
    );
    let kept: String = EXAMPLE.split_inclusive('\n').filter(|line| line.contains("systemd")).collect();
    check(
        &stream[..PACKET_BYTES + 128 + 23],
        &kept,
        "syscall-record: offset 4247: the input ends inside a packet; 56 bytes of records are missing\n",
    );
    let mut newer = stream.clone();
    newer[PACKET_BYTES + 8] = 4;
    check(
        &newer,
        &kept,
        "syscall-record: offset 4096: a packet of format version 4, which this syscall-record does not know; skipped\n",
    );
    let mut damaged = stream;
    damaged[128 + 24] = 0;
    damaged[128 + 25] = 0;
    let output = run(&["-"], Some(&damaged));
    assert!(text(&output.stderr).starts_with("syscall-record: offset 152: "), "{}", text(&output.stderr));
}

/// The recording was made by a module that wrote version 2, and the lines were printed by the reader of that time.
#[test]
fn messages_of_version_2_are_still_read() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/messages-version-2.bin");
    let output = run(&["-r", file, "--style", "strace"], None);
    assert_eq!(text(&output.stderr), "");
    assert_eq!(text(&output.stdout), include_str!("data/messages-version-2.txt"));
    let buffers = run(&["-r", file, "-p", "%evt.buffer", "evt.dir=> and evt.type=sendmmsg"], None);
    assert_eq!(text(&buffers.stdout), "hello world\n");
}

#[test]
fn output_files_are_written_kept_or_reported() {
    let file = temporary("record");
    let path = file.to_str().expect("text");
    for (arguments, expected) in [
        (vec!["-o", path], EXAMPLE.to_owned()),
        (vec!["--output", path], EXAMPLE.to_owned()),
        (vec!["-o", path, "--append"], EXAMPLE.repeat(2)),
    ] {
        let output = run(&arguments, Some(&example()));
        assert_eq!((text(&output.stdout), text(&output.stderr)), ("", ""));
        assert_eq!(fs::read_to_string(&file).expect("was written"), expected);
    }
    let raw = temporary("raw");
    let output = run(&["-w", raw.to_str().expect("text")], Some(&example()));
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(fs::read(&raw).expect("was written"), example());

    let output = run(&["-o", "/nowhere/at/all"], Some(&example()));
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).starts_with("syscall-record: /nowhere/at/all: "), "{}", text(&output.stderr));
}

/// If the output were the input, it would be emptied before it is read, or grow without end.
#[test]
fn output_that_is_the_input_is_refused() {
    let file = temporary("trace.bin");
    let path = file.to_str().expect("text");
    let link = file.with_file_name("link");
    let _ = fs::remove_file(&link);
    fs::write(&file, example()).expect("is written");
    fs::hard_link(&file, &link).expect("is linked");
    let other = link.to_str().expect("text");
    for arguments in [
        ["-r", path, "-w", path].as_slice(),
        &["-r", path, "-w", other],
        &["-r", path, "-o", path],
        &[path, "--append", "-w", path],
        &["-", "-o", path],
        &["-o", path],
    ] {
        let input = fs::File::open(&file).expect("is there");
        let output = process::output(reader().args(arguments).stdin(input));
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let start = format!("syscall-record: {}: this is the recording", arguments[arguments.len() - 1]);
        assert!(text(&output.stderr).starts_with(&start), "{arguments:?}: {}", text(&output.stderr));
        assert!(fs::read(&file).expect("is there") == example(), "{arguments:?}");
    }
    let out = fs::File::options().append(true).open(&file).expect("is there");
    let running = Running::start(reader().arg(&file).stdout(out).stderr(Stdio::piped()));
    let output = running.wait("the reader to refuse an output that is the input");
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("standard output: this is the recording"), "{}", text(&output.stderr));
    assert!(fs::read(&file).expect("is there") == example());
}

/// strace takes a command after its options.
#[test]
fn program_as_recording_is_refused_with_a_hint() {
    let program = env!("CARGO_BIN_EXE_syscall-record");
    let expected = format!("{program}: a program, not a recording; to trace it: syscall-record run -- FILE\n");
    for arguments in [vec![program], vec!["-r", program]] {
        let output = run(&arguments, None);
        assert_eq!((text(&output.stdout), output.status.code()), ("", Some(2)));
        assert_eq!(text(&output.stderr), format!("syscall-record: {expected}"));
    }
    let script = temporary("script");
    fs::write(&script, "#!/bin/sh\n").expect("is written");
    let path = script.to_str().expect("text");
    let output = run(&[path], None);
    assert_eq!(text(&output.stderr), format!("syscall-record: {path}: a program, not a recording\n"));
}

/// Tables go to standard error then.
#[test]
fn packets_on_standard_output_are_not_mixed_with_tables() {
    let output = run(&["-w", "-", "-S", "-c", "-v"], Some(&example()));
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stdout == example());
    let tables = text(&output.stderr);
    assert!(
        tables.contains("#Calls") && tables.contains("usecs/call") && tables.contains("Driver Events:6"),
        "{tables}"
    );
    // If packets go to a file, tables go to standard output.
    let file = temporary("raw");
    let output = run(&["-w", file.to_str().expect("text"), "-S"], Some(&example()));
    assert!(text(&output.stdout).contains("#Calls") && output.stderr.is_empty(), "{}", text(&output.stdout));
    assert!(fs::read(&file).expect("was written") == example());
}

#[test]
fn full_outputs_are_reported_by_name() {
    let full = || fs::File::options().write(true).open("/dev/full").expect("is there");
    let check = |arguments: &[&str], name: &str| {
        let file = temporary("trace.bin");
        fs::write(&file, example()).expect("is written");
        let mut command = reader();
        command.arg("-r").arg(&file).args(arguments).stdout(full()).stderr(Stdio::piped());
        let output = Running::start(&mut command).wait("the reader to report a full output");
        assert_eq!(output.status.code(), Some(1));
        let expected = format!("syscall-record: {name}: No space left on device (os error 28)\n");
        assert_eq!(text(&output.stderr), expected, "{arguments:?}");
    };
    check(&["-o", "/dev/full"], "/dev/full");
    check(&["-w", "/dev/full"], "/dev/full");
    check(&[], "standard output");
    check(&["-w", "/dev/null", "-S"], "standard output");
}

/// A recording of three calls, of which one is a `read`. They begin one second, and then two seconds, after each other.
fn a_read() -> Vec<u8> {
    a_read_of(b"root:x:0:0:root")
}

fn a_read_of(bytes: &[u8]) -> Vec<u8> {
    let recording = MadeRecording { machine: Machine::X86_64, edges: Edges::Both, has_args: true };
    let cat = task(4513, b"cat");
    let events = [
        vec![enter_with(1_000_000_000, 0, cat, 3, &[4]), exit(1_000_000_500, 0, cat, 0)],
        vec![enter_with(2_000_000_000, 0, cat, 0, &[3, 0x6000, 131_072])],
        memory(2_000_000_500, 0, cat, 0, 1, true, bytes),
        vec![exit(2_000_000_500, 0, cat, bytes.len() as i64)],
        vec![enter_with(4_000_000_000, 0, cat, 3, &[4]), exit(4_000_000_500, 0, cat, 0)],
    ];
    stream(vec![packets(recording, 0, &events.concat(), &[])])
}

#[test]
fn snaplen_limits_what_is_shown_of_buffers() {
    for (arguments, whole, cut) in [
        (&["-p", "%evt.buffer"][..], "root:x:0:0:root\n", "root:x\n"),
        (&["--style", "sysdig", "evt.buffer exists"], " data=root:x:0:0:root\n", " data=root:x\n"),
        (&["-v", "-p", "%evt.args", "evt.buffer exists"], " data=root:x:0:0:root\n", " data=root:x\n"),
        (&["-A", "-p", "%evt.buffer"], "\nroot:x:0:0:root\n", "\nroot:x\n"),
        (&["-x", "-p", "%evt.buffer"], " 726f 6f74 3a78 3a30 3a30 3a72 6f6f 74\n\n", " 726f 6f74 3a78\n\n"),
        (&["-j", "-p", "%evt.buffer"], "\"root:x:0:0:root\"}\n", "\"root:x\"}\n"),
        (&["--style", "strace", "evt.buffer exists"], "\"root:x:0:0:root\", 131072)", "\"root:x\"..., 131072)"),
    ] {
        let shown = |more: &[&str]| {
            let output = run(&[arguments, more].concat(), Some(&a_read()));
            assert_eq!((output.status.code(), output.stdout.is_empty()), (Some(0), false), "{}", text(&output.stderr));
            text(&output.stdout).to_owned()
        };
        assert!(shown(&[]).contains(whole), "{arguments:?}: {}", shown(&[]));
        assert!(shown(&["-s", "6"]).contains(cut), "{arguments:?}: {}", shown(&["-s", "6"]));
        assert!(shown(&["-s", "60"]).contains(whole), "{arguments:?}");
    }
}

#[test]
fn buffers_are_shown_up_to_80_characters_or_snaplen_or_in_full_with_verbose() {
    let recording = a_read_of(&[b'a'; 200]);
    for style in [&["-p", "%evt.buffer"][..], &["--style", "sysdig"]] {
        for (more, shown, dots) in
            [(&[][..], 77, true), (&["-s", "150"], 150, false), (&["-s", "300"], 200, false), (&["-v"], 200, false)]
        {
            let output = run(&[style, more, &["evt.buffer exists"]].concat(), Some(&recording));
            let line = text(&output.stdout).trim_end();
            let bytes = line.trim_end_matches('.');
            let rest = bytes.trim_end_matches('a');
            assert_eq!((bytes.len() - rest.len(), line.ends_with("...")), (shown, dots), "{style:?} {more:?}: {line}");
        }
    }
}

#[test]
fn letters_of_timetype_mean_the_same_in_strace_and_sysdig_lines() {
    let times = |style: &str, letter: &str| {
        let file = temporary("trace.bin");
        fs::write(&file, a_read()).expect("is written");
        let mut command = reader();
        command.arg(&file).args(["--style", style, "-t", letter]).env("TZ", "XXX-3:30");
        let output = process::output(&mut command);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        let words =
            text(&output.stdout).lines().map(|line| line.split_whitespace().nth(usize::from(style == "sysdig")));
        // Times of both styles agree up to microseconds.
        let until = |word: &str| word.split_at(word.find('.').expect("has a point") + 7).0.to_owned();
        let times: Vec<String> = words.map(|word| until(word.expect("has a time"))).collect();
        times
    };
    // In sysdig's style, each return has a line, too.
    let entries = |letter: &str| times("sysdig", letter).into_iter().step_by(2).collect::<Vec<_>>();
    assert_eq!(times("strace", "r"), ["0.000000", "1.000000", "3.000000"]);
    assert_eq!(times("strace", "D"), ["0.000000", "1.000000", "2.000000"]);
    for letter in ["r", "a", "h"] {
        assert_eq!(times("strace", letter), entries(letter), "{letter}");
    }
    assert!(entries("h")[0].len() == "03:30:01.000000".len(), "{}", entries("h")[0]);
}

#[test]
fn latency_as_time_of_line_needs_no_field_of_calls() {
    let times = |format: &str| {
        let output = run(&["-t", "d", "-p", format], Some(&a_read()));
        let lines = text(&output.stdout).lines().map(|line| line.split(' ').next().expect("has a word").to_owned());
        lines.collect::<Vec<_>>()
    };
    assert_eq!(times("%evt.outputtime %proc.pid"), times("%evt.outputtime %evt.type"));
    assert!(times("%evt.outputtime %proc.pid").contains(&"0.000000500".to_owned()));
}

/// The threads of a process have names of their own; the process has that of its first thread.
#[test]
fn processes_keep_their_names_in_summaries_of_filtered_calls() {
    let recording = MadeRecording { machine: Machine::X86_64, edges: Edges::Both, has_args: false };
    let (java, collector) = (task(100, b"java"), Task { tgid: 100, ..task(101, b"GC") });
    let (futex, read) = (202, 0);
    let events = [
        enter(1_000, 0, java, futex),
        exit(1_100, 0, java, 0),
        enter(2_000, 0, collector, read),
        exit(2_100, 0, collector, 1),
    ];
    let output = run(&["-q", "-S", "evt.type=read"], Some(&stream(vec![packets(recording, 0, &events, &[])])));
    let summary = [text(&output.stdout), text(&output.stderr)].concat();
    assert!(summary.contains("java (100)") && !summary.contains("GC (100)"), "{summary}");
}

#[test]
fn wrong_usage_ends_with_2_and_help_with_0() {
    for arguments in [&["--nonsense"][..], &["-o"], &["-o", "a", "-w", "b"], &["--append"]] {
        let output = run(arguments, None);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(output.stdout.is_empty() && text(&output.stderr).starts_with("error: "), "{arguments:?}");
    }
    // Usage and tips that clap would add are left out.
    for (argument, line) in [
        ("--nonsense", "error: unexpected argument '--nonsense' found\n"),
        ("--style=x", "error: invalid value 'x' for '--style <STYLE>' [possible values: record, sysdig, strace]\n"),
        ("run", "error: the following required arguments were not provided: <COMMAND>...\n"),
    ] {
        assert_eq!(text(&run(&[argument], None).stderr), format!("{line}(see syscall-record --help)\n"));
    }
    let help = run(&["--help"], None);
    assert_eq!(help.status.code(), Some(0));
    assert!(text(&help.stdout).contains("/dev/syscall-record"));
    assert!(text(&help.stdout).starts_with("Shows the system calls"), "{}", text(&help.stdout));
    for (command, start) in [("run", "Run a command"), ("attach", "Show the system calls")] {
        let help = run(&[command, "--help"], None);
        assert!(text(&help.stdout).starts_with(start), "{}", text(&help.stdout));
    }
    let version = run(&["--version"], None);
    assert_eq!(text(&version.stdout), concat!("syscall-record ", env!("CARGO_PKG_VERSION"), "\n"));
}

/// The module is not loaded for them: here it would fail.
#[test]
fn missing_commands_end_with_127() {
    for command in ["/nonexistent", "no-such-command"] {
        let output = run(&["run", "-q", "--", command], None);
        assert_eq!(text(&output.stderr), format!("syscall-record: {command}: command not found\n"));
        assert_eq!(output.status.code(), Some(127));
    }
}

#[test]
fn explain_of_a_recording_leaves_all_to_the_reader() {
    let output = run(&["--explain", "-r", "/nonexistent", "evt.type=read and evt.dir=<"], None);
    let expected = "reader: evt.type=read and evt.dir=<\nThe kernel decides nothing: the recording is there already\n";
    assert_eq!((text(&output.stdout), text(&output.stderr)), (expected, ""));
}

#[test]
fn missing_inputs_are_reported_by_name() {
    let output = run(&["/nonexistent"], None);
    assert_eq!(text(&output.stderr), "syscall-record: /nonexistent: No such file or directory (os error 2)\n");
    assert_eq!(output.status.code(), Some(1));
    // Standard input is /dev/null here, so that the input is the device.
    let output = run(&[], None);
    assert!(text(&output.stderr).starts_with("syscall-record: /dev/syscall-record: "), "{}", text(&output.stderr));
}

#[test]
fn closed_output_pipe_ends_the_reader_with_0() {
    let events: Vec<MadeEvent> = (0..100_000).map(|index| enter(index + 1, 0, task(1, b"x"), 1)).collect();
    let bytes = stream(vec![packets(plain(Machine::Arm), 0, &events, &[])]);
    let file = temporary("long");
    fs::write(&file, bytes).expect("is written");
    let running = Running::start_with_closed_output(reader().arg(&file).stderr(Stdio::piped()));
    let output = running.wait("the reader to end when its output is closed");
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), ""));
}

#[test]
fn sigint_ends_an_input_that_is_always_ready() {
    let running = Running::start(reader().arg("/dev/zero").stdout(Stdio::null()).stderr(Stdio::null()));
    // More than a program reads while it starts: the signal must not come before the first zero.
    let has_read_zeroes = || {
        let status = fs::read_to_string(format!("/proc/{}/io", running.id())).expect("the reader runs");
        let bytes = status.lines().find_map(|line| line.strip_prefix("rchar: ")).expect("the kernel tells");
        bytes.parse::<u64>().expect("a number of bytes") > 1 << 20
    };
    wait_until("the reader to read zeroes", has_read_zeroes);
    interrupt(&running);
    let output = running.wait("the reader of /dev/zero to end after SIGINT");
    // Zeroes are not a recording.
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn sigint_ends_a_waiting_reader_with_0_and_all_lines() {
    let mut command = reader();
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut running = Running::start(&mut command);
    // The pipe stays open, so that the reader waits for more.
    let mut input = running.stdin();
    input.write_all(&example()).expect("the example fits the pipe");
    interrupt(&running);
    let output = running.wait("the reader to end after SIGINT");
    drop(input);
    assert_eq!((text(&output.stdout), text(&output.stderr), output.status.code()), (EXAMPLE, "", Some(0)));
}

/// The recording has all that is needed, whatever the filter asks for.
#[test]
fn arguments_name_files_of_descriptors() {
    let sh = task(100, b"sh");
    let events = [
        memory(10, 0, sh, 56, 1, false, b"/etc/passwd"),
        vec![enter_with(10, 0, sh, 56, &[0xffff_ff9c, 1, 0, 0]), exit(20, 0, sh, 3)],
        vec![enter_with(30, 0, sh, 82, &[3]), exit(40, 0, sh, 0)],
    ];
    let recording = MadeRecording { has_args: true, ..plain(Machine::Arm64) };
    let bytes = stream(vec![packets(recording, 0, &events.concat(), &[])]);
    for filter in ["evt.type=fsync and evt.dir=>", "fd.type=file and evt.type=fsync and evt.dir=>"] {
        let output = run(&["-r", "-", "-p", "%evt.args", filter], Some(&bytes));
        assert_eq!((text(&output.stdout), text(&output.stderr)), ("fd=3(<f>/etc/passwd)\n", ""), "{filter}");
    }
}
