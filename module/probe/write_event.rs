// SPDX-License-Identifier: GPL-2.0

//! Writes an event to the ring buffer of this CPU by the slow path, and has the reader woken.

use super::context::ProbeContext;
use crate::delivery::flush::Delivery;
use crate::kernel_api::preempt::PreemptGuard;
use crate::ring::writer::WriteOutcome;
use crate::shared::encode::ProbeEvent;
use crate::shared::format::Task;

/// Writes an event that happened at the tick `now`, and schedules a flush if one is due. Preemption is on again when
/// this returns. The fast path may write later events of the task if `passes_for_long`.
///
/// Returns the time of the event in its record, or `None` if there was no room for the event.
pub(crate) fn write_event(
    context: &ProbeContext,
    guard: PreemptGuard,
    task: &Task,
    now: u64,
    event: &ProbeEvent<'_>,
    passes_for_long: bool,
) -> Option<u64> {
    let hot = &context.hot;
    let mut writer = hot.writers.get(&guard);
    let outcome = writer.write(task, &hot.clock, now, event, passes_for_long);
    let time = writer.time();
    drop(guard);
    if matches!(outcome, WriteOutcome::Opened | WriteOutcome::HalfFull) {
        Delivery::schedule_flush(context.delivery.as_arc_borrow(), outcome);
    }
    (outcome != WriteOutcome::Dropped).then_some(time)
}
