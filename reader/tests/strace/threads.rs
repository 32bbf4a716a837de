// SPDX-License-Identifier: GPL-2.0

//! The threads of samples, as a model would know them.

use std::cell::RefCell;
use std::collections::BTreeMap;
use syscall_record::model::{CallEvent, Edge, File, KnownThreads, OtherThread, Printed};

/// The threads that have made calls, and those that have ended.
#[derive(Default)]
pub struct SampleThreads(RefCell<Inner>);

#[derive(Default)]
struct Inner {
    /// By id, with the process's id.
    threads: BTreeMap<u32, (u32, OtherThread)>,
    ended: Vec<u32>,
    current: u32,
}

impl SampleThreads {
    /// Notes an event before it is printed.
    pub fn begin(&self, call: &CallEvent<'_>) {
        let mut inner = self.0.borrow_mut();
        let (tid, tgid) = (call.task.tid, call.task.tgid);
        inner.current = tid;
        if call.edge == Edge::Enter {
            inner.ended.retain(|&ended| ended != tgid);
        }
        let new = OtherThread { tid, number: None, known: None, printed: Printed::default() };
        let (_, thread) = inner.threads.entry(tid).or_insert((tgid, new));
        (thread.number, thread.known) = (call.number, call.known);
    }

    /// Notes what an event does to threads, after it was printed.
    pub fn settle(&self, call: &CallEvent<'_>) {
        let mut inner = self.0.borrow_mut();
        let (tid, tgid) = (call.task.tid, call.task.tgid);
        let name = call.known.map_or("", |known| known.name());
        match (call.edge, name) {
            (Edge::Enter, "exit") => drop(inner.threads.remove(&tid)),
            (Edge::Enter, "exit_group") => {
                inner.threads.retain(|_, (of, _)| *of != tgid);
                inner.ended.push(tgid);
            }
            (Edge::Exit, "execve" | "execveat") if call.result == Some(0) => {
                inner.threads.retain(|&id, (of, _)| id == tid || *of != tgid);
            }
            _ => (),
        }
    }
}

impl KnownThreads for SampleThreads {
    fn printed(&self) -> usize {
        self.0.borrow().threads.values().filter(|(_, thread)| thread.printed.is_known).count()
    }

    fn of_own(&self) -> Printed {
        let inner = self.0.borrow();
        inner.threads[&inner.current].1.printed
    }

    fn set_own(&self, printed: Printed) {
        let mut inner = self.0.borrow_mut();
        let current = inner.current;
        inner.threads.get_mut(&current).expect("is there").1.printed = printed;
    }

    fn has_ended(&self, tgid: u32) -> bool {
        self.0.borrow().ended.contains(&tgid)
    }

    fn file(&self, _: i32) -> Option<File> {
        None
    }

    fn collect(&self, tgid: u32, threads: &mut Vec<OtherThread>) {
        let inner = self.0.borrow();
        threads.extend(inner.threads.values().filter(|(of, _)| *of == tgid).map(|(_, thread)| *thread));
        threads.sort_by_key(|thread| (thread.tid == tgid, thread.tid));
    }
}
