// SPDX-License-Identifier: GPL-2.0

//! From text to a tree.

use super::convert;
use super::{FilterError, Node, Operator, Test};
use crate::fields::{nearest, Field};

/// Parentheses and `not`s in each other, at the most. Whoever walks the tree may need a stack frame for each.
const MAX_DEPTH: usize = 100;

/// Parses a filter.
pub fn parse(text: &str) -> Result<Node, FilterError> {
    let mut parser = Parser { text, at: 0, depth: 0 };
    let node = parser.any()?;
    match parser.rest().chars().next() {
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

/// Operators that are signs; those that others begin with are last.
const SIGNS: [(&str, Operator); 7] = [
    ("==", Operator::Equal),
    ("!=", Operator::NotEqual),
    ("<=", Operator::LessOrEqual),
    (">=", Operator::GreaterOrEqual),
    ("=", Operator::Equal),
    ("<", Operator::Less),
    (">", Operator::Greater),
];

/// A value, and where it stands.
pub struct Word {
    pub text: String,
    pub at: usize,
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
}

impl<'a> Parser<'a> {
    /// Parts, one of which has to match.
    fn any(&mut self) -> Result<Node, FilterError> {
        let mut nodes = vec![self.all()?];
        while self.take_word("or") {
            nodes.push(self.all()?);
        }
        Ok(single_or(nodes, Node::Or))
    }

    /// Parts, all of which have to match.
    fn all(&mut self) -> Result<Node, FilterError> {
        let mut nodes = vec![self.part()?];
        while self.take_word("and") {
            nodes.push(self.part()?);
        }
        Ok(single_or(nodes, Node::And))
    }

    fn part(&mut self) -> Result<Node, FilterError> {
        let mut is_negated = false;
        while self.take_word("not") {
            is_negated = !is_negated;
        }
        let node = if self.take("(") { self.parenthesis()? } else { Node::Test(self.test()?) };
        Ok(if is_negated { Node::Not(Box::new(node)) } else { node })
    }

    /// What follows an opening parenthesis.
    fn parenthesis(&mut self) -> Result<Node, FilterError> {
        let start = self.at.saturating_sub(1);
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.error(start, format!("more than {MAX_DEPTH} parentheses in each other")));
        }
        let node = self.any()?;
        self.depth -= 1;
        if self.take(")") {
            return Ok(node);
        }
        match self.rest() {
            "" => Err(self.error(start, "this parenthesis is not closed".into())),
            _ => Err(self.expected_end()),
        }
    }

    #[inline(never)]
    fn test(&mut self) -> Result<Test, FilterError> {
        let start = self.skip_blanks();
        let mut name = self.take_while(|character| character.is_ascii_alphanumeric() || matches!(character, '_' | '.'));
        if name.is_empty() {
            return Err(self.expected_test());
        }
        if self.rest().starts_with('[') {
            let Some(len) = self.rest().find(']') else {
                return Err(self.error(self.at, "expected `]`".into()));
            };
            self.at += len + 1;
            name = self.text.get(start..self.at).unwrap_or_default();
        }
        let unquoted = name.replace(['\'', '"'], "");
        let field = Field::parse(&unquoted).map_err(|unknown| {
            // Words in the place of a field.
            match nearest(name, &mut ["not"].into_iter()) {
                Some(_) if !name.contains('.') => self.error(start, format!("no field `{name}`; did you mean `not`?")),
                _ => self.error(start, unknown.to_string()),
            }
        })?;
        let at = self.skip_blanks();
        let operator = self.operator(&field)?;
        if !convert::suits(operator, field.kind()) {
            return Err(self.error(at, convert::why_not(&field, self.text.get(at..self.at).unwrap_or_default())));
        }
        let words = match operator {
            Operator::Exists => Vec::new(),
            Operator::In | Operator::PathIn => self.list()?,
            _ => vec![self.value()?],
        };
        let mut test = Test { field, operator, literals: Vec::new() };
        for word in words {
            let literal = convert::literal(&mut test, &word.text);
            test.literals.push(literal.map_err(|message| self.error(word.at, message))?);
        }
        Ok(test)
    }

    #[inline(never)]
    fn operator(&mut self, field: &Field) -> Result<Operator, FilterError> {
        let start = self.at;
        for (sign, operator) in SIGNS {
            if self.take(sign) {
                return Ok(operator);
            }
        }
        let word = self.take_while(|character| character.is_ascii_alphabetic());
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
            (None, "and" | "or") | (None, "") if self.rest().is_empty() || self.rest().starts_with(')') => {
                format!("expected what `{field}` has to be, as in `{field} = …` or `{field} exists`")
            }
            _ => format!(
                "expected an operator after `{field}`: = != < <= > >= contains icontains startswith endswith glob in \
                 pmatch exists"
            ),
        };
        Err(self.error(start, message))
    }

    /// Values in parentheses.
    #[inline(never)]
    fn list(&mut self) -> Result<Vec<Word>, FilterError> {
        let start = self.skip_blanks();
        if !self.take("(") {
            return Err(self.error(start, "expected values in parentheses, as in `(open, openat)`".into()));
        }
        let mut words = Vec::new();
        loop {
            words.push(self.value()?);
            if self.take(")") {
                return Ok(words);
            }
            if !self.take(",") {
                return Err(self.error(self.at, "expected `,` or `)`".into()));
            }
        }
    }

    #[inline(never)]
    fn value(&mut self) -> Result<Word, FilterError> {
        let at = self.skip_blanks();
        if let Some(quote @ ('\'' | '"')) = self.rest().chars().next() {
            return self.quoted(quote);
        }
        let is_bare =
            |character: char| !character.is_whitespace() && !matches!(character, '(' | ')' | '"' | '\'' | '=' | ',');
        let text = self.take_while(is_bare).to_owned();
        if text.is_empty() {
            return Err(self.error(at, "expected a value".into()));
        }
        Ok(Word { text, at })
    }

    /// A value in quotes.
    #[inline(never)]
    fn quoted(&mut self, quote: char) -> Result<Word, FilterError> {
        let start = self.at;
        let mut text = String::new();
        let mut characters = self.rest().char_indices().skip(1);
        while let Some((offset, character)) = characters.next() {
            if character == quote {
                self.at = start + offset + 1;
                return Ok(Word { text, at: start });
            }
            if character != '\\' {
                text.push(character);
                continue;
            }
            let escaped = match characters.next().map(|(_, character)| character) {
                Some('n') => Some('\n'),
                Some('t') => Some('\t'),
                Some('r') => Some('\r'),
                Some('b') => Some('\x08'),
                Some('f') => Some('\x0c'),
                // sysdig takes `\ ` for a backslash, too.
                Some('\\' | ' ') => Some('\\'),
                Some(same @ ('/' | '\'' | '"')) => Some(same),
                Some('x') => {
                    let mut digit = || characters.next().and_then(|(_, character)| character.to_digit(16));
                    let byte = digit().and_then(|high| Some(high * 16 + digit()?));
                    // As a character: bytes from 80 on are not UTF-8 by themselves.
                    byte.filter(|&byte| byte < 0x80).and_then(char::from_u32)
                }
                _ => None,
            };
            let Some(escaped) = escaped else {
                let message = "expected one of n t r b f \\ / ' \" or xNN (up to x7f) after `\\`";
                return Err(self.error(start + offset, message.into()));
            };
            text.push(escaped);
        }
        Err(self.error(start, "this quote is not closed".into()))
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Where the next character is that is no blank.
    fn skip_blanks(&mut self) -> usize {
        self.at = self.text.len() - self.rest().trim_start().len();
        self.at
    }

    #[inline(never)]
    fn take_while(&mut self, is_part: fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let len = rest.find(|character| !is_part(character)).unwrap_or(rest.len());
        self.at += len;
        rest.get(..len).unwrap_or_default()
    }

    /// Whether `sign` is next; it is passed then.
    #[inline(never)]
    fn take(&mut self, sign: &str) -> bool {
        self.skip_blanks();
        let is_next = self.rest().starts_with(sign);
        self.at += if is_next { sign.len() } else { 0 };
        is_next
    }

    /// Whether `word` is next, as a word of its own; it is passed then.
    #[inline(never)]
    fn take_word(&mut self, word: &str) -> bool {
        self.skip_blanks();
        let after = self.rest().strip_prefix(word).map(|rest| rest.chars().next());
        let is_next = match after {
            Some(None | Some('(')) => true,
            Some(Some(character)) => character.is_whitespace(),
            None => false,
        };
        self.at += if is_next { word.len() } else { 0 };
        is_next
    }

    #[cold]
    #[inline(never)]
    fn error(&self, at: usize, message: String) -> FilterError {
        FilterError::new(self.text, at, message)
    }

    /// Something stands where a test should.
    #[cold]
    fn expected_test(&mut self) -> FilterError {
        let message = match self.rest() {
            rest if rest.starts_with('!') => "expected a field; did you mean `not`?",
            "" if self.text.trim().is_empty() => "the filter is empty; expected a field, such as `evt.type`",
            _ => "expected a field (such as `evt.type`), `not` or `(`",
        };
        self.error(self.at, message.into())
    }

    /// Something follows a test that does not belong there.
    #[cold]
    fn expected_end(&mut self) -> FilterError {
        let start = self.skip_blanks();
        let rest = self.rest();
        let word = self.take_while(|character| character.is_ascii_alphabetic());
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
        self.error(start, message)
    }
}

/// The only node, or all of them together.
fn single_or(mut nodes: Vec<Node>, together: fn(Vec<Node>) -> Node) -> Node {
    match nodes.pop() {
        Some(node) if nodes.is_empty() => node,
        Some(node) => {
            nodes.push(node);
            together(nodes)
        }
        None => together(nodes),
    }
}
