// SPDX-License-Identifier: GPL-2.0

//! A parameter of a system call.

use syscall_record_format::calls::{words::size_of_word, Abi, Direction};

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
}

impl Parameter {
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
