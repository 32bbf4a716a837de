// SPDX-License-Identifier: GPL-2.0

//! Records any call: the slow path, which finds out whether the task passes the filter, what kind of program made the
//! call, and what memory there is to copy.

use super::argument_memory::ArgumentCopy;
use super::chunks::{ChunkStore, BUFFER_WORDS};
use super::context::ProbeContext;
use super::copy_plans;
use super::decision::ProbeKind;
use super::recorder::Recorder;
use super::skip::skip_call;
use super::sleepers::Sleepers;
use super::with_memory::CallAtEdge;
use crate::kernel_api::arch::{Registers, MACHINE};
use crate::kernel_api::module_ref::ModuleRef;
use crate::kernel_api::preempt::PreemptGuard;
use crate::kernel_api::probe_slot::ProbeSlot;
use crate::kernel_api::task::CurrentTask;
use crate::kernel_api::user_memory::Access;
use crate::shared::action::CallAction;
use crate::shared::calls::{self, plan::CopyPlan};
use crate::shared::encode::{ProbeCall, ProbeEvent};
use crate::shared::format::{self, Args, Task, MAX_ARGS};
use kernel::{prelude::*, sync::Arc};

/// Where the running probe finds its context.
type Slot = &'static ProbeSlot<ProbeContext>;

/// Does not record a call.
#[inline(never)]
pub(super) fn skip(slot: Slot, guard: PreemptGuard, kind: ProbeKind) {
    if let Some(context) = slot.get(&guard) {
        skip_call(context, &guard, kind);
    }
}

/// Records an entry of a program of the kernel's own kind, whose arguments may point to memory that is recorded, at the
/// tick `now`.
#[inline(never)]
pub(super) fn copy_at_enter(slot: Slot, now: u64, registers: Registers<'_>, value: c_long, guard: PreemptGuard) {
    copy_memory(slot, now, registers, value, guard, ProbeKind::Enter);
}

/// As [`copy_at_enter`], for a return where entries are recorded.
#[inline(never)]
pub(super) fn copy_at_exit(slot: Slot, now: u64, registers: Registers<'_>, value: c_long, guard: PreemptGuard) {
    copy_memory(slot, now, registers, value, guard, ProbeKind::Exit);
}

/// As [`copy_at_enter`], for a return where entries are not recorded.
#[inline(never)]
pub(super) fn copy_at_return_only(slot: Slot, now: u64, registers: Registers<'_>, value: c_long, guard: PreemptGuard) {
    copy_memory(slot, now, registers, value, guard, ProbeKind::ReturnOnly);
}

// Once for each kind of probe: what the kind decides costs nothing then.
#[inline(always)]
fn copy_memory(slot: Slot, now: u64, registers: Registers<'_>, value: c_long, guard: PreemptGuard, kind: ProbeKind) {
    let Some(context) = slot.get(&guard) else { return };
    if !(CallAtEdge { context, now, registers, value, kind }).try_record(&guard) {
        return slow_path(slot, registers, value, guard, kind);
    }
    guard.enable();
}

/// Handles a call that may be excluded, or that a 32-bit program makes.
#[cold]
#[inline(never)]
pub(super) fn handle_marked(slot: Slot, registers: Registers<'_>, value: c_long, guard: PreemptGuard, kind: ProbeKind) {
    let Some(context) = slot.get(&guard) else { return };
    let is_32bit = CurrentTask::get().is_32bit();
    if is_excluded(context, registers, value, is_32bit, kind) {
        return skip_call(context, &guard, kind);
    }
    slow_path(slot, registers, value, guard, kind);
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
pub(super) fn slow_path(slot: Slot, registers: Registers<'_>, value: c_long, guard: PreemptGuard, kind: ProbeKind) {
    let Some(context) = slot.get(&guard) else { return };
    if context.hot.writers.this_cpu(&guard).drop_if_full(&CurrentTask::get()) {
        return guard.enable();
    }
    let Some(call) = check_filter(context, registers, value, &guard, kind) else { return };
    if !call.copies_memory(context) {
        call.record(Recorder::Guarded(context, &guard));
    } else if !context.settings.selection.fault {
        call.record_with_memory(Recorder::Guarded(context, &guard), Access::Resident);
    } else if let Some((context, module)) = slot.borrow(&guard).map(Arc::from).zip(ModuleRef::take()) {
        drop(guard);
        record_with_faults(slot, context, module, &call);
    } else {
        // The module is being unloaded.
        context.hot.writers.this_cpu(&guard).count_drop(call.task.tid);
    }
}

/// Records a call whose memory may be faulted in, and whose thread may sleep meanwhile.
#[inline(never)]
fn record_with_faults(slot: Slot, context: Arc<ProbeContext>, _module: ModuleRef, call: &SlowCall<'_>) {
    Sleepers::during(context.sleepers.as_arc_borrow(), &call.task, || {
        call.record_with_memory(Recorder::Sleeping(&context, slot), Access::Mapped);
    });
}

/// A call that the slow path records.
struct SlowCall<'a> {
    /// The task, by the name that passed the filter. Its `is_32bit` is the width of the call.
    task: Task,
    /// System call number.
    number: u32,
    registers: Registers<'a>,
    kind: ProbeKind,
    /// Result; at an entry it is not used.
    result: i64,
    /// Whether the fast path may write later events of the task.
    may_remember: bool,
}

/// Finds out whether the task passes the filter, and what call it makes. `None` if the call is not recorded; a task
/// that cannot pass exempts itself then.
#[inline(never)]
fn check_filter<'a>(
    context: &ProbeContext,
    registers: Registers<'a>,
    value: c_long,
    guard: &PreemptGuard,
    kind: ProbeKind,
) -> Option<SlowCall<'a>> {
    let current = CurrentTask::get();
    // Read the name once: the fast path then remembers the name that passed.
    let mut task = current.as_recorded();
    if !context.verdict.passes_as(&current, task.comm) {
        skip_call(context, guard, kind);
        return None;
    }
    if context.delivery.is_reader(task.tgid) {
        return None;
    }
    let number = match kind {
        // Programs set the lower 32 bits only.
        ProbeKind::Enter => value as u32,
        _ => registers.number() as u32,
    };
    if !matches!(kind, ProbeKind::Enter) {
        let was_32bit = was_32bit(registers, number, value, task.is_32bit);
        // Rare. The number means another call than the probe has looked at.
        if was_32bit != task.is_32bit && context.hot.actions.excludes_return(was_32bit, number) {
            return None;
        }
        task.is_32bit = was_32bit;
    }
    // The returns of a 32-bit program never take the fast path: it may become a 64-bit program in between.
    let may_remember =
        context.verdict.holds_until_rename(&current) && !(matches!(kind, ProbeKind::ReturnOnly) && task.is_32bit);
    // `c_long` has 32 bits on arm; this extends the sign.
    Some(SlowCall { task, number, registers, kind, result: value as i64, may_remember })
}

impl SlowCall<'_> {
    /// Whether its arguments may point to memory that is recorded.
    fn copies_memory(&self, context: &ProbeContext) -> bool {
        !plans_of(context, &self.task, self.number).is_empty()
    }

    /// Records the call, at the tick `now`.
    #[inline(never)]
    fn record_at(&self, recorder: Recorder<'_>, now: u64) {
        let Self { task, number, result, .. } = self;
        let args = self.registers.args(task.is_32bit).map(u64::from);
        let words = format::pack_args(args, MACHINE.program_bits(task.is_32bit));
        let call = call_of(recorder.context(), task, *number, &words);
        let event = match self.kind {
            ProbeKind::Enter => ProbeEvent::Enter(call),
            ProbeKind::Exit => ProbeEvent::Exit {
                call,
                result: *result,
                entry_may_be_lost: recorder.context().hot.writers.has_lost_events(task.tid),
                may_be_refused: CurrentTask::get().may_be_refused(),
            },
            ProbeKind::ReturnOnly => ProbeEvent::ReturnOnly { call, result: *result },
        };
        recorder.write(task, now, &event, self.may_remember);
    }

    /// Records the call without memory.
    fn record(&self, recorder: Recorder<'_>) {
        self.record_at(recorder, recorder.context().hot.clock.now());
    }

    /// Records the memory of the call's arguments, and the call. A return gets the time before the copying; an entry
    /// the time after it, when the call begins. Both are later than the times of the chunks, which may be on another
    /// CPU.
    #[inline(never)]
    fn record_with_memory(&self, recorder: Recorder<'_>, access: Access) {
        let context = recorder.context();
        let (is_enter, is_exit) = (matches!(self.kind, ProbeKind::Enter), matches!(self.kind, ProbeKind::Exit));
        let copy = ArgumentCopy {
            context,
            is_32bit: self.task.is_32bit,
            number: self.number,
            registers: self.registers,
            result: if is_enter { None } else { Some(self.result) },
            with_inputs: !is_exit,
        };
        let mut buffer = [0; BUFFER_WORDS];
        let mut store =
            ChunkStore::Events { buffer: &mut buffer, recorder, task: &self.task, next: context.hot.clock.now() };
        copy_to(&copy, plans_of(context, &self.task, self.number), &mut store, access);
        let next = match store {
            ChunkStore::Events { next, .. } if is_enter => next.max(context.hot.clock.now()),
            ChunkStore::Events { next, .. } => next,
            ChunkStore::InPlace(_) => return,
        };
        self.record_at(recorder, next);
    }
}

/// Copies memory to `store`. If a chunk is missing, the memory ends there.
// With a stack frame of its own: the caller has one with a buffer.
#[inline(never)]
fn copy_to(copy: &ArgumentCopy<'_>, plans: &[CopyPlan], store: &mut ChunkStore<'_>, access: Access) {
    let _ = copy.copy_all(plans, store, access, false);
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
