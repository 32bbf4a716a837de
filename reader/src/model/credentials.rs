// SPDX-License-Identifier: GPL-2.0

//! Calls that set the user of a process, or tell it.

use super::effects::{register_of, Effect};
use super::state::State;
use syscall_record_format::format::is_failure;

impl State {
    /// Follows the return of a call that may have set or told the effective user id.
    ///
    /// The kernel keeps a user for each thread. The model keeps one for the process, because the C library sets the
    /// users of all its threads. In a user namespace, it is the id that the process itself sees. Where a program's file
    /// gives its process another user (set-user-ID), the old user stays until a call tells the new one.
    pub(super) fn follow_user(&mut self) {
        if !self.needs.processes {
            return;
        }
        let Self { threads, processes, outputs, current, .. } = self;
        let Some(thread) = threads.get(current.thread) else { return };
        let Some(call) = &thread.call else { return };
        let Some(result) = current.result.filter(|&result| !is_failure(result)) else { return };
        let Some(entry) = processes.get_mut(thread.process) else { return };
        let uid = &mut entry.process.uid;
        match call.traits.effect {
            Effect::Setuid(register) => {
                // Old calls have ids of 16 bits. An id of all ones leaves the user as it is.
                let is_old = call.known.is_some_and(|known| register_of(known, &["old_uid"]).is_some());
                let unchanged = if is_old { 0xffff } else { u32::MAX };
                let new = call.registers().get(usize::from(register)).map(|&new| new as u32 & unchanged);
                if new != Some(unchanged) {
                    *uid = new;
                }
            }
            Effect::Geteuid => *uid = Some(result as u32),
            // The real user differs from the effective one only in set-user-ID programs. Those ask for both.
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
