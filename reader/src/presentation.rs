// SPDX-License-Identifier: GPL-2.0

//! How events are shown.

use std::fmt;
use syscall_record::args::TextLimits;
use syscall_record::fields::{Field, Needs, Payload, PayloadOptions};
use syscall_record::model::Event;
use syscall_record::options::{Options, Style};
use syscall_record::style::format::{BadFormat, Format};
use syscall_record::style::json::Json;
use syscall_record::style::strace::{Pids, StraceOptions, StracePrinter, TimeColumn};
use syscall_record::style::sysdig;
use syscall_record::style::time::{TimeForm, Times};

/// How events are shown.
pub enum Presentation {
    /// Not at all.
    Quiet,
    /// As plain lines, which need only the events' records.
    Record,
    /// As lines of fields.
    Format(Format),
    /// As JSON objects.
    Json(Json),
    /// As strace's lines.
    Strace(Box<StracePrinter<Vec<u8>>>),
}

/// The value of `-p` is not a format.
#[derive(Debug)]
pub struct WrongFormat(BadFormat);

impl fmt::Display for WrongFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "-p, {}", self.0)
    }
}

impl std::error::Error for WrongFormat {}

impl Presentation {
    /// How `options` ask events to be shown, and what that needs.
    ///
    /// # Errors
    ///
    /// What is wrong with the format.
    pub fn new(options: &Options) -> Result<(Self, Needs), WrongFormat> {
        let payload_options = PayloadOptions {
            payload: match (options.ascii, options.hex, options.hex_ascii) {
                (_, _, true) | (true, true, _) => Payload::HexText,
                (_, true, _) => Payload::Hex,
                (true, ..) => Payload::Text,
                _ => Payload::Dots,
            },
            // This limits what is shown of a recording, too.
            prints_all: options.verbose || options.snaplen.is_some(),
            limit: options.snaplen,
        };
        let form = options.times.and_then(TimeForm::new);
        let times = Times::new(form.unwrap_or_default());
        let parse = |text: &str| Format::parse(text, payload_options, times.clone()).map_err(WrongFormat);
        let mut needs = Needs::default();
        let presentation = match &options.style {
            Style::Record => Self::Record,
            Style::Sysdig => Self::Format(parse(sysdig::FORMAT)?),
            Style::Format(text) => Self::Format(parse(text)?),
            Style::Json => Self::Json(Json::new(payload_options)),
            Style::JsonFields(text) => Self::Json(Json::with_fields_of(&parse(text)?, payload_options)),
            Style::Strace => {
                needs = Needs { arguments: true, entries: true, ..needs };
                let time = match form {
                    None | Some(TimeForm::Latency) => TimeColumn::None,
                    Some(TimeForm::TimeOfDay) => TimeColumn::TimeMicros,
                    Some(TimeForm::Absolute) => TimeColumn::Epoch,
                    Some(TimeForm::Relative) => TimeColumn::SinceFirst,
                    Some(TimeForm::Delta) => TimeColumn::Relative,
                };
                let pids = if options.output.is_some() { Pids::Column } else { Pids::Brackets };
                let limit = options.snaplen.map_or(usize::MAX, |bytes| bytes as usize);
                let strace_options = StraceOptions {
                    arguments: TextLimits { limit, shows_all: options.verbose },
                    pids,
                    time,
                    has_latency: true,
                };
                Self::Strace(Box::new(StracePrinter::new(Vec::new(), strace_options)))
            }
        };
        for field in presentation.fields() {
            needs = needs | field.needs();
        }
        if options.summary || options.calls_table {
            needs.entries = true;
        }
        // Numbers and times that are only shown count the events that are recorded: not all need be.
        needs.order = false;
        Ok((if options.is_quiet() { Self::Quiet } else { presentation }, needs))
    }

    /// The fields that are shown.
    fn fields(&self) -> Vec<&Field> {
        match self {
            Self::Format(format) => format.fields().flatten().collect(),
            Self::Json(json) => json.fields().flatten().collect(),
            Self::Quiet | Self::Record | Self::Strace(_) => Vec::new(),
        }
    }

    /// What must be known of events to show them.
    pub fn needs(&self) -> Needs {
        match self {
            Self::Quiet | Self::Record => Needs::default(),
            Self::Strace(_) => Needs { calls: true, times: true, arguments: true, ..Needs::default() },
            Self::Format(_) | Self::Json(_) => {
                // Formats and objects may have the time of the line.
                let has_time_of_calls = matches!(self, Self::Format(format) if format.has_time_of_calls());
                let shown = Needs { times: true, calls: has_time_of_calls, ..Needs::default() };
                self.fields().into_iter().fold(shown, |needs, field| needs | field.needs())
            }
        }
    }

    /// Appends the text of an event, but not its plain line. Returns whether the event is shown.
    pub fn show(&mut self, text: &mut Vec<u8>, event: &Event<'_>) -> bool {
        match self {
            Self::Quiet | Self::Record => true,
            Self::Format(format) => format.print(text, event),
            Self::Json(json) => json.print(text, event),
            Self::Strace(printer) => {
                // The printer appends to `text`: its own buffer is empty.
                std::mem::swap(text, printer.out());
                // Writing to a vector does not fail.
                let _ = printer.print(event);
                std::mem::swap(text, printer.out());
                true
            }
        }
    }

    /// Appends the end of the last line, if it was begun.
    pub fn finish(&mut self, text: &mut Vec<u8>) {
        if let Self::Strace(printer) = self {
            let _ = printer.finish();
            text.append(printer.out());
        }
    }
}
