// SPDX-License-Identifier: GPL-2.0

//! Shows the threads of the model.

use super::file::File;
use super::known_threads::{KnownThreads, OtherThread, Printed};
use super::state::State;

impl KnownThreads for State {
    fn printed(&self) -> usize {
        self.threads.printed()
    }

    fn of_own(&self) -> Printed {
        self.threads.get(self.current.thread).map_or_else(Printed::default, |thread| thread.printed.get())
    }

    fn set_own(&self, printed: Printed) {
        self.threads.set_printed(self.current.thread, printed);
    }

    fn has_ended(&self, tgid: u32) -> bool {
        self.ended.contains(&tgid)
    }

    fn file(&self, number: i32) -> Option<File> {
        let thread = self.threads.get(self.current.thread).filter(|_| !self.current.is_doubtful)?;
        let shared = || self.processes.get(thread.process)?.shared.table.as_ref();
        let table = thread.own.table.as_ref().or_else(shared)?;
        let since = thread.call.as_ref()?.event;
        table.borrow().file_since(number, since).map(|file| file.as_descriptor(number))
    }

    fn collect(&self, tgid: u32, threads: &mut Vec<OtherThread>) {
        threads.clear();
        let process = self.processes.find(tgid).and_then(|process| self.processes.get(process));
        let mut next = process.and_then(|entry| entry.first_thread);
        while let Some(index) = next {
            next = self.threads.next(index);
            let Some(thread) = self.threads.get(index) else { break };
            let call = thread.call.as_ref();
            let (number, known) = (call.map(|call| call.number), call.and_then(|call| call.known));
            threads.push(OtherThread { tid: thread.tid, number, known, printed: thread.printed.get() });
        }
        threads.sort_unstable_by_key(|thread| (thread.tid == tgid, thread.tid));
    }
}
