// SPDX-License-Identifier: GPL-2.0

//! Reads a row's text, while this is compiled as well as later.

use super::{Abi, Direction};

/// A part of a text, from a byte to before another.
#[derive(Clone, Copy)]
pub(super) struct Span {
    pub(super) start: usize,
    pub(super) end: usize,
}

/// Where the parts of a parameter lie in its row's text, and which registers hold it.
#[derive(Clone, Copy)]
pub(super) struct Piece {
    pub(super) name: Span,
    pub(super) word: Span,
    pub(super) direction: Direction,
    pub(super) length: Option<Span>,
    pub(super) register: u8,
    pub(super) is_pair: bool,
}

/// The parameters of a row's text, one after another.
pub(super) struct Pieces<'a> {
    text: &'a [u8],
    /// Where the next parameter begins.
    at: usize,
    abi: Abi,
    /// How many registers those before it take.
    registers: u8,
}

/// The words for values of 64 bits, which take two registers of 32-bit ARM. (On i386 the kernel itself has
/// halves instead.)
const WIDE: [&[u8]; 3] = [b"off", b"u64", b"fanotify_mask"];

impl<'a> Pieces<'a> {
    /// `None` of a text that is a name alone.
    #[inline]
    pub(super) const fn new(text: &'a [u8], abi: Abi) -> Option<Self> {
        let open = name_end(text);
        if open == text.len() {
            return None;
        }
        Some(Self { text, at: open + 1, abi, registers: 0 })
    }

    /// How many registers hold the parameters so far, one that alignment leaves unused included.
    #[inline]
    pub(super) const fn registers(&self) -> u8 {
        self.registers
    }

    /// The next parameter.
    #[inline]
    pub(super) const fn next(&mut self) -> Option<Piece> {
        let name = self.word();
        if name.start == name.end {
            return None;
        }
        self.at += ": ".len();
        let mut word = self.word();
        let mut direction = Direction::Value;
        if self.byte() == b' ' {
            direction = match word.end - word.start {
                2 => Direction::In,
                3 => Direction::Out,
                _ => Direction::InOut,
            };
            self.at += 1;
            word = self.word();
        }
        let mut length = None;
        if self.byte() == b'[' {
            let start = self.at + 1;
            let mut end = start;
            while end < self.text.len() && self.text[end] != b']' {
                end += 1;
            }
            length = Some(Span { start, end });
            self.at = end + 1;
        }
        if self.byte() == b',' {
            self.at += ", ".len();
        }
        let is_pair = matches!((self.abi, direction), (Abi::Arm, Direction::Value)) && self.is_wide(word);
        let register = if is_pair { self.registers + self.registers % 2 } else { self.registers };
        self.registers = register + 1 + is_pair as u8;
        Some(Piece { name, word, direction, length, register, is_pair })
    }

    /// The letters, digits and underscores from here on.
    #[inline]
    const fn word(&mut self) -> Span {
        let start = self.at;
        let mut end = start;
        // One comparison for most bytes: compilers run this slowly.
        while end < self.text.len() && (self.text[end] > b'[' || self.text[end].is_ascii_digit()) {
            end += 1;
        }
        self.at = end;
        Span { start, end }
    }

    /// What is here; the bracket at the end after it.
    #[inline]
    const fn byte(&self) -> u8 {
        if self.at < self.text.len() {
            self.text[self.at]
        } else {
            b')'
        }
    }

    #[inline]
    const fn is_wide(&self, word: Span) -> bool {
        let mut at = 0;
        while at < WIDE.len() {
            if is(self.text, word, WIDE[at]) {
                return true;
            }
            at += 1;
        }
        false
    }
}

/// Where the name of a call ends in its text.
#[inline]
pub(super) const fn name_end(text: &[u8]) -> usize {
    let mut end = 0;
    while end < text.len() && text[end] != b'(' {
        end += 1;
    }
    end
}

/// Whether a part of a text is `other`.
#[inline]
pub(super) const fn is(text: &[u8], part: Span, other: &[u8]) -> bool {
    if part.end - part.start != other.len() {
        return false;
    }
    let mut at = 0;
    while at < other.len() {
        if text[part.start + at] != other[at] {
            return false;
        }
        at += 1;
    }
    true
}
