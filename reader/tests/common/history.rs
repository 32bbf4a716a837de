// SPDX-License-Identifier: GPL-2.0

//! Arbitrary recordings.

use super::*;
use proptest::prelude::*;
use std::collections::BTreeMap;

/// What CPUs record.
#[derive(Clone, Debug)]
pub struct History {
    pub recording: Recording,
    /// Events by CPU, with increasing times on each.
    pub cpus: BTreeMap<u16, Vec<Event>>,
    /// Of these events, by their place in `cpus`, the module does not remember the task.
    pub forgets: Vec<usize>,
}

impl History {
    /// Each CPU's packets; `cut` as for [`packets`].
    pub fn packets(&self, cut: &[usize]) -> Vec<Vec<Packet>> {
        let lane = |(&cpu, events): (&u16, &Vec<Event>)| {
            let mut writer = Writer::new(self.recording, cpu);
            for (index, event) in events.iter().enumerate() {
                writer.write(event, !self.forgets.contains(&index));
                if cut.contains(&index) {
                    writer.cut();
                }
            }
            writer.finish()
        };
        self.cpus.iter().map(lane).collect()
    }

    /// All events in the order of time. Times are unique, so there is one order.
    pub fn events(&self) -> Vec<Event> {
        let mut events: Vec<Event> = self.cpus.values().flatten().cloned().collect();
        events.sort_by_key(|event| event.time);
        events
    }
}

/// Threads.
const THREADS: usize = 12;
/// Runs a 32-bit program, where there is a difference.
const NARROW: usize = 5;
/// Makes calls of both widths, where there is a difference.
const MIXED: usize = 6;

/// Their names, and how lines have them.
const NAMES: [&[u8]; 4] = [b"ls", b"a name", b"fifteen-letters", b"\xff\n\\"];
pub const WRITTEN: [&str; 4] = ["ls", "a name", "fifteen-letters", "\\xff\\x0a\\\\"];

/// What a thread does next.
#[derive(Clone, Debug)]
struct Step {
    cpu: u16,
    thread: usize,
    gap: u64,
    number: u32,
    result: i64,
    args: Vec<u64>,
    /// The other edge was not recorded.
    skip: bool,
}

/// Threads that call, return, and move between CPUs.
pub fn history() -> impl Strategy<Value = History> {
    let step = (0u16..3, 0..THREADS, gap(), number(), result(), args(), prop::bool::weighted(0.1)).prop_map(
        |(cpu, thread, gap, number, result, args, skip)| Step { cpu, thread, gap, number, result, args, skip },
    );
    let steps = prop::collection::vec(step, 0..1500);
    let forgets = prop::collection::vec(0usize..1500, 0..200);
    (recording(), steps, forgets).prop_map(|(recording, steps, forgets)| {
        let mut now = 1_000_000;
        // The width of the call that each thread is in.
        let mut inside = [None; THREADS];
        let mut cpus = BTreeMap::<u16, Vec<Event>>::new();
        for step in steps {
            now += step.gap;
            let Step { cpu, thread, number, result, .. } = step;
            let of = |is_32bit| Task { is_32bit, ..task(thread as u32 * 300_000 + 1, NAMES[thread % NAMES.len()]) };
            let can_be_narrow = recording.machine.register_bits() == 64;
            let is_32bit = can_be_narrow && (thread == NARROW || thread == MIXED && number % 2 == 1);
            let returns = match recording.edges {
                Edges::Both => inside[thread].is_some() != (step.skip && thread != MIXED),
                Edges::Enter => false,
                Edges::Exit => true,
            };
            let task = of(inside[thread].filter(|_| returns).unwrap_or(is_32bit));
            let mask = u64::MAX >> (64 - recording.machine.program_bits(task.is_32bit));
            let args = || step.args.iter().map(|arg| arg & mask).collect();
            let call = || Call { number, args: recording.has_args.then(args) };
            let edge = match recording.edges {
                Edges::Exit => Edge::Return(call(), result),
                _ if returns => Edge::Exit(result),
                _ => Edge::Enter(call()),
            };
            inside[thread] = match edge {
                Edge::Enter(_) if recording.edges == Edges::Both => Some(is_32bit),
                _ => None,
            };
            cpus.entry(cpu).or_default().push(Event { time: now, cpu, task, edge });
        }
        History { recording, cpus, forgets }
    })
}

fn recording() -> impl Strategy<Value = Recording> {
    let machine = prop::sample::select(vec![Machine::Arm64, Machine::Arm, Machine::X86_64]);
    let edges = prop::sample::select(vec![Edges::Both, Edges::Both, Edges::Enter, Edges::Exit]);
    (machine, edges, any::<bool>()).prop_map(|(machine, edges, has_args)| Recording { machine, edges, has_args })
}

fn gap() -> impl Strategy<Value = u64> {
    prop_oneof![20 => 1u64..2000, 5 => 1u64..0x80_0000, 2 => 1u64..0x2000_0000, 1 => 1u64..0x10_0000_0000]
}

fn number() -> impl Strategy<Value = u32> {
    prop_oneof![20 => 0u32..600, 1 => any::<u32>()]
}

fn result() -> impl Strategy<Value = i64> {
    prop_oneof![20 => -133i64..4097, 3 => any::<i32>().prop_map(i64::from), 1 => any::<i64>()]
}

fn args() -> impl Strategy<Value = Vec<u64>> {
    prop::collection::vec(prop_oneof![0u64..10, any::<u64>()], 0..=MAX_ARGS)
}
