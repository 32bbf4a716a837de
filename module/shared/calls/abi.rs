// SPDX-License-Identifier: GPL-2.0

//! The tables of system calls: which one a program uses, and what holds for all of them.

use crate::shared::format::Machine;

/// The table of system calls that a program uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Abi {
    /// Programs of 64-bit ARM.
    Arm64,
    /// Programs of 32-bit ARM (EABI), on a 32-bit or a 64-bit kernel.
    Arm,
    /// Programs of x86-64.
    X86_64,
    /// 32-bit programs on x86-64.
    I386,
}

/// How many tables there are.
pub const ABIS: usize = Abi::ALL.len();
/// Numbers of table entries are below this. (The private calls of 32-bit ARM stand in no table.)
pub const NUMBERS: usize = 512;

impl Abi {
    /// All tables, in the order of the columns of [`ROWS`](super::ROWS).
    pub const ALL: [Self; 4] = [Self::Arm64, Self::Arm, Self::X86_64, Self::I386];

    /// The table of a program on a kernel for `machine`; `is_32bit` if it is a 32-bit program on a 64-bit kernel.
    #[inline]
    pub const fn new(machine: Machine, is_32bit: bool) -> Self {
        match (machine, is_32bit) {
            (Machine::Arm64, false) => Self::Arm64,
            (Machine::Arm64, true) | (Machine::Arm, _) => Self::Arm,
            (Machine::X86_64, false) => Self::X86_64,
            (Machine::X86_64, true) => Self::I386,
        }
    }

    /// Whether a `long` and an address of the program have 32 bits.
    #[inline]
    pub const fn is_32bit(self) -> bool {
        matches!(self, Self::Arm | Self::I386)
    }
}

/// The numbers of `execve` and `execveat` where a program can be replaced by one of another width while the call keeps
/// its number. Empty elsewhere: on 32-bit ARM all programs use one table, and x86 replaces the number by the new
/// program's number of `execve` (`set_personality_64bit()` in `arch/x86/kernel/process_64.c`).
#[inline]
pub const fn exec_numbers(machine: Machine, is_32bit: bool) -> &'static [u32] {
    match (machine, is_32bit) {
        (Machine::Arm64, false) => &[221, 281],
        (Machine::Arm64, true) => &[11, 387],
        (Machine::Arm | Machine::X86_64, _) => &[],
    }
}
