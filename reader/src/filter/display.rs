// SPDX-License-Identifier: GPL-2.0

//! Prints filters, in a form that parses to an equal filter.

use super::tree::{Literal, Node, Operator, Test};
use std::fmt::{self, Display, Write as _};

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (nodes, word) = match self {
            Self::And(nodes) => (nodes, " and "),
            Self::Or(nodes) => (nodes, " or "),
            Self::Not(node) => {
                f.write_str("not ")?;
                return node.fmt_part(f);
            }
            Self::Test(test) => return test.fmt(f),
        };
        for (index, node) in nodes.iter().enumerate() {
            f.write_str(if index == 0 { "" } else { word })?;
            node.fmt_part(f)?;
        }
        Ok(())
    }
}

impl Node {
    /// Prints it as a part of another node.
    fn fmt_part(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // The parser drops two `not`s side by side, but not `not (not …)`.
            Self::And(_) | Self::Or(_) | Self::Not(_) => write!(f, "({self})"),
            Self::Test(test) => test.fmt(f),
        }
    }
}

impl fmt::Display for Test {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.field.fmt(f)?;
        f.write_str(self.operator.text())?;
        let is_list = matches!(self.operator, Operator::In | Operator::PathIn);
        f.write_str(if is_list { "(" } else { "" })?;
        for (index, literal) in self.literals.iter().enumerate() {
            f.write_str(if index == 0 { "" } else { ", " })?;
            literal.fmt(f)?;
        }
        f.write_str(if is_list { ")" } else { "" })
    }
}

impl Operator {
    /// The operator's text between a field and a value, with blanks where they are needed.
    fn text(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::Contains => " contains ",
            Self::ContainsAnyCase => " icontains ",
            Self::StartsWith => " startswith ",
            Self::EndsWith => " endswith ",
            Self::Glob => " glob ",
            Self::In => " in ",
            Self::PathIn => " pmatch ",
            Self::Exists => " exists",
        }
    }
}

impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => {
                // The parser reads a sign and a number of 64 bits.
                write!(f, "{}{}", if *number < 0 { "-" } else { "" }, number.unsigned_abs() as u64)
            }
            Self::Bool(is_true) => write!(f, "{is_true}"),
            Self::Text(text) => quote(f, &String::from_utf8_lossy(text)),
            Self::Network(address, bits) if *bits == if address.is_ipv4() { 32 } else { 128 } => write!(f, "{address}"),
            Self::Network(address, bits) => write!(f, "{address}/{bits}"),
        }
    }
}

/// Prints a text, in quotes if it needs them.
fn quote(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    let is_bare = |character: char| character.is_ascii_alphanumeric() || "<>_-+./:*?@%".contains(character);
    if !text.is_empty() && text.chars().all(is_bare) {
        return f.write_str(text);
    }
    f.write_char('\'')?;
    for character in text.chars() {
        match character {
            '\'' | '\\' => write!(f, "\\{character}")?,
            _ if character.is_ascii_control() => write!(f, "\\x{:02x}", u32::from(character))?,
            _ => f.write_char(character)?,
        }
    }
    f.write_char('\'')
}
