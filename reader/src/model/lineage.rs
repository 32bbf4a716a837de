// SPDX-License-Identifier: GPL-2.0

//! Calls that make and end threads and processes, or return in another thread than the one that made them.

use super::join::Model;
use super::processes::{CLONE_THREAD, CLONE_VFORK};
use super::table::Effect;
use super::threads::{Pending, Thread};
use super::File;
use crate::calls::Abi;
use crate::decode;
use syscall_record_format::format::{Comm, Edges, Header, Machine, Task};

/// Births that are remembered. A child returns soon, or it was killed, or its kernel does not trace that return.
pub(super) const MAX_BIRTHS: usize = 32;

/// A thread whose maker has returned first.
pub(super) struct Birth {
    tid: u32,
    /// Its maker's process, and name.
    tgid: u32,
    comm: Comm,
    /// What it will return from.
    call: Pending,
}

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
        if result != 0 || header.edges != Edges::Both || !self.is_new() {
            return;
        }
        let call = match self.take_birth(task) {
            Some(call) => call,
            None => {
                let Some(maker) = self.find_maker(header, task) else { return };
                let Some(call) = self.threads.get(maker).and_then(|maker| maker.call.as_ref()) else { return };
                let call = Pending { event: 0, closes: None, ..*call };
                self.adopt(maker, task);
                call
            }
        };
        if let Some(thread) = self.threads.get_mut(self.now.thread) {
            thread.call = Some(call);
        }
    }

    /// The kernels of ARM do not trace that a new thread returns. What its process inherits, it needs all the same, and at
    /// its first call: a maker that waits for it (`vfork`) returns after it has run another program.
    pub(super) fn follow_silent_birth(&mut self, header: &Header, task: &Task) {
        let is_silent = header.machine != Machine::X86_64 && header.edges == Edges::Both;
        if is_silent && task.tid == task.tgid && self.is_new() {
            if let Some(maker) = self.find_maker(header, task) {
                self.adopt(maker, task);
            }
        }
    }

    /// Whether the event is its thread's first.
    fn is_new(&self) -> bool {
        self.threads.get(self.now.thread).is_some_and(|thread| thread.last_event == 0 && thread.call.is_none())
    }

    /// The call that made a thread, if that has returned in its maker already.
    fn take_birth(&mut self, task: &Task) -> Option<Pending> {
        let index = self.births.iter().position(|birth| birth.tid == task.tid)?;
        let birth = self.births.remove(index);
        // What the maker was told may have been an id of another namespace.
        (birth.tgid == task.tgid || birth.comm == task.comm).then_some(birth.call)
    }

    /// The thread that is just making this new one, if it can be but one.
    #[cold]
    fn find_maker(&self, header: &Header, task: &Task) -> Option<usize> {
        let abi = Abi::new(header.machine, task.is_32bit);
        let is_thread = task.tid != task.tgid;
        let can_be = |maker: &Thread, waits: bool| {
            let flags = fork_flags(maker);
            maker.comm == task.comm
                && (maker.tgid == task.tgid) == is_thread
                && maker.call.as_ref().is_some_and(|call| call.traits.effect == Effect::Fork && call.abi == abi)
                && flags.is_none_or(|flags| (flags & CLONE_THREAD != 0) == is_thread)
                && (!waits || flags.is_some_and(|flags| flags & CLONE_VFORK != 0))
        };
        let only = |waits: bool| {
            let mut makers =
                self.forking.iter().filter(|&&index| self.threads.get(index).is_some_and(|maker| can_be(maker, waits)));
            makers.next().filter(|_| makers.next().is_none()).copied()
        };
        // Of one that waits, the child runs; others are in the call for a moment only.
        only(true).or_else(|| only(false))
    }

    /// The event's thread is the one that `maker` makes.
    #[cold]
    fn adopt(&mut self, maker: usize, task: &Task) {
        // It makes no other by this call.
        self.forking.retain(|&index| index != maker);
        let Some(maker) = self.threads.get(maker) else { return };
        if task.tgid == maker.tgid || !(self.needs.files || self.needs.processes) {
            return;
        }
        self.processes.fork(maker.process, task.tgid, fork_flags(maker).unwrap_or(0), self.now.number);
        if let Some(thread) = self.threads.get(self.now.thread).filter(|_| self.needs.processes) {
            self.processes.look_up_parent(thread.process, self.is_live);
        }
    }

    /// The call of a thread's or a process's maker returns.
    pub(super) fn follow_maker(&mut self) {
        let Some(thread) = self.threads.get(self.now.thread) else { return };
        let Some(call) = thread.call.as_ref().filter(|call| call.traits.effect == Effect::Fork) else { return };
        let Some(pid) = self.now.result.and_then(|result| u32::try_from(result).ok()).filter(|&pid| pid > 0) else {
            return;
        };
        if self.now.latency.is_some() && self.threads.find(pid).is_none() {
            if self.births.len() >= MAX_BIRTHS {
                self.births.remove(0);
            }
            let call = Pending { event: 0, closes: None, ..*call };
            self.births.push(Birth { tid: pid, tgid: thread.tgid, comm: thread.comm, call });
        }
        let has_own_files = |flags| flags & CLONE_THREAD == 0;
        if !(self.needs.files || self.needs.processes) || !fork_flags(thread).is_some_and(has_own_files) {
            return;
        }
        // Where returns alone are recorded, it was made after the one before.
        let since = if self.now.latency.is_some() { call.event } else { self.now.before };
        let (process, flags) = (thread.process, fork_flags(thread).unwrap_or(0));
        let old = self.processes.find(pid).and_then(|old| self.processes.get(old));
        if let Some(old) = old.filter(|old| old.since < since && old.threads > 0) {
            // In a container the id is one of its namespace, and here another program's.
            if old.comm != thread.comm {
                return;
            }
            // It has been killed.
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
        let number = self.now.file?;
        let table = self.processes.table(self.threads.get(self.now.thread)?.process);
        self.processes.files.remove(table, number).map(|open| Box::new(open.file))
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
        "vfork" => Some(CLONE_VFORK),
        _ => Some(0),
    }
}
