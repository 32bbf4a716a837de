// SPDX-License-Identifier: GPL-2.0

//! Which part of a filter the kernel decides, by examples.

use crate::calls::{Abi, KnownCall};
use crate::fields::testing::number;
use crate::fields::{Field, Needs};
use crate::filter::{Filter, Pushdown, Split};
use syscall_record_format::format::{Edges, Machine};

fn split(filter: &str) -> Split {
    split_shown(filter, Needs::default())
}

fn split_shown(filter: &str, shown: Needs) -> Split {
    Filter::parse(filter).unwrap_or_else(|error| panic!("{error}")).split(shown)
}

/// Compares what the kernel is asked for, in words.
#[track_caller]
fn check(filter: &str, expected: &str) {
    assert_eq!(split(filter).pushdown.to_string(), expected, "{filter}");
}

#[test]
fn lists_of_processes_and_names_go_to_the_kernel() {
    check("proc.pid=100", "entries and returns of all calls, by process 100");
    check("proc.pid in (100, 0x65) and evt.cpu=0", "entries and returns of all calls, by process 100 or 101");
    check("proc.pid in (100, 101) and proc.pid in (101, 102)", "entries and returns of all calls, by process 101");
    check("proc.pid=100 or proc.pid=101", "entries and returns of all calls, by process 100 or 101");
    check("not (not proc.pid=100)", "entries and returns of all calls, by process 100");
    check("proc.name=cat", "entries and returns of all calls, by threads named cat");
    check("proc.name=a-name-of-sixteen", "entries and returns of all calls, by threads named a-name-of-sixte");
    check(
        "proc.name in (cat, sh) and proc.pid=7",
        "entries and returns of all calls, by process 7, by threads named cat or sh",
    );

    for nothing in [
        "proc.pid!=100",
        "not proc.pid=100",
        "proc.pid>100",
        "proc.pid=100 or proc.name=cat",
        "proc.pid=100 or evt.cpu=0",
        "proc.pid=100 and proc.pid=101",
        "proc.pid=0",
        "proc.pid=99999999",
        "proc.pid in (1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17)",
        "proc.name=''",
        "proc.name='a\\x00b'",
        "proc.name!=cat",
        "proc.name startswith c",
        "evt.cpu=0",
    ] {
        assert_eq!(split(nothing).pushdown, Pushdown::default(), "{nothing}");
    }
}

#[test]
fn tests_of_calls_go_to_the_kernel() {
    check("evt.type=openat", "entries and returns of openat, by everybody");
    check("evt.type in (openat, close) and evt.type!=close", "entries and returns of openat, by everybody");
    check("evt.type startswith epoll_ctl", "entries and returns of epoll_ctl epoll_ctl_old, by everybody");
    check("evt.type=openat and evt.type=close", "entries and returns of no call, by everybody");
    check(
        "evt.is_io_read=true",
        "entries and returns of pread64 preadv preadv2 read readv recv recvfrom recvmmsg \
        recvmmsg_time64 recvmsg, by everybody",
    );
    check(
        "evt.category=sleep",
        "entries and returns of clock_nanosleep clock_nanosleep_time64 nanosleep pause, by everybody",
    );
    check("evt.type=openat or evt.cpu=0", "entries and returns of all calls, by everybody");

    let calls = |filter: &str| *split(filter).pushdown.calls.expect(filter);
    let not_read = calls("not evt.type in (read, write)");
    let reads = calls("evt.type=read");
    for (abi, known) in Abi::ALL.into_iter().flat_map(|abi| KnownCall::all(abi).map(move |(_, call)| (abi, call))) {
        let number = number(abi, known.name());
        let is_read = known.name() == "read";
        assert_eq!(reads.contains(abi, number), is_read, "{}", known.name());
        if number < 512 {
            assert_eq!(not_read.contains(abi, number), !is_read && known.name() != "write", "{}", known.name());
        }
    }
    // Numbers without a name.
    assert!(not_read.contains(Abi::Arm, 10_000) && !reads.contains(Abi::Arm, 10_000));
    assert!(calls("evt.type!=read").contains(Abi::Arm, 10_000));
    assert!(!calls("not evt.type!=read").contains(Abi::Arm, 10_000));
    assert!(!reads.contains(Abi::Arm64, 500));
    assert!(calls("evt.type=syscall_500").contains(Abi::Arm64, 500));
    assert!(!calls("evt.type=syscall_500").contains(Abi::Arm64, 501));
    assert!(calls("evt.type=syscall_600").contains(Abi::Arm64, 600));
    assert!(calls("evt.type=cacheflush").contains(Abi::Arm, 0xf_0002));
    assert!(!calls("evt.type=cacheflush").contains(Abi::Arm64, 0xf_0002));

    // The set as the module takes it.
    let set = reads.for_machine(Machine::Arm64);
    let set_of_all: Vec<_> = (0..1000).filter(|&number| set.contains(false, number)).collect();
    assert_eq!(set_of_all, [number(Abi::Arm64, "read")]);
    assert!(set.contains(true, number(Abi::Arm, "read")));
    assert!(not_read.for_machine(Machine::X86_64).contains(false, 100_000));
}

#[test]
fn tests_of_edges_and_errors_go_to_the_kernel() {
    check("evt.dir=>", "entries of all calls, by everybody");
    check("not evt.dir=<", "entries of all calls, by everybody");
    check("evt.dir=<", "returns of all calls, by everybody");
    check("evt.failed=true", "returns with an error of all calls, by everybody");
    check("evt.failed=false", "returns of all calls, by everybody");
    check("evt.res=ENOENT and evt.type=openat", "returns with an error of openat, by everybody");
    check("evt.res!=SUCCESS", "returns with an error of all calls, by everybody");
    check("evt.rawres in (-1, -ENOENT)", "returns with an error of all calls, by everybody");
    // Results that are no errors can be negative, too.
    check("evt.rawres<0", "returns of all calls, by everybody");
    check("evt.rawres=3 or evt.failed=true", "returns of all calls, by everybody");
    check("evt.buflen>0", "returns of all calls, by everybody");
    check("evt.failed=true or evt.dir=>", "entries and returns of all calls, by everybody");
    // An entry fails tests of fields that it does not have, and so passes these filters.
    check("not evt.failed=true", "entries and returns of all calls, by everybody");
    check("not evt.buflen=3", "entries and returns of all calls, by everybody");
    check("evt.dir=> and evt.dir=<", "entries and returns of all calls, by everybody");
}

#[test]
fn entries_are_recorded_if_returns_need_them() {
    check("evt.dir=< and evt.latency>1ms", "entries and returns of all calls, by everybody");
    check("evt.failed=true and evt.arg.path contains etc", "entries and returns of all calls, by everybody");
    let entries = Needs { entries: true, ..Needs::default() };
    assert_eq!(split_shown("evt.failed=true", entries).pushdown, Pushdown::default());
    assert_eq!(split_shown("evt.dir=>", entries).pushdown.edges, Edges::Enter);
    // Without its number, a return from a signal handler would pass this filter.
    let others = all_but("rt_sigreturn");
    check("evt.dir=< and not evt.type=rt_sigreturn", &format!("entries and returns of {others} calls, by everybody"));
}

#[test]
fn names_stay_with_the_reader_if_the_return_of_execve_may_pass() {
    check("proc.name=cat and evt.type=read", "entries and returns of read, by threads named cat");
    check(
        "proc.name=cat and evt.type!=read",
        &format!("entries and returns of {} calls, by everybody", all_but("read")),
    );
    check("proc.name=cat and evt.type=execve", "entries and returns of execve, by everybody");
    check(
        "proc.name=cat and evt.is_io=true and evt.latency>5",
        "entries and returns of 21 calls, by threads named cat",
    );
    check("proc.name=cat and evt.latency>5", "entries and returns of all calls, by everybody");
    check("proc.name=cat and evt.type=execve and evt.dir=>", "entries of execve, by threads named cat");
    check("proc.name=cat and evt.type=execve and evt.dir=<", "returns of execve, by threads named cat");
}

/// How many names of calls there are, without this one.
fn all_but(name: &str) -> usize {
    let mut names: Vec<_> = Abi::ALL.into_iter().flat_map(KnownCall::all).map(|(_, call)| call.name()).collect();
    names.sort_unstable();
    names.dedup();
    names.iter().filter(|&&other| other != name).count()
}

#[test]
fn calls_that_the_model_learns_from_are_recorded_if_needed() {
    let asked = |filter: &str| split(filter).pushdown;
    let opened = asked("evt.type=read and fd.name contains /etc");
    let calls = opened.calls.as_ref().expect("some calls");
    for name in ["read", "openat", "close", "dup", "fcntl", "clone", "execve", "accept4", "exit_group", "chdir"] {
        assert!(calls.contains(Abi::Arm64, number(Abi::Arm64, name)), "{name}");
    }
    assert!(!calls.contains(Abi::Arm64, number(Abi::Arm64, "write")));
    assert_eq!((opened.edges, opened.failed_only), (Edges::Both, false));

    // What a process has is known from `/proc`. What threads of a name have may come from other processes.
    check("proc.pid=100 and fd.name=/x", "entries and returns of all calls, by process 100");
    check(
        "proc.name=cat and evt.type=read and fd.name=/x and evt.cpu=0 and proc.pid=7",
        &asked("evt.type=read and fd.name=/x and proc.pid=7").to_string(),
    );
    check("proc.name=cat and user.uid=0", "entries and returns of all calls, by everybody");
    check("evt.dir=> and fd.type=ipv4", "entries and returns of all calls, by everybody");
    check("evt.failed=true and fd.type=ipv4", "entries and returns of all calls, by everybody");
    // Only the category of some calls depends on a descriptor.
    check("evt.category=memory and evt.dir=>", &asked("evt.dir=> and evt.category=memory").to_string());
    assert_eq!(asked("evt.category=memory and evt.dir=>").edges, Edges::Enter);
    assert_eq!(asked("evt.category=net and evt.dir=>").edges, Edges::Both);

    let of_user = asked("evt.type=read and user.uid=0").calls.expect("some calls");
    for (abi, name) in
        [(Abi::Arm64, "setuid"), (Abi::Arm, "setresuid32"), (Abi::I386, "setreuid32"), (Abi::X86_64, "geteuid")]
    {
        assert!(of_user.contains(abi, number(abi, name)), "{name}");
    }

    // For what is only shown, calls and entries are recorded, but not threads of other names.
    let shown = Field::parse("fd.name").expect("a field").needs();
    let named = split_shown("proc.name=cat and evt.type=read", shown).pushdown;
    assert_eq!((named.names, named.edges), (vec![b"cat".to_vec()], Edges::Both));
    assert_eq!(named.calls, opened.calls);
    assert_eq!(split_shown("evt.dir=>", shown).pushdown, Pushdown::default());
}

#[test]
fn filters_that_count_events_record_everything() {
    for filter in [
        "evt.num<100 and evt.type=read",
        "evt.deltatime>1ms and proc.pid=100",
        "evt.reltime<1s and evt.dir=>",
        "proc.pname=sh and proc.pid=100",
    ] {
        assert_eq!(split(filter).pushdown, Pushdown::default(), "{filter}");
    }
    let order = Needs { order: true, ..Needs::default() };
    assert_ne!(split_shown("evt.type=read", order).pushdown, Pushdown::default());
}

#[test]
fn explanations_say_who_decides_what_and_why() {
    let golden = [
        (
            "proc.name=cat and evt.type in (read, write) and (evt.cpu=0 or evt.cpu=1)",
            "kernel: proc.name=cat\n\
             kernel: evt.type in (read, write)\n\
             reader: evt.cpu=0 or evt.cpu=1\n\
             The kernel records entries and returns of read write, by threads named cat",
        ),
        (
            "evt.failed=true and evt.rawres=-ENOENT and evt.type=openat and proc.pid=7",
            "kernel: evt.failed=true\n\
             reader: evt.rawres=-2\n\
             kernel: evt.type=openat\n\
             kernel: proc.pid=7\n\
             The kernel records returns with an error of openat, by process 7",
        ),
        (
            "evt.num<100 and proc.pid=7",
            "reader: evt.num<100\n\
             reader: proc.pid=7\n\
             The kernel records entries and returns of all calls, by everybody\n\
             (all events are recorded: the filter compares their number, or the time between them)",
        ),
        (
            "proc.name=cat and evt.type=read and fd.name contains /etc and evt.dir=<",
            "reader: proc.name=cat\n\
             reader: evt.type=read\n\
             reader: fd.name contains /etc\n\
             reader: evt.dir=<\n\
             The kernel records entries and returns of N calls, by everybody\n\
             (entries are recorded, too: the fields of returns need them)\n\
             (threads of all names are recorded: the calls of a parent show what its child inherits)\n\
             (other calls are recorded, too: those that open, pass on or close descriptors, make processes or show \
             their users)",
        ),
        (
            "evt.dir=< or evt.cpu=0",
            "reader: evt.dir=< or evt.cpu=0\nThe kernel records entries and returns of all calls, by everybody",
        ),
        ("not evt.dir=<", "kernel: not evt.dir=<\nThe kernel records entries of all calls, by everybody"),
        (
            "proc.name in (a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q)",
            "reader: proc.name in (a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q)\n\
             The kernel records entries and returns of all calls, by everybody\n\
             (threads of all names are recorded: the kernel takes 16 at the most)",
        ),
        (
            "proc.pid in (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17)",
            "reader: proc.pid in (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17)\n\
             The kernel records entries and returns of all calls, by everybody\n\
             (all processes are recorded: the kernel takes 16 at the most)",
        ),
    ];
    for (filter, expected) in golden {
        let split = split(filter);
        // How many calls the model learns from may change.
        let count = split.pushdown.calls.as_ref().map_or(0, |calls| calls.names().len());
        assert_eq!(split.to_string(), expected.replace("of N calls", &format!("of {count} calls")), "{filter}");
        let is_decided = !expected.contains("reader: ");
        assert_eq!(split.is_decided_by_kernel(), is_decided, "{filter}");
    }
}
