// SPDX-License-Identifier: GPL-2.0

use super::history::{histories, recorded, Happened};
use super::random::{conjunctions, samples, trees};
use crate::fields::{Field, Needs};
use crate::filter::{Filter, Pushdown};
use proptest::prelude::*;

fn parse(text: &str) -> Filter {
    Filter::parse(text).unwrap_or_else(|error| panic!("{text}\n{error}"))
}

fn check_split(text: &str, history: &[Happened]) -> Result<(), TestCaseError> {
    let filter = parse(text);
    let split = filter.split(Needs::default());
    let selected = |asked: &Pushdown| {
        let events = recorded(history, asked).into_iter();
        events.filter(|(_, sample)| filter.matches(&sample.event())).map(|(id, _)| id).collect::<Vec<_>>()
    };
    prop_assert_eq!(selected(&split.pushdown), selected(&Pushdown::default()), "{}\n{}", filter, split);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    /// A filter says of an event what another evaluator says.
    #[test]
    fn evaluator_agrees_with_a_naive_one(
        tree in trees(),
        samples in prop::collection::vec(samples(), 1..8),
        variant in 0usize..3,
    ) {
        let text = tree.text(variant);
        let filter = parse(&text);
        for sample in &samples {
            prop_assert_eq!(filter.matches(&sample.event()), tree.matches(sample), "{}\n{:?}", text, sample);
        }
    }

    /// What it prints is the same filter.
    #[test]
    fn printed_filters_are_the_same(tree in trees(), variant in 0usize..3) {
        let filter = parse(&tree.text(variant));
        prop_assert_eq!(&parse(&filter.to_string()).root, &filter.root, "{}", filter);
    }

    /// No text makes it panic.
    #[test]
    fn any_text(text in "\\PC{0,60}") {
        if let Err(error) = Filter::parse(&text) {
            prop_assert!(error.column() <= text.chars().count() + 1);
            prop_assert!(!error.to_string().is_empty());
        }
        let _ = Field::parse(&text);
    }

    /// No text that is nearly a filter makes it panic, either.
    #[test]
    fn nearly_a_filter(words in prop::collection::vec(prop::sample::select(&[
        "evt.type", "evt.arg", "evt.arg[", "evt.arg[0]", "evt.rawarg.fd", "fd.sip", "=", "==", "!=", "<", ">=", "in", "(", ")", ",",
        " ", " ", "and", "or", "not", "exists", "contains", "glob", "pmatch", "'", "\"", "\\", "\\x4", "open", "10ms", "-", "0x",
        "99999999999999999999", "::1/129", "\u{e9}", "[", "]", "\n",
    ][..]), 0..16)) {
        let text = words.concat();
        match Filter::parse(&text) {
            Ok(filter) => drop(filter.split(Needs::default()).to_string()),
            Err(error) => prop_assert!(error.column() <= text.chars().count() + 1),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, ..ProptestConfig::default() })]

    /// The same events pass, whether the kernel leaves out what it was asked to or nothing.
    #[test]
    fn pushing_down_changes_nothing(tree in trees(), history in histories()) {
        check_split(&tree.text(0), &history)?;
    }

    #[test]
    fn pushing_down_conjunctions_changes_nothing(tree in conjunctions(), histories in [histories(), histories()]) {
        for history in &histories {
            check_split(&tree.text(0), history)?;
        }
    }

    /// Other calls than those that are asked for set users.
    #[test]
    fn pushing_down_users_changes_nothing(history in histories()) {
        check_split("evt.type in (read, write) and user.uid in (3, 4)", &history)?;
    }
}

/// The properties above would hold, too, if nothing was pushed down.
#[test]
fn something_is_pushed_down() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let mut counts = [0; 5];
    for _ in 0..2000 {
        let tree = trees().new_tree(&mut runner).expect("a filter").current();
        let Pushdown { pids, names, calls, edges, failed_only } = parse(&tree.text(0)).split(Needs::default()).pushdown;
        let is_pushed = [
            !pids.is_empty(),
            !names.is_empty(),
            calls.is_some(),
            edges != syscall_record_format::format::Edges::Both,
            failed_only,
        ];
        for (count, is_pushed) in counts.iter_mut().zip(is_pushed) {
            *count += usize::from(is_pushed);
        }
    }
    assert!(counts.iter().all(|&count| count > 20), "pids, names, calls, edges, failed: {counts:?}");
}
