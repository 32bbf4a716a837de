// SPDX-License-Identifier: GPL-2.0

//! Values of parameters, filters and ticks.

use proptest::prelude::*;
use syscall_record_format::filter::{comm_from_bytes, CommName, FilteredTask, List, TaskFilter, MAX_LISTED};
use syscall_record_format::format::{Comm, Edges};
use syscall_record_format::settings::*;
use syscall_record_format::ticks::{calibrate, to_kilohertz, to_nanoseconds, Scale};

#[test]
fn process_ids_are_decimal_numbers_in_range() {
    assert_eq!(parse_pid(b"1"), Ok(1));
    assert_eq!(parse_pid(b"4194304"), Ok(4_194_304));
    assert_eq!(parse_pid(b"0042"), Ok(42));
    for text in ["", "0", "-1", "+1", " 1", "1 ", "0x10", "init", "4194305", "4294967297", "99999999999999999999"] {
        assert!(parse_pid(text.as_bytes()).is_err(), "{text:?}");
    }
}

#[test]
fn process_ids_are_listed_with_commas() {
    assert_eq!(parse_pids(b"7").unwrap().items(), [7]);
    assert_eq!(parse_pids(b"4194304,1,1").unwrap().items(), [4_194_304, 1, 1]);
    let numbers = |count: u32| (1..=count).map(|pid| pid.to_string()).collect::<Vec<_>>().join(",");
    assert_eq!(parse_pids(numbers(16).as_bytes()).unwrap().items().len(), MAX_LISTED);
    assert!(parse_pids(numbers(17).as_bytes()).is_err());
    for text in ["", ",", "1,", ",1", "1,,2", "1, 2", "1,0", "1,x", "1;2"] {
        assert!(parse_pids(text.as_bytes()).is_err(), "{text:?}");
    }
}

#[test]
fn snaplen_is_a_decimal_number_in_range() {
    assert_eq!(parse_snaplen(b"0"), Ok(0));
    assert_eq!(parse_snaplen(b"65000"), Ok(65_000));
    for text in ["", "65001", "-1", "80b"] {
        assert!(parse_snaplen(text.as_bytes()).is_err(), "{text:?}");
    }
}

#[test]
fn failed_calls_are_recorded_at_returns() {
    assert_eq!(edges_of(Edges::Both, true), Ok(Edges::Exit));
    assert_eq!(edges_of(Edges::Exit, true), Ok(Edges::Exit));
    assert!(edges_of(Edges::Enter, true).is_err());
    assert_eq!(edges_of(Edges::Enter, false), Ok(Edges::Enter));
    assert_eq!(edges_of(Edges::Both, false), Ok(Edges::Both));
}

#[test]
fn buffer_kb_is_a_decimal_number_in_range() {
    assert_eq!(parse_buffer_kb(b"16").map(packets), Ok(4));
    assert_eq!(parse_buffer_kb(b"65536").map(packets), Ok(16384));
    assert_eq!(round_buffer_kb(100), 64);
    assert_eq!(round_buffer_kb(DEFAULT_BUFFER_KB), DEFAULT_BUFFER_KB);
    for text in ["", "0", "15", "65537", "-16", "1M"] {
        assert!(parse_buffer_kb(text.as_bytes()).is_err(), "{text:?}");
    }
}

#[test]
fn names_are_cut_to_15_bytes() {
    assert!(parse_name(b"").is_err());
    assert_eq!(parse_name(b"exactly-15-char"), Ok((CommName::new(b"exactly-15-char"), false)));
    assert_eq!(parse_name(b"more-than-15-characters"), Ok((CommName::new(b"more-than-15-ch"), true)));
}

#[test]
fn names_are_listed_with_commas() {
    let (names, is_cut) = parse_names(b"exactly-15-char,more-than-15-characters,x").unwrap();
    assert!(is_cut);
    assert_eq!(names.items(), [&b"exactly-15-char"[..], b"more-than-15-ch", b"x"].map(CommName::new));
    assert!(!parse_names(b"one,two").unwrap().1);
    let mut text = [0; MAX_NAMES_TEXT];
    assert_eq!(names_as_text(names.items(), &mut text), b"exactly-15-char,more-than-15-ch,x");
    assert_eq!(names_as_text(&[], &mut text), b"");
    let longest = ["exactly-15-char"; MAX_LISTED].join(",");
    let (names, _) = parse_names(longest.as_bytes()).unwrap();
    assert_eq!(names_as_text(names.items(), &mut text), longest.as_bytes());
    for text in ["", ",", "a,", ",a", "a,,b", "a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q"] {
        assert!(parse_names(text.as_bytes()).is_err(), "{text:?}");
    }
}

struct Someone {
    tgid: u32,
    comm: [u8; 16],
    parent: (u32, [u8; 16]),
}

impl FilteredTask for Someone {
    fn tgid(&self) -> u32 {
        self.tgid
    }

    fn comm(&self) -> Comm {
        comm_from_bytes(&self.comm)
    }

    fn parent(&self) -> (u32, Comm) {
        (self.parent.0, comm_from_bytes(&self.parent.1))
    }
}

fn padded(name: &[u8]) -> [u8; 16] {
    let mut padded = [0; 16];
    padded[..name.len()].copy_from_slice(name);
    padded
}

proptest! {
    #[test]
    fn decimal_equals_display_of_std(number: u32) {
        let mut digits = [0; 10];
        let expected = number.to_string();
        prop_assert_eq!(decimal(number, &mut digits), expected.as_bytes());
    }

    /// A task matches if all fields of the filter match; a list matches if one of its items does.
    #[test]
    fn all_fields_of_a_filter_must_match(
        pids in prop::collection::vec(1u32..6, 0..4), ppid in prop::option::of(1u32..4),
        names in prop::collection::vec("[ab]{1,20}", 0..4), parent in prop::option::of("[ab]{1,20}"),
        tgid in 1u32..6, parent_tgid in 1u32..4, comm in "[ab]{0,15}", parent_comm in "[ab]{0,15}",
        same_name: Option<prop::sample::Index>, same_parent: bool,
    ) {
        let cut = |name: &str| name.bytes().take(15).collect::<Vec<_>>();
        let comm = match same_name {
            Some(index) if !names.is_empty() => cut(&names[index.index(names.len())]),
            _ => comm.into_bytes(),
        };
        let parent_comm = match &parent { Some(name) if same_parent => cut(name), _ => parent_comm.into_bytes() };
        let list: Vec<_> = names.iter().map(|name| CommName::new(name.as_bytes())).collect();
        let filter = TaskFilter {
            pids: List::new(&pids).unwrap(),
            ppid,
            proc_names: List::new(&list).unwrap(),
            parent_proc_name: parent.as_ref().map(|name| CommName::new(name.as_bytes())),
        };
        let someone = Someone { tgid, comm: padded(&comm), parent: (parent_tgid, padded(&parent_comm)) };
        let own = (pids.is_empty() || pids.contains(&tgid))
            && (names.is_empty() || names.iter().any(|name| cut(name) == comm));
        prop_assert_eq!(filter.may_match(tgid, someone.comm()), own);
        let expected = own
            && ppid.is_none_or(|ppid| ppid == parent_tgid)
            && parent.as_ref().is_none_or(|name| cut(name) == parent_comm);
        prop_assert_eq!(filter.matches(&someone), expected);
        prop_assert_eq!(filter.is_empty(), pids.is_empty() && names.is_empty() && ppid.is_none() && parent.is_none());
    }

    /// Ticks are not shorter than 7 ns, and nanoseconds are exact to a millionth.
    #[test]
    fn ticks_convert_to_nanoseconds(hertz in 1_000_000u64..6_000_000_000, seconds in 1u64..1_000_000) {
        let scale = Scale::new(hertz, 1 << 27);
        prop_assert!(hertz >> scale.shift <= 1 << 27);
        prop_assert!(scale.shift == 0 || hertz >> (scale.shift - 1) > 1 << 27);
        let nanoseconds = to_nanoseconds((hertz * seconds) >> scale.shift, scale.tick);
        let exact = seconds * 1_000_000_000;
        prop_assert!(nanoseconds.abs_diff(exact) <= exact / 1_000_000 + 16, "{} for {}", nanoseconds, exact);
    }

    /// The kernel's clock rounds each of its two values, and counts steps of its own frequency, not of the stated one.
    #[test]
    fn measured_frequency_is_taken_if_it_differs_from_the_stated_one(
        hertz in 1_000_000u64..6_000_000_000, steps in 2_000_000u64..100_000_000, start in 0u64..1_000_000,
        parts in -900_000i64..900_000,
    ) {
        // 1 ms to a second.
        let steps = steps.clamp(hertz / 1000 + 1, hertz);
        let at = |step: u64| (u128::from(step) * 1_000_000_000 / u128::from(hertz)) as u64;
        let measured = at(start + steps) - at(start);
        let stated = hertz.saturating_add_signed(hertz as i64 / 1_000_000 * parts);
        let found = calibrate(stated, steps, measured);
        let error = hertz / 100_000 + 1;
        prop_assert!(found.abs_diff(hertz) <= error, "{} for {}", found, hertz);
        if parts == 0 {
            prop_assert_eq!(found, hertz);
        }
        prop_assert!(found == stated || stated.abs_diff(hertz) > 0);
    }
}

#[test]
fn measurement_replaces_a_frequency_that_was_not_stated_and_none_keeps_it() {
    // 10 ms of a counter of 24 MHz.
    assert_eq!(calibrate(0, 240_000, 10_000_000), 24_000_000);
    assert_eq!(calibrate(19_200_000, 240_000, 10_000_000), 24_000_000);
    assert_eq!(calibrate(24_000_000, 240_000, 10_000_001), 24_000_000);
    assert_eq!(calibrate(24_000_100, 240_000, 10_000_000), 24_000_000, "4 millionths are more than the error");
    // Too short, or nothing was measured.
    assert_eq!(calibrate(19_200_000, 24, 1_000), 19_200_000);
    assert_eq!(calibrate(19_200_000, 0, 10_000_000), 19_200_000);
    assert_eq!(calibrate(19_200_000, u64::MAX, 10_000_000), 19_200_000);
    assert_eq!(calibrate(0, 0, 0), 0);
}

#[test]
fn kilohertz_are_rounded() {
    assert_eq!([24_000_499, 24_000_500, 0, 5_700_000_000].map(to_kilohertz), [24_000, 24_001, 0, 5_700_000]);
}
