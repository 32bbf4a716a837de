// SPDX-License-Identifier: GPL-2.0

//! Writes an event to the ring buffer of this CPU by the slow path, and has the reader woken.

use super::context::ProbeContext;
use crate::delivery::flush::Delivery;
use crate::kernel_api::preempt::PreemptGuard;
use crate::kernel_api::probe_slot::ProbeSlot;
use crate::kernel_api::task::CurrentTask;
use crate::ring::writer::WriteOutcome;
use crate::shared::encode::ProbeEvent;
use crate::shared::filter::FilteredTask;
use crate::shared::format::Task;
use kernel::sync::Arc;

/// Writes the events of one call.
#[derive(Clone, Copy)]
pub(super) enum Recorder<'a> {
    /// Of a call that is recorded with preemption off from its first event to its last.
    Guarded(&'a ProbeContext, &'a PreemptGuard),
    /// Of a call whose thread may sleep between two events. Its recording may be over when it wakes: it holds a
    /// reference, and the slot says whether another recording has begun.
    Sleeping(&'a Arc<ProbeContext>, &'static ProbeSlot<ProbeContext>),
}

impl Recorder<'_> {
    /// What the probe uses.
    #[inline]
    pub(super) fn context(&self) -> &ProbeContext {
        match self {
            Self::Guarded(context, _) => context,
            Self::Sleeping(context, _) => context,
        }
    }

    /// Writes an event as [`write_event`] does. An event whose recording is over is dropped; it is counted unless it is
    /// memory, which counts with the event that it belongs to.
    pub(super) fn write(&self, task: &Task, now: u64, event: &ProbeEvent<'_>, may_remember: bool) -> Option<u64> {
        match self {
            Self::Guarded(context, guard) => write_event(context, guard, task, now, event, may_remember),
            Self::Sleeping(context, slot) => {
                let guard = CurrentTask::get().preempt_disable();
                if slot.holds(context, &guard) {
                    // While it slept, the task may have become the reader, or got another name.
                    let current = CurrentTask::get();
                    let may_remember =
                        may_remember && !context.delivery.is_reader(task.tgid) && current.comm() == task.comm;
                    return write_event(context, &guard, task, now, event, may_remember);
                }
                if !matches!(event, ProbeEvent::Memory(_)) {
                    context.hot.writers.this_cpu(&guard).count_drop(task.tid);
                }
                None
            }
        }
    }
}

/// Writes an event that happened at the tick `now`, and schedules a flush if one is due. The fast path may write later
/// events of the task if `may_remember`.
///
/// Returns the time of the event in its record, or `None` if there was no room for the event.
pub(super) fn write_event(
    context: &ProbeContext,
    guard: &PreemptGuard,
    task: &Task,
    now: u64,
    event: &ProbeEvent<'_>,
    may_remember: bool,
) -> Option<u64> {
    let hot = &context.hot;
    let mut writer = hot.writers.this_cpu(guard);
    let outcome = writer.write(task, &hot.clock, now, event, may_remember);
    let time = writer.last_event_time();
    if matches!(outcome, WriteOutcome::Opened | WriteOutcome::HalfFull) {
        Delivery::schedule_flush(context.delivery.as_arc_borrow(), outcome);
    }
    (outcome != WriteOutcome::Dropped).then_some(time)
}
