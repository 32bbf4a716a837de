// SPDX-License-Identifier: GPL-2.0

//! The table for programs that print: all texts in one string, and their places by number. The module has none.

use super::text::{name_end, Span};
use super::{rows::ROWS, Abi, Category, Parameter, Pieces, ABIS, NUMBERS};
use crate::packed::{packed_length, Text};

/// A system call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Call {
    abi: Abi,
    row: u16,
}

impl Call {
    /// The call of this number, if the kernel has a name for it.
    #[inline]
    pub fn new(abi: Abi, number: u32) -> Option<Self> {
        let row = match number.checked_sub(ARM_PRIVATE as u32) {
            Some(number) if abi == Abi::Arm => ARM_PRIVATE_BY_NUMBER.get(number as usize),
            _ => BY_NUMBER[abi as usize].get(number as usize),
        };
        row.filter(|&&row| row != NO_ROW).map(|&row| Self { abi, row })
    }

    /// The numbers of the calls of this name, by the programs that use them.
    #[inline]
    pub fn by_name(name: &str) -> impl Iterator<Item = (Abi, u32)> + '_ {
        Abi::ALL
            .into_iter()
            .flat_map(Self::all)
            .filter(move |(_, call)| call.name() == name)
            .map(|(number, call)| (call.abi, number))
    }

    /// All calls that a program has, with their numbers, in their order.
    #[inline]
    pub fn all(abi: Abi) -> impl Iterator<Item = (u32, Self)> {
        let private = (0..ARM_PRIVATE_BY_NUMBER.len()).map(|number| ARM_PRIVATE as u32 + number as u32);
        (0..NUMBERS as u32).chain(private).filter_map(move |number| Some((number, Self::new(abi, number)?)))
    }

    /// Name, as `__NR_` macros have it.
    #[inline]
    pub fn name(&self) -> &'static str {
        let text = self.text();
        text.get(..name_end(text.as_bytes())).unwrap_or(text)
    }

    /// Name and parameters, as the table has them.
    #[inline]
    pub fn text(&self) -> &'static str {
        text_of(self.row.into())
    }

    /// The arguments; `None` if the kernel has nothing behind the number, so that they are not known.
    #[inline]
    pub fn parameters(&self) -> Option<impl Iterator<Item = Parameter>> {
        let text = self.text();
        let mut pieces = Pieces::new(text.as_bytes(), self.abi)?;
        let part = |span: Span| text.get(span.start..span.end).unwrap_or_default();
        Some(core::iter::from_fn(move || {
            let piece = pieces.next()?;
            Some(Parameter {
                name: part(piece.name),
                kind: part(piece.word),
                direction: piece.direction,
                length: piece.length.map(part),
                register: piece.register,
                is_pair: piece.is_pair,
            })
        }))
    }

    /// What it is about.
    #[inline]
    pub fn category(&self) -> Category {
        CATEGORIES.get(usize::from(self.row)).copied().unwrap_or(Category::Other)
    }

    /// Whether it reads from a file descriptor or writes to one.
    #[inline]
    pub fn is_io(&self) -> bool {
        self.is_io_read() || self.is_io_write()
    }

    /// Whether it reads from a file descriptor.
    #[inline]
    pub fn is_io_read(&self) -> bool {
        self.category() == Category::IoRead
    }

    /// Whether it writes to a file descriptor.
    #[inline]
    pub fn is_io_write(&self) -> bool {
        self.category() == Category::IoWrite
    }
}

/// All rows of the table, by name: the text and the number in each [`Abi`].
#[inline]
pub fn prototypes() -> impl Iterator<Item = (&'static str, [Option<u32>; ABIS])> {
    let number = |abi, row| Call::all(abi).find(|(_, call)| usize::from(call.row) == row).map(|(number, _)| number);
    (0..ROWS.len()).map(move |row| (text_of(row), Abi::ALL.map(|abi| number(abi, row))))
}

#[inline]
fn text_of(row: usize) -> &'static str {
    let place = STARTS.get(row).zip(STARTS.get(row + 1));
    place.and_then(|(&start, &end)| TEXT.get().get(usize::from(start)..usize::from(end))).unwrap_or_default()
}

/// The number that ARM's private calls follow, `__ARM_NR_BASE` of its `asm/unistd.h`.
const ARM_PRIVATE: i32 = 0xf_0000;

/// The texts of all rows, one after another.
static TEXT: Text<{ packed_length(&text()) }> = Text::new(&text());
/// Where in [`TEXT`] each row's starts, and the last ends.
static STARTS: [u16; ROWS.len() + 1] = starts();
static CATEGORIES: [Category; ROWS.len()] = categories();
/// For each [`Abi`] and number the row of the call, or [`NO_ROW`].
static BY_NUMBER: [[u16; NUMBERS]; ABIS] =
    [by_number(Abi::Arm64, 0), by_number(Abi::Arm, 0), by_number(Abi::X86_64, 0), by_number(Abi::I386, 0)];
static ARM_PRIVATE_BY_NUMBER: [u16; 8] = by_number(Abi::Arm, ARM_PRIVATE);

const NO_ROW: u16 = u16::MAX;
const TEXT_LENGTH: usize = starts()[ROWS.len()] as usize;

#[inline]
const fn starts() -> [u16; ROWS.len() + 1] {
    let mut starts = [0; ROWS.len() + 1];
    let mut row = 0;
    while row < ROWS.len() {
        let end = starts[row] as usize + ROWS[row].2.len();
        assert!(end <= u16::MAX as usize, "the texts take more than 64 KiB");
        starts[row + 1] = end as u16;
        row += 1;
    }
    starts
}

#[inline]
const fn text() -> [u8; TEXT_LENGTH] {
    let mut text = [0; TEXT_LENGTH];
    let (mut row, mut to) = (0, 0);
    while row < ROWS.len() {
        let bytes = ROWS[row].2.as_bytes();
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

#[inline]
const fn categories() -> [Category; ROWS.len()] {
    let mut categories = [Category::Other; ROWS.len()];
    let mut row = 0;
    while row < ROWS.len() {
        categories[row] = ROWS[row].1;
        row += 1;
    }
    categories
}

/// The rows of the calls with the `N` numbers from `first` on.
#[inline]
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
