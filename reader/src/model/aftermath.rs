// SPDX-License-Identifier: GPL-2.0

//! What happens after an event was given out: threads and processes end, descriptors are closed, calls are forgotten.

use super::effects::Effect;
use super::event::File;
use super::state::State;
use crate::decode::DecodedKind;

impl State {
    /// Applies what the current event changes for later events: closed descriptors, threads that have ended.
    pub(super) fn settle(&mut self, kind: &DecodedKind<'_>) {
        match kind {
            DecodedKind::Enter { task, .. } => self.settle_entry(task.tgid),
            DecodedKind::Exit { task, .. } => self.settle_return(task.tid, task.tgid),
            DecodedKind::Memory { .. } | DecodedKind::Dropped { .. } => (),
        }
    }

    /// Applies the entry to a call: a call that ends a thread or process does not return.
    fn settle_entry(&mut self, tgid: u32) {
        let index = self.current.thread;
        match self.effect_of(index) {
            Effect::Exit => self.forget_thread(index),
            Effect::ExitGroup if self.has_siblings(index) => self.forget_threads(&|thread| thread.tgid == tgid),
            Effect::ExitGroup => self.forget_thread(index),
            Effect::Close => {
                let closed = self.close();
                if let Some(call) = self.threads.get_mut(index).and_then(|thread| thread.call.as_mut()) {
                    call.closes = closed;
                }
            }
            _ => (),
        }
    }

    /// Applies the return from a call, and forgets the call.
    fn settle_return(&mut self, tid: u32, tgid: u32) {
        let index = self.current.thread;
        match self.effect_of(index) {
            Effect::Exec if self.current.result == Some(0) && self.has_siblings(index) => {
                self.forget_threads(&|thread| thread.tgid == tgid && thread.tid != tid);
            }
            Effect::Fork => self.forking.retain(|&thread| thread != index),
            // Where the entry was recorded, it has closed the descriptor.
            Effect::Close if self.current.latency.is_none() => drop(self.close()),
            _ => (),
        }
        if let Some(thread) = self.threads.get_mut(index) {
            thread.call = None;
            self.pool.clear(&mut thread.inputs);
        }
        self.pool.clear(&mut self.outputs);
    }

    /// Whether more threads of a thread's process are known.
    fn has_siblings(&self, index: usize) -> bool {
        let process = self.threads.get(index).and_then(|thread| self.processes.get(thread.process));
        process.is_some_and(|entry| entry.threads > 1)
    }

    /// Closes the current event's descriptor. Returns the file that it referred to.
    fn close(&mut self) -> Option<Box<File>> {
        let number = self.current.file?;
        let table = self.processes.files_of(self.threads.get(self.current.thread)?.process);
        self.processes.files.remove(table, number).map(|open| Box::new(open.file))
    }
}
