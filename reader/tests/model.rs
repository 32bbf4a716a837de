// SPDX-License-Identifier: GPL-2.0

//! The model pairs entries, returns and memory, and makes up nothing that is not known.

mod common;

use common::modelled::{lines_of, NEEDS};
use common::*;
use proptest::prelude::*;
use std::convert::Infallible;
use std::fmt::Write as _;
use syscall_record::decode::{DecodedCall, DecodedEvent, DecodedKind, DecodedReturn};
use syscall_record::model::{self, EventKind, Model};
use syscall_record_format::format::{
    Args, Chunk, ChunkHead, Edges, Header, Machine, Task, MAX_ARGS, RELEASE_BYTES, VERSION,
};

/// The lines of a stream's events.
fn lines(stream: &[u8]) -> Vec<String> {
    lines_of(stream, describe)
}

/// An event's line: `NUMBER TID > NAME(REGISTERS) [INPUTS]` or `NUMBER TID < NAME(REGISTERS) [INPUTS] = RESULT
/// [OUTPUTS] LATENCY`. A `~` follows if other events lie between entry and return.
fn describe(event: &model::Event<'_>) -> String {
    let mut line = format!("{} ", event.number);
    let call = match &event.kind {
        EventKind::Dropped { events } => return format!("{line}dropped {events}"),
        EventKind::Call(call) => call,
    };
    let side = if call.edge == model::Edge::Enter { '>' } else { '<' };
    let mut name = String::new();
    let _ = write!(line, "{} {side} {}(", call.task.tid, call.name(&mut name));
    let registers: Vec<String> = call.registers.iter().map(|register| format!("{register:#x}")).collect();
    line += &registers.join(",");
    line += ")";
    let memory = |line: &mut String, set: &[model::Memory]| {
        for memory in set {
            let bytes = String::from_utf8_lossy(&memory.bytes);
            let bytes = if bytes.len() > 20 { format!("{} bytes", bytes.len()) } else { bytes.into_owned() };
            let (cut, fault) = (if memory.is_cut { "…" } else { "" }, if memory.is_fault { "!" } else { "" });
            let _ = write!(line, " {}:{bytes}{cut}{fault}", memory.register);
        }
    };
    memory(&mut line, call.inputs);
    if let Some(result) = call.result {
        let _ = write!(line, " = {result}");
    }
    memory(&mut line, call.outputs);
    if let Some(latency) = call.latency {
        let _ = write!(line, " {latency}ns");
    }
    line + if call.is_resumed { " ~" } else { "" }
}

/// A stream of one CPU's events.
fn stream_of(events: &[MadeEvent]) -> Vec<u8> {
    stream(vec![packets(ARGS, 0, events, &[])])
}

const ARGS: MadeRecording = MadeRecording { machine: Machine::Arm64, edges: Edges::Both, has_args: true };
/// Numbers of calls on arm64.
const OPENAT: u32 = 56;
const READ: u32 = 63;
const WRITE: u32 = 64;
const EXIT_GROUP: u32 = 94;
const CLONE: u32 = 220;
const EXECVE: u32 = 221;

fn sh() -> Task {
    task(100, b"sh")
}

#[test]
fn entry_and_return_are_paired_with_their_memory() {
    let events = [
        memory(10, 0, sh(), OPENAT, 1, false, b"/etc/passwd"),
        vec![enter_with(10, 0, sh(), OPENAT, &[0xffff_ff9c, 0x1000, 0]), exit(25, 0, sh(), 3)],
        vec![enter_with(30, 0, sh(), READ, &[3, 0x2000, 80])],
        memory(40, 0, sh(), READ, 1, true, b"root:x:0:0"),
        vec![exit(40, 0, sh(), 10)],
    ];
    let expected = [
        "1 100 > openat(0xffffff9c,0x1000,0x0) 1:/etc/passwd",
        "2 100 < openat(0xffffff9c,0x1000,0x0) 1:/etc/passwd = 3 15ns",
        "3 100 > read(0x3,0x2000,0x50)",
        "4 100 < read(0x3,0x2000,0x50) = 10 1:root:x:0:0 10ns",
    ];
    assert_eq!(lines(&stream_of(&events.concat())), expected);
}

#[test]
fn events_between_entry_and_return_make_it_resumed() {
    let cat = task(200, b"cat");
    let events = [
        enter_with(10, 0, sh(), READ, &[0]),
        enter_with(20, 0, cat, WRITE, &[1]),
        exit(30, 0, cat, -9),
        exit(40, 0, sh(), 0),
    ];
    let expected =
        ["1 100 > read(0x0)", "2 200 > write(0x1)", "3 200 < write(0x1) = -9 10ns", "4 100 < read(0x0) = 0 30ns ~"];
    assert_eq!(lines(&stream_of(&events)), expected);
}

/// Chunks are put together. Memory of another call or another edge is dropped, and memory without its end is marked as
/// cut.
#[test]
fn memory_of_lost_events_is_dropped_or_marked() {
    let mut cut = memory(60, 0, sh(), WRITE, 1, false, &[b'b'; 600]);
    cut.truncate(1);
    let mut headless = memory(100, 0, sh(), WRITE, 1, false, &[b'c'; 600]);
    headless.remove(0);
    let events = [
        memory(10, 0, sh(), WRITE, 1, false, &[b'a'; 1000]),
        vec![enter_with(10, 0, sh(), WRITE, &[1, 0x1000, 1000]), exit(20, 0, sh(), 1000)],
        memory(30, 0, sh(), OPENAT, 1, false, b"/lost"),
        vec![enter_with(40, 0, sh(), WRITE, &[1])],
        memory(45, 0, sh(), WRITE, 1, false, b"not read at return"),
        vec![exit(50, 0, sh(), 1)],
        cut,
        vec![enter_with(60, 0, sh(), WRITE, &[2])],
        vec![exit(70, 0, sh(), 1)],
        memory(80, 0, sh(), WRITE, 1, false, b"old"),
        memory(80, 0, sh(), WRITE, 1, false, b"new"),
        vec![enter_with(90, 0, sh(), WRITE, &[3])],
        vec![exit(95, 0, sh(), 1)],
        headless,
        vec![enter_with(100, 0, sh(), WRITE, &[4])],
    ];
    let expected = [
        "1 100 > write(0x1,0x1000,0x3e8) 1:1000 bytes",
        "2 100 < write(0x1,0x1000,0x3e8) 1:1000 bytes = 1000 10ns",
        "3 100 > write(0x1)",
        "4 100 < write(0x1) = 1 10ns",
        "5 100 > write(0x2) 1:512 bytes…",
        "6 100 < write(0x2) 1:512 bytes… = 1 10ns",
        "7 100 > write(0x3) 1:new",
        "8 100 < write(0x3) 1:new = 1 5ns",
        "9 100 > write(0x4)",
    ];
    assert_eq!(lines(&stream_of(&events.concat())), expected);
}

/// After drops, a return may be of another call than the last one that was seen, even if its number is the same.
#[test]
fn return_whose_entry_may_be_lost_has_no_arguments() {
    let first = packets(ARGS, 0, &[enter_with(10, 0, sh(), READ, &[0])], &[]);
    let MadeEdge::NumberedExit(returned) = exit_from(500, 0, sh(), READ, 7).edge else { panic!("is one") };
    let doubtful = MadeEdge::NumberedExit(MadeReturn { entry_may_be_lost: true, ..returned });
    let doubtful = MadeEvent { time: 500, cpu: 0, task: sh(), edge: doubtful };
    let mut second = packets(ARGS, 0, &[doubtful, enter_with(510, 0, sh(), READ, &[0]), exit(520, 0, sh(), 8)], &[]);
    second[0][8] = 12;
    let other = [enter_with(5, 1, task(300, b"top"), READ, &[9]), exit(600, 1, task(300, b"top"), 1)];
    let stream = stream(vec![first, second, packets(ARGS, 1, &other, &[])]);
    let expected = [
        "1 300 > read(0x9)",
        "2 100 > read(0x0)",
        "3 dropped 12",
        "4 100 < read() = 7",
        "5 100 > read(0x0)",
        "6 100 < read(0x0) = 8 10ns",
        "7 300 < read(0x9) = 1 595ns ~",
    ];
    assert_eq!(lines(&stream), expected);
}

#[test]
fn return_without_entry_has_its_call_but_no_arguments() {
    let events = [exit_from(10, 0, sh(), OPENAT, -2), enter_with(20, 0, sh(), 9999, &[]), exit(30, 0, sh(), -38)];
    let expected = ["1 100 < openat() = -2", "2 100 > syscall_9999()", "3 100 < syscall_9999() = -38 10ns"];
    assert_eq!(lines(&stream_of(&events)), expected);
}

/// The call's parameters tell inputs from outputs.
#[test]
fn returns_recorded_alone_have_inputs_and_outputs() {
    let recording = MadeRecording { edges: Edges::Exit, ..ARGS };
    let returns = |time, number, args: &[u64], result| MadeEvent {
        time,
        cpu: 0,
        task: sh(),
        edge: MadeEdge::Return(MadeCall { number, args: Some(args.to_vec()) }, result),
    };
    let events = [
        memory(10, 0, sh(), OPENAT, 1, true, b"/etc/passwd"),
        vec![returns(10, OPENAT, &[0, 1, 2], 3)],
        memory(20, 0, sh(), READ, 1, true, b"root"),
        vec![returns(20, READ, &[3, 1, 4], 4)],
    ];
    let expected = ["1 100 < openat(0x0,0x1,0x2) 1:/etc/passwd = 3", "2 100 < read(0x3,0x1,0x4) = 4 1:root"];
    assert_eq!(lines(&stream(vec![packets(recording, 0, &events.concat(), &[])])), expected);
}

#[test]
fn entries_recorded_alone_have_their_arguments() {
    let recording = MadeRecording { edges: Edges::Enter, ..ARGS };
    let events = [enter_with(10, 0, sh(), READ, &[3]), enter_with(20, 0, sh(), WRITE, &[1])];
    assert_eq!(lines(&stream(vec![packets(recording, 0, &events, &[])])), ["1 100 > read(0x3)", "2 100 > write(0x1)"]);
}

/// 32-bit programs have other numbers of calls, and results of 32 bits, on all kernels.
#[test]
fn calls_of_32_bits_have_their_own_numbers_and_signed_results() {
    for (machine, is_32bit, number) in
        [(Machine::Arm64, true, 3), (Machine::Arm, false, 3), (Machine::X86_64, true, 3), (Machine::X86_64, false, 0)]
    {
        let recording = MadeRecording { machine, ..ARGS };
        let task = Task { is_32bit, ..sh() };
        let result = if is_32bit { 0xffff_fff7 } else { -9 };
        let events = [enter_with(10, 0, task, number, &[7]), exit(20, 0, task, result)];
        let stream = stream(vec![packets(recording, 0, &events, &[])]);
        assert_eq!(lines(&stream), ["1 100 > read(0x7)", "2 100 < read(0x7) = -9 10ns"], "{machine:?}");
    }
}

#[test]
fn thread_id_of_another_process_or_of_an_ended_one_is_a_new_thread() {
    let thread = |tid| Task { tid, tgid: 100, ..sh() };
    let events = [
        enter_with(10, 0, thread(101), READ, &[3]),
        exit_from(20, 0, Task { tid: 101, tgid: 101, ..sh() }, WRITE, 1),
        enter_with(30, 0, thread(102), READ, &[3]),
        enter_with(40, 0, thread(100), EXIT_GROUP, &[0]),
        exit(50, 0, thread(102), 5),
    ];
    let expected = [
        "1 101 > read(0x3)",
        "2 101 < write() = 1",
        "3 102 > read(0x3)",
        "4 100 > exit_group(0x0)",
        "5 102 < read() = 5",
    ];
    assert_eq!(lines(&stream_of(&events)), expected);
}

#[test]
fn exec_by_another_thread_returns_in_the_first() {
    let thread = |tid, name| Task { tid, tgid: 100, ..task(tid, name) };
    let events = [
        enter_with(10, 0, thread(100, b"java"), READ, &[3]),
        enter_with(20, 0, thread(105, b"worker"), EXECVE, &[1, 2, 3]),
        exit_from(30, 0, thread(100, b"ls"), EXECVE, 0),
        enter_with(40, 0, thread(105, b"worker"), READ, &[3]),
    ];
    let expected = [
        "1 100 > read(0x3)",
        "2 105 > execve(0x1,0x2,0x3)",
        "3 100 < execve(0x1,0x2,0x3) = 0 10ns",
        "4 105 > read(0x3)",
    ];
    assert_eq!(lines(&stream_of(&events)), expected);
}

#[test]
fn child_that_returns_before_its_maker_has_the_makers_call() {
    let child = task(101, b"sh");
    let events = [
        enter_with(10, 0, sh(), CLONE, &[0x11]),
        exit_from(15, 0, child, CLONE, 0),
        exit(20, 0, sh(), 101),
        exit_from(25, 0, task(102, b"sh"), CLONE, 0),
    ];
    let expected =
        ["1 100 > clone(0x11)", "2 101 < clone(0x11) = 0", "3 100 < clone(0x11) = 101 10ns ~", "4 102 < clone() = 0"];
    assert_eq!(lines(&stream_of(&events)), expected);
}

#[test]
fn children_that_return_after_their_maker_have_the_makers_call() {
    let recording = MadeRecording { machine: Machine::X86_64, ..ARGS };
    let child = |tid, tgid| Task { tid, tgid, ..task(tid, b"sh") };
    let events = [
        enter_with(10, 0, sh(), 56, &[0x11]),
        exit(20, 0, sh(), 101),
        enter_with(30, 0, sh(), 56, &[0x10f00]),
        exit(40, 0, sh(), 102),
        enter_with(50, 0, sh(), 56, &[0x12]),
        exit_from(60, 0, child(102, 100), 56, 0),
        exit_from(70, 0, child(101, 101), 56, 0),
        enter_with(80, 0, child(102, 100), 39, &[]),
        exit(90, 0, sh(), 103),
        // The id that the maker got is one of another namespace. Here, another program has it.
        exit_from(100, 0, task(103, b"init"), 56, 0),
    ];
    let expected = [
        "1 100 > clone(0x11)",
        "2 100 < clone(0x11) = 101 10ns",
        "3 100 > clone(0x10f00)",
        "4 100 < clone(0x10f00) = 102 10ns",
        "5 100 > clone(0x12)",
        "6 102 < clone(0x10f00) = 0",
        "7 101 < clone(0x11) = 0",
        "8 102 > getpid()",
        "9 100 < clone(0x12) = 103 40ns ~",
        "10 103 < clone() = 0",
    ];
    assert_eq!(lines(&stream(vec![packets(recording, 0, &events, &[])])), expected);
}

/// The clock is set back by 1.4 ms in the first recording; 0.7 µs are no setting. In joined recordings, the second
/// begins where the first has ended.
#[test]
fn times_of_day_follow_the_headers_and_durations_go_by_ticks() {
    let set = |packets: &mut [[u64; 512]], wall: u64| {
        for packet in packets {
            packet[5] = wall;
            packet[6] = 2 << 32;
        }
    };
    let events = [enter_with(1000, 0, sh(), READ, &[]), exit(1100, 0, sh(), 0), enter_with(1200, 0, sh(), READ, &[])];
    let mut one = packets(ARGS, 0, &events, &[0, 1]);
    set(&mut one[..1], 5_000_000);
    set(&mut one[1..2], 3_600_000);
    set(&mut one[2..], 3_600_900);
    let mut two = packets(ARGS, 0, &[enter_with(50, 0, sh(), READ, &[])], &[]);
    set(&mut two, 7_000_000);
    two[0][2] += 1 << 32;
    let stream = [stream(vec![one]), stream(vec![two])].concat();
    let times = |event: &model::Event<'_>| {
        let latency = if let EventKind::Call(call) = &event.kind { call.latency } else { None };
        format!("{} {} {} {:?}", event.time, event.since_first, event.since_last, latency)
    };
    let expected = ["5000000 0 0 None", "3600000 200 200 Some(200)", "3600200 400 200 None", "7000000 400 0 None"];
    assert_eq!(lines_of(&stream, times), expected);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn stream_cut_anywhere_gives_the_events_before_unchanged(mut history in history::history(), at in any::<prop::sample::Index>()) {
        // Of one CPU alone: events of other CPUs' later packets would come in between.
        let cpu = history.cpus.keys().next().copied();
        history.cpus.retain(|&other, _| Some(other) == cpu);
        let stream = stream(history.packets(&[]));
        let at = at.index(stream.len() + 1);
        let all = lines(&stream);
        let some = lines(&stream[..at]);
        prop_assert!(all.starts_with(&some), "{:?} are not the first of {:?}", some, all);
    }

    #[test]
    fn pairing_agrees_with_a_search_for_the_last_entry(mut history in history::history()) {
        // Calls that end or make a thread are for other tests.
        for event in history.cpus.values_mut().flatten() {
            if let MadeEdge::Enter(call) = &mut event.edge {
                call.number = if ends_or_makes_a_thread(call.number) { 1000 } else { call.number };
            }
        }
        let events = history.events();
        let expected: Vec<Option<u32>> = events.iter().enumerate().map(|(index, event)| match &event.edge {
            MadeEdge::Enter(call) | MadeEdge::Return(call, _) => Some(call.number),
            MadeEdge::Exit(_) => {
                let of_task = |other: &&MadeEvent| other.task.tid == event.task.tid;
                let Some(before) = events[..index].iter().rev().find(of_task) else { return Some(NO_CALL) };
                if let MadeEdge::Enter(call) = &before.edge { Some(call.number) } else { Some(NO_CALL) }
            }
            MadeEdge::NumberedExit(_) | MadeEdge::Memory(..) => None,
        }).collect();
        let seen = lines_of(&stream(history.packets(&[])), |event| match &event.kind {
            EventKind::Call(call) => format!("{:?}", call.number),
            EventKind::Dropped { .. } => String::new(),
        });
        for (index, (seen, expected)) in seen.iter().zip(&expected).enumerate() {
            // A thread that is back on a CPU at once can complete the word of an earlier entry there.
            let event = &events[index];
            let before = events[..index].iter().rev().find(|other| other.task.tid == event.task.tid);
            let has_moved = before.is_some_and(|before| before.cpu != event.cpu);
            let can_be_unknown = matches!(event.edge, MadeEdge::Exit(_)) && has_moved && seen == "None";
            prop_assert!(can_be_unknown || *seen == format!("{expected:?}"), "{} instead of {:?}", seen, expected);
        }
    }

    #[test]
    fn arbitrary_events_are_survived_and_numbered(records in prop::collection::vec(record(), 0..300)) {
        let mut model = Model::new(NEEDS, false);
        let mut number = 0;
        for record in &records {
            give(&mut model, record, &mut |event| {
                number += 1;
                assert_eq!(event.number, number);
                describe(event);
            });
        }
    }
}

/// The end of a thread that is killed is not recorded.
#[test]
fn too_many_threads_forget_the_longest_idle_ones() {
    let mut model = Model::new(NEEDS, false);
    let record = |kind, tid, time| RandomRecord {
        session: 0,
        machine: Machine::Arm64,
        edges: Edges::Both,
        time,
        cpu: 0,
        tid,
        tgid: tid,
        is_32bit: false,
        kind,
        number: READ,
        words: Vec::new(),
        head: ChunkHead::default(),
        result: 0,
    };
    for tid in 1..=100_000 {
        give(&mut model, &record(1, tid, u64::from(tid)), &mut |_| ());
    }
    for tid in (90_000..=100_000).chain(1..=1000) {
        give(&mut model, &record(5, tid, 200_000), &mut |event| {
            let EventKind::Call(call) = &event.kind else { panic!("is a call") };
            assert_eq!(call.number.is_some(), tid > 1000, "{tid}");
        });
    }
}

/// Whether a call with this number, on any machine, ends or makes a thread.
fn ends_or_makes_a_thread(number: u32) -> bool {
    [93, 94, 220, 435, 1, 248, 120, 190, 2, 252, 60, 231, 56, 57, 58, 221, 281, 11, 387, 59, 322, 358, 520, 545]
        .contains(&number)
}

/// Numbers of calls on arm64 that the model learns from, and two that it does not.
const FOLLOWED: [u32; 26] = [
    OPENAT, READ, WRITE, EXIT_GROUP, CLONE, EXECVE, 17, 20, 23, 24, 25, 49, 50, 57, 59, 93, 97, 146, 147, 148, 175,
    198, 200, 202, 203, 436,
];

/// A record of any kind.
#[derive(Clone, Debug)]
struct RandomRecord {
    session: u32,
    machine: Machine,
    edges: Edges,
    time: u64,
    cpu: u16,
    tid: u32,
    tgid: u32,
    is_32bit: bool,
    kind: u8,
    number: u32,
    words: Vec<u64>,
    head: ChunkHead,
    result: i64,
}

fn record() -> impl Strategy<Value = RandomRecord> {
    let header = (
        0u32..2,
        prop::sample::select(vec![Machine::Arm64, Machine::Arm, Machine::X86_64]),
        prop::sample::select(vec![Edges::Both, Edges::Both, Edges::Both, Edges::Exit, Edges::Enter]),
        prop_oneof![9 => 0u64..100_000, 1 => any::<u64>()],
        0u16..3,
    );
    let task = (1u32..6, 1u32..4, any::<bool>(), 0u8..12);
    let number = prop_oneof![
        4 => prop::sample::select(FOLLOWED.to_vec()),
        4 => 0u32..470,
        1 => any::<u32>(),
    ];
    let words = prop::collection::vec(prop_oneof![0u64..9, any::<u64>()], 0..65);
    let head = (0u8..6, any::<[bool; 6]>(), any::<u8>(), 0u16..512).prop_map(|(register, flags, call, len)| {
        let [continues, is_last, is_fault, is_absent, is_cut, at_return] = flags;
        let is_absent = is_absent && !is_fault;
        ChunkHead { register, continues, is_last, is_fault, is_absent, is_cut, at_return, call, len }
    });
    let result = prop_oneof![0i64..10, any::<i64>()];
    (header, task, number, words, head, result).prop_map(|(header, task, number, words, head, result)| {
        let (session, machine, edges, time, cpu) = header;
        let (tid, tgid, is_32bit, kind) = task;
        let session = if time % 50 == 0 { session } else { 0 };
        let machine = if time % 50 == 0 { machine } else { Machine::Arm64 };
        let call = if head.call % 4 == 0 { head.call } else { number as u8 };
        let head = ChunkHead { call, len: head.len.min(words.len() as u16 * 8), ..head };
        RandomRecord { session, machine, edges, time, cpu, tid, tgid, is_32bit, kind, number, words, head, result }
    })
}

/// Gives a record to a model, and calls `each` for the event that the model makes.
fn give(model: &mut Model, record: &RandomRecord, each: &mut impl FnMut(&model::Event<'_>)) {
    let header = Header {
        version: VERSION,
        machine: record.machine,
        cpu: record.cpu,
        used: 16,
        edges: record.edges,
        has_args: true,
        sequence: 0,
        session: record.session,
        base_time: record.time / 2,
        watermark: 0,
        wall_clock: record.time ^ 0x5555,
        tick: record.time | 1,
        dropped: 0,
        dropped_before: 0,
        release: [0; RELEASE_BYTES],
    };
    let task =
        Task { is_32bit: record.is_32bit, tid: record.tid, tgid: record.tgid, comm: [u64::from(record.tgid); 2] };
    let args = Args::new(&record.words, (record.words.len() as u8).min(MAX_ARGS as u8), 64);
    let call = DecodedCall { is_32bit: record.is_32bit, number: record.number, args };
    let kind = match record.kind {
        0 => DecodedKind::Dropped { events: record.time },
        1..=4 => DecodedKind::Enter { task: &task, call },
        5..=8 => {
            let returned = match record.kind {
                5 if record.edges == Edges::Exit => DecodedReturn::ReturnOnly(call),
                5 => DecodedReturn::Unnamed,
                6 => DecodedReturn::EnteredAt(record.time / 2),
                _ => DecodedReturn::Numbered {
                    call,
                    is_whole: record.kind == 7,
                    entry_may_be_lost: record.time % 3 == 0,
                },
            };
            DecodedKind::Exit { task: &task, call: returned, result: record.result }
        }
        _ => DecodedKind::Memory { task: &task, chunk: Chunk::new(record.head, &record.words).expect("fits") },
    };
    let event = DecodedEvent { time: record.time, cpu: record.cpu, kind };
    let mut sink = |event: &model::Event<'_>| {
        each(event);
        Ok::<(), Infallible>(())
    };
    model.add_event(&header, &event, &mut sink).expect("infallible");
}
