// SPDX-License-Identifier: GPL-2.0

//! Events as JSON, one object a line. The keys are names of fields: sysdig's `-j`.

use super::format::{self, Format, OUTPUT_TIME};
use crate::fields::{Field, FieldId, Payload, PayloadOptions, Value};
use crate::model::Event;
use crate::text::json::put_string;
use crate::text::{number, Append};
use std::io::Write as _;

/// The fields of an object if the user names none: sysdig's in its order, and more that are useful to programs.
const FIELDS: &str =
    "evt.num evt.outputtime evt.cpu proc.name proc.pid thread.tid evt.dir evt.type evt.info evt.rawres \
    evt.latency evt.absent fd.num fd.name";

/// Prints events as JSON objects.
///
/// Numbers are JSON numbers, times are in nanoseconds. Bytes that are not UTF-8 become U+FFFD.
#[derive(Debug)]
pub struct Json {
    /// Fields, each with its key between quotes and a colon; `None` is the time of the line.
    fields: Vec<(Vec<u8>, Option<Field>)>,
    /// What is printed for an event that lacks a field.
    missing: Missing,
    payload_options: PayloadOptions,
    text: Vec<u8>,
    /// A buffer for values of fields.
    scratch: Vec<u8>,
}

#[derive(Debug)]
enum Missing {
    /// The object without the field's key.
    Omit,
    /// The object with `null` for the field.
    Null,
    /// No object.
    Skip,
}

impl Json {
    /// Makes objects with the default fields, as far as an event has them.
    pub fn new(payload_options: PayloadOptions) -> Self {
        let field = |name: &str| (quote_key(name), Field::parse(name).ok());
        Self {
            fields: FIELDS.split_ascii_whitespace().map(field).collect(),
            missing: Missing::Omit,
            payload_options,
            text: Vec::new(),
            scratch: Vec::new(),
        }
    }

    /// Makes objects with the fields that a format names, in their order.
    pub fn with_fields_of(format: &Format, payload_options: PayloadOptions) -> Self {
        let mut fields: Vec<(Vec<u8>, Option<Field>)> = Vec::new();
        for field in format.fields() {
            let key = quote_key(&field.map_or_else(|| OUTPUT_TIME.to_owned(), Field::to_string));
            // An object must not have a key twice.
            if fields.iter().all(|(other, _)| *other != key) {
                fields.push((key, field.cloned()));
            }
        }
        let missing = if format.needs_all() { Missing::Skip } else { Missing::Null };
        Self { fields, missing, payload_options, text: Vec::new(), scratch: Vec::new() }
    }

    /// Iterates over the fields of the objects; `None` stands for `evt.outputtime`.
    pub fn fields(&self) -> impl Iterator<Item = Option<&Field>> {
        self.fields.iter().map(|(_, field)| field.as_ref())
    }

    /// Appends an event's line. Gives `false` if it has none.
    pub fn print(&mut self, out: &mut Vec<u8>, event: &Event<'_>) -> bool {
        let Self { fields, missing, payload_options, text, scratch } = self;
        let start = out.len();
        out.put_byte(b'{');
        for (key, field) in fields {
            let at = out.len();
            if at > start + 1 {
                out.put_byte(b',');
            }
            out.put(key);
            if !put_value(out, field.as_ref(), event, *payload_options, text, scratch) {
                match missing {
                    Missing::Omit => out.truncate(at),
                    Missing::Null => out.put(b"null"),
                    Missing::Skip => {
                        out.truncate(start);
                        return false;
                    }
                }
            }
        }
        out.put(b"}\n");
        true
    }
}

/// A key as objects have it: between quotes, and with a colon.
fn quote_key(name: &str) -> Vec<u8> {
    let mut key = Vec::new();
    put_string(&mut key, name.as_bytes());
    key.push(b':');
    key
}

/// Appends a field's value. Gives `false` if the event does not have the field.
fn put_value(
    out: &mut Vec<u8>,
    field: Option<&Field>,
    event: &Event<'_>,
    payload_options: PayloadOptions,
    text: &mut Vec<u8>,
    scratch: &mut Vec<u8>,
) -> bool {
    use FieldId::{Args, Buffer, DateTime, DateTimeS, Time, TimeIso, TimeS, Type};
    let Some(field) = field else {
        number::put_decimal(out, event.time);
        return true;
    };
    match field.id() {
        Time | TimeS | TimeIso | DateTime | DateTimeS => number::put_decimal(out, event.time),
        // The bytes as they were recorded: dots are for people.
        Buffer if payload_options.payload == Payload::Dots => {
            let Some(Value::Text(bytes)) = field.value(event, text) else { return false };
            put_string(out, payload_options.cut(bytes));
        }
        Args | Buffer | Type => {
            text.clear();
            if !format::put(text, field, event, payload_options, scratch) {
                return false;
            }
            put_string(out, text);
        }
        _ => match field.value(event, text) {
            None => return false,
            Some(Value::Int(number)) => number::put_signed(out, number),
            Some(Value::Uint(number)) => number::put_decimal(out, number),
            Some(Value::Bool(is_true)) => out.put(if is_true { b"true" } else { b"false" }),
            Some(Value::Address(address)) => {
                // Writing to a vector does not fail.
                let _ = write!(out, "\"{address}\"");
            }
            Some(Value::Text(text)) => put_string(out, text),
        },
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fields::testing::Sample;
    use crate::model::{EventKind, FileKind};
    use crate::style::time::Times;
    use proptest::prelude::*;

    fn line(json: &mut Json, sample: &Sample) -> String {
        let mut out = Vec::new();
        let is_printed = json.print(&mut out, &sample.event());
        assert_eq!(is_printed, !out.is_empty());
        String::from_utf8(out).expect("UTF-8")
    }

    fn of(format: &str) -> Json {
        let payload_options = PayloadOptions::default();
        Json::with_fields_of(
            &Format::parse(format, payload_options, Times::default()).expect("is a format"),
            payload_options,
        )
    }

    #[test]
    fn object_has_the_default_fields() {
        let mut json = Json::new(PayloadOptions::default());
        let enter = Sample::enter("read").on(FileKind::File, "/a\"b");
        let expected = r#"{"evt.num":7,"evt.outputtime":1700000000123456789,"evt.cpu":1,"proc.name":"cat","proc.pid":1000,"thread.tid":1001,"evt.dir":">","evt.type":"read","evt.info":"fd=3(<f>/a\"b) size=80","fd.num":3,"fd.name":"/a\"b"}"#;
        assert_eq!(line(&mut json, &enter), format!("{expected}\n"));
        let exit = Sample::exit("read", -9).by("a\\b\n");
        let expected = r#"{"evt.num":7,"evt.outputtime":1700000000123456789,"evt.cpu":1,"proc.name":"a\\b\n","proc.pid":1000,"thread.tid":1001,"evt.dir":"<","evt.type":"read","evt.info":"res=-9(EBADF)","evt.rawres":-9,"evt.latency":12345,"fd.num":3}"#;
        assert_eq!(line(&mut json, &exit), format!("{expected}\n"));
        let event = Event { kind: EventKind::Dropped { events: 12 }, ..enter.event() };
        let mut out = Vec::new();
        assert!(json.print(&mut out, &event));
        let expected = r#"{"evt.num":7,"evt.outputtime":1700000000123456789,"evt.cpu":1,"evt.type":"drop","evt.info":"events=12"}"#;
        assert_eq!(String::from_utf8(out), Ok(format!("{expected}\n")));
    }

    #[test]
    fn object_has_the_fields_of_a_format() {
        let exit = Sample::exit("read", 5).between("10.0.0.1:80", "10.0.0.2:4000", true).giving(1, b"a\n\xff");
        let mut json =
            of("at %evt.time: %10proc.name %evt.failed %evt.num, %evt.num %fd.cip %evt.buffer %evt.arg.fd %evt.arg[0]");
        let expected = r#"{"evt.time":1700000000123456789,"proc.name":"cat","evt.failed":false,"evt.num":7,"fd.cip":"10.0.0.2","evt.buffer":"a\n�","evt.arg.fd":"3","evt.arg[0]":"3"}"#;
        assert_eq!(line(&mut json, &exit), format!("{expected}\n"));
        assert_eq!(line(&mut of("%evt.num %evt.rawres"), &Sample::enter("read")), "");
        assert_eq!(
            line(&mut of("*%evt.num %evt.rawres"), &Sample::enter("read")),
            "{\"evt.num\":7,\"evt.rawres\":null}\n"
        );
        assert_eq!(line(&mut of("*no field"), &exit), "{}\n");
        let mut json = of("%evt.buffer");
        let long = Sample::exit("read", 81).giving(1, &[b'a'; 81]);
        assert_eq!(line(&mut json, &long), format!("{{\"evt.buffer\":\"{}\"}}\n", "a".repeat(81)));
        json.payload_options.limit = Some(2);
        assert_eq!(line(&mut json, &exit), "{\"evt.buffer\":\"a\\n\"}\n");
        json.payload_options.limit = None;
        json.payload_options.payload = Payload::Hex;
        assert_eq!(line(&mut json, &exit), "{\"evt.buffer\":\"\\n\\t0x0000: 610a ff\\n\"}\n");
    }

    /// Parses a JSON string.
    fn read(json: &str) -> String {
        let inside = json.strip_prefix('"').and_then(|json| json.strip_suffix('"')).expect("stands between quotes");
        let (mut text, mut rest) = (String::new(), inside.chars());
        while let Some(character) = rest.next() {
            assert!(character >= ' ' && character != '"', "{json:?}");
            text.push(match character {
                '\\' => match rest.next() {
                    Some('u') => {
                        let digits: String = rest.by_ref().take(4).collect();
                        char::from_u32(u32::from_str_radix(&digits, 16).expect("is a number")).expect("is a character")
                    }
                    Some('n') => '\n',
                    Some('t') => '\t',
                    Some(other @ ('"' | '\\')) => other,
                    other => panic!("{other:?} in {json:?}"),
                },
                character => character,
            });
        }
        text
    }

    proptest! {
        #[test]
        fn any_string_is_read_back_unchanged(text in any::<String>(), bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            for bytes in [text.as_bytes(), &bytes] {
                let mut out = Vec::new();
                put_string(&mut out, bytes);
                let json = String::from_utf8(out).expect("UTF-8");
                prop_assert_eq!(read(&json), String::from_utf8_lossy(bytes));
            }
        }
    }
}
