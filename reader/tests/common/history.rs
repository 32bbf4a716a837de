// SPDX-License-Identifier: GPL-2.0

//! Makes arbitrary recordings.

use super::*;
use proptest::prelude::*;

/// An arbitrary recording of several CPUs.
#[derive(Clone, Debug)]
pub struct MadeHistory {
    pub recording: MadeRecording,
    /// Events by CPU, with increasing times on each.
    pub cpus: BTreeMap<u16, Vec<MadeEvent>>,
    /// Indices of the events on each CPU after which the module does not remember the task.
    pub forgets: Vec<usize>,
}

impl MadeHistory {
    /// The packets of each CPU. `cut` as for [`packets`].
    pub fn packets(&self, cut: &[usize]) -> Vec<Vec<Packet>> {
        let numbers = self.returned_numbers();
        let lane = |(&cpu, events): (&u16, &Vec<MadeEvent>)| {
            let mut writer = PacketWriter::new(self.recording, cpu);
            writer.numbers_at = numbers.clone();
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

    /// By time, the number of the call that each return is from.
    fn returned_numbers(&self) -> BTreeMap<u64, u32> {
        let mut entered = BTreeMap::new();
        let number = |event: MadeEvent| match event.edge {
            MadeEdge::Enter(call) => {
                entered.insert(event.task.tid, call.number);
                None
            }
            _ => Some((event.time, entered.remove(&event.task.tid).unwrap_or(NO_CALL))),
        };
        self.events().into_iter().filter_map(number).collect()
    }

    /// All events in the order of time. No two events have the same time.
    pub fn events(&self) -> Vec<MadeEvent> {
        let mut events: Vec<MadeEvent> = self.cpus.values().flatten().cloned().collect();
        events.sort_by_key(|event| event.time);
        events
    }
}

/// How many threads there are.
const THREADS: usize = 12;
/// The thread that runs a 32-bit program, if the kernel has 64 bits.
const NARROW: usize = 5;
/// The thread that makes calls of both widths, if the kernel has 64 bits.
const MIXED: usize = 6;

/// The names of threads.
const NAMES: [&[u8]; 4] = [b"ls", b"a name", b"fifteen-letters", b"\xff\n\\"];
/// The names of threads as lines have them.
pub const WRITTEN: [&str; 4] = ["ls", "a name", "fifteen-letters", "\\xff\\x0a\\\\"];

/// What a thread does next.
#[derive(Clone, Debug)]
struct HistoryStep {
    cpu: u16,
    thread: usize,
    gap: u64,
    number: u32,
    result: i64,
    args: Vec<u64>,
    /// Whether the other edge was not recorded.
    skip: bool,
}

/// Recordings of threads that call, return, and move between CPUs.
pub fn history() -> impl Strategy<Value = MadeHistory> {
    let step = (0u16..3, 0..THREADS, gap(), number(), result(), args(), prop::bool::weighted(0.1)).prop_map(
        |(cpu, thread, gap, number, result, args, skip)| HistoryStep { cpu, thread, gap, number, result, args, skip },
    );
    let steps = prop::collection::vec(step, 0..1500);
    let forgets = prop::collection::vec(0usize..1500, 0..200);
    (recording(), steps, forgets).prop_map(|(recording, steps, forgets)| {
        let mut now = 1_000_000;
        // By thread, the width of the call that it is in.
        let mut inside = [None; THREADS];
        let mut cpus = BTreeMap::<u16, Vec<MadeEvent>>::new();
        for step in steps {
            now += step.gap;
            let HistoryStep { cpu, thread, number, result, .. } = step;
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
            let call = || MadeCall { number, args: recording.has_args.then(args) };
            let edge = match recording.edges {
                Edges::Exit => MadeEdge::Return(call(), result),
                _ if returns => MadeEdge::Exit(result),
                _ => MadeEdge::Enter(call()),
            };
            inside[thread] = match edge {
                MadeEdge::Enter(_) if recording.edges == Edges::Both => Some(is_32bit),
                _ => None,
            };
            cpus.entry(cpu).or_default().push(MadeEvent { time: now, cpu, task, edge });
        }
        MadeHistory { recording, cpus, forgets }
    })
}

fn recording() -> impl Strategy<Value = MadeRecording> {
    let machine = prop::sample::select(vec![Machine::Arm64, Machine::Arm, Machine::X86_64]);
    let edges = prop::sample::select(vec![Edges::Both, Edges::Both, Edges::Enter, Edges::Exit]);
    (machine, edges, any::<bool>()).prop_map(|(machine, edges, has_args)| MadeRecording { machine, edges, has_args })
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
