// SPDX-License-Identifier: GPL-2.0

//! Makes recordings call by call.

use super::modelled::lines_of;
use super::*;
use syscall_record::calls::{Abi, Direction, KnownCall};
use syscall_record::model::{self, EventKind};

/// A recording that is made call by call.
pub struct Script {
    pub recording: MadeRecording,
    /// The name of all processes.
    pub comm: &'static [u8],
    pub now: u64,
    pub events: Vec<MadeEvent>,
}

/// The id of the process that makes calls unless another one is named: a shell.
pub const SH: u32 = 100;
pub const AT_FDCWD: u64 = 0xffff_ff9c;
pub const CLOEXEC: u64 = 0o2_000_000;

impl Script {
    pub fn new(machine: Machine) -> Self {
        let recording = MadeRecording { machine, edges: Edges::Both, has_args: true };
        Self { recording, comm: b"sh", now: 1000, events: Vec::new() }
    }

    pub fn number(&self, name: &str) -> u32 {
        let abi = Abi::new(self.recording.machine, false);
        let (_, number) = KnownCall::by_name(name).find(|(of, _)| *of == abi).expect("the machine has the call");
        number
    }

    /// `pid` enters a call. `inputs` are the memory of its arguments that point to memory, in their order.
    pub fn enter(&mut self, pid: u32, name: &str, args: &[u64], inputs: &[&[u8]]) -> &mut Self {
        let number = self.number(name);
        self.memory(pid, name, inputs, Direction::In);
        self.events.push(enter_with(self.now, 0, task(pid, self.comm), number, args));
        self.now += 10;
        self
    }

    pub fn exit(&mut self, pid: u32, result: i64) -> &mut Self {
        self.events.push(exit(self.now, 0, task(pid, self.comm), result));
        self.now += 10;
        self
    }

    /// `pid` returns from the call that made it, if the kernel traces that return.
    pub fn born(&mut self, pid: u32) -> &mut Self {
        match self.recording.machine {
            Machine::X86_64 => {
                self.events.push(exit_from(self.now, 0, task(pid, self.comm), self.number("clone"), 0));
                self.now += 10;
                self
            }
            Machine::Arm64 | Machine::Arm => self,
        }
    }

    /// The shell makes a call.
    pub fn call(&mut self, name: &str, args: &[u64], inputs: &[&[u8]], result: i64) -> &mut Self {
        self.call_by(SH, name, args, inputs, result)
    }

    pub fn call_by(&mut self, pid: u32, name: &str, args: &[u64], inputs: &[&[u8]], result: i64) -> &mut Self {
        if self.recording.edges == Edges::Both {
            return self.enter(pid, name, args, inputs).exit(pid, result);
        }
        let call = MadeCall { number: self.number(name), args: Some(args.to_vec()) };
        self.memory(pid, name, inputs, Direction::In);
        self.events.push(MadeEvent {
            time: self.now,
            cpu: 0,
            task: task(pid, self.comm),
            edge: MadeEdge::Return(call, result),
        });
        self.now += 10;
        self
    }

    /// The shell makes a call that writes memory.
    pub fn answered(&mut self, name: &str, args: &[u64], outputs: &[&[u8]], result: i64) -> &mut Self {
        self.enter(SH, name, args, &[]);
        self.memory(SH, name, outputs, Direction::Out);
        self.exit(SH, result)
    }

    pub fn memory(&mut self, pid: u32, name: &str, set: &[&[u8]], direction: Direction) {
        let number = self.number(name);
        let known = KnownCall::new(Abi::new(self.recording.machine, false), number).expect("has a row");
        let parameters =
            known.parameters().expect("has parameters").filter(|parameter| parameter.direction == direction);
        for (parameter, bytes) in parameters.zip(set) {
            let at_return = direction == Direction::Out || self.recording.edges == Edges::Exit;
            self.events.extend(memory(self.now, 0, task(pid, self.comm), number, parameter.register, at_return, bytes));
        }
    }

    /// The lines of all events: `NAME FD KIND PATH` if the event is about a file, else `NAME -`. Entries have `>` after
    /// the name.
    pub fn files(&self) -> Vec<String> {
        let stream = stream(vec![packets(self.recording, 0, &self.events, &[])]);
        lines_of(&stream, |event| {
            let EventKind::Call(call) = &event.kind else { return String::new() };
            let mut name = String::new();
            let side = if call.edge == model::Edge::Enter { ">" } else { "" };
            let name = call.name(&mut name);
            match call.file {
                Some(file) => {
                    format!("{name}{side} {} {:?} {}", file.number, file.kind, String::from_utf8_lossy(&file.name))
                }
                None => format!("{name}{side} -"),
            }
        })
    }

    /// `PID UID` of all events, without repetitions.
    pub fn users(&self) -> Vec<String> {
        let stream = stream(vec![packets(self.recording, 0, &self.events, &[])]);
        let mut lines = lines_of(&stream, |event| {
            let EventKind::Call(call) = &event.kind else { return String::new() };
            let uid = call.process.uid.map_or("-".into(), |uid| uid.to_string());
            format!("{} {uid}", call.process.pid)
        });
        lines.dedup();
        lines
    }

    /// The line of the last event.
    pub fn last(&self) -> String {
        self.files().pop().expect("there are events")
    }
}
