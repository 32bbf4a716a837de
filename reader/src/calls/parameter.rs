// SPDX-License-Identifier: GPL-2.0

//! A parameter of a system call.

use crate::text::NameHash;
use syscall_record_format::calls::{words::size_of_word, Abi, Direction};
use syscall_record_format::format::MAX_ARGS;

/// What the kernel takes as one argument.
///
/// Where the kernel's prototype has the halves of a 64-bit value as two parameters, as in `preadv`, `_llseek` and
/// `pread64` of i386, these are two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// Name.
    pub name: &'static str,
    /// What the value is, or what lies in the memory it points to: a word of [`syscall_record_format::calls::words`].
    pub kind: &'static str,
    /// Whether it points to memory, and who accesses that.
    pub direction: Direction,
    /// How many elements lie in the memory, without the brackets: see [`syscall_record_format::calls::prototype`].
    pub length: Option<&'static str>,
    /// The register that holds it; 0 is the first that holds an argument.
    pub register: u8,
    /// Whether the next register holds its higher 32 bits.
    pub is_pair: bool,
    /// The hash of `kind`.
    pub(crate) kind_hash: NameHash,
    /// What `length` means.
    pub(crate) count: ElementCount,
}

/// How many elements lie in the memory that an argument points to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ElementCount {
    /// One, or one if the call failed.
    One,
    /// As many as the call's result says.
    Result,
    /// This number.
    Number(u64),
    /// What the parameter at this place tells; the call has no such parameter if the place is beyond the last.
    Parameter(u8),
}

impl Parameter {
    /// The arguments of calls that the table does not have, one for each register.
    pub(crate) const UNNAMED: [Self; MAX_ARGS] = [
        Self::unnamed("arg0", 0),
        Self::unnamed("arg1", 1),
        Self::unnamed("arg2", 2),
        Self::unnamed("arg3", 3),
        Self::unnamed("arg4", 4),
        Self::unnamed("arg5", 5),
    ];

    const fn unnamed(name: &'static str, register: u8) -> Self {
        Self {
            name,
            kind: "hex",
            direction: Direction::Value,
            length: None,
            register,
            is_pair: false,
            kind_hash: NameHash::new("hex"),
            count: ElementCount::One,
        }
    }

    /// The argument, from the `registers` of a call; `None` if there are too few.
    pub fn value(&self, registers: &[u64]) -> Option<u64> {
        let at = usize::from(self.register);
        let low = *registers.get(at)?;
        if !self.is_pair {
            return Some(low);
        }
        let high = *registers.get(at + 1)?;
        Some((high << 32) | (low & u64::from(u32::MAX)))
    }
}

/// Bytes in a program's memory of one element of what a word of the table stands for; `None` for words of values.
pub fn size_of(word: &str, abi: Abi) -> Option<u16> {
    size_of_word(word.as_bytes(), abi)
}
