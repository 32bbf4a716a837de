// SPDX-License-Identifier: GPL-2.0

//! Finds system calls by number or name. All prototypes are one compressed text; statics made at compile time say where
//! in it each begins.

use super::categories::CATEGORIES;
use super::category::Category;
use super::parameter::Parameter;
use super::parsed_row::ParsedRow;
use crate::text::compressed_text::{compressed_text, CompressedText};
use crate::text::NameHash;
use std::sync::OnceLock;
use syscall_record_format::calls::prototype::name_length;
use syscall_record_format::calls::{Abi, ABIS, NUMBERS, ROWS};

/// A system call that the kernel has a name for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KnownCall {
    abi: Abi,
    row: u16,
}

impl KnownCall {
    /// The call of this number; `None` if the kernel has no name for it.
    #[inline]
    pub fn new(abi: Abi, number: u32) -> Option<Self> {
        let row = match number.checked_sub(ARM_PRIVATE as u32) {
            Some(number) if abi == Abi::Arm => ARM_PRIVATE_BY_NUMBER.get(number as usize).copied(),
            _ => BY_NUMBER[abi as usize].row(number as usize),
        };
        row.filter(|&row| row != NO_ROW).map(|row| Self { abi, row })
    }

    /// The numbers of all calls of this name, each with the table that it is in.
    #[inline]
    pub fn by_name(name: &str) -> impl Iterator<Item = (Abi, u32)> + '_ {
        Abi::ALL
            .into_iter()
            .flat_map(Self::all)
            .filter(move |(_, call)| call.name() == name)
            .map(|(number, call)| (call.abi, number))
    }

    /// All calls of a table with their numbers, in the order of the numbers.
    #[inline]
    pub fn all(abi: Abi) -> impl Iterator<Item = (u32, Self)> {
        let private = (0..ARM_PRIVATE_BY_NUMBER.len()).map(|number| ARM_PRIVATE as u32 + number as u32);
        (0..NUMBERS as u32).chain(private).filter_map(move |number| Some((number, Self::new(abi, number)?)))
    }

    /// The name, without the `__NR_` of C's macros.
    #[inline]
    pub fn name(&self) -> &'static str {
        let length = NAME_LENGTHS.get(usize::from(self.row)).copied().unwrap_or(0);
        self.text().get(..usize::from(length)).unwrap_or_default()
    }

    /// The name and its hash. Unlike [`name`](Self::name), this is fast from the second time on.
    #[inline]
    pub(crate) fn name_and_hash(&self) -> (&'static str, NameHash) {
        let row = self.parsed();
        (row.name, row.name_hash)
    }

    /// The place of the row in the table, below [`ROW_COUNT`].
    #[inline]
    pub(crate) fn row(&self) -> usize {
        usize::from(self.row)
    }

    /// The prototype: name and parameters, as the row has them.
    #[inline]
    pub fn text(&self) -> &'static str {
        prototype(self.row.into())
    }

    /// The parameters. `None` if they are not known, because the kernel does not implement the call any more.
    #[inline]
    pub fn parameters(&self) -> Option<impl Iterator<Item = Parameter>> {
        Some(self.parameter_list()?.iter().copied())
    }

    /// The parameters, as [`parameters`](Self::parameters) has them.
    #[inline]
    pub(crate) fn parameter_list(&self) -> Option<&'static [Parameter]> {
        self.parsed().parameters.as_deref()
    }

    /// The row, which is parsed at its first use.
    #[inline]
    fn parsed(&self) -> &'static ParsedRow {
        static UNKNOWN: ParsedRow = ParsedRow::UNKNOWN;
        let rows = PARSED[self.abi as usize].get_or_init(no_rows);
        let row = rows.get(usize::from(self.row));
        row.map_or(&UNKNOWN, |row| row.get_or_init(|| ParsedRow::new(self.text(), self.abi)))
    }

    /// The category.
    #[inline]
    pub fn category(&self) -> Category {
        CATEGORY_OF_ROW.get(usize::from(self.row)).copied().unwrap_or(Category::Other)
    }

    /// Whether the call reads from a file descriptor or writes to one.
    #[inline]
    pub fn is_io(&self) -> bool {
        self.is_io_read() || self.is_io_write()
    }

    /// Whether the call reads from a file descriptor.
    #[inline]
    pub fn is_io_read(&self) -> bool {
        self.category() == Category::IoRead
    }

    /// Whether the call writes to a file descriptor.
    #[inline]
    pub fn is_io_write(&self) -> bool {
        self.category() == Category::IoWrite
    }

    /// Whether it returns from the handler of a signal. The kernel loses the call's number in that.
    pub fn is_sigreturn(&self) -> bool {
        matches!(self.name(), "sigreturn" | "rt_sigreturn")
    }
}

/// All rows of the table in the order of their names: the prototype, and the number in each table of [`Abi::ALL`].
#[inline]
pub fn prototypes() -> impl Iterator<Item = (&'static str, [Option<u32>; ABIS])> {
    let number =
        |abi, row| KnownCall::all(abi).find(|(_, call)| usize::from(call.row) == row).map(|(number, _)| number);
    (0..ROWS.len()).map(move |row| (prototype(row), Abi::ALL.map(|abi| number(abi, row))))
}

#[inline]
fn prototype(row: usize) -> &'static str {
    let place = STARTS.get(row).zip(STARTS.get(row + 1));
    place.and_then(|(&start, &end)| PROTOTYPES.get().get(usize::from(start)..usize::from(end))).unwrap_or_default()
}

/// How many rows the table has.
pub(crate) const ROW_COUNT: usize = ROWS.len();
/// The base of the numbers of ARM's private calls, `__ARM_NR_BASE` of its `asm/unistd.h`.
const ARM_PRIVATE: i32 = 0xf_0000;
/// No row: all bits that [`RowsByNumber`] has.
const NO_ROW: u16 = 0x3ff;
const _: () = assert!(ROWS.len() < NO_ROW as usize, "the table has too many rows");

/// The prototypes of all rows, one after another.
static PROTOTYPES: CompressedText = compressed_text!("prototypes");
/// Where each row begins in [`PROTOTYPES`], and where the last ends.
static STARTS: [u16; ROWS.len() + 1] = starts();
static NAME_LENGTHS: [u8; ROWS.len()] = name_lengths();
/// For each table the rows that were parsed. (Not one array for all: it would be as large in the program's file.)
static PARSED: [OnceLock<Box<[OnceLock<ParsedRow>]>>; ABIS] = [const { OnceLock::new() }; ABIS];
static CATEGORY_OF_ROW: [Category; ROWS.len()] = category_of_row();
/// For each table and number the row of the call, or [`NO_ROW`].
static BY_NUMBER: [RowsByNumber; ABIS] = [
    RowsByNumber::new(Abi::Arm64),
    RowsByNumber::new(Abi::Arm),
    RowsByNumber::new(Abi::X86_64),
    RowsByNumber::new(Abi::I386),
];
/// For each private call of ARM its row, or [`NO_ROW`].
static ARM_PRIVATE_BY_NUMBER: [u16; 8] = by_number(Abi::Arm, ARM_PRIVATE);

/// The rows of the calls below [`NUMBERS`], each in ten bits.
struct RowsByNumber {
    low: [u8; NUMBERS],
    /// The upper two bits of four rows.
    high: [u8; NUMBERS / 4],
}

impl RowsByNumber {
    const fn new(abi: Abi) -> Self {
        let rows = by_number::<NUMBERS>(abi, 0);
        let mut packed = Self { low: [0; NUMBERS], high: [0; NUMBERS / 4] };
        let mut number = 0;
        while number < NUMBERS {
            packed.low[number] = rows[number] as u8;
            packed.high[number / 4] |= ((rows[number] >> 8) as u8) << (2 * (number % 4));
            number += 1;
        }
        packed
    }

    /// The row of a number, or [`NO_ROW`]; `None` if the number is too large.
    #[inline]
    fn row(&self, number: usize) -> Option<u16> {
        let (low, high) = self.low.get(number).zip(self.high.get(number / 4))?;
        Some(u16::from(*low) | ((u16::from(high >> (2 * (number % 4))) & 3) << 8))
    }
}

const fn starts() -> [u16; ROWS.len() + 1] {
    let mut starts = [0; ROWS.len() + 1];
    let mut row = 0;
    while row < ROWS.len() {
        let end = starts[row] as usize + ROWS[row].prototype.len();
        assert!(end <= u16::MAX as usize, "the prototypes take more than 64 KiB");
        starts[row + 1] = end as u16;
        row += 1;
    }
    starts
}

/// Bytes of each row's name.
const fn name_lengths() -> [u8; ROWS.len()] {
    let mut lengths = [0; ROWS.len()];
    let mut row = 0;
    while row < ROWS.len() {
        let length = name_length(ROWS[row].prototype.as_bytes());
        assert!(length <= u8::MAX as usize, "a call's name is too long");
        lengths[row] = length as u8;
        row += 1;
    }
    lengths
}

#[cold]
fn no_rows() -> Box<[OnceLock<ParsedRow>]> {
    (0..ROWS.len()).map(|_| OnceLock::new()).collect()
}

/// The category of each row. Rows and [`CATEGORIES`] are both in the order of names, and some rows share a name.
const fn category_of_row() -> [Category; ROWS.len()] {
    let mut categories = [Category::Other; ROWS.len()];
    let (mut row, mut entry) = (0, 0);
    while row < ROWS.len() {
        while !has_name(ROWS[row].prototype.as_bytes(), CATEGORIES[entry].0.as_bytes()) {
            entry += 1;
            assert!(entry < CATEGORIES.len(), "a call has no category: scripts/generate-calls writes both tables");
        }
        categories[row] = CATEGORIES[entry].1;
        row += 1;
    }
    categories
}

const fn has_name(prototype: &[u8], name: &[u8]) -> bool {
    let mut at = 0;
    while at < name.len() && at < prototype.len() && prototype[at] == name[at] {
        at += 1;
    }
    at == name.len() && at == name_length(prototype)
}

/// The rows of the calls with the `N` numbers from `first` on.
const fn by_number<const N: usize>(abi: Abi, first: i32) -> [u16; N] {
    let mut rows = [NO_ROW; N];
    let mut row = 0;
    while row < ROWS.len() {
        let number = ROWS[row].numbers[abi as usize];
        if number >= first && number - first < N as i32 {
            rows[(number - first) as usize] = row as u16;
        }
        row += 1;
    }
    rows
}
