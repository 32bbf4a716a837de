// SPDX-License-Identifier: GPL-2.0

//! Makes recordings without a kernel, by the module's own encoder.
//!
//! - `history`: arbitrary recordings
//! - `modelled`: what the model makes of a recording
//! - `process`: runs programs with a deadline
//! - `script`: makes recordings call by call

#![allow(dead_code)] // Each test uses a part of this.

pub mod history;
pub mod modelled;
pub mod process;
pub mod script;

use std::collections::BTreeMap;
use syscall_record::decode::{DecodedCall, DecodedEvent, DecodedKind, DecodedReturn};
use syscall_record::framing::Framing;
use syscall_record::merge::Merge;
use syscall_record::sink::EventSink;
use syscall_record_format::encode::{self, Encoder};
use syscall_record_format::filter::comm_from_bytes;
use syscall_record_format::format::{
    arg_words, pack_args, set_args, Args, Chunk, ChunkHead, Edges, Header, Machine, Packet, Task, HEADER_WORDS,
    MAX_ARGS, MAX_CHUNK_BYTES, PACKET_WORDS, RELEASE_BYTES, VERSION,
};

pub const SESSION: u32 = 77;

/// What is recorded, and on which machine.
#[derive(Clone, Copy, Debug)]
pub struct MadeRecording {
    pub machine: Machine,
    pub edges: Edges,
    pub has_args: bool,
}

/// Gives `sink` what `merge` makes of a stream. Returns how many damages were found.
pub fn decode_stream(stream: &[u8], mut merge: Merge, sink: &mut dyn EventSink) -> usize {
    let (mut framing, mut damages) = (Framing::new(), 0);
    let mut rest = stream;
    let mut at_end = false;
    while !at_end {
        let bytes = std::io::Read::read(&mut rest, framing.space()).expect("reads memory");
        framing.filled(bytes);
        at_end = bytes == 0;
        while let Some(item) = framing.next(at_end) {
            match item {
                Ok(framed) => merge.push_to(framed, sink).expect("nothing stops it"),
                Err(_) => damages += 1,
            }
        }
    }
    merge.finish_to(sink).expect("nothing stops it");
    damages
}

/// A recording of entries and returns, without arguments.
pub const fn plain(machine: Machine) -> MadeRecording {
    MadeRecording { machine, edges: Edges::Both, has_args: false }
}

/// An event of a made recording.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MadeEvent {
    pub time: u64,
    pub cpu: u16,
    /// `is_32bit` is the width of the call.
    pub task: Task,
    pub edge: MadeEdge,
}

/// What happens in an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MadeEdge {
    Enter(MadeCall),
    /// A return from the call that the task has entered last on the same CPU.
    Exit(i64),
    /// A return whose record has the call's number.
    NumberedExit(MadeReturn),
    /// A return, if entries are not recorded.
    Return(MadeCall, i64),
    /// A chunk of memory of the task's next event.
    Memory(ChunkHead, Vec<u8>),
}

/// A return that has a record of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MadeReturn {
    pub call: MadeCall,
    pub result: i64,
    pub entry_may_be_lost: bool,
    pub may_be_refused: bool,
}

/// A call of a made recording.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MadeCall {
    pub number: u32,
    pub args: Option<Vec<u64>>,
}

pub fn task(tid: u32, name: &[u8]) -> Task {
    let mut comm = [0; 16];
    comm[..name.len()].copy_from_slice(name);
    Task { is_32bit: false, tid, tgid: tid, comm: comm_from_bytes(&comm) }
}

pub fn enter(time: u64, cpu: u16, task: Task, number: u32) -> MadeEvent {
    MadeEvent { time, cpu, task, edge: MadeEdge::Enter(MadeCall { number, args: None }) }
}

pub fn exit(time: u64, cpu: u16, task: Task, result: i64) -> MadeEvent {
    MadeEvent { time, cpu, task, edge: MadeEdge::Exit(result) }
}

/// A return from call `number`, which was entered on another CPU.
pub fn exit_from(time: u64, cpu: u16, task: Task, number: u32, result: i64) -> MadeEvent {
    let call = MadeCall { number, args: None };
    let returned = MadeReturn { call, result, entry_may_be_lost: false, may_be_refused: false };
    MadeEvent { time, cpu, task, edge: MadeEdge::NumberedExit(returned) }
}

/// An entry of a call with arguments.
pub fn enter_with(time: u64, cpu: u16, task: Task, number: u32, args: &[u64]) -> MadeEvent {
    MadeEvent { time, cpu, task, edge: MadeEdge::Enter(MadeCall { number, args: Some(args.to_vec()) }) }
}

/// The chunks of the memory that a register of call `number` points to.
pub fn memory(
    time: u64,
    cpu: u16,
    task: Task,
    number: u32,
    register: u8,
    at_return: bool,
    bytes: &[u8],
) -> Vec<MadeEvent> {
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
        MadeEvent { time, cpu, task, edge: MadeEdge::Memory(head, piece.to_vec()) }
    };
    pieces.iter().enumerate().map(chunk).collect()
}

impl From<&DecodedCall<'_>> for MadeCall {
    fn from(call: &DecodedCall<'_>) -> Self {
        Self { number: call.number, args: call.args.map(|args| args.iter().collect()) }
    }
}

impl MadeEvent {
    /// The event that the reader has decoded; `None` for memory and drops. A return whose record lacks the call has the
    /// width of its task.
    pub fn decoded(event: &DecodedEvent<'_>) -> Option<Self> {
        let (task, call, edge) = match &event.kind {
            DecodedKind::Enter { task, call } => (**task, Some(call), MadeEdge::Enter(call.into())),
            DecodedKind::Exit { task, call: DecodedReturn::ReturnOnly(call), result } => {
                (**task, Some(call), MadeEdge::Return(call.into(), *result))
            }
            DecodedKind::Exit { task, call: DecodedReturn::Numbered { call, .. }, result } => {
                (**task, Some(call), MadeEdge::Exit(*result))
            }
            DecodedKind::Exit { task, result, .. } => (**task, None, MadeEdge::Exit(*result)),
            DecodedKind::Memory { .. } | DecodedKind::Dropped { .. } => return None,
        };
        let task = Task { is_32bit: call.map_or(task.is_32bit, |call| call.is_32bit), ..task };
        Some(Self { time: event.time, cpu: event.cpu, task, edge })
    }
}

/// The buffer of one CPU. It writes events as the module's ring does, by the fast path or the slow path.
pub struct PacketWriter {
    recording: MadeRecording,
    cpu: u16,
    encoder: Encoder,
    /// The task whose next event may take the fast path.
    remembered: Option<Task>,
    packets: Vec<Packet>,
    packet: Packet,
    /// Events that were dropped since the last packet was opened.
    dropped: u64,
    /// Events that were dropped before the open packet.
    dropped_before: u64,
    /// Base time of the open packet; `None` if no packet is open.
    base_time: Option<u64>,
    /// Index of the packet's next word.
    next: usize,
    /// Index of the word of the last event, if that is an entry that its return can complete.
    open: Option<usize>,
    /// By thread id, the number of the last call that was entered.
    numbers: BTreeMap<u32, u32>,
    /// By time, the number of the call that a return is from. It may have been entered on another CPU.
    numbers_at: BTreeMap<u64, u32>,
}

/// The number of a call whose entry a [`PacketWriter`] has not seen.
pub const NO_CALL: u32 = 0x3fff_ffff;

impl PacketWriter {
    pub fn new(recording: MadeRecording, cpu: u16) -> Self {
        Self {
            recording,
            cpu,
            encoder: Encoder::new(0),
            remembered: None,
            packets: Vec::new(),
            packet: [0; PACKET_WORDS],
            dropped: 0,
            dropped_before: 0,
            base_time: None,
            next: 0,
            open: None,
            numbers: BTreeMap::new(),
            numbers_at: BTreeMap::new(),
        }
    }

    /// Drops an event, as the ring does when no packet is free.
    pub fn drop_event(&mut self) {
        self.cut();
        self.dropped += 1;
    }

    /// Makes the next event of a thread take the slow path.
    pub fn forget(&mut self, task: &Task) {
        if self.remembered.is_some_and(|remembered| is_same_thread(&remembered, task)) {
            self.remembered = None;
        }
    }

    /// Writes an event. `remembers_task` says that the next event of this task may take the fast path. Returns whether
    /// this event took it.
    pub fn write(&mut self, event: &MadeEvent, remembers_task: bool) -> bool {
        if let MadeEdge::Enter(call) = &event.edge {
            self.numbers.insert(event.task.tid, call.number);
        }
        if self.write_fast(event) {
            return true;
        }
        self.write_slow(event);
        self.remembered = remembers_task.then_some(event.task);
        false
    }

    /// Ends the open packet, as a reader does that cuts it.
    pub fn cut(&mut self) {
        let Some(base_time) = self.base_time.take() else { return };
        let MadeRecording { machine, edges, has_args } = self.recording;
        let header = Header {
            version: VERSION,
            machine,
            cpu: self.cpu,
            used: self.next as u16,
            edges,
            has_args,
            sequence: self.packets.len() as u32,
            session: SESSION,
            base_time,
            watermark: base_time,
            wall_clock: base_time,
            tick: 1 << 32,
            dropped: 0,
            dropped_before: self.dropped_before,
            release: [0; RELEASE_BYTES],
        };
        self.packet[..HEADER_WORDS].copy_from_slice(&header.to_words());
        self.packet[self.next..].fill(0);
        self.packets.push(self.packet);
    }

    /// Ends the open packet, and returns all packets.
    pub fn finish(mut self) -> Vec<Packet> {
        self.cut();
        self.packets
    }

    /// Writes an event by the fast path, as the ring does. Returns whether that was possible.
    fn write_fast(&mut self, event: &MadeEvent) -> bool {
        let MadeEvent { time: now, task, edge, .. } = event;
        if self.base_time.is_none() || !self.remembered.is_some_and(|remembered| is_same_thread(&remembered, task)) {
            return false;
        }
        let (is_32bit, has_args) = (task.is_32bit, self.recording.has_args);
        let (call, word) = match edge {
            MadeEdge::Exit(result) | MadeEdge::NumberedExit(MadeReturn { result, .. }) => {
                let Some(open) = self.open else { return false };
                let Some(word) = self.encoder.complete(self.packet[open], *result, *now) else { return false };
                self.packet[open] = word;
                self.open = None;
                return true;
            }
            _ if !self.has_fast_room() || has_args && is_32bit => return false,
            MadeEdge::Enter(call) if has_args => (call, self.encoder.enter_args(is_32bit, call.number.into(), *now)),
            MadeEdge::Enter(call) => (call, self.encoder.enter(is_32bit, call.number.into(), *now)),
            MadeEdge::Return(call, result) if has_args => {
                (call, self.encoder.return_only_args(is_32bit, call.number.into(), *result, *now))
            }
            MadeEdge::Return(call, result) => {
                (call, self.encoder.return_only(is_32bit, call.number.into(), *result, *now))
            }
            MadeEdge::Memory(..) => return false,
        };
        let Some(word) = word else { return false };
        if matches!(edge, MadeEdge::Enter(_)) {
            self.open = Some(self.next);
        }
        self.append(word, call, self.recording.machine.program_bits(is_32bit));
        true
    }

    /// Whether the open packet has room for all that the fast path may append.
    fn has_fast_room(&self) -> bool {
        let words = if self.recording.has_args { 1 + MAX_ARGS } else { 1 };
        self.next <= PACKET_WORDS - words
    }

    fn append(&mut self, word: u64, call: &MadeCall, bits: u32) {
        self.packet[self.next] = word;
        self.next += 1;
        if let Some(args) = &call.args {
            self.packet[self.next - 1] = set_args(word, args.len() as u8);
            // As in the ring, all registers are written. The next event overwrites those that are not arguments.
            let words = pack_args(all_registers(args), bits);
            self.packet[self.next..self.next + MAX_ARGS].copy_from_slice(&words);
            self.next += arg_words(bits, args.len() as u32) as usize;
        }
    }

    /// Writes an event by the slow path, as the ring does.
    fn write_slow(&mut self, event: &MadeEvent) {
        if self.base_time.is_none() || !self.put(event) {
            self.cut();
            self.base_time = Some(event.time);
            self.dropped_before = std::mem::take(&mut self.dropped);
            self.next = HEADER_WORDS;
            self.encoder.begin_packet(event.time);
            assert!(self.put(event), "a new packet has room");
        }
    }

    fn put(&mut self, event: &MadeEvent) -> bool {
        let bits = self.recording.machine.program_bits(event.task.is_32bit);
        let words = match &event.edge {
            MadeEdge::Enter(call) | MadeEdge::Return(call, _) => {
                pack_args(all_registers(call.args.as_deref().unwrap_or(&[])), bits)
            }
            MadeEdge::NumberedExit(MadeReturn { call, .. }) => {
                pack_args(all_registers(call.args.as_deref().unwrap_or(&[])), bits)
            }
            MadeEdge::Exit(_) | MadeEdge::Memory(..) => [0; MAX_ARGS],
        };
        let memory = match &event.edge {
            MadeEdge::Memory(_, bytes) => words_of(bytes),
            _ => Vec::new(),
        };
        let encoded = |call: &MadeCall| encode::ProbeCall {
            number: call.number,
            args: call.args.as_ref().map(|args| Args::new(&words, args.len() as u8, bits).expect("are there")),
        };
        let event_out = match &event.edge {
            MadeEdge::Enter(call) => encode::ProbeEvent::Enter(encoded(call)),
            MadeEdge::Exit(result) => {
                let known = self.numbers_at.get(&event.time).or_else(|| self.numbers.get(&event.task.tid));
                let number = known.copied().unwrap_or(NO_CALL);
                let call = encode::ProbeCall { number, args: None };
                encode::ProbeEvent::Exit { call, result: *result, entry_may_be_lost: false, may_be_refused: false }
            }
            MadeEdge::NumberedExit(MadeReturn { call, result, entry_may_be_lost, may_be_refused }) => {
                encode::ProbeEvent::Exit {
                    call: encoded(call),
                    result: *result,
                    entry_may_be_lost: *entry_may_be_lost,
                    may_be_refused: *may_be_refused,
                }
            }
            MadeEdge::Return(call, result) => encode::ProbeEvent::ReturnOnly { call: encoded(call), result: *result },
            MadeEdge::Memory(head, _) => encode::ProbeEvent::Memory(Chunk::new(*head, &memory).expect("fits a record")),
        };
        let room = &mut self.packet[self.next..];
        let Ok(written) = self.encoder.put(room, &event.task, event.time, &event_out) else { return false };
        self.open = written.open.map(|open| self.next + open);
        self.next += written.words;
        true
    }
}

/// Whether both are one thread by one name, in programs of whatever width.
fn is_same_thread(a: &Task, b: &Task) -> bool {
    (a.tid, a.tgid, a.comm) == (b.tid, b.tgid, b.comm)
}

/// Bytes as words, the last one filled up with zeroes.
fn words_of(bytes: &[u8]) -> Vec<u64> {
    let word = |bytes: &[u8]| {
        let mut eight = [0; 8];
        eight[..bytes.len()].copy_from_slice(bytes);
        u64::from_le_bytes(eight)
    };
    bytes.chunks(8).map(word).collect()
}

/// The values of all argument registers. Those that the call does not use have an arbitrary value.
fn all_registers(args: &[u64]) -> [u64; MAX_ARGS] {
    let mut registers = [0xdead_beef_dead_beef; MAX_ARGS];
    registers[..args.len()].copy_from_slice(args);
    registers
}

/// The events of one CPU, in packets as the module makes them. `cut` has the indices of the events after which a reader
/// cuts the packet.
pub fn packets(recording: MadeRecording, cpu: u16, events: &[MadeEvent], cut: &[usize]) -> Vec<Packet> {
    let mut writer = PacketWriter::new(recording, cpu);
    for (index, event) in events.iter().enumerate() {
        writer.write(event, true);
        if cut.contains(&index) {
            writer.cut();
        }
    }
    writer.finish()
}

/// The packets of several CPUs as a stream: sorted by base time, each with the base time of the next packet as its
/// watermark.
pub fn stream(lanes: Vec<Vec<Packet>>) -> Vec<u8> {
    let mut packets: Vec<Packet> = lanes.into_iter().flatten().collect();
    packets.sort_by_key(|packet| packet[3]);
    for index in 0..packets.len() {
        packets[index][4] = packets.get(index + 1).map_or(u64::MAX >> 1, |next| next[3]);
    }
    packets.iter().flatten().flat_map(|word| word.to_le_bytes()).collect()
}

/// A recording of so many calls on each CPU. The CPUs take turns with each call; with `in_step`, with each event. On
/// each CPU, three threads run for 50 calls in turn. One call in 20 returns an address.
pub fn recorded(recording: MadeRecording, cpus: u16, calls: u64, in_step: bool) -> Vec<u8> {
    let names: [&[u8]; 3] = [b"nginx", b"systemd-journal", b"sh"];
    let lane = |cpu: u16| {
        let mut writer = PacketWriter::new(recording, cpu);
        for index in 0..calls {
            let thread = index / 50 % 3;
            let task = task(1000 + 3 * u32::from(cpu) + thread as u32, names[thread as usize]);
            let time = 1_000_000 + 1000 * (index * u64::from(cpus) + if in_step { 0 } else { u64::from(cpu) });
            let time = time + u64::from(cpu);
            let result = if index % 20 == 7 { 0x7f12_3456_7000 } else { (index % 300) as i64 - 20 };
            let args = recording.has_args.then(|| vec![index % 7, 0x7ffd_1234_0000 + index, 0x1000]);
            let call = MadeCall { number: (index % 300) as u32, args };
            let mut write = |time, edge| {
                writer.write(&MadeEvent { time, cpu, task, edge }, true);
            };
            match recording.edges {
                Edges::Both => {
                    write(time, MadeEdge::Enter(call));
                    write(time + 500, MadeEdge::Exit(result));
                }
                Edges::Enter => write(time, MadeEdge::Enter(call)),
                Edges::Exit => write(time, MadeEdge::Return(call, result)),
            }
        }
        writer.finish()
    };
    stream((0..cpus).map(lane).collect())
}
