// SPDX-License-Identifier: GPL-2.0

//! What the module's parameters may be.

use super::callset::CallSet;
use super::filter::{Filter, List, Name, MAX_LISTED, NAME_BYTES};
use super::format::{Edges, PACKET_BYTES};
use super::request::Request;

/// The largest process id, `PID_MAX_LIMIT` of `include/linux/threads.h` on 64-bit kernels.
pub const MAX_PID: u32 = 4 * 1024 * 1024;
/// Range of `buffer_kb`. Four packets are the fewest that let a CPU write while a reader reads.
pub const BUFFER_KB: core::ops::RangeInclusive<u32> = 4 * PACKET_BYTES as u32 / 1024..=64 * 1024;
/// `buffer_kb` where it is not given: a second of 16,000 calls.
pub const DEFAULT_BUFFER_KB: u32 = 256;
/// The most bytes of a buffer that a record has.
pub const MAX_SNAPLEN: u32 = 65_000;
/// `snaplen` where it is not given.
pub const DEFAULT_SNAPLEN: u32 = 80;
/// Characters of the longest list of names: [`names_as_text`] takes as many.
pub const MAX_NAMES_TEXT: usize = MAX_LISTED * (NAME_BYTES + 1) - 1;

/// What the module is told by, in the order of its list of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parameter {
    /// `pid`.
    Pid,
    /// `proc_name`.
    ProcName,
    /// `ppid`.
    Ppid,
    /// `parent_proc_name`.
    ParentProcName,
    /// `follow`.
    Follow,
    /// `edges`.
    Edges,
    /// `failed`.
    Failed,
    /// `args`.
    Args,
    /// `snaplen`.
    Snaplen,
    /// `idle`.
    Idle,
    /// `exempt`.
    Exempt,
    /// `buffer_kb`.
    BufferKb,
}

impl Parameter {
    /// How many there are.
    pub const COUNT: usize = Self::BufferKb as usize + 1;
}

/// A parameter's value that breaks its rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule(
    /// What the value must be, to follow "must be".
    pub &'static str,
);

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

/// Parses some process ids, separated by commas.
///
/// # Errors
///
/// The [`Rule`] if `text` is not 1 to [`MAX_LISTED`] decimal numbers from 1 to [`MAX_PID`].
#[inline]
pub fn parse_pids(text: &[u8]) -> Result<List<u32>, Rule> {
    let rule = Rule("1 to 16 process ids, whole numbers from 1 to 4194304, with commas between them");
    parse_list(text, |item| parse_pid(item).ok()).ok_or(rule)
}

/// Parses a size of buffer.
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
/// The [`Rule`] if `text` is none of the words for them.
#[inline]
pub fn parse_edges(text: &[u8]) -> Result<Edges, Rule> {
    match text {
        b"both" => Ok(Edges::Both),
        b"enter" => Ok(Edges::Enter),
        b"exit" => Ok(Edges::Exit),
        _ => Err(Rule("both, enter or exit")),
    }
}

/// Parses a name; says too whether it was longer than what is compared.
///
/// # Errors
///
/// The [`Rule`] if `text` is empty.
#[inline]
pub fn parse_name(text: &[u8]) -> Result<(Name, bool), Rule> {
    if text.is_empty() {
        return Err(Rule("the name of a program, at least one character"));
    }
    Ok((Name::new(text), text.len() > NAME_BYTES))
}

/// Parses some names, separated by commas, which are none of their characters; says too whether one was longer
/// than what is compared.
///
/// # Errors
///
/// The [`Rule`] if `text` is not 1 to [`MAX_LISTED`] names.
#[inline]
pub fn parse_names(text: &[u8]) -> Result<(List<Name>, bool), Rule> {
    let mut is_cut = false;
    let names = parse_list(text, |item| {
        let (name, is_longer) = parse_name(item).ok()?;
        is_cut |= is_longer;
        Some(name)
    });
    let rule = Rule("1 to 16 names of programs, at least one character each, with commas between them");
    names.map(|names| (names, is_cut)).ok_or(rule)
}

/// `names` as [`parse_names`] reads them, written to the start of `text`.
#[inline]
pub fn names_as_text<'a>(names: &[Name], text: &'a mut [u8; MAX_NAMES_TEXT]) -> &'a [u8] {
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

/// `buffer_kb` as it is used: a power of two.
#[inline]
pub const fn round_buffer_kb(buffer_kb: u32) -> u32 {
    1 << buffer_kb.ilog2()
}

/// `number` in decimal, written to the end of `digits`. (Formatting by the kernel crate goes to a log
/// or a seq_file.)
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

/// Packets in a CPU's buffer of `buffer_kb`.
#[inline]
pub const fn packets(buffer_kb: u32) -> usize {
    buffer_kb as usize / (PACKET_BYTES / 1024)
}

/// The settings of a recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Who is recorded.
    pub filter: Filter,
    /// Whether the descendants of who is recorded are, too.
    pub follow: bool,
    /// Which calls of theirs; `None`: all.
    pub calls: Option<CallSet>,
    /// Which edges of these calls; returns, if only calls that failed are recorded.
    pub edges: Edges,
    /// Whether only returns of calls that failed.
    pub failed_only: bool,
    /// Whether with arguments.
    pub args: bool,
    /// How many bytes of a buffer that an argument points to, at most [`MAX_SNAPLEN`]; without arguments none.
    pub snaplen: u32,
    /// Whether processes that cannot pass the filter are exempt from tracing.
    pub exempt: bool,
    /// Whether nothing at all is recorded, until a reader asks for something.
    pub idle: bool,
    /// KiB of buffer for each CPU.
    pub buffer_kb: u32,
}

impl Default for Settings {
    /// Those without parameters.
    #[inline]
    fn default() -> Self {
        Self {
            filter: Filter::default(),
            follow: false,
            calls: None,
            edges: Edges::Both,
            failed_only: false,
            args: false,
            snaplen: DEFAULT_SNAPLEN,
            exempt: true,
            idle: false,
            buffer_kb: DEFAULT_BUFFER_KB,
        }
    }
}

impl Settings {
    /// Takes over what a parameter says; says whether a name in it was longer than what is compared. Edges are as
    /// they were given: see [`edges_of`].
    ///
    /// # Errors
    ///
    /// The parameter's [`Rule`], if `text` breaks it.
    #[inline]
    pub fn set(&mut self, parameter: Parameter, text: &[u8]) -> Result<bool, Rule> {
        let mut is_cut = false;
        match parameter {
            Parameter::Pid => self.filter.pids = parse_pids(text)?,
            Parameter::ProcName => (self.filter.proc_names, is_cut) = parse_names(text)?,
            Parameter::Ppid => self.filter.ppid = Some(parse_pid(text)?),
            Parameter::ParentProcName => {
                // A name alone, in which a comma is a character like others.
                let (name, is_longer) = parse_name(text)?;
                (self.filter.parent_proc_name, is_cut) = (Some(name), is_longer);
            }
            Parameter::Edges => self.edges = parse_edges(text)?,
            Parameter::Snaplen => self.snaplen = parse_snaplen(text)?,
            Parameter::BufferKb => self.buffer_kb = round_buffer_kb(parse_buffer_kb(text)?),
            Parameter::Follow => self.follow = parse_switch(text)?,
            Parameter::Failed => self.failed_only = parse_switch(text)?,
            Parameter::Args => self.args = parse_switch(text)?,
            Parameter::Idle => self.idle = parse_switch(text)?,
            Parameter::Exempt => self.exempt = parse_switch(text)?,
        }
        Ok(is_cut)
    }

    /// What `request` makes of these settings: it says nothing of memory and of who is exempt.
    #[inline]
    pub fn with(&self, request: &Request) -> Self {
        let Request { filter, follow, calls, edges, failed_only, args, snaplen, keep_unread: _ } = *request;
        let edges = edges_of(edges, failed_only).unwrap_or_default();
        Self { filter, follow, calls, edges, failed_only, args, snaplen, idle: false, ..*self }
    }

    /// Whether what is done at an entry, or at a return where entries are not recorded, depends on the call.
    #[inline]
    pub fn looks_at_calls(&self) -> bool {
        self.args || self.calls.is_some() || self.failed_only
    }

    /// Whether what is done at a return depends on the call where entries are recorded, too.
    #[inline]
    pub fn looks_at_exits(&self) -> bool {
        self.calls.is_some() || self.copies_memory()
    }

    /// Whether memory that arguments point to is recorded.
    #[inline]
    pub fn copies_memory(&self) -> bool {
        self.args && self.snaplen > 0
    }
}

/// Which edges are recorded where `edges` are asked for, and, if `failed_only`, only calls that failed.
///
/// # Errors
///
/// The [`Rule`] if these contradict each other.
#[inline]
pub fn edges_of(edges: Edges, failed_only: bool) -> Result<Edges, Rule> {
    match (edges, failed_only) {
        (Edges::Enter, true) => {
            Err(Rule("both or exit where only calls that failed are recorded: an entry has not failed yet"))
        }
        (_, true) => Ok(Edges::Exit),
        _ => Ok(edges),
    }
}

/// What stands between commas, each parsed by `parse_item`; `None` if that finds one wrong, or if they are too many.
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
