// SPDX-License-Identifier: GPL-2.0

//! From packets to lines, for each style that uses the model.

mod common;

use common::modelled::lines_of;
use common::*;
use syscall_record::fields::{Payload, PayloadOptions};
use syscall_record::style::format::Format;
use syscall_record::style::json::Json;
use syscall_record::style::sysdig;
use syscall_record::style::time::{TimeForm, Times};
use syscall_record::summary::{Summary, SummaryParts};
use syscall_record_format::format::{Edges, Machine};

/// Makes a recording of a `cat` of a file. Some of its events were dropped.
fn example() -> Vec<u8> {
    let recording = MadeRecording { machine: Machine::X86_64, edges: Edges::Both, has_args: true };
    let cat = task(4513, b"cat");
    let first = [
        memory(1000, 2, cat, 257, 1, false, b"/etc/passwd"),
        vec![enter_with(1000, 2, cat, 257, &[0xffff_ff9c, 0x5000, 0, 0]), exit(3500, 2, cat, 3)],
        vec![enter_with(4000, 2, cat, 0, &[3, 0x6000, 131_072])],
        memory(9000, 2, cat, 0, 1, true, b"root:x:0:0:root:/root:/bin/bash\n"),
        vec![exit(9000, 2, cat, 1234)],
        memory(9500, 2, cat, 1, 1, false, b"root:x:0:0:root:/root:/bin/bash\n"),
        vec![enter_with(9500, 2, cat, 1, &[1, 0x6000, 1234])],
    ];
    let MadeEdge::NumberedExit(returned) = exit_from(0, 2, cat, 1, 1234).edge else { panic!("is one") };
    let doubtful = MadeEdge::NumberedExit(MadeReturn { entry_may_be_lost: true, ..returned });
    let doubtful = MadeEvent { time: 2_000_000_000, cpu: 2, task: cat, edge: doubtful };
    let second = [doubtful, enter_with(2_000_000_100, 2, cat, 3, &[3])];
    let third = [exit(2_000_000_200, 2, cat, 0)];
    let mut lanes = packets(recording, 2, &first.concat(), &[]);
    lanes.extend(packets(recording, 2, &[second.as_slice(), &third].concat(), &[]));
    lanes[1][8] = 7;
    stream(vec![lanes])
}

fn formatted(format: &str, payload_options: PayloadOptions, times: TimeForm) -> String {
    let mut format = Format::parse(format, payload_options, Times::new(times)).expect("is a format");
    let lines = lines_of(&example(), |event| {
        let mut out = Vec::new();
        format.print(&mut out, event);
        String::from_utf8(out).expect("UTF-8")
    });
    lines.concat()
}

#[test]
fn sysdig_prints_a_line_for_each_event() {
    let text = formatted(sysdig::FORMAT, PayloadOptions::default(), TimeForm::Relative);
    let expected = "\
1 0.000000000 2 cat (4513) > openat dfd=-100(AT_FDCWD) filename=/etc/passwd flags=0(O_RDONLY) mode=0
2 0.000002500 2 cat (4513) < openat fd=3(<f>/etc/passwd) dfd=-100(AT_FDCWD) filename=/etc/passwd flags=0(O_RDONLY) mode=0
3 0.000003000 2 cat (4513) > read fd=3(<f>/etc/passwd) size=131072
4 0.000008000 2 cat (4513) < read res=1234 data=root:x:0:0:root:/root:/bin/bash.
5 0.000008500 2 cat (4513) > write fd=1 size=1234
6 1.999999000 2 <NA> (<NA>) <NA> drop events=7
7 1.999999000 2 cat (4513) < write res=1234
8 1.999999100 2 cat (4513) > close fd=3
9 1.999999200 2 cat (4513) < close res=0
";
    assert_eq!(text, expected);
}

#[test]
fn format_prints_payload_and_time_between_lines() {
    let hex = PayloadOptions { payload: Payload::Hex, ..PayloadOptions::default() };
    let text = formatted("%10evt.type|%evt.latency|%evt.buffer", hex, TimeForm::Relative);
    let rows =
        "\n\t0x0000: 726f 6f74 3a78 3a30 3a30 3a72 6f6f 743a\n\t0x0010: 2f72 6f6f 743a 2f62 696e 2f62 6173 680a\n";
    assert_eq!(text, format!("read      |5000|{rows}\n"));
    let text = formatted("%evt.outputtime %fd.name %evt.rawres", PayloadOptions::default(), TimeForm::Delta);
    assert_eq!(text, "0.000000000 /etc/passwd 3\n0.000005500 /etc/passwd 1234\n");
}

#[test]
fn json_prints_the_default_fields() {
    let mut json = Json::new(PayloadOptions::default());
    let lines = lines_of(&example(), |event| {
        let mut out = Vec::new();
        json.print(&mut out, event);
        String::from_utf8(out).expect("UTF-8")
    });
    assert_eq!(
        lines[3],
        concat!(
            r#"{"evt.num":4,"evt.outputtime":9000,"evt.cpu":2,"proc.name":"cat","proc.pid":4513,"thread.tid":4513,"#,
            r#""evt.dir":"<","evt.type":"read","evt.info":"res=1234 data=root:x:0:0:root:/root:/bin/bash.","#,
            r#""evt.rawres":1234,"evt.latency":5000,"fd.num":3,"fd.name":"/etc/passwd"}"#,
            "\n"
        )
    );
}

/// The return of the write stands after a drop, so it may be that of another write.
#[test]
fn summary_counts_a_return_without_its_entry() {
    let mut summary = Summary::new(SummaryParts { calls: true, processes: true });
    lines_of(&example(), |event| {
        summary.add(event);
        String::new()
    });
    let mut out = Vec::new();
    summary.put_strace_table(&mut out);
    summary.put_totals(&mut out, 2_000_000_000);
    let expected = "\
% time     seconds  usecs/call     calls    errors syscall
------ ----------- ----------- --------- --------- ----------------
 65.79    0.000005           5         1           read
 32.89    0.000003           2         1           openat
  1.32    0.000000           0         1           close
  0.00    0.000000           0         1           write
------ ----------- ----------- --------- --------- ----------------
100.00    0.000008           1         4           total
Driver Events:15
Driver Drops:7
Elapsed time: 2.000, Captured Events: 8, 4.00 eps
";
    assert_eq!(String::from_utf8(out).as_deref(), Ok(expected));
}
