// SPDX-License-Identifier: GPL-2.0

//! Threads: the call that each is in, and which processes have ended.

use crate::model::CallEvent;
use std::collections::VecDeque;

/// The most threads that are known: more than a system usually has. Above this number, threads that are in no call are
/// forgotten.
const MAX_THREADS: usize = 1 << 16;

/// The most ended processes that are remembered.
const MAX_ENDED: usize = 16;

/// What is known of a thread.
#[derive(Clone, Copy)]
pub(super) struct StraceThread {
    pub(super) tid: u32,
    pub(super) tgid: u32,
    /// The call that the thread is in, if its entry was printed.
    pub(super) call: Option<EnteredCall>,
    /// The name of the call before, which `restart_syscall` continues.
    pub(super) last_call: &'static str,
}

/// A call whose entry was printed.
#[derive(Clone, Copy)]
pub(super) struct EnteredCall {
    pub(super) number: Option<u32>,
    pub(super) name: &'static str,
}

/// The threads that end with a call of `exit` or `exit_group`.
#[derive(Clone, Copy)]
pub(super) struct Ending {
    pub(super) tid: u32,
    pub(super) tgid: u32,
    /// Whether all threads of the process end.
    pub(super) is_process: bool,
}

impl Ending {
    /// Whether a thread ends.
    pub(super) fn includes(&self, thread: &StraceThread) -> bool {
        if self.is_process {
            thread.tgid == self.tgid
        } else {
            thread.tid == self.tid
        }
    }
}

/// All threads that are known.
pub(super) struct Threads {
    /// Sorted by thread id.
    threads: Vec<StraceThread>,
    /// The processes that ended last. A thread of theirs may yet return from the call that it was in.
    ended: VecDeque<u32>,
}

impl Threads {
    pub(super) fn new() -> Self {
        Self { threads: Vec::new(), ended: VecDeque::new() }
    }

    pub(super) fn len(&self) -> usize {
        self.threads.len()
    }

    pub(super) fn get(&self, at: usize) -> Option<&StraceThread> {
        self.threads.get(at)
    }

    pub(super) fn get_mut(&mut self, at: usize) -> Option<&mut StraceThread> {
        self.threads.get_mut(at)
    }

    /// Remembers the thread that makes a call, and gives its index.
    #[inline(never)]
    pub(super) fn note(&mut self, call: &CallEvent<'_>) -> usize {
        let (tid, tgid) = (call.task.tid, call.task.tgid);
        if self.threads.len() >= MAX_THREADS {
            self.threads.retain(|thread| thread.tid == tid || thread.call.is_some());
        }
        let at = self.threads.partition_point(|thread| thread.tid < tid);
        match self.threads.get_mut(at) {
            Some(thread) if thread.tid == tid => thread.tgid = tgid,
            _ => self.threads.insert(at, StraceThread { tid, tgid, call: None, last_call: "" }),
        }
        at
    }

    /// Notes that a process makes a call. If one of the same id has ended, this is another one.
    pub(super) fn note_alive(&mut self, tgid: u32) {
        self.ended.retain(|&ended| ended != tgid);
    }

    /// Whether a process has ended.
    pub(super) fn has_ended(&self, tgid: u32) -> bool {
        self.ended.contains(&tgid)
    }

    /// Forgets all threads of a process but one, because the process has executed a program.
    pub(super) fn keep_one(&mut self, tid: u32, tgid: u32) {
        self.threads.retain(|thread| thread.tid == tid || thread.tgid != tgid);
    }

    /// Forgets the threads that end, and remembers the process if it ends.
    pub(super) fn end(&mut self, ending: Ending) {
        self.threads.retain(|thread| !ending.includes(thread));
        if ending.is_process {
            self.ended.truncate(MAX_ENDED - 1);
            self.ended.push_front(ending.tgid);
        }
    }
}
