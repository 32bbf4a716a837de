// SPDX-License-Identifier: GPL-2.0

//! A row of the table of calls as plain data. Parsing its text for each event would take most of the reader's time.

use super::parameter::{ElementCount, Parameter};
use crate::text::NameHash;
use syscall_record_format::calls::prototype::{name_length, PrototypeParser, Span};
use syscall_record_format::calls::Abi;

/// A row of the table, for one ABI.
#[derive(Debug)]
pub(super) struct ParsedRow {
    /// The call's name.
    pub(super) name: &'static str,
    /// The hash of the call's name.
    pub(super) name_hash: NameHash,
    /// `None` if the kernel does not implement the call any more.
    pub(super) parameters: Option<Box<[Parameter]>>,
}

impl ParsedRow {
    /// A row that is not in the table.
    pub(super) const UNKNOWN: Self = Self { name: "", name_hash: NameHash::new(""), parameters: None };

    /// Parses a row's prototype.
    #[cold]
    pub(super) fn new(text: &'static str, abi: Abi) -> Self {
        let name = text.get(..name_length(text.as_bytes())).unwrap_or(text);
        Self { name, name_hash: NameHash::new(name), parameters: parse_parameters(text, abi) }
    }
}

fn parse_parameters(text: &'static str, abi: Abi) -> Option<Box<[Parameter]>> {
    let mut parser = PrototypeParser::new(text.as_bytes(), abi)?;
    let part = |span: Span| text.get(span.range()).unwrap_or_default();
    let mut parameters = Vec::new();
    while let Some(parsed) = parser.next() {
        let kind = part(parsed.word);
        parameters.push(Parameter {
            name: part(parsed.name),
            kind,
            direction: parsed.direction,
            length: parsed.length.map(part),
            register: parsed.register,
            is_pair: parsed.is_pair,
            kind_hash: NameHash::new(kind),
            count: ElementCount::One,
        });
    }
    // A length may name a parameter that comes later.
    for at in 0..parameters.len() {
        let count = parameters.get(at).and_then(|parameter| parameter.length).map(|length| count(&parameters, length));
        if let (Some(parameter), Some(count)) = (parameters.get_mut(at), count) {
            parameter.count = count;
        }
    }
    Some(parameters.into())
}

/// What a length of the table means.
fn count(parameters: &[Parameter], length: &str) -> ElementCount {
    match length {
        "!" => ElementCount::One,
        "=" => ElementCount::Result,
        _ => match length.parse() {
            Ok(number) => ElementCount::Number(number),
            Err(_) => {
                let place = parameters.iter().position(|parameter| parameter.name == length);
                ElementCount::Parameter(place.and_then(|place| u8::try_from(place).ok()).unwrap_or(u8::MAX))
            }
        },
    }
}
