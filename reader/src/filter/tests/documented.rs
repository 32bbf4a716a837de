// SPDX-License-Identifier: GPL-2.0

//! Filters from the documentation of sysdig and Falco, and from sysdig's chisels (draios/sysdig,
//! `userspace/sysdig/chisels/`). Those with fields that do not exist here are left out.

use super::matches;
use crate::calls::Abi;
use crate::fields::testing::{number, Sample};
use crate::model::FileKind;
use syscall_record_format::format::Machine;

/// The events that the filters select from, each with a name.
fn events() -> Vec<(&'static str, Sample)> {
    let x86 = |mut sample: Sample, call| {
        sample.machine = Machine::X86_64;
        sample.call = Some(number(Abi::X86_64, call));
        sample
    };
    let enter = |call| x86(Sample::enter("read"), call);
    let exit = |call, result| x86(Sample::exit("read", result), call);
    let numbered = |mut sample: Sample, number| {
        sample.file.as_mut().expect("a file").number = number;
        sample
    };
    let mut slow = exit("read", 5).by("vi").on(FileKind::File, "/tmp/passwd").giving(1, b"a foo");
    slow.latency = Some(2_000_000);
    vec![
        ("cat-opens", exit("open", 3).by("cat").reading(0, b"/etc/passwd").on(FileKind::File, "/etc/passwd")),
        ("cat-reads", enter("read").by("cat").on(FileKind::File, "/etc/passwd")),
        ("cat-prints", numbered(exit("write", 5).by("cat").on(FileKind::File, "/dev/pts/1"), 1)),
        ("vi-fails", exit("open", -2).by("vi").reading(0, b"/root/x")),
        ("vi-waits", slow),
        ("vi-selects", enter("select").by("vi")),
        ("httpd-accepts", exit("accept", 9).by("httpd").between("192.168.0.1:80", "10.1.2.3:4000", true)),
        ("httpd-answers", exit("write", 80).by("httpd").between("192.168.0.1:80", "10.1.2.3:4000", true)),
        ("sshd-accepts", exit("accept", 9).by("sshd").between("[::1]:22", "[::1]:4000", true)),
        ("proxy-sends", enter("sendto").by("squid").between("10.1.2.3:4001", "192.168.0.9:3128", false)),
        ("logger-logs", exit("sendto", 10).by("logger").on(FileKind::Unix, "/dev/log")),
        ("bash-visits", exit("chdir", 0).by("bash").reading(0, b"/tmp")),
        ("grep-starts", exit("execve", 0).by("grep").reading(0, b"/bin/grep")),
    ]
}

/// Filters, each with the names of the events that it selects.
const MANUAL: &[(&str, &str)] = &[
    // sysdig(8).
    ("proc.name=cat", "cat-opens cat-reads cat-prints"),
    ("fd.name contains /etc", "cat-opens cat-reads"),
    ("evt.type in ( 'select', 'poll' )", "vi-selects"),
    ("proc.name exists", "all"),
    (
        "not (fd.name contains /proc or fd.name contains /dev)",
        "cat-opens cat-reads vi-fails vi-waits vi-selects httpd-accepts httpd-answers sshd-accepts proxy-sends bash-visits \
         grep-starts",
    ),
    ("not fd.name contains /dev and evt.is_io=true", "cat-reads vi-waits httpd-answers proxy-sends"),
    ("proc.name=cat and evt.type=open", "cat-opens"),
    ("not evt.buffer contains foo and proc.name=vi", "vi-fails vi-selects"),
    // Sysdig User Guide, in the wiki of draios/sysdig.
    ("proc.name=cat or proc.name=vi", "cat-opens cat-reads cat-prints vi-fails vi-waits vi-selects"),
    ("proc.name!=cat and evt.type=open", "vi-fails"),
    ("evt.type=accept and proc.name!=apache", "httpd-accepts sshd-accepts"),
    ("evt.arg.res=ENOENT", "vi-fails"),
    (" evt.rawarg.res<0 or evt.rawarg.fd<0", "vi-fails"),
    ("evt.type=chdir", "bash-visits"),
    ("proc.name=cat and evt.type=write and fd.num=1", "cat-prints"),
    ("evt.type=write and fd.name contains /etc/", ""),
    ("proc.name=apache and evt.type=accept", ""),
    ("fd.name contains /root", ""),
    ("proc.name=vi", "vi-fails vi-waits vi-selects"),
    // Sysdig Quick Reference Guide, in that wiki.
    (
        "not(fd.name contains /proc or fd.name contains /dev)",
        "cat-opens cat-reads vi-fails vi-waits vi-selects httpd-accepts httpd-answers sshd-accepts proxy-sends bash-visits \
         grep-starts",
    ),
    // Sysdig Examples, in that wiki.
    ("evt.cpu=0", ""),
    ("fd.type=file", "cat-opens cat-reads cat-prints vi-waits"),
    ("evt.type=accept and proc.name!=httpd", "sshd-accepts"),
    ("fd.cip=192.168.0.1", ""),
    ("fd.sip=192.168.0.1 and proc.name=httpd", "httpd-accepts httpd-answers"),
    ("fd.filename=passwd", "cat-opens cat-reads vi-waits"),
    ("fd.name=/dev/ptmx and proc.name=sshd", ""),
    ("evt.type=open and fd.name contains /etc", "cat-opens"),
    // Sysdig's cheat sheet of 2017.
    ("proc.name=httpd and evt.type!=open", "httpd-accepts httpd-answers"),
    // Falco, Condition Syntax.
    ("evt.type = execve and evt.dir = < and (proc.name = cat or proc.name = grep)", "grep-starts"),
    ("evt.type = execve and (proc.name = cat or proc.name = grep)", "grep-starts"),
    ("evt.type = open and fd.typechar='f'", "cat-opens"),
    ("fd.sip=\"169.254.169.254\"", ""),
    ("fd.name pmatch (/var/run, /etc, /etc/rc.d/rc3.d)", "cat-opens cat-reads"),
];

/// Filters of chisels: the chisel, the filter, and the names of the events that it selects.
const CHISELS: &[(&str, &str, &str)] = &[
    ("echo_fds", "evt.is_io=true and evt.dir=< and evt.rawres>0", "cat-prints vi-waits httpd-answers logger-logs"),
    ("fileslower", "evt.is_io=true and fd.type=file", "cat-reads cat-prints vi-waits"),
    (
        "http",
        "evt.is_io = true and evt.buflen > 0 and (fd.sockfamily = ip or fd.sockfamily = unix)",
        "httpd-answers logger-logs",
    ),
    ("iobytes_net", "evt.is_io=true and (fd.type=ipv4 or fd.type=ipv6)", "httpd-answers proxy-sends"),
    ("memcachelog", "(fd.sport=11211 or proc.name=memcached) and evt.is_io=true", ""),
    ("netstat", "(fd.type=ipv4 or fd.type=ipv6)", "httpd-accepts httpd-answers sshd-accepts proxy-sends"),
    ("shellshock_detect", "proc.name=bash or proc.name=sh and evt.type=execve", "bash-visits"),
    (
        "spectrogram",
        "evt.dir=<",
        "cat-opens cat-prints vi-fails vi-waits httpd-accepts httpd-answers sshd-accepts logger-logs bash-visits grep-starts",
    ),
    ("subsecoffset", "evt.dir=>", "cat-reads vi-selects proxy-sends"),
    (
        "spy_file",
        "(not fd.name contains /dev/pt and not fd.name contains /dev/tty) and (fd.name=/etc/passwd) and evt.is_io_read=true \
         and evt.is_io=true and fd.type=file",
        "cat-reads",
    ),
    ("spy_file", "fd.type=file and evt.dir=< and evt.failed=false", "cat-opens cat-prints vi-waits"),
    ("spy_ip", "evt.is_io=true and (fd.type=ipv4 or fd.type=ipv6) and fd.ip=10.1.2.3", "httpd-answers proxy-sends"),
    ("spy_port", "evt.is_io=true and (fd.type=ipv4 or fd.type=ipv6) and fd.port=80", "httpd-answers"),
    (
        "spy_syslog",
        "fd.name contains /dev/log and evt.is_io_write=true and evt.dir=< and evt.failed=false",
        "logger-logs",
    ),
    (
        "spy_users",
        "((evt.type=execve and evt.dir=<) or (evt.type=chdir and evt.dir=< and proc.name contains sh and not proc.name contains \
         sshd)) and evt.failed=false",
        "bash-visits grep-starts",
    ),
    ("stderr", "fd.num=2 and evt.is_io=true", ""),
    ("stdout", "fd.num=1 and evt.is_io=true", "cat-prints"),
    ("v_backlog", "evt.type=accept", "httpd-accepts sshd-accepts"),
    ("v_connections", "(fd.type=ipv4 or fd.type=ipv6) and fd.name!=''", "httpd-accepts httpd-answers sshd-accepts proxy-sends"),
    ("v_directories", "(fd.type=file or fd.type=directory) and fd.name!=''", "cat-opens cat-reads cat-prints vi-waits"),
    ("v_errors", "evt.res != SUCCESS", "vi-fails"),
    ("v_file_opens", "evt.type=open and evt.dir=<", "cat-opens vi-fails"),
    ("v_incoming_connections", "evt.type=accept and evt.dir=< and evt.failed=false", "httpd-accepts sshd-accepts"),
    (
        "v_port_bindings",
        "(evt.type=bind and evt.dir=< and (fd.type=ipv4 or fd.type=ipv6)) or (evt.type=close and evt.dir=> and fd.typechar=2 \
         and fd.type=ipv4)",
        "",
    ),
    (
        "v_slow_io",
        "evt.is_io=true and fd.type=file and (not fd.name contains '/dev/') and evt.latency>1000000",
        "vi-waits",
    ),
    ("v_spectro_file", "evt.dir=< and fd.type=file", "cat-opens cat-prints vi-waits"),
    ("v_syscalls", "syscall.type exists", "all"),
];

#[test]
fn documented_filters_select_the_expected_events() {
    let events = events();
    let names: Vec<_> = events.iter().map(|(name, _)| *name).collect();
    let chisels = CHISELS.iter().map(|&(_, filter, selected)| (filter, selected));
    for (filter, expected) in MANUAL.iter().copied().chain(chisels) {
        let selected: Vec<_> =
            events.iter().filter(|(_, sample)| matches(filter, sample)).map(|(name, _)| *name).collect();
        let expected: Vec<_> =
            if expected == "all" { names.clone() } else { expected.split_ascii_whitespace().collect() };
        assert_eq!(selected, expected, "{filter}");
    }
}
