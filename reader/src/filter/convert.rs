// SPDX-License-Identifier: GPL-2.0

//! Converts the text of a value to what a field of its kind can be compared with.

use super::tree::{Literal, Operator, Test};
use crate::calls::{Abi, KnownCall};
use crate::constants::errno;
use crate::fields::{self, category_names, nearest, Argument, Field, FieldId, FieldKind};
use std::net::IpAddr;
use std::num::IntErrorKind;
use syscall_record_format::filter::NAME_BYTES;

/// Whether a field of this kind can be compared with this operator.
pub fn can_compare(operator: Operator, kind: FieldKind) -> bool {
    use Operator::{Equal, Exists, Greater, GreaterOrEqual, In, Less, LessOrEqual, NotEqual};
    match kind {
        FieldKind::Number
        | FieldKind::Nanoseconds
        | FieldKind::Duration
        | FieldKind::Result
        | FieldKind::RawArgument => {
            matches!(operator, Equal | NotEqual | Less | LessOrEqual | Greater | GreaterOrEqual | In | Exists)
        }
        FieldKind::Bool | FieldKind::Address => matches!(operator, Equal | NotEqual | In | Exists),
        _ => true,
    }
}

/// The message that says why an operator does not compare a field.
#[cold]
pub fn cannot_compare_message(field: &Field, operator: &str) -> String {
    let (is, use_) = match field.kind() {
        FieldKind::Bool => ("true or false", "= != in exists"),
        FieldKind::Address => ("an address", "= != in exists"),
        _ => ("a number", "= != < <= > >= in exists"),
    };
    format!("`{operator}` does not compare `{field}`, which is {is}; use one of {use_}")
}

/// Converts `word` to a literal for `test`. May replace an argument's field by that of its number.
///
/// # Errors
///
/// A message that says what is expected.
#[inline(never)]
pub fn to_literal(test: &mut Test, word: &str) -> Result<Literal, String> {
    let is_exact = matches!(test.operator, Operator::Equal | Operator::NotEqual | Operator::In);
    let is_order =
        matches!(test.operator, Operator::Less | Operator::LessOrEqual | Operator::Greater | Operator::GreaterOrEqual);
    let is_result = test.field.argument() == Some(&Argument::Name("res".into()));
    let field = &test.field;
    let text = || Ok(Literal::Text(word.as_bytes().into()));
    match field.kind() {
        FieldKind::Number | FieldKind::Nanoseconds => number_literal(field, word),
        FieldKind::RawArgument | FieldKind::Result if is_result || field.kind() == FieldKind::Result => {
            result_literal(field, word)
        }
        FieldKind::RawArgument | FieldKind::Result => number_literal(field, word),
        FieldKind::Duration => duration_literal(field, word),
        FieldKind::Bool => match word {
            "true" | "1" => Ok(Literal::Bool(true)),
            "false" | "0" => Ok(Literal::Bool(false)),
            _ => Err(format!("`{field}` is true or false, not `{word}`")),
        },
        FieldKind::Address => network_literal(field, word),
        // Only numbers are more or less. The field with an argument's number is another one.
        FieldKind::Argument if is_order => {
            let raw = test.field.as_raw_argument();
            let literal = if is_result { result_literal(&raw, word) } else { number_literal(&raw, word) }?;
            test.field = raw;
            Ok(literal)
        }
        kind if !is_exact => match kind {
            FieldKind::Direction if is_order => Err(format!("`{field}` is > or <; compare it by =")),
            _ => text(),
        },
        FieldKind::Call => call_literal(word),
        FieldKind::Direction if matches!(word, "<" | ">") => text(),
        FieldKind::Direction => Err(unknown_word_message("direction", word, vec![">", "<"])),
        FieldKind::Category | FieldKind::FileKind => {
            let (what, words): (_, Vec<_>) = match field.kind() {
                FieldKind::Category => ("category", category_names().collect()),
                _ => ("kind of file", fields::FILE_KIND_NAMES.to_vec()),
            };
            if words.contains(&word) {
                text()
            } else {
                Err(unknown_word_message(what, word, words))
            }
        }
        FieldKind::Error => {
            // An error can be given by number, too.
            let negative = word.strip_prefix('-').unwrap_or(word);
            if let Ok(number) = negative.parse() {
                let name = if number == 0 { Some("SUCCESS") } else { errno::name(number) };
                return match name {
                    Some(name) => Ok(Literal::Text(name.as_bytes().into())),
                    None => Err(format!("no error has the number {number}")),
                };
            }
            if negative != "SUCCESS" && errno::number(negative).is_none() {
                return Err(unknown_word_message(
                    "error",
                    negative,
                    ["SUCCESS"].into_iter().chain(errno::names()).collect(),
                ));
            }
            // Some errors have two names. Events have the first.
            let name = errno::number(negative).and_then(errno::name).unwrap_or(negative);
            Ok(Literal::Text(name.as_bytes().into()))
        }
        // The kernel keeps only the beginning of a name. So only the beginning of a longer one is compared.
        FieldKind::Text if matches!(field.id(), FieldId::ProcName | FieldId::ParentName) => {
            let word = word.as_bytes();
            Ok(Literal::Text(word.get(..NAME_BYTES).unwrap_or(word).into()))
        }
        FieldKind::Text | FieldKind::Argument => text(),
    }
}

/// Converts the name of a call. In `syscall_NNN`, the number may be hexadecimal, as strace prints it.
fn call_literal(word: &str) -> Result<Literal, String> {
    let is_digit = |first: char| first.is_ascii_digit();
    let number = |digits: &str| {
        parse_number(digits).filter(|_| digits.starts_with(is_digit)).and_then(|number| u32::try_from(number).ok())
    };
    if let Some(number) = word.strip_prefix("syscall_").and_then(number) {
        return Ok(Literal::Text(format!("syscall_{number}").into_bytes().into()));
    }
    if KnownCall::by_name(word).next().is_some() {
        return Ok(Literal::Text(word.as_bytes().into()));
    }
    Err(match number(word) {
        Some(number) => use_name_message(word, number),
        None => unknown_word_message("call", word, fields::call_names().collect()),
    })
}

/// The message for a call that is given by number. A number means another call on each machine, and the machine of the
/// events is not known yet.
#[cold]
#[inline(never)]
fn use_name_message(word: &str, number: u32) -> String {
    const MACHINES: [&str; Abi::ALL.len()] = ["arm64", "arm", "x86_64", "i386"];
    let name = |(abi, machine)| KnownCall::new(abi, number).map(|call| format!("{} on {machine}", call.name()));
    let names: Vec<_> = Abi::ALL.into_iter().zip(MACHINES).filter_map(name).collect();
    if names.is_empty() {
        return format!("write `syscall_{number}` for the call {word}, which has no name");
    }
    format!("write the name of the call {word}: {}", names.join(", "))
}

/// The message for a word that is not one of `words`.
#[cold]
#[inline(never)]
fn unknown_word_message(what: &str, word: &str, words: Vec<&str>) -> String {
    // Names that other tools have for a call, each before our name.
    const FOREIGN: &str = "pread pread64 pwrite pwrite64 procexit exit_group";
    match fields::find_in_pairs(FOREIGN, word).or_else(|| nearest(word, &mut words.iter().copied())) {
        Some(near) => format!("no {what} `{word}`; did you mean `{near}`?"),
        None if words.len() < 20 => format!("no {what} `{word}`; expected one of {}", words.join(" ")),
        None => format!("no {what} `{word}`"),
    }
}

#[inline(never)]
fn number_literal(field: &Field, word: &str) -> Result<Literal, String> {
    parse_number(word).map(Literal::Number).ok_or_else(|| not_a_number_message(field, word, ""))
}

#[cold]
#[inline(never)]
fn not_a_number_message(field: &Field, word: &str, or: &str) -> String {
    let (_, radix, digits) = split_number(word);
    match u64::from_str_radix(digits, radix) {
        Err(error) if *error.kind() == IntErrorKind::PosOverflow => format!("`{word}` is too large"),
        _ => format!("`{field}` is a number{or}, not `{word}`"),
    }
}

/// Parses a decimal number, or a hexadecimal one after `0x`, with or without a sign.
#[inline(never)]
fn parse_number(word: &str) -> Option<i128> {
    let (sign, radix, digits) = split_number(word);
    // `from_str_radix` would take another sign.
    let is_digits = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let number = is_digits.then(|| u64::from_str_radix(digits, radix).ok())??;
    Some(sign * i128::from(number))
}

/// Splits a number into its sign, its radix and its digits.
#[inline(never)]
fn split_number(word: &str) -> (i128, u32, &str) {
    let (sign, digits) = match word.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, word.strip_prefix('+').unwrap_or(word)),
    };
    match digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
        Some(digits) => (sign, 16, digits),
        None => (sign, 10, digits),
    }
}

/// Converts a number of nanoseconds, or a number with its unit.
fn duration_literal(field: &Field, word: &str) -> Result<Literal, String> {
    const UNITS: [(&str, u32); 4] = [("ns", 1), ("us", 1_000), ("ms", 1_000_000), ("s", 1_000_000_000)];
    let unit = UNITS.iter().find_map(|&(unit, factor)| Some((word.strip_suffix(unit)?, factor)));
    let (digits, factor) = unit.unwrap_or((word, 1));
    let number = match digits.split_once('.') {
        None => parse_number(digits).map(|number| number * i128::from(factor)),
        Some((whole, fraction)) => fixed_point(whole, fraction, factor),
    };
    let number = number.map(Literal::Number);
    number.ok_or_else(|| not_a_number_message(field, word, " of nanoseconds, or of us, ms or s if that follows it"))
}

/// `factor` times a decimal fraction. `None` if the fraction has more digits than the product needs to be a whole
/// number.
#[inline(never)]
fn fixed_point(whole: &str, fraction: &str, mut factor: u32) -> Option<i128> {
    let mut number = whole.parse::<u64>().ok()?.checked_mul(u64::from(factor))?;
    for digit in fraction.bytes() {
        if !digit.is_ascii_digit() || factor == 1 {
            return None;
        }
        factor /= 10;
        number = number.checked_add(u64::from(u32::from(digit - b'0') * factor))?;
    }
    (!fraction.is_empty()).then_some(number.into())
}

/// Converts a number, or the name of an error, with or without a minus, to the number that calls return.
fn result_literal(field: &Field, word: &str) -> Result<Literal, String> {
    if let Some(number) = parse_number(word) {
        return Ok(Literal::Number(number));
    }
    let name = word.strip_prefix('-').unwrap_or(word);
    match errno::number(name) {
        Some(number) => Ok(Literal::Number(-i128::from(number))),
        None => match nearest(name, &mut errno::names()) {
            Some(near) => Err(format!("no error `{name}`; did you mean `{near}`?")),
            None => Err(not_a_number_message(field, word, " or an error, such as -ENOENT")),
        },
    }
}

/// Converts an address, or a network as an address and the length of its prefix.
fn network_literal(field: &Field, word: &str) -> Result<Literal, String> {
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
