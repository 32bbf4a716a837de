// SPDX-License-Identifier: GPL-2.0

//! How much memory the reader takes does not depend on how much it reads.

mod common;

use common::*;
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::io::{self, BufWriter};
use syscall_record::decode::{DecodedEvent, EventSink};
use syscall_record::fields::{Payload, PayloadOptions};
use syscall_record::filter::Filter;
use syscall_record::framing::Framing;
use syscall_record::merge::Merge;
use syscall_record::model::{Event, Model, ModelNeeds};
use syscall_record::print::RecordPrinter;
use syscall_record::style::format::Format;
use syscall_record::style::json::Json;
use syscall_record::style::strace::{Pids, StraceOptions, StracePrinter, TimeColumn};
use syscall_record::style::sysdig;
use syscall_record::style::time::{TimeForm, Times};
use syscall_record::summary::{Summary, SummaryParts};
use syscall_record_format::format::{Edges, Header, Machine};

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

/// Gives the decoded events of a recording to `sink`, in order.
fn decode_all(stream: &[u8], sink: &mut EventSink<'_>) {
    let (mut framing, mut merge) = (Framing::new(), Merge::new());
    let mut rest = stream;
    while !rest.is_empty() {
        let read = io::Read::read(&mut rest, framing.space()).expect("reads memory");
        framing.filled(read);
        while let Some(item) = framing.next(rest.is_empty()) {
            merge.push(item.expect("nothing is damaged"), &mut *sink).expect("nothing stops it");
        }
    }
    merge.finish(sink).expect("nothing stops it");
}

/// Makes the events of a recording. Returns the memory that this took, and how many events there were.
fn model(stream: &[u8]) -> (HeapUse, u64) {
    HEAP.set(HeapUse { allocations: 0, bytes: 0, peak: 0 });
    let mut model = Model::new(ModelNeeds::ALL, false);
    let mut events = 0;
    let mut sink = |header: &Header, event: &DecodedEvent<'_>| {
        model.add_event(header, event, &mut |_| {
            events += 1;
            Ok(())
        })
    };
    decode_all(stream, &mut sink);
    drop(model);
    (HEAP.get(), events)
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

                    // Some of the calls end threads, which are then new again.
                    let (little, few) = model(&recorded(recording, cpus, 5_000, in_step));
                    let (much, many) = model(&recorded(recording, cpus, 50_000, in_step));
                    assert!(many > 9 * few, "{few} and {many} events");
                    assert!(much.peak < little.peak + 4096 && much.bytes == 0, "{little:?} {much:?}");
                    assert!(much.peak < 1 << 20, "{much:?}");
                }
            }
        }
    }
}

/// 128 CPUs are as many as the reader keeps apart.
#[test]
fn recording_of_128_cpus_takes_less_than_a_megabyte() {
    let recording = MadeRecording { machine: Machine::Arm64, edges: Edges::Both, has_args: true };
    let (heap, _) = print(&recorded(recording, 128, 500, true));
    assert!(heap.peak < 1 << 20, "{heap:?}");
}
