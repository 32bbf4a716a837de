// SPDX-License-Identifier: GPL-2.0

use super::testing::Sample;
use super::*;
use crate::calls::Abi;
use crate::model::{Event, EventKind, FileKind};

fn printed(field: &str, sample: &Sample) -> String {
    let field = Field::parse(field).unwrap_or_else(|error| panic!("{field}: {error}"));
    let mut out = Vec::new();
    match field.print(&mut out, &sample.event()) {
        true => String::from_utf8(out).expect("UTF-8"),
        false => {
            assert!(out.is_empty(), "{field} was printed, but `print` gave false");
            "-".into()
        }
    }
}

#[track_caller]
fn check(sample: &Sample, expected: &[(&str, &str)]) {
    for (field, expected) in expected {
        assert_eq!(printed(field, sample), *expected, "{field}");
    }
}

#[test]
fn every_field_is_found_by_its_name() {
    for (name, help) in all() {
        let text = if matches!(name, "evt.arg" | "evt.rawarg") { format!("{name}.fd") } else { name.to_owned() };
        let field = Field::parse(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!((field.name(), field.to_string()), (name, text));
        assert!(!help.is_empty() && !help.ends_with('.'), "{name}");
    }
    assert_eq!(Field::parse("evt.info").map(|field| field.id()), Ok(FieldId::Args));
    assert_eq!(Field::parse("fd.cnet").map(|field| field.id()), Ok(FieldId::FdClientIp));
    assert_eq!(Field::parse("evt.arg[0]").map(|field| field.to_string()), Ok("evt.arg[0]".into()));
    assert_eq!(Field::parse("evt.rawarg[flags]"), Field::parse("evt.rawarg.flags"));
    assert_eq!(Field::parse("evt.type").map(|field| field.kind()), Ok(FieldKind::Call));
    assert_eq!(Field::parse("user.uid").map(|field| field.kind()), Ok(FieldKind::Number));
}

#[test]
fn unknown_field_suggests_nearest() {
    let error = |name: &str| Field::parse(name).expect_err(name).to_string();
    assert_eq!(error("evt.typ"), "no field `evt.typ`; did you mean `evt.type`?");
    assert_eq!(error("type"), "no field `type`; did you mean `evt.type`?");
    assert_eq!(error("comm"), "no field `comm`; did you mean `proc.name`?");
    assert_eq!(error("proc.nmae"), "no field `proc.nmae`; did you mean `proc.name`?");
    for name in ["container.id", "proc.cmdline", "user.name", "fd.l4proto", "k8s.pod.name"] {
        assert_eq!(error(name), format!("no field `{name}`: sysdig has it, but it is not recorded here"));
    }
    assert_eq!(error("container"), "no field `container`");
    assert_eq!(error("evt.arg.flgas"), "no call has an argument `flgas`; did you mean `evt.arg.flags`?");
    assert_eq!(error("evt.arg"), "`evt.arg` needs the name or number of an argument, as in `evt.arg.flags`");
    assert_eq!(error("evt.arg."), "`evt.arg` needs the name or number of an argument, as in `evt.arg.flags`");
    assert_eq!(error("evt.arg[9]"), "no call has an argument 9; they count from 0");
    assert_eq!(error("evt.type[0]"), "`evt.type` takes no argument");
    assert_eq!(error(""), "no field ``");
}

/// sysdig names a new descriptor `fd`.
#[test]
fn new_descriptor_is_the_argument_fd() {
    let exit = Sample::exit("openat", 3).with(&[9, 1, 0, 0]);
    check(&exit, &[("evt.arg.fd", "3"), ("evt.rawarg.fd", "3"), ("evt.arg.dfd", "9")]);
    let entry = Sample::enter("openat").with(&[9, 1, 0, 0]);
    check(&entry, &[("evt.arg.fd", "-"), ("evt.rawarg.fd", "-")]);
    check(&Sample::exit("openat", -2).with(&[9, 1, 0, 0]), &[("evt.arg.fd", "-")]);
    // A descriptor that the call was given.
    check(&Sample::exit("close", 0), &[("evt.arg.fd", "3")]);
    check(&Sample::enter("dup"), &[("evt.arg.fd", "3")]);
    check(&Sample::exit("dup", 7), &[("evt.arg.fd", "7"), ("evt.arg[0]", "3")]);
}

#[test]
fn entry_has_its_fields() {
    let sample = Sample::enter("read").on(FileKind::File, "/etc/passwd");
    check(
        &sample,
        &[
            ("evt.num", "7"),
            ("evt.rawtime", "1700000000123456789"),
            ("evt.rawtime.s", "1700000000"),
            ("evt.rawtime.ns", "123456789"),
            ("evt.time.iso8601", "2023-11-14T22:13:20.123456789+0000"),
            ("evt.reltime", "2000000005"),
            ("evt.reltime.s", "2"),
            ("evt.reltime.ns", "000000005"),
            ("evt.deltatime", "1500"),
            ("evt.deltatime.s", "0"),
            ("evt.deltatime.ns", "000001500"),
            ("evt.latency", "-"),
            ("evt.cpu", "1"),
            ("evt.dir", ">"),
            ("evt.type", "read"),
            ("evt.category", "file"),
            ("evt.arg.fd", "3"),
            ("evt.arg[2]", "80"),
            ("evt.arg.size", "80"),
            ("evt.arg.res", "-"),
            ("evt.arg.flags", "-"),
            ("evt.rawarg.count", "80"),
            ("evt.res", "-"),
            ("evt.rawres", "-"),
            ("evt.failed", "-"),
            ("evt.buflen", "-"),
            ("evt.is_io", "true"),
            ("evt.is_io_read", "true"),
            ("evt.is_io_write", "false"),
            ("evt.io_dir", "read"),
            ("evt.is_wait", "false"),
            ("proc.name", "cat"),
            ("proc.pid", "1000"),
            ("proc.ppid", "900"),
            ("proc.pname", "bash"),
            ("thread.tid", "1001"),
            ("thread.ismain", "false"),
            ("user.uid", "1002"),
            ("fd.num", "3"),
            ("fd.name", "/etc/passwd"),
            ("fd.type", "file"),
            ("fd.typechar", "f"),
            ("fd.directory", "/etc"),
            ("fd.filename", "passwd"),
            ("fd.sip", "-"),
            ("fd.sockfamily", "-"),
        ],
    );
}

#[test]
fn times_are_local() {
    let sample = Sample::enter("read");
    let local = crate::local_time::Moment::local(sample.time);
    check(
        &sample,
        &[
            ("evt.time", &format!("{local}.123456789")),
            ("evt.time.s", &format!("{local}")),
            ("evt.datetime", &format!("{local:#}.123456789")),
            ("evt.datetime.s", &format!("{local:#}")),
        ],
    );
}

#[test]
fn return_has_its_fields() {
    let sample = Sample::exit("read", 5).giving(1, b"a\tb\n\xff").on(FileKind::Pipe, "pipe:[1]");
    check(
        &sample,
        &[
            ("evt.dir", "<"),
            ("evt.latency", "12345"),
            ("evt.latency.s", "0"),
            ("evt.latency.ns", "000012345"),
            ("evt.category", "ipc"),
            ("evt.res", "SUCCESS"),
            ("evt.rawres", "5"),
            ("evt.failed", "false"),
            ("evt.buflen", "5"),
            ("evt.buffer", "a.b.."),
            ("evt.arg.data", "a.b.."),
            ("evt.arg.res", "5"),
            ("evt.rawarg.res", "5"),
            ("evt.args", "res=5 data=a.b.."),
            ("fd.directory", "-"),
            ("fd.filename", "-"),
        ],
    );
    check(&Sample::exit("brk", 0x2a99_0000), &[("evt.arg.res", "0x2a990000"), ("evt.rawres", "714670080")]);
    let failed = Sample::exit("read", -9);
    check(
        &failed,
        &[
            ("evt.res", "EBADF"),
            ("evt.rawres", "-9"),
            ("evt.failed", "true"),
            ("evt.buflen", "-"),
            ("evt.buffer", "-"),
            ("evt.arg.res", "EBADF"),
            ("evt.args", "res=-9(EBADF)"),
            // The arguments tell the descriptor, but not what it refers to.
            ("fd.num", "3"),
            ("fd.name", "-"),
            ("evt.category", "-"),
        ],
    );
}

#[test]
fn arguments_have_text_and_numbers() {
    let open = Sample::enter("openat").with(&[0xffff_ff9c, 0x1000, 0, 0]).reading(1, b"/etc/x\ny");
    check(
        &open,
        &[
            ("evt.arg.filename", "/etc/x\\x0ay"),
            ("evt.arg.name", "/etc/x\\x0ay"),
            ("evt.arg.path", "/etc/x\\x0ay"),
            ("evt.arg[1]", "/etc/x\\x0ay"),
            ("evt.rawarg.dirfd", "-100"),
            ("evt.rawarg.name", "/etc/x\\x0ay"),
            ("evt.buffer", "-"),
        ],
    );
    // No memory was recorded.
    assert_eq!(printed("evt.rawarg.path", &Sample::enter("openat").with(&[0xffff_ff9c, 0x1000])), "4096");
    let mut bad = Sample::enter("openat").with(&[0xffff_ff9c, 0x1000]).reading(1, b"");
    assert_eq!(printed("evt.arg.path", &bad), "");
    bad.inputs[0].is_fault = true;
    check(&bad, &[("evt.arg.path", "0x1000"), ("evt.rawarg.path", "4096")]);
    assert_eq!(printed("evt.arg.path", &Sample::enter("openat").with(&[0xffff_ff9c, 0x1000])), "0x1000");
    let unrecorded = Sample::enter("openat").with(&[]);
    check(&unrecorded, &[("evt.arg.path", "-"), ("evt.rawarg.flags", "-"), ("evt.args", "")]);
}

#[test]
fn memory_that_was_not_resident_is_named_and_has_no_text() {
    let mut open = Sample::enter("openat").with(&[0xffff_ff9c, 0x1000, 0, 0]).reading(1, b"");
    assert_eq!(printed("evt.absent", &open), "-");
    open.inputs[0].is_absent = true;
    check(&open, &[("evt.absent", "filename"), ("evt.arg.path", "-"), ("evt.rawarg.path", "4096")]);
    check(&open, &[("evt.args", "dfd=-100(AT_FDCWD) filename=<NA> flags=0(O_RDONLY) mode=0")]);
    let mut read = Sample::exit("read", 5).with(&[3, 0x1000, 5]).giving(1, b"");
    read.outputs[0].is_absent = true;
    check(&read, &[("evt.absent", "buf"), ("evt.buffer", "-"), ("evt.args", "res=5 data=<NA>")]);
    // A part was resident.
    read.outputs[0].bytes = b"ab".to_vec();
    check(&read, &[("evt.absent", "buf"), ("evt.buffer", "ab"), ("evt.args", "res=5 data=ab")]);
}

#[test]
fn buffers_of_a_list_are_joined() {
    let pieces: &[u8] = b"\x05\0\0\0\x05\0\0\0hello\x09\0\0\0\x03\0\0\0abc";
    let written = Sample::enter("writev").reading(1, pieces);
    check(&written, &[("evt.buffer", "helloabc"), ("evt.arg.data", "helloabc"), ("evt.is_io_write", "true")]);

    let mut bad = Sample::enter("writev").reading(1, &[pieces, b"\x01\0\0\0\x02\0\0\0a\x10\0\0\0\0\0\0\0"].concat());
    bad.inputs[0].is_fault = true;
    check(&bad, &[("evt.buffer", "helloabca")]);

    let mut message = Vec::new();
    for number in [0x1000u64, 2, 0x2000, 2, 0, 0, 0] {
        message.extend_from_slice(&number.to_le_bytes());
    }
    message.extend_from_slice(b"NN");
    message.extend_from_slice(pieces);
    check(&Sample::enter("sendmsg").reading(1, &message), &[("evt.buffer", "helloabc")]);

    let mut messages = Vec::new();
    for _ in 0..2 {
        messages.extend_from_slice(&8u32.to_le_bytes());
        messages.extend_from_slice(&message);
    }
    check(&Sample::enter("sendmmsg").reading(1, &messages), &[("evt.buffer", "helloabchelloabc")]);
    // Memory that is cut, or is no list, ends the bytes.
    for len in 0..messages.len() {
        let cut = printed("evt.buffer", &Sample::enter("sendmmsg").reading(1, &messages[..len]));
        assert!("helloabchelloabc".starts_with(&cut) || cut == "-", "{len}: {cut}");
    }
}

#[test]
fn connection_has_a_server_and_a_client() {
    let accepted = Sample::enter("read").between("10.0.0.1:80", "10.0.0.2:4242", true);
    check(
        &accepted,
        &[
            ("fd.type", "ipv4"),
            ("fd.name", "10.0.0.2:4242->10.0.0.1:80"),
            ("fd.sip", "10.0.0.1"),
            ("fd.cip", "10.0.0.2"),
            ("fd.sport", "80"),
            ("fd.cport", "4242"),
            ("fd.lip", "10.0.0.1"),
            ("fd.rport", "4242"),
            ("fd.is_server", "true"),
            ("fd.sockfamily", "ip"),
            ("evt.category", "net"),
        ],
    );
    let made = Sample::enter("write").between("[::1]:4242", "[::1]:80", false);
    check(&made, &[("fd.type", "ipv6"), ("fd.sip", "::1"), ("fd.sport", "80"), ("fd.cport", "4242")]);
}

#[test]
fn negative_number_is_no_descriptor() {
    let fields = [("fd.num", "-"), ("fd.name", "-"), ("fd.type", "-")];
    check(&Sample::enter("openat").with(&[0xffff_ff9c, 0, 0, 0]), &fields);
    check(&Sample::enter("mmap").with(&[0, 0, 0, 0, u64::MAX, 0]), &fields);
    check(&Sample::exit("close", -9).with(&[0xffff_ffff]), &fields);
}

#[test]
fn path_has_a_directory_and_a_filename() {
    let directory = |name: &str| printed("fd.directory", &Sample::enter("read").on(FileKind::File, name));
    assert_eq!(directory("/etc/apt/x"), "/etc/apt");
    assert_eq!(directory("/x"), "/");
    assert_eq!(directory("x"), "-");
    check(
        &Sample::enter("getdents64").on(FileKind::Directory, "/etc"),
        &[("fd.directory", "/etc"), ("fd.filename", "-"), ("fd.type", "directory")],
    );
}

#[test]
fn call_without_a_name_has_its_number_as_type() {
    let mut sample = Sample::exit("read", 0);
    sample.call = Some(1023);
    check(&sample, &[("evt.type", "syscall_1023"), ("evt.category", "other"), ("evt.is_io", "false")]);
    let arguments = [("evt.arg[0]", "0x3"), ("evt.rawarg[2]", "80"), ("evt.arg.arg2", "0x50"), ("evt.arg[3]", "-")];
    check(&sample, &arguments);
    sample.call = None;
    check(&sample, &[("evt.type", "-"), ("evt.category", "-"), ("evt.is_io", "-"), ("evt.rawres", "0")]);
}

#[test]
fn address_of_32_bits_is_no_error() {
    let mut sample = Sample::exit("read", -4096);
    check(&sample, &[("evt.rawres", "-4096")]);
    sample.task.is_32bit = true;
    sample.call = Some(testing::number(Abi::Arm, "read"));
    check(&sample, &[("evt.rawres", "4294963200"), ("evt.failed", "false"), ("evt.args", "res=4294963200")]);
    sample.result = Some(-4095);
    check(&sample, &[("evt.rawres", "-4095"), ("evt.failed", "true")]);
}

#[test]
fn drop_has_the_fields_of_every_event() {
    let sample = Sample::enter("read");
    let event = Event { kind: EventKind::Dropped { events: 3 }, ..sample.event() };
    for (name, _) in all() {
        let Ok(field) = Field::parse(name) else { continue };
        let has = field.print(&mut Vec::new(), &event);
        let is_general = ["evt.num", "evt.cpu", "evt.count"].contains(&name) || name.contains("time");
        assert_eq!(has, is_general, "{name}");
    }
}

#[test]
fn text_that_controls_a_terminal_is_escaped() {
    let sample = Sample::enter("read").on(FileKind::File, "/a\x1b[2J\u{202e}\\ä");
    check(&sample, &[("fd.name", "/a\\x1b[2J\\xe2\\x80\\xae\\\\ä")]);
    assert_eq!(printed("proc.name", &Sample::enter("read").by("a\nb")), "a\\x0ab");
}
