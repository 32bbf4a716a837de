// SPDX-License-Identifier: GPL-2.0

//! Whether a filter depends on what a return loses when its entry is not recorded.

use super::bounds::{is_of_call, passes};
use super::filter::Filter;
use super::tree::{Node, Test};
use crate::calls::{Abi, KnownCall};
use crate::fields::FieldId;
use crate::model::Edge;

impl Filter {
    /// Whether the filter decides the same with and without the entry, for each return that changes its thread's name.
    pub(super) fn ignores_entry_of_renaming(&self) -> bool {
        let is_of_entry = |test: &Test| test.field.needs().entries && !is_of_call(test.field.id());
        self.decides_alike_without_entry(&["execve", "execveat", "prctl"], None, is_of_entry)
    }

    /// Whether the filter decides the same with and without the call's number, for returns from signal handlers. Such a
    /// return lacks the number where only returns are recorded; where its entry is recorded, the entry has it.
    pub(super) fn ignores_number_of_sigreturn(&self) -> bool {
        self.decides_alike_without_entry(&["rt_sigreturn", "sigreturn"], Some(u32::MAX), |_| false)
    }

    /// Whether the filter decides alike about a return from each of these calls with and without its entry. Without the
    /// entry, the return has `number` as its call, and fails each test for which `is_lost` is true.
    fn decides_alike_without_entry(
        &self,
        calls: &[&str],
        number: Option<u32>,
        is_lost: impl Fn(&Test) -> bool,
    ) -> bool {
        let calls = calls.iter().flat_map(|name| KnownCall::by_name(name));
        calls.into_iter().all(|(abi, with_entry)| {
            let decide_test = |test: &Test, call: Option<(Abi, u32)>| {
                let is_known = is_of_call(test.field.id()) || test.field.id() == FieldId::Dir;
                is_known.then(|| passes(test, Edge::Exit, call, 0, None))
            };
            let with = self.root.decide(&|test| decide_test(test, Some((abi, with_entry))));
            let call = number.map(|number| (abi, number));
            let without = self.root.decide(&|test| if is_lost(test) { Some(false) } else { decide_test(test, call) });
            let differs =
                |test: &&Test| is_lost(test) || decide_test(test, Some((abi, with_entry))) != decide_test(test, call);
            (with.is_some() && with == without) || !self.tests().iter().any(differs)
        })
    }
}

impl Node {
    /// Whether an event matches, if `decide_test` knows the result of some tests only; `None` if that is not enough.
    fn decide(&self, decide_test: &dyn Fn(&Test) -> Option<bool>) -> Option<bool> {
        // One node that is `decisive` decides. If there is none, an unknown node leaves the result unknown.
        let any = |nodes: &[Self], decisive: bool| {
            let mut result = Some(!decisive);
            for node in nodes {
                match node.decide(decide_test) {
                    Some(value) if value == decisive => return Some(decisive),
                    Some(_) => (),
                    None => result = None,
                }
            }
            result
        };
        match self {
            Self::And(nodes) => any(nodes, false),
            Self::Or(nodes) => any(nodes, true),
            Self::Not(node) => node.decide(decide_test).map(|value| !value),
            Self::Test(test) => decide_test(test),
        }
    }
}
