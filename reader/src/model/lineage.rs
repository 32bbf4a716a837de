// SPDX-License-Identifier: GPL-2.0

//! Calls that make threads and processes, or replace a process's program. These may return in another thread than the
//! one that entered them.

use super::effects::Effect;
use super::processes::{CLONE_THREAD, CLONE_VFORK};
use super::state::{Birth, State, MAX_BIRTHS};
use super::threads::{PendingCall, Thread};
use crate::calls::Abi;
use syscall_record_format::format::{Edges, Header, Machine, Task};

impl State {
    /// Follows a successful `execve`. If a thread other than the process's first made it, the kernel ends all other
    /// threads, and the caller returns under the first thread's id. `effect` is what the returning call does, if its
    /// record tells that.
    pub(super) fn follow_exec(&mut self, task: &Task, result: i64, effect: Option<Effect>) {
        let Some(thread) = self.threads.get(self.current.thread) else { return };
        let Some(entry) = self.processes.get_mut(thread.process) else { return };
        let Some(tid) = entry.exec else { return };
        if task.tid == tid {
            // The caller kept its own id: the call failed.
            entry.exec = None;
            entry.note_name(task);
            return;
        }
        // The first thread may also return from a call of its own, before the kernel ends it.
        let is_other = match effect {
            Some(effect) => effect == Effect::Exec,
            None => thread.call.is_none() || entry.leaders_comm() != Some(task.comm),
        };
        if task.tid != task.tgid || result != 0 || !is_other {
            entry.note_name(task);
            return;
        }
        entry.exec = None;
        entry.note_name(task);
        let Some(caller) = self.threads.find(tid) else { return };
        self.forking.retain(|&index| index != self.current.thread);
        if let Some((first, caller)) = self.threads.get_two_mut(self.current.thread, caller) {
            std::mem::swap(&mut first.call, &mut caller.call);
            std::mem::swap(&mut first.inputs, &mut caller.inputs);
        }
    }

    /// Finds the call that a new thread returns from. A thread that was not seen before and returns 0 is usually new:
    /// it returns from the call that made it. The thread that entered that call, its maker, may still be in it.
    /// `effect` is what the returning call does, if its record tells that.
    pub(super) fn follow_fork(&mut self, header: &Header, task: &Task, result: i64, effect: Option<Effect>) {
        let can_be_new = result == 0 && effect.is_none_or(|effect| effect == Effect::Fork);
        if !can_be_new || header.edges != Edges::Both || !self.is_first_event() {
            return;
        }
        let call = match self.take_birth(task) {
            Some(call) => call,
            None => {
                let Some(maker) = self.find_maker(header, task) else { return };
                let Some(call) = self.threads.get(maker).and_then(|maker| maker.call.as_ref()) else { return };
                let call = call.in_child();
                self.adopt(maker, task);
                call
            }
        };
        if let Some(thread) = self.threads.get_mut(self.current.thread) {
            thread.call = Some(call);
        }
    }

    /// Finds the maker of a new process at its first call. ARM's kernels do not trace the return of a new thread. What
    /// the process inherits is needed at its first call: where the maker waits for it (`vfork`), the maker returns only
    /// after the child has run another program.
    pub(super) fn follow_silent_birth(&mut self, header: &Header, task: &Task) {
        let is_silent = header.machine != Machine::X86_64 && header.edges == Edges::Both;
        if is_silent && task.tid == task.tgid && self.is_first_event() {
            if let Some(maker) = self.find_maker(header, task) {
                self.adopt(maker, task);
            }
        }
    }

    /// Whether the current event is the first of its thread.
    fn is_first_event(&self) -> bool {
        self.threads.get(self.current.thread).is_some_and(|thread| thread.last_event == 0 && thread.call.is_none())
    }

    /// Takes the call that made a task, if it has returned in the maker already.
    fn take_birth(&mut self, task: &Task) -> Option<PendingCall> {
        let index = self.births.iter().position(|birth| birth.tid == task.tid)?;
        let birth = self.births.remove(index);
        // In a container, the id that the maker got is of its namespace, and `task` may be another task.
        (birth.maker_tgid == task.tgid || birth.maker_comm == task.comm).then_some(birth.call)
    }

    /// The index of the thread that is making this new one, if only one thread can be its maker.
    #[cold]
    fn find_maker(&self, header: &Header, task: &Task) -> Option<usize> {
        let abi = Abi::new(header.machine, task.is_32bit);
        let is_thread = task.tid != task.tgid;
        let can_be_maker = |maker: &Thread, must_wait: bool| {
            let flags = fork_flags(maker);
            maker.comm == task.comm
                && (maker.tgid == task.tgid) == is_thread
                && maker.call.as_ref().is_some_and(|call| call.traits.effect == Effect::Fork && call.abi == abi)
                && flags.is_none_or(|flags| (flags & CLONE_THREAD != 0) == is_thread)
                && (!must_wait || flags.is_some_and(|flags| flags & CLONE_VFORK != 0))
        };
        let only_maker = |must_wait: bool| {
            let is_possible =
                |index: &&usize| self.threads.get(**index).is_some_and(|maker| can_be_maker(maker, must_wait));
            let mut makers = self.forking.iter().filter(is_possible);
            makers.next().filter(|_| makers.next().is_none()).copied()
        };
        // While a maker waits, its child runs. Makers that do not wait are in the call only for a moment.
        only_maker(true).or_else(|| only_maker(false))
    }

    /// Notes that the thread at index `maker` makes the current event's thread.
    #[cold]
    fn adopt(&mut self, maker: usize, task: &Task) {
        // This call makes no other child.
        self.forking.retain(|&index| index != maker);
        let Some(maker) = self.threads.get(maker) else { return };
        if task.tgid == maker.tgid || !(self.needs.files || self.needs.processes) {
            return;
        }
        self.processes.fork(maker.process, task.tgid, fork_flags(maker).unwrap_or(0), self.current.number);
        if let Some(thread) = self.threads.get(self.current.thread).filter(|_| self.needs.processes) {
            self.processes.look_up_parent(thread.process, self.is_live);
        }
    }

    /// Follows the return, in the maker, of a call that makes a thread or a process.
    pub(super) fn follow_maker(&mut self) {
        let Some(thread) = self.threads.get(self.current.thread) else { return };
        let Some(call) = thread.call.as_ref().filter(|call| call.traits.effect == Effect::Fork) else { return };
        let child = self.current.result.and_then(|result| u32::try_from(result).ok());
        let Some(pid) = child.filter(|&pid| pid > 0) else { return };
        if self.current.latency.is_some() && self.threads.find(pid).is_none() {
            if self.births.len() >= MAX_BIRTHS {
                self.births.remove(0);
            }
            let (maker_tgid, maker_comm) = (thread.tgid, thread.comm);
            self.births.push(Birth { tid: pid, maker_tgid, maker_comm, call: call.in_child() });
        }
        let has_own_files = |flags| flags & CLONE_THREAD == 0;
        if !(self.needs.files || self.needs.processes) || !fork_flags(thread).is_some_and(has_own_files) {
            return;
        }
        // The child was made after this event. Where only returns are recorded, that is the event before this one.
        let since = if self.current.latency.is_some() { call.event } else { self.current.previous };
        let (process, flags) = (thread.process, fork_flags(thread).unwrap_or(0));
        let old = self.processes.find(pid).and_then(|old| self.processes.get(old));
        if let Some(old) = old.filter(|old| old.since < since && old.threads > 0) {
            // A process of this id was there before. If it has another name, it is another program: the id is then one
            // of a container's namespace.
            if old.comm != thread.comm {
                return;
            }
            // Otherwise it was killed, and the child got its id.
            self.forget_threads(&|thread| thread.tgid == pid);
        }
        self.processes.fork(process, pid, flags, self.current.number);
    }
}

/// The flags of the call that makes a thread or a process; `None` if they are not known.
fn fork_flags(maker: &Thread) -> Option<u64> {
    let call = maker.call.as_ref()?;
    match call.known?.name() {
        "clone" => call.registers().first().copied(),
        "clone3" => maker.inputs.first()?.bytes.first_chunk().map(|flags| u64::from_le_bytes(*flags)),
        "vfork" => Some(CLONE_VFORK),
        _ => Some(0),
    }
}
