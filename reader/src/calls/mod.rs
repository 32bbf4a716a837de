// SPDX-License-Identifier: GPL-2.0

//! System calls: their names, and the names, types and registers of their arguments.
//!
//! The prototypes are the kernel's own, as its C source has them; only `__user` is left out, for every
//! pointer is the program's.

use std::str;

use syscall_record_format::calls::{MAX_ARGUMENTS, NUMBERS};
use syscall_record_format::format::Machine;

mod prototypes;

use prototypes::ROWS;

/// A prototype and its number in each [`Abi`]. These rows exist only while this is compiled: what
/// follows packs them into [`TEXT`], [`STARTS`] and [`BY_NUMBER`].
struct Row([i32; ABIS], &'static str);

/// Which table of system calls a program uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Abi {
    /// Programs of 64-bit ARM.
    Arm64,
    /// Programs of 32-bit ARM (EABI), on whichever kernel.
    Arm,
    /// Programs of x86-64.
    X86_64,
    /// 32-bit programs on x86-64.
    I386,
}

const ABIS: usize = 4;

impl Abi {
    /// The table of a program on a kernel for `machine`.
    pub const fn new(machine: Machine, is_32bit: bool) -> Self {
        match (machine, is_32bit) {
            (Machine::Arm64, false) => Self::Arm64,
            (Machine::Arm64, true) | (Machine::Arm, _) => Self::Arm,
            (Machine::X86_64, false) => Self::X86_64,
            (Machine::X86_64, true) => Self::I386,
        }
    }
}

/// A system call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Call {
    abi: Abi,
    prototype: &'static str,
}

/// What the kernel takes as one argument.
///
/// Where its prototype has the halves of a 64-bit value as two (`pread64` of i386, `preadv`,
/// `_llseek`), these are two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// Type, as C has it.
    pub c_type: &'static str,
    /// Name.
    pub name: &'static str,
    /// The register that holds it, counted from the first that holds an argument.
    pub register: u8,
    /// Whether the register after that holds its higher 32 bits.
    pub is_pair: bool,
}

impl Call {
    /// The call of this number, if the kernel has a name for it.
    pub fn new(abi: Abi, number: u32) -> Option<Self> {
        let row = match number.checked_sub(ARM_PRIVATE as u32) {
            Some(number) if abi == Abi::Arm => ARM_PRIVATE_BY_NUMBER.get(number as usize),
            _ => BY_NUMBER[abi as usize].get(number as usize),
        };
        let row = usize::from(*row?);
        let (start, end) = (STARTS.get(row)?, STARTS.get(row + 1)?);
        let prototype = str::from_utf8(&TEXT[usize::from(*start)..usize::from(*end)]).ok()?;
        Some(Self { abi, prototype })
    }

    /// Name, as `__NR_` macros have it.
    pub fn name(&self) -> &'static str {
        self.prototype.split_once('(').map_or(self.prototype, |(name, _)| name)
    }

    /// The arguments; `None` if the kernel has nothing behind the number, so that they are not known.
    pub fn parameters(&self) -> Option<impl Iterator<Item = Parameter>> {
        let (_, list) = self.prototype.strip_suffix(')')?.split_once('(')?;
        let abi = self.abi;
        let mut next = 0;
        // An empty list has one empty item.
        let items = list.split(", ").filter(|item| !item.is_empty());
        Some(items.map(move |item| {
            let name_at = item.rfind([' ', '*']).map_or(0, |at| at + 1);
            let (c_type, name) = item.split_at(name_at);
            let c_type = c_type.trim_end();
            let is_pair = abi == Abi::Arm && matches!(c_type, "loff_t" | "u64" | "__u64");
            let register = if is_pair { next + next % 2 } else { next };
            next = register + 1 + u8::from(is_pair);
            debug_assert!(next <= MAX_ARGUMENTS);
            Parameter { c_type, name, register, is_pair }
        }))
    }
}

impl Parameter {
    /// The argument, from the `registers` that hold the call's; `None` if these are too few.
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

/// The number that ARM's private calls follow, `__ARM_NR_BASE` of its `asm/unistd.h`.
const ARM_PRIVATE: i32 = 0xf_0000;

/// All prototypes, one after another.
static TEXT: [u8; TEXT_BYTES] = text();
/// Where in [`TEXT`] each row's prototype starts, and the last ends.
static STARTS: [u16; ROWS.len() + 1] = starts();
/// For each [`Abi`] and number the row of the call, or [`NO_ROW`].
static BY_NUMBER: [[u16; NUMBERS]; ABIS] =
    [by_number(Abi::Arm64, 0), by_number(Abi::Arm, 0), by_number(Abi::X86_64, 0), by_number(Abi::I386, 0)];
static ARM_PRIVATE_BY_NUMBER: [u16; 8] = by_number(Abi::Arm, ARM_PRIVATE);

const NO_ROW: u16 = u16::MAX;
const TEXT_BYTES: usize = starts()[ROWS.len()] as usize;

const fn starts() -> [u16; ROWS.len() + 1] {
    let mut starts = [0; ROWS.len() + 1];
    let mut row = 0;
    while row < ROWS.len() {
        let end = starts[row] as usize + ROWS[row].1.len();
        assert!(end <= u16::MAX as usize, "the prototypes take more than 64 KiB");
        starts[row + 1] = end as u16;
        row += 1;
    }
    starts
}

const fn text() -> [u8; TEXT_BYTES] {
    let mut text = [0; TEXT_BYTES];
    let (mut row, mut to) = (0, 0);
    while row < ROWS.len() {
        let bytes = ROWS[row].1.as_bytes();
        let mut from = 0;
        while from < bytes.len() {
            text[to] = bytes[from];
            from += 1;
            to += 1;
        }
        row += 1;
    }
    text
}

/// The rows of the calls with the `N` numbers from `first` on.
const fn by_number<const N: usize>(abi: Abi, first: i32) -> [u16; N] {
    let mut rows = [NO_ROW; N];
    let mut row = 0;
    while row < ROWS.len() {
        let number = ROWS[row].0[abi as usize];
        if number >= first && number - first < N as i32 {
            rows[(number - first) as usize] = row as u16;
        }
        row += 1;
    }
    rows
}
