// SPDX-License-Identifier: GPL-2.0

//! The probe of forks, renames, programs that begin, and exits: keeps followed processes and exemption up to date.

use super::context::ProbeContext;
use super::exempt::{Exemption, Rename};
use super::recorder::write_event;
use super::slow_path::call_of;
use crate::kernel_api::arch;
use crate::kernel_api::hooks::TaskProbe;
use crate::kernel_api::task::{CurrentTask, TaskRef};
use crate::shared::encode::ProbeEvent;
use crate::shared::filter::FilteredTask;
use crate::shared::format::{Comm, Edges, MAX_ARGS};

/// The number of `prctl` on 32-bit ARM. The other calls of which [`arch::untraced_return`] tells are `execve` and
/// `execveat`.
const PRCTL: u32 = 172;

/// Learns of new tasks, of new names, of programs that begin, and of processes that end.
pub(crate) struct TaskEvents;

impl TaskProbe for TaskEvents {
    type Data = ProbeContext;

    fn fork(context: &ProbeContext, child: &TaskRef<'_>) {
        // A CPU may remember a thread that had this id before.
        context.hot.writers.forget(child.tid());
        context.verdict.follow_child(&CurrentTask::get(), child);
        context.exemption.handle_fork(&context.verdict, child);
    }

    fn process_exit(context: &ProbeContext, task: &TaskRef<'_>) {
        context.verdict.process_ends(task);
    }

    fn exec(context: &ProbeContext) {
        let current = CurrentTask::get();
        if context.exemption.handle_exec(&context.verdict, &current) {
            if let Some(number) = arch::untraced_return() {
                record_untraced_return(context, current.comm(), number);
            }
        }
    }

    fn rename(context: &ProbeContext, task: &TaskRef<'_>, comm: Comm) {
        context.hot.writers.forget_name(task);
        let untraced = if task.is_current() { arch::untraced_return() } else { None };
        // The `execve` can still fail. Then the process ends.
        if untraced.is_some_and(|number| number != PRCTL) {
            return context.exemption.follow_renamed(&context.verdict, task);
        }
        let Rename { was_exempt, pauses } = context.exemption.handle_rename(&context.verdict, task, comm);
        if pauses {
            Exemption::resume_later(context.exemption.as_arc_borrow());
        }
        if let (true, Some(number)) = (was_exempt, untraced) {
            record_untraced_return(context, comm, number);
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
        _ => ProbeEvent::Exit { call, result: 0, entry_may_be_lost: false, may_be_refused: false },
    };
    write_event(context, &current.preempt_disable(), &task, context.hot.clock.now(), &event, false);
}
