// SPDX-License-Identifier: GPL-2.0

//! Lines in a format that the user gives: sysdig's `-p`.

use super::time::Times;
use crate::fields::args::{put_args, put_buffer, NOT_AVAILABLE};
use crate::fields::{Field, FieldId, PayloadOptions, UnknownField};
use crate::model::{Event, EventKind};
use crate::text::{number, Append};
use std::fmt;

/// A format: text, and fields. A field is a `%`, a width (optional), and the name of the field.
///
/// ```text
/// %evt.num %10proc.name %evt.type
/// ```
///
/// An event that lacks one of the fields has no line, unless the format begins with a `*`. Then `<NA>` stands for a
/// field that the event lacks. `%evt.outputtime` is the time in the form that `-t` chooses. `%%` is a percent sign;
/// `\n`, `\t`, `\e` and `\\` have their meaning in C.
#[derive(Debug)]
pub struct Format {
    parts: Vec<FormatPart>,
    needs_all: bool,
    payload_options: PayloadOptions,
    times: Times,
    /// A buffer for values of fields.
    scratch: Vec<u8>,
}

#[derive(Debug)]
enum FormatPart {
    Text(Vec<u8>),
    /// A field and its width. `None` is the time of the line; width 0 is no width.
    Field(Option<Field>, usize),
}

/// Why a format is invalid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadFormat {
    /// The place of the error, in characters from 1.
    pub column: usize,
    /// The error.
    pub error: UnknownField,
}

impl fmt::Display for BadFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "column {}: {}", self.column, self.error)
    }
}

impl std::error::Error for BadFormat {}

/// The name of the time of a line. It is no field, because it may depend on the line before.
pub(super) const OUTPUT_TIME: &str = "evt.outputtime";
/// The largest width; a larger one is a mistake.
const MAX_WIDTH: usize = 1000;

impl Format {
    /// Parses a format.
    ///
    /// # Errors
    ///
    /// Returns [`BadFormat`] for the first error.
    #[cold]
    pub fn parse(text: &str, payload_options: PayloadOptions, times: Times) -> Result<Self, BadFormat> {
        let (needs_all, mut rest) = match text.strip_prefix('*') {
            Some(rest) => (false, rest),
            None => (true, text),
        };
        let mut parts = Vec::new();
        let mut plain = Vec::new();
        while let Some(character) = rest.chars().next() {
            let at = text.len() - rest.len();
            let bad_format = |at: usize, error: UnknownField| {
                let column = text.get(..at).map_or(0, |before| before.chars().count()) + 1;
                Err(BadFormat { column, error })
            };
            rest = rest.get(character.len_utf8()..).unwrap_or_default();
            let next = rest.chars().next();
            match (character, next) {
                ('\\', Some(letter @ ('n' | 't' | 'e' | '\\'))) => {
                    plain.push(match letter {
                        'n' => b'\n',
                        't' => b'\t',
                        'e' => 0x1b,
                        _ => b'\\',
                    });
                    rest = rest.get(1..).unwrap_or_default();
                }
                ('%', Some('%')) => {
                    plain.push(b'%');
                    rest = rest.get(1..).unwrap_or_default();
                }
                ('%', _) => {
                    let (width, name) = split_width(rest);
                    if width > MAX_WIDTH {
                        let message = format!("the width {width} is more than {MAX_WIDTH}");
                        return bad_format(at + 1, UnknownField { message, near: None });
                    }
                    let (field, length) = match find(name) {
                        Ok(found) => found,
                        Err(error) => return bad_format(at + 1 + rest.len() - name.len(), error),
                    };
                    if !plain.is_empty() {
                        parts.push(FormatPart::Text(std::mem::take(&mut plain)));
                    }
                    parts.push(FormatPart::Field(field, width));
                    rest = name.get(length..).unwrap_or_default();
                }
                _ => plain.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
            }
        }
        if !plain.is_empty() {
            parts.push(FormatPart::Text(plain));
        }
        Ok(Self { parts, needs_all, payload_options, times, scratch: Vec::new() })
    }

    /// Whether events that lack a field have no line.
    pub fn needs_all(&self) -> bool {
        self.needs_all
    }

    /// Whether the time of the line is one of calls.
    pub fn has_time_of_calls(&self) -> bool {
        self.times.needs_calls() && self.fields().any(|field| field.is_none())
    }

    /// Iterates over the fields; `None` stands for `evt.outputtime`.
    pub fn fields(&self) -> impl Iterator<Item = Option<&Field>> {
        self.parts.iter().filter_map(|part| match part {
            FormatPart::Field(field, _) => Some(field.as_ref()),
            FormatPart::Text(_) => None,
        })
    }

    /// Appends an event's line. Gives `false` if it has none.
    pub fn print(&mut self, out: &mut Vec<u8>, event: &Event<'_>) -> bool {
        let start = out.len();
        for part in &self.parts {
            match part {
                FormatPart::Text(text) => out.put(text),
                FormatPart::Field(field, width) => {
                    let at = out.len();
                    let is_there = match field {
                        Some(field) => put(out, field, event, self.payload_options, &mut self.scratch),
                        None => {
                            self.times.put(out, event);
                            true
                        }
                    };
                    if !is_there {
                        if self.needs_all {
                            out.truncate(start);
                            return false;
                        }
                        out.put(NOT_AVAILABLE);
                    }
                    if *width > 0 {
                        fit(out, at, *width);
                    }
                }
            }
        }
        out.push(b'\n');
        self.times.printed(event);
        true
    }
}

/// Appends a field of an event. Gives `false` if the event does not have it. Clears `scratch`, and uses it for text.
pub(super) fn put(
    out: &mut Vec<u8>,
    field: &Field,
    event: &Event<'_>,
    payload_options: PayloadOptions,
    scratch: &mut Vec<u8>,
) -> bool {
    match (field.id(), &event.kind) {
        (FieldId::Type, EventKind::Dropped { .. }) => out.put(b"drop"),
        (FieldId::Args, EventKind::Dropped { events }) => {
            out.put(b"events=");
            number::put_decimal(out, *events);
        }
        (FieldId::Args, EventKind::Call(call)) => put_args(out, call, payload_options, scratch),
        (FieldId::Buffer, EventKind::Call(call)) => return put_buffer(out, call, payload_options, scratch),
        _ => return field.print_with(out, event, scratch),
    }
    true
}

/// Cuts or pads the text after `at` to `width` characters.
fn fit(out: &mut Vec<u8>, at: usize, width: usize) {
    let Some(Ok(text)) = out.get(at..).map(std::str::from_utf8) else { return };
    match text.char_indices().nth(width) {
        Some((end, _)) => out.truncate(at + end),
        None => {
            let missing = width.saturating_sub(text.chars().count());
            out.resize(out.len() + missing, b' ');
        }
    }
}

/// Splits the number at the start of `text` from the rest; the number is 0 if there is none.
fn split_width(text: &str) -> (usize, &str) {
    let name = text.trim_start_matches(|character: char| character.is_ascii_digit());
    let digits = text.strip_suffix(name).unwrap_or_default();
    (if digits.is_empty() { 0 } else { digits.parse().unwrap_or(usize::MAX) }, name)
}

/// Finds the field whose name `text` begins with, and the length of the name.
#[cold]
fn find(text: &str) -> Result<(Option<Field>, usize), UnknownField> {
    let is_name = |character: char| character.is_ascii_alphanumeric() || matches!(character, '.' | '_');
    let mut length = text.find(|character| !is_name(character)).unwrap_or(text.len());
    if text.get(length..).is_some_and(|rest| rest.starts_with('[')) {
        length = text.find(']').map_or(text.len(), |end| end + 1);
    }
    // A full stop after a name ends a sentence.
    let mut name = text.get(..length).unwrap_or_default().trim_end_matches('.');
    let mut error = None;
    loop {
        if name == OUTPUT_TIME {
            return Ok((None, name.len()));
        }
        match Field::parse(name) {
            Ok(field) => return Ok((Some(field), name.len())),
            // Report the longest name that was tried.
            Err(unknown) => error = error.or(Some(unknown)),
        }
        match name.rfind('.') {
            Some(point) => name = name.get(..point).unwrap_or_default(),
            None => break,
        }
    }
    let message = "a field's name is missing behind the %".to_owned();
    Err(error.filter(|_| length > 0).unwrap_or(UnknownField { message, near: None }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fields::testing::Sample;
    use crate::model::FileKind;
    use crate::style::sysdig;
    use crate::style::time::TimeForm;
    use proptest::prelude::*;

    fn format(text: &str) -> Format {
        Format::parse(text, PayloadOptions::default(), Times::new(TimeForm::Relative)).expect("is a format")
    }

    fn line(text: &str, sample: &Sample) -> Option<String> {
        let mut out = b"before ".to_vec();
        let is_printed = format(text).print(&mut out, &sample.event());
        let line = String::from_utf8(out).expect("UTF-8");
        let line = line.strip_prefix("before ").expect("the text before is kept").to_owned();
        assert_eq!(is_printed, !line.is_empty());
        is_printed.then_some(line)
    }

    #[test]
    fn format_mixes_text_and_fields() {
        let enter = Sample::enter("read").on(FileKind::File, "/etc/passwd");
        let of = |text: &str| line(text, &enter).expect("has all fields");
        assert_eq!(of("%evt.num: %proc.name"), "7: cat\n");
        assert_eq!(of("%evt.num.%evt.type..."), "7.read...\n");
        assert_eq!(of("[%6evt.num|%2proc.name|%evt.cpu]"), "[7     |ca|1]\n");
        assert_eq!(of("%evt.arg[0] %evt.arg.fd %evt.rawarg.count%%"), "3 3 80%\n");
        assert_eq!(of(r"a\tb\\c\n\x\e[0m%evt.outputtime"), "a\tb\\c\n\\x\x1b[0m2.000000005\n");
        assert_eq!(of("plain \u{e4}"), "plain \u{e4}\n");
        assert_eq!(of("%evt.args"), "fd=3(<f>/etc/passwd) size=80\n");
        assert_eq!(of(sysdig::FORMAT), "7 2.000000005 1 cat (1001) > read fd=3(<f>/etc/passwd) size=80\n");
        assert_eq!(of(""), "\n");
    }

    /// A width counts characters as they are printed, escapes included.
    #[test]
    fn width_cuts_or_pads_a_field() {
        let sample = Sample::enter("read").by("\u{e4}\u{f6}\u{fc}\n");
        assert_eq!(line("%2proc.name|", &sample), Some("\u{e4}\u{f6}|\n".into()));
        assert_eq!(line("%9proc.name|", &sample), Some("\u{e4}\u{f6}\u{fc}\\x0a  |\n".into()));
        assert_eq!(line("*%6fd.name|", &sample), Some("<NA>  |\n".into()));
    }

    #[test]
    fn event_that_lacks_a_field_has_no_line_or_na() {
        let enter = Sample::enter("read");
        assert_eq!(line("%evt.num %fd.name", &enter), None);
        assert_eq!(line("*%evt.num %fd.name %evt.rawres", &enter), Some("7 <NA> <NA>\n".into()));
    }

    #[test]
    fn drop_has_a_line_if_the_format_allows_missing_fields() {
        let sample = Sample::enter("read");
        let event = Event { kind: EventKind::Dropped { events: 12 }, ..sample.event() };
        let mut out = Vec::new();
        assert!(format(sysdig::FORMAT).print(&mut out, &event));
        assert_eq!(String::from_utf8(out).as_deref(), Ok("7 2.000000005 1 <NA> (<NA>) <NA> drop events=12\n"));
        let mut out = Vec::new();
        assert!(!format("%proc.name").print(&mut out, &event));
    }

    /// The time counts from the last line, not from the last event.
    #[test]
    fn delta_time_counts_from_the_last_line() {
        let mut format =
            Format::parse("%evt.outputtime %evt.rawres", PayloadOptions::default(), Times::new(TimeForm::Delta))
                .expect("is a format");
        let mut sample = Sample::exit("read", 1);
        let mut out = Vec::new();
        assert!(format.print(&mut out, &sample.event()));
        sample.time += 10;
        sample.result = None;
        assert!(!format.print(&mut out, &sample.event()));
        sample.time += 10;
        sample.result = Some(2);
        assert!(format.print(&mut out, &sample.event()));
        assert_eq!(String::from_utf8(out).as_deref(), Ok("0.000000000 1\n0.000000020 2\n"));
    }

    #[test]
    fn bad_format_names_column_and_error() {
        let error = |text: &str| {
            Format::parse(text, PayloadOptions::default(), Times::default()).expect_err("is no format").to_string()
        };
        assert_eq!(error("\u{e4} %evt.typ"), "column 4: no field `evt.typ`; did you mean `evt.type`?");
        assert_eq!(error("*%10evt.typ. x"), "column 5: no field `evt.typ`; did you mean `evt.type`?");
        assert_eq!(error("100 %"), "column 6: a field's name is missing behind the %");
        assert_eq!(error("%12 x"), "column 4: a field's name is missing behind the %");
        assert_eq!(
            error("%99999999999999999999evt.num"),
            format!("column 2: the width {} is more than 1000", usize::MAX)
        );
        assert!(error("%evt.arg").contains("evt.arg.flags"), "{}", error("%evt.arg"));
        assert!(error("%evt.arg[0").starts_with("column 2: "), "{}", error("%evt.arg[0"));
    }

    proptest! {
        #[test]
        fn any_text_does_not_panic_and_plain_text_stays_as_it_is(text in ".{0,30}", mixed in "[*%a-z.0-9\\[\\] \\\\]{0,30}") {
            let sample = Sample::enter("read");
            for text in [&text, &mixed] {
                if let Ok(mut format) = Format::parse(text, PayloadOptions::default(), Times::default()) {
                    let mut out = Vec::new();
                    format.print(&mut out, &sample.event());
                    if !text.contains(['%', '\\', '*']) {
                        prop_assert_eq!(out, format!("{text}\n").into_bytes());
                    }
                }
            }
        }
    }
}
