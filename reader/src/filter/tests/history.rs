// SPDX-License-Identifier: GPL-2.0

//! Random histories of threads; what a kernel records of them that was asked to leave something out; and the events
//! that a reader makes of that.

use super::random::short;
use crate::calls::Abi;
use crate::fields::testing::{comm, number, Sample};
use crate::filter::Pushdown;
use crate::model::{Edge, File, FileKind};
use proptest::prelude::*;
use proptest::sample::select;
use std::collections::HashMap;
use syscall_record_format::format::{Edges, Machine};

/// An edge of a call, as it happens, whether it is recorded or not.
#[derive(Clone, Debug)]
pub struct Happening {
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

/// What a thread does next: the thread; the call, register and path if it enters a call; the result and new name if it
/// returns.
type HistoryStep = (usize, &'static str, u64, &'static str, i64, &'static str);

/// The threads: id, process, and whether the program is of 32 bits.
const THREADS: [(u32, u32, bool); 5] =
    [(100, 100, false), (110, 100, false), (101, 101, false), (102, 102, true), (111, 101, false)];

/// The calls that they make.
const CALLS: &[&str] =
    &["read", "write", "openat", "openat", "close", "execve", "prctl", "setuid", "getpid", "rt_sigreturn", "ppoll"];

/// Random histories.
pub fn histories() -> impl Strategy<Value = Vec<Happening>> {
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

fn happen(steps: &[HistoryStep]) -> Vec<Happening> {
    let mut names = ["sh"; THREADS.len()];
    let mut calls: [Option<Happening>; THREADS.len()] = std::array::from_fn(|_| None);
    let mut all = Vec::new();
    for (index, &(thread, call, register, path, result, name)) in steps.iter().enumerate() {
        let (tid, pid, is_32bit) = THREADS[thread];
        let time = 100 * index as u64;
        all.push(match calls[thread].take() {
            None => {
                let name = names[thread];
                let entry =
                    Happening { time, edge: Edge::Enter, tid, pid, is_32bit, name, call, register, path, result: 0 };
                calls[thread].insert(entry).clone()
            }
            Some(entry) => {
                if matches!(entry.call, "execve" | "prctl") && result == 0 {
                    names[thread] = name;
                }
                Happening { time, edge: Edge::Exit, name: names[thread], result, ..entry }
            }
        });
    }
    all
}

impl Happening {
    fn abi(&self) -> Abi {
        Abi::new(Machine::Arm64, self.is_32bit)
    }

    fn has_failed(&self) -> bool {
        (-4095..0).contains(&self.result)
    }

    /// Whether the kernel records it, if it was asked for `asked`.
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
struct KnownProcess {
    files: HashMap<i64, &'static str>,
    name: Option<&'static str>,
    /// The user that it has set.
    uid: Option<u32>,
}

/// The events that a reader makes of what is recorded, each with its index in the history.
pub fn recorded(history: &[Happening], asked: &Pushdown) -> Vec<(usize, Sample)> {
    let mut entries: HashMap<u32, &Happening> = HashMap::new();
    let mut processes: HashMap<u32, KnownProcess> = HashMap::new();
    let mut events: Vec<(usize, Sample)> = Vec::new();
    let mut first = None;
    let mut last = None;
    for (id, happening) in history.iter().enumerate().filter(|(_, happening)| happening.is_recorded(asked)) {
        let mut sample = Sample::enter("read");
        let is_return = happening.edge == Edge::Exit;
        sample.number = events.len() as u64 + 1;
        sample.since_first = happening.time - *first.get_or_insert(happening.time);
        sample.since_last = happening.time - last.unwrap_or(happening.time);
        last = Some(happening.time);
        sample.edge = happening.edge;
        sample.task.comm = comm(short(happening.name));
        (sample.task.tid, sample.task.tgid, sample.task.is_32bit) = (happening.tid, happening.pid, happening.is_32bit);
        sample.result = is_return.then_some(happening.result);

        // The entry of the call: this event, or one before it, or not recorded.
        let entry = if is_return { entries.remove(&happening.tid) } else { Some(happening) };
        sample.call = match (entry, asked.edges, happening.call) {
            (Some(entry), ..) => Some(number(entry.abi(), entry.call)),
            (None, Edges::Exit, "rt_sigreturn") => Some(u32::MAX),
            (None, Edges::Exit, call) => Some(number(happening.abi(), call)),
            (None, ..) => None,
        };
        sample.latency = entry.filter(|_| is_return).map(|entry| happening.time - entry.time);
        sample.registers = entry.map(|entry| vec![entry.register, 0x1000, 80]).unwrap_or_default();
        if !is_return {
            entries.insert(happening.tid, happening);
        }

        // The parent of 101 is 100. The other processes have a parent that is not recorded. A process has the name that
        // its first thread had last.
        let process = processes.entry(happening.pid).or_default();
        if happening.tid == happening.pid {
            process.name = Some(happening.name);
        }
        sample.process.pid = happening.pid;
        sample.process.ppid = Some(if happening.pid == 101 { 100 } else { 7 });
        // A process has the user of its start, or the one that it has set.
        if let Some(entry) = entry.filter(|entry| is_return && entry.call == "setuid" && happening.result == 0) {
            process.uid = Some(entry.register as u32);
        }
        sample.process.uid = process.uid.or(Some(if happening.pid == 101 { 0 } else { 1000 }));
        let parent = processes.get(&100).and_then(|parent| parent.name).unwrap_or("sh");
        sample.process.parent_name = Some(if happening.pid == 101 { short(parent).into() } else { "init".into() });

        let files = &mut processes.entry(happening.pid).or_default().files;
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
        sample.file = match entry.map(|entry| (entry.call, entry.register as i64, entry.path)) {
            Some(("read" | "write", number, _)) => files.get(&number).and_then(|path| file(number, path)),
            Some(("close", number, _)) => {
                let closed = if is_return && happening.result == 0 {
                    files.remove(&number)
                } else {
                    files.get(&number).copied()
                };
                closed.and_then(|path| file(number, path))
            }
            Some(("openat", _, path)) if is_return && happening.result >= 0 => {
                files.insert(happening.result, path);
                file(happening.result, path)
            }
            _ => None,
        };
        events.push((id, sample));
    }
    events
}
