// SPDX-License-Identifier: GPL-2.0

//! Follows descriptors and the current directory through calls: which file the current event is about, and what its
//! call changes.

use super::descriptor_map::Descriptor;
use super::descriptor_update::DescriptorUpdate;
use super::descriptors::{CLOSE_RANGE_CLOEXEC, CLOSE_RANGE_UNSHARE};
use super::effects::Effect;
use super::sharing::{Belongings, SharedDirectory, SharedTable};
use super::state::State;
use super::threads::Prepared;
use super::threads::{CLONE_FILES, CLONE_FS};
use syscall_record_format::format::{Edges, Header};

/// Flags of `unshare` that give a thread a current directory of its own, `include/uapi/linux/sched.h`.
const CLONE_NEWNS: u64 = 0x2_0000;
const CLONE_NEWUSER: u64 = 0x1000_0000;

impl State {
    /// Finds out which file the current call is about. At its return, also applies what the call did.
    pub(super) fn follow_files(&mut self, header: &Header, is_return: bool) {
        if !self.needs.files {
            return;
        }
        let index = self.current.thread;
        let Some(thread) = self.threads.get(index) else { return };
        let Some(call) = thread.call.as_ref() else { return };
        let (effect, number, known) = (call.traits.effect, call.first_descriptor(), call.known);
        let Some(known) = known else { return };
        if effect == Effect::None && number.is_none() {
            return;
        }
        let has_gap = call.event <= self.known_since && call.event > 0;
        let result = self.current.result.filter(|_| is_return);
        if let Some(result) = result.filter(|&result| result >= 0) {
            self.follow_sharing(effect, result, has_gap);
        }
        let belongings = self.belongings(index);
        self.look_up_older(index, &belongings, number);
        let (Some(table), Some(directory)) = (belongings.table, belongings.directory) else { return };
        let Self { is_live, clock, threads, outputs, current, work, ledger, .. } = self;
        if *is_live {
            let time = clock.times().time;
            table.borrow_mut().take_older(time, work, ledger);
            directory.borrow_mut().take_older(time);
        }
        let Some(thread) = threads.get_mut(index) else { return };
        let Some(call) = thread.call.as_ref() else { return };
        let mut file = match &call.prepared {
            Prepared::Closes(file) => file.clone(),
            _ => number.and_then(|number| table.borrow().file_since(number, call.event)),
        };
        current.number_of_file = number;
        let (now, inputs) = (current.number, thread.inputs.as_slice());
        let mut update =
            DescriptorUpdate { table, directory, ledger, work, call, known, inputs, outputs, now, has_gap };
        let mut prepared = None;
        match result {
            Some(result) if effect != Effect::None => {
                if let Some(new) = update.apply(result) {
                    current.number_of_file = Some(new);
                    file = update.table.borrow().file_since(new, now);
                }
            }
            None if header.edges == Edges::Both => prepared = Some(update.prepare()),
            _ => (),
        }
        let peer = update.peer();
        current.file = file.zip(current.number_of_file).map(|(file, number)| file.as_descriptor(number));
        if let Some(prepared) = prepared.filter(|prepared| !matches!(prepared, Prepared::Nothing)) {
            if let Some(call) = &mut thread.call {
                call.prepared = prepared;
            }
        }
        if let Some(peer) = peer {
            self.name_peer(peer);
        }
        if known.is_io_write() && self.current.file.as_ref().is_some_and(|file| file.name.ends_with(b"/comm")) {
            self.comm_written = self.current.number;
        }
        if !is_return
            && header.edges == Edges::Both
            && (effect == Effect::Fork || self.stops_sharing(index, effect) != (false, false))
        {
            self.prepare_fork();
        }
        if self.current.is_doubtful {
            self.current.file = None;
        }
    }

    /// Shows the current event's socket with the address that stands in the call's arguments, if it is not connected.
    fn name_peer(&mut self, peer: std::net::SocketAddr) {
        let Self { current, .. } = self;
        let Some(file) = current.file.as_mut().filter(|file| file.is_ip() && file.remote.is_none()) else { return };
        // The same peer usually comes again.
        match &current.peer {
            Some((local, remote, name)) if (*local, *remote) == (file.local, peer) => {
                (file.remote, file.name) = (Some(peer), name.clone());
            }
            _ => {
                file.remote = Some(peer);
                file.name_by_addresses(&self.ledger);
                current.peer = Some((file.local, peer, file.name.clone()));
            }
        }
    }

    /// Whether the call of a thread, whose effect this is, gives it descriptors, and a current directory, of its own.
    pub(super) fn stops_sharing(&self, index: usize, effect: Effect) -> (bool, bool) {
        let call = self.threads.get(index).and_then(|thread| thread.call.as_ref());
        let flags = |register: usize| call.and_then(|call| call.registers().get(register).copied());
        match effect {
            Effect::Unshare => {
                let flags = flags(0).unwrap_or(u64::MAX);
                (flags & CLONE_FILES != 0, flags & (CLONE_FS | CLONE_NEWNS | CLONE_NEWUSER) != 0)
            }
            Effect::CloseRange => (flags(2).is_some_and(|flags| flags & CLOSE_RANGE_UNSHARE != 0), false),
            _ => (false, false),
        }
    }

    /// Whether `close_range` of the thread at this index closes descriptors, and does not only mark them.
    fn closes_range(&self, index: usize) -> bool {
        let call = self.threads.get(index).and_then(|thread| thread.call.as_ref());
        call.and_then(|call| call.registers().get(2)).is_none_or(|flags| *flags as u32 & CLOSE_RANGE_CLOEXEC == 0)
    }

    /// Follows a call that has stopped sharing descriptors or the current directory. `has_gap` says whether something
    /// may have been forgotten since the call was entered.
    fn follow_sharing(&mut self, effect: Effect, result: i64, has_gap: bool) {
        let index = self.current.thread;
        let Some(process) = self.threads.get(index).map(|thread| thread.process) else { return };
        match effect {
            Effect::CloseRange if self.closes_range(index) => {
                if let Some(entry) = self.processes.get_mut(process) {
                    entry.has_closed_range = true;
                }
            }
            Effect::Exec if result == 0 => return self.join_own(index, process),
            Effect::CloseRange | Effect::Unshare => (),
            _ => return,
        }
        let (takes_table, takes_directory) = self.stops_sharing(index, effect);
        if !takes_table && !takes_directory {
            return;
        }
        let Belongings { table, directory } = self.belongings(index);
        let Self { threads, processes, current, work, ledger, .. } = self;
        let Some(thread) = threads.get_mut(index) else { return };
        let Some(call) = thread.call.as_ref() else { return };
        // Others may have changed what is shared after it was copied, or before.
        let (before, since) = (call.snapshot(), call.event);
        if let Some(table) = table.filter(|_| takes_table) {
            let own = copy_table(&table);
            match before {
                Some(before) => own.borrow_mut().map = before.map.common(&table.borrow().known_map(), work, ledger),
                None if has_gap => own.borrow_mut().forget(),
                None => (),
            }
            thread.own.table = Some(own);
        }
        if let Some(directory) = directory.filter(|_| takes_directory) {
            let own = copy_directory(&directory, current.number);
            let is_same = before.is_none_or(|before| before.path.is_some()) && directory.borrow().changed() <= since;
            if !is_same || has_gap {
                own.borrow_mut().lose(current.number);
            }
            thread.own.directory = Some(own);
        }
        let Some(entry) = processes.get_mut(process) else { return };
        entry.unshared |= if takes_table { CLONE_FILES } else { 0 } | if takes_directory { CLONE_FS } else { 0 };
        // Of a process whose birth was not seen, threads may be there that have made no event yet.
        if entry.threads > 1 || !entry.is_forked {
            entry.is_split = true;
            if entry.is_doubtful {
                thread.own.doubt(takes_table, takes_directory);
            }
            return;
        }
        // The only thread's parts are the process's.
        let own = std::mem::take(&mut thread.own);
        entry.shared.table = own.table.or_else(|| entry.shared.table.take());
        entry.shared.directory = own.directory.or_else(|| entry.shared.directory.take());
    }

    /// Makes what a thread has that of its process: it runs another program, and the other threads have ended. The
    /// program's descriptors are its own.
    #[cold]
    fn join_own(&mut self, index: usize, process: usize) {
        self.forget_threads_but(process, Some(index));
        let Belongings { table, directory } = self.belongings(index);
        if let Some(thread) = self.threads.get_mut(index) {
            thread.own = Belongings::default();
        }
        if let Some(entry) = self.processes.get_mut(process) {
            entry.shared = Belongings { table: table.map(|table| copy_table(&table)), directory };
            (entry.is_split, entry.is_doubtful) = (false, false);
            entry.has_run = true;
            entry.unshared |= CLONE_FILES;
        }
    }

    /// Closes the current event's descriptor. Returns what the return of the call needs to know of it.
    pub(super) fn close(&mut self) -> Prepared {
        let Some(number) = self.current.number_of_file else { return Prepared::Nothing };
        let Some(table) = self.belongings(self.current.thread).table else { return Prepared::Nothing };
        let mut table = table.borrow_mut();
        let before = table.get(number).cloned().unwrap_or_default();
        let closed = Descriptor { is_freed: before.is_open, ..Descriptor::unknown(self.current.number) };
        table.set(number, closed, &self.ledger);
        match before {
            Descriptor { is_open: true, file, .. } => Prepared::Closes(file),
            Descriptor { changed: 0, .. } => Prepared::Nothing,
            _ => Prepared::ClosesAgain,
        }
    }
}

fn copy_table(table: &SharedTable) -> SharedTable {
    SharedTable::new(table.borrow().copy().into())
}

fn copy_directory(directory: &SharedDirectory, now: u64) -> SharedDirectory {
    SharedDirectory::new(directory.borrow().copy(now).into())
}
