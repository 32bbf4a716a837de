// SPDX-License-Identifier: GPL-2.0

//! Pairs the returns of calls with their entries, and both with the memory that was recorded before them.

use super::effects::{is_input, Effect};
use super::event::Memory;
use super::state::{was_dropped, State};
use super::threads::PendingCall;
use crate::calls::{self, Abi};
use crate::decode::{DecodedCall, DecodedEvent};
use syscall_record_format::format::{Chunk, Edges, Header, Task, MAX_ARGS};

/// The most threads that are remembered as being in a call that makes a child. Systems usually have fewer. For each new
/// thread, all of them are searched.
const MAX_FORKING: usize = 256;

impl State {
    /// Keeps a chunk of memory for the next event of its task.
    pub(super) fn add_chunk(&mut self, task: &Task, chunk: &Chunk<'_>, cpu: u16) {
        let index = self.find_or_add_thread(task);
        let Self { threads, pool, drops, current, .. } = self;
        let Some(thread) = threads.get_mut(index) else { return };
        let incoming = &mut thread.incoming;
        if !incoming.is_empty() && was_dropped(drops, incoming.since, [incoming.cpu, cpu]) {
            incoming.clear(pool);
        }
        incoming.add(chunk, current.number, cpu, pool);
    }

    /// Notes that the current event's thread enters a call, with the memory that was recorded for it. Where only
    /// returns are recorded, the thread returns from the call as well.
    pub(super) fn note_entry(&mut self, header: &Header, event: &DecodedEvent<'_>, call: &DecodedCall<'_>) {
        let abi = Abi::new(header.machine, call.is_32bit);
        let number = self.current.number;
        let known = calls::KnownCall::new(abi, call.number);
        let traits = self.effects.get(abi, call.number, known);
        let at_return = header.edges == Edges::Exit;
        let Self { threads, processes, pool, drops, forking, outputs, current, .. } = self;
        let Some(thread) = threads.get_mut(current.thread) else { return };
        if thread.call.as_ref().is_some_and(|last| last.traits.effect == Effect::Fork) {
            forking.retain(|&index| index != current.thread);
        }
        current.previous = std::mem::replace(&mut thread.last_event, number);

        let mut registers = [0; MAX_ARGS];
        let mut count = 0;
        for (register, value) in registers.iter_mut().zip(call.args.iter().flat_map(|args| args.iter())) {
            *register = value;
            count += 1;
        }
        if !thread.incoming.is_empty() {
            if was_dropped(drops, thread.incoming.since, [thread.incoming.cpu, event.cpu]) {
                thread.incoming.clear(pool);
            }
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
            closes: None,
        });
    }

    /// Pairs a return whose record lacks the call with its thread's last entry, if nothing was dropped in between.
    pub(super) fn pair_return(&mut self, header: &Header, event: &DecodedEvent<'_>, task: &Task, result: i64) {
        self.follow_exec(task, result);
        self.follow_fork(header, task, result);
        let Self { threads, pool, drops, forking, outputs, current, clock, .. } = self;
        let Some(thread) = threads.get_mut(current.thread) else { return };
        thread.last_event = current.number;
        if let Some(call) = &thread.call {
            if call.is_birth() {
                // Another thread entered the call: there is no latency.
            } else if was_dropped(drops, call.event, [call.cpu, event.cpu]) {
                forking.retain(|&index| index != current.thread);
                thread.call = None;
                pool.clear(&mut thread.inputs);
            } else {
                current.latency = Some(clock.between(call.ticks, event.time));
                current.is_resumed = call.event + 1 != current.number;
            }
        }
        if !thread.incoming.is_empty() && was_dropped(drops, thread.incoming.since, [thread.incoming.cpu, event.cpu]) {
            thread.incoming.clear(pool);
        }
        thread.incoming.move_to(outputs, thread.call.as_ref().map(|call| call.number), true, pool);
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
