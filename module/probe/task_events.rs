// SPDX-License-Identifier: GPL-2.0

//! The probe of forks and renames: keeps followed processes and exemption up to date.

use super::context::ProbeContext;
use super::slow_path::call_of;
use super::write_event::write_event;
use crate::kernel_api::arch;
use crate::kernel_api::hooks::TaskProbe;
use crate::kernel_api::task::{CurrentTask, TaskRef};
use crate::shared::encode::ProbeEvent;
use crate::shared::format::{Comm, Edges, MAX_ARGS};

/// Learns of new tasks and of new names.
pub(crate) struct TaskEvents;

impl TaskProbe for TaskEvents {
    type Data = ProbeContext;

    fn fork(context: &ProbeContext, child: &TaskRef<'_>) {
        let was_followed = context.verdict.follow_child(&CurrentTask::get(), child);
        context.exemption.handle_fork(&context.verdict, child);
        if was_followed {
            // A CPU may remember that the process with this id passes.
            context.hot.writers.require_slow_path();
        }
    }

    fn rename(context: &ProbeContext, task: &TaskRef<'_>, comm: Comm) {
        let was_exempt = context.exemption.handle_rename(&context.verdict, task, comm);
        if was_exempt && task.is_current() {
            if let Some(number) = arch::untraced_return() {
                record_untraced_return(context, comm, number);
            }
        }
    }
}

/// Records the return from call `number`, by which the running task gives itself the name `comm`. The kernel does not
/// trace this return.
fn record_untraced_return(context: &ProbeContext, comm: Comm, number: u32) {
    let current = CurrentTask::get();
    if context.settings.selection.edges == Edges::Enter || !context.verdict.passes_as(&current, comm) {
        return;
    }
    let mut task = current.as_recorded();
    let actions = &context.hot.actions;
    if !actions.get(task.is_32bit, u64::from(number)).admits_result(0) || actions.excludes_return(task.is_32bit, number)
    {
        return;
    }
    task.comm = comm;
    // The arguments are those after an `execve`, which zeroes the registers.
    let call = call_of(context, &task, number, &[0; MAX_ARGS]);
    let event = match context.settings.selection.edges {
        Edges::Exit => ProbeEvent::ReturnOnly { call, result: 0 },
        _ => ProbeEvent::Exit { result: 0 },
    };
    write_event(context, current.preempt_disable(), &task, context.hot.clock.now(), &event, false);
}
