// SPDX-License-Identifier: GPL-2.0

//! Properties of filters, tried with random filters, events and histories.

use super::history::{histories, recorded, Happening};
use super::random::{conjunctions, samples, trees};
use crate::fields::{Field, Needs};
use crate::filter::{Filter, Pushdown};
use proptest::prelude::*;

fn parse(text: &str) -> Filter {
    Filter::parse(text).unwrap_or_else(|error| panic!("{text}\n{error}"))
}

/// Checks that a filter selects the same of a history, whether the kernel leaves out what it is asked to or nothing.
fn check_split(text: &str, history: &[Happening]) -> Result<(), TestCaseError> {
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

    #[test]
    fn matching_agrees_with_a_naive_evaluator(
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

    #[test]
    fn printed_filters_parse_to_equal_filters(tree in trees(), variant in 0usize..3) {
        let filter = parse(&tree.text(variant));
        prop_assert_eq!(&parse(&filter.to_string()).root, &filter.root, "{}", filter);
    }

    #[test]
    fn arbitrary_text_gives_a_filter_or_an_error_inside_it(text in "\\PC{0,60}") {
        if let Err(error) = Filter::parse(&text) {
            prop_assert!(error.column() <= text.chars().count() + 1);
            prop_assert!(!error.to_string().is_empty());
        }
        let _ = Field::parse(&text);
    }

    #[test]
    fn text_that_is_nearly_a_filter_gives_a_filter_or_an_error_inside_it(words in prop::collection::vec(prop::sample::select(&[
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

    #[test]
    fn pushing_down_selects_the_same_events(tree in trees(), history in histories()) {
        check_split(&tree.text(0), &history)?;
    }

    #[test]
    fn pushing_down_conjunctions_selects_the_same_events(tree in conjunctions(), histories in [histories(), histories()]) {
        for history in &histories {
            check_split(&tree.text(0), history)?;
        }
    }

    /// The calls that set users are not the calls that the filter selects.
    #[test]
    fn pushing_down_users_selects_the_same_events(history in histories()) {
        check_split("evt.type in (read, write) and user.uid in (3, 4)", &history)?;
    }
}

/// If nothing were pushed down, the properties above would hold, too.
#[test]
fn each_kind_of_pushdown_occurs_in_random_filters() {
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
