// SPDX-License-Identifier: GPL-2.0

//! The words of a command line, as clap has matched them.

use clap::parser::ValueSource;
use clap::ArgMatches;

/// The words of a command line: those before a subcommand, and those after it.
pub(super) struct Words {
    top: ArgMatches,
    sub: Option<(String, ArgMatches)>,
}

impl Words {
    pub(super) fn new(mut top: ArgMatches) -> Self {
        let sub = top.remove_subcommand();
        Self { top, sub }
    }

    /// The subcommand; empty if there is none.
    pub(super) fn subcommand(&self) -> String {
        self.sub.as_ref().map(|(name, _)| name.clone()).unwrap_or_default()
    }

    /// Whether an option without a value was given, before the subcommand or after it.
    #[inline(never)]
    pub(super) fn has(&self, name: &str) -> bool {
        let is_set = |matches: &ArgMatches| matches.try_get_one::<bool>(name).ok().flatten().is_some_and(|&set| set);
        is_set(&self.top) || self.sub.as_ref().is_some_and(|(_, sub)| is_set(sub))
    }

    /// Whether an option with a value was given, before the subcommand or after it.
    #[inline(never)]
    pub(super) fn is_given(&self, name: &str) -> bool {
        let is_given = |matches: &ArgMatches| matches.try_contains_id(name).is_ok_and(|is_there| is_there);
        is_given(&self.top) || self.sub.as_ref().is_some_and(|(_, sub)| is_given(sub))
    }

    /// Takes the value of an option. If it was given twice, the value after the subcommand counts.
    #[inline(never)]
    pub(super) fn value<T: Clone + Send + Sync + 'static>(&mut self, name: &str) -> Option<T> {
        let given = |matches: &mut ArgMatches| {
            let is_given = matches.try_contains_id(name).is_ok_and(|is_there| is_there)
                && matches.value_source(name) == Some(ValueSource::CommandLine);
            if is_given {
                matches.remove_one::<T>(name)
            } else {
                None
            }
        };
        let sub = self.sub.as_mut().and_then(|(_, sub)| given(sub));
        sub.or_else(|| given(&mut self.top))
    }

    /// Takes all values of an option or argument of the subcommand; of the whole command line if there is no
    /// subcommand.
    #[inline(never)]
    pub(super) fn all<T: Clone + Send + Sync + 'static>(&mut self, name: &str) -> Vec<T> {
        let matches = self.sub.as_mut().map_or(&mut self.top, |(_, sub)| sub);
        matches.try_remove_many(name).ok().flatten().map(Iterator::collect).unwrap_or_default()
    }

    /// Takes all values of an argument before the subcommand.
    #[inline(never)]
    pub(super) fn all_before_subcommand<T: Clone + Send + Sync + 'static>(&mut self, name: &str) -> Vec<T> {
        self.top.remove_many(name).map(Iterator::collect).unwrap_or_default()
    }
}
