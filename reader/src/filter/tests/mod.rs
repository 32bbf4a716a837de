// SPDX-License-Identifier: GPL-2.0

//! Tests of filters: the language and its errors here, and in files of their own:
//!
//! - `documented`: filters from sysdig's and Falco's documentation
//! - `split`: which part of a filter the kernel decides
//! - `properties`: properties, tried with random filters and histories
//! - `random`: random filters and events
//! - `history`: random histories

mod documented;
mod history;
mod properties;
mod random;
mod split;

use super::filter::Filter;
use crate::fields::testing::Sample;
use crate::model::{Event, EventKind, FileKind};

#[track_caller]
fn matches(filter: &str, sample: &Sample) -> bool {
    let parsed = Filter::parse(filter).unwrap_or_else(|error| panic!("{error}"));
    parsed.matches(&sample.event())
}

#[test]
fn not_binds_before_and_before_or() {
    let sample = Sample::enter("read");
    for (filter, expected) in [
        ("evt.type=read or evt.type=write and evt.type=write", true),
        ("(evt.type=read or evt.type=write) and evt.type=write", false),
        ("not evt.type=write or evt.type=write", true),
        ("not evt.type=read or evt.type=read", true),
        ("not (evt.type=read or evt.type=read)", false),
        ("not evt.type=read and evt.type=read", false),
        ("not not evt.type=read", true),
        ("not(evt.type=read)or(evt.type=read)and(evt.type=read)", true),
        ("not(not(evt.type=read))", true),
    ] {
        assert_eq!(matches(filter, &sample), expected, "{filter}");
    }
}

#[test]
fn operators_compare_texts() {
    let sample = Sample::enter("read").on(FileKind::File, "/var/log/It.log");
    for (filter, expected) in [
        ("fd.name=/var/log/It.log", true),
        ("fd.name = '/var/log/It.log'", true),
        ("fd.name==\"/var/log/It.log\"", true),
        ("fd.name!=/var/log/It.log", false),
        ("fd.name contains log/I", true),
        ("fd.name contains log/i", false),
        ("fd.name icontains LOG/i", true),
        ("fd.name startswith /var", true),
        ("fd.name startswith var", false),
        ("fd.name endswith .log", true),
        ("fd.name endswith .lo", false),
        ("fd.name glob '/var/*.log'", true),
        ("fd.name glob *.txt", false),
        ("fd.name in (/etc/passwd, '/var/log/It.log')", true),
        ("fd.name in ( /etc/passwd )", false),
        ("fd.name pmatch (/tmp, /var/log)", true),
        ("fd.name pmatch (/var/lo)", false),
        ("fd.name exists", true),
        ("fd.name < /w", true),
        ("fd.name >= /w", false),
        ("fd.name != ''", true),
        ("fd.name contains ''", true),
    ] {
        assert_eq!(matches(filter, &sample), expected, "{filter}");
    }
}

#[test]
fn operators_compare_numbers_errors_and_times() {
    let sample = Sample::exit("read", -2).with(&[3, u64::MAX - 0xfff, 80]);
    for (filter, expected) in [
        ("evt.rawres=-2", true),
        ("evt.rawres = -0x2", true),
        ("evt.rawres<0", true),
        ("evt.rawres<=-2", true),
        ("evt.rawres<-2", false),
        ("evt.rawres > -3", true),
        ("evt.rawres>=-1", false),
        ("evt.rawres=-ENOENT", true),
        ("evt.rawres=ENOENT", true),
        ("evt.rawres in (-EPERM, -ENOENT)", true),
        ("evt.rawres!=-2", false),
        ("evt.res=ENOENT", true),
        ("evt.res=-2", true),
        ("evt.res in (SUCCESS, EAGAIN)", false),
        ("evt.res!=SUCCESS", true),
        ("evt.res contains NO", true),
        ("evt.failed=true", true),
        ("evt.failed!=true", false),
        ("evt.failed=0", false),
        ("evt.latency=12345", true),
        ("evt.latency>12us", true),
        ("evt.latency>=13us", false),
        ("evt.latency<1ms", true),
        ("evt.latency<1s", true),
        ("evt.latency=12345ns", true),
        ("evt.latency=12.345us", true),
        ("evt.latency>0.0123ms", true),
        ("evt.latency>0.0125ms", false),
        ("evt.rawarg[1]=0xfffffffffffff000", true),
        ("evt.rawarg[1]>0xffffffffffffefff", true),
        ("evt.rawarg[1]<0", false),
        ("evt.arg.size>79", true),
        ("evt.arg.size<80", false),
        ("evt.arg.size=80", true),
        ("evt.arg.res<0", true),
        ("evt.rawarg.res=-ENOENT", true),
        ("proc.pid in (1, 0x3e8)", true),
        ("thread.tid=+1001", true),
    ] {
        assert_eq!(matches(filter, &sample), expected, "{filter}");
    }
}

#[test]
fn new_descriptor_counts_as_argument_fd() {
    let opened = Sample::exit("openat", 3).with(&[9, 1, 0, 0]);
    for (filter, expected) in [
        ("evt.arg.fd=3", true),
        ("evt.arg.fd=9", false),
        ("evt.rawarg.fd>2", true),
        ("evt.arg.fd<3", false),
        ("evt.arg.fd exists", true),
    ] {
        assert_eq!(matches(filter, &opened), expected, "{filter}");
    }
}

#[test]
fn calls_without_a_name_are_selected_by_number() {
    let sample = Sample { call: Some(600), ..Sample::enter("read") };
    for (filter, expected) in [
        ("evt.type=syscall_600", true),
        ("evt.type=syscall_0x258", true),
        ("evt.type in (read, syscall_0X258)", true),
        ("evt.type!=syscall_0x258", false),
        ("evt.type=syscall_0x259", false),
        ("evt.arg[0]=0x3 and evt.rawarg.arg2=80", true),
    ] {
        assert_eq!(matches(filter, &sample), expected, "{filter}");
    }
    assert_eq!(Filter::parse("evt.type=syscall_0x258").expect("a filter").to_string(), "evt.type=syscall_600");
}

#[test]
fn tests_of_missing_fields_fail() {
    let entry = Sample::enter("read");
    for (filter, expected) in [
        ("evt.rawres=0", false),
        ("evt.rawres!=0", false),
        ("not evt.rawres!=0", true),
        ("evt.res exists", false),
        ("not evt.res exists", true),
        ("evt.failed=false", false),
        ("fd.name != ''", false),
        ("evt.arg.flags=0", false),
    ] {
        assert_eq!(matches(filter, &entry), expected, "{filter}");
    }
}

#[test]
fn fields_of_either_end_match_if_one_end_does() {
    let sample = Sample::enter("read").between("10.0.0.1:80", "192.168.0.7:4242", true);
    for (filter, expected) in [
        ("fd.ip=10.0.0.1", true),
        ("fd.ip=192.168.0.7", true),
        ("fd.ip=192.168.0.8", false),
        ("fd.ip!=10.0.0.1", false),
        ("fd.ip!=10.0.0.9", true),
        ("fd.net=192.168.0.0/16", true),
        ("fd.snet=192.168.0.0/16", false),
        ("fd.cip in (192.168.0.0/24, ::1)", true),
        ("fd.port=80", true),
        ("fd.port=4242", true),
        ("fd.port!=80", false),
        ("fd.port<100", true),
        ("fd.port in (1, 2)", false),
        ("fd.sport=80", true),
        ("fd.cport=80", false),
        ("fd.ip exists", true),
    ] {
        assert_eq!(matches(filter, &sample), expected, "{filter}");
    }
    // A socket that listens has one end.
    let mut listening = sample;
    listening.file.as_mut().expect("a file").remote = None;
    assert!(matches("fd.port!=81", &listening));
    assert!(!matches("fd.port!=80", &listening));
    let file = Sample::enter("read").on(FileKind::File, "/x");
    assert!(!matches("fd.port!=81", &file));
    assert!(!matches("fd.ip exists", &file));
}

#[test]
fn quoted_values_take_escapes() {
    let sample = Sample::enter("read").on(FileKind::File, "a 'b' \"c\" \\ \t");
    for filter in
        [r#"fd.name = "a 'b' \"c\" \\ \t""#, r#"fd.name = 'a \'b\' "c" \x5c \t'"#, r#"fd.name contains "'b'""#]
    {
        assert!(matches(filter, &sample), "{filter}");
    }
}

#[test]
fn errors_point_at_the_mistake_and_suggest_the_nearest_word() {
    let golden = [
        (
            "evt.typ=open",
            "filter, column 1: no field `evt.typ`; did you mean `evt.type`?\n    evt.typ=open\n    ^",
        ),
        (
            "proc.name=cat and evt.typ=open",
            "filter, column 19: no field `evt.typ`; did you mean `evt.type`?\n    \
             proc.name=cat and evt.typ=open\n                      ^",
        ),
        (
            "evt.type=opne",
            "filter, column 10: no call `opne`; did you mean `open`?\n    evt.type=opne\n             ^",
        ),
        (
            "evt.type in (read, writ)",
            "filter, column 20: no call `writ`; did you mean `write`?\n    evt.type in (read, writ)\n                       ^",
        ),
        (
            "evt.type=pread",
            "filter, column 10: no call `pread`; did you mean `pread64`?\n    evt.type=pread\n             ^",
        ),
        (
            "evt.type=procexit",
            "filter, column 10: no call `procexit`; did you mean `exit_group`?\n    evt.type=procexit\n             ^",
        ),
        (
            "evt.latency>1.5ns",
            "filter, column 13: `evt.latency` is a number of nanoseconds, or of us, ms or s if that follows it, not `1.5ns`\n    \
             evt.latency>1.5ns\n                ^",
        ),
        ("évt=1", "filter, column 1: expected a field (such as `evt.type`), `not` or `(`\n    évt=1\n    ^"),
        ("", "filter, column 1: the filter is empty; expected a field, such as `evt.type`\n    \n    ^"),
        (
            "evt.type=read proc.pid=1",
            "filter, column 15: expected `and` or `or`\n    evt.type=read proc.pid=1\n                  ^",
        ),
    ];
    for (filter, expected) in golden {
        assert_eq!(Filter::parse(filter).expect_err(filter).to_string(), expected, "{filter}");
    }
}

#[test]
fn errors_say_what_is_expected_and_in_which_column() {
    let golden = [
        ("evt.type=read && proc.pid=1", 15, "expected `and` or `or`; did you mean `and`?"),
        ("evt.type=read || proc.pid=1", 15, "expected `and` or `or`; did you mean `or`?"),
        ("evt.type=read AND proc.pid=1", 15, "expected `and` or `or`; did you mean `and`?"),
        ("!evt.type=read", 1, "expected a field; did you mean `not`?"),
        ("NOT evt.type=read", 1, "no field `NOT`; did you mean `not`?"),
        ("evt.type=read and", 18, "expected a field (such as `evt.type`), `not` or `(`"),
        ("(evt.type=read", 1, "this parenthesis is not closed"),
        ("(evt.type=read proc.pid=1)", 16, "expected `and` or `or`"),
        ("evt.type=read)", 14, "no parenthesis is open here"),
        ("evt.type", 9, "expected what `evt.type` has to be, as in `evt.type = …` or `evt.type exists`"),
        (
            "evt.type and evt.dir=>",
            10,
            "expected an operator after `evt.type`: = != < <= > >= contains icontains \
             startswith endswith glob in pmatch exists",
        ),
        ("fd.name contians x", 9, "no operator `contians`; did you mean `contains`?"),
        ("fd.name regex x", 9, "no operator `regex`; did you mean `glob`?"),
        ("fd.name =", 10, "expected a value"),
        ("fd.name = 'x", 11, "this quote is not closed"),
        ("fd.name = 'x\\q'", 13, "expected one of n t r b f \\ / ' \" or xNN (up to x7f) after `\\`"),
        ("fd.name in x", 12, "expected values in parentheses, as in `(open, openat)`"),
        ("fd.name in (x y)", 15, "expected `,` or `)`"),
        ("fd.name in (x,", 15, "expected a value"),
        ("fd.name in ()", 13, "expected a value"),
        ("fd.name pmatch ( )", 18, "expected a value"),
        ("proc.pid=sh", 10, "`proc.pid` is a number, not `sh`"),
        ("proc.pid=99999999999999999999", 10, "`99999999999999999999` is too large"),
        ("proc.pid=-0x10000000000000000", 10, "`-0x10000000000000000` is too large"),
        ("evt.latency<99999999999999999999ms", 13, "`99999999999999999999ms` is too large"),
        (
            "proc.pid contains 1",
            10,
            "`contains` does not compare `proc.pid`, which is a number; use one of = != < <= > >= in exists",
        ),
        ("evt.failed=yes", 12, "`evt.failed` is true or false, not `yes`"),
        ("evt.failed>1", 11, "`>` does not compare `evt.failed`, which is true or false; use one of = != in exists"),
        ("evt.rawres=-ENOENTT", 12, "no error `ENOENTT`; did you mean `ENOENT`?"),
        ("evt.res=ENOETN", 9, "no error `ENOETN`; did you mean `ENOENT`?"),
        ("evt.res=9999", 9, "no error has the number 9999"),
        ("evt.dir=in", 9, "no direction `in`; expected one of > <"),
        ("evt.dir<1", 9, "`evt.dir` is > or <; compare it by ="),
        ("evt.category=fiel", 14, "no category `fiel`; did you mean `file`?"),
        (
            "evt.latency>10min",
            13,
            "`evt.latency` is a number of nanoseconds, or of us, ms or s if that follows it, not `10min`",
        ),
        ("evt.type=0x38", 10, "write the name of the call 0x38: openat on arm64, clone on x86_64, mpx on i386"),
        ("evt.type in (read, 600)", 20, "write `syscall_600` for the call 600, which has no name"),
        ("evt.type=syscall_-1", 10, "no call `syscall_-1`"),
        ("evt.type=syscall_", 10, "no call `syscall_`"),
        ("fd.sip=localhost", 8, "`fd.sip` is an address, not `localhost`"),
        ("fd.net=10.0.0.0/33", 8, "expected a length from 0 to 32 after the `/`"),
        ("evt.arg[x", 8, "expected `]`"),
        ("evt.arg.nmae=1", 1, "no call has an argument `nmae`; did you mean `evt.arg.name`?"),
    ];
    for (filter, column, message) in golden {
        let error = Filter::parse(filter).expect_err(filter);
        assert_eq!((error.column(), error.message()), (column, message), "{filter}");
    }
}

#[test]
fn errors_of_long_filters_show_the_part_around_the_mistake() {
    let filter = format!("{}evt.typ=open{}", "evt.type=read and ".repeat(20), " and evt.type=read".repeat(20));
    let error = Filter::parse(&filter).expect_err("a wrong field").to_string();
    let lines: Vec<_> = error.lines().collect();
    assert!(lines[0].starts_with("filter, column 361: "), "{error}");
    assert!(lines[1].chars().count() <= 104, "{error}");
    let caret = lines[2].chars().count() - 1;
    assert!(lines[1][caret..].starts_with("evt.typ=open"), "{error}");
}

#[test]
fn parentheses_nested_more_than_100_deep_are_refused() {
    let nested = |depth: usize| format!("{}evt.type=read{}", "(".repeat(depth), ")".repeat(depth));
    assert!(Filter::parse(&nested(100)).is_ok());
    assert_eq!(Filter::parse(&nested(101)).expect_err("too deep").column(), 101);
    assert!(Filter::parse(&"(".repeat(1_000_000)).is_err());
    assert!(Filter::parse(&format!("{}evt.type=read", "not ".repeat(100_001))).is_ok());
}

#[test]
fn drops_match_every_filter() {
    let sample = Sample::enter("read");
    let event = Event { kind: EventKind::Dropped { events: 3 }, ..sample.event() };
    assert!(Filter::parse("evt.type=write").expect("a filter").matches(&event));
}
