// SPDX-License-Identifier: GPL-2.0

//! The probes.
//!
//! Each tries the short way of `ring` with preemption off: nothing is called there, and what was found out
//! about the task is not found out again. Where that way is not open, the event goes the long way.

#![deny(unsafe_code)]

use crate::copy_plans;
use crate::delivery::flush::Delivery;
use crate::kernel_api::arch::{self, Registers};
use crate::kernel_api::clock::Ticks;
use crate::kernel_api::hooks::{SyscallProbe, TaskProbe};
use crate::kernel_api::preempt::PreemptGuard;
use crate::kernel_api::task::{Current, TaskRef};
use crate::memory::Copy;
use crate::pure::action::Action;
use crate::pure::calls::{self, plan::Plan};
use crate::pure::encode::{Call, Event};
use crate::pure::filter::Subject;
use crate::pure::format::{self, Args, Comm, Edges, Task, MAX_ARGS};
use crate::ring::writer::WriteOutcome;
use crate::tracer::{Means, Tracer};
use core::marker::PhantomData;
use kernel::prelude::*;

/// Records entries; looks at each call if `CALLS`: whether it is recorded, and with which arguments.
pub(crate) struct Enter<T, const CALLS: bool>(PhantomData<T>);

/// Records returns where entries are recorded; looks at each call if `CALLS`.
pub(crate) struct Exit<T, const CALLS: bool>(PhantomData<T>);

/// Records returns where entries are not recorded; looks at each call if `CALLS`.
pub(crate) struct Return<T, const CALLS: bool>(PhantomData<T>);

/// Learns of new tasks and new names.
pub(crate) struct Tasks;

impl<T: Ticks, const CALLS: bool> SyscallProbe for Enter<T, CALLS> {
    type Data = Tracer;

    #[inline(always)]
    fn call(tracer: &Tracer, registers: Registers<'_>, number: c_long) {
        let task = Current::get();
        let means = &tracer.means;
        // Not sign-extended: half of the work on 32-bit machines.
        let unsigned = number as usize as u64;
        let action = action_of::<CALLS>(means, unsigned);
        if CALLS {
            let is_32bit = task.is_32bit();
            if is_32bit || action.has(Edge::Enter.special()) {
                return match !is_32bit && action.is_surely_excluded(false) {
                    true => leave(tracer, Edge::Enter),
                    false => special(tracer, registers, number, Edge::Enter),
                };
            }
        }
        let guard = task.preempt_disable();
        let mut writer = means.writers.get(&guard);
        if !writer.enter::<T, CALLS>(&task, &means.clock, unsigned, registers, action.arguments()) {
            return long(tracer, registers, number, guard, Edge::Enter);
        }
        guard.enable();
    }
}

impl<T: Ticks, const CALLS: bool> SyscallProbe for Exit<T, CALLS> {
    type Data = Tracer;

    #[inline(always)]
    fn call(tracer: &Tracer, registers: Registers<'_>, result: c_long) {
        let task = Current::get();
        let means = &tracer.means;
        if CALLS {
            let (is_32bit, action) = (task.is_32bit(), action_of::<CALLS>(means, registers.number()));
            if is_32bit || action.has(Edge::Exit.special()) {
                return match !is_32bit && action.is_surely_excluded(true) {
                    true => leave(tracer, Edge::Exit),
                    false => special(tracer, registers, result, Edge::Exit),
                };
            }
        }
        let guard = task.preempt_disable();
        let mut writer = means.writers.get(&guard);
        if !writer.exit::<T>(&task, &means.clock, result as i64) {
            return long(tracer, registers, result, guard, Edge::Exit);
        }
        guard.enable();
    }
}

impl<T: Ticks, const CALLS: bool> SyscallProbe for Return<T, CALLS> {
    type Data = Tracer;

    #[inline(always)]
    fn call(tracer: &Tracer, registers: Registers<'_>, result: c_long) {
        let task = Current::get();
        let means = &tracer.means;
        let number = registers.number();
        let action = action_of::<CALLS>(means, number);
        if CALLS {
            let is_32bit = task.is_32bit();
            if is_32bit || action.has(Edge::Return.special() | Action::ONLY_FAILED) {
                if !action.takes(result as i64) || (!is_32bit && action.is_surely_excluded(true)) {
                    return leave(tracer, Edge::Return);
                }
                if is_32bit || action.has(Edge::Return.special()) {
                    return special(tracer, registers, result, Edge::Return);
                }
            }
        }
        let guard = task.preempt_disable();
        let mut writer = means.writers.get(&guard);
        if !writer.return_only::<T, CALLS>(&task, &means.clock, number, result as i64, registers, action.arguments()) {
            return long(tracer, registers, result, guard, Edge::Return);
        }
        guard.enable();
    }
}

/// What is done about call `number`, if it was made by a program of the kernel's own kind.
#[inline(always)]
fn action_of<const CALLS: bool>(means: &Means, number: u64) -> Action {
    if CALLS {
        means.actions.get(false, number)
    } else {
        Action::NONE
    }
}

impl TaskProbe for Tasks {
    type Data = Tracer;

    fn fork(tracer: &Tracer, child: &TaskRef<'_>) {
        if tracer.spare.forked(&Current::get(), child) {
            tracer.means.writers.require_slow_path();
        }
    }

    fn rename(tracer: &Tracer, task: &TaskRef<'_>, comm: Comm) {
        let was_spared = tracer.spare.renamed(task, comm);
        if was_spared && task.is_current() {
            if let Some(number) = arch::untraced_return() {
                renaming_return(tracer, comm, number);
            }
        }
    }
}

/// Which probe it was.
#[derive(Clone, Copy)]
enum Edge {
    Enter,
    Exit,
    Return,
}

impl Edge {
    /// What makes a call [`special`] there.
    const fn special(self) -> u8 {
        match self {
            Self::Enter => Action::EXCLUDED | Action::COPY_AT_ENTRY,
            Self::Exit => Action::EXCLUDED | Action::COPY_AT_RETURN,
            Self::Return => Action::EXCLUDED | Action::COPY_AT_ENTRY | Action::COPY_AT_RETURN,
        }
    }
}

/// What there is to do about a call that is not recorded: the task may be one that need not come here.
#[inline(always)]
fn leave(tracer: &Tracer, edge: Edge) {
    // Once a call.
    let is_time = match edge {
        Edge::Enter => !arch::RETURN_NEEDS_ENTRY || tracer.settings.edges == Edges::Enter,
        Edge::Exit => arch::RETURN_NEEDS_ENTRY,
        Edge::Return => true,
    };
    if is_time && tracer.spare.is_on() {
        leave_for_good(tracer);
    }
}

/// Spares the running task if it could not pass the filter.
#[cold]
#[inline(never)]
fn leave_for_good(tracer: &Tracer) {
    let current = Current::get();
    // Most that come here pass: they are looked at without a guard.
    if tracer.spare.may_spare(&current) {
        tracer.spare.spare(&current, &current.preempt_disable());
    }
}

/// What there is to do about a call beside its event. Decides about 32-bit programs, too.
#[cold]
#[inline(never)]
fn special(tracer: &Tracer, registers: Registers<'_>, value: c_long, edge: Edge) {
    let current = Current::get();
    if is_excluded(tracer, registers, value, current.is_32bit(), edge) {
        return leave(tracer, edge);
    }
    long(tracer, registers, value, current.preempt_disable(), edge);
}

/// Whether a call is not recorded, whoever makes it: one of a program that is `is_32bit` now.
fn is_excluded(tracer: &Tracer, registers: Registers<'_>, value: c_long, is_32bit: bool, edge: Edge) -> bool {
    let actions = &tracer.means.actions;
    if let Edge::Enter = edge {
        return actions.get(is_32bit, value as usize as u64).has(Action::EXCLUDED);
    }
    let number = registers.number() as u32;
    actions.excludes_return(was_32bit(registers, number, value, is_32bit), number)
}

/// Where the short way is not open: because the buffer is full, if that is so often.
#[cold]
#[inline(never)]
fn long(tracer: &Tracer, registers: Registers<'_>, value: c_long, guard: PreemptGuard, edge: Edge) {
    if tracer.means.writers.get(&guard).drop_if_full(&Current::get()) {
        return guard.enable();
    }
    consider(tracer, registers, value, guard, edge);
}

/// Where it is not known whether the task passes the filter.
#[inline(never)]
fn consider(tracer: &Tracer, registers: Registers<'_>, value: c_long, guard: PreemptGuard, edge: Edge) {
    let current = Current::get();
    // Its name is looked at once: what is remembered for the short way is the name that passed.
    let task = current.as_recorded();
    if !tracer.spare.will_pass(&current, task.comm) {
        guard.enable();
        return leave(tracer, edge);
    }
    if tracer.delivery.is_reader(task.tgid) {
        return guard.enable();
    }
    record(tracer, registers, value, task, guard, edge);
}

/// Records a call of a task that passes.
#[inline(never)]
fn record(tracer: &Tracer, registers: Registers<'_>, value: c_long, mut task: Task, guard: PreemptGuard, edge: Edge) {
    let current = Current::get();
    let number = match edge {
        // Other bits than the lower 32 are no program's.
        Edge::Enter => value as u32,
        _ => registers.number() as u32,
    };
    if !matches!(edge, Edge::Enter) {
        let was_32bit = was_32bit(registers, number, value, task.is_32bit);
        // Rare. The number means another call than the one that the probe has looked at.
        if was_32bit != task.is_32bit && tracer.means.actions.excludes_return(was_32bit, number) {
            return;
        }
        if let Edge::Return = edge {
            task.is_32bit = was_32bit;
        }
    }
    // `c_long` has 32 bits on arm; the sign goes along.
    let result = value as i64;
    let bits = arch::MACHINE.program_bits(task.is_32bit);
    let args = registers.args(task.is_32bit).map(u64::from);
    let words = format::pack_args(args, bits);
    let call = call_of(tracer, &task, number, &words);
    let (guard, now) = match plans_of(tracer, &task, number) {
        [] => (guard, tracer.means.clock.now()),
        plans => {
            // Memory may have to be fetched first.
            drop(guard);
            let returned = if let Edge::Enter = edge { None } else { Some(result) };
            let with_inputs = !matches!(edge, Edge::Exit);
            let copy = Copy { tracer, task: &task, number, registers: args, result: returned, with_inputs };
            let now = copy.all(plans);
            let guard = current.preempt_disable();
            // It may have become the reader while it slept, and must not be remembered as one that is recorded.
            if tracer.delivery.is_reader(current.tgid()) {
                return guard.enable();
            }
            (guard, now)
        }
    };
    let event = match edge {
        Edge::Enter => Event::Enter(call),
        Edge::Exit => Event::Exit { result },
        Edge::Return => Event::Return { call, result },
    };
    // The returns of a 32-bit program never take the short way: it may become a 64-bit one in between.
    let lasting = tracer.spare.is_lasting(&current) && !(matches!(edge, Edge::Return) && task.is_32bit);
    write(tracer, guard, &task, now, &event, lasting);
}

/// The return from call `number`, by which the running task gives itself the name `comm`, and of which the kernel
/// will not tell.
fn renaming_return(tracer: &Tracer, comm: Comm, number: u32) {
    let current = Current::get();
    if tracer.settings.edges == Edges::Enter || !tracer.spare.will_pass(&current, comm) {
        return;
    }
    let mut task = current.as_recorded();
    let actions = &tracer.means.actions;
    if !actions.get(task.is_32bit, u64::from(number)).takes(0) || actions.excludes_return(task.is_32bit, number) {
        return;
    }
    task.comm = comm;
    // As after an `execve`, which zeroes them.
    let call = call_of(tracer, &task, number, &[0; MAX_ARGS]);
    let event = match tracer.settings.edges {
        Edges::Exit => Event::Return { call, result: 0 },
        _ => Event::Exit { result: 0 },
    };
    write(tracer, current.preempt_disable(), &task, tracer.means.clock.now(), &event, false);
}

/// What of the memory that the arguments of call `number` point to may have to be recorded.
fn plans_of(tracer: &Tracer, task: &Task, number: u32) -> &'static [Plan] {
    if tracer.settings.copies_memory() {
        copy_plans::of_call(task.is_32bit, number)
    } else {
        &[]
    }
}

/// Call `number` of `task`, whose arguments are the first of `words`, packed, if they are recorded.
fn call_of<'a>(tracer: &Tracer, task: &Task, number: u32, words: &'a [u64; MAX_ARGS]) -> Call<'a> {
    let bits = arch::MACHINE.program_bits(task.is_32bit);
    let count = tracer.means.actions.get(task.is_32bit, u64::from(number)).arguments();
    Call { number, args: if tracer.settings.args { Args::new(words, count, bits) } else { None } }
}

/// Writes what happened at the tick `now` the long way, and has the reader woken if that is due; preemption is on
/// again then. Returns the time that it was given, or `None` if there was no room for it.
pub(crate) fn write(
    tracer: &Tracer,
    guard: PreemptGuard,
    task: &Task,
    now: u64,
    event: &Event<'_>,
    lasting: bool,
) -> Option<u64> {
    let means = &tracer.means;
    let mut writer = means.writers.get(&guard);
    let outcome = writer.write(task, &means.clock, now, event, lasting);
    let time = writer.time();
    drop(guard);
    if matches!(outcome, WriteOutcome::Opened | WriteOutcome::HalfFull) {
        Delivery::schedule_flush(tracer.delivery.as_arc_borrow(), outcome);
    }
    (outcome != WriteOutcome::Dropped).then_some(time)
}

/// Whether a call that returns was made by a 32-bit program, if the task runs one now or not: the program
/// that made an `execve` is not the one that it returns to, whose registers are all zero. (Of the calls
/// that have the same number in the other table, none returns 0 for such arguments.)
fn was_32bit(registers: Registers<'_>, number: u32, result: c_long, is_32bit: bool) -> bool {
    let is_exec = |is_32bit| calls::exec_numbers(arch::MACHINE, is_32bit).contains(&number);
    let exchanged = result == 0 && is_exec(!is_32bit) && registers.args(is_32bit).iter().all(|&register| register == 0);
    is_32bit != exchanged
}
