// SPDX-License-Identifier: GPL-2.0

//! The filter itself: parses it, matches events with it, prints it.

use super::error::FilterError;
use super::parse;
use super::tree::{Node, Test};
use crate::fields::{Field, Needs};
use crate::model::{Event, EventKind};
use std::fmt;

/// A filter. It prints as text that parses to an equal filter.
#[derive(Clone, Debug)]
pub struct Filter {
    pub(super) root: Node,
}

impl Filter {
    /// Parses a filter.
    ///
    /// # Errors
    ///
    /// A [`FilterError`] that points at the mistake.
    pub fn parse(text: &str) -> Result<Self, FilterError> {
        parse::parse(text).map(|root| Self { root })
    }

    /// Whether `event` matches. A report of drops always matches: the events that a user looks for may be among them.
    pub fn matches(&self, event: &Event<'_>) -> bool {
        self.matches_with(event, &mut Vec::new())
    }

    /// Whether `event` matches, as [`matches`](Self::matches) says. `scratch` is a buffer for values of fields.
    pub fn matches_with(&self, event: &Event<'_>, scratch: &mut Vec<u8>) -> bool {
        match event.kind {
            EventKind::Call(_) => self.root.matches(event, scratch),
            EventKind::Dropped { .. } => true,
        }
    }

    /// The fields that it compares, in the order of its text.
    pub fn fields(&self) -> Vec<&Field> {
        self.tests().into_iter().map(|test| &test.field).collect()
    }

    /// What has to be recorded for its fields to be known.
    pub fn needs(&self) -> Needs {
        self.fields().into_iter().fold(Needs::default(), |needs, field| needs | field.needs())
    }

    /// Its tests, in the order of its text.
    pub(super) fn tests(&self) -> Vec<&Test> {
        let mut tests = Vec::new();
        self.root.visit(&mut |test| tests.push(test));
        tests
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.root)
    }
}
