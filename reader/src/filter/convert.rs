// SPDX-License-Identifier: GPL-2.0

//! From words to what a field of some kind can be compared with.

use super::{Literal, Operator, Test};
use crate::calls::Call;
use crate::fields::{self, category_words, errno, nearest, Argument, Field, Kind};
use std::net::IpAddr;

/// Whether a field of this kind can be compared in this way.
pub fn suits(operator: Operator, kind: Kind) -> bool {
    use Operator::{Equal, Exists, Greater, GreaterOrEqual, In, Less, LessOrEqual, NotEqual};
    match kind {
        Kind::Number | Kind::Nanoseconds | Kind::Duration | Kind::Result | Kind::RawArgument => {
            matches!(operator, Equal | NotEqual | Less | LessOrEqual | Greater | GreaterOrEqual | In | Exists)
        }
        Kind::Bool | Kind::Address => matches!(operator, Equal | NotEqual | In | Exists),
        _ => true,
    }
}

/// Why it cannot.
#[cold]
pub fn why_not(field: &Field, operator: &str) -> String {
    let (is, use_) = match field.kind() {
        Kind::Bool => ("true or false", "= != in exists"),
        Kind::Address => ("an address", "= != in exists"),
        _ => ("a number", "= != < <= > >= in exists"),
    };
    format!("`{operator}` does not compare `{field}`, which is {is}; use one of {use_}")
}

/// The literal that `word` is for `test`.
pub fn literal(test: &mut Test, word: &str) -> Result<Literal, String> {
    let is_exact = matches!(test.operator, Operator::Equal | Operator::NotEqual | Operator::In);
    let is_order =
        matches!(test.operator, Operator::Less | Operator::LessOrEqual | Operator::Greater | Operator::GreaterOrEqual);
    let is_result = test.field.argument() == Some(&Argument::Name("res".into()));
    let field = &test.field;
    let text = || Ok(Literal::Text(word.as_bytes().into()));
    match field.kind() {
        Kind::Number | Kind::Nanoseconds => number(field, word),
        Kind::RawArgument | Kind::Result if is_result || field.kind() == Kind::Result => result(field, word),
        Kind::RawArgument | Kind::Result => number(field, word),
        Kind::Duration => duration(field, word),
        Kind::Bool => match word {
            "true" | "1" => Ok(Literal::Bool(true)),
            "false" | "0" => Ok(Literal::Bool(false)),
            _ => Err(format!("`{field}` is true or false, not `{word}`")),
        },
        Kind::Address => network(field, word),
        // More and less are for numbers; of them an argument has a field of its own.
        Kind::Argument if is_order => {
            let raw = test.field.raw();
            let literal = if is_result { result(&raw, word) } else { number(&raw, word) }?;
            test.field = raw;
            Ok(literal)
        }
        kind if !is_exact => match kind {
            Kind::Direction if is_order => Err(format!("`{field}` is > or <; compare it by =")),
            _ => text(),
        },
        Kind::Call => known("call", word, is_call(word), fields::call_names()).and_then(|()| text()),
        Kind::Direction => {
            known("direction", word, matches!(word, "<" | ">"), [">", "<"].into_iter()).and_then(|()| text())
        }
        Kind::Category => {
            known("category", word, category_words().any(|other| other == word), category_words()).and_then(|()| text())
        }
        Kind::FileKind => {
            let words = || fields::KIND_WORDS.into_iter();
            known("kind of file", word, words().any(|other| other == word), words()).and_then(|()| text())
        }
        Kind::Error => {
            // A number is as good as its name.
            let negative = word.strip_prefix('-').unwrap_or(word);
            if let Ok(number) = negative.parse() {
                let name = if number == 0 { Some("SUCCESS") } else { errno::name(number) };
                return match name {
                    Some(name) => Ok(Literal::Text(name.as_bytes().into())),
                    None => Err(format!("no error has the number {number}")),
                };
            }
            let is_known = negative == "SUCCESS" || errno::number(negative).is_some();
            known("error", negative, is_known, ["SUCCESS"].into_iter().chain(errno::names()))?;
            // Second names are not those that events have.
            let name = errno::number(negative).and_then(errno::name).unwrap_or(negative);
            Ok(Literal::Text(name.as_bytes().into()))
        }
        Kind::Text | Kind::Argument => text(),
    }
}

fn is_call(word: &str) -> bool {
    let unnamed = word.strip_prefix("syscall_").is_some_and(|number| number.parse::<u32>().is_ok());
    unnamed || Call::by_name(word).next().is_some()
}

fn known<'a>(what: &str, word: &str, is_known: bool, words: impl Iterator<Item = &'a str>) -> Result<(), String> {
    if is_known {
        return Ok(());
    }
    // An enumeration that is short is shown.
    match (nearest(word, words), what) {
        (Some(near), _) => Err(format!("no {what} `{word}`; did you mean `{near}`?")),
        (None, "direction") => Err(format!("no direction `{word}`; expected > or <")),
        (None, "category") => Err(format!("no category `{word}`; expected one of {}", joined(category_words()))),
        (None, "kind of file") => {
            Err(format!("no kind of file `{word}`; expected one of {}", joined(fields::KIND_WORDS.into_iter())))
        }
        (None, _) => Err(format!("no {what} `{word}`")),
    }
}

fn joined<'a>(words: impl Iterator<Item = &'a str>) -> String {
    let mut all = String::new();
    for word in words {
        if !all.is_empty() {
            all.push(' ');
        }
        all.push_str(word);
    }
    all
}

fn number(field: &Field, word: &str) -> Result<Literal, String> {
    parse_number(word).map(Literal::Number).ok_or_else(|| not_a_number(field, word, ""))
}

#[cold]
fn not_a_number(field: &Field, word: &str, or: &str) -> String {
    format!("`{field}` is a number{or}, not `{word}`")
}

/// A decimal number, or a hexadecimal one after `0x`, with or without a sign.
fn parse_number(word: &str) -> Option<i128> {
    let (sign, digits) = match word.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, word.strip_prefix('+').unwrap_or(word)),
    };
    let (radix, digits) = match digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
        Some(digits) => (16, digits),
        None => (10, digits),
    };
    // `from_str_radix` allows a sign of its own.
    let is_digits = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let number = is_digits.then(|| u64::from_str_radix(digits, radix).ok())??;
    Some(sign * i128::from(number))
}

/// A number of nanoseconds, or one of another unit with its name.
fn duration(field: &Field, word: &str) -> Result<Literal, String> {
    const UNITS: [(&str, i128); 4] = [("ns", 1), ("us", 1_000), ("ms", 1_000_000), ("s", 1_000_000_000)];
    let unit = UNITS.iter().find_map(|&(unit, factor)| Some((word.strip_suffix(unit)?, factor)));
    let (digits, factor) = unit.unwrap_or((word, 1));
    let number = parse_number(digits).map(|number| Literal::Number(number * factor));
    number.ok_or_else(|| not_a_number(field, word, " of nanoseconds, or of us, ms or s if that follows it"))
}

/// A number, or an error by name: with or without a minus the negative number that calls return.
fn result(field: &Field, word: &str) -> Result<Literal, String> {
    if let Some(number) = parse_number(word) {
        return Ok(Literal::Number(number));
    }
    let name = word.strip_prefix('-').unwrap_or(word);
    match errno::number(name) {
        Some(number) => Ok(Literal::Number(-i128::from(number))),
        None => match nearest(name, errno::names()) {
            Some(near) => Err(format!("no error `{name}`; did you mean `{near}`?")),
            None => Err(not_a_number(field, word, " or an error, such as -ENOENT")),
        },
    }
}

/// An address, or a network as address and length.
fn network(field: &Field, word: &str) -> Result<Literal, String> {
    let (address, bits) = match word.split_once('/') {
        Some((address, bits)) => (address, Some(bits)),
        None => (word, None),
    };
    let address: IpAddr = address.parse().map_err(|_| format!("`{field}` is an address, not `{word}`"))?;
    let most = if address.is_ipv4() { 32 } else { 128 };
    let bits = match bits.map(str::parse::<u8>) {
        None => most,
        Some(Ok(bits)) if bits <= most => bits,
        Some(_) => return Err(format!("expected a length from 0 to {most} after the `/`")),
    };
    Ok(Literal::Network(address, bits))
}
