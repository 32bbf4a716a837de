// SPDX-License-Identifier: GPL-2.0

//! Matches text with patterns: `*` stands for any text, `%` for text that is the same on both sides.

/// Whether `theirs` and `ours`, each a pattern and a text, match. The first `%` of both patterns stands for the same
/// text. So do the second `%` of both, and all further ones.
pub fn match_both(theirs: (&str, &str), ours: (&str, &str)) -> bool {
    let mut same = Vec::new();
    match_theirs(theirs.0, theirs.1, &mut same, ours)
}

/// Whether `text` matches `pattern`, in which `%` stands for any text, as `*` does.
pub fn match_one(pattern: &str, text: &str) -> bool {
    match_theirs(pattern, text, &mut Vec::new(), ("*", ""))
}

/// Whether their side matches, and then ours. Adds the text of each `%` to `same`.
fn match_theirs<'a>(pattern: &str, text: &'a str, same: &mut Vec<&'a str>, ours: (&str, &str)) -> bool {
    let mut pattern_chars = pattern.chars();
    match pattern_chars.next() {
        None => text.is_empty() && match_ours(ours.0, ours.1, same),
        Some(wild @ ('*' | '%')) => possible_ends(text).any(|end| {
            if wild == '*' {
                return match_theirs(pattern_chars.as_str(), &text[end..], same, ours);
            }
            same.push(&text[..end]);
            let matches = match_theirs(pattern_chars.as_str(), &text[end..], same, ours);
            same.pop();
            matches
        }),
        Some(literal) => {
            text.strip_prefix(literal).is_some_and(|text| match_theirs(pattern_chars.as_str(), text, same, ours))
        }
    }
}

/// Whether our side matches, if the `%` of its pattern stand for the texts of `same`.
fn match_ours(pattern: &str, text: &str, same: &[&str]) -> bool {
    let mut pattern_chars = pattern.chars();
    match pattern_chars.next() {
        None => text.is_empty(),
        Some('*') => possible_ends(text).any(|end| match_ours(pattern_chars.as_str(), &text[end..], same)),
        Some('%') => match same.split_first() {
            Some((known, same)) => {
                text.strip_prefix(known).is_some_and(|text| match_ours(pattern_chars.as_str(), text, same))
            }
            None => false,
        },
        Some(literal) => text.strip_prefix(literal).is_some_and(|text| match_ours(pattern_chars.as_str(), text, same)),
    }
}

/// The places in `text` at which a piece from its start can end.
fn possible_ends(text: &str) -> impl Iterator<Item = usize> + '_ {
    text.char_indices().map(|(at, _)| at).chain([text.len()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn star_matches_any_text() {
        assert!(match_one("--- * ---", "--- SIGCHLD {} ---"));
        assert!(match_one("*", ""));
        assert!(!match_one("--- * ---", "+++ exited +++"));
        assert!(!match_one("a", "ab"));
    }

    #[test]
    fn percent_matches_same_text_on_both_sides() {
        let both = |theirs, ours| match_both(("{st_mode=%, st_size=%, ...}", theirs), ("{st_mode=%, st_size=%}", ours));
        assert!(both("{st_mode=S_IFREG, st_size=1, ...}", "{st_mode=S_IFREG, st_size=1}"));
        assert!(!both("{st_mode=S_IFREG, st_size=1, ...}", "{st_mode=S_IFREG, st_size=2}"));
        assert!(!both("{st_mode=S_IFREG, st_size=1, ...}", "{st_mode=S_IFDIR, st_size=1}"));
        // If the first way to match their text does not match ours, another does.
        assert!(match_both(("%b*", "abab"), ("%", "aba")));
    }
}
