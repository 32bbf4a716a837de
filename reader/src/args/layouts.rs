// SPDX-License-Identifier: GPL-2.0

//! Finds layouts of structures.

use super::layout_rows::LAYOUTS;
use crate::text::compressed_text::compressed_text;
use crate::text::table::TextTable;

static TABLE: TextTable<{ LAYOUTS.len() }> = TextTable::new(LAYOUTS, compressed_text!("layouts"));

/// Finds the layout of the structure of this name.
pub(super) fn find_layout(name: &str) -> Option<&'static str> {
    TABLE.find(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::constants::ConstantSet;

    #[test]
    fn every_layout_parses_and_refers_to_known_structures_and_sets() {
        assert!(LAYOUTS.windows(2).all(|pair| pair[0].0 < pair[1].0), "the structures are not sorted by name");
        for (name, fields) in LAYOUTS {
            assert_eq!(find_layout(name), Some(*fields));
            for field in fields.split(' ').filter(|&field| field != "...") {
                if let Some(offset) = field.strip_prefix('@') {
                    offset.parse::<u8>().unwrap_or_else(|_| panic!("{name}: {field}"));
                    continue;
                }
                let (_, what) = field.split_once(':').unwrap_or_else(|| panic!("{name}: {field}"));
                if let Some(inner) = what.strip_prefix('(') {
                    assert!(find_layout(inner.trim_end_matches(')')).is_some(), "{name}: {field}");
                } else if let Some((_, set)) = what.split_once('/') {
                    assert!(ConstantSet::new(set).is_some(), "{name}: {field}");
                }
            }
        }
        assert_eq!(find_layout("timespe"), None);
    }
}
