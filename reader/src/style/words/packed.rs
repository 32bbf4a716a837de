// SPDX-License-Identifier: GPL-2.0

//! Tables of text in which names are found.

use crate::text::compressed_text::{compressed_length as packed_length, CompressedText as Text};
use std::cmp::Ordering;

/// Rows of a name and a text, in the order of the names: all in one piece, because pointers to them take more room
/// than they do.
#[derive(Debug)]
pub(in crate::style) struct Packed<const ROWS: usize, const BYTES: usize> {
    /// The rows, one after another: name, blank, text.
    text: Text<BYTES>,
    /// Where each ends.
    ends: [u16; ROWS],
}

/// How many bytes the rows take.
pub(in crate::style) const fn bytes(rows: &[(&str, &str)]) -> usize {
    let (text, length) = joined(rows, &mut []);
    packed_length(text.split_at(length).0)
}

/// The rows, one after another, and how many bytes they take; also where they end, as far as there is room for that.
const fn joined(rows: &[(&str, &str)], ends: &mut [u16]) -> ([u8; 1 << 16], usize) {
    let mut text = [b' '; 1 << 16];
    let (mut row, mut to) = (0, 0);
    while row < rows.len() {
        let parts = [rows[row].0.as_bytes(), rows[row].1.as_bytes()];
        let mut part = 0;
        while part < parts.len() {
            // The blank between them.
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

impl<const ROWS: usize, const BYTES: usize> Packed<ROWS, BYTES> {
    /// Packs rows, while this is compiled.
    pub(in crate::style) const fn new(rows: &[(&str, &str)]) -> Self {
        let mut ends = [0; ROWS];
        let (text, length) = joined(rows, &mut ends);
        Self { text: Text::new(text.split_at(length).0), ends }
    }

    /// The text of a name.
    pub(in crate::style) fn find(&'static self, name: &str) -> Option<&'static str> {
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
