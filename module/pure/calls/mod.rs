// SPDX-License-Identifier: GPL-2.0

//! How many registers hold the arguments of a system call.

use super::format::Machine;

mod counts;

/// System call numbers below this have a count.
pub const NUMBERS: usize = 512;
/// The most registers that hold arguments.
pub const MAX_ARGUMENTS: u8 = 6;

/// How many registers hold the arguments of a call made on `machine`, by a 32-bit program or one of
/// the kernel's own, by number; [`MAX_ARGUMENTS`] where no call is known.
///
/// A 64-bit argument takes two 32-bit registers, and on ARM the first of them is even: one may lie
/// unused before it, and counts.
///
/// In a constant, for one machine, this brings no other's table into the module.
#[inline]
pub const fn argument_counts(machine: Machine, is_32bit: bool) -> &'static [u8; NUMBERS] {
    match (machine, is_32bit) {
        (Machine::Arm64, false) => &counts::ARM64,
        (Machine::Arm64, true) | (Machine::Arm, _) => &counts::ARM,
        (Machine::X86_64, false) => &counts::X86_64,
        (Machine::X86_64, true) => &counts::I386,
    }
}

/// The numbers of `execve` and `execveat` in the tables of [`argument_counts`], where a call keeps its
/// number while the program becomes one of another width. None elsewhere: on ARM all programs have one table,
/// and x86 gives the call the number of the new program's `execve` (`set_personality_64bit()`).
#[inline]
pub const fn exec_numbers(machine: Machine, is_32bit: bool) -> &'static [u32] {
    match (machine, is_32bit) {
        (Machine::Arm64, false) => &[221, 281],
        (Machine::Arm64, true) => &[11, 387],
        (Machine::Arm | Machine::X86_64, _) => &[],
    }
}
