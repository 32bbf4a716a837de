// SPDX-License-Identifier: GPL-2.0

//! The order of packets in a stream, tested with a simulation of CPUs that begin and complete packets.

use proptest::prelude::*;
use std::collections::VecDeque;
use syscall_record_format::order::{next, Lane, Next};

#[derive(Clone, Default)]
struct Cpu {
    /// Base times of the complete packets.
    complete: VecDeque<u64>,
    open: Option<u64>,
}

#[derive(Clone, Copy, Debug)]
enum Step {
    /// This CPU completes its open packet and begins another.
    Open(usize),
    /// The reader cuts all open packets.
    Cut,
    /// The reader takes the next packet.
    Take,
    /// Time passes.
    Wait(u64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0usize..3).prop_map(Step::Open),
        1 => Just(Step::Cut),
        4 => Just(Step::Take),
        2 => (0u64..5).prop_map(Step::Wait),
    ]
}

proptest! {
    #[test]
    fn base_times_never_decrease_and_watermarks_hold(steps in prop::collection::vec(step(), 1..200)) {
        let mut cpus = vec![Cpu::default(); 3];
        let mut now = 1;
        let mut watermark = 0;
        for step in steps.into_iter().chain([Step::Cut]).chain([Step::Take; 400]) {
            match step {
                Step::Wait(ticks) => now += ticks,
                Step::Open(cpu) => {
                    let cpu = &mut cpus[cpu];
                    cpu.complete.extend(cpu.open.replace(now));
                }
                Step::Cut => cpus.iter_mut().for_each(|cpu| cpu.complete.extend(cpu.open.take())),
                Step::Take => {
                    let lanes = cpus.iter().map(|cpu| Lane {
                        front: cpu.complete.front().copied(),
                        second: cpu.complete.get(1).copied(),
                        open: cpu.open,
                    });
                    match next(now, lanes) {
                        Next::Packet { lane, watermark: promised } => {
                            let base = cpus[lane].complete.pop_front().expect("it was the front");
                            // The packet is not older than the previous watermark, and all others keep the new one.
                            prop_assert!(base >= watermark, "{} after {}", base, watermark);
                            prop_assert!(promised >= watermark);
                            for cpu in &cpus {
                                prop_assert!(cpu.complete.iter().chain(&cpu.open).all(|&left| left >= promised));
                            }
                            prop_assert!(promised <= now);
                            watermark = promised;
                        }
                        Next::HeldBack => {
                            let open = cpus.iter().filter_map(|cpu| cpu.open).min().expect("one holds back");
                            prop_assert!(cpus.iter().flat_map(|cpu| &cpu.complete).all(|&front| front > open));
                        }
                        Next::Partial { watermark: promised } => {
                            prop_assert!(promised >= watermark);
                            prop_assert!(cpus.iter().filter_map(|cpu| cpu.open).all(|open| open >= promised));
                            prop_assert!(cpus.iter().all(|cpu| cpu.complete.is_empty()));
                            prop_assert!(cpus.iter().any(|cpu| cpu.open.is_some()));
                        }
                        Next::Nothing { watermark } => {
                            prop_assert!(cpus.iter().all(|cpu| cpu.complete.is_empty() && cpu.open.is_none()));
                            prop_assert_eq!(watermark, now);
                        }
                    }
                }
            }
        }
        prop_assert!(cpus.iter().all(|cpu| cpu.complete.is_empty()), "everything is taken in the end");
    }
}
