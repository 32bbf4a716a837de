// SPDX-License-Identifier: GPL-2.0

//! Arbitrary calls and memory: each call makes exactly one line.

use crate::sample::{memory, print, Sample};
use proptest::prelude::*;
use syscall_record::args::TextLimits;
use syscall_record::calls::{self, Abi};
use syscall_record::model::{Edge, Memory};
use syscall_record::style::strace::StraceOptions;

/// Numbers that have a meaning for some argument, and any others.
fn register() -> impl Strategy<Value = u64> {
    prop_oneof![
        0u64..8,
        any::<u64>(),
        any::<u32>().prop_map(u64::from),
        (0u32..64).prop_map(|bit| 1 << bit),
        (0u64..4096).prop_map(|number| number.wrapping_neg()),
        (0u32..0x6000).prop_map(u64::from),
    ]
}

fn contents() -> impl Strategy<Value = Memory> {
    let bytes = prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..200),
        // Many small numbers, such as lengths.
        proptest::collection::vec(prop_oneof![Just(0u8), 0u8..20, any::<u8>()], 0..400),
        proptest::collection::vec(any::<bool>().prop_map(|bit| if bit { 0 } else { b'x' }), 0..100),
    ];
    let memory = |(register, bytes, is_fault, is_absent, is_cut): (u8, Vec<u8>, bool, bool, bool)| Memory {
        is_fault,
        is_absent: is_absent && !is_fault,
        is_cut,
        ..memory(register, &bytes)
    };
    let is_rare = || proptest::bool::weighted(0.2);
    (0u8..6, bytes, is_rare(), is_rare(), any::<bool>()).prop_map(memory)
}

fn sample() -> impl Strategy<Value = Sample> {
    let abi = proptest::sample::select(Abi::ALL.to_vec());
    let number = prop_oneof![9 => (0u32..470).prop_map(Some), 1 => any::<u32>().prop_map(Some), 1 => Just(None)];
    let memories = || proptest::collection::vec(contents(), 0..7);
    let result = prop_oneof![-600i64..20, any::<i64>()];
    let registers = proptest::collection::vec(register(), 0..=6);
    (abi, number, registers, memories(), memories(), result, any::<bool>()).prop_map(
        |(abi, number, registers, inputs, outputs, result, has_args)| {
            let registers =
                registers.into_iter().map(
                    |register| {
                        if abi.is_32bit() {
                            register & u64::from(u32::MAX)
                        } else {
                            register
                        }
                    },
                );
            Sample {
                tid: 5,
                tgid: 5,
                abi,
                number,
                has_args,
                registers: registers.collect(),
                inputs,
                outputs,
                result: Some(result),
                latency: Some(1),
                is_birth: false,
                time: 0,
                since_first: 0,
            }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]

    #[test]
    fn any_call_is_one_line(sample in sample(), limit in prop_oneof![0usize..40, Just(usize::MAX)]) {
        let options = StraceOptions { arguments: TextLimits { limit, shows_all: false }, ..StraceOptions::default() };
        let line = print(options, &[(Edge::Exit, &sample)]);
        prop_assert!(line.ends_with('\n') && line.matches('\n').count() == 1, "{:?}", line);
        prop_assert!(line.starts_with("5     "), "{:?}", line);
        prop_assert!(line.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\n')), "{:?}", line);

        // Two parts make the same line, unless the call does not return.
        let name = sample.number.and_then(|number| calls::KnownCall::new(sample.abi, number)).map_or("", |call| call.name());
        if sample.number.is_some() && !name.starts_with("exit") {
            let parts = print(options, &[(Edge::Enter, &sample), (Edge::Exit, &sample)]);
            prop_assert_eq!(parts, line);
        }
    }

    /// A line is a call, or tells that a thread has ended.
    #[test]
    fn any_events_make_lines_of_their_threads(
        events in proptest::collection::vec((sample(), 1u32..4, any::<bool>()), 0..8),
    ) {
        let events: Vec<_> = events
            .into_iter()
            .map(|(sample, tid, enters)| (if enters { Edge::Enter } else { Edge::Exit }, sample.by(tid)))
            .collect();
        let events: Vec<_> = events.iter().map(|(edge, sample)| (*edge, sample)).collect();
        let text = print(StraceOptions::default(), &events);
        prop_assert!(text.is_empty() || text.ends_with('\n'));
        for line in text.lines() {
            let tid = line.split_once("     ").map(|(tid, _)| tid);
            prop_assert!(tid.is_some_and(|tid| ["1", "2", "3"].contains(&tid)), "{:?}", line);
        }
    }
}
