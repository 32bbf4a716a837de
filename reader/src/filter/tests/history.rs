// SPDX-License-Identifier: GPL-2.0

//! Random histories of threads, what a kernel records of them that was asked to leave something out, and what a
//! reader makes of that.

use super::random::short;
use crate::calls::Abi;
use crate::fields::testing::{comm, number, Sample};
use crate::filter::Pushdown;
use crate::model::{Edge, File, FileKind};
use proptest::prelude::*;
use proptest::sample::select;
use std::collections::HashMap;
use syscall_record_format::format::{Edges, Machine};

/// An edge of a call, as it happens.
#[derive(Clone, Debug)]
pub struct Happened {
    time: u64,
    edge: Edge,
    tid: u32,
    pid: u32,
    is_32bit: bool,
    /// The name of the thread at this moment.
    name: &'static str,
    call: &'static str,
    register: u64,
    path: &'static str,
    result: i64,
}

/// What one step does: the thread, and what it calls if it is not in a call, or what comes of that.
type Step = (usize, &'static str, u64, &'static str, i64, &'static str);

/// The threads: their process, and whether they are of 32 bits.
const THREADS: [(u32, u32, bool); 5] =
    [(100, 100, false), (110, 100, false), (101, 101, false), (102, 102, true), (111, 101, false)];

/// What they call.
const CALLS: &[&str] =
    &["read", "write", "openat", "openat", "close", "execve", "prctl", "setuid", "getpid", "rt_sigreturn", "ppoll"];

/// Histories.
pub fn histories() -> impl Strategy<Value = Vec<Happened>> {
    let step = (
        0..THREADS.len(),
        select(CALLS),
        3u64..5,
        select(&["/etc/passwd", "/etc/hosts", "/tmp/x.log"][..]),
        select(&[0i64, 3, 4, 80, -1, -2, -9][..]),
        select(&["cat", "sh", "nginx", "a-name-of-sixteen"][..]),
    );
    prop::collection::vec(step, 0..60).prop_map(|steps| happen(&steps))
}

fn happen(steps: &[Step]) -> Vec<Happened> {
    let mut names = ["sh"; THREADS.len()];
    let mut calls: [Option<Happened>; THREADS.len()] = std::array::from_fn(|_| None);
    let mut all = Vec::new();
    for (index, &(thread, call, register, path, result, name)) in steps.iter().enumerate() {
        let (tid, pid, is_32bit) = THREADS[thread];
        let time = 100 * index as u64;
        all.push(match calls[thread].take() {
            None => {
                let name = names[thread];
                let entry =
                    Happened { time, edge: Edge::Enter, tid, pid, is_32bit, name, call, register, path, result: 0 };
                calls[thread].insert(entry).clone()
            }
            Some(entry) => {
                if matches!(entry.call, "execve" | "prctl") && result == 0 {
                    names[thread] = name;
                }
                Happened { time, edge: Edge::Exit, name: names[thread], result, ..entry }
            }
        });
    }
    all
}

impl Happened {
    fn abi(&self) -> Abi {
        Abi::new(Machine::Arm64, self.is_32bit)
    }

    fn has_failed(&self) -> bool {
        (-4095..0).contains(&self.result)
    }

    /// Whether the kernel records it.
    fn is_recorded(&self, asked: &Pushdown) -> bool {
        let is_return = self.edge == Edge::Exit;
        let has_number =
            |call: &str| asked.calls.as_ref().is_none_or(|calls| calls.contains(self.abi(), number(self.abi(), call)));
        (asked.pids.is_empty() || asked.pids.contains(&self.pid))
            && (asked.names.is_empty() || asked.names.iter().any(|name| name == short(self.name).as_bytes()))
            && has_number(self.call)
            && match asked.edges {
                Edges::Both => true,
                Edges::Enter => !is_return,
                Edges::Exit => is_return && (!asked.failed_only || self.has_failed()),
            }
    }
}

/// What the reader knows of a process.
#[derive(Default)]
struct Known {
    files: HashMap<i64, &'static str>,
    name: Option<&'static str>,
    /// Which user it has set.
    uid: Option<u32>,
}

/// The events of what is recorded, each with the number of what happened.
pub fn recorded(history: &[Happened], asked: &Pushdown) -> Vec<(usize, Sample)> {
    let mut entries: HashMap<u32, &Happened> = HashMap::new();
    let mut processes: HashMap<u32, Known> = HashMap::new();
    let mut events: Vec<(usize, Sample)> = Vec::new();
    let mut first = None;
    let mut last = None;
    for (id, happened) in history.iter().enumerate().filter(|(_, happened)| happened.is_recorded(asked)) {
        let mut sample = Sample::enter("read");
        let is_return = happened.edge == Edge::Exit;
        sample.number = events.len() as u64 + 1;
        sample.since_first = happened.time - *first.get_or_insert(happened.time);
        sample.since_last = happened.time - last.unwrap_or(happened.time);
        last = Some(happened.time);
        sample.edge = happened.edge;
        sample.task.comm = comm(short(happened.name));
        (sample.task.tid, sample.task.tgid, sample.task.is_32bit) = (happened.tid, happened.pid, happened.is_32bit);
        sample.result = is_return.then_some(happened.result);

        // The call: told, remembered, or unknown.
        let whole = if is_return { entries.remove(&happened.tid) } else { Some(happened) };
        sample.call = match (whole, asked.edges, happened.call) {
            (Some(entry), ..) => Some(number(entry.abi(), entry.call)),
            (None, Edges::Exit, "rt_sigreturn") => Some(u32::MAX),
            (None, Edges::Exit, call) => Some(number(happened.abi(), call)),
            (None, ..) => None,
        };
        sample.latency = whole.filter(|_| is_return).map(|entry| happened.time - entry.time);
        sample.registers = whole.map(|entry| vec![entry.register, 0x1000, 80]).unwrap_or_default();
        if !is_return {
            entries.insert(happened.tid, happened);
        }

        // Parents: of 101 it is 100, of the others somebody else. Names are those that were seen last.
        let process = processes.entry(happened.pid).or_default();
        if happened.tid == happened.pid {
            process.name = Some(happened.name);
        }
        sample.process.pid = happened.pid;
        sample.process.ppid = Some(if happened.pid == 101 { 100 } else { 7 });
        // Users: those of their start, or those that were set.
        if let Some(entry) = whole.filter(|entry| is_return && entry.call == "setuid" && happened.result == 0) {
            process.uid = Some(entry.register as u32);
        }
        sample.process.uid = process.uid.or(Some(if happened.pid == 101 { 0 } else { 1000 }));
        let parent = processes.get(&100).and_then(|parent| parent.name).unwrap_or("sh");
        sample.process.parent_name = Some(if happened.pid == 101 { short(parent).into() } else { b"init".to_vec() });

        // Files.
        let files = &mut processes.entry(happened.pid).or_default().files;
        let file = |number: i64, path: &str| {
            Some(File {
                number: number as i32,
                kind: FileKind::File,
                name: path.into(),
                local: None,
                remote: None,
                is_server: None,
            })
        };
        sample.file = match whole.map(|entry| (entry.call, entry.register as i64, entry.path)) {
            Some(("read" | "write", number, _)) => files.get(&number).and_then(|path| file(number, path)),
            Some(("close", number, _)) => {
                let closed =
                    if is_return && happened.result == 0 { files.remove(&number) } else { files.get(&number).copied() };
                closed.and_then(|path| file(number, path))
            }
            Some(("openat", _, path)) if is_return && happened.result >= 0 => {
                files.insert(happened.result, path);
                file(happened.result, path)
            }
            _ => None,
        };
        events.push((id, sample));
    }
    events
}
