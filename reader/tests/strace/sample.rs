// SPDX-License-Identifier: GPL-2.0

//! Calls for the tests, and how they are printed.

use super::threads::SampleThreads;
use syscall_record::args::TextLimits;
use syscall_record::calls::{self, Abi};
use syscall_record::model::{CallEvent, Edge, Event, EventKind, Memory, Process, ThreadsView};
use syscall_record::style::strace::{Pids, StraceOptions, StracePrinter};
use syscall_record_format::format::{Machine, Task};

/// A call of a thread, with both edges.
#[derive(Clone, Debug)]
pub struct Sample {
    pub tid: u32,
    pub tgid: u32,
    pub abi: Abi,
    pub number: Option<u32>,
    pub has_args: bool,
    pub registers: Vec<u64>,
    pub inputs: Vec<Memory>,
    pub outputs: Vec<Memory>,
    pub result: Option<i64>,
    pub latency: Option<u64>,
    pub is_birth: bool,
    pub time: u64,
    pub since_first: u64,
}

/// Makes a call of thread 1724, the first of its process.
pub fn call(abi: Abi, name: &str, registers: &[u64]) -> Sample {
    let mut numbers = calls::KnownCall::by_name(name).filter(|&(of, _)| of == abi);
    let number = numbers.next().unwrap_or_else(|| panic!("{abi:?} has no {name}")).1;
    Sample {
        tid: 1724,
        tgid: 1724,
        abi,
        number: Some(number),
        has_args: true,
        registers: registers.to_vec(),
        inputs: Vec::new(),
        outputs: Vec::new(),
        result: None,
        latency: Some(0),
        is_birth: false,
        time: 0,
        since_first: 0,
    }
}

pub fn x86_64(name: &str, registers: &[u64]) -> Sample {
    call(Abi::X86_64, name, registers)
}

pub fn arm64(name: &str, registers: &[u64]) -> Sample {
    call(Abi::Arm64, name, registers)
}

pub fn arm(name: &str, registers: &[u64]) -> Sample {
    call(Abi::Arm, name, registers)
}

pub fn i386(name: &str, registers: &[u64]) -> Sample {
    call(Abi::I386, name, registers)
}

pub fn memory(register: u8, bytes: &[u8]) -> Memory {
    Memory { register, bytes: bytes.to_vec(), ..Memory::default() }
}

impl Sample {
    /// Makes it a call of another thread of the process.
    pub fn by(self, tid: u32) -> Self {
        Self { tid, ..self }
    }

    /// Makes it a call of the first thread of another process.
    pub fn of(self, tgid: u32) -> Self {
        Self { tid: tgid, tgid, ..self }
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

    /// Cuts the memory that was added last.
    pub fn cut(mut self) -> Self {
        let last = if self.outputs.is_empty() { self.inputs.last_mut() } else { self.outputs.last_mut() };
        last.expect("has memory").is_cut = true;
        self
    }

    /// Makes the rest of the memory that was added last unreadable.
    pub fn faulty(mut self) -> Self {
        let last = if self.outputs.is_empty() { self.inputs.last_mut() } else { self.outputs.last_mut() };
        last.expect("has memory").is_fault = true;
        self
    }

    /// Makes the rest of the memory that was added last absent: it was not resident.
    pub fn absent(mut self) -> Self {
        let last = if self.outputs.is_empty() { self.inputs.last_mut() } else { self.outputs.last_mut() };
        let last = last.expect("has memory");
        (last.is_absent, last.is_cut) = (true, true);
        self
    }

    /// Sets the result.
    pub fn returning(self, result: i64) -> Self {
        Self { result: Some(result), ..self }
    }

    /// Calls `take` with an edge of the call as an event, beside these threads.
    pub fn event<T>(&self, edge: Edge, threads: &SampleThreads, take: impl FnOnce(&Event<'_>) -> T) -> T {
        let task = Task { is_32bit: self.abi.is_32bit(), tid: self.tid, tgid: self.tgid, comm: [0; 2] };
        let process = Process::default();
        let is_exit = edge == Edge::Exit;
        let call = CallEvent {
            edge,
            task: &task,
            abi: self.abi,
            number: self.number,
            known: self.number.and_then(|number| calls::KnownCall::new(self.abi, number)),
            has_args: self.has_args,
            registers: &self.registers,
            inputs: &self.inputs,
            outputs: if is_exit { &self.outputs } else { &[] },
            result: if is_exit { self.result } else { None },
            latency: if is_exit { self.latency } else { None },
            is_resumed: false,
            is_birth: self.is_birth,
            process: &process,
            file: None,
            death: None,
            threads: ThreadsView(Some(threads)),
        };
        threads.begin(&call);
        let machine = match self.abi {
            Abi::Arm64 | Abi::Arm => Machine::Arm64,
            Abi::X86_64 | Abi::I386 => Machine::X86_64,
        };
        let taken = take(&Event {
            number: 1,
            time: self.time,
            since_first: self.since_first,
            since_last: 0,
            cpu: 0,
            machine,
            kind: EventKind::Call(call),
        });
        threads.settle(&call);
        taken
    }

    /// Gives its line, without the thread and without the blanks before the result.
    pub fn line(&self) -> String {
        self.line_with(TextLimits::default())
    }

    /// Gives its line, with limits.
    pub fn line_with(&self, arguments: TextLimits) -> String {
        let options = StraceOptions { arguments, pids: Pids::None, ..StraceOptions::default() };
        let text = print(options, &[(Edge::Enter, self), (Edge::Exit, self)]);
        let line = text.strip_suffix('\n').expect("ends with a line end");
        assert!(!line.contains('\n'), "{line}");
        let (call, result) = line.rsplit_once(" = ").unwrap_or_else(|| panic!("no result in {line}"));
        let call = call.trim_end();
        // The return alone makes the same line.
        assert_eq!(print(options, &[(Edge::Exit, self)]), text);
        format!("{call} = {result}")
    }
}

/// Prints these edges.
pub fn print(options: StraceOptions, events: &[(Edge, &Sample)]) -> String {
    let mut out = Vec::new();
    let mut printer = StracePrinter::new(&mut out, options);
    let threads = SampleThreads::default();
    for (edge, sample) in events {
        sample.event(*edge, &threads, |event| printer.print(event)).expect("writes to memory");
    }
    printer.finish().expect("writes to memory");
    drop(printer);
    String::from_utf8(out).expect("UTF-8")
}

/// Makes the memory of numbers.
#[macro_export]
macro_rules! bytes {
    ($($number:expr),* $(,)?) => {{
        let mut bytes = Vec::new();
        $(bytes.extend_from_slice(&$number.to_le_bytes());)*
        bytes
    }};
}
