// SPDX-License-Identifier: GPL-2.0

//! Tables in which a text is found by its name.

use crate::text::compressed_text::{compressed_length as packed_length, CompressedText as Text};
use std::cmp::Ordering;

/// A table of names, each with a text, sorted by name. All rows are one compressed text, because pointers to the rows
/// would take more memory than the rows do.
#[derive(Debug)]
pub(crate) struct TextTable<const ROWS: usize, const BYTES: usize> {
    /// The rows, one after another: name, blank, text.
    text: Text<BYTES>,
    /// The offset at which each row ends.
    ends: [u16; ROWS],
}

/// Computes how many bytes the compressed rows take: `BYTES` of a [`TextTable`].
pub(crate) const fn compressed_length(rows: &[(&str, &str)]) -> usize {
    let (text, length) = join(rows, &mut []);
    packed_length(text.split_at(length).0)
}

/// Joins the rows; gives them and their length. Writes where each row ends to `ends`, as far as that has room.
const fn join(rows: &[(&str, &str)], ends: &mut [u16]) -> ([u8; 1 << 16], usize) {
    let mut text = [b' '; 1 << 16];
    let (mut row, mut to) = (0, 0);
    while row < rows.len() {
        let parts = [rows[row].0.as_bytes(), rows[row].1.as_bytes()];
        let mut part = 0;
        while part < parts.len() {
            // Before the second part this skips the blank.
            to += part;
            let mut from = 0;
            while from < parts[part].len() {
                text[to] = parts[part][from];
                from += 1;
                to += 1;
            }
            part += 1;
        }
        if row < ends.len() {
            ends[row] = to as u16;
        }
        row += 1;
    }
    (text, to)
}

impl<const ROWS: usize, const BYTES: usize> TextTable<ROWS, BYTES> {
    /// Compresses the rows at compile time.
    pub(crate) const fn new(rows: &[(&str, &str)]) -> Self {
        let mut ends = [0; ROWS];
        let (text, length) = join(rows, &mut ends);
        Self { text: Text::new(text.split_at(length).0), ends }
    }

    /// Finds the text of a name.
    pub(crate) fn find(&'static self, name: &str) -> Option<&'static str> {
        find(self.text.get(), &self.ends, name)
    }
}

#[inline(never)]
fn find(text: &'static str, ends: &[u16], name: &str) -> Option<&'static str> {
    let (mut low, mut high) = (0, ends.len());
    while low < high {
        let middle = (low + high) / 2;
        let start = middle.checked_sub(1).map_or(Some(0), |before| ends.get(before).copied())?;
        let (key, text) = text.get(usize::from(start)..usize::from(*ends.get(middle)?))?.split_once(' ')?;
        match key.cmp(name) {
            Ordering::Less => low = middle + 1,
            Ordering::Greater => high = middle,
            Ordering::Equal => return Some(text),
        }
    }
    None
}
