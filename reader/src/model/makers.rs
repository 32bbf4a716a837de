// SPDX-License-Identifier: GPL-2.0

//! Calls that have made a thread or a process, as their makers enter them and return from them.

use super::effects::Effect;
use super::inheritance::Maker;
use super::sharing::{Belongings, EntrySnapshot};
use super::state::{forget_end, Birth, State, MAX_BIRTHS};
use super::threads::{fork_flags, PendingCall, Prepared, CLONE_PARENT, CLONE_THREAD};
use syscall_record_format::format::{Edges, Header, Task};

impl State {
    /// Follows the return, in the maker, of a call that makes a thread or a process.
    pub(super) fn follow_maker(&mut self, header: &Header) {
        let index = self.current.thread;
        let Some(thread) = self.threads.get(index) else { return };
        let Some(call) = thread.call.as_ref().filter(|call| call.traits.effect == Effect::Fork) else { return };
        let child = self.current.result.and_then(|result| u32::try_from(result).ok());
        // In a container, the id is one of its namespace. The maker's own id is not the child's.
        let Some(pid) = child.filter(|&pid| pid > 0 && pid != thread.tid && pid != thread.tgid) else { return };
        let flags = fork_flags(thread);
        let is_paired = self.current.latency.is_some();
        // The child was made after this event. Where only returns are recorded, that is the event before this one.
        let since = if is_paired { call.event } else { self.current.previous };
        if !is_paired && (flags.is_none() || header.edges == Edges::Both) {
            return;
        }
        // Who had the id before is gone.
        forget_end(&mut self.ended, pid);
        self.births.retain(|birth| birth.tid != pid);
        if matches!(call.prepared, Prepared::HasChild(tid) if tid == pid) {
            // If there is another thread of this id by now, the child was killed.
            return;
        }
        let is_process = flags.is_some_and(|flags| flags & CLONE_THREAD == 0);
        if let Some(old) = self.threads.find(pid) {
            let is_done = match is_process {
                true => self.meet_process(header, index, old, since),
                // A thread that was seen is the child, unless it was another process's: that one was killed.
                false => self.threads.get(old).map(|old| old.tgid) == self.threads.get(index).map(|maker| maker.tgid),
            };
            if is_done {
                return;
            }
        }
        if let Some(old) = self.processes.find(pid).filter(|_| is_process) {
            match self.processes.get(old) {
                Some(entry) if entry.threads == 0 => self.processes.remove(old),
                // Its first thread has ended: the id belongs to the child.
                Some(entry) if entry.since < since && self.threads.find(pid).is_none() => self.forget_process(pid),
                _ => (),
            }
        }
        let Some(maker) = self.maker(index) else { return };
        if is_process && self.processes.find(pid).is_none() && (self.needs.files || self.needs.processes) {
            let child = self.processes.insert(pid, self.current.number);
            self.give_to_process(child, &maker);
        }
        self.note_birth(index, pid, maker, flags, since);
    }

    /// Follows the return of a call that has made a process, of which a thread was seen before, at index `old`. `maker`
    /// is the index of the thread that has made it, after event `since`. Returns whether nothing is left to be done.
    fn meet_process(&mut self, header: &Header, maker: usize, old: usize, since: u64) -> bool {
        let Some((old, maker_thread)) = self.threads.get(old).zip(self.threads.get(maker)) else { return true };
        let (process, maker_process) = (old.process, maker_thread.process);
        let entry = self.processes.get(process);
        if entry.is_none_or(|entry| entry.since >= since && entry.is_forked) {
            let shares_parent = fork_flags(maker_thread).is_some_and(|flags| flags & CLONE_PARENT != 0);
            if self.processes.parent(process).is_some_and(|parent| parent != maker_process && !shares_parent) {
                // It seemed to be the child of another maker.
                self.processes.forget_maker(process);
            }
            return true;
        }
        if entry.is_some_and(|entry| entry.since >= since) {
            // The child was seen, but not who made it.
            if let Some(maker) = self.maker(maker) {
                self.give_to_process(process, &maker);
            }
            return true;
        }
        let may_be_child = Self::has_silent_births(header) && old.comm == maker_thread.comm && old.tid == old.tgid;
        if !may_be_child || old.last_event <= since {
            // Whether the thread of this id was killed, and this is another one, its next event tells.
            return false;
        }
        // An id does not come back while a call lasts: its last events were the child's. What it has is not known, for
        // events before may have been those of another process; nor is what it has changed for a maker that shares it.
        let pid = old.tid;
        if self.needs.files {
            self.doubt_what_child_shares(maker);
        }
        self.forget_all_but_fork(pid, since);
        // That may have been the maker's own parent.
        if self.needs.processes {
            self.processes.look_up_parent(maker_process, self.is_live, self.current.number);
        }
        true
    }

    /// Notes that the thread at index `maker` has made a thread `tid` by a call entered at event `since`, or after it.
    fn note_birth(&mut self, index: usize, tid: u32, maker: Maker, flags: Option<u64>, since: u64) {
        if self.births.len() >= MAX_BIRTHS {
            self.births.remove(0);
        }
        let Some(call) = self.threads.get(index).and_then(|thread| thread.call.as_ref()) else { return };
        let Maker { tgid, comm, mut process, belongings, mut copies, .. } = maker;
        if since <= self.last_drop {
            // The child's first event may be lost, and its id another process's by now.
            (process, copies) = ((usize::MAX, 0), EntrySnapshot::default());
        }
        self.births.push(Birth {
            tid,
            maker_tgid: tgid,
            maker_comm: comm,
            maker: process,
            call: call.in_child(),
            since,
            flags,
            belongings,
            copies,
        });
    }

    /// Forgets a process, except that its first thread is in a call which makes a child, entered after event `since`.
    #[cold]
    fn forget_all_but_fork(&mut self, pid: u32, since: u64) {
        let is_kept = |call: &mut PendingCall| call.traits.effect == Effect::Fork && call.event > since;
        let Some(index) = self.threads.find(pid) else { return };
        let Some(thread) = self.threads.get_mut(index) else { return };
        let (task, last_event) = (Task { tid: pid, tgid: pid, comm: thread.comm, is_32bit: false }, thread.last_event);
        let call = thread.call.take_if(is_kept).map(|call| PendingCall { prepared: Prepared::Nothing, ..call });
        if call.is_some() {
            self.forking.retain(|&forking| forking != index);
        }
        self.forget_process(pid);
        if call.is_some() {
            let index = self.find_or_add_thread(&task);
            if let Some(thread) = self.threads.get_mut(index) {
                (thread.call, thread.last_event) = (call, last_event);
                self.forking.push(index);
            }
        }
    }

    /// Notes what a child gets, at the entry of the call that makes it.
    pub(super) fn prepare_fork(&mut self) {
        let Belongings { table: Some(table), directory: Some(directory) } = self.belongings(self.current.thread) else {
            return;
        };
        let snapshot = EntrySnapshot { map: table.borrow().known_map(), path: directory.borrow().own_path() };
        let call = self.threads.get_mut(self.current.thread).and_then(|thread| thread.call.as_mut());
        if let Some(call) = call {
            call.prepared = Prepared::Snapshot(Box::new(snapshot));
        }
    }
}
