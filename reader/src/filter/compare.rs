// SPDX-License-Identifier: GPL-2.0

//! Decides whether an event matches.

use super::tree::{Literal, Node, Operator, Test};
use crate::fields::{Field, Value};
use crate::model::Event;
use std::cmp::Ordering;
use std::net::IpAddr;

impl Node {
    /// Whether an event matches. `scratch` is a buffer for values of fields.
    pub(super) fn matches(&self, event: &Event<'_>, scratch: &mut Vec<u8>) -> bool {
        match self {
            Self::And(nodes) => nodes.iter().all(|node| node.matches(event, scratch)),
            Self::Or(nodes) => nodes.iter().any(|node| node.matches(event, scratch)),
            Self::Not(node) => !node.matches(event, scratch),
            Self::Test(test) => test.matches(event, scratch),
        }
    }
}

impl Test {
    /// Whether an event passes.
    #[inline(never)]
    pub(super) fn matches(&self, event: &Event<'_>, scratch: &mut Vec<u8>) -> bool {
        let [Some(local), Some(remote)] = self.field.fields_of_ends() else {
            return self.compare(&self.field, event, scratch).unwrap_or(false);
        };
        // The field is either end of a connection. One end that passes is enough, except for `!=`: there both must
        // pass.
        let (local, remote) = (self.compare(&local, event, scratch), self.compare(&remote, event, scratch));
        match self.operator {
            Operator::NotEqual => local.or(remote).is_some() && local.unwrap_or(true) && remote.unwrap_or(true),
            _ => local.unwrap_or(false) || remote.unwrap_or(false),
        }
    }

    /// Whether the value of `field` passes; `None` if the event does not have the field.
    fn compare(&self, field: &Field, event: &Event<'_>, scratch: &mut Vec<u8>) -> Option<bool> {
        field.value(event, scratch).map(|value| self.accepts(value))
    }

    /// Whether the value of the test's field passes.
    fn accepts(&self, value: Value<'_>) -> bool {
        self.operator == Operator::Exists || self.literals.iter().any(|literal| self.operator.holds(value, literal))
    }
}

impl Operator {
    /// Whether the operator holds between a value and a literal.
    #[inline(never)]
    fn holds(self, value: Value<'_>, literal: &Literal) -> bool {
        let is = |holds: fn(Ordering) -> bool| compare_order(value, literal).is_some_and(holds);
        match self {
            Self::Equal | Self::In => equals(value, literal),
            Self::NotEqual => !equals(value, literal),
            Self::Less => is(Ordering::is_lt),
            Self::LessOrEqual => is(Ordering::is_le),
            Self::Greater => is(Ordering::is_gt),
            Self::GreaterOrEqual => is(Ordering::is_ge),
            _ => match (value, literal) {
                (Value::Text(text), Literal::Text(pattern)) => holds_for_text(self, text, pattern),
                _ => false,
            },
        }
    }
}

/// The order of a value and a literal; `None` if they cannot be ordered.
fn compare_order(value: Value<'_>, literal: &Literal) -> Option<Ordering> {
    match (value, literal) {
        (Value::Int(number), Literal::Number(literal)) => Some(i128::from(number).cmp(literal)),
        (Value::Uint(number), Literal::Number(literal)) => Some(i128::from(number).cmp(literal)),
        (Value::Text(text), Literal::Text(literal)) => Some(text.cmp(literal)),
        _ => None,
    }
}

/// Whether a value equals a literal; an address, whether it is in the literal's network.
fn equals(value: Value<'_>, literal: &Literal) -> bool {
    match (value, literal) {
        (Value::Bool(is_true), Literal::Bool(literal)) => is_true == *literal,
        (Value::Address(address), Literal::Network(network, bits)) => is_in_network(address, *network, *bits),
        // Cheaper than to order them.
        (Value::Text(text), Literal::Text(literal)) => *text == **literal,
        _ => compare_order(value, literal) == Some(Ordering::Equal),
    }
}

/// Whether an address is in a network: the first `bits` of both are equal.
fn is_in_network(address: IpAddr, network: IpAddr, bits: u8) -> bool {
    let bits = u32::from(bits);
    match (address, network) {
        (IpAddr::V4(address), IpAddr::V4(network)) => {
            let differences = address.to_bits() ^ network.to_bits();
            differences.checked_shr(32 - bits).unwrap_or(0) == 0
        }
        (IpAddr::V6(address), IpAddr::V6(network)) => {
            let differences = address.to_bits() ^ network.to_bits();
            differences.checked_shr(128 - bits).unwrap_or(0) == 0
        }
        _ => false,
    }
}

/// Whether an operator that is for texts alone holds.
fn holds_for_text(operator: Operator, text: &[u8], pattern: &[u8]) -> bool {
    match operator {
        Operator::Contains => contains(text, pattern),
        Operator::ContainsAnyCase => {
            pattern.is_empty() || text.windows(pattern.len()).any(|part| part.eq_ignore_ascii_case(pattern))
        }
        Operator::StartsWith => text.starts_with(pattern),
        Operator::EndsWith => text.ends_with(pattern),
        Operator::Glob => matches_glob(text, pattern),
        Operator::PathIn => is_below(text, pattern),
        _ => false,
    }
}

/// Whether `pattern` is somewhere in `text`.
fn contains(mut text: &[u8], pattern: &[u8]) -> bool {
    let Some((&first, rest)) = pattern.split_first() else { return true };
    while let Some(at) = memchr::memchr(first, text) {
        text = text.get(at + 1..).unwrap_or_default();
        if text.starts_with(rest) {
            return true;
        }
    }
    false
}

/// Whether a path is `top` or below it. Each component of `top` may be a pattern.
fn is_below(path: &[u8], top: &[u8]) -> bool {
    fn components(path: &[u8]) -> impl Iterator<Item = &[u8]> {
        path.split(|&byte| byte == b'/').filter(|component| !component.is_empty())
    }
    let is_same_root = path.first() == Some(&b'/') || top.first() != Some(&b'/');
    let mut path = components(path);
    is_same_root && components(top).all(|pattern| path.next().is_some_and(|component| matches_glob(component, pattern)))
}

/// Whether `text` matches a pattern: `*` stands for any bytes, `?` for any byte, `[…]` for a byte of the set, `[!…]`
/// for a byte that is not in the set; `\` takes the special meaning from the next byte.
fn matches_glob(mut text: &[u8], mut pattern: &[u8]) -> bool {
    // The pattern after the last star, and the text after what the star stands for in the current try.
    let mut star: Option<(&[u8], &[u8])> = None;
    loop {
        if let [b'*', rest @ ..] = pattern {
            pattern = rest;
            star = Some((rest, text));
            continue;
        }
        let next = match text.split_first() {
            Some((&byte, rest)) => match_byte(byte, pattern).map(|pattern| (rest, pattern)),
            None if pattern.is_empty() => return true,
            // The rest of the pattern needs more bytes. It would after a longer star, too.
            None => return false,
        };
        if let Some(next) = next {
            (text, pattern) = next;
            continue;
        }
        // Try again, with a star that stands for one more byte.
        let Some((after, from)) = star else { return false };
        let Some((_, from)) = from.split_first() else { return false };
        star = Some((after, from));
        (text, pattern) = (from, after);
    }
}

/// Matches one byte with the beginning of a pattern. Returns the rest of the pattern; `None` if the byte does not
/// match.
fn match_byte(byte: u8, pattern: &[u8]) -> Option<&[u8]> {
    match pattern {
        [] => None,
        [b'?', rest @ ..] => Some(rest),
        [b'\\', escaped, rest @ ..] => (byte == *escaped).then_some(rest),
        [b'[', set @ ..] => match match_set(byte, set) {
            Some((is_in, rest)) => is_in.then_some(rest),
            // There is no closing bracket: the bracket stands for itself.
            None => (byte == b'[').then_some(set),
        },
        [same, rest @ ..] => (byte == *same).then_some(rest),
    }
}

/// Matches one byte with a set. `pattern` begins after the set's opening bracket. Returns whether the byte matches, and
/// the pattern after the set; `None` if the set is not closed.
fn match_set(byte: u8, pattern: &[u8]) -> Option<(bool, &[u8])> {
    let (is_negated, set) = match pattern {
        [b'!' | b'^', rest @ ..] => (true, rest),
        _ => (false, pattern),
    };
    // A closing bracket that comes first belongs to the set.
    let end = 1 + set.get(1..)?.iter().position(|&byte| byte == b']')?;
    let (mut members, rest) = (set.get(..end)?, set.get(end + 1..)?);
    let mut is_in = false;
    while let Some((&first, others)) = members.split_first() {
        (is_in, members) = match others {
            [b'-', last, others @ ..] => (is_in || (first..=*last).contains(&byte), others),
            _ => (is_in || first == byte, others),
        };
    }
    Some((is_in != is_negated, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn glob_matches_stars_sets_and_escapes() {
        let glob = |text: &str, pattern: &str| matches_glob(text.as_bytes(), pattern.as_bytes());
        for (text, pattern) in [
            ("", ""),
            ("", "*"),
            ("abc", "abc"),
            ("abc", "*"),
            ("abc", "a*c"),
            ("abcbc", "a*bc"),
            ("/var/log/x.log", "/var/*/*.log"),
            ("abc", "a?c"),
            ("abc", "a[abc]c"),
            ("abc", "a[!x-z]c"),
            ("a]c", "a[]]c"),
            ("a-c", "a[a-]c"),
            ("a*c", "a\\*c"),
            ("a[c", "a[c"),
            ("aaaaaaaaaaaaaaaaaaaaaaaaaaaab", "*a*a*a*a*a*a*b"),
        ] {
            assert!(glob(text, pattern), "{text} {pattern}");
        }
        for (text, pattern) in [
            ("", "?"),
            ("abc", ""),
            ("abc", "ab"),
            ("abc", "a[!b]c"),
            ("axc", "a\\*c"),
            ("abd", "*c"),
            ("abc", "a[d-z]c"),
            ("aaaaaaaaaaaaaaaaaaaaaaaaaaaa", "*a*a*a*a*a*a*b"),
        ] {
            assert!(!glob(text, pattern), "{text} {pattern}");
        }
    }

    #[test]
    fn paths_are_compared_by_component() {
        let is_below = |path: &str, top: &str| is_below(path.as_bytes(), top.as_bytes());
        assert!(is_below("/var/run", "/var/run"));
        assert!(is_below("/var/run/x", "/var/run/"));
        assert!(is_below("/var/lib/x", "/var/*/x"));
        assert!(is_below("/any", "/"));
        assert!(is_below("a/b", "a"));
        assert!(!is_below("/var/running", "/var/run"));
        assert!(!is_below("/var", "/var/run"));
        assert!(!is_below("var/run", "/var"));
    }

    #[test]
    fn addresses_are_compared_by_prefix() {
        let is_in_network = |address: &str, network: &str, bits| {
            super::is_in_network(address.parse().expect("address"), network.parse().expect("network"), bits)
        };
        assert!(is_in_network("10.1.2.3", "10.0.0.0", 8));
        assert!(is_in_network("10.1.2.3", "1.1.1.1", 0));
        assert!(is_in_network("fe80::1", "fe80::2", 64));
        assert!(is_in_network("fe80::1", "::", 0));
        assert!(!is_in_network("11.1.2.3", "10.0.0.0", 8));
        assert!(!is_in_network("10.0.0.1", "10.0.0.0", 32));
        assert!(!is_in_network("::1", "0.0.0.1", 0));
    }
}
