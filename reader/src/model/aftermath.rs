// SPDX-License-Identifier: GPL-2.0

//! What happens after an event was given out: threads and processes end, descriptors are closed, calls are forgotten.

use super::effects::Effect;
use super::state::State;
use super::threads::Prepared;
use crate::decode::{DecodedEvent, DecodedKind};

/// The descriptor is not open, `include/uapi/asm-generic/errno-base.h`.
const EBADF: i64 = 9;

impl State {
    /// Applies what the current event changes for later events: closed descriptors, threads that have ended.
    pub(super) fn settle(&mut self, event: &DecodedEvent<'_>) {
        match &event.kind {
            DecodedKind::Enter { task, .. } => {
                self.note_certain(event.time);
                self.settle_entry(task.tgid);
            }
            DecodedKind::Exit { .. } => {
                self.note_certain(event.time);
                self.settle_return();
            }
            DecodedKind::Memory { .. } | DecodedKind::Dropped { .. } => (),
        }
    }

    /// Notes that the current event, of this tick, is certainly its thread's, unless that is in doubt.
    fn note_certain(&mut self, ticks: u64) {
        if let Some(thread) = self.threads.get_mut(self.current.thread).filter(|_| !self.current.is_doubtful) {
            let last_certain = std::mem::replace(&mut thread.last_certain, self.current.number);
            thread.certain_at = ticks;
            if last_certain <= self.last_doubt {
                if let Some(entry) = self.processes.get_mut(thread.process) {
                    entry.is_in_doubt = false;
                }
            }
        }
    }

    /// Applies the entry to a call: a call that ends a thread or process does not return.
    fn settle_entry(&mut self, tgid: u32) {
        let index = self.current.thread;
        match self.effect_of(index) {
            Effect::Exit => self.forget_thread(index),
            Effect::ExitGroup => {
                self.forget_process(tgid);
                self.ended.rotate_right(1);
                self.ended[0] = tgid;
            }
            Effect::Close => {
                let prepared = self.close();
                if let Some(call) = self.threads.get_mut(index).and_then(|thread| thread.call.as_mut()) {
                    call.prepared = prepared;
                }
            }
            _ => (),
        }
    }

    /// Applies the return from a call that closes a descriptor. Its entry has closed that already if it was certainly
    /// open then; otherwise, another thread may have got the descriptor before it was closed, or have replaced it.
    fn settle_close(&mut self) {
        if !self.needs.files {
            return;
        }
        let call = self.threads.get(self.current.thread).and_then(|thread| thread.call.as_ref());
        let (was_open, is_second, since) = call.map_or((false, false, 0), |call| match call.prepared {
            Prepared::Closes(_) => (true, false, call.event),
            Prepared::ClosesAgain => (false, true, call.event),
            _ => (false, false, call.event),
        });
        let Some(table) = self.belongings(self.current.thread).table else { return };
        let is_replaced = table.borrow().replaced > since;
        let result = self.current.result;
        if self.current.latency.is_some() && ((was_open && !is_replaced) || result == Some(-EBADF)) {
            return;
        }
        match self.current.number_of_file.filter(|_| result == Some(0)) {
            // Another call may have closed it, or is closing it: that may yet close the next file of this number.
            Some(number) if is_second => table.borrow_mut().note_replaced(number, self.current.number),
            // Its entry was lost: it may have closed any descriptor.
            None if result == Some(0) => table.borrow_mut().forget(),
            _ => (),
        }
        self.close();
    }

    /// Applies the return from a call, and forgets the call.
    fn settle_return(&mut self) {
        let index = self.current.thread;
        match self.effect_of(index) {
            Effect::Exec if self.current.result == Some(0) => {
                if let Some(process) = self.threads.get(index).map(|thread| thread.process) {
                    self.forget_threads_but(process, Some(index));
                }
            }
            Effect::Fork => self.forking.retain(|&thread| thread != index),
            Effect::Close => self.settle_close(),
            _ => (),
        }
        if let Some(thread) = self.threads.get_mut(index) {
            thread.call = None;
            self.pool.clear(&mut thread.inputs);
        }
        self.pool.clear(&mut self.outputs);
        if let Some(death) = &self.current.death {
            self.forget_process(death.pid);
        }
    }
}
