// SPDX-License-Identifier: GPL-2.0

//! Recordings made without a kernel, by the module's own encoder.

#![allow(dead_code)] // Each test takes what it needs.

use proptest::prelude::*;
use std::collections::BTreeMap;
use syscall_record::decode::{Event, What};
use syscall_record_format::encode::{self, Encoder};
use syscall_record_format::filter::comm_from_bytes;
use syscall_record_format::format::{Header, Machine, Packet, Task, HEADER_WORDS, PACKET_WORDS, RELEASE_BYTES};

pub const SESSION: u32 = 77;

pub fn task(tid: u32, name: &[u8]) -> Task {
    let mut comm = [0; 16];
    comm[..name.len()].copy_from_slice(name);
    Task { is_32bit: false, tid, tgid: tid, comm: comm_from_bytes(&comm) }
}

pub fn enter(time: u64, cpu: u16, task: Task, number: u32) -> Event {
    Event { time, cpu, what: What::Enter { task, is_32bit: task.is_32bit, number } }
}

pub fn exit(time: u64, cpu: u16, task: Task, result: i64) -> Event {
    Event { time, cpu, what: What::Exit { task, result } }
}

/// One CPU's events, in packets as the module makes them. `cut` says after which events a reader cuts
/// the packet.
pub fn packets(machine: Machine, cpu: u16, events: &[Event], cut: &[usize]) -> Vec<Packet> {
    let mut packets = Vec::new();
    let mut encoder = Encoder::new();
    let mut packet: Packet = [0; PACKET_WORDS];
    let mut base_time = None;
    let mut sequence = 0;
    let mut finish = |packet: &mut Packet, used: u32, base_time: &mut Option<u64>| {
        let Some(base_time) = base_time.take() else { return };
        let header = Header {
            machine,
            cpu,
            used: used as u16,
            sequence,
            session: SESSION,
            base_time,
            watermark: base_time,
            wall_clock: 0,
            tick: 1 << 32,
            dropped: 0,
            dropped_before: 0,
            release: [0; RELEASE_BYTES],
        };
        sequence += 1;
        packet[..HEADER_WORDS].copy_from_slice(&header.to_words());
        packet[used as usize..].fill(0);
        packets.push(*packet);
    };
    for (index, event) in events.iter().enumerate() {
        let (task, what) = match event.what {
            What::Enter { task, is_32bit, number } => (Task { is_32bit, ..task }, encode::Event::Enter { number }),
            What::Exit { task, result } => (task, encode::Event::Exit { result }),
            What::Dropped { .. } => unreachable!("not encoded"),
        };
        if base_time.is_none() || encoder.put(&mut packet, &task, event.time, what).is_err() {
            finish(&mut packet, encoder.used(), &mut base_time);
            base_time = Some(event.time);
            encoder.begin(event.time);
            encoder.put(&mut packet, &task, event.time, what).expect("fits a new packet");
        }
        if cut.contains(&index) {
            finish(&mut packet, encoder.used(), &mut base_time);
        }
    }
    finish(&mut packet, encoder.used(), &mut base_time);
    packets
}

/// Packets of several CPUs as a stream: by base time, each with the base time of the next as its
/// watermark.
pub fn stream(lanes: Vec<Vec<Packet>>) -> Vec<u8> {
    let mut packets: Vec<Packet> = lanes.into_iter().flatten().collect();
    packets.sort_by_key(|packet| packet[3]);
    for index in 0..packets.len() {
        packets[index][4] = packets.get(index + 1).map_or(u64::MAX >> 1, |next| next[3]);
    }
    packets.iter().flatten().flat_map(|word| word.to_le_bytes()).collect()
}

/// Threads that call, return, and move between CPUs: events by CPU, times increasing on each.
pub fn history() -> impl Strategy<Value = BTreeMap<u16, Vec<Event>>> {
    let step = (0u16..3, 0usize..12, gap(), number(), result(), prop::bool::weighted(0.1));
    prop::collection::vec(step, 0..1500).prop_map(|steps| {
        let mut now = 1_000_000;
        let mut inside = [false; 12];
        let mut cpus = BTreeMap::<u16, Vec<Event>>::new();
        for (cpu, thread, gap, number, result, skip) in steps {
            now += gap;
            let names: [&[u8]; 4] = [b"ls", b"a name", b"fifteen-letters", b"\xff\n\\"];
            let task = Task { is_32bit: thread == 5, ..task(thread as u32 * 300_000 + 1, names[thread % 4]) };
            // Sometimes the other edge was not recorded.
            let event =
                if inside[thread] != skip { exit(now, cpu, task, result) } else { enter(now, cpu, task, number) };
            inside[thread] = !inside[thread];
            cpus.entry(cpu).or_default().push(event);
        }
        cpus
    })
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
