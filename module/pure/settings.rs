// SPDX-License-Identifier: GPL-2.0

//! What the module's parameters may be.

use super::filter::{Filter, Name, NAME_BYTES};
use super::format::{Edges, PACKET_BYTES};

/// The largest process id, `PID_MAX_LIMIT` of `include/linux/threads.h` on 64-bit kernels.
pub const MAX_PID: u32 = 4 * 1024 * 1024;
/// Range of `buffer_kb`. Four packets are the fewest that let a CPU write while a reader reads.
pub const BUFFER_KB: core::ops::RangeInclusive<u32> = 4 * PACKET_BYTES as u32 / 1024..=64 * 1024;
/// `buffer_kb` where it is not given: a second of 16,000 calls.
pub const DEFAULT_BUFFER_KB: u32 = 256;

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
    /// Which edges of their calls.
    pub edges: Edges,
    /// Whether with arguments.
    pub args: bool,
    /// Whether processes that cannot pass the filter are spared the cost.
    pub spare: bool,
    /// KiB of buffer for each CPU.
    pub buffer_kb: u32,
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
