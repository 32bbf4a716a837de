// SPDX-License-Identifier: GPL-2.0

//! Writes an event to the ring buffer of this CPU by the slow path, and has the reader woken.

use super::context::ProbeContext;
use crate::delivery::flush::Delivery;
use crate::kernel_api::preempt::PreemptGuard;
use crate::ring::writer::WriteOutcome;
use crate::shared::encode::ProbeEvent;
use crate::shared::format::Task;

/// Writes an event that happened at the tick `now`, and schedules a flush if one is due. Preemption is on again when
/// this returns. The fast path may write later events of the task if `may_remember`.
///
/// Returns the time of the event in its record, or `None` if there was no room for the event.
pub(crate) fn write_event(
    context: &ProbeContext,
    guard: PreemptGuard,
    task: &Task,
    now: u64,
    event: &ProbeEvent<'_>,
    may_remember: bool,
) -> Option<u64> {
    let hot = &context.hot;
    let mut writer = hot.writers.this_cpu(&guard);
    let outcome = writer.write(task, &hot.clock, now, event, may_remember);
    let time = writer.last_event_time();
    drop(guard);
    if matches!(outcome, WriteOutcome::Opened | WriteOutcome::HalfFull) {
        Delivery::schedule_flush(context.delivery.as_arc_borrow(), outcome);
    }
    (outcome != WriteOutcome::Dropped).then_some(time)
}
