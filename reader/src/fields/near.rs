// SPDX-License-Identifier: GPL-2.0

//! Suggests a known word for an unknown one.

/// The most bytes of a word that is compared. No known word is longer.
const MAX: usize = 48;

/// Finds the candidate that `word` becomes by the fewest changes of a letter. `None` if that takes more than a change
/// for every three letters (at least 1, at most 4).
#[cold]
#[inline(never)]
pub fn nearest<'a>(word: &str, candidates: &mut dyn Iterator<Item = &'a str>) -> Option<&'a str> {
    let mut best = None;
    let mut least = (word.len() / 3).clamp(1, 4) + 1;
    for candidate in candidates {
        let distance = distance(word.as_bytes(), candidate.as_bytes(), least);
        if distance < least {
            (best, least) = (Some(candidate), distance);
        }
    }
    best
}

/// Counts the letters to change, insert, leave out, or exchange with their neighbor to turn one word into the other.
/// Gives `limit` if that many or more.
fn distance(from: &[u8], to: &[u8], limit: usize) -> usize {
    if from.len() > MAX || to.len() > MAX || from.len().abs_diff(to.len()) >= limit {
        return limit;
    }
    // The distances for one letter of `from`, and for the two letters before it.
    let mut rows = [[0u8; MAX + 1]; 3];
    for (column, start) in rows[0].iter_mut().enumerate() {
        *start = column as u8;
    }
    let mut before = None;
    for (index, &letter) in from.iter().enumerate() {
        let [last, second, ..] = rows;
        let mut row = [0; MAX + 1];
        row[0] = index as u8 + 1;
        for (column, &other) in to.iter().enumerate() {
            let change = last[column] + u8::from(!letter.eq_ignore_ascii_case(&other));
            let mut least = change.min(last[column + 1] + 1).min(row[column] + 1);
            if column > 0 && before == Some(other) && to.get(column - 1) == Some(&letter) {
                least = least.min(second[column - 1] + 1);
            }
            row[column + 1] = least;
        }
        before = Some(letter);
        rows = [row, last, second];
    }
    usize::from(rows[0][to.len()]).min(limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near<'a>(word: &str, candidates: &'a [&'a str]) -> Option<&'a str> {
        nearest(word, &mut candidates.iter().copied())
    }

    #[test]
    fn word_with_few_changes_is_suggested() {
        let calls = ["open", "openat", "close", "clone", "read", "epoll_create1"];
        assert_eq!(near("opne", &calls), Some("open"));
        assert_eq!(near("opanet", &calls), Some("openat"));
        assert_eq!(near("clos", &calls), Some("close"));
        assert_eq!(near("OPENAT", &calls), Some("openat"));
        assert_eq!(near("epollcreate", &calls), Some("epoll_create1"));
        assert_eq!(near("xyz", &calls), None);
        assert_eq!(near("", &calls), None);
        assert_eq!(near(&"o".repeat(1000), &calls), None);
    }

    #[test]
    fn distance_counts_changes_of_letters() {
        let distance = |from: &str, to: &str| distance(from.as_bytes(), to.as_bytes(), 100);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("ab", "ba"), 1);
        assert_eq!(distance("same", "same"), 0);
    }
}
