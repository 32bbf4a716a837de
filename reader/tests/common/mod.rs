// SPDX-License-Identifier: GPL-2.0

//! Recordings made without a kernel, by the module's own encoder.

#![allow(dead_code)] // Each test takes what it needs.

pub mod history;
pub mod modelled;

use syscall_record::decode;
use syscall_record_format::encode::{self, Encoder, Identity};
use syscall_record_format::filter::comm_from_bytes;
use syscall_record_format::format::{
    arg_words, pack_args, set_args, Args, Chunk, ChunkHead, Edges, Header, Machine, Packet, Task, HEADER_WORDS,
    MAX_ARGS, MAX_CHUNK_BYTES, PACKET_WORDS, RELEASE_BYTES,
};

pub const SESSION: u32 = 77;

/// What the module was told to record, and where.
#[derive(Clone, Copy, Debug)]
pub struct Recording {
    pub machine: Machine,
    pub edges: Edges,
    pub has_args: bool,
}

/// Entries and returns without arguments.
pub const fn plain(machine: Machine) -> Recording {
    Recording { machine, edges: Edges::Both, has_args: false }
}

/// An event that owns what it tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    pub time: u64,
    pub cpu: u16,
    /// Its `is_32bit` is the width of the call.
    pub task: Task,
    pub edge: Edge,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edge {
    Enter(Call),
    Exit(i64),
    /// An exit where entries are not recorded.
    Return(Call, i64),
    /// Memory of the task's next event.
    Memory(ChunkHead, Vec<u8>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    pub number: u32,
    pub args: Option<Vec<u64>>,
}

pub fn task(tid: u32, name: &[u8]) -> Task {
    let mut comm = [0; 16];
    comm[..name.len()].copy_from_slice(name);
    Task { is_32bit: false, tid, tgid: tid, comm: comm_from_bytes(&comm) }
}

pub fn enter(time: u64, cpu: u16, task: Task, number: u32) -> Event {
    Event { time, cpu, task, edge: Edge::Enter(Call { number, args: None }) }
}

pub fn exit(time: u64, cpu: u16, task: Task, result: i64) -> Event {
    Event { time, cpu, task, edge: Edge::Exit(result) }
}

/// An entry with arguments.
pub fn enter_with(time: u64, cpu: u16, task: Task, number: u32, args: &[u64]) -> Event {
    Event { time, cpu, task, edge: Edge::Enter(Call { number, args: Some(args.to_vec()) }) }
}

/// The chunks of what a register of call `number` points to.
pub fn memory(time: u64, cpu: u16, task: Task, number: u32, register: u8, at_return: bool, bytes: &[u8]) -> Vec<Event> {
    let pieces: Vec<&[u8]> = if bytes.is_empty() { vec![&[]] } else { bytes.chunks(MAX_CHUNK_BYTES).collect() };
    let last = pieces.len() - 1;
    let chunk = |(index, piece): (usize, &&[u8])| {
        let head = ChunkHead {
            register,
            continues: index > 0,
            is_last: index == last,
            at_return,
            call: number as u8,
            len: piece.len() as u16,
            ..ChunkHead::default()
        };
        Event { time, cpu, task, edge: Edge::Memory(head, piece.to_vec()) }
    };
    pieces.iter().enumerate().map(chunk).collect()
}

impl From<&decode::Call<'_>> for Call {
    fn from(call: &decode::Call<'_>) -> Self {
        Self { number: call.number, args: call.args.map(|args| args.iter().collect()) }
    }
}

impl Event {
    /// What the reader decoded; `None` for drops. An exit that does not tell its call has the width of its
    /// task.
    pub fn decoded(event: &decode::Event<'_>) -> Option<Self> {
        let (task, call, edge) = match &event.what {
            decode::What::Enter { task, call } => (**task, Some(call), Edge::Enter(call.into())),
            decode::What::Exit { task, call: None, result } => (**task, None, Edge::Exit(*result)),
            decode::What::Exit { task, call: Some(call), result } => {
                (**task, Some(call), Edge::Return(call.into(), *result))
            }
            decode::What::Memory { .. } | decode::What::Dropped { .. } => return None,
        };
        let task = Task { is_32bit: call.map_or(task.is_32bit, |call| call.is_32bit), ..task };
        Some(Self { time: event.time, cpu: event.cpu, task, edge })
    }
}

/// One CPU's buffer. It writes as `module/ring` does, in the same two ways.
pub struct Writer {
    recording: Recording,
    cpu: u16,
    encoder: Encoder,
    packets: Vec<Packet>,
    packet: Packet,
    /// When the open packet begins; `None` if none is open.
    base_time: Option<u64>,
    /// Where its next word goes.
    next: usize,
    /// The word of the entry that was the last event, if it can be completed.
    open: Option<usize>,
}

impl Writer {
    pub fn new(recording: Recording, cpu: u16) -> Self {
        Self {
            recording,
            cpu,
            encoder: Encoder::new(0),
            packets: Vec::new(),
            packet: [0; PACKET_WORDS],
            base_time: None,
            next: 0,
            open: None,
        }
    }

    /// Writes an event. `passes_for_long`: the next event of this task may take the short way.
    pub fn write(&mut self, event: &Event, passes_for_long: bool) {
        if !self.write_short(event) {
            self.write_long(event);
            let remembered = if passes_for_long { Identity::of(&event.task) } else { Identity::default() };
            self.encoder.continue_with(remembered);
        }
    }

    /// Ends the open packet, as a reader does that wants it.
    pub fn cut(&mut self) {
        let Some(base_time) = self.base_time.take() else { return };
        let Recording { machine, edges, has_args } = self.recording;
        let header = Header {
            machine,
            cpu: self.cpu,
            used: self.next as u16,
            edges,
            has_args,
            sequence: self.packets.len() as u32,
            session: SESSION,
            base_time,
            watermark: base_time,
            wall_clock: 0,
            tick: 1 << 32,
            dropped: 0,
            dropped_before: 0,
            release: [0; RELEASE_BYTES],
        };
        self.packet[..HEADER_WORDS].copy_from_slice(&header.to_words());
        self.packet[self.next..].fill(0);
        self.packets.push(self.packet);
    }

    /// All packets.
    pub fn finish(mut self) -> Vec<Packet> {
        self.cut();
        self.packets
    }

    /// `Writer::{enter,exit,whole}` of the ring.
    fn write_short(&mut self, event: &Event) -> bool {
        let Event { time: now, task, edge, .. } = event;
        if self.base_time.is_none() || !self.encoder.continues(&Identity::of(task)) {
            return false;
        }
        let (is_32bit, has_args) = (task.is_32bit, self.recording.has_args);
        let (call, word) = match edge {
            Edge::Exit(result) => {
                let Some(open) = self.open else { return false };
                let Some(word) = self.encoder.complete(self.packet[open], *result, *now) else { return false };
                self.packet[open] = word;
                self.open = None;
                return true;
            }
            _ if !self.has_short_room() || has_args && is_32bit => return false,
            Edge::Enter(call) if has_args => (call, self.encoder.enter_args(is_32bit, call.number.into(), *now)),
            Edge::Enter(call) => (call, self.encoder.enter(is_32bit, call.number.into(), *now)),
            Edge::Return(call, result) if has_args => {
                (call, self.encoder.whole_args(is_32bit, call.number.into(), *result, *now))
            }
            Edge::Return(call, result) => (call, self.encoder.whole(is_32bit, call.number.into(), *result, *now)),
            Edge::Memory(..) => return false,
        };
        let Some(word) = word else { return false };
        if matches!(edge, Edge::Enter(_)) {
            self.open = Some(self.next);
        }
        self.append(word, call, self.recording.machine.program_bits(is_32bit));
        true
    }

    /// Whether the open packet has room for whatever the short way appends.
    fn has_short_room(&self) -> bool {
        let words = if self.recording.has_args { 1 + MAX_ARGS } else { 1 };
        self.next <= PACKET_WORDS - words
    }

    fn append(&mut self, word: u64, call: &Call, bits: u32) {
        self.packet[self.next] = word;
        self.next += 1;
        if let Some(args) = &call.args {
            self.packet[self.next - 1] = set_args(word, args.len() as u8);
            // All registers, as the ring does; the next event goes over those that do not count.
            let words = pack_args(six(args), bits);
            self.packet[self.next..self.next + MAX_ARGS].copy_from_slice(&words);
            self.next += arg_words(bits, args.len() as u32) as usize;
        }
    }

    /// `Writer::write` of the ring.
    fn write_long(&mut self, event: &Event) {
        if self.base_time.is_none() || !self.put(event) {
            self.cut();
            self.base_time = Some(event.time);
            self.next = HEADER_WORDS;
            self.encoder.begin(event.time);
            assert!(self.put(event), "a new packet has room");
        }
    }

    fn put(&mut self, event: &Event) -> bool {
        let bits = self.recording.machine.program_bits(event.task.is_32bit);
        let words = match &event.edge {
            Edge::Enter(call) | Edge::Return(call, _) => pack_args(six(call.args.as_deref().unwrap_or(&[])), bits),
            Edge::Exit(_) | Edge::Memory(..) => [0; MAX_ARGS],
        };
        let memory = match &event.edge {
            Edge::Memory(_, bytes) => words_of(bytes),
            _ => Vec::new(),
        };
        let encoded = |call: &Call| encode::Call {
            number: call.number,
            args: call.args.as_ref().map(|args| Args::new(&words, args.len() as u8, bits).expect("are there")),
        };
        let event_out = match &event.edge {
            Edge::Enter(call) => encode::Event::Enter(encoded(call)),
            Edge::Exit(result) => encode::Event::Exit { result: *result },
            Edge::Return(call, result) => encode::Event::Return { call: encoded(call), result: *result },
            Edge::Memory(head, _) => encode::Event::Memory(Chunk::new(*head, &memory).expect("fits a record")),
        };
        let room = &mut self.packet[self.next..];
        let Ok(written) = self.encoder.put(room, &event.task, event.time, &event_out) else { return false };
        self.open = written.open.map(|open| self.next + open);
        self.next += written.words;
        true
    }
}

/// Bytes as words, the last filled up.
fn words_of(bytes: &[u8]) -> Vec<u64> {
    let word = |bytes: &[u8]| {
        let mut eight = [0; 8];
        eight[..bytes.len()].copy_from_slice(bytes);
        u64::from_le_bytes(eight)
    };
    bytes.chunks(8).map(word).collect()
}

/// The registers: what the call does not use holds anything.
fn six(args: &[u64]) -> [u64; MAX_ARGS] {
    let mut registers = [0xdead_beef_dead_beef; MAX_ARGS];
    registers[..args.len()].copy_from_slice(args);
    registers
}

/// One CPU's events, in packets as the module makes them. `cut` says after which events a reader cuts
/// the packet.
pub fn packets(recording: Recording, cpu: u16, events: &[Event], cut: &[usize]) -> Vec<Packet> {
    let mut writer = Writer::new(recording, cpu);
    for (index, event) in events.iter().enumerate() {
        writer.write(event, true);
        if cut.contains(&index) {
            writer.cut();
        }
    }
    writer.finish()
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

/// A recording of so many calls on each of the CPUs, which take turns with every call, or with every event
/// (`in_step`). On each, one of three threads runs for 50 calls; one call in 20 returns an address.
pub fn recorded(recording: Recording, cpus: u16, calls: u64, in_step: bool) -> Vec<u8> {
    let names: [&[u8]; 3] = [b"nginx", b"systemd-journal", b"sh"];
    let lane = |cpu: u16| {
        let mut writer = Writer::new(recording, cpu);
        for index in 0..calls {
            let thread = index / 50 % 3;
            let task = task(1000 + 3 * u32::from(cpu) + thread as u32, names[thread as usize]);
            let time = 1_000_000 + 1000 * (index * u64::from(cpus) + if in_step { 0 } else { u64::from(cpu) });
            let time = time + u64::from(cpu);
            let result = if index % 20 == 7 { 0x7f12_3456_7000 } else { (index % 300) as i64 - 20 };
            let args = recording.has_args.then(|| vec![index % 7, 0x7ffd_1234_0000 + index, 0x1000]);
            let call = Call { number: (index % 300) as u32, args };
            let mut write = |time, edge| writer.write(&Event { time, cpu, task, edge }, true);
            match recording.edges {
                Edges::Both => {
                    write(time, Edge::Enter(call));
                    write(time + 500, Edge::Exit(result));
                }
                Edges::Enter => write(time, Edge::Enter(call)),
                Edges::Exit => write(time, Edge::Return(call, result)),
            }
        }
        writer.finish()
    };
    stream((0..cpus).map(lane).collect())
}
