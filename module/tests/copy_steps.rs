// SPDX-License-Identifier: GPL-2.0

//! The steps of copying memory say what the plans of all calls say.

use syscall_record_format::calls::plan::{CopyPlan, CopyPlans, Count, MemoryKind};
use syscall_record_format::calls::{Abi, Direction, NUMBERS};
use syscall_record_format::copy_steps::{CopyStep, CopySteps};
use syscall_record_format::format::Edges;
use syscall_record_format::selection::Selection;

const SNAPLEN: u32 = 80;
const ABIS: [Abi; 3] = [Abi::Arm64, Abi::Arm, Abi::X86_64];

fn plans_of(abi: Abi) -> &'static CopyPlans {
    static PLANS: [CopyPlans; 3] = [CopyPlans::new(Abi::Arm64), CopyPlans::new(Abi::Arm), CopyPlans::new(Abi::X86_64)];
    &PLANS[ABIS.iter().position(|&other| other == abi).expect("is one of them")]
}

fn table(abi: Abi, edges: Edges) -> CopySteps {
    let mut copies = CopySteps::none();
    let selection = Selection { args: true, snaplen: SNAPLEN, edges, ..Selection::default() };
    copies.fill(&selection, plans_of(abi));
    copies
}

/// Whether a plan may copy memory at an edge.
fn is_due(plan: &CopyPlan, edges: Edges, at_return: bool) -> bool {
    match plan.direction() {
        Direction::In => !at_return || edges == Edges::Exit,
        Direction::Out => at_return,
        Direction::InOut | Direction::Value => true,
    }
}

/// Whether steps copy memory of this kind.
fn is_known(plan: &CopyPlan) -> bool {
    let is_known = match plan.what() {
        MemoryKind::Str => plan.size() <= 1,
        MemoryKind::Payload | MemoryKind::Items | MemoryKind::Sockaddr => true,
        _ => false,
    };
    is_known && !plan.is_of_failure() && plan.direction() != Direction::Value
}

/// The steps of a call at an edge.
fn steps_of(table: &CopySteps, at_return: bool, number: u32) -> Vec<CopyStep> {
    let mut steps = Vec::new();
    for place in table.first(at_return, u64::from(number))..=u8::MAX {
        steps.push(table.at(place));
        if table.at(place).is_last() {
            return steps;
        }
    }
    panic!("no step of {number} is the last");
}

/// Calls `check` with each step of each call of each table at each edge, and with its plan. Returns how many steps
/// there are.
fn for_each_step(mut check: impl FnMut(CopyStep, &CopyPlan, Edges, bool, &str)) -> usize {
    let mut count = 0;
    for abi in ABIS {
        for edges in [Edges::Both, Edges::Enter, Edges::Exit] {
            let table = table(abi, edges);
            for number in 0..NUMBERS as u32 + 2 {
                for at_return in [false, true] {
                    let is_due = |plan: &&CopyPlan| is_due(plan, edges, at_return);
                    let due: Vec<_> = plans_of(abi).of(number).iter().filter(is_due).collect();
                    let steps = steps_of(&table, at_return, number);
                    let name = format!("{abi:?} {edges:?} {number} {at_return}");
                    if due.is_empty() || !due.iter().all(|plan| is_known(plan)) {
                        assert!(steps.len() == 1 && steps[0].is_other(), "{name}");
                        continue;
                    }
                    assert_eq!(steps.len(), due.len(), "{name}");
                    for (step, plan) in steps.iter().zip(&due) {
                        check(*step, plan, edges, at_return, &name);
                        count += 1;
                    }
                }
            }
        }
    }
    count
}

#[test]
fn calls_whose_memory_is_known_have_a_step_for_each_plan_that_is_due() {
    let all = for_each_step(|step, plan, edges, at_return, name| {
        assert!(!step.is_other(), "{name}");
        assert_eq!(step.address(), plan.register(), "{name}");
        let is_input = plan.direction() != Direction::Out && (!at_return || edges == Edges::Exit);
        assert_eq!(step.needs_success(), !is_input, "{name} {plan:?}");
    });
    assert!(all > 1000, "{all}");
}

#[test]
fn steps_fit_their_table() {
    for abi in ABIS {
        for edges in [Edges::Both, Edges::Enter, Edges::Exit] {
            let selection = Selection { args: true, edges, ..Selection::default() };
            let used = CopySteps::none().fill(&selection, plans_of(abi));
            assert!((50..=256).contains(&used), "{abi:?} {edges:?}: {used}");
        }
    }
}

#[test]
fn lengths_follow_the_plan() {
    // What a program may pass as a count: small, large, with upper halves that do not count.
    let counts = [0, 3, 0x5_0000_0004, 70, u64::MAX, 0xffff_ffff_0000_0007];
    for_each_step(|step, plan, _, at_return, name| {
        if step.is_other() || step.is_string() {
            assert_eq!(
                step.is_string() && !step.is_other(),
                is_known(plan) && plan.what() == MemoryKind::Str,
                "{name}"
            );
            return;
        }
        assert_eq!(step.is_counted_by_pointer(), matches!(plan.count(), Count::PointerIn(_)), "{name}");
        if let Count::Register(register, _) | Count::AtMost(register, _) | Count::PointerIn(register) = plan.count() {
            assert_eq!(step.count(), register, "{name}");
        }
        for (value, result) in counts.into_iter().flat_map(|value| [0, 2, 100_000, -5000].map(|result| (value, result)))
        {
            let result = at_return.then_some(result);
            // A result below the errors is no failure, but no length either.
            let most = result.map_or(u64::MAX, |result: i64| u64::try_from(result).unwrap_or(0));
            let half = u64::from(value as u32);
            let count = match plan.count() {
                Count::One => 1,
                Count::Register(_, is_narrow) => {
                    if is_narrow {
                        half
                    } else {
                        value
                    }
                }
                Count::AtMost(_, is_narrow) => most.min(if is_narrow { half } else { value }),
                Count::PointerIn(_) => half,
                Count::Result => most,
            };
            let bytes = count.min(1 << 16) * u64::from(plan.size()) + u64::from(plan.head());
            let limit = match plan.what() {
                MemoryKind::Payload => u64::from(SNAPLEN),
                MemoryKind::Sockaddr => 128,
                _ => 512,
            };
            let seen = step.bytes(value, result);
            assert_eq!(
                (seen.0 as u64, seen.1 as u64),
                (bytes, bytes.min(limit)),
                "{name} {value:#x} {result:?} {plan:?}"
            );
        }
    });
}

#[test]
fn any_snaplen_limits_payloads_and_numbers_beyond_the_table_have_no_memory() {
    for snaplen in [1, 65_000] {
        let mut table = CopySteps::none();
        let selection = Selection { args: true, snaplen, ..Selection::default() };
        table.fill(&selection, plans_of(Abi::Arm64));
        // write(fd, buffer, count)
        let write = steps_of(&table, false, 64);
        assert_eq!((write.len(), write[0].address(), write[0].count()), (1, 1, 2));
        assert_eq!(write[0].bytes(1 << 40, None), (1 << 16, snaplen as usize));
        let unknown = steps_of(&table, false, u32::MAX);
        assert!(unknown.len() == 1 && unknown[0].is_other());
    }
}
