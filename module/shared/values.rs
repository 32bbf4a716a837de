// SPDX-License-Identifier: GPL-2.0

//! The values of settings as text: parses and writes them.

use super::filter::{CommName, List, MAX_LISTED, NAME_BYTES};
use super::format::Edges;
use super::rules::{Rule, BUFFER_KB, MAX_PID, MAX_SNAPLEN};

/// Bytes of the longest list of names, as [`names_as_text`] writes it.
pub const MAX_NAMES_TEXT: usize = MAX_LISTED * (NAME_BYTES + 1) - 1;

/// Parses a process id.
///
/// # Errors
///
/// The [`Rule`] if `text` is not a decimal number from 1 to [`MAX_PID`].
#[inline]
pub fn parse_pid(text: &[u8]) -> Result<u32, Rule> {
    let rule = Rule("a process id, a whole number from 1 to 4194304");
    parse_decimal(text).filter(|pid| (1..=MAX_PID).contains(pid)).ok_or(rule)
}

/// Parses a list of process ids, separated by commas.
///
/// # Errors
///
/// The [`Rule`] if `text` is not 1 to [`MAX_LISTED`] decimal numbers from 1 to [`MAX_PID`].
#[inline]
pub fn parse_pids(text: &[u8]) -> Result<List<u32>, Rule> {
    let rule = Rule("1 to 16 process ids, whole numbers from 1 to 4194304, with commas between them");
    parse_list(text, |item| parse_pid(item).ok()).ok_or(rule)
}

/// Parses a size of buffers, in KiB.
///
/// # Errors
///
/// The [`Rule`] if `text` is not a decimal number in [`BUFFER_KB`].
#[inline]
pub fn parse_buffer_kb(text: &[u8]) -> Result<u32, Rule> {
    let rule = Rule("KiB for each CPU, a whole number from 16 to 65536");
    parse_decimal(text).filter(|kb| BUFFER_KB.contains(kb)).ok_or(rule)
}

/// Parses how many bytes of a buffer are recorded.
///
/// # Errors
///
/// The [`Rule`] if `text` is not a decimal number up to [`MAX_SNAPLEN`].
#[inline]
pub fn parse_snaplen(text: &[u8]) -> Result<u32, Rule> {
    parse_decimal(text).filter(|&bytes| bytes <= MAX_SNAPLEN).ok_or(Rule("bytes, a whole number from 0 to 65000"))
}

/// Parses a switch.
///
/// # Errors
///
/// The [`Rule`] if `text` is neither `0` nor `1`.
#[inline]
pub fn parse_switch(text: &[u8]) -> Result<bool, Rule> {
    match text {
        b"0" => Ok(false),
        b"1" => Ok(true),
        _ => Err(Rule("0 or 1")),
    }
}

/// Parses which edges are recorded.
///
/// # Errors
///
/// The [`Rule`] if `text` is not `both`, `enter` or `exit`.
#[inline]
pub fn parse_edges(text: &[u8]) -> Result<Edges, Rule> {
    match text {
        b"both" => Ok(Edges::Both),
        b"enter" => Ok(Edges::Enter),
        b"exit" => Ok(Edges::Exit),
        _ => Err(Rule("both, enter or exit")),
    }
}

/// Parses a name. Returns whether the name was longer than [`NAME_BYTES`], and therefore cut, as well.
///
/// # Errors
///
/// The [`Rule`] if `text` is empty.
#[inline]
pub fn parse_name(text: &[u8]) -> Result<(CommName, bool), Rule> {
    if text.is_empty() {
        return Err(Rule("the name of a program, at least one character"));
    }
    Ok((CommName::new(text), text.len() > NAME_BYTES))
}

/// Parses a list of names, separated by commas. (The names cannot contain commas.) Returns whether a name was longer
/// than [`NAME_BYTES`], and therefore cut, as well.
///
/// # Errors
///
/// The [`Rule`] if `text` is not 1 to [`MAX_LISTED`] names.
#[inline]
pub fn parse_names(text: &[u8]) -> Result<(List<CommName>, bool), Rule> {
    let mut is_cut = false;
    let names = parse_list(text, |item| {
        let (name, is_longer) = parse_name(item).ok()?;
        is_cut |= is_longer;
        Some(name)
    });
    let rule = Rule("1 to 16 names of programs, at least one character each, with commas between them");
    names.map(|names| (names, is_cut)).ok_or(rule)
}

/// `names` in the form that [`parse_names`] reads, written to the start of `text`.
#[inline]
pub fn names_as_text<'a>(names: &[CommName], text: &'a mut [u8; MAX_NAMES_TEXT]) -> &'a [u8] {
    let mut len = 0;
    let mut push = |byte| {
        if let Some(place) = text.get_mut(len) {
            *place = byte;
            len += 1;
        }
    };
    for (index, name) in names.iter().enumerate() {
        if index > 0 {
            push(b',');
        }
        name.to_bytes().into_iter().take_while(|&byte| byte != 0).for_each(&mut push);
    }
    &text[..len]
}

/// `number` in decimal, written to the end of `digits`. (The kernel crate formats to logs and seq_files only.)
#[inline]
pub fn decimal(mut number: u32, digits: &mut [u8; 10]) -> &[u8] {
    let mut start = digits.len();
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + (number % 10) as u8;
        start -= 1;
        number /= 10;
        if number == 0 {
            break;
        }
    }
    &digits[start..]
}

/// Parses a list whose items are separated by commas; `None` if an item is invalid, or if there are more than
/// [`MAX_LISTED`].
#[inline]
fn parse_list<T: Copy + Default + PartialEq>(
    text: &[u8],
    mut parse_item: impl FnMut(&[u8]) -> Option<T>,
) -> Option<List<T>> {
    let mut list = List::default();
    text.split(|&byte| byte == b',').all(|item| parse_item(item).is_some_and(|item| list.push(item))).then_some(list)
}

#[inline]
fn parse_decimal(text: &[u8]) -> Option<u32> {
    if text.is_empty() {
        return None;
    }
    text.iter().try_fold(0u32, |number, &byte| {
        let digit = byte.wrapping_sub(b'0');
        (digit < 10).then_some(())?;
        number.checked_mul(10)?.checked_add(u32::from(digit))
    })
}
