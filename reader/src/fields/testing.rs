// SPDX-License-Identifier: GPL-2.0

//! Events for tests.

use crate::calls::{self, Abi};
use crate::model::{CallEvent, Edge, Event, EventKind, File, FileKind, Memory, Process, ThreadsView};
use std::net::SocketAddr;
use syscall_record_format::format::{Machine, Task};

/// An event that owns its parts. All samples are calls of `cat`, with the registers of a `read` of 80 bytes.
#[derive(Clone, Debug)]
pub struct Sample {
    pub number: u64,
    pub time: u64,
    pub since_first: u64,
    pub since_last: u64,
    pub cpu: u16,
    pub machine: Machine,
    pub edge: Edge,
    pub task: Task,
    pub call: Option<u32>,
    pub registers: Vec<u64>,
    pub inputs: Vec<Memory>,
    pub outputs: Vec<Memory>,
    pub result: Option<i64>,
    pub latency: Option<u64>,
    pub process: Process,
    pub file: Option<File>,
}

/// Packs a task's name.
pub fn comm(name: &str) -> [u64; 2] {
    let mut bytes = [0; 16];
    bytes[..name.len()].copy_from_slice(name.as_bytes());
    syscall_record_format::filter::comm_from_bytes(&bytes)
}

/// Finds the number of a call.
pub fn number(abi: Abi, name: &str) -> u32 {
    let mut numbers = calls::KnownCall::by_name(name).filter(|&(of, _)| of == abi);
    numbers.next().unwrap_or_else(|| panic!("{abi:?} has no call {name}")).1
}

/// Makes the memory of an argument.
pub fn memory(register: u8, bytes: &[u8]) -> Memory {
    Memory { register, bytes: bytes.to_vec(), ..Memory::default() }
}

impl Sample {
    /// Makes the entry of a call.
    pub fn enter(name: &str) -> Self {
        Self {
            number: 7,
            time: 1_700_000_000_123_456_789,
            since_first: 2_000_000_005,
            since_last: 1_500,
            cpu: 1,
            machine: Machine::Arm64,
            edge: Edge::Enter,
            task: Task { is_32bit: false, tid: 1001, tgid: 1000, comm: comm("cat") },
            call: Some(number(Abi::Arm64, name)),
            registers: vec![3, 0x7f00_1000, 80],
            inputs: Vec::new(),
            outputs: Vec::new(),
            result: None,
            latency: None,
            process: Process {
                pid: 1000,
                serial: 1000,
                name: "cat".into(),
                ppid: Some(900),
                parent_name: Some("bash".into()),
                uid: Some(1002),
            },
            file: None,
        }
    }

    /// Makes the return of a call, 12,345 nanoseconds after its entry.
    pub fn exit(name: &str, result: i64) -> Self {
        Self { edge: Edge::Exit, result: Some(result), latency: Some(12_345), ..Self::enter(name) }
    }

    /// Gives the process another name.
    pub fn by(mut self, name: &str) -> Self {
        self.task.comm = comm(name);
        self.process.name = name.into();
        self
    }

    /// Makes descriptor 3 refer to a file.
    pub fn on(mut self, kind: FileKind, name: &str) -> Self {
        self.file = Some(File { number: 3, kind, name: name.into(), local: None, remote: None, is_server: None });
        self
    }

    /// Makes descriptor 3 refer to a connection.
    pub fn between(mut self, local: &str, remote: &str, is_server: bool) -> Self {
        let end = |text: &str| text.parse::<SocketAddr>().expect("is an address and a port");
        let (local, remote) = (end(local), end(remote));
        let (client, server) = if is_server { (remote, local) } else { (local, remote) };
        let kind = if local.is_ipv4() { FileKind::Ipv4 } else { FileKind::Ipv6 };
        self = self.on(kind, &format!("{client}->{server}"));
        let file = self.file.as_mut().expect("was set above");
        (file.local, file.remote, file.is_server) = (Some(local), Some(remote), Some(is_server));
        self
    }

    /// Replaces the registers.
    pub fn with(mut self, registers: &[u64]) -> Self {
        self.registers = registers.to_vec();
        self
    }

    /// Adds memory that was recorded at the entry.
    pub fn reading(mut self, register: u8, bytes: &[u8]) -> Self {
        self.inputs.push(memory(register, bytes));
        self
    }

    /// Adds memory that was recorded at the return.
    pub fn giving(mut self, register: u8, bytes: &[u8]) -> Self {
        self.outputs.push(memory(register, bytes));
        self
    }

    /// Makes the event.
    pub fn event(&self) -> Event<'_> {
        let abi = Abi::new(self.machine, self.task.is_32bit);
        Event {
            number: self.number,
            time: self.time,
            since_first: self.since_first,
            since_last: self.since_last,
            cpu: self.cpu,
            machine: self.machine,
            kind: EventKind::Call(CallEvent {
                edge: self.edge,
                task: &self.task,
                abi,
                number: self.call,
                known: self.call.and_then(|number| calls::KnownCall::new(abi, number)),
                has_args: !self.registers.is_empty(),
                registers: &self.registers,
                inputs: &self.inputs,
                outputs: &self.outputs,
                result: self.result,
                latency: self.latency,
                is_resumed: false,
                is_birth: false,
                process: &self.process,
                file: self.file.as_ref(),
                death: None,
                threads: ThreadsView::default(),
            }),
        }
    }
}
