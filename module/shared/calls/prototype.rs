// SPDX-License-Identifier: GPL-2.0

//! The prototype of a call: its grammar, and a parser that works at compile time and at run time.
//!
//! ```text
//! openat(dfd: dirfd, filename: in path, flags: open_flags, mode: mode)
//! read(fd: fd, buf: out bytes[count], count: size)
//! lookup_dcookie
//! ```
//!
//! A name alone is a call that has a number, but that the kernel does not implement any more. Its arguments are
//! unknown.
//!
//! A parameter that is a value stands as `NAME: WORD`. A parameter that points to memory stands as `NAME: in WORD`,
//! `NAME: out WORD` or `NAME: inout WORD`: the kernel reads the memory, writes it, or both. `words.rs` explains the
//! words. The memory holds one element of what the word stands for; a length in brackets after the word says otherwise:
//!
//! | length    | how many elements                                                                          |
//! |-----------|--------------------------------------------------------------------------------------------|
//! | `[count]` | the value of the parameter `count`, or if that is a pointer, the value it points to        |
//! | `[2]`     | this number                                                                                |
//! | `[=]`     | the result of the call                                                                     |
//! | `[!]`     | one, and only if the call failed: the time that an interrupted sleep had left              |
//!
//! Of words marked *bytes* a length counts bytes. Of words marked *result* the kernel writes at most as many elements
//! as the call's result says: `read(…, buf: out bytes[count], …)` writes as many bytes as it returns. If the call
//! fails, `out` memory is not written, except for `[!]`.

use super::abi::Abi;
use super::words::is_wide;
use core::ops::Range;

/// Whether an argument points to memory, and who accesses that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// The argument is a value.
    Value,
    /// The argument is the address of memory that the kernel reads.
    In,
    /// The argument is the address of memory that the kernel writes.
    Out,
    /// The argument is the address of memory that the kernel reads and then writes.
    InOut,
}

/// A part of a prototype: the bytes from `start` to before `end`.
#[derive(Clone, Copy)]
pub struct Span {
    start: usize,
    end: usize,
}

/// Where the parts of a parameter stand in its prototype, and which registers hold the argument.
#[derive(Clone, Copy)]
pub struct ParsedParameter {
    /// Its name.
    pub name: Span,
    /// Its word: what the value is, or what lies in the memory.
    pub word: Span,
    /// Whether it points to memory.
    pub direction: Direction,
    /// The length, without the brackets.
    pub length: Option<Span>,
    /// The register that holds the argument; 0 is the first that holds an argument.
    pub register: u8,
    /// Whether the next register holds the higher 32 bits.
    pub is_pair: bool,
}

/// Reads the parameters of a prototype, one after another.
pub struct PrototypeParser<'a> {
    prototype: &'a [u8],
    /// Where the next parameter begins.
    at: usize,
    abi: Abi,
    /// How many registers the parameters before it take.
    registers: u8,
}

impl Span {
    /// The bytes of this part of `prototype`.
    #[inline]
    pub(super) const fn of(self, prototype: &[u8]) -> &[u8] {
        prototype.split_at(self.end).0.split_at(self.start).1
    }

    /// Where this part stands in its prototype.
    #[inline]
    pub const fn range(self) -> Range<usize> {
        self.start..self.end
    }

    /// Whether this part of `prototype` is `other`.
    #[inline]
    pub(super) const fn equals(self, prototype: &[u8], other: &[u8]) -> bool {
        if self.end - self.start != other.len() {
            return false;
        }
        let mut at = 0;
        while at < other.len() {
            if prototype[self.start + at] != other[at] {
                return false;
            }
            at += 1;
        }
        true
    }
}

impl<'a> PrototypeParser<'a> {
    /// A parser before the first parameter; `None` if the prototype is a name alone.
    #[inline]
    pub const fn new(prototype: &'a [u8], abi: Abi) -> Option<Self> {
        let open = name_length(prototype);
        if open == prototype.len() {
            return None;
        }
        Some(Self { prototype, at: open + 1, abi, registers: 0 })
    }

    /// How many registers hold the parameters read so far. A register that alignment leaves unused counts.
    #[inline]
    pub(super) const fn registers(&self) -> u8 {
        self.registers
    }

    /// The next parameter; `None` after the last.
    #[inline]
    pub const fn next(&mut self) -> Option<ParsedParameter> {
        let name = self.word();
        if name.start == name.end {
            return None;
        }
        self.at += ": ".len();
        let mut word = self.word();
        let mut direction = Direction::Value;
        if self.byte() == b' ' {
            // `in`, `out` and `inout` differ in length.
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
            while end < self.prototype.len() && self.prototype[end] != b']' {
                end += 1;
            }
            length = Some(Span { start, end });
            self.at = end + 1;
        }
        if self.byte() == b',' {
            self.at += ", ".len();
        }
        let is_pair = matches!((self.abi, direction), (Abi::Arm, Direction::Value)) && is_wide(word.of(self.prototype));
        let register = if is_pair { self.registers + self.registers % 2 } else { self.registers };
        self.registers = register + 1 + is_pair as u8;
        Some(ParsedParameter { name, word, direction, length, register, is_pair })
    }

    /// The letters, digits and underscores from here on.
    #[inline]
    const fn word(&mut self) -> Span {
        let start = self.at;
        let mut end = start;
        // One comparison suffices for most bytes: the compiler runs this slowly.
        while end < self.prototype.len() && (self.prototype[end] > b'[' || self.prototype[end].is_ascii_digit()) {
            end += 1;
        }
        self.at = end;
        Span { start, end }
    }

    /// The byte here; a closing bracket at the end of the prototype.
    #[inline]
    const fn byte(&self) -> u8 {
        if self.at < self.prototype.len() {
            self.prototype[self.at]
        } else {
            b')'
        }
    }
}

/// Bytes of the call's name at the start of its prototype.
#[inline]
pub const fn name_length(prototype: &[u8]) -> usize {
    let mut end = 0;
    while end < prototype.len() && prototype[end] != b'(' {
        end += 1;
    }
    end
}
