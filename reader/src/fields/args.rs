// SPDX-License-Identifier: GPL-2.0

//! All arguments of a call, in sysdig's form: the field `evt.args`.
//!
//! ```text
//! openat > dfd=-100(AT_FDCWD) filename=/etc/passwd flags=524288(O_RDONLY|O_CLOEXEC) mode=0
//! openat < fd=3(<f>/etc/passwd) dfd=-100(AT_FDCWD) filename=/etc/passwd flags=524288(O_RDONLY|O_CLOEXEC) mode=0
//! read > fd=3(<f>/etc/passwd) size=4096
//! read < res=1024 data=root:x:0:0:root:/root:/bin/bash.daemon:x:1:1:...
//! ```

use super::argument::{self, Shape};
use super::choices::kind_letter;
use super::payload::PayloadOptions;
use super::value::{put_result, result, Value};
use crate::args::{self, is_given, Context, TextLimits};
use crate::calls::{Direction, Parameter};
use crate::constants::errno;
use crate::model::{CallEvent, Edge};
use crate::text::escape::put_escaped;
use crate::text::{number, Append};

/// Stands for what is not known: sysdig prints it for memory that was not resident.
pub(crate) const NOT_AVAILABLE: &[u8] = b"<NA>";

/// Appends the arguments. An entry has the arguments that the program gives. A return has the result, and the arguments
/// that the kernel gives back. If the program gives a path, or if the entry was not recorded, the return has the
/// program's arguments, too. Payload is printed at the return.
pub(crate) fn put_args(
    out: &mut Vec<u8>,
    call: &CallEvent<'_>,
    payload_options: PayloadOptions,
    scratch: &mut Vec<u8>,
) {
    let start = out.len();
    let context = &Context::new(call, TextLimits::default());
    let parameters = call.parameter_list();
    let is_exit = call.edge == Edge::Exit;
    let has_inputs = !is_exit || call.latency.is_none() || parameters.iter().any(is_path);
    if let Some(result) = result(call) {
        put_named_result(out, context, result);
    }
    let size = parameters.iter().find(|parameter| is_payload(parameter)).and_then(|parameter| parameter.length);
    for parameter in parameters {
        let is_payload = is_payload(parameter);
        let is_given_back = call.outputs.iter().any(|memory| memory.register == parameter.register);
        let is_shown = match parameter.direction {
            _ if is_payload => is_exit && call.memory(parameter.register).is_some(),
            Direction::Out => is_given_back,
            Direction::InOut => is_given_back || has_inputs,
            Direction::Value | Direction::In => has_inputs,
        };
        if !is_shown {
            continue;
        }
        let at = out.len();
        if at > start {
            out.put_byte(b' ');
        }
        let name = match parameter.name {
            _ if is_payload => "data",
            name if size.is_some_and(|size| size == name) => "size",
            name => name,
        };
        out.put(name.as_bytes());
        out.put_byte(b'=');
        if !is_given(context, parameter) {
            // As sysdig has it.
            out.put_byte(b'0');
            continue;
        }
        if !put_value(out, context, parameter, payload_options, scratch) {
            match argument::is_absent(call.memory(parameter.register)) {
                true => out.put(NOT_AVAILABLE),
                false => out.truncate(at),
            }
        }
    }
}

/// Appends the bytes that a call reads or writes. Gives `false` if none are known.
pub(crate) fn put_buffer(
    out: &mut Vec<u8>,
    call: &CallEvent<'_>,
    payload_options: PayloadOptions,
    scratch: &mut Vec<u8>,
) -> bool {
    let bytes = argument::buffer(call, scratch);
    payload_options.put(out, bytes.unwrap_or_default());
    bytes.is_some()
}

fn is_path(parameter: &Parameter) -> bool {
    parameter.direction == Direction::In && argument::shape(parameter) == Shape::Text
}

fn is_payload(parameter: &Parameter) -> bool {
    !matches!(argument::shape(parameter), Shape::Text | Shape::Other)
}

/// Appends `res=` and the result, or `fd=` and a new descriptor.
fn put_named_result(out: &mut Vec<u8>, context: &Context<'_>, result: i64) {
    let call = context.call;
    if call.returns_descriptor() {
        out.put(b"fd=");
        number::put_signed(out, result);
        return put_file(out, call, Some(result));
    }
    out.put(b"res=");
    put_result(out, args::is_hex_result(context), result);
    if let Some(name) = call.errno().and_then(errno::name) {
        out.put_byte(b'(');
        out.put(name.as_bytes());
        out.put_byte(b')');
    }
}

/// Appends what a descriptor refers to, if that is known.
fn put_file(out: &mut Vec<u8>, call: &CallEvent<'_>, number: Option<i64>) {
    let Some(number) = number.and_then(|number| i32::try_from(number).ok()) else { return };
    let of_call = call.file.filter(|file| file.number == number).cloned();
    let file = of_call.or_else(|| call.threads.0.filter(|_| number >= 0)?.file(number));
    if let Some(file) = file {
        out.put(b"(<");
        out.put(kind_letter(file.kind).as_bytes());
        out.put_byte(b'>');
        put_escaped(out, &file.name);
        out.put_byte(b')');
    }
}

/// Appends an argument. Gives `false` if it is not known.
fn put_value(
    out: &mut Vec<u8>,
    context: &Context<'_>,
    parameter: &Parameter,
    payload_options: PayloadOptions,
    scratch: &mut Vec<u8>,
) -> bool {
    let call = context.call;
    let Some(text) = argument::text(call, context, parameter, scratch) else { return false };
    match argument::shape(parameter) {
        Shape::Text => put_escaped(out, text),
        Shape::Bytes | Shape::Iovec | Shape::Message | Shape::Messages => payload_options.put(out, text),
        Shape::Other => {
            // A constant stands in parentheses after its number.
            let is_constant = text.first().is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'_');
            let number = match argument::number(call, parameter) {
                _ if parameter.direction != Direction::Value => None,
                Some(Value::Int(number)) => Some(number),
                Some(Value::Uint(number)) => Some(number as i64),
                _ => None,
            };
            match number.filter(|_| is_constant) {
                Some(number) => {
                    number::put_signed(out, number);
                    out.put_byte(b'(');
                    out.put(text);
                    out.put_byte(b')');
                }
                None => out.put(text),
            }
            if argument::is_descriptor(parameter) {
                put_file(out, call, number);
            }
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fields::payload::Payload;
    use crate::fields::testing::Sample;
    use crate::model::{EventKind, FileKind};

    fn line_with(sample: &Sample, payload: Payload) -> String {
        let mut out = Vec::new();
        let event = sample.event();
        let EventKind::Call(call) = &event.kind else { panic!("a sample is a call") };
        put_args(&mut out, call, PayloadOptions { payload, ..PayloadOptions::default() }, &mut Vec::new());
        String::from_utf8(out).expect("UTF-8")
    }

    fn line(sample: &Sample) -> String {
        line_with(sample, Payload::Dots)
    }

    #[test]
    fn read_has_its_descriptor_at_the_entry_and_its_data_at_the_return() {
        let enter = Sample::enter("read").on(FileKind::File, "/etc/passwd");
        assert_eq!(line(&enter), "fd=3(<f>/etc/passwd) size=80");
        let exit = Sample::exit("read", 5).on(FileKind::File, "/etc/passwd").giving(1, b"a\0b\n\xff");
        assert_eq!(line(&exit), "res=5 data=a.b..");
        assert_eq!(line_with(&exit, Payload::Hex), "res=5 data=\n\t0x0000: 6100 620a ff\n");
        assert_eq!(line(&Sample::exit("read", -9)), "res=-9(EBADF)");
    }

    /// The return tells how much of the data was written.
    #[test]
    fn write_has_its_data_at_the_return() {
        let enter = Sample::enter("write").with(&[1, 0x7000, 3]).reading(1, b"abc");
        assert_eq!(line(&enter), "fd=1 size=3");
        let exit = Sample::exit("write", 3).with(&[1, 0x7000, 3]).reading(1, b"abc");
        assert_eq!(line(&exit), "res=3 data=abc");
    }

    #[test]
    fn open_has_its_path_and_its_new_descriptor_at_the_return() {
        let mut exit = Sample::exit("openat", 3).on(FileKind::File, "/a\n").with(&[9, 1, 0, 0]).reading(1, b"a\n");
        let text = line(&exit);
        assert!(text.starts_with("fd=3(<f>/a\\x0a) dfd=9 filename=a\\x0a flags="), "{text}");
        exit.result = Some(-2);
        assert!(line(&exit).starts_with("res=-2(ENOENT) dfd=9 "), "{}", line(&exit));
    }

    #[test]
    fn call_without_a_name_has_its_registers() {
        let unnamed = |sample: Sample| Sample { call: Some(600), ..sample }.with(&[1, 0, u64::MAX]);
        let arguments = "arg0=0x1 arg1=0 arg2=0xffffffffffffffff";
        assert_eq!(line(&unnamed(Sample::enter("read"))), arguments);
        let mut exit = unnamed(Sample::exit("read", -38));
        assert_eq!(line(&exit), "res=-38(ENOSYS)");
        exit.latency = None;
        assert_eq!(line(&exit), format!("res=-38(ENOSYS) {arguments}"));
    }

    #[test]
    fn result_that_is_an_address_or_bits_is_hexadecimal() {
        assert_eq!(line(&Sample::exit("brk", 0x2a99_0000)), "res=0x2a990000");
        assert_eq!(line(&Sample::exit("mmap", -12)), "res=-12(ENOMEM)");
        assert_eq!(line(&Sample::exit("mmap", -4095)), "res=-4095");
        assert_eq!(line(&Sample::exit("fcntl", 0x8002).with(&[3, 3, 0])), "res=0x8002");
    }

    #[test]
    fn unknown_arguments_are_left_out() {
        assert_eq!(line(&Sample { registers: Vec::new(), ..Sample::enter("read") }), "");
        assert_eq!(line(&Sample { call: Some(9999), registers: Vec::new(), ..Sample::enter("read") }), "");
        assert_eq!(line(&Sample { call: None, ..Sample::exit("read", -4096) }), "res=-4096");
    }
}
