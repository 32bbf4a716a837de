// SPDX-License-Identifier: GPL-2.0

//! A filter as a tree of tests.

use crate::fields::Field;
use std::net::IpAddr;

/// A part of a filter.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Node {
    /// All of these match.
    And(Vec<Node>),
    /// At least one of these matches.
    Or(Vec<Node>),
    /// This does not match.
    Not(Box<Node>),
    /// A field compares with literals.
    Test(Test),
}

/// The comparison of a field with literals.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Test {
    pub(super) field: Field,
    pub(super) operator: Operator,
    /// One literal; for [`Operator::In`] and [`Operator::PathIn`] at least one; for [`Operator::Exists`] none.
    pub(super) literals: Vec<Literal>,
}

/// How a field is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
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
    /// A path is one of the literals, or below one of them.
    PathIn,
    Exists,
}

/// What a field is compared with.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Literal {
    /// A number, wide enough for all numbers that [`crate::fields::Value`] can have.
    Number(i128),
    Bool(bool),
    Text(Box<[u8]>),
    /// An address, and how many of its bits are compared.
    Network(IpAddr, u8),
}

impl Node {
    /// Calls `see` for each test.
    pub(super) fn visit<'a>(&'a self, see: &mut dyn FnMut(&'a Test)) {
        match self {
            Self::And(nodes) | Self::Or(nodes) => nodes.iter().for_each(|node| node.visit(see)),
            Self::Not(node) => node.visit(see),
            Self::Test(test) => see(test),
        }
    }
}
