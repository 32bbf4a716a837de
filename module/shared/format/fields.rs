// SPDX-License-Identifier: GPL-2.0

//! The bits of a record's words and of a header's second word, as the tables of the folder's documentation have them.

use super::layout::{MAX_CHUNK_BYTES, SLOTS};

/// A field of a word: `width` bits from bit `shift`.
#[derive(Clone, Copy)]
pub(super) struct BitField {
    pub(super) shift: u32,
    pub(super) width: u32,
}

impl BitField {
    const fn new(shift: u32, width: u32) -> Self {
        Self { shift, width }
    }

    /// The largest value the field holds.
    #[inline(always)]
    pub(super) const fn max(self) -> u64 {
        u64::MAX >> (64 - self.width)
    }

    /// `value`, shifted into its place. Bits that do not fit are cut off.
    #[inline(always)]
    pub(super) const fn put(self, value: u64) -> u64 {
        (value & self.max()) << self.shift
    }

    /// The field's value in `word`.
    #[inline(always)]
    pub(super) const fn get(self, word: u64) -> u64 {
        (word >> self.shift) & self.max()
    }

    /// The field's value in `word`, sign-extended.
    #[inline(always)]
    pub(super) const fn get_signed(self, word: u64) -> i64 {
        ((word << (64 - self.shift - self.width)) as i64) >> (64 - self.width)
    }
}

pub(super) const HEADER_EDGES: BitField = BitField::new(48, 2);
pub(super) const HEADER_HAS_ARGS: BitField = BitField::new(50, 1);
pub(super) const KIND: BitField = BitField::new(0, 4);
pub(super) const CALL_NUMBER: BitField = BitField::new(4, 9);
pub(super) const CALL_RESULT: BitField = BitField::new(13, 16);
pub(super) const CALL_DURATION: BitField = BitField::new(29, 12);
pub(super) const CALL_DELTA: BitField = BitField::new(41, 23);
pub(super) const CALL_ARGS_COUNT: BitField = BitField::new(41, 3);
pub(super) const CALL_ARGS_DELTA: BitField = BitField::new(44, 20);
pub(super) const DELTA: BitField = BitField::new(32, 32);
pub(super) const EXIT_NUMBER: BitField = BitField::new(4, 9);
pub(super) const EXIT_IS_32BIT: BitField = BitField::new(13, 1);
pub(super) const EXIT_ENTRY_MAY_BE_LOST: BitField = BitField::new(14, 1);
pub(super) const EXIT_DELTA: BitField = BitField::new(15, 25);
pub(super) const EXIT_RESULT: BitField = BitField::new(40, 24);
pub(super) const EXIT_WIDE_ARGS: BitField = BitField::new(5, 3);
pub(super) const EXIT_WIDE_IS_WHOLE: BitField = BitField::new(8, 1);
pub(super) const EXIT_WIDE_ENTRY_MAY_BE_LOST: BitField = BitField::new(9, 1);
pub(super) const EXIT_WIDE_DELTA: BitField = BitField::new(10, 22);
pub(super) const EXIT_WIDE_NUMBER: BitField = BitField::new(32, 32);
pub(super) const TIME: BitField = BitField::new(4, 60);
pub(super) const IS_32BIT: BitField = BitField::new(4, 1);
pub(super) const ENTER_WIDE_ARGS: BitField = BitField::new(5, 3);
pub(super) const SLOT: BitField = BitField::new(5, 3);
pub(super) const MEMORY_ARGUMENT: BitField = BitField::new(4, 3);
pub(super) const MEMORY_IS_LAST: BitField = BitField::new(7, 1);
pub(super) const MEMORY_IS_FAULT: BitField = BitField::new(8, 1);
pub(super) const MEMORY_IS_CUT: BitField = BitField::new(9, 1);
pub(super) const MEMORY_AT_RETURN: BitField = BitField::new(10, 1);
pub(super) const MEMORY_BYTES: BitField = BitField::new(11, 10);
pub(super) const MEMORY_CONTINUES: BitField = BitField::new(21, 1);
pub(super) const MEMORY_IS_ABSENT: BitField = BitField::new(22, 1);
pub(super) const MEMORY_CALL: BitField = BitField::new(24, 8);
pub(super) const TASK_TID: BitField = BitField::new(8, 24);
pub(super) const TASK_TGID: BitField = BitField::new(32, 24);
/// Bits that are zero in records of their kind.
pub(super) const ENTER_WIDE_UNUSED: BitField = BitField::new(8, 24);
pub(super) const MEMORY_UNUSED: BitField = BitField::new(23, 1);

/// What differs in records of version 1.
pub(super) mod version_1 {
    use super::BitField;

    pub(in super::super) const EXIT_DELTA: BitField = BitField::new(4, 28);
    pub(in super::super) const EXIT_RESULT: BitField = BitField::new(32, 32);
    pub(in super::super) const EXIT_WIDE_UNUSED: BitField = BitField::new(4, 28);
    pub(in super::super) const MEMORY_UNUSED: BitField = BitField::new(22, 2);
}

pub(super) const KIND_ENTER_WIDE: u64 = 1;
pub(super) const KIND_ENTER: u64 = 2;
pub(super) const KIND_ENTER_ARGS: u64 = 4;
pub(super) const KIND_EXIT: u64 = 6;
pub(super) const KIND_EXIT_WIDE: u64 = 7;
pub(super) const KIND_TIME: u64 = 8;
pub(super) const KIND_TASK: u64 = 9;
pub(super) const KIND_SWITCH: u64 = 14;
pub(super) const KIND_MEMORY: u64 = 15;
/// This bit of the kind turns an ENTER into a CALL.
pub(super) const RETURNED: u64 = 8;

/// The largest delta of an ENTER_WIDE and of a MEMORY.
pub const MAX_DELTA: u64 = DELTA.max();
/// The largest delta of an EXIT.
pub const MAX_EXIT_DELTA: u64 = EXIT_DELTA.max();
/// The largest delta of an EXIT_WIDE.
pub const MAX_EXIT_WIDE_DELTA: u64 = EXIT_WIDE_DELTA.max();

const _: () = assert!(SLOTS == 1 << SLOT.width);
const _: () = assert!(CALL_DELTA.shift + CALL_DELTA.width == 64);
const _: () = assert!(CALL_ARGS_COUNT.shift == CALL_DELTA.shift && CALL_ARGS_DELTA.shift + CALL_ARGS_DELTA.width == 64);
const _: () = assert!(EXIT_RESULT.shift + EXIT_RESULT.width == 64);
const _: () = assert!(EXIT_NUMBER.shift == CALL_NUMBER.shift && EXIT_NUMBER.width == CALL_NUMBER.width);
const _: () = assert!(EXIT_WIDE_DELTA.shift + EXIT_WIDE_DELTA.width == EXIT_WIDE_NUMBER.shift);
const _: () = assert!(MAX_CHUNK_BYTES as u64 <= MEMORY_BYTES.max());
const _: () = assert!(TASK_TGID.shift + TASK_TGID.width <= 64);
