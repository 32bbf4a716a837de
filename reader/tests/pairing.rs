// SPDX-License-Identifier: GPL-2.0

//! A return is never paired with the entry of another call, whatever was dropped and however threads move.

mod common;

use common::modelled::lines_of;
use common::*;
use proptest::prelude::*;
use syscall_record::model::{Edge, Event, EventKind, Memory};
use syscall_record_format::format::{
    enter, ChunkHead, Edges, Header, Machine, Packet, Task, HEADER_WORDS, PACKET_WORDS, RELEASE_BYTES,
};

const RECORDING: MadeRecording = MadeRecording { machine: Machine::Arm64, edges: Edges::Both, has_args: true };
const CPUS: u16 = 3;
const THREADS: usize = 6;
/// Places of the set of threads that have lost events, as the module has it: so few that threads share them.
const PLACES: usize = 4;
/// Several threads of a place have lost events. None is taken out alone.
const ALL: u32 = u32::MAX;
/// What happens next.
#[derive(Clone, Debug)]
enum Step {
    /// A thread enters a call of this number, or returns from the one it is in.
    Event { thread: usize, number: u32 },
    /// A thread moves to a CPU.
    Move { thread: usize, cpu: u16 },
    /// The buffer of a CPU is full from now on, or has room again.
    SetFull { cpu: u16, is_full: bool },
}

fn steps(has_drops: bool) -> impl Strategy<Value = Vec<Step>> {
    let event = (0..THREADS, 63u32..66).prop_map(|(thread, number)| Step::Event { thread, number });
    let migration = (0..THREADS, 0..CPUS).prop_map(|(thread, cpu)| Step::Move { thread, cpu });
    let full =
        (0..CPUS, any::<bool>()).prop_map(move |(cpu, is_full)| Step::SetFull { cpu, is_full: is_full && has_drops });
    prop::collection::vec(prop_oneof![20 => event, 3 => migration, 1 => full], 0..600)
}

/// The calls of threads: each has a number of its own, which is its argument and its result.
struct Machinery {
    writers: Vec<PacketWriter>,
    is_full: [bool; CPUS as usize],
    /// In each place 0, the id of a thread that has lost an event since its last recorded entry, or [`ALL`].
    lost: [u32; PLACES],
    /// By thread, its CPU and the call that it is in.
    threads: [(u16, Option<(u32, u64)>); THREADS],
    calls: u64,
    now: u64,
}

impl Machinery {
    fn new() -> Self {
        Self {
            writers: (0..CPUS).map(|cpu| PacketWriter::new(RECORDING, cpu)).collect(),
            is_full: [false; CPUS as usize],
            lost: [0; PLACES],
            threads: std::array::from_fn(|thread| (thread as u16 % CPUS, None)),
            calls: 0,
            now: 1000,
        }
    }

    fn step(&mut self, step: &Step) {
        match *step {
            Step::SetFull { cpu, is_full } => self.is_full[usize::from(cpu)] = is_full,
            Step::Move { thread, cpu } => {
                self.threads[thread].0 = cpu;
                self.now += 1;
            }
            Step::Event { thread, number } => self.record(thread, number),
        }
    }

    /// Records an event as the probes do.
    fn record(&mut self, thread: usize, number: u32) {
        self.now += 7;
        let task = task(100 + thread as u32, b"sh");
        let (cpu, inside) = self.threads[thread];
        let place = &mut self.lost[task.tid as usize % PLACES];
        let (edge, next) = match inside {
            None => {
                self.calls += 1;
                let call = MadeCall { number, args: Some(vec![self.calls]) };
                (MadeEdge::Enter(call), Some((number, self.calls)))
            }
            Some((number, call)) => {
                let entry_may_be_lost = *place == task.tid || *place == ALL;
                let returned = MadeReturn {
                    call: MadeCall { number, args: None },
                    result: call as i64,
                    entry_may_be_lost,
                    may_be_refused: false,
                };
                (MadeEdge::NumberedExit(returned), None)
            }
        };
        self.threads[thread].1 = next;
        let writer = &mut self.writers[usize::from(cpu)];
        if self.is_full[usize::from(cpu)] {
            writer.drop_event();
            // An entry of the thread on another CPU must not be completed by the return from a later call.
            if *place != task.tid {
                self.writers.iter_mut().for_each(|writer| writer.forget(&task));
            }
            *place = if *place == 0 || *place == task.tid { task.tid } else { ALL };
        } else if !writer.write(&MadeEvent { time: self.now, cpu, task, edge }, true) {
            *place = if *place == task.tid { 0 } else { *place };
        }
    }

    fn finish(self) -> Vec<u8> {
        stream(self.writers.into_iter().map(PacketWriter::finish).collect())
    }
}

/// Counts of returns: with and without an entry.
#[derive(Debug, Default)]
struct Returns {
    paired: u64,
    alone: u64,
}

/// Checks that every paired return has the argument of its own call.
fn check_pairs(stream: &[u8]) -> Returns {
    let mut returns = Returns::default();
    lines_of(stream, |event: &Event<'_>| {
        if let EventKind::Call(call) = &event.kind {
            if let (Edge::Exit, Some(result)) = (call.edge, call.result) {
                match call.latency {
                    Some(_) => {
                        assert_eq!(call.registers, [result as u64], "event {}", event.number);
                        returns.paired += 1;
                    }
                    None => {
                        assert!(call.registers.is_empty(), "event {}", event.number);
                        returns.alone += 1;
                    }
                }
            }
        }
        String::new()
    });
    returns
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_return_is_paired_with_another_calls_entry_next_to_drops(steps in steps(true)) {
        let mut machinery = Machinery::new();
        for step in &steps {
            machinery.step(step);
        }
        check_pairs(&machinery.finish());
    }

    /// A thread that leaves a CPU and is back at once can complete the word of an earlier entry there. The reader sees
    /// that this entry has returned: such returns alone stand alone.
    #[test]
    fn returns_of_threads_that_do_not_come_back_at_once_are_all_paired(steps in steps(false)) {
        let mut machinery = Machinery::new();
        for step in &steps {
            machinery.step(step);
            // A CALL lasts 4095 ticks at the most.
            machinery.now += if let Step::Move { .. } = step { 4096 } else { 0 };
        }
        let returns = check_pairs(&machinery.finish());
        prop_assert_eq!(returns.alone, 0);
    }
}

/// Some entries of a thread that loses events are still paired: the flag is taken back.
#[test]
fn returns_are_paired_again_after_drops() {
    let mut machinery = Machinery::new();
    let event = |thread| Step::Event { thread, number: 63 };
    let full = |is_full| Step::SetFull { cpu: 0, is_full };
    // The return of the first call and the entry of the second are lost. Other threads' events make all returns
    // records of their own.
    for step in [event(0), full(true), event(0), event(0), full(false), event(0), event(0), event(3), event(0)] {
        machinery.step(&step);
    }
    let returns = check_pairs(&machinery.finish());
    assert_eq!((returns.paired, returns.alone), (1, 1));
}

/// The word of an entry is not completed by a later call whose entry was dropped on another CPU, although the thread is
/// back at once: each drop of a thread that has recorded something since makes all CPUs forget the thread.
#[test]
fn entry_is_not_completed_after_drops_on_another_cpu() {
    let mut machinery = Machinery::new();
    let event = || Step::Event { thread: 0, number: 63 };
    let to = |cpu| Step::Move { thread: 0, cpu };
    let full = Step::SetFull { cpu: 1, is_full: true };
    // On CPU 1, the return from each first call and the entry of each second are lost.
    let round = [event(), to(1), event(), event(), to(0), event()];
    for step in [full].iter().chain(&round).chain(&round) {
        machinery.step(step);
    }
    let returns = check_pairs(&machinery.finish());
    assert_eq!((returns.paired, returns.alone), (0, 2));
}

/// A packet of version 1 with these records after its header, on this CPU.
fn packet_of_version_1(cpu: u16, base_time: u64, dropped_before: u64, words: &[u64]) -> Packet {
    let header = Header {
        version: 1,
        machine: Machine::Arm64,
        cpu,
        used: (HEADER_WORDS + words.len()) as u16,
        edges: Edges::Both,
        has_args: false,
        sequence: 0,
        session: SESSION,
        base_time,
        watermark: base_time,
        wall_clock: 0,
        tick: 1 << 32,
        dropped: dropped_before,
        dropped_before,
        release: [0; RELEASE_BYTES],
    };
    let mut packet = [0; PACKET_WORDS];
    packet[..HEADER_WORDS].copy_from_slice(&header.to_words());
    packet[HEADER_WORDS..][..words.len()].copy_from_slice(words);
    packet
}

fn names(stream: &[u8]) -> Vec<String> {
    lines_of(stream, |event| match &event.kind {
        EventKind::Call(call) => {
            let mut name = String::new();
            format!("{} {:?}", call.name(&mut name), call.result)
        }
        EventKind::Dropped { events } => format!("dropped {events}"),
    })
}

/// Version 1: a return has no number, and is paired with the last entry unless any CPU has dropped events since.
#[test]
fn return_of_version_1_is_not_paired_across_drops_of_any_cpu() {
    let of = |tid| Task { tid, tgid: 100, ..task(tid, b"sh") };
    let task_words = |tid| syscall_record_format::format::task(&of(tid), 0);
    // EXIT of version 1: the delta from bit 4, the result from bit 32.
    let exit = |delta: u64, result: u64| 6 | (delta << 4) | (result << 32);
    let entry = enter(false, 56, 5).expect("fits");
    let first = |delta, result| [&task_words(100)[..], &[entry, exit(delta, result)]].concat();
    let other = [&task_words(101)[..], &[entry]].concat();
    let whole = stream(vec![vec![packet_of_version_1(0, 1000, 0, &first(100, 4))]]);
    assert_eq!(names(&whole), ["openat None", "openat Some(4)"]);
    let torn = stream(vec![
        vec![packet_of_version_1(0, 1000, 0, &first(100, 4))],
        vec![packet_of_version_1(1, 1050, 3, &other)],
    ]);
    assert_eq!(names(&torn), ["openat None", "dropped 3", "openat None", "unknown Some(4)"]);
}

/// The words of version 2 that decide about a pair.
#[test]
fn return_of_another_number_or_width_stands_alone() {
    let task = |tid| task(tid, b"sh");
    let recording = plain(Machine::Arm64);
    let other = |time| common::enter(time, 0, task(200), 172);
    let lines = |exit| {
        let events = [common::enter(10, 0, task(100), 63), other(20), exit];
        names(&stream(vec![packets(recording, 0, &events, &[])]))
    };
    assert_eq!(lines(exit_from(30, 0, task(100), 63, 1))[2], "read Some(1)");
    assert_eq!(lines(exit_from(30, 0, task(100), 64, 1))[2], "write Some(1)");
    let narrow = Task { is_32bit: true, ..task(100) };
    // The 32-bit call 63 is another one.
    assert_eq!(lines(exit_from(30, 0, narrow, 63, 1))[2], "dup2 Some(1)");
    // The kernel has lost the number, which happens in no other call than `sigreturn`.
    assert_eq!(lines(exit_from(30, 0, task(100), u32::MAX, 1))[2], "unknown Some(1)");
    let events = [common::enter(10, 0, task(100), 139), other(20), exit_from(30, 0, task(100), u32::MAX, 1)];
    assert_eq!(names(&stream(vec![packets(recording, 0, &events, &[])]))[2], "rt_sigreturn Some(1)");
}

/// A return from this call, which may have been refused before its entry was traced.
fn refused(time: u64, task: Task, number: u32, args: &[u64], result: i64) -> MadeEvent {
    let call = MadeCall { number, args: Some(args.to_vec()) };
    let returned = MadeReturn { call, result, entry_may_be_lost: false, may_be_refused: true };
    MadeEvent { time, cpu: 0, task, edge: MadeEdge::NumberedExit(returned) }
}

/// The call's number, its registers, and whether it is a return without an entry.
fn calls(events: &[MadeEvent]) -> Vec<String> {
    lines_of(&stream(vec![packets(RECORDING, 0, events, &[])]), |event| match &event.kind {
        EventKind::Call(call) => {
            let mut name = String::new();
            let alone = if call.edge == Edge::Exit && call.latency.is_none() { " alone" } else { "" };
            format!("{}{:?} {:?}{alone}", call.name(&mut name), call.registers, call.result)
        }
        EventKind::Dropped { events } => format!("dropped {events}"),
    })
}

#[test]
fn refused_call_has_its_number_and_arguments() {
    let task = task(100, b"sh");
    let events = [
        enter_with(10, 0, task, 63, &[3]),
        exit(20, 0, task, 1),
        refused(30, task, 34, &[1, 2, 3], -13),
        enter_with(40, 0, task, 63, &[4]),
        exit(50, 0, task, 1),
    ];
    let expected =
        ["read[3] None", "read[3] Some(1)", "mkdirat[1, 2, 3] Some(-13) alone", "read[4] None", "read[4] Some(1)"];
    assert_eq!(calls(&events), expected);
}

/// A thread that has a filter, and whose call was not refused.
#[test]
fn return_that_may_be_refused_is_paired_with_its_entry() {
    let (task, other) = (task(100, b"sh"), task(200, b"sh"));
    let events = [
        enter_with(10, 0, task, 63, &[3]),
        enter_with(20, 0, other, 172, &[]),
        // The registers may have changed meanwhile.
        refused(30, task, 63, &[7], 1),
    ];
    assert_eq!(calls(&events), ["read[3] None", "getpid[] None", "read[3] Some(1)"]);
}

#[test]
fn plain_line_of_a_call_that_may_be_refused_has_number_and_arguments() {
    use syscall_record::framing::Framing;
    use syscall_record::merge::Merge;
    use syscall_record::print::RecordPrinter;
    let bytes = stream(vec![packets(RECORDING, 0, &[refused(30, task(100, b"sh"), 34, &[1, 2], -13)], &[])]);
    let (mut framing, mut merge) = (Framing::new(), Merge::new());
    let mut printer = RecordPrinter::new(Vec::new());
    framing.space()[..bytes.len()].copy_from_slice(&bytes);
    framing.filled(bytes.len());
    while let Some(Ok(framed)) = framing.next(true) {
        merge.push(framed, |header, event| printer.print(header.machine, event)).expect("writes to memory");
    }
    merge.finish(|header, event| printer.print(header.machine, event)).expect("writes to memory");
    let expected = "exit syscall, regs[0]=0xfffffffffffffff3, with pid=0x64, ret=0xfffffffffffffff3, name=sh, \
                    syscall=0x22, args=0x1,0x2\n";
    assert_eq!(String::from_utf8_lossy(printer.out()), expected);
}

/// Memory that the kernel only reads was not resident at the entry, and is copied at the return.
#[test]
fn memory_that_comes_late_replaces_absent_memory() {
    let task = task(100, b"sh");
    let absent = |at_return| {
        let head =
            ChunkHead { register: 1, is_last: true, is_absent: true, at_return, call: 56, ..ChunkHead::default() };
        MadeEvent { time: 10, cpu: 0, task, edge: MadeEdge::Memory(head, Vec::new()) }
    };
    let seen = |events: &[MadeEvent]| {
        lines_of(&stream(vec![packets(RECORDING, 0, events, &[])]), |event| {
            let EventKind::Call(call) = &event.kind else { panic!("is a call") };
            let text = |set: &[Memory]| {
                let of = |memory: &Memory| format!("{}{}", String::from_utf8_lossy(&memory.bytes), memory.is_absent);
                set.iter().map(of).collect::<Vec<_>>().join(" ")
            };
            format!("in {} out {} file {:?}", text(call.inputs), text(call.outputs), call.file.map(|it| it.number))
        })
    };
    let open = || enter_with(10, 0, task, 56, &[0xffff_ff9c, 0x1000, 0]);
    let late = [vec![absent(false), open()], memory(20, 0, task, 56, 1, true, b"/a"), vec![exit(20, 0, task, 3)]];
    assert_eq!(seen(&late.concat()), ["in true out  file None", "in /afalse out  file Some(3)"]);
    let never = [absent(false), open(), absent(true), exit(20, 0, task, 3)];
    assert_eq!(seen(&never), ["in true out  file None", "in true out  file None"]);
}
