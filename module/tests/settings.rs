// SPDX-License-Identifier: GPL-2.0

//! Parameters, filters and ticks.

use proptest::prelude::*;
use syscall_record_format::filter::{comm_from_bytes, Filter, Name, Subject};
use syscall_record_format::format::Comm;
use syscall_record_format::settings::*;
use syscall_record_format::ticks::{to_nanoseconds, Scale};

#[test]
fn pids() {
    assert_eq!(parse_pid(b"1"), Ok(1));
    assert_eq!(parse_pid(b"4194304"), Ok(4_194_304));
    assert_eq!(parse_pid(b"0042"), Ok(42));
    for text in ["", "0", "-1", "+1", " 1", "1 ", "0x10", "init", "4194305", "4294967297", "99999999999999999999"] {
        assert!(parse_pid(text.as_bytes()).is_err(), "{text:?}");
    }
}

#[test]
fn buffers() {
    assert_eq!(parse_buffer_kb(b"16").map(packets), Ok(4));
    assert_eq!(parse_buffer_kb(b"65536").map(packets), Ok(16384));
    assert_eq!(round_buffer_kb(100), 64);
    assert_eq!(round_buffer_kb(DEFAULT_BUFFER_KB), DEFAULT_BUFFER_KB);
    for text in ["", "0", "15", "65537", "-16", "1M"] {
        assert!(parse_buffer_kb(text.as_bytes()).is_err(), "{text:?}");
    }
}

#[test]
fn names() {
    assert!(parse_name(b"").is_err());
    assert_eq!(parse_name(b"exactly-15-char"), Ok((Name::new(b"exactly-15-char"), false)));
    assert_eq!(parse_name(b"more-than-15-characters"), Ok((Name::new(b"more-than-15-ch"), true)));
}

struct Someone {
    tgid: u32,
    comm: [u8; 16],
    parent: (u32, [u8; 16]),
}

impl Subject for Someone {
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
    fn decimal_is_what_std_prints(number: u32) {
        let mut digits = [0; 10];
        let expected = number.to_string();
        prop_assert_eq!(decimal(number, &mut digits), expected.as_bytes());
    }

    /// A filter is the conjunction of its parts, each compared as a person would.
    #[test]
    fn filters_must_all_match(
        pid in prop::option::of(1u32..4), ppid in prop::option::of(1u32..4),
        name in prop::option::of("[ab]{1,20}"), parent in prop::option::of("[ab]{1,20}"),
        tgid in 1u32..4, parent_tgid in 1u32..4, comm in "[ab]{0,15}", parent_comm in "[ab]{0,15}",
        same_name: bool,
    ) {
        let cut = |name: &str| name.bytes().take(15).collect::<Vec<_>>();
        let comm = match &name { Some(name) if same_name => cut(name), _ => comm.into_bytes() };
        let filter = Filter {
            pid, ppid,
            proc_name: name.as_ref().map(|name| Name::new(name.as_bytes())),
            parent_proc_name: parent.as_ref().map(|name| Name::new(name.as_bytes())),
        };
        let someone = Someone {
            tgid, comm: padded(&comm), parent: (parent_tgid, padded(parent_comm.as_bytes())),
        };
        let expected = pid.is_none_or(|pid| pid == tgid)
            && ppid.is_none_or(|ppid| ppid == parent_tgid)
            && name.is_none_or(|name| cut(&name) == comm)
            && parent.is_none_or(|name| cut(&name) == parent_comm.as_bytes());
        prop_assert_eq!(filter.matches(&someone), expected);
    }

    /// Ticks are not shorter than 7 ns and nanoseconds come out right to a millionth.
    #[test]
    fn scales(hertz in 1_000_000u64..6_000_000_000, seconds in 1u64..1_000_000) {
        let scale = Scale::new(hertz, 1 << 27);
        prop_assert!(hertz >> scale.shift <= 1 << 27);
        prop_assert!(scale.shift == 0 || hertz >> (scale.shift - 1) > 1 << 27);
        let nanoseconds = to_nanoseconds((hertz * seconds) >> scale.shift, scale.tick);
        let exact = seconds * 1_000_000_000;
        prop_assert!(nanoseconds.abs_diff(exact) <= exact / 1_000_000 + 16, "{} for {}", nanoseconds, exact);
    }
}
