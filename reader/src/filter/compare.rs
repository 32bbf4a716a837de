// SPDX-License-Identifier: GPL-2.0

//! Whether an event passes a test.

use super::{Literal, Operator, Test};
use crate::fields::{Field, Value};
use crate::model::Event;
use std::cmp::Ordering;
use std::net::IpAddr;

impl Test {
    #[inline(never)]
    pub(super) fn matches(&self, event: &Event<'_>, scratch: &mut Vec<u8>) -> bool {
        let [local, remote] = self.field.ends();
        let (Some(local), Some(remote)) = (local, remote) else {
            return self.of(&self.field, event, scratch).unwrap_or(false);
        };
        // Either end may be the one; only where it must not be, both count.
        let (local, remote) = (self.of(&local, event, scratch), self.of(&remote, event, scratch));
        match self.operator {
            Operator::NotEqual => local.or(remote).is_some() && local.unwrap_or(true) && remote.unwrap_or(true),
            _ => local.unwrap_or(false) || remote.unwrap_or(false),
        }
    }

    /// Whether `field` passes; `None` if the event does not have it.
    fn of(&self, field: &Field, event: &Event<'_>, scratch: &mut Vec<u8>) -> Option<bool> {
        field.value(event, scratch).map(|value| self.suits(value))
    }

    fn suits(&self, value: Value<'_>) -> bool {
        self.operator == Operator::Exists || self.literals.iter().any(|literal| self.operator.suits(value, literal))
    }
}

impl Operator {
    /// Whether a value compares with a literal in this way.
    #[inline(never)]
    fn suits(self, value: Value<'_>, literal: &Literal) -> bool {
        let is = |suits: fn(Ordering) -> bool| order(value, literal).is_some_and(suits);
        match self {
            Self::Equal | Self::In => equals(value, literal),
            Self::NotEqual => !equals(value, literal),
            Self::Less => is(Ordering::is_lt),
            Self::LessOrEqual => is(Ordering::is_le),
            Self::Greater => is(Ordering::is_gt),
            Self::GreaterOrEqual => is(Ordering::is_ge),
            _ => match (value, literal) {
                (Value::Text(text), Literal::Text(pattern)) => resembles(self, text, pattern),
                _ => false,
            },
        }
    }
}

fn order(value: Value<'_>, literal: &Literal) -> Option<Ordering> {
    match (value, literal) {
        (Value::Int(number), Literal::Number(literal)) => Some(i128::from(number).cmp(literal)),
        (Value::Uint(number), Literal::Number(literal)) => Some(i128::from(number).cmp(literal)),
        (Value::Text(text), Literal::Text(literal)) => Some(text.cmp(literal)),
        _ => None,
    }
}

fn equals(value: Value<'_>, literal: &Literal) -> bool {
    match (value, literal) {
        (Value::Bool(is_true), Literal::Bool(literal)) => is_true == *literal,
        (Value::Address(address), Literal::Network(network, bits)) => is_in(address, *network, *bits),
        // Cheaper than their order.
        (Value::Text(text), Literal::Text(literal)) => *text == **literal,
        _ => order(value, literal) == Some(Ordering::Equal),
    }
}

/// Whether the first `bits` of both addresses are the same.
fn is_in(address: IpAddr, network: IpAddr, bits: u8) -> bool {
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

fn resembles(operator: Operator, text: &[u8], pattern: &[u8]) -> bool {
    match operator {
        Operator::Contains => find(text, pattern),
        Operator::ContainsAnyCase => {
            pattern.is_empty() || text.windows(pattern.len()).any(|part| part.eq_ignore_ascii_case(pattern))
        }
        Operator::StartsWith => text.starts_with(pattern),
        Operator::EndsWith => text.ends_with(pattern),
        Operator::Glob => glob(text, pattern),
        Operator::PathIn => is_below(text, pattern),
        _ => false,
    }
}

/// Whether `pattern` is somewhere in `text`.
fn find(mut text: &[u8], pattern: &[u8]) -> bool {
    let Some((&first, rest)) = pattern.split_first() else { return true };
    while let Some(at) = memchr::memchr(first, text) {
        text = text.get(at + 1..).unwrap_or_default();
        if text.starts_with(rest) {
            return true;
        }
    }
    false
}

/// Whether a path is `top` or below it. In `top` each component may be a pattern.
fn is_below(path: &[u8], top: &[u8]) -> bool {
    fn components(path: &[u8]) -> impl Iterator<Item = &[u8]> {
        path.split(|&byte| byte == b'/').filter(|component| !component.is_empty())
    }
    let is_same_root = path.first() == Some(&b'/') || top.first() != Some(&b'/');
    let mut path = components(path);
    is_same_root && components(top).all(|pattern| path.next().is_some_and(|component| glob(component, pattern)))
}

/// Whether `text` is what the pattern describes: `*` is any bytes, `?` any one, `[…]` one of those and `[!…]` another
/// one, and `\` takes the meaning from the next.
fn glob(mut text: &[u8], mut pattern: &[u8]) -> bool {
    // After the last star, and where in the text it was tried to end.
    let mut star: Option<(&[u8], &[u8])> = None;
    loop {
        if let [b'*', rest @ ..] = pattern {
            pattern = rest;
            star = Some((rest, text));
            continue;
        }
        let next = match text.split_first() {
            Some((&byte, rest)) => one(byte, pattern).map(|pattern| (rest, pattern)),
            None if pattern.is_empty() => return true,
            // What is left of the pattern asks for more; so it would after a longer star.
            None => return false,
        };
        if let Some(next) = next {
            (text, pattern) = next;
            continue;
        }
        // The star takes one more.
        let Some((after, from)) = star else { return false };
        let Some((_, from)) = from.split_first() else { return false };
        star = Some((after, from));
        (text, pattern) = (from, after);
    }
}

/// What follows in the pattern if it begins with what `byte` is.
fn one(byte: u8, pattern: &[u8]) -> Option<&[u8]> {
    match pattern {
        [] => None,
        [b'?', rest @ ..] => Some(rest),
        [b'\\', escaped, rest @ ..] => (byte == *escaped).then_some(rest),
        [b'[', set @ ..] => match class(byte, set) {
            Some((is_in, rest)) => is_in.then_some(rest),
            // It is not closed, and so is no set.
            None => (byte == b'[').then_some(set),
        },
        [same, rest @ ..] => (byte == *same).then_some(rest),
    }
}

/// Whether `byte` is in the set that `pattern` continues, and what follows that.
fn class(byte: u8, pattern: &[u8]) -> Option<(bool, &[u8])> {
    let (is_negated, set) = match pattern {
        [b'!' | b'^', rest @ ..] => (true, rest),
        _ => (false, pattern),
    };
    // A bracket that comes first is one of the set.
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
    fn globs() {
        let glob = |text: &str, pattern: &str| glob(text.as_bytes(), pattern.as_bytes());
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
    fn paths() {
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
    fn networks() {
        let is_in = |address: &str, network: &str, bits| {
            super::is_in(address.parse().expect("address"), network.parse().expect("network"), bits)
        };
        assert!(is_in("10.1.2.3", "10.0.0.0", 8));
        assert!(is_in("10.1.2.3", "1.1.1.1", 0));
        assert!(is_in("fe80::1", "fe80::2", 64));
        assert!(is_in("fe80::1", "::", 0));
        assert!(!is_in("11.1.2.3", "10.0.0.0", 8));
        assert!(!is_in("10.0.0.1", "10.0.0.0", 32));
        assert!(!is_in("::1", "0.0.0.1", 0));
    }
}
