// SPDX-License-Identifier: GPL-2.0

//! Filters: which events are wanted.
//!
//! The language is sysdig's:
//!
//! ```text
//! filter   = all { "or" all }
//! all      = part { "and" part }
//! part     = { "not" } ( "(" filter ")" | test )
//! test     = FIELD "exists"
//!          | FIELD ("=" | "==" | "!=" | "<" | "<=" | ">" | ">=") value
//!          | FIELD ("contains" | "icontains" | "startswith" | "endswith" | "glob") value
//!          | FIELD ("in" | "pmatch") "(" value { "," value } ")"
//! value    = "'…'" | '"…"' | characters without blanks, quotes, parentheses, commas and equals signs
//! ```
//!
//! In quotes, `\` begins `\n`, `\t`, `\r`, `\b`, `\f`, `\\`, `\/`, `\'`, `\"` and `\xNN`. A field that an event does not have
//! fails every test (and `not` of that succeeds, as for any test that fails).

mod bounds;
mod calls;
mod compare;
mod convert;
mod display;
mod error;
mod parse;
mod split;

#[cfg(test)]
mod tests;

use crate::fields::Field;
use crate::model::{Event, What};
use std::fmt;
use std::net::IpAddr;

pub use calls::Calls;
pub use error::FilterError;
pub use split::{Pushdown, Split};

/// A filter. It prints as text that parses to the same.
#[derive(Clone, Debug)]
pub struct Filter {
    root: Node,
}

/// A part of a filter.
#[derive(Clone, Debug, PartialEq)]
enum Node {
    /// All of these.
    And(Vec<Node>),
    /// One of these.
    Or(Vec<Node>),
    /// Not this.
    Not(Box<Node>),
    /// What a field has to be.
    Test(Test),
}

/// What a field has to be.
#[derive(Clone, Debug, PartialEq)]
struct Test {
    field: Field,
    operator: Operator,
    /// One, or for [`Operator::In`] and [`Operator::PathIn`] some, or for [`Operator::Exists`] none.
    literals: Vec<Literal>,
}

/// How a field is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Contains,
    ContainsAnyCase,
    StartsWith,
    EndsWith,
    Glob,
    In,
    /// A path is one of these, or below one of them.
    PathIn,
    Exists,
}

/// What a field is compared with.
#[derive(Clone, Debug, PartialEq)]
enum Literal {
    /// Wide enough for all that [`crate::fields::Value`] may be.
    Number(i128),
    Bool(bool),
    Text(Box<[u8]>),
    /// An address and how many of its bits count.
    Network(IpAddr, u8),
}

impl Filter {
    /// Parses a filter.
    ///
    /// # Errors
    ///
    /// [`FilterError`] points at what is wrong.
    pub fn parse(text: &str) -> Result<Self, FilterError> {
        parse::parse(text).map(|root| Self { root })
    }

    /// Whether `event` is wanted. That events were dropped is always: whoever looks for something has to know that it
    /// may be among them.
    pub fn matches(&self, event: &Event<'_>) -> bool {
        match event.what {
            What::Call(_) => self.root.matches(event, &mut Vec::new()),
            What::Dropped { .. } => true,
        }
    }

    /// The fields that it compares.
    pub fn fields(&self) -> Vec<&Field> {
        let mut fields = Vec::new();
        self.root.visit(&mut |test| fields.push(&test.field));
        fields
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.root)
    }
}

impl Node {
    fn matches(&self, event: &Event<'_>, scratch: &mut Vec<u8>) -> bool {
        match self {
            Self::And(nodes) => nodes.iter().all(|node| node.matches(event, scratch)),
            Self::Or(nodes) => nodes.iter().any(|node| node.matches(event, scratch)),
            Self::Not(node) => !node.matches(event, scratch),
            Self::Test(test) => test.matches(event, scratch),
        }
    }

    fn visit<'a>(&'a self, see: &mut dyn FnMut(&'a Test)) {
        match self {
            Self::And(nodes) | Self::Or(nodes) => nodes.iter().for_each(|node| node.visit(see)),
            Self::Not(node) => node.visit(see),
            Self::Test(test) => see(test),
        }
    }
}
