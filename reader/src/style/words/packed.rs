// SPDX-License-Identifier: GPL-2.0

//! Tables of text in which names are found.

use std::cmp::Ordering;
use std::str;

/// Rows of a name and a text, in the order of the names: all in one piece, because pointers to them take more room
/// than they do.
#[derive(Debug)]
pub(in crate::style) struct Packed<const ROWS: usize, const BYTES: usize> {
    /// The rows, one after another: name, blank, text.
    text: [u8; BYTES],
    /// Where each ends.
    ends: [u16; ROWS],
}

/// How many bytes the rows take.
pub(in crate::style) const fn bytes(rows: &[(&str, &str)]) -> usize {
    let (mut row, mut sum) = (0, 0);
    while row < rows.len() {
        sum += rows[row].0.len() + 1 + rows[row].1.len();
        row += 1;
    }
    assert!(sum <= u16::MAX as usize, "the rows take more than 64 KiB");
    sum
}

impl<const ROWS: usize, const BYTES: usize> Packed<ROWS, BYTES> {
    /// Packs rows, while this is compiled.
    pub(in crate::style) const fn new(rows: &[(&str, &str)]) -> Self {
        let (mut text, mut ends) = ([b' '; BYTES], [0; ROWS]);
        let (mut row, mut to) = (0, 0);
        while row < ROWS {
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
            ends[row] = to as u16;
            row += 1;
        }
        Self { text, ends }
    }

    /// The text of a name.
    pub(in crate::style) fn find(&'static self, name: &str) -> Option<&'static str> {
        find(&self.text, &self.ends, name)
    }
}

#[inline(never)]
fn find(text: &'static [u8], ends: &[u16], name: &str) -> Option<&'static str> {
    let (mut low, mut high) = (0, ends.len());
    while low < high {
        let middle = (low + high) / 2;
        let start = middle.checked_sub(1).map_or(Some(0), |before| ends.get(before).copied())?;
        let row = text.get(usize::from(start)..usize::from(*ends.get(middle)?))?;
        let (key, text) = str::from_utf8(row).ok()?.split_once(' ')?;
        match key.cmp(name) {
            Ordering::Less => low = middle + 1,
            Ordering::Greater => high = middle,
            Ordering::Equal => return Some(text),
        }
    }
    None
}
