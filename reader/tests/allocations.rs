// SPDX-License-Identifier: GPL-2.0

//! How much memory the reader takes does not depend on how much it reads.

mod common;

use common::script::{Script, AT_FDCWD, SH};
use common::*;
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::io::{self, BufWriter};
use syscall_record::calls::{Abi, KnownCall};
use syscall_record::decode::DecodedEvent;
use syscall_record::fields::{Payload, PayloadOptions};
use syscall_record::filter::Filter;
use syscall_record::framing::Framing;
use syscall_record::merge::Merge;
use syscall_record::model::{Event, EventKind, Model, ModelNeeds};
use syscall_record::print::RecordPrinter;
use syscall_record::sink::EventSink;
use syscall_record::style::format::Format;
use syscall_record::style::json::Json;
use syscall_record::style::strace::{Pids, StraceOptions, StracePrinter, TimeColumn};
use syscall_record::style::sysdig;
use syscall_record::style::time::{TimeForm, Times};
use syscall_record::summary::{Summary, SummaryParts};
use syscall_record_format::format::{ChunkHead, Edges, Header, Machine, Task};

/// The memory that a thread has allocated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct HeapUse {
    allocations: usize,
    /// Bytes in use. Wraps if the thread frees memory of another thread.
    bytes: usize,
    /// The most bytes in use at a time.
    peak: usize,
}

thread_local! {
    // By thread, because the test harness has threads of its own. `const`, so that it needs no allocation.
    static HEAP: Cell<HeapUse> = const { Cell::new(HeapUse { allocations: 0, bytes: 0, peak: 0 }) };
}

thread_local! {
    /// How many threads the last model has looked at, in loops.
    static LOOKED_AT: Cell<u64> = const { Cell::new(0) };
}

/// The system's allocator, which counts.
struct CountingAllocator;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

// SAFETY: All memory comes from the system's allocator, which keeps the contract.
unsafe impl GlobalAlloc for CountingAllocator {
    // SAFETY: The caller keeps the contract of `alloc`.
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let mut heap = HEAP.get();
        heap.allocations += 1;
        heap.bytes = heap.bytes.wrapping_add(layout.size());
        heap.peak = heap.peak.max(heap.bytes);
        HEAP.set(heap);
        // SAFETY: The caller keeps the contract.
        unsafe { System.alloc(layout) }
    }

    // SAFETY: The caller keeps the contract of `dealloc`.
    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        let mut heap = HEAP.get();
        heap.bytes = heap.bytes.wrapping_sub(layout.size());
        HEAP.set(heap);
        // SAFETY: The caller keeps the contract, and `alloc` above has the memory from the system's allocator.
        unsafe { System.dealloc(memory, layout) }
    }
}

/// Prints a recording. Returns the memory that this took, and how many bytes of text were written.
fn print(stream: &[u8]) -> (HeapUse, u64) {
    HEAP.set(HeapUse { allocations: 0, bytes: 0, peak: 0 });
    let mut out = CountBytes(0);
    let mut framing = Framing::new();
    let mut merge = Merge::new();
    let mut printer = RecordPrinter::new(BufWriter::with_capacity(64 * 1024, &mut out));
    let mut rest = stream;
    let mut at_end = false;
    while !at_end {
        let read = io::Read::read(&mut rest, framing.space()).expect("reads memory");
        framing.filled(read);
        at_end = read == 0;
        while let Some(item) = framing.next(at_end) {
            let framed = item.expect("nothing is damaged");
            merge.push(framed, |header, event| printer.print(header.machine, event)).expect("writes nowhere");
        }
    }
    merge.finish(|header, event| printer.print(header.machine, event)).expect("writes nowhere");
    printer.flush().expect("writes nowhere");
    drop((framing, merge, printer));
    (HEAP.get(), out.0)
}

/// Gives the decoded events of a recording to `sink`, in order. Returns whether there were too many events to order at
/// once.
fn decode_all(stream: &[u8], sink: &mut dyn EventSink) -> bool {
    let (mut framing, mut merge) = (Framing::new(), Merge::new());
    let mut rest = stream;
    while !rest.is_empty() {
        let read = io::Read::read(&mut rest, framing.space()).expect("reads memory");
        framing.filled(read);
        while let Some(item) = framing.next(rest.is_empty()) {
            merge.push_to(item.expect("nothing is damaged"), sink).expect("nothing stops it");
        }
    }
    merge.finish_to(sink).expect("nothing stops it");
    merge.take_overflow()
}

/// Makes the events of a recording. Returns the memory that this took, and how many events there were.
fn model(stream: &[u8]) -> (HeapUse, u64) {
    model_for(stream, &mut |_| ())
}

/// As `model`; `view` gets the events.
fn model_for(stream: &[u8], view: &mut dyn FnMut(&Event<'_>)) -> (HeapUse, u64) {
    parse_tables();
    HEAP.set(HeapUse { allocations: 0, bytes: 0, peak: 0 });
    let mut model = Model::new(ModelNeeds::ALL, false);
    let mut events = 0;
    let mut sink = |header: &Header, event: &DecodedEvent<'_>| {
        model.add_event(header, event, &mut |event| {
            events += 1;
            view(event);
            Ok(())
        })
    };
    decode_all(stream, &mut sink);
    LOOKED_AT.set(model.threads_looked_at());
    drop(model);
    (HEAP.get(), events)
}

/// Rows of the table of calls are parsed at their first use, and kept: that is no memory of a recording.
fn parse_tables() {
    for (_, call) in Abi::ALL.into_iter().flat_map(KnownCall::all) {
        std::hint::black_box(call.parameters().is_some());
    }
}

/// Calls of `cat`s that have paths, payload, flags, structures and errors, so many times.
fn mixed(rounds: u64) -> Vec<u8> {
    let recording = MadeRecording { machine: Machine::X86_64, edges: Edges::Both, has_args: true };
    let mut events = Vec::new();
    for round in 0..rounds {
        let cat = task(100 + (round % 3) as u32, b"cat");
        let at = 1_000_000 * (round + 1);
        let timespec = [1_u64.to_le_bytes(), 5_u64.to_le_bytes()].concat();
        events.extend(memory(at, 0, cat, 257, 1, false, b"/etc/a \"file\"\xff\xe2\x80\xae"));
        events.push(enter_with(at, 0, cat, 257, &[0xffff_ff9c, 0x5000, 0x8_0241, 0o644]));
        events.push(exit(at + 10, 0, cat, 3));
        events.push(enter_with(at + 20, 0, cat, 0, &[3, 0x6000, 4096]));
        events.extend(memory(at + 30, 0, cat, 0, 1, true, b"root:x:0:0\n\0\x01\x7f binary"));
        events.push(exit(at + 30, 0, cat, 25));
        events.extend(memory(at + 35, 0, cat, 1, 1, false, &[b'x'; 200]));
        events.push(enter_with(at + 35, 0, cat, 1, &[1, 0x6000, 200]));
        events.push(exit(at + 36, 0, cat, -32));
        events.extend(memory(at + 40, 0, cat, 35, 0, false, &timespec));
        events.push(enter_with(at + 40, 0, cat, 35, &[0x7000, 0]));
        events.push(exit(at + 45, 0, cat, 0));
        events.push(enter_with(at + 50, 0, cat, 9, &[0, 4096, 3, 0x22, u64::MAX, 0]));
        events.push(exit(at + 55, 0, cat, 0x7f00_0000_0000));
        events.push(enter_with(at + 60, 0, cat, 600, &[1, 2, 3]));
        events.push(exit(at + 65, 0, cat, -38));
        events.push(enter_with(at + 70, 0, cat, 3, &[3]));
        events.push(exit(at + 75, 0, cat, 0));
    }
    stream(vec![packets(recording, 0, &events, &[])])
}

/// How often `show` allocates while it gets the events of a recording.
fn allocations_of(stream: &[u8], show: &mut dyn FnMut(&Event<'_>)) -> (usize, u64) {
    let mut model = Model::new(ModelNeeds::ALL, false);
    let (mut allocations, mut events) = (0, 0);
    let mut sink = |header: &Header, event: &DecodedEvent<'_>| {
        model.add_event(header, event, &mut |event| {
            let before = HEAP.get().allocations;
            show(event);
            allocations += HEAP.get().allocations - before;
            events += 1;
            Ok(())
        })
    };
    decode_all(stream, &mut sink);
    (allocations, events)
}

/// Something that gets events, by its name.
type View = (String, Box<dyn FnMut(&Event<'_>)>);

/// All styles, summaries and kinds of filters, each as new.
fn views() -> Vec<View> {
    let mut views: Vec<View> = Vec::new();
    let mut out = Vec::new();
    let strace = [
        StraceOptions::default(),
        StraceOptions { pids: Pids::Brackets, time: TimeColumn::TimeMicros, has_latency: true, ..Default::default() },
        StraceOptions { time: TimeColumn::Relative, ..Default::default() },
    ];
    for options in strace {
        let mut printer = StracePrinter::new(Vec::new(), options);
        let name = format!("{options:?}");
        views.push((
            name,
            Box::new(move |event| {
                printer.out().clear();
                printer.print(event).expect("writes to memory");
            }),
        ));
    }
    let names: Vec<_> = syscall_record::fields::all()
        .filter(|(name, _)| !name.starts_with("evt.arg") && !name.starts_with("evt.rawarg"))
        .map(|(name, _)| name)
        .collect();
    let fields = format!(" %{}", names.join(" %"));
    let fields = format!("*%evt.args %evt.arg[0] %evt.rawarg[1] %evt.arg.fd %evt.arg.res{fields}");
    for payload in [Payload::Dots, Payload::Text, Payload::Hex, Payload::HexText] {
        let options = PayloadOptions { payload, prints_all: true, limit: None };
        for text in [sysdig::FORMAT, &fields] {
            for form in [TimeForm::TimeOfDay, TimeForm::Delta, TimeForm::Latency] {
                let times = Times::new(form);
                let mut format = Format::parse(text, options, times).expect("is a format");
                let mut out = out.clone();
                let print = move |event: &Event<'_>| {
                    out.clear();
                    format.print(&mut out, event);
                };
                views.push((format!("{payload:?} {form:?} {text}"), Box::new(print)));
            }
            let format = Format::parse(text, options, Times::default()).expect("is a format");
            for mut json in [Json::new(options), Json::with_fields_of(&format, options)] {
                let mut out = out.clone();
                let print = move |event: &Event<'_>| {
                    out.clear();
                    json.print(&mut out, event);
                };
                views.push((format!("JSON {payload:?} {text}"), Box::new(print)));
            }
        }
    }
    let mut summary = Summary::new(SummaryParts { calls: true, processes: true });
    views.push(("summary".into(), Box::new(move |event| summary.add(event))));
    for text in [
        "evt.type=reboot",
        "proc.name contains x or proc.name=y",
        "thread.tid=1 or evt.rawres<-40",
        "fd.name startswith /nothing",
        "evt.arg.path contains nothing or evt.buffer contains nothing",
        "evt.time>9",
    ] {
        let filter = Filter::parse(text).expect("is a filter");
        let mut scratch = std::mem::take(&mut out);
        let matches = move |event: &Event<'_>| {
            std::hint::black_box(filter.matches_with(event, &mut scratch));
        };
        views.push((text.into(), Box::new(matches)));
    }
    views
}

/// What is allocated once is kept: tables that are parsed at their first use, buffers for lines.
#[test]
fn no_style_allocates_for_each_event() {
    let (warm, few, many) = (mixed(100), mixed(100), mixed(1000));
    for ((name, mut view), (_, mut other)) in views().into_iter().zip(views()) {
        allocations_of(&warm, &mut view);
        let (little, few_events) = allocations_of(&few, &mut view);
        let (much, many_events) = allocations_of(&many, &mut other);
        assert!(few_events == 1400 && many_events == 10 * few_events, "{few_events} and {many_events} events");
        assert_eq!(little, 0, "{name}");
        // A new one has buffers to allocate.
        assert!(much < 40, "{much} allocations: {name}");
    }
}

struct CountBytes(u64);

impl io::Write for CountBytes {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn memory_does_not_grow_with_the_input() {
    for machine in [Machine::Arm64, Machine::Arm] {
        for edges in [Edges::Both, Edges::Enter, Edges::Exit] {
            for has_args in [false, true] {
                let recording = MadeRecording { machine, edges, has_args };
                for (cpus, in_step) in [(1, false), (4, false), (4, true)] {
                    let (little, few_lines) = print(&recorded(recording, cpus, 5_000, in_step));
                    let (much, many_lines) = print(&recorded(recording, cpus, 50_000, in_step));
                    assert!(many_lines > 9 * few_lines, "{few_lines} and {many_lines} bytes of text");
                    assert_eq!(little, much, "{recording:?} of {cpus} CPUs");
                    assert!(much.peak < 1 << 20, "{much:?}");

                    // Some of the calls end threads, which are then new again. The longer recording has seen all
                    // descriptors that there are.
                    let (little, few) = model(&recorded(recording, cpus, 20_000, in_step));
                    let (much, many) = model(&recorded(recording, cpus, 50_000, in_step));
                    assert!(many > 2 * few, "{few} and {many} events");
                    assert!(much.peak < little.peak + 64 * 1024 && much.bytes == 0, "{little:?} {much:?}");
                    assert!(much.peak < 1 << 20, "{much:?}");
                }
            }
        }
    }
}

/// A small recording, made on purpose, must not take more than this.
const MAX_PEAK: usize = 16 << 20;

/// 1.2 MB of packets made the reader take 2 GB: relative paths made a directory ever longer, and forks copied it.
#[test]
fn long_directories_that_forks_hand_on_take_little_memory() {
    let mut script = Script::new(Machine::X86_64);
    for _ in 0..250 {
        script.call("chdir", &[1], &[&[b'd'; 4000]], 0);
    }
    script.call("chdir", &[1], &[&[b"/", &[b'd'; 4000][..]].concat()], 0);
    for pid in 101..4101 {
        script.call("clone", &[0x11, 0, 0, 0, 0], &[], pid);
        // 4 KB of name for each child.
        script.call_by(pid as u32, "chdir", &[1], &[b"x"], 0);
    }
    let (heap, _) = model(&stream(vec![packets(script.recording, 0, &script.events, &[])]));
    assert!(heap.peak < MAX_PEAK && heap.bytes == 0, "{heap:?}");
}

/// 0.6 MB of packets took 22 seconds and made half a million slots, again and again.
#[test]
fn high_descriptors_take_little_memory() {
    let mut script = Script::new(Machine::X86_64);
    for _ in 0..5000 {
        script.call("openat", &[AT_FDCWD, 1, 0, 0], &[b"/high"], 500_000).call("close", &[500_000], &[], 0);
    }
    let (heap, _) = model(&stream(vec![packets(script.recording, 0, &script.events, &[])]));
    assert!(heap.peak < 1 << 20 && heap.bytes == 0, "{heap:?}");
}

/// Children that were killed were kept as long as there was room: 32,768 of them.
#[test]
fn killed_children_that_are_waited_for_take_little_memory() {
    let mut script = Script::new(Machine::X86_64);
    for pid in 1000..41_000_u32 {
        script.call("clone", &[0x11, 0, 0, 0, 0], &[], pid.into()).born(pid).enter(pid, "pause", &[], &[]);
        script.answered("wait4", &[pid.into(), 1, 0, 0], &[&9_u32.to_le_bytes()], pid.into());
    }
    let (heap, _) = model(&stream(vec![packets(script.recording, 0, &script.events, &[])]));
    assert!(heap.peak < 1 << 20 && heap.bytes == 0, "{heap:?}");
}

/// For each exit, all threads were looked at: 41 seconds for 30,000 threads and 3,000 exits. Threads that nobody waits
/// for take memory, and no more than this.
#[test]
fn exits_look_at_their_own_threads_alone() {
    let mut script = Script::new(Machine::X86_64);
    for pid in 1000..31_000 {
        script.enter(pid, "pause", &[], &[]);
    }
    for pid in 28_000..31_000 {
        let thread = Task { tgid: pid, ..task(pid + 100_000, b"sh") };
        script.events.push(enter_with(script.now, 0, thread, script.number("exit_group"), &[0]));
        script.now += 10;
    }
    let (heap, events) = model(&stream(vec![packets(script.recording, 0, &script.events, &[])]));
    assert!(heap.peak < MAX_PEAK && heap.bytes == 0, "{heap:?}");
    let most = 40 * events;
    assert!(LOOKED_AT.get() < most, "{} threads were looked at, more than {most}", LOOKED_AT.get());
}

/// Each of these calls took memory for good, until there was none for paths.
#[test]
fn paths_that_are_recorded_at_the_return_alone_give_their_memory_back() {
    let mut script = Script::new(Machine::X86_64);
    let open = script.number("openat");
    let mut paths = 0;
    for _ in 0..40_000 {
        let head = ChunkHead { register: 1, is_last: true, is_absent: true, call: open as u8, ..ChunkHead::default() };
        let edge = MadeEdge::Memory(head, Vec::new());
        script.events.push(MadeEvent { time: script.now, cpu: 0, task: task(SH, b"sh"), edge });
        script.events.push(enter_with(script.now, 0, task(SH, b"sh"), open, &[AT_FDCWD, 1, 0, 0]));
        script.events.extend(memory(script.now + 5, 0, task(SH, b"sh"), open, 1, true, b"/etc/hosts"));
        script.events.push(exit(script.now + 5, 0, task(SH, b"sh"), 3));
        script.now += 10;
    }
    let stream = stream(vec![packets(script.recording, 0, &script.events, &[])]);
    model_for(&stream, &mut |event| {
        let EventKind::Call(call) = &event.kind else { return };
        paths += u32::from(call.inputs.iter().any(|memory| memory.bytes.starts_with(b"/etc/hosts")));
    });
    assert_eq!(paths, 40_000);
}

/// At the end of each thread, all threads of its process were sorted.
#[test]
fn ends_of_threads_look_at_their_own_thread_alone() {
    let mut script = Script::new(Machine::X86_64);
    let (pause, exit) = (script.number("pause"), script.number("exit"));
    for number in [pause, exit] {
        for tid in 1000..10_000 {
            let thread = Task { tgid: SH, ..task(tid, b"sh") };
            script.events.push(enter_with(script.now, 0, thread, number, &[0]));
            script.now += 10;
        }
    }
    let mut printer = StracePrinter::new(CountBytes(0), StraceOptions::default());
    let stream = stream(vec![packets(script.recording, 0, &script.events, &[])]);
    let (_, events) = model_for(&stream, &mut |event| printer.print(event).expect("counts"));
    let most = 40 * events;
    assert!(LOOKED_AT.get() < most, "{} threads were looked at, more than {most}", LOOKED_AT.get());
}

/// At each loss, all threads were looked at.
#[test]
fn work_of_losses_is_bounded_by_the_events() {
    let script = Script::new(Machine::X86_64);
    let mut writer = PacketWriter::new(script.recording, 0);
    let mut now = 0;
    for index in 0..18_000 {
        if index >= 9000 {
            writer.drop_event();
        }
        now += 10;
        writer.write(&enter_with(now, 0, task(1000 + index % 9000, b"sh"), script.number("pause"), &[]), true);
    }
    let (_, events) = model(&stream(vec![writer.finish()]));
    let most = 40 * events;
    assert!(events == 27_000 && LOOKED_AT.get() < most, "{events} events, {} threads", LOOKED_AT.get());
}

/// Threads that stay in calls kept all memory that was recorded of the calls.
#[test]
fn memory_of_calls_that_do_not_return_is_bounded() {
    let mut script = Script::new(Machine::X86_64);
    for pid in 1000..5000 {
        script.enter(pid, "write", &[1, 1, 4000], &[&[b'm'; 4000]]);
    }
    let (heap, _) = model(&stream(vec![packets(script.recording, 0, &script.events, &[])]));
    assert!(heap.peak < MAX_PEAK && heap.bytes == 0, "{heap:?}");
}

/// Beyond 128 CPUs, the order was wrong.
#[test]
fn events_of_a_thousand_cpus_are_in_order() {
    let recording = MadeRecording { machine: Machine::Arm64, edges: Edges::Both, has_args: false };
    let stream = recorded(recording, 1000, 30, false);
    let mut last = 0;
    let mut sink = |_: &Header, event: &DecodedEvent<'_>| {
        assert!(event.time >= last, "{} after {last}", event.time);
        last = event.time;
        Ok(())
    };
    assert!(!decode_all(&stream, &mut sink));
}

#[test]
fn recording_of_128_cpus_takes_less_than_a_megabyte() {
    let recording = MadeRecording { machine: Machine::Arm64, edges: Edges::Both, has_args: true };
    let (heap, _) = print(&recorded(recording, 128, 500, true));
    assert!(heap.peak < 1 << 20, "{heap:?}");
}
