// SPDX-License-Identifier: GPL-2.0

//! The probes of system calls. Each tries the fast path of `ring` with preemption off. The fast path calls no function,
//! and relies on what the slow path found out about the task. If the fast path cannot write the event, the slow path
//! does.
//!
//! Choices that are made when probes are attached (how to read the clock, whether to look at each call) choose among
//! probes, so that no probe has to find them out.

use super::context::{HotState, ProbeContext};
use super::decision::{ProbeKind, Step};
use super::slow_path::{copy_at_enter, copy_at_exit, copy_at_return_only, handle_marked, skip, slow_path};
use crate::kernel_api::arch::Registers;
use crate::kernel_api::call_hooks::{CallProbe, SyscallProbe};
use crate::kernel_api::clock::Ticks;
use crate::kernel_api::probe_slot::ProbeSlot;
use crate::kernel_api::task::CurrentTask;
use crate::shared::action::CallAction;
use core::marker::PhantomData;
use kernel::prelude::*;

/// Where the probes find their contexts: a slot for each type of probe. A call that comes late, when its probe is no
/// longer attached, finds nothing, even if another recording has attached probes of other types.
static SLOTS: [ProbeSlot<ProbeContext>; 12] = [const { ProbeSlot::empty() }; 12];

/// The slot of a type of probe.
#[inline(always)]
fn slot_of<T: Ticks, const CALLS: bool>(kind: ProbeKind) -> &'static ProbeSlot<ProbeContext> {
    &SLOTS[kind as usize * 4 + T::INDEX * 2 + usize::from(CALLS)]
}

/// Records entries. If `CALLS`, looks at each call: whether it is recorded, and with which arguments.
struct Enter<T, const CALLS: bool>(PhantomData<T>);

/// Records returns where entries are recorded. If `CALLS`, looks at each call.
struct Exit<T, const CALLS: bool>(PhantomData<T>);

/// Records returns where entries are not recorded. If `CALLS`, looks at each call.
struct ReturnOnly<T, const CALLS: bool>(PhantomData<T>);

impl<T: Ticks, const CALLS: bool> SyscallProbe for Enter<T, CALLS> {
    type Data = ProbeContext;

    #[inline(always)]
    fn slot() -> &'static ProbeSlot<ProbeContext> {
        slot_of::<T, CALLS>(ProbeKind::Enter)
    }

    #[inline(always)]
    fn call(registers: Registers<'_>, number: c_long) {
        let task = CurrentTask::get();
        let guard = task.preempt_disable();
        let Some(ProbeContext { hot, .. }) = Self::slot().get(&guard) else { return guard.enable() };
        // Not sign-extended: half of the work on 32-bit machines.
        let unsigned = number as usize as u64;
        let action = action_of::<CALLS>(hot, unsigned);
        if CALLS {
            match ProbeKind::Enter.step(action, task.is_32bit(), 0) {
                Step::FastPath => (),
                Step::CopyMemory => return copy_at_enter(Self::slot(), T::now(&hot.clock), registers, number, guard),
                Step::HandleMarked => return handle_marked(Self::slot(), registers, number, guard, ProbeKind::Enter),
                Step::Skip => return skip(Self::slot(), guard, ProbeKind::Enter),
            }
        }
        let mut writer = hot.writers.this_cpu(&guard);
        if !writer.try_write_enter::<T, CALLS>(&task, &hot.clock, unsigned, registers, action.arguments()) {
            return slow_path(Self::slot(), registers, number, guard, ProbeKind::Enter);
        }
        guard.enable();
    }
}

impl<T: Ticks, const CALLS: bool> SyscallProbe for Exit<T, CALLS> {
    type Data = ProbeContext;

    #[inline(always)]
    fn slot() -> &'static ProbeSlot<ProbeContext> {
        slot_of::<T, CALLS>(ProbeKind::Exit)
    }

    #[inline(always)]
    fn call(registers: Registers<'_>, result: c_long) {
        let task = CurrentTask::get();
        let guard = task.preempt_disable();
        let Some(ProbeContext { hot, .. }) = Self::slot().get(&guard) else { return guard.enable() };
        if CALLS {
            let is_32bit = task.is_32bit();
            match ProbeKind::Exit.step(action_of::<CALLS>(hot, registers.number()), is_32bit, result as i64) {
                Step::FastPath => (),
                Step::CopyMemory => return copy_at_exit(Self::slot(), T::now(&hot.clock), registers, result, guard),
                Step::HandleMarked => return handle_marked(Self::slot(), registers, result, guard, ProbeKind::Exit),
                Step::Skip => return skip(Self::slot(), guard, ProbeKind::Exit),
            }
        }
        let mut writer = hot.writers.this_cpu(&guard);
        if !writer.try_write_exit::<T>(&task, &hot.clock, result as i64) {
            return slow_path(Self::slot(), registers, result, guard, ProbeKind::Exit);
        }
        guard.enable();
    }
}

impl<T: Ticks, const CALLS: bool> SyscallProbe for ReturnOnly<T, CALLS> {
    type Data = ProbeContext;

    #[inline(always)]
    fn slot() -> &'static ProbeSlot<ProbeContext> {
        slot_of::<T, CALLS>(ProbeKind::ReturnOnly)
    }

    #[inline(always)]
    fn call(registers: Registers<'_>, result: c_long) {
        let task = CurrentTask::get();
        let guard = task.preempt_disable();
        let Some(ProbeContext { hot, .. }) = Self::slot().get(&guard) else { return guard.enable() };
        let number = registers.number();
        let action = action_of::<CALLS>(hot, number);
        if CALLS {
            match ProbeKind::ReturnOnly.step(action, task.is_32bit(), result as i64) {
                Step::FastPath => (),
                Step::CopyMemory => {
                    return copy_at_return_only(Self::slot(), T::now(&hot.clock), registers, result, guard)
                }
                Step::HandleMarked => {
                    return handle_marked(Self::slot(), registers, result, guard, ProbeKind::ReturnOnly)
                }
                Step::Skip => return skip(Self::slot(), guard, ProbeKind::ReturnOnly),
            }
        }
        let mut writer = hot.writers.this_cpu(&guard);
        if !writer.try_write_return_only::<T, CALLS>(
            &task,
            &hot.clock,
            number,
            result as i64,
            registers,
            action.arguments(),
        ) {
            return slow_path(Self::slot(), registers, result, guard, ProbeKind::ReturnOnly);
        }
        guard.enable();
    }
}

/// The probe that records entries, by clock `T`; if `looks`, it looks at each call.
pub(crate) fn enter<T: Ticks>(looks: bool) -> CallProbe<ProbeContext> {
    match looks || T::ALWAYS_LOOKS {
        true => CallProbe::at_enter::<Enter<T, true>>(),
        false => CallProbe::at_enter::<Enter<T, false>>(),
    }
}

/// The probe that records returns where entries are recorded, by clock `T`; if `looks`, it looks at each call.
pub(crate) fn exit<T: Ticks>(looks: bool) -> CallProbe<ProbeContext> {
    match looks || T::ALWAYS_LOOKS {
        true => CallProbe::at_exit::<Exit<T, true>>(),
        false => CallProbe::at_exit::<Exit<T, false>>(),
    }
}

/// The probe that records returns where entries are not recorded, by clock `T`; if `looks`, it looks at each call.
pub(crate) fn return_only<T: Ticks>(looks: bool) -> CallProbe<ProbeContext> {
    match looks || T::ALWAYS_LOOKS {
        true => CallProbe::at_exit::<ReturnOnly<T, true>>(),
        false => CallProbe::at_exit::<ReturnOnly<T, false>>(),
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
