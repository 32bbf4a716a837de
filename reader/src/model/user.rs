// SPDX-License-Identifier: GPL-2.0

//! Calls that set the user of a process, or tell it.

use super::join::Model;
use super::table::{register_of, Effect};
use syscall_record_format::format::is_failure;

impl Model {
    /// A call returns that may have set or told the effective user id.
    ///
    /// The kernel has one for each thread; here it is the process's, for the C library sets those of all threads. In a user
    /// namespace it is what the process itself sees. That a program's file gives it another user is not seen: the one
    /// before stays until a call tells.
    pub(super) fn follow_user(&mut self) {
        if !self.needs.processes {
            return;
        }
        let Self { threads, processes, outputs, now, .. } = self;
        let Some(thread) = threads.get(now.thread) else { return };
        let Some(call) = &thread.call else { return };
        let Some(result) = now.result.filter(|&result| !is_failure(result)) else { return };
        let Some(entry) = processes.get_mut(thread.process) else { return };
        let uid = &mut entry.process.uid;
        match call.traits.effect {
            Effect::Setuid(register) => {
                let is_old = call.known.is_some_and(|known| register_of(known, &["old_uid"]).is_some());
                // All bits: as it was.
                let same = if is_old { 0xffff } else { u32::MAX };
                let new = call.registers().get(usize::from(register)).map(|&new| new as u32 & same);
                if new != Some(same) {
                    *uid = new;
                }
            }
            Effect::Geteuid => *uid = Some(result as u32),
            // The real one is another only where a program's file gives it its user, and those ask for both.
            Effect::Getuid => *uid = uid.or(Some(result as u32)),
            Effect::Getresuid => {
                let effective = outputs.iter().find(|memory| memory.register == 1);
                if let Some(bytes) = effective.and_then(|memory| memory.bytes.first_chunk()) {
                    *uid = Some(u32::from_le_bytes(*bytes));
                }
            }
            _ => (),
        }
    }
}
