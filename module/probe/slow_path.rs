// SPDX-License-Identifier: GPL-2.0

//! Records any call: the slow path, which finds out whether the task passes the filter, what kind of program made the
//! call, and what memory there is to copy.

use super::argument_memory::ArgumentCopy;
use super::context::ProbeContext;
use super::copy_plans;
use super::decision::ProbeKind;
use super::skip::skip_call;
use super::write_event::write_event;
use crate::kernel_api::arch::{Registers, MACHINE};
use crate::kernel_api::preempt::PreemptGuard;
use crate::kernel_api::task::CurrentTask;
use crate::shared::action::CallAction;
use crate::shared::calls::{self, plan::CopyPlan};
use crate::shared::encode::{ProbeCall, ProbeEvent};
use crate::shared::filter::FilteredTask;
use crate::shared::format::{self, Args, Task, MAX_ARGS};
use kernel::prelude::*;

/// Handles a call whose action is marked, or that a 32-bit program makes.
#[cold]
#[inline(never)]
pub(super) fn handle_marked(context: &ProbeContext, registers: Registers<'_>, value: c_long, kind: ProbeKind) {
    let current = CurrentTask::get();
    if is_excluded(context, registers, value, current.is_32bit(), kind) {
        return skip_call(context, kind);
    }
    slow_path(context, registers, value, current.preempt_disable(), kind);
}

/// Whether a call is excluded by its number, whichever task makes it. `is_32bit` is the kind of the program that runs
/// now.
fn is_excluded(
    context: &ProbeContext,
    registers: Registers<'_>,
    value: c_long,
    is_32bit: bool,
    kind: ProbeKind,
) -> bool {
    let actions = &context.hot.actions;
    if let ProbeKind::Enter = kind {
        return actions.get(is_32bit, value as usize as u64).has(CallAction::EXCLUDED);
    }
    let number = registers.number() as u32;
    actions.excludes_return(was_32bit(registers, number, value, is_32bit), number)
}

/// Slow path. A full buffer is the common cause, so check that first.
#[cold]
#[inline(never)]
pub(super) fn slow_path(
    context: &ProbeContext,
    registers: Registers<'_>,
    value: c_long,
    guard: PreemptGuard,
    kind: ProbeKind,
) {
    if context.hot.writers.this_cpu(&guard).drop_if_full(&CurrentTask::get()) {
        return guard.enable();
    }
    check_filter(context, registers, value, guard, kind);
}

/// Finds out whether the task passes the filter, and records its call if so.
#[inline(never)]
fn check_filter(context: &ProbeContext, registers: Registers<'_>, value: c_long, guard: PreemptGuard, kind: ProbeKind) {
    let current = CurrentTask::get();
    // Read the name once: the fast path then remembers the name that passed.
    let task = current.as_recorded();
    if !context.verdict.passes_as(&current, task.comm) {
        guard.enable();
        return skip_call(context, kind);
    }
    if context.delivery.is_reader(task.tgid) {
        return guard.enable();
    }
    record(context, registers, value, task, guard, kind);
}

/// Records a call of a task that passes.
#[inline(never)]
fn record(
    context: &ProbeContext,
    registers: Registers<'_>,
    value: c_long,
    mut task: Task,
    guard: PreemptGuard,
    kind: ProbeKind,
) {
    let current = CurrentTask::get();
    let number = match kind {
        // Programs set the lower 32 bits only.
        ProbeKind::Enter => value as u32,
        _ => registers.number() as u32,
    };
    if !matches!(kind, ProbeKind::Enter) {
        let was_32bit = was_32bit(registers, number, value, task.is_32bit);
        // Rare. The number means another call than the probe has looked at.
        if was_32bit != task.is_32bit && context.hot.actions.excludes_return(was_32bit, number) {
            return;
        }
        if let ProbeKind::ReturnOnly = kind {
            task.is_32bit = was_32bit;
        }
    }
    // `c_long` has 32 bits on arm; this extends the sign.
    let result = value as i64;
    let bits = MACHINE.program_bits(task.is_32bit);
    let args = registers.args(task.is_32bit).map(u64::from);
    let words = format::pack_args(args, bits);
    let call = call_of(context, &task, number, &words);
    let (guard, now) = match plans_of(context, &task, number) {
        [] => (guard, context.hot.clock.now()),
        plans => {
            // The memory may have to be fetched first.
            drop(guard);
            let returned = if let ProbeKind::Enter = kind { None } else { Some(result) };
            let with_inputs = !matches!(kind, ProbeKind::Exit);
            let copy = ArgumentCopy { context, task: &task, number, registers: args, result: returned, with_inputs };
            let now = copy.copy_all(plans);
            let guard = current.preempt_disable();
            // The task may have become the reader while it slept. The fast path must not remember the reader.
            if context.delivery.is_reader(current.tgid()) {
                return guard.enable();
            }
            (guard, now)
        }
    };
    let event = match kind {
        ProbeKind::Enter => ProbeEvent::Enter(call),
        ProbeKind::Exit => ProbeEvent::Exit { result },
        ProbeKind::ReturnOnly => ProbeEvent::ReturnOnly { call, result },
    };
    // The returns of a 32-bit program never take the fast path: it may become a 64-bit program in between.
    let may_remember =
        context.verdict.holds_until_rename(&current) && !(matches!(kind, ProbeKind::ReturnOnly) && task.is_32bit);
    write_event(context, guard, &task, now, &event, may_remember);
}

/// What to copy of the memory that the arguments of call `number` point to; nothing if no memory is recorded.
fn plans_of(context: &ProbeContext, task: &Task, number: u32) -> &'static [CopyPlan] {
    if context.settings.selection.copies_memory() {
        copy_plans::of_call(task.is_32bit, number)
    } else {
        &[]
    }
}

/// Call `number` of `task`. Its arguments are the first of `words`, packed, if arguments are recorded.
pub(super) fn call_of<'a>(
    context: &ProbeContext,
    task: &Task,
    number: u32,
    words: &'a [u64; MAX_ARGS],
) -> ProbeCall<'a> {
    let bits = MACHINE.program_bits(task.is_32bit);
    let count = context.hot.actions.get(task.is_32bit, u64::from(number)).arguments();
    ProbeCall { number, args: if context.settings.selection.args { Args::new(words, count, bits) } else { None } }
}

/// Whether a 32-bit program made the call that returns; `is_32bit` is the kind of the program that runs now. The
/// program that made an `execve` is not the one that it returns to, whose registers are all zero. (Of the calls that
/// have the same number in the other table, none returns 0 for such arguments.)
fn was_32bit(registers: Registers<'_>, number: u32, result: c_long, is_32bit: bool) -> bool {
    let is_exec = |is_32bit| calls::exec_numbers(MACHINE, is_32bit).contains(&number);
    let was_replaced =
        result == 0 && is_exec(!is_32bit) && registers.args(is_32bit).iter().all(|&register| register == 0);
    is_32bit != was_replaced
}
