// SPDX-License-Identifier: GPL-2.0

//! How many registers hold the arguments of a system call.

use super::{rows::ROWS, Abi, Machine, Pieces};

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
    match Abi::new(machine, is_32bit) {
        Abi::Arm64 => counts_of::<{ Abi::Arm64 as usize }>(),
        Abi::Arm => counts_of::<{ Abi::Arm as usize }>(),
        Abi::X86_64 => counts_of::<{ Abi::X86_64 as usize }>(),
        Abi::I386 => counts_of::<{ Abi::I386 as usize }>(),
    }
}

#[inline]
const fn counts_of<const ABI: usize>() -> &'static [u8; NUMBERS] {
    Counts::<ABI>::COUNTS
}

/// Its constant is generic so that a compiler makes those tables alone that are used.
struct Counts<const ABI: usize>;

impl<const ABI: usize> Counts<ABI> {
    const COUNTS: &'static [u8; NUMBERS] = &counts(Abi::ALL[ABI]);
}

const fn counts(abi: Abi) -> [u8; NUMBERS] {
    let mut counts = [MAX_ARGUMENTS; NUMBERS];
    let mut row = 0;
    while row < ROWS.len() {
        let number = ROWS[row].0[abi as usize];
        if number >= 0 && number < NUMBERS as i32 {
            if let Some(mut pieces) = Pieces::new(ROWS[row].2.as_bytes(), abi) {
                while pieces.next().is_some() {}
                counts[number as usize] = pieces.registers();
                assert!(pieces.registers() <= MAX_ARGUMENTS, "a call has more arguments than registers");
            }
        }
        row += 1;
    }
    counts
}
