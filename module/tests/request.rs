// SPDX-License-Identifier: GPL-2.0

//! Requests of readers, sets of calls, and what probes do with them.

use proptest::prelude::*;
use syscall_record_format::action::{CallAction, CallActions};
use syscall_record_format::call_set::CallSet;
use syscall_record_format::calls::{plan::CopyPlans, Abi, Direction, NUMBERS};
use syscall_record_format::filter::{CommName, List, TaskFilter};
use syscall_record_format::format::{Edges, Machine};
use syscall_record_format::request::*;
use syscall_record_format::selection::Selection;
use syscall_record_format::settings::{Settings, DEFAULT_BUFFER_KB, DEFAULT_SNAPLEN};

fn any_edges() -> impl Strategy<Value = Edges> {
    prop::sample::select(vec![Edges::Both, Edges::Enter, Edges::Exit])
}

fn any_machine() -> impl Strategy<Value = Machine> {
    prop::sample::select(vec![Machine::Arm64, Machine::Arm, Machine::X86_64])
}

fn any_number() -> impl Strategy<Value = u32> {
    prop_oneof![0u32..512, 510u32..514, Just(119), Just(139), Just(u32::MAX), any::<u32>()]
}

fn any_set() -> impl Strategy<Value = CallSet> {
    (any::<bool>(), prop::collection::vec((any::<bool>(), any_number(), any::<bool>()), 0..40)).prop_map(
        |(all, changes)| {
            let mut set = if all { CallSet::all() } else { CallSet::none() };
            for (is_32bit, number, is_in) in changes {
                set.set(is_32bit, number, is_in);
            }
            set
        },
    )
}

fn any_filter() -> impl Strategy<Value = TaskFilter> {
    let name = || "[ -~]{1,15}".prop_map(|name| CommName::new(name.as_bytes()));
    let pid = 1u32..=4_194_304;
    (
        prop::collection::vec(pid.clone(), 0..=16),
        prop::collection::vec(name(), 0..=16),
        prop::option::of(pid),
        prop::option::of(name()),
    )
        .prop_map(|(pids, names, ppid, parent_proc_name)| TaskFilter {
            pids: List::new(&pids).unwrap(),
            proc_names: List::new(&names).unwrap(),
            ppid,
            parent_proc_name,
        })
}

fn any_request() -> impl Strategy<Value = Request> {
    (any_filter(), prop::option::of(any_set()), any_edges(), 0u32..=65_000, any::<[bool; 5]>()).prop_map(
        |(filter, calls, edges, snaplen, [follow, failed, args, keep_unread, fault])| {
            let failed_only = failed && edges != Edges::Enter;
            let selection = Selection { filter, follow, calls, edges, failed_only, args, snaplen, fault };
            Request { selection, keep_unread }
        },
    )
}

fn plans(machine: Machine) -> [CopyPlans; 2] {
    [false, true].map(|is_32bit| CopyPlans::new(Abi::new(machine, is_32bit)))
}

fn actions(machine: Machine, selection: &Selection, plans: &[CopyPlans; 2]) -> CallActions {
    let mut actions = CallActions::none();
    actions.fill(machine, selection, &plans.each_ref());
    actions
}

#[test]
fn calls_copy_memory_at_the_edges_of_their_pointers() {
    let actions = actions(Machine::X86_64, &Selection { args: true, ..Selection::default() }, &plans(Machine::X86_64));
    let has = |is_32bit, number| {
        let action = actions.get(is_32bit, number);
        (action.has(CallAction::COPY_AT_ENTRY), action.has(CallAction::COPY_AT_RETURN))
    };
    // read, write, openat, getppid, fcntl; then read of 32-bit programs.
    assert_eq!(
        [0, 1, 257, 110, 72].map(|number| has(false, number)),
        [(false, true), (true, false), (true, false), (false, false), (true, true)]
    );
    assert_eq!(has(true, 3), (false, true));
    assert_eq!(has(false, 600), (false, false));
}

/// A C compiler gives this number for `_IOW('?', 0, char[504])`.
#[test]
fn ioctl_has_the_number_of_its_macro() {
    assert_eq!(SET_REQUEST, 0x41f8_3f00);
    assert_eq!(size_of_request(SET_REQUEST), REQUEST_BYTES);
    assert!(is_set_request(SET_REQUEST) && is_set_request(0x4001_3f00));
    // TCGETS, FIONREAD, another number, another direction, another magic.
    for other in [0x5401, 0x541b, 0x41f8_3f01, 0x81f8_3f00, 0x41f8_3e00, 0] {
        assert!(!is_set_request(other), "{other:#x}");
    }
}

#[test]
fn request_has_documented_bytes() {
    let mut calls = CallSet::none();
    calls.set(false, 9, true);
    calls.set(false, 511, true);
    calls.set(true, 0, true);
    calls.set(true, 512, true);
    let selection = Selection {
        filter: TaskFilter {
            pids: List::new(&[0x0102, 3]).unwrap(),
            proc_names: List::new(&[CommName::new(b"sh")]).unwrap(),
            ppid: Some(5),
            parent_proc_name: Some(CommName::new(b"init")),
        },
        follow: true,
        calls: Some(calls),
        edges: Edges::Exit,
        failed_only: true,
        args: true,
        snaplen: 300,
        fault: true,
    };
    let request = Request { selection, keep_unread: true };
    let mut expected = [0; REQUEST_BYTES];
    let fields: [(usize, &[u8]); 14] = [
        (0, &[1]),
        (4, &[0xfe]),
        (8, &[0x2c, 1]),
        (12, &[5]),
        (16, &[2]),
        (20, &[1]),
        (24, &[2, 1, 0, 0, 3]),
        (88, b"sh"),
        (344, b"init"),
        (361, &[2]),
        (423, &[0x80]),
        (432, &[1]),
        (496, &[1]),
        (503, &[0]),
    ];
    for (offset, bytes) in fields {
        expected[offset..offset + bytes.len()].copy_from_slice(bytes);
    }
    assert_eq!(request.to_bytes(), expected);
    assert_eq!(Request::from_bytes(&expected), Ok(request));
}

#[test]
fn invalid_field_is_named_with_its_value() {
    let filter = TaskFilter {
        pids: List::new(&[1]).unwrap(),
        proc_names: List::new(&[CommName::new(b"x")]).unwrap(),
        ..TaskFilter::default()
    };
    let full = Request { selection: Selection { filter, ..Selection::default() }, ..Request::default() };
    let wrong = |changes: &[(usize, u8)], field: &str, value: Option<u32>| {
        let mut bytes = full.to_bytes();
        for &(offset, byte) in changes {
            bytes[offset] = byte;
        }
        let bad = Request::from_bytes(&bytes).expect_err(field);
        assert_eq!((bad.field, bad.value), (field, value));
    };
    wrong(&[(0, 2)], "version", Some(2));
    wrong(&[(5, 1)], "flags", Some(0x100));
    wrong(&[(4, 3)], "edges", Some(3));
    wrong(&[(4, 0b1001)], "edges", Some(1));
    wrong(&[(8, 0xe9), (9, 0xfd)], "snaplen", Some(65_001));
    wrong(&[(14, 0x40), (12, 1)], "ppid", Some(4_194_305));
    wrong(&[(16, 17)], "pids", Some(17));
    wrong(&[(16, 2)], "pids", Some(2));
    wrong(&[(27, 1)], "pids", Some(1));
    wrong(&[(20, 17)], "names", Some(17));
    wrong(&[(20, 2)], "names", Some(2));
    wrong(&[(88, 0), (89, b'y')], "names", Some(1));
    wrong(&[(90, b'y')], "names", Some(1));
    let sixteen = core::array::from_fn::<_, 16, _>(|index| (88 + index, b'n'));
    wrong(&sixteen, "names", Some(1));
    wrong(&[(345, b'p')], "parent_proc_name", None);
    wrong(&[(4, 0x40), (424, 2)], "calls", None);
    wrong(&[(424, 2)], "what is not used", None);
    wrong(&[(28, 1)], "what is not used", None);
    wrong(&[(360, 1)], "what is not used", None);
    assert!(BadRequest::size(4).rule.0.starts_with(&format!("{REQUEST_BYTES} bytes")));
}

#[test]
fn request_replaces_all_but_exemption_and_buffers() {
    let parameters = Settings {
        selection: Selection {
            filter: TaskFilter { ppid: Some(7), ..TaskFilter::default() },
            follow: true,
            calls: Some(CallSet::none()),
            edges: Edges::Enter,
            failed_only: false,
            args: true,
            snaplen: 1,
            fault: true,
        },
        exempt: Some(false),
        idle: true,
        buffer_kb: 2 * DEFAULT_BUFFER_KB,
    };
    let settings = parameters.with(&Selection { failed_only: true, ..Selection::default() });
    let expected = Settings {
        selection: Selection {
            filter: TaskFilter::default(),
            follow: false,
            calls: None,
            edges: Edges::Exit,
            failed_only: true,
            args: false,
            snaplen: 80,
            fault: false,
        },
        exempt: Some(false),
        idle: false,
        buffer_kb: 2 * DEFAULT_BUFFER_KB,
    };
    assert_eq!(settings, expected);
}

proptest! {
    #[test]
    fn request_equals_itself_after_a_roundtrip(request in any_request()) {
        prop_assert_eq!(Request::from_bytes(&request.to_bytes()), Ok(request));
    }

    /// Any bytes are parsed or refused; what is parsed writes the same bytes again.
    #[test]
    fn accepted_bytes_are_written_again_unchanged(
        request in any_request(), changes in prop::collection::vec((0..REQUEST_BYTES, any::<u8>()), 0..4),
    ) {
        let mut bytes = request.to_bytes();
        for (offset, byte) in changes {
            bytes[offset] = byte;
        }
        if let Ok(request) = Request::from_bytes(&bytes) {
            prop_assert_eq!(request.to_bytes(), bytes);
            prop_assert!(!request.selection.failed_only || request.selection.edges != Edges::Enter);
        }
    }

    /// A set has what was last set for each number; all numbers above the tables count as one.
    #[test]
    fn call_set_has_the_last_value_of_each_number(
        changes in prop::collection::vec((any::<bool>(), any_number(), any::<bool>()), 0..40),
        is_32bit: bool, number in any_number(),
    ) {
        let mut set = CallSet::none();
        let mut expected = false;
        for &(of_32bit, changed, is_in) in &changes {
            set.set(of_32bit, changed, is_in);
            if of_32bit == is_32bit && changed.min(512) == number.min(512) {
                expected = is_in;
            }
        }
        prop_assert_eq!(set.contains(is_32bit, number), expected);
        prop_assert!(CallSet::all().contains(is_32bit, number));
    }

    /// Actions agree with the set of calls and with the plans.
    #[test]
    fn actions_follow_from_settings_and_plans(
        machine in any_machine(), set in prop::option::of(any_set()), failed_only: bool, args: bool, memory: bool,
        is_32bit: bool, number in any_number(), result in prop_oneof![-4100i64..5, any::<i64>()],
    ) {
        let plans = plans(machine);
        let snaplen = if memory { DEFAULT_SNAPLEN } else { 0 };
        let selection = Selection { calls: set, failed_only, args, snaplen, ..Selection::default() };
        let actions = actions(machine, &selection, &plans);
        let memory = args && memory;
        let contains = |number| set.as_ref().is_none_or(|set| set.contains(is_32bit, number));
        let action = actions.get(is_32bit, u64::from(number));
        let count = plans[usize::from(is_32bit)].arguments(number);
        prop_assert_eq!(action.arguments(), if args { count } else { 0 });
        prop_assert_eq!(action.has(CallAction::EXCLUDED), !contains(number));
        prop_assert_eq!(action.admits_result(result), !failed_only || (-4095..=-1).contains(&result));
        prop_assert_eq!(action.is_surely_excluded(false), !contains(number));
        prop_assert!(!action.is_surely_excluded(true) || actions.excludes_return(is_32bit, number));
        let directions: Vec<_> = plans[usize::from(is_32bit)].of(number).iter().map(|plan| plan.direction()).collect();
        // `Direction::Value`: a command decides, so that either edge may copy.
        let is_any = |directions: &[Direction], of: Direction| {
            directions.iter().any(|&it| it == of || matches!(it, Direction::InOut | Direction::Value))
        };
        prop_assert_eq!(action.has(CallAction::COPY_AT_ENTRY), memory && is_any(&directions, Direction::In));
        prop_assert_eq!(action.has(CallAction::COPY_AT_RETURN), memory && is_any(&directions, Direction::Out));
        // The kernel extends the sign of 32-bit numbers.
        let extended = i64::from(number as i32) as u64;
        prop_assert_eq!(actions.get(is_32bit, extended), actions.get(is_32bit, u64::from(number)));
        if number != u32::MAX {
            prop_assert_eq!(actions.excludes_return(is_32bit, number), !contains(number));
        }
    }

    /// A return without a number is a return from `sigreturn`, or from a call whose number is above the tables.
    #[test]
    fn return_without_number_is_recorded_with_sigreturn(machine in any_machine(), set in any_set(), is_32bit: bool) {
        let numbers: &[u32] = match (machine, is_32bit) {
            (Machine::Arm64, false) => &[139],
            (Machine::X86_64, false) => &[15],
            _ => &[119, 173],
        };
        let actions = actions(machine, &Selection { calls: Some(set), ..Selection::default() }, &plans(machine));
        let expected = numbers.iter().chain([&(NUMBERS as u32)]).any(|&number| set.contains(is_32bit, number));
        prop_assert_eq!(!actions.excludes_return(is_32bit, u32::MAX), expected);
    }
}
