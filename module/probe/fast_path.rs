// SPDX-License-Identifier: GPL-2.0

//! The probes of system calls. Each tries the fast path of `ring` with preemption off. The fast path calls no function,
//! and relies on what the slow path found out about the task. If the fast path cannot write the event, the slow path
//! does.
//!
//! Choices that are made when probes are attached (how to read the clock, whether to look at each call) choose among
//! probes, so that no probe has to find them out.

use super::context::{HotState, ProbeContext};
use super::decision::{ProbeKind, Step};
use super::skip::skip_call;
use super::slow_path::{handle_marked, slow_path};
use crate::kernel_api::arch::Registers;
use crate::kernel_api::clock::Ticks;
use crate::kernel_api::hooks::SyscallProbe;
use crate::kernel_api::task::CurrentTask;
use crate::shared::action::CallAction;
use core::marker::PhantomData;
use kernel::prelude::*;

/// Records entries. If `CALLS`, looks at each call: whether it is recorded, and with which arguments.
pub(crate) struct Enter<T, const CALLS: bool>(PhantomData<T>);

/// Records returns where entries are recorded. If `CALLS`, looks at each call.
pub(crate) struct Exit<T, const CALLS: bool>(PhantomData<T>);

/// Records returns where entries are not recorded. If `CALLS`, looks at each call.
pub(crate) struct ReturnOnly<T, const CALLS: bool>(PhantomData<T>);

impl<T: Ticks, const CALLS: bool> SyscallProbe for Enter<T, CALLS> {
    type Data = ProbeContext;

    #[inline(always)]
    fn call(context: &ProbeContext, registers: Registers<'_>, number: c_long) {
        let task = CurrentTask::get();
        let hot = &context.hot;
        // Not sign-extended: half of the work on 32-bit machines.
        let unsigned = number as usize as u64;
        let action = action_of::<CALLS>(hot, unsigned);
        if CALLS {
            match ProbeKind::Enter.step(action, task.is_32bit(), 0) {
                Step::FastPath => (),
                Step::HandleMarked => return handle_marked(context, registers, number, ProbeKind::Enter),
                Step::Skip => return skip_call(context, ProbeKind::Enter),
            }
        }
        let guard = task.preempt_disable();
        let mut writer = hot.writers.this_cpu(&guard);
        if !writer.try_write_enter::<T, CALLS>(&task, &hot.clock, unsigned, registers, action.arguments()) {
            return slow_path(context, registers, number, guard, ProbeKind::Enter);
        }
        guard.enable();
    }
}

impl<T: Ticks, const CALLS: bool> SyscallProbe for Exit<T, CALLS> {
    type Data = ProbeContext;

    #[inline(always)]
    fn call(context: &ProbeContext, registers: Registers<'_>, result: c_long) {
        let task = CurrentTask::get();
        let hot = &context.hot;
        if CALLS {
            let is_32bit = task.is_32bit();
            match ProbeKind::Exit.step(action_of::<CALLS>(hot, registers.number()), is_32bit, result as i64) {
                Step::FastPath => (),
                Step::HandleMarked => return handle_marked(context, registers, result, ProbeKind::Exit),
                Step::Skip => return skip_call(context, ProbeKind::Exit),
            }
        }
        let guard = task.preempt_disable();
        let mut writer = hot.writers.this_cpu(&guard);
        if !writer.try_write_exit::<T>(&task, &hot.clock, result as i64) {
            return slow_path(context, registers, result, guard, ProbeKind::Exit);
        }
        guard.enable();
    }
}

impl<T: Ticks, const CALLS: bool> SyscallProbe for ReturnOnly<T, CALLS> {
    type Data = ProbeContext;

    #[inline(always)]
    fn call(context: &ProbeContext, registers: Registers<'_>, result: c_long) {
        let task = CurrentTask::get();
        let hot = &context.hot;
        let number = registers.number();
        let action = action_of::<CALLS>(hot, number);
        if CALLS {
            match ProbeKind::ReturnOnly.step(action, task.is_32bit(), result as i64) {
                Step::FastPath => (),
                Step::HandleMarked => return handle_marked(context, registers, result, ProbeKind::ReturnOnly),
                Step::Skip => return skip_call(context, ProbeKind::ReturnOnly),
            }
        }
        let guard = task.preempt_disable();
        let mut writer = hot.writers.this_cpu(&guard);
        if !writer.try_write_return_only::<T, CALLS>(
            &task,
            &hot.clock,
            number,
            result as i64,
            registers,
            action.arguments(),
        ) {
            return slow_path(context, registers, result, guard, ProbeKind::ReturnOnly);
        }
        guard.enable();
    }
}

/// What to do about call `number`, if a program of the kernel's own kind made it.
#[inline(always)]
fn action_of<const CALLS: bool>(hot: &HotState, number: u64) -> CallAction {
    if CALLS {
        hot.actions.get(false, number)
    } else {
        CallAction::NONE
    }
}
