// SPDX-License-Identifier: GPL-2.0

//! Calls that make and end threads and processes, or return in another thread than the one that made them.

use super::join::Model;
use super::processes::CLONE_THREAD;
use super::table::Effect;
use super::threads::{Pending, Thread};
use super::File;
use crate::calls::Abi;
use crate::decode;
use syscall_record_format::format::{Edges, Header, Task};

impl Model {
    /// Where a thread that is not the process's first runs another program, it returns as the first, and all
    /// others are gone.
    pub(super) fn follow_exec(&mut self, task: &Task, result: i64) {
        let Some(thread) = self.threads.get(self.now.thread) else { return };
        let Some(entry) = self.processes.get_mut(thread.process) else { return };
        let Some(tid) = entry.exec else { return };
        if task.tid == tid {
            // It failed.
            entry.exec = None;
            entry.note_name(task);
            return;
        }
        // It may also be the first thread's own return, before the kernel ended that.
        let is_other = thread.call.is_none() || entry.leaders_comm() != Some(task.comm);
        if task.tid != task.tgid || result != 0 || !is_other {
            entry.note_name(task);
            return;
        }
        entry.exec = None;
        entry.note_name(task);
        let Some(caller) = self.threads.find(tid) else { return };
        self.forking.retain(|&index| index != self.now.thread);
        if let Some((first, caller)) = self.threads.get_two_mut(self.now.thread, caller) {
            std::mem::swap(&mut first.call, &mut caller.call);
            std::mem::swap(&mut first.inputs, &mut caller.inputs);
        }
    }

    /// A thread that was not seen before and returns 0 is a new one, as a rule: it returns from the call that
    /// made it, which its maker may still be in.
    pub(super) fn follow_fork(&mut self, header: &Header, task: &Task, result: i64) {
        let Self { threads, forking, now, .. } = self;
        let is_new = |thread: &Thread| thread.last_event == 0 && thread.call.is_none();
        if result != 0 || header.edges != Edges::Both || !threads.get(now.thread).is_some_and(is_new) {
            return;
        }
        let abi = Abi::new(header.machine, task.is_32bit);
        let can_be_maker = |thread: &Thread| {
            thread.comm == task.comm
                && (thread.tgid == task.tgid || task.tid == task.tgid)
                && thread.call.as_ref().is_some_and(|call| call.traits.effect == Effect::Fork && call.abi == abi)
        };
        let mut makers = forking.iter().filter(|&&index| threads.get(index).is_some_and(can_be_maker));
        let (Some(&maker), None) = (makers.next(), makers.next()) else { return };
        let Some((thread, maker)) = threads.get_two_mut(now.thread, maker) else { return };
        let Some(call) = &maker.call else { return };
        thread.call = Some(Pending { event: 0, closes: None, ..*call });
        if task.tgid != maker.tgid && (self.needs.files || self.needs.processes) {
            let flags = fork_flags(maker).unwrap_or(0);
            self.processes.fork(maker.process, task.tgid, flags, now.number);
        }
    }

    /// The call of a process's maker returns.
    pub(super) fn follow_maker(&mut self) {
        let Some(thread) = self.threads.get(self.now.thread) else { return };
        let Some(call) = thread.call.as_ref().filter(|call| call.traits.effect == Effect::Fork) else { return };
        let Some(pid) = self.now.result.and_then(|result| u32::try_from(result).ok()).filter(|&pid| pid > 0) else {
            return;
        };
        let has_own_files = |flags| flags & CLONE_THREAD == 0;
        if !(self.needs.files || self.needs.processes) || !fork_flags(thread).is_some_and(has_own_files) {
            return;
        }
        // Where returns alone are recorded, nothing tells when it was made.
        let since = if self.now.latency.is_some() { call.event } else { 0 };
        let (process, flags) = (thread.process, fork_flags(thread).unwrap_or(0));
        // One of that id that was there before has been killed.
        let old = self.processes.find(pid).and_then(|old| self.processes.get(old));
        if old.is_some_and(|old| old.since < since && old.threads > 0) {
            self.forget_all(&|thread| thread.tgid == pid);
        }
        self.processes.fork(process, pid, flags, self.now.number);
    }

    /// After an event was given out.
    pub(super) fn settle(&mut self, what: &decode::What<'_>) {
        let index = self.now.thread;
        match what {
            decode::What::Enter { task, .. } => match self.effect_of(index) {
                Effect::Exit => self.forget(index),
                Effect::ExitGroup => {
                    let process = self.threads.get(index).map(|thread| thread.process);
                    if process.and_then(|process| self.processes.get(process)).is_some_and(|entry| entry.threads > 1) {
                        self.forget_all(&|thread| thread.tgid == task.tgid);
                    } else {
                        self.forget(index);
                    }
                }
                Effect::Close => {
                    let closed = self.close();
                    if let Some(call) = self.threads.get_mut(index).and_then(|thread| thread.call.as_mut()) {
                        call.closes = closed;
                    }
                }
                _ => (),
            },
            decode::What::Exit { task, .. } => {
                match self.effect_of(index) {
                    Effect::Exec if self.now.result == Some(0) => {
                        let (tid, tgid) = (task.tid, task.tgid);
                        let process = self.threads.get(index).map(|thread| thread.process);
                        let process = process.and_then(|process| self.processes.get(process));
                        if process.is_some_and(|entry| entry.threads > 1) {
                            self.forget_all(&|thread| thread.tgid == tgid && thread.tid != tid);
                        }
                    }
                    Effect::Fork => self.forking.retain(|&thread| thread != index),
                    Effect::Close if self.now.latency.is_none() => drop(self.close()),
                    _ => (),
                }
                if let Some(thread) = self.threads.get_mut(index) {
                    thread.call = None;
                    self.pool.clear(&mut thread.inputs);
                }
                self.pool.clear(&mut self.outputs);
            }
            decode::What::Memory { .. } | decode::What::Dropped { .. } => (),
        }
    }

    /// The event's descriptor is closed.
    fn close(&mut self) -> Option<Box<File>> {
        let table = self.processes.get(self.threads.get(self.now.thread)?.process)?.files?;
        self.processes.files.remove(table, self.now.file?).and_then(|open| open.file).map(Box::new)
    }

    /// That of the call that a thread is in.
    fn effect_of(&self, index: usize) -> Effect {
        let call = self.threads.get(index).and_then(|thread| thread.call.as_ref());
        call.map_or(Effect::None, |call| call.traits.effect)
    }
}

/// The flags of the call that makes a process or a thread; `None` if they are not known.
fn fork_flags(maker: &Thread) -> Option<u64> {
    let call = maker.call.as_ref()?;
    match call.known?.name() {
        "clone" => call.registers().first().copied(),
        "clone3" => maker.inputs.first()?.bytes.first_chunk().map(|flags| u64::from_le_bytes(*flags)),
        _ => Some(0),
    }
}
