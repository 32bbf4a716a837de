// SPDX-License-Identifier: GPL-2.0

//! Takes the text of a filter apart, from its front: words, signs and values.

use super::error::FilterError;

/// A value, as the filter's text has it, without quotes and escapes.
pub struct Token {
    pub text: String,
    /// Offset in the filter's text where it begins, in bytes.
    pub at: usize,
}

/// The text of a filter, and how much of it was read.
pub struct Scanner<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Scanner<'a> {
    pub fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// The whole text.
    pub fn text(&self) -> &'a str {
        self.text
    }

    /// Offset in the text of what was not read yet, in bytes.
    pub fn at(&self) -> usize {
        self.at
    }

    /// What was not read yet.
    pub fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// What was read since offset `start`.
    pub fn since(&self, start: usize) -> &'a str {
        self.text.get(start..self.at).unwrap_or_default()
    }

    /// Reads so many bytes.
    pub fn advance(&mut self, bytes: usize) {
        self.at += bytes;
    }

    /// Reads blanks. Returns the offset of what follows.
    pub fn skip_blanks(&mut self) -> usize {
        self.at = self.text.len() - self.rest().trim_start().len();
        self.at
    }

    /// Reads characters as long as `is_part` is true.
    #[inline(never)]
    pub fn take_while(&mut self, is_part: fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let len = rest.find(|character| !is_part(character)).unwrap_or(rest.len());
        self.at += len;
        rest.get(..len).unwrap_or_default()
    }

    /// Reads blanks, and then `sign` if it is next. Returns whether it is.
    #[inline(never)]
    pub fn take(&mut self, sign: &str) -> bool {
        self.skip_blanks();
        let is_next = self.rest().starts_with(sign);
        self.at += if is_next { sign.len() } else { 0 };
        is_next
    }

    /// Reads blanks, and then `word` if it is next as a word of its own. Returns whether it is.
    #[inline(never)]
    pub fn take_word(&mut self, word: &str) -> bool {
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

    /// Reads values in parentheses.
    #[inline(never)]
    pub fn take_list(&mut self) -> Result<Vec<Token>, FilterError> {
        let start = self.skip_blanks();
        if !self.take("(") {
            return Err(self.error(start, "expected values in parentheses, as in `(open, openat)`".into()));
        }
        let mut tokens = Vec::new();
        loop {
            tokens.push(self.take_value()?);
            if self.take(")") {
                return Ok(tokens);
            }
            if !self.take(",") {
                return Err(self.error(self.at, "expected `,` or `)`".into()));
            }
        }
    }

    /// Reads a value, with or without quotes.
    #[inline(never)]
    pub fn take_value(&mut self) -> Result<Token, FilterError> {
        let at = self.skip_blanks();
        if let Some(quote @ ('\'' | '"')) = self.rest().chars().next() {
            return self.take_quoted(quote);
        }
        let is_bare =
            |character: char| !character.is_whitespace() && !matches!(character, '(' | ')' | '"' | '\'' | '=' | ',');
        let text = self.take_while(is_bare).to_owned();
        if text.is_empty() {
            return Err(self.error(at, "expected a value".into()));
        }
        Ok(Token { text, at })
    }

    /// Reads a value in quotes.
    #[inline(never)]
    fn take_quoted(&mut self, quote: char) -> Result<Token, FilterError> {
        let start = self.at;
        let mut text = String::new();
        let mut characters = self.rest().char_indices().skip(1);
        while let Some((offset, character)) = characters.next() {
            if character == quote {
                self.at = start + offset + 1;
                return Ok(Token { text, at: start });
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
                // As in sysdig, `\ ` is a backslash, too.
                Some('\\' | ' ') => Some('\\'),
                Some(same @ ('/' | '\'' | '"')) => Some(same),
                Some('x') => {
                    let mut digit = || characters.next().and_then(|(_, character)| character.to_digit(16));
                    let byte = digit().and_then(|high| Some(high * 16 + digit()?));
                    // A byte from 80 on is not a character of its own in UTF-8.
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

    /// An error that points at offset `at` of the text.
    #[cold]
    #[inline(never)]
    pub fn error(&self, at: usize, message: String) -> FilterError {
        FilterError::new(self.text, at, message)
    }
}
