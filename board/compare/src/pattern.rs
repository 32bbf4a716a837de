// SPDX-License-Identifier: GPL-2.0

//! Patterns of text: `*` stands for any text, `%` for text that is the same on both sides.

/// Whether `theirs` and `ours` match their patterns; the first `%` of both patterns stands for the same
/// text, and so do the second and all others.
pub fn match_both(theirs: (&str, &str), ours: (&str, &str)) -> bool {
    let mut same = Vec::new();
    first(theirs.0, theirs.1, &mut same, ours)
}

/// Whether `text` matches `pattern`, where `%` is like `*`.
pub fn match_one(pattern: &str, text: &str) -> bool {
    first(pattern, text, &mut Vec::new(), ("*", ""))
}

fn first<'a>(pattern: &str, text: &'a str, same: &mut Vec<&'a str>, ours: (&str, &str)) -> bool {
    let mut pattern_chars = pattern.chars();
    match pattern_chars.next() {
        None => text.is_empty() && second(ours.0, ours.1, same),
        Some(wild @ ('*' | '%')) => ends(text).any(|end| {
            if wild == '*' {
                return first(pattern_chars.as_str(), &text[end..], same, ours);
            }
            same.push(&text[..end]);
            let matches = first(pattern_chars.as_str(), &text[end..], same, ours);
            same.pop();
            matches
        }),
        Some(literal) => text.strip_prefix(literal).is_some_and(|text| first(pattern_chars.as_str(), text, same, ours)),
    }
}

/// The same for the other side, where each `%` is known.
fn second(pattern: &str, text: &str, same: &[&str]) -> bool {
    let mut pattern_chars = pattern.chars();
    match pattern_chars.next() {
        None => text.is_empty(),
        Some('*') => ends(text).any(|end| second(pattern_chars.as_str(), &text[end..], same)),
        Some('%') => match same.split_first() {
            Some((known, same)) => {
                text.strip_prefix(known).is_some_and(|text| second(pattern_chars.as_str(), text, same))
            }
            None => false,
        },
        Some(literal) => text.strip_prefix(literal).is_some_and(|text| second(pattern_chars.as_str(), text, same)),
    }
}

/// Where a piece that begins with `text` can end.
fn ends(text: &str) -> impl Iterator<Item = usize> + '_ {
    text.char_indices().map(|(at, _)| at).chain([text.len()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_text() {
        assert!(match_one("--- * ---", "--- SIGCHLD {} ---"));
        assert!(match_one("*", ""));
        assert!(!match_one("--- * ---", "+++ exited +++"));
        assert!(!match_one("a", "ab"));
    }

    #[test]
    fn the_same_text() {
        let both = |theirs, ours| match_both(("{st_mode=%, st_size=%, ...}", theirs), ("{st_mode=%, st_size=%}", ours));
        assert!(both("{st_mode=S_IFREG, st_size=1, ...}", "{st_mode=S_IFREG, st_size=1}"));
        assert!(!both("{st_mode=S_IFREG, st_size=1, ...}", "{st_mode=S_IFREG, st_size=2}"));
        assert!(!both("{st_mode=S_IFREG, st_size=1, ...}", "{st_mode=S_IFDIR, st_size=1}"));
        // The first way to match their text is not the only one.
        assert!(match_both(("%b*", "abab"), ("%", "aba")));
    }
}
