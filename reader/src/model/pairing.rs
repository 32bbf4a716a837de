// SPDX-License-Identifier: GPL-2.0

//! Pairs the returns of calls with their entries, and both with the memory that was recorded before them.

use super::effects::{is_input, Effect};
use super::event::Memory;
use super::incoming_memory::BufferPool;
use super::state::State;
use super::threads::{PendingCall, Prepared};
use crate::calls::{self, Abi};
use crate::decode::{DecodedCall, DecodedEvent, DecodedReturn};
use syscall_record_format::format::{Chunk, Header, Machine, Task, MAX_ARGS};

/// The most threads that are remembered as being in a call that makes a child. Systems usually have fewer. For each new
/// thread, all of them are searched.
const MAX_FORKING: usize = 256;

impl State {
    /// Keeps a chunk of memory for the next event of its task.
    pub(super) fn add_chunk(&mut self, header: &Header, task: &Task, chunk: &Chunk<'_>) {
        let index = self.find_or_add_thread(task);
        let Self { threads, pool, last_drop, current, .. } = self;
        let Some(thread) = threads.get_mut(index) else { return };
        let incoming = &mut thread.incoming;
        incoming.forget_before(*last_drop, pool);
        incoming.add(chunk, header.version, current.number, pool);
    }

    /// Notes that the current event's thread enters a call, with the memory that was recorded for it. With `at_return`,
    /// the thread returns from the call as well: its entry was not recorded.
    pub(super) fn note_entry(
        &mut self,
        header: &Header,
        event: &DecodedEvent<'_>,
        call: &DecodedCall<'_>,
        at_return: bool,
    ) {
        let abi = Abi::new(header.machine, call.is_32bit);
        let number = self.current.number;
        let known = calls::KnownCall::new(abi, call.number);
        let traits = self.effects.get(abi, call.number, known);
        self.abandon_call(self.current.thread);
        let Self { threads, processes, pool, last_drop, forking, outputs, current, .. } = self;
        let Some(thread) = threads.get_mut(current.thread) else { return };
        current.previous = std::mem::replace(&mut thread.last_event, number);

        let (registers, count) = match &call.args {
            Some(args) => (args.registers(), args.count()),
            None => ([0; MAX_ARGS], 0),
        };
        if !thread.incoming.is_empty() {
            thread.incoming.forget_before(*last_drop, pool);
            thread.incoming.move_to(&mut thread.inputs, Some(call.number), at_return, pool);
        } else {
            pool.clear(&mut thread.inputs);
        }
        if at_return {
            pool.clear(outputs);
            // Of a call that the table does not have, all memory counts as inputs.
            if let Some(known) = known {
                move_unwanted(&mut thread.inputs, outputs, |memory| is_input(known, memory.register));
            }
        } else {
            match traits.effect {
                Effect::Fork => {
                    if forking.len() >= MAX_FORKING {
                        forking.remove(0);
                    }
                    forking.push(current.thread);
                }
                Effect::Exec if thread.tid != thread.tgid => {
                    if let Some(entry) = processes.get_mut(thread.process) {
                        entry.exec = Some(thread.tid);
                    }
                }
                _ => (),
            }
        }
        thread.call = Some(PendingCall {
            number: call.number,
            abi,
            known,
            traits,
            has_args: call.args.is_some(),
            registers,
            count,
            ticks: event.time,
            event: number,
            cpu: event.cpu,
            prepared: Prepared::Nothing,
        });
    }

    /// Pairs a return with its thread's last entry, if it is certain that it returns from that. Otherwise the return
    /// stands alone, with what its record tells of the call.
    pub(super) fn pair_return(
        &mut self,
        header: &Header,
        event: &DecodedEvent<'_>,
        task: &Task,
        returned: &DecodedReturn<'_>,
        result: i64,
    ) {
        let numbered = match returned {
            DecodedReturn::Numbered { call, .. } if call.number != LOST_NUMBER => Some(call),
            _ => None,
        };
        let effect = numbered.map(|call| self.effects.get_by_number(header, call).effect);
        self.follow_exec(task, result, effect);
        self.follow_fork(header, task, result, effect);
        let is_ambiguous = matches!(returned, DecodedReturn::Unnamed)
            && result == 0
            && task.tid == task.tgid
            && self.could_be_made(task);
        let Self { threads, pool, last_drop, current, clock, .. } = self;
        let Some(thread) = threads.get_mut(current.thread) else { return };
        match &thread.call {
            // Version 1 does not tell a child, which returns 0, from a thread of the same id that was killed.
            Some(entered)
                if is_return_from(entered, header.machine, event, returned, *last_drop)
                    && (entered.is_birth() || !is_ambiguous) =>
            {
                // If another thread entered the call, there is no latency.
                if !entered.is_birth() {
                    current.latency = Some(clock.between(entered.ticks, event.time));
                    current.is_resumed = entered.event + 1 != current.number;
                }
            }
            _ => {
                pool.clear(&mut thread.inputs);
                self.abandon_call(self.current.thread);
                if let Some(call) = numbered {
                    self.note_entry(header, event, call, true);
                    return self.note_lone_birth(result);
                }
            }
        }
        let Self { threads, pool, last_drop, outputs, current, .. } = self;
        let Some(thread) = threads.get_mut(current.thread) else { return };
        thread.last_event = current.number;
        thread.incoming.forget_before(*last_drop, pool);
        thread.incoming.move_to(outputs, thread.call.as_ref().map(|call| call.number), true, pool);
        if thread.inputs.iter().any(|memory| memory.is_absent) {
            let known = thread.call.as_ref().and_then(|call| call.known);
            replace_absent(&mut thread.inputs, outputs, pool, |memory| {
                known.is_some_and(|it| is_input(it, memory.register))
            });
        }
    }

    /// Notes a return from a call that makes a child, if it is that in the child, and the maker is not known.
    fn note_lone_birth(&mut self, result: i64) {
        let call = self.threads.get_mut(self.current.thread).and_then(|thread| thread.call.as_mut());
        if let Some(call) = call.filter(|call| result == 0 && call.traits.effect == Effect::Fork) {
            *call = call.in_child();
        }
    }

    /// Notes the result of the call that the current event's thread returns from.
    pub(super) fn note_result(&mut self, header: &Header, task: &Task, result: i64) {
        let Some(thread) = self.threads.get(self.current.thread) else { return };
        let abi = thread.call.as_ref().map_or_else(|| Abi::new(header.machine, task.is_32bit), |call| call.abi);
        let is_32bit = matches!(abi, Abi::Arm | Abi::I386);
        self.current.is_32bit = task.is_32bit;
        self.current.result = Some(if is_32bit { i64::from(result as i32) } else { result });
    }
}

/// The number of a call whose number the kernel has lost: a return from `sigreturn`, or from `rt_sigreturn`.
const LOST_NUMBER: u32 = u32::MAX;

/// Whether it is certain that a return is that from the call that its thread has `entered` last. `last_drop` is the
/// number of the last event that reported drops.
fn is_return_from(
    entered: &PendingCall,
    machine: Machine,
    event: &DecodedEvent<'_>,
    returned: &DecodedReturn<'_>,
    last_drop: u64,
) -> bool {
    match returned {
        DecodedReturn::EnteredAt(ticks) => (entered.ticks, entered.cpu) == (*ticks, event.cpu),
        DecodedReturn::Unnamed => entered.is_birth() || last_drop <= entered.event,
        DecodedReturn::Numbered { call, entry_may_be_lost, .. } => {
            // The kernel has lost the number of a `sigreturn`.
            let has_number = entered.number == call.number
                || (call.number == LOST_NUMBER && entered.known.is_some_and(|known| known.is_sigreturn()));
            // A birth was entered by another thread: nothing is known of what that has lost.
            has_number && entered.abi == Abi::new(machine, call.is_32bit) && (!entry_may_be_lost || entered.is_birth())
        }
        DecodedReturn::ReturnOnly(_) => false,
    }
}

/// Moves the memory of `outputs` for which `is_input` holds to `inputs`: it was not resident at the entry, and was
/// copied at the return.
fn replace_absent(
    inputs: &mut Vec<Memory>,
    outputs: &mut Vec<Memory>,
    pool: &mut BufferPool,
    is_input: impl Fn(&Memory) -> bool,
) {
    let (mut late, mut absent) = (Vec::new(), Vec::new());
    move_unwanted(outputs, &mut late, |memory| !is_input(memory));
    move_unwanted(inputs, &mut absent, |input| !late.iter().any(|memory| memory.register == input.register));
    pool.clear(&mut absent);
    inputs.append(&mut late);
}

/// Moves the memory for which `is_wanted` is false from `set` to `unwanted`.
fn move_unwanted(set: &mut Vec<Memory>, unwanted: &mut Vec<Memory>, is_wanted: impl Fn(&Memory) -> bool) {
    let mut index = 0;
    while index < set.len() {
        if set.get(index).is_some_and(&is_wanted) {
            index += 1;
        } else {
            unwanted.push(set.remove(index));
        }
    }
}
