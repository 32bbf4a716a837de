// SPDX-License-Identifier: GPL-2.0

//! Parses the text of a filter into a tree.

use super::convert;
use super::error::FilterError;
use super::scan::Scanner;
use super::tree::{Node, Operator, Test};
use crate::fields::{nearest, Field};

/// How deep parentheses can be nested. Code that walks the tree needs a stack frame for each level.
const MAX_DEPTH: usize = 100;

/// Parses a filter.
pub fn parse(text: &str) -> Result<Node, FilterError> {
    let mut parser = Parser { scanner: Scanner::new(text), depth: 0 };
    let node = parser.parse_or()?;
    match parser.scanner.rest().chars().next() {
        None => Ok(node),
        Some(_) => Err(parser.expected_end()),
    }
}

/// Operators that are words.
const WORDS: [(&str, Operator); 8] = [
    ("contains", Operator::Contains),
    ("icontains", Operator::ContainsAnyCase),
    ("startswith", Operator::StartsWith),
    ("endswith", Operator::EndsWith),
    ("glob", Operator::Glob),
    ("in", Operator::In),
    ("pmatch", Operator::PathIn),
    ("exists", Operator::Exists),
];

/// Operators that are signs. A sign that is the beginning of another one comes after it.
const SIGNS: [(&str, Operator); 7] = [
    ("==", Operator::Equal),
    ("!=", Operator::NotEqual),
    ("<=", Operator::LessOrEqual),
    (">=", Operator::GreaterOrEqual),
    ("=", Operator::Equal),
    ("<", Operator::Less),
    (">", Operator::Greater),
];

struct Parser<'a> {
    scanner: Scanner<'a>,
    /// How many parentheses are open.
    depth: usize,
}

impl Parser<'_> {
    /// Parses parts joined by `or`.
    fn parse_or(&mut self) -> Result<Node, FilterError> {
        let mut nodes = vec![self.parse_and()?];
        while self.scanner.take_word("or") {
            nodes.push(self.parse_and()?);
        }
        Ok(join_unless_single(nodes, Node::Or))
    }

    /// Parses parts joined by `and`.
    fn parse_and(&mut self) -> Result<Node, FilterError> {
        let mut nodes = vec![self.parse_part()?];
        while self.scanner.take_word("and") {
            nodes.push(self.parse_part()?);
        }
        Ok(join_unless_single(nodes, Node::And))
    }

    /// Parses a test, or a filter in parentheses, with or without `not`.
    fn parse_part(&mut self) -> Result<Node, FilterError> {
        let mut is_negated = false;
        while self.scanner.take_word("not") {
            is_negated = !is_negated;
        }
        let node = if self.scanner.take("(") { self.parse_parenthesis()? } else { Node::Test(self.parse_test()?) };
        Ok(if is_negated { Node::Not(Box::new(node)) } else { node })
    }

    /// Parses what follows an opening parenthesis.
    fn parse_parenthesis(&mut self) -> Result<Node, FilterError> {
        let start = self.scanner.at().saturating_sub(1);
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.scanner.error(start, format!("more than {MAX_DEPTH} parentheses in each other")));
        }
        let node = self.parse_or()?;
        self.depth -= 1;
        if self.scanner.take(")") {
            return Ok(node);
        }
        match self.scanner.rest() {
            "" => Err(self.scanner.error(start, "this parenthesis is not closed".into())),
            _ => Err(self.expected_end()),
        }
    }

    /// Parses a test.
    #[inline(never)]
    fn parse_test(&mut self) -> Result<Test, FilterError> {
        let start = self.scanner.skip_blanks();
        let mut name =
            self.scanner.take_while(|character| character.is_ascii_alphanumeric() || matches!(character, '_' | '.'));
        if name.is_empty() {
            return Err(self.expected_test());
        }
        if self.scanner.rest().starts_with('[') {
            let Some(len) = self.scanner.rest().find(']') else {
                return Err(self.scanner.error(self.scanner.at(), "expected `]`".into()));
            };
            self.scanner.advance(len + 1);
            name = self.scanner.since(start);
        }
        let unquoted = name.replace(['\'', '"'], "");
        let field = Field::parse(&unquoted).map_err(|unknown| {
            // The word may be a misspelt `not`.
            match nearest(name, &mut ["not"].into_iter()) {
                Some(_) if !name.contains('.') => {
                    self.scanner.error(start, format!("no field `{name}`; did you mean `not`?"))
                }
                _ => self.scanner.error(start, unknown.to_string()),
            }
        })?;
        let at = self.scanner.skip_blanks();
        let operator = self.parse_operator(&field)?;
        if !convert::can_compare(operator, field.kind()) {
            return Err(self.scanner.error(at, convert::cannot_compare_message(&field, self.scanner.since(at))));
        }
        let tokens = match operator {
            Operator::Exists => Vec::new(),
            Operator::In | Operator::PathIn => self.scanner.take_list()?,
            _ => vec![self.scanner.take_value()?],
        };
        let mut test = Test { field, operator, literals: Vec::new() };
        for token in tokens {
            let literal = convert::to_literal(&mut test, &token.text);
            test.literals.push(literal.map_err(|message| self.scanner.error(token.at, message))?);
        }
        Ok(test)
    }

    /// Parses the operator that follows a field.
    #[inline(never)]
    fn parse_operator(&mut self, field: &Field) -> Result<Operator, FilterError> {
        let start = self.scanner.at();
        for (sign, operator) in SIGNS {
            if self.scanner.take(sign) {
                return Ok(operator);
            }
        }
        let word = self.scanner.take_while(|character| character.is_ascii_alphabetic());
        if let Some(&(_, operator)) = WORDS.iter().find(|(other, _)| *other == word) {
            return Ok(operator);
        }
        let near = match word {
            "" => None,
            "is" | "eq" => Some("="),
            "regex" | "like" | "matches" | "iglob" => Some("glob"),
            "bcontains" => Some("contains"),
            "bstartswith" => Some("startswith"),
            "intersects" => Some("in"),
            _ => nearest(word, &mut WORDS.iter().map(|&(word, _)| word)),
        };
        let message = match (near, word) {
            (Some(near), _) => format!("no operator `{word}`; did you mean `{near}`?"),
            (None, "and" | "or") | (None, "")
                if self.scanner.rest().is_empty() || self.scanner.rest().starts_with(')') =>
            {
                format!("expected what `{field}` has to be, as in `{field} = …` or `{field} exists`")
            }
            _ => format!(
                "expected an operator after `{field}`: = != < <= > >= contains icontains startswith endswith glob in \
                 pmatch exists"
            ),
        };
        Err(self.scanner.error(start, message))
    }

    /// The error where a test is expected.
    #[cold]
    fn expected_test(&mut self) -> FilterError {
        let message = match self.scanner.rest() {
            rest if rest.starts_with('!') => "expected a field; did you mean `not`?",
            "" if self.scanner.text().trim().is_empty() => "the filter is empty; expected a field, such as `evt.type`",
            _ => "expected a field (such as `evt.type`), `not` or `(`",
        };
        self.scanner.error(self.scanner.at(), message.into())
    }

    /// The error where `and`, `or` or the end is expected.
    #[cold]
    fn expected_end(&mut self) -> FilterError {
        let start = self.scanner.skip_blanks();
        let rest = self.scanner.rest();
        let word = self.scanner.take_while(|character| character.is_ascii_alphabetic());
        let near = match word {
            _ if rest.starts_with("&") => Some("and"),
            _ if rest.starts_with("|") => Some("or"),
            "" => None,
            _ => nearest(word, &mut ["and", "or"].into_iter()),
        };
        let message = match near {
            Some(near) => format!("expected `and` or `or`; did you mean `{near}`?"),
            None if rest.starts_with(')') => "no parenthesis is open here".into(),
            None => "expected `and` or `or`".into(),
        };
        self.scanner.error(start, message)
    }
}

/// The only node, or all nodes joined.
fn join_unless_single(mut nodes: Vec<Node>, join: fn(Vec<Node>) -> Node) -> Node {
    match nodes.pop() {
        Some(node) if nodes.is_empty() => node,
        Some(node) => {
            nodes.push(node);
            join(nodes)
        }
        None => join(nodes),
    }
}
