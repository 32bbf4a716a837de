// SPDX-License-Identifier: GPL-2.0

//! Tables in which a text is found by its name.

use super::compressed_text::CompressedText;
use super::NameHash;
use std::sync::OnceLock;

/// A table of names, each with a text, sorted by name. All rows are one compressed text, because pointers to the rows
/// would take more memory than the rows do; the build script compresses it.
#[derive(Debug)]
pub(crate) struct TextTable<const ROWS: usize> {
    /// The rows, one after another: name, blank, text.
    text: CompressedText,
    /// The offset at which each row ends.
    ends: [u16; ROWS],
    /// Where each name is; made at the first search.
    index: OnceLock<Box<[NamePlace]>>,
}

/// A place of a hash table of names: the hash of a name, and its row; [`NO_ROW`] if the place is free.
#[derive(Clone, Copy, Debug)]
struct NamePlace {
    hash: NameHash,
    row: u16,
}

const NO_ROW: u16 = u16::MAX;

impl<const ROWS: usize> TextTable<ROWS> {
    /// The table with these rows, of which `text` is the compressed text.
    pub(crate) const fn new(rows: &[(&str, &str)], text: CompressedText) -> Self {
        let mut ends = [0; ROWS];
        let (mut row, mut end) = (0, 0);
        while row < ROWS {
            end += rows[row].0.len() + 1 + rows[row].1.len();
            assert!(end <= u16::MAX as usize, "the table takes more than 64 KiB");
            ends[row] = end as u16;
            row += 1;
        }
        Self { text, ends, index: OnceLock::new() }
    }

    /// Finds the text of a name.
    pub(crate) fn find(&'static self, name: &str) -> Option<&'static str> {
        let (key, text) = self.row(self.find_row(NameHash::new(name))?)?;
        (key == name).then_some(text)
    }

    /// Finds the row of the name with this hash. No two names of a table have the same hash.
    pub(crate) fn find_row(&'static self, hash: NameHash) -> Option<usize> {
        let index = match self.index.get() {
            Some(index) => index,
            None => fill_index(&self.index, self.text.get(), &self.ends),
        };
        find_row(index, hash)
    }

    /// The name and the text of a row.
    #[cold]
    pub(crate) fn row(&'static self, row: usize) -> Option<(&'static str, &'static str)> {
        name_and_text(self.text.get(), &self.ends, row)
    }
}

fn find_row(index: &[NamePlace], hash: NameHash) -> Option<usize> {
    let mut at = hash.number() as usize;
    loop {
        // The size is a power of two, and a place is free.
        let place = index.get(at & index.len().wrapping_sub(1))?;
        if place.row == NO_ROW {
            return None;
        }
        if place.hash == hash {
            return Some(usize::from(place.row));
        }
        at = at.wrapping_add(1);
    }
}

#[cold]
#[inline(never)]
fn fill_index<'a>(index: &'a OnceLock<Box<[NamePlace]>>, text: &'static str, ends: &[u16]) -> &'a [NamePlace] {
    index.get_or_init(|| make_index(text, ends))
}

#[cold]
fn make_index(text: &'static str, ends: &[u16]) -> Box<[NamePlace]> {
    let size = (2 * ends.len()).next_power_of_two();
    let mut index = vec![NamePlace { hash: NameHash::new(""), row: NO_ROW }; size];
    for row in 0..ends.len() {
        let hash = name_and_text(text, ends, row).map_or(NameHash::new(""), |(name, _)| NameHash::new(name));
        let mut at = hash.number() as usize;
        while index.get(at % size).is_some_and(|place| place.row != NO_ROW) {
            at = at.wrapping_add(1);
        }
        if let Some(place) = index.get_mut(at % size) {
            *place = NamePlace { hash, row: row as u16 };
        }
    }
    index.into()
}

#[inline(never)]
fn name_and_text(text: &'static str, ends: &[u16], row: usize) -> Option<(&'static str, &'static str)> {
    let start = row.checked_sub(1).map_or(Some(0), |before| ends.get(before).copied())?;
    text.get(usize::from(start)..usize::from(*ends.get(row)?))?.split_once(' ')
}
