// SPDX-License-Identifier: GPL-2.0

//! The events that can pass a filter, as far as their records tell it. The others need not be looked at any further.

use super::bounds::Bounds;
use super::calls_by_abi::CallsByAbi;
use super::filter::Filter;
use super::tree::Literal;
use crate::calls::{Abi, NUMBERS};
use crate::model::changes_threads;
use crate::wanted::{WantedCalls, WantedEvents};

impl Filter {
    /// The events that can pass, if what a call is about is known without the events of other calls; `None` if these
    /// are all.
    pub fn wanted_by_call(&self) -> Option<Box<WantedEvents>> {
        let mut calls = Bounds::of(&self.root, false).calls?;
        // Which return belongs to which entry depends on which threads there are. And a return from a signal's handler
        // may have lost its number: then it is not skipped, and neither may its entry be.
        calls.unite(&CallsByAbi::new(false, |_, _, call| {
            call.is_some_and(|call| changes_threads(call) || call.is_sigreturn())
        }));
        let keeps_others = Abi::ALL.into_iter().any(|abi| calls.contains(abi, NUMBERS as u32));
        let calls = WantedCalls::new(NUMBERS as u32, |machine, is_32bit, number| {
            calls.contains(Abi::new(machine, is_32bit), number)
        });
        (!keeps_others).then(|| Box::new(WantedEvents { calls: Some(calls), ..WantedEvents::default() }))
    }

    /// The events that can pass, if an event's record alone tells all that is asked of it; `None` if these are all.
    pub fn wanted_by_record(&self) -> Option<Box<WantedEvents>> {
        let bounds = Bounds::of(&self.root, false);
        let (cpus, pids) = (numbers(bounds.cpus), numbers(bounds.pids));
        (cpus.is_some() || pids.is_some()).then(|| Box::new(WantedEvents { calls: None, cpus, pids }))
    }
}

/// The numbers of a list, as far as they are in range: no event has another number.
fn numbers(literals: Option<Vec<Literal>>) -> Option<Vec<u32>> {
    let number = |literal| match literal {
        Literal::Number(number) => u32::try_from(number).ok(),
        _ => None,
    };
    Some(literals?.into_iter().filter_map(number).collect())
}
