// SPDX-License-Identifier: GPL-2.0

//! How much memory the reader takes does not depend on how much it reads.

mod common;

use common::*;
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::convert::Infallible;
use std::io::{self, BufWriter};
use syscall_record::decode::DecodedEvent;
use syscall_record::framing::Framing;
use syscall_record::merge::Merge;
use syscall_record::model::{Model, ModelNeeds};
use syscall_record::print::RecordPrinter;
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

/// Makes the events of a recording. Returns the memory that this took, and how many events there were.
fn model(stream: &[u8]) -> (HeapUse, u64) {
    HEAP.set(HeapUse { allocations: 0, bytes: 0, peak: 0 });
    let (mut framing, mut merge) = (Framing::new(), Merge::new());
    let mut model = Model::new(ModelNeeds { files: true, processes: true }, false);
    let mut events = 0;
    let mut sink = |header: &Header, event: &DecodedEvent<'_>| {
        model.add_event(header, event, &mut |_| {
            events += 1;
            Ok::<(), Infallible>(())
        })
    };
    let mut rest = stream;
    while !rest.is_empty() {
        let read = io::Read::read(&mut rest, framing.space()).expect("reads memory");
        framing.filled(read);
        while let Some(item) = framing.next(rest.is_empty()) {
            merge.push(item.expect("nothing is damaged"), &mut sink).expect("infallible");
        }
    }
    merge.finish(&mut sink).expect("infallible");
    drop((framing, merge, model));
    (HEAP.get(), events)
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
