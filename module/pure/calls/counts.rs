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
        Abi::Arm64 => &ARM64,
        Abi::Arm => &ARM,
        Abi::X86_64 => &X86_64,
        Abi::I386 => &I386,
    }
}

static ARM64: [u8; NUMBERS] = counts(Abi::Arm64);
static ARM: [u8; NUMBERS] = counts(Abi::Arm);
static X86_64: [u8; NUMBERS] = counts(Abi::X86_64);
static I386: [u8; NUMBERS] = counts(Abi::I386);

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
