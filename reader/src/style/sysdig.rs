// SPDX-License-Identifier: GPL-2.0

//! The arguments of calls as sysdig shows them:
//!
//! ```text
//! openat > dfd=-100(AT_FDCWD) filename=/etc/passwd flags=524288(O_RDONLY|O_CLOEXEC) mode=0
//! openat < fd=3(<f>/etc/passwd) dfd=-100(AT_FDCWD) filename=/etc/passwd flags=524288(O_RDONLY|O_CLOEXEC) mode=0
//! read > fd=3(<f>/etc/passwd) size=4096
//! read < res=1024 data=root:x:0:0:root:/root:/bin/bash.daemon:x:1:1:...
//! ```

use super::payload::Look;
use crate::calls::{Direction, Parameter};
use crate::fields::arg::{self, Shape};
use crate::fields::{self, errno, escape, kind_letter, Value};
use crate::model::{returns_file, Call, Edge, File};
use std::io::Write as _;

/// sysdig's format for lines.
pub const FORMAT: &str = "*%evt.num %evt.outputtime %evt.cpu %proc.name (%thread.tid) %evt.dir %evt.type %evt.info";

/// Appends arguments: of an entry what the call is given; of a return the result and what it gives back, and also
/// what it was given, if that names a file or its entry was not recorded. Payload comes with the return.
pub fn args(out: &mut Vec<u8>, call: &Call<'_>, look: Look) {
    let start = out.len();
    let is_exit = call.edge == Edge::Exit;
    let is_path = |parameter: Parameter| arg::shape(&parameter) == Shape::Text && parameter.direction == Direction::In;
    let is_whole = !is_exit || call.latency.is_none() || call.parameters().any(is_path);
    if let Some(result) = fields::result(call) {
        put_result(out, call, result);
    }
    let size = call.parameters().find(is_payload).and_then(|parameter| parameter.length);
    let mut scratch = Vec::new();
    for parameter in call.parameters() {
        let is_payload = is_payload(&parameter);
        let is_given_back = call.outputs.iter().any(|memory| memory.register == parameter.register);
        let is_shown = match parameter.direction {
            _ if is_payload => is_exit && call.memory(parameter.register).is_some(),
            Direction::Out => is_given_back,
            Direction::InOut => is_given_back || is_whole,
            Direction::Value | Direction::In => is_whole,
        };
        if !is_shown {
            continue;
        }
        let at = out.len();
        if at > start {
            out.push(b' ');
        }
        let name = match parameter.name {
            _ if is_payload => "data",
            name if Some(name) == size => "size",
            name => name,
        };
        out.extend_from_slice(name.as_bytes());
        out.push(b'=');
        if !put(out, call, &parameter, look, &mut scratch) {
            out.truncate(at);
        }
    }
}

/// Appends what a call reads or writes; says whether there is anything.
pub fn buffer(out: &mut Vec<u8>, call: &Call<'_>, look: Look) -> bool {
    let mut scratch = Vec::new();
    let bytes = arg::buffer(call, &mut scratch);
    look.put(out, bytes.unwrap_or_default());
    bytes.is_some()
}

fn is_payload(parameter: &Parameter) -> bool {
    !matches!(arg::shape(parameter), Shape::Text | Shape::Other)
}

/// Appends `res=` and the result, of calls that make a descriptor `fd=` and that.
fn put_result(out: &mut Vec<u8>, call: &Call<'_>, result: i64) {
    if result >= 0 && call.known.is_some_and(returns_file) {
        let _ = write!(out, "fd={result}");
        return put_file(out, call, Some(result));
    }
    out.extend_from_slice(b"res=");
    fields::put_result(out, call, result);
    if let Some(name) = call.errno().and_then(errno::name) {
        // Writing to a vector does not fail.
        let _ = write!(out, "({name})");
    }
}

/// Appends what a descriptor refers to, if it is that of the call.
fn put_file(out: &mut Vec<u8>, call: &Call<'_>, number: Option<i64>) {
    let is_meant = |file: &&File| Some(i64::from(file.number)) == number;
    if let Some(file) = call.file.filter(is_meant) {
        let _ = write!(out, "(<{}>", kind_letter(file.kind));
        escape(out, &file.name);
        out.push(b')');
    }
}

/// Appends an argument; says whether it is known.
fn put(out: &mut Vec<u8>, call: &Call<'_>, parameter: &Parameter, look: Look, scratch: &mut Vec<u8>) -> bool {
    let Some(text) = arg::text(call, parameter, scratch) else { return false };
    match arg::shape(parameter) {
        Shape::Text => escape(out, text),
        Shape::Bytes | Shape::Pieces | Shape::Message | Shape::Messages => look.put(out, text),
        Shape::Other => {
            // A word comes with its number.
            let is_word = text.first().is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'_');
            let number = match arg::number(call, parameter) {
                _ if parameter.direction != Direction::Value => None,
                Some(Value::Int(number)) => Some(number),
                Some(Value::Uint(number)) => Some(number as i64),
                _ => None,
            };
            match number.filter(|_| is_word) {
                Some(number) => {
                    let _ = write!(out, "{number}(");
                    out.extend_from_slice(text);
                    out.push(b')');
                }
                None => out.extend_from_slice(text),
            }
            if arg::is_descriptor(parameter) {
                put_file(out, call, number);
            }
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fields::testing::Sample;
    use crate::model::{FileKind, What};
    use crate::style::payload::Payload;

    fn shown(sample: &Sample, payload: Payload) -> String {
        let mut out = Vec::new();
        let event = sample.event();
        let What::Call(call) = &event.what else { panic!("is a call") };
        args(&mut out, call, Look { payload, ..Look::default() });
        String::from_utf8(out).expect("text")
    }

    fn line(sample: &Sample) -> String {
        shown(sample, Payload::Dots)
    }

    #[test]
    fn a_file_is_read() {
        let enter = Sample::enter("read").on(FileKind::File, "/etc/passwd");
        assert_eq!(line(&enter), "fd=3(<f>/etc/passwd) size=80");
        let exit = Sample::exit("read", 5).on(FileKind::File, "/etc/passwd").giving(1, b"a\0b\n\xff");
        assert_eq!(line(&exit), "res=5 data=a.b..");
        assert_eq!(shown(&exit, Payload::Hex), "res=5 data=\n\t0x0000: 6100 620a ff\n");
        assert_eq!(line(&Sample::exit("read", -9)), "res=-9(EBADF)");
    }

    /// What is written is shown when it is known how much of it was.
    #[test]
    fn a_file_is_written() {
        let enter = Sample::enter("write").with(&[1, 0x7000, 3]).reading(1, b"abc");
        assert_eq!(line(&enter), "fd=1 size=3");
        let exit = Sample::exit("write", 3).with(&[1, 0x7000, 3]).reading(1, b"abc");
        assert_eq!(line(&exit), "res=3 data=abc");
    }

    #[test]
    fn a_file_is_opened() {
        let mut exit = Sample::exit("openat", 3).on(FileKind::File, "/a\n").with(&[9, 1, 0, 0]).reading(1, b"a\n");
        let text = line(&exit);
        assert!(text.starts_with("fd=3(<f>/a\\x0a) dfd=9 filename=a\\x0a flags="), "{text}");
        exit.result = Some(-2);
        assert!(line(&exit).starts_with("res=-2(ENOENT) dfd=9 "), "{}", line(&exit));
    }

    #[test]
    fn a_call_without_a_name() {
        let unnamed = |sample: Sample| Sample { call: Some(600), ..sample }.with(&[1, 0, u64::MAX]);
        let arguments = "arg0=0x1 arg1=0 arg2=0xffffffffffffffff";
        assert_eq!(line(&unnamed(Sample::enter("read"))), arguments);
        let mut exit = unnamed(Sample::exit("read", -38));
        assert_eq!(line(&exit), "res=-38(ENOSYS)");
        exit.latency = None;
        assert_eq!(line(&exit), format!("res=-38(ENOSYS) {arguments}"));
    }

    #[test]
    fn addresses_are_hexadecimal() {
        assert_eq!(line(&Sample::exit("brk", 0x2a99_0000)), "res=0x2a990000");
        assert_eq!(line(&Sample::exit("mmap", -12)), "res=-12(ENOMEM)");
        assert_eq!(line(&Sample::exit("mmap", -4095)), "res=-4095");
        assert_eq!(line(&Sample::exit("fcntl", 0x8002).with(&[3, 3, 0])), "res=0x8002");
    }

    #[test]
    fn what_is_not_known_is_left_out() {
        assert_eq!(line(&Sample { registers: Vec::new(), ..Sample::enter("read") }), "");
        assert_eq!(line(&Sample { call: Some(9999), registers: Vec::new(), ..Sample::enter("read") }), "");
        assert_eq!(line(&Sample { call: None, ..Sample::exit("read", -4096) }), "res=-4096");
    }
}
