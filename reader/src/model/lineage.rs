// SPDX-License-Identifier: GPL-2.0

//! Calls that make threads and processes, or replace a process's program. These may return in another thread than the
//! one that entered them.

use super::effects::Effect;
use super::event::Process;
use super::state::{forget_end, Birth, State};
use super::threads::{fork_flags, PendingCall, Thread, CLONE_THREAD, CLONE_VFORK};
use crate::calls::Abi;
use syscall_record_format::format::{Edges, Header, Task};

/// So many events after a maker was killed, or events were lost, all children have made their first call.
const MAX_BIRTH_EVENTS: u64 = 10_000;

/// Nanoseconds that pass before an id comes back: the kernel gives ids in turn, and there are at least 301 of them
/// (`RESERVED_PIDS` of `kernel/pid.c` and one more; usually 32,768).
const MIN_ID_AGE: u64 = 10_000_000;

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
        let is_caller = |thread: &Thread| {
            let call = thread.call.as_ref().filter(|call| call.event > self.last_drop);
            thread.tgid == task.tgid && call.is_some_and(|call| call.traits.effect == Effect::Exec)
        };
        let caller = self.threads.find(tid).filter(|&caller| self.threads.get(caller).is_some_and(is_caller));
        let Some(caller) = caller else { return };
        self.forking.retain(|&index| index != self.current.thread);
        if let Some((first, caller)) = self.threads.get_two_mut(self.current.thread, caller) {
            std::mem::swap(&mut first.call, &mut caller.call);
            std::mem::swap(&mut first.inputs, &mut caller.inputs);
            std::mem::swap(&mut first.own, &mut caller.own);
        }
    }

    /// Finds the call that a new thread returns from. A thread that was not seen before and returns 0 is usually new:
    /// it returns from the call that made it. The thread that entered that call, its maker, may still be in it.
    /// `effect` is what the returning call does, if its record tells that.
    pub(super) fn follow_fork(&mut self, header: &Header, task: &Task, result: i64, effect: Option<Effect>) {
        let can_be_new = result == 0 && effect.is_none_or(|effect| effect == Effect::Fork);
        let is_doubtful = self.has_doubtful_birth(header, task);
        // Who returns from a call has entered it.
        let has_certain_entry = self
            .threads
            .get(self.current.thread)
            .is_some_and(|thread| thread.call.as_ref().is_some_and(|call| call.event <= thread.last_certain));
        if is_doubtful || (!has_certain_entry && self.may_have_successor(header, task)) {
            self.doubt_process();
        }
        if header.edges != Edges::Both || !self.is_first_event() {
            return;
        }
        if !can_be_new {
            self.forget_made_by_another(task);
            return;
        }
        let of_birth = self.births.iter().find(|birth| birth.tid == task.tid).filter(|_| is_doubtful);
        let call = match of_birth.map(|birth| birth.call.in_child()) {
            Some(call) => Some(call),
            None => self.call_of_birth(header, task),
        };
        if let (Some(call), Some(thread)) = (call, self.threads.get_mut(self.current.thread)) {
            thread.call = Some(call);
            forget_end(&mut self.ended, task.tgid);
        }
        self.doubt_split_process();
    }

    /// Forgets what the current event's process seems to have of a maker: its first event is the return from a call
    /// whose entry was not recorded, so it was there before. In a container, the id that a maker gets is of its own
    /// namespace.
    fn forget_made_by_another(&mut self, task: &Task) {
        let Some(process) = self.threads.get(self.current.thread).map(|thread| thread.process) else { return };
        let Some(entry) = self.processes.get(process) else { return };
        // The entry may be among lost events.
        if task.tid == task.tgid && entry.is_forked && entry.threads == 1 && entry.since > self.last_drop {
            self.births.retain(|birth| birth.tid != task.tid);
            self.processes.forget_maker(process);
            if self.needs.processes {
                self.processes.look_up_parent(process, self.is_live, self.current.number);
            }
        }
    }

    /// Finds the call that a new thread returns from, and gives the thread what its maker has given to it.
    fn call_of_birth(&mut self, header: &Header, task: &Task) -> Option<PendingCall> {
        match self.take_birth(task) {
            Some(birth) => {
                let call = birth.call.in_child();
                self.adopt_birth(birth);
                Some(call)
            }
            None => {
                let maker = self.find_maker(header, task, false)?;
                let call = self.threads.get(maker).and_then(|maker| maker.call.as_ref())?.in_child();
                self.adopt(maker);
                Some(call)
            }
        }
    }

    /// Finds the maker of a new thread at its first call. ARM's kernels do not trace the return of a new thread. What
    /// the thread inherits is needed at its first call: where the maker waits for it (`vfork`), the maker returns only
    /// after the child has run another program.
    pub(super) fn follow_silent_birth(&mut self, header: &Header, task: &Task) {
        if header.edges == Edges::Enter {
            return;
        }
        if self.has_doubtful_birth(header, task) {
            self.doubt_process();
        } else if self.is_first_event() {
            match self.take_birth(task) {
                Some(birth) => self.adopt_birth(birth),
                None if !Self::has_silent_births(header) || header.edges != Edges::Both => (),
                None => {
                    // Without a return, only a maker that waits tells that the process is new. Other makers soon
                    // return, and tell the id of their child.
                    if let Some(maker) = self.find_maker(header, task, task.tid == task.tgid) {
                        self.adopt(maker);
                    }
                }
            }
            self.doubt_split_process();
        } else if let Some(birth) = self.take_birth_of_process(task) {
            self.adopt_birth(birth);
        } else if self.may_have_successor(header, task) {
            self.doubt_process();
        }
    }

    /// If threads of the current event's process have parts of their own, and it is not known which of them its new
    /// thread shares: nothing is known of any of them, for it may change them all.
    fn doubt_split_process(&mut self) {
        let Some(thread) = self.threads.get(self.current.thread).filter(|thread| thread.own.is_doubtful()) else {
            return;
        };
        let Some(entry) = self.processes.get_mut(thread.process).filter(|entry| !entry.is_doubtful) else { return };
        entry.is_doubtful = true;
        let mut next = entry.first_thread;
        while let Some(index) = next {
            next = self.threads.next(index);
            self.belongings(index).doubt(true, true);
        }
    }

    /// Whether a process that has made events may have been killed, and this may be a child of the same name.
    fn may_have_successor(&self, header: &Header, task: &Task) -> bool {
        if self.forking.is_empty() || task.tid != task.tgid || !Self::has_silent_births(header) || self.is_first_event()
        {
            return false;
        }
        let Some(thread) = self.threads.get(self.current.thread) else { return false };
        self.clock.since(thread.certain_at) > MIN_ID_AGE && self.is_made_since(task, thread.last_certain)
    }

    /// Notes that the current event may be that of another process than it seems to be.
    fn doubt_process(&mut self) {
        let Some(thread) = self.threads.get(self.current.thread) else { return };
        if let Some(entry) = self.processes.get_mut(thread.process) {
            self.current.is_doubtful = true;
            self.last_doubt = self.current.number;
            entry.is_in_doubt = true;
            let known = &entry.process;
            self.current.doubtful_process = Process { ppid: None, parent_name: None, uid: None, ..known.clone() };
        }
    }

    /// Whether a process has a birth, and may also be another one of the same id, which a thread is making now: the
    /// child of the birth may have been killed before its first event. As soon as no thread does, the birth is the
    /// process's.
    fn has_doubtful_birth(&self, header: &Header, task: &Task) -> bool {
        let birth = self.births.iter().find(|birth| birth.tid == task.tid);
        task.tid == task.tgid
            && birth.is_some_and(|birth| {
                self.clock.since(birth.call.ticks) > MIN_ID_AGE
                    && (self.is_made_since(task, birth.since)
                        || (Self::has_silent_births(header) && self.lost_maker > birth.since))
            })
    }

    /// Takes the birth of a process that has made events already, if it was in doubt till now.
    fn take_birth_of_process(&mut self, task: &Task) -> Option<Birth> {
        if self.births.is_empty() || task.tid != task.tgid {
            return None;
        }
        let last_event = self.threads.get(self.current.thread)?.last_event;
        let birth = self.births.iter().find(|birth| birth.tid == task.tid)?;
        if birth.since > last_event {
            return None;
        }
        self.take_birth(task)
    }

    /// Whether the current event is the first of its thread.
    fn is_first_event(&self) -> bool {
        self.threads.get(self.current.thread).is_some_and(|thread| thread.last_event == 0 && thread.call.is_none())
    }

    /// Takes what is known of a task's birth, if the call that made it has returned in the maker already.
    fn take_birth(&mut self, task: &Task) -> Option<Birth> {
        let index = self.births.iter().position(|birth| birth.tid == task.tid)?;
        let birth = self.births.remove(index);
        // In a container, the id that the maker got is of its namespace, and `task` may be another task.
        // Of a thread that was killed with its process, the id may be that of a process by now.
        let is_thread = task.tid != task.tgid;
        let fits = match birth.flags {
            Some(flags) if (flags & CLONE_THREAD != 0) != is_thread => false,
            _ => birth.maker_tgid == task.tgid || (birth.maker_comm == task.comm && !is_thread),
        };
        fits.then_some(birth)
    }

    /// Whether some thread may be making a process of this name just now.
    pub(super) fn could_be_made(&self, task: &Task) -> bool {
        self.is_made_since(task, 0)
    }

    /// Whether some thread may be making a process of this name just now, by a call that was entered after event
    /// `since`: ids come back after so many others that no call lasts as long.
    fn is_made_since(&self, task: &Task, since: u64) -> bool {
        self.forking.iter().filter_map(|&index| self.threads.get(index)).any(|maker| {
            maker.comm == task.comm
                && maker.tgid != task.tgid
                && maker.call.as_ref().is_some_and(|call| call.event > since)
                && fork_flags(maker).is_none_or(|flags| flags & CLONE_THREAD == 0)
        })
    }

    /// The index of the thread that is making this new one, if only one thread can be its maker. With `must_wait`, only
    /// a thread that waits for its child is one.
    #[cold]
    fn find_maker(&self, header: &Header, task: &Task, must_wait: bool) -> Option<usize> {
        // The child may be that of a maker that was killed, or whose entry was lost.
        let doubtful_since = self.last_drop.max(self.lost_maker);
        if doubtful_since > 0 && self.current.number - doubtful_since < MAX_BIRTH_EVENTS {
            return None;
        }
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
        // While a maker waits, its child runs. Makers that do not wait are in the call only for a moment; if one of
        // them turns out to be the maker, `meet_process` forgets what the other one gave.
        only_maker(true).or_else(|| only_maker(false).filter(|_| !must_wait))
    }
}
