// SPDX-License-Identifier: GPL-2.0

//! Finds out that a thread or process is gone whose end was not recorded, because it was killed: its id has another
//! owner, or a call has told its end.

use super::effects::Effect;
use super::event::Death;
use super::state::State;
use super::threads::Thread;
use crate::decode::{DecodedEvent, DecodedKind, DecodedReturn};
use syscall_record_format::format::{Edges, Header, Machine, Task};

/// Codes of `waitid` for a child that has ended, `include/uapi/asm-generic/siginfo.h`: it has exited, was killed, or
/// was killed and left a core.
const CLD_EXITED: i32 = 1;
const CLD_KILLED: i32 = 2;
const CLD_DUMPED: i32 = 3;
/// Options of `wait4` that have it tell of children that have stopped or go on, `include/uapi/linux/wait.h`.
const WUNTRACED_OR_WCONTINUED: u64 = 2 | 8;

impl State {
    /// Forgets the thread of an event's id, with its process, if the event shows that it is another thread.
    pub(super) fn forget_predecessor(&mut self, header: &Header, event: &DecodedEvent<'_>, task: &Task) {
        let Some(index) = self.threads.find(task.tid) else { return };
        let Some(thread) = self.threads.get(index).filter(|thread| thread.tgid == task.tgid) else { return };
        if thread.last_event == 0 {
            return;
        }
        let is_entry = matches!(event.kind, DecodedKind::Enter { .. });
        // A call is pending, and its return was not lost.
        let is_in_call = is_entry
            && header.edges == Edges::Both
            && thread.call.as_ref().is_some_and(|call| call.event > self.last_drop);
        let is_zero = matches!(event.kind, DecodedKind::Exit { result: 0, .. });
        let has_name = thread.comm == task.comm;
        let is_usual = has_name && self.births.is_empty() && !is_in_call;
        if is_usual && !is_zero {
            return;
        }
        let (is_unnamed, effect) = match &event.kind {
            DecodedKind::Exit { call: DecodedReturn::Numbered { call, .. }, .. }
            | DecodedKind::Exit { call: DecodedReturn::ReturnOnly(call), .. } => {
                (false, self.effects.get_by_number(header, call).effect)
            }
            DecodedKind::Exit { call: DecodedReturn::Unnamed, .. } => (is_zero, Effect::None),
            _ => (false, Effect::None),
        };
        // A new process returns from the call that made it: it has not entered that.
        let is_born = effect == Effect::Fork && is_zero;
        if is_usual && !is_born {
            return;
        }
        let is_first_of_call =
            is_entry || matches!(event.kind, DecodedKind::Exit { call: DecodedReturn::ReturnOnly(_), .. });
        let is_renamed = !has_name && !self.has_cause(thread, effect, task);
        let birth = self.births.iter().position(|birth| birth.tid == task.tid);
        let birth = birth.filter(|&at| self.births.get(at).is_some_and(|birth| birth.since > thread.last_event));
        let can_be_child = birth.and_then(|at| self.births.get(at)).is_some_and(|birth| birth.maker_comm == task.comm);
        let is_silent = Self::has_silent_births(header);
        let is_certain = is_born || is_in_call || is_renamed || is_unnamed;
        let is_other = is_born
            || is_in_call
            || (is_renamed && (can_be_child || (is_silent && self.could_be_made(task))))
            // In the last case, a process of this name was killed, or the id is one of a container: nothing tells.
            || (can_be_child && (is_unnamed || (is_silent && is_first_of_call)));
        if !is_other || !is_certain {
            if let Some(birth) = birth {
                // The id is one of a container's namespace, and here it has another owner; or it is not known whose
                // it is.
                self.births.remove(birth);
            }
        }
        if !is_other {
            return;
        }
        // Which thread has made which of the two, nothing tells.
        self.lost_maker = self.current.number;
        // Memory of this very event may have come already.
        let incoming = self.threads.get_mut(index).map(|thread| std::mem::take(&mut thread.incoming));
        self.forget_process(task.tgid);
        let index = self.find_or_add_thread(task);
        if let (Some(thread), Some(incoming)) = (self.threads.get_mut(index), incoming) {
            thread.incoming = incoming;
        }
    }

    /// Whether a thread may have got another name by a call that was seen, or may have been seen. `effect` is what the
    /// call does that it returns from.
    fn has_cause(&self, thread: &Thread, effect: Effect, task: &Task) -> bool {
        let renames = |effect| matches!(effect, Effect::Exec | Effect::Rename);
        let is_in_exec = self.processes.get(thread.process).is_some_and(|entry| entry.exec.is_some());
        let last = thread.last_event;
        renames(effect)
            || thread.call.as_ref().is_some_and(|call| renames(call.traits.effect))
            || is_in_exec
            // Threads of a process name each other.
            || task.tid != task.tgid
            || self.comm_written >= last
            || self.last_drop >= last
    }

    /// Follows the return of a call that tells of the end of a process.
    pub(super) fn follow_death(&mut self, header: &Header) {
        let Some(death) = self.told_death(header) else { return };
        let Some(waiter) = self.threads.get(self.current.thread).map(|thread| thread.process) else { return };
        let Some(process) = self.processes.find(death.pid).filter(|&process| process != waiter) else { return };
        // In a container, the id is one of its namespace: here, another process may have it.
        if self.processes.parent(process) == Some(waiter) {
            self.current.death = Some(death);
        }
    }

    /// The end of a process that the current event's call has told.
    fn told_death(&self, header: &Header) -> Option<Death> {
        let thread = self.threads.get(self.current.thread)?;
        let call = thread.call.as_ref()?;
        let result = self.current.result.filter(|&result| result >= 0)?;
        let output = |register: u8| {
            let memory = self.outputs.iter().find(|memory| memory.register == register)?;
            Some(memory.bytes.as_slice()).filter(|_| !memory.is_missing())
        };
        let word = |bytes: &[u8], at: usize| Some(i32::from_le_bytes(*bytes.get(at..)?.first_chunk()?));
        match call.traits.effect {
            Effect::Wait => {
                let pid = u32::try_from(result).ok().filter(|&pid| pid > 0)?;
                let Some(status) = output(1).and_then(|bytes| word(bytes, 0)) else {
                    let options = *call.registers().get(2)?;
                    return (options & WUNTRACED_OR_WCONTINUED == 0).then_some(Death {
                        pid,
                        signal: 0,
                        has_core: false,
                    });
                };
                let signal = (status & 0x7f) as u8;
                // All ones is a stop, and so is a status that is all ones in 16 bits.
                (signal != 0x7f && status != 0xffff).then_some(Death { pid, signal, has_core: status & 0x80 != 0 })
            }
            Effect::Waitid => {
                let info = output(2)?;
                let is_narrow = header.machine == Machine::Arm || call.abi.is_32bit();
                let at = if is_narrow { 12 } else { 16 };
                let pid = u32::try_from(word(info, at)?).ok().filter(|&pid| pid > 0)?;
                let (code, status) = (word(info, 8)?, word(info, at + 8)?);
                let signal = if code == CLD_EXITED { 0 } else { status as u8 };
                let has_ended = matches!(code, CLD_EXITED | CLD_KILLED | CLD_DUMPED);
                has_ended.then_some(Death { pid, signal, has_core: code == CLD_DUMPED })
            }
            _ => None,
        }
    }

    /// Follows the return of a call that tells a process's parent. If it has another one by now, that is not known.
    pub(super) fn follow_parent(&mut self) {
        let Some(thread) = self.threads.get(self.current.thread) else { return };
        let process = thread.process;
        if !thread.call.as_ref().is_some_and(|call| call.traits.effect == Effect::Getppid) {
            return;
        }
        // In a container, a parent outside of it has the id 0.
        let told = self.current.result.and_then(|result| u32::try_from(result).ok()).filter(|&told| told > 0);
        let (Some(told), Some(entry)) = (told, self.processes.get_mut(process)) else { return };
        // Ids in a container are others than here: what was told before is no news.
        let is_news = entry.told_parent.replace(told) != Some(told);
        if is_news && entry.process.ppid.is_some_and(|ppid| ppid != told) {
            self.processes.forget_parent(process);
            if self.needs.processes {
                self.processes.look_up_parent(process, self.is_live, self.current.number);
            }
        }
    }
}
