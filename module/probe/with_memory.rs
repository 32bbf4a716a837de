// SPDX-License-Identifier: GPL-2.0

//! Records a call together with the memory that its arguments point to, straight in the open packet: what is resident,
//! with preemption off, in one pass.

use super::argument_memory::ArgumentCopy;
use super::chunks::ChunkStore;
use super::context::ProbeContext;
use super::copy_plans;
use super::decision::ProbeKind;
use crate::kernel_api::arch::{Registers, MACHINE};
use crate::kernel_api::preempt::PreemptGuard;
use crate::kernel_api::task::CurrentTask;
use crate::kernel_api::user_memory::Access;
use crate::shared::format::{self, ReturnHead};
use kernel::prelude::*;

/// Tries to record a call that a program of the kernel's own kind makes, at the tick `now`. Returns whether it did: not
/// if the last event on this CPU was of another task, if the packet has too little room, or if memory is not resident
/// and may be faulted in. Then the packet is as before.
#[inline(always)]
pub(super) fn try_record(
    context: &ProbeContext,
    now: u64,
    registers: Registers<'_>,
    value: c_long,
    guard: &PreemptGuard,
    kind: ProbeKind,
) -> bool {
    let (hot, task) = (&context.hot, CurrentTask::get());
    let mut writer = hot.writers.this_cpu(guard);
    let is_exit = matches!(kind, ProbeKind::Exit);
    // A return whose entry was the last event is the return from that call. Another one may be of a refused call.
    if is_exit && !writer.has_open_entry() && (task.may_be_refused() || hot.writers.has_lost_events(task.tid())) {
        return false;
    }
    let Some(event) = writer.begin_in_place(&task, now) else { return false };
    let (number, result) = match kind {
        ProbeKind::Enter => (value as usize as u64, None),
        _ => (registers.number(), Some(value as i64)),
    };
    let copy =
        ArgumentCopy { context, is_32bit: false, number: number as u32, registers, result, with_inputs: !is_exit };
    let mut store = ChunkStore::InPlace(event);
    let plans = copy_plans::of_call(false, copy.number);
    if copy.copy_all(plans, &mut store, Access::Resident, context.settings.selection.fault).is_err() {
        return false;
    }
    let ChunkStore::InPlace(event) = store else { return false };
    let bits = MACHINE.program_bits(false);
    let words = || format::pack_args(registers.args(false).map(u64::from), bits);
    let count = hot.actions.get(false, number).arguments();
    let result = result.unwrap_or(0);
    let written = match kind {
        ProbeKind::Enter => event.finish_enter(number, &words(), count, bits),
        ProbeKind::Exit if !event.has_memory() => return writer.try_complete_entry(&task, || now, result),
        ProbeKind::Exit => {
            let number = number as u32;
            event.finish_exit(&ReturnHead { is_32bit: false, number, result, entry_may_be_lost: false })
        }
        ProbeKind::ReturnOnly => event.finish_return_only(number, result, &words(), count, bits),
    };
    written.map(|written| writer.commit(written)).is_some()
}
