// SPDX-License-Identifier: GPL-2.0

//! Records a call together with the memory that its arguments point to, straight in the open packet: what is resident,
//! with preemption off, in one pass.

use super::argument_memory::ArgumentCopy;
use super::chunks::{string_up_to, ChunkStore};
use super::context::ProbeContext;
use super::copy_plans;
use super::decision::ProbeKind;
use crate::kernel_api::arch::{Registers, MACHINE};
use crate::kernel_api::preempt::PreemptGuard;
use crate::kernel_api::task::CurrentTask;
use crate::kernel_api::user_memory::{self, Access};
use crate::ring::writer::Writer;
use crate::shared::copy_steps::CopyStep;
use crate::shared::encode::{EventInPlace, Written};
use crate::shared::format::{self, is_failure, ChunkHead, ReturnHead, MAX_CHUNK_BYTES};
use kernel::{prelude::*, transmute::AsBytes};

/// A call that a program of the kernel's own kind makes, at one of its edges.
#[derive(Clone, Copy)]
pub(super) struct CallAtEdge<'a> {
    pub(super) context: &'a ProbeContext,
    /// When it happens, in ticks.
    pub(super) now: u64,
    pub(super) registers: Registers<'a>,
    /// At the entry the system call's number, at the return the result.
    pub(super) value: c_long,
    pub(super) kind: ProbeKind,
}

impl CallAtEdge<'_> {
    /// Tries to record the call. Returns whether it did: not if the last event on this CPU was of another task, if the
    /// packet has too little room, or if memory is not resident and may be faulted in. Then the packet is as before.
    #[inline(always)]
    pub(super) fn try_record(self, guard: &PreemptGuard) -> bool {
        let Self { context, now, .. } = self;
        let task = CurrentTask::get();
        let mut writer = context.hot.writers.this_cpu(guard);
        // A return whose entry was the last event is the return from that call. Another one may be of a refused call.
        if matches!(self.kind, ProbeKind::Exit)
            && !writer.has_open_entry()
            && (task.may_be_refused() || context.hot.writers.has_lost_events(task.tid()))
        {
            return false;
        }
        let Some(mut event) = writer.begin_in_place(&task, now) else { return false };
        let mut place = context.hot.steps.first(!matches!(self.kind, ProbeKind::Enter), self.number());
        loop {
            let step = context.hot.steps.at(place);
            if self.follow(step, &mut event).is_none() {
                return self.try_record_any(guard);
            }
            if step.is_last() {
                break;
            }
            place = place.wrapping_add(1);
        }
        let ended = self.end(event);
        self.commit(ended, &mut writer, &task)
    }

    /// As [`try_record`](Self::try_record), for calls with memory of any kind.
    #[inline(never)]
    fn try_record_any(self, guard: &PreemptGuard) -> bool {
        let Self { context, now, registers, .. } = self;
        let task = CurrentTask::get();
        let mut writer = context.hot.writers.this_cpu(guard);
        let Some(event) = writer.begin_in_place(&task, now) else { return false };
        let number = self.number() as u32;
        let with_inputs = !matches!(self.kind, ProbeKind::Exit);
        let copy = ArgumentCopy { context, is_32bit: false, number, registers, result: self.result(), with_inputs };
        let mut store = ChunkStore::InPlace(event);
        let plans = copy_plans::of_call(false, number);
        let may_give_up = context.settings.selection.fault;
        if copy.copy_all(plans, &mut store, Access::Resident, may_give_up).is_err() {
            return false;
        }
        let ChunkStore::InPlace(event) = store else { return false };
        let ended = self.end(event);
        self.commit(ended, &mut writer, &task)
    }

    /// Copies the memory that `step` names, if there is any at this edge. `None` if it is not resident, needs more than
    /// one chunk, or is of a kind that steps do not copy.
    #[inline(always)]
    fn follow(self, step: CopyStep, event: &mut EventInPlace<'_, '_>) -> Option<()> {
        if step.is_other() {
            return None;
        }
        let at = self.register(step.address());
        match at != 0 && !(step.needs_success() && self.result().is_some_and(is_failure)) {
            true => self.copy(step, at, event),
            false => Some(()),
        }
    }

    /// Copies the memory at address `at`. `None` as for [`follow`](Self::follow).
    #[inline(always)]
    fn copy(self, step: CopyStep, at: u64, event: &mut EventInPlace<'_, '_>) -> Option<()> {
        let head = ChunkHead {
            register: step.address(),
            call: self.number() as u8,
            at_return: self.result().is_some(),
            is_last: true,
            ..ChunkHead::default()
        };
        if step.is_string() {
            let len = string_up_to(at, AsBytes::as_bytes_mut(event.memory(MAX_CHUNK_BYTES)?))?;
            return event.finish_memory(ChunkHead { len: len as u16, ..head });
        }
        let mut count = self.register(step.count());
        if step.is_counted_by_pointer() {
            let mut value = [0; 4];
            if user_memory::copy(Access::Resident, count, &mut value) < value.len() {
                return None;
            }
            count = u64::from(u32::from_le_bytes(value));
        }
        let (bytes, len) = step.bytes(count, self.result());
        let room = AsBytes::as_bytes_mut(event.memory(len)?).get_mut(..len)?;
        if user_memory::copy(Access::Resident, at, room) < len {
            return None;
        }
        event.finish_memory(ChunkHead { len: len as u16, is_cut: bytes > len, ..head })
    }

    /// The value of a register.
    #[inline(always)]
    fn register(self, register: u8) -> u64 {
        self.registers.arg(false, usize::from(register))
    }

    /// System call number.
    #[inline(always)]
    fn number(self) -> u64 {
        match self.kind {
            // Not sign-extended: half of the work on 32-bit machines.
            ProbeKind::Enter => self.value as usize as u64,
            _ => self.registers.number(),
        }
    }

    /// Result; `None` at the entry.
    #[inline(always)]
    fn result(self) -> Option<i64> {
        match self.kind {
            ProbeKind::Enter => None,
            _ => Some(self.value as i64),
        }
    }

    /// Ends an event that has all memory of the call. `None` if it must take the slow path.
    #[inline(always)]
    fn end(self, event: EventInPlace<'_, '_>) -> Option<Ended> {
        let (number, result) = (self.number(), self.value as i64);
        let bits = MACHINE.program_bits(false);
        let words = || format::pack_args(self.registers.args(false).map(u64::from), bits);
        let count = || self.context.hot.actions.get(false, number).arguments();
        let written = match self.kind {
            ProbeKind::Enter => event.finish_enter(number, &words(), count(), bits),
            ProbeKind::Exit if !event.has_memory() => return Some(Ended::NoMemory),
            ProbeKind::Exit => {
                let number = number as u32;
                event.finish_exit(&ReturnHead { is_32bit: false, number, result, entry_may_be_lost: false })
            }
            ProbeKind::ReturnOnly => event.finish_return_only(number, result, &words(), count(), bits),
        };
        written.map(Ended::Event)
    }

    /// Counts an event that [`end`](Self::end) has ended. Returns whether the call is recorded.
    #[inline(always)]
    fn commit(self, ended: Option<Ended>, writer: &mut Writer<'_>, task: &CurrentTask) -> bool {
        match ended {
            Some(Ended::Event(written)) => {
                writer.commit(written);
                true
            }
            Some(Ended::NoMemory) => writer.try_complete_entry(task, || self.now, self.value as i64),
            None => false,
        }
    }
}

/// How an event ended.
enum Ended {
    /// With a record of its own.
    Event(Written),
    /// A return without memory: it completes the record of its entry.
    NoMemory,
}
