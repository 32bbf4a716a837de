// SPDX-License-Identifier: GPL-2.0

//! What probes do about each call, by its number.

use super::calls::{
    exec_numbers,
    plan::{CopyPlan, CopyPlans, MemoryKind},
    Direction, NUMBERS,
};
use super::format::{is_failure, Machine};
use super::selection::Selection;

/// What probes do about a call.
///
/// | bits | meaning                                                                    |
/// |------|----------------------------------------------------------------------------|
/// | 0–2  | how many arguments are recorded: registers, 0 to [`MAX_ARGS`]              |
/// | 3    | [`COPY_AT_ENTRY`](Self::COPY_AT_ENTRY)                                     |
/// | 4    | [`EXCLUDED`](Self::EXCLUDED)                                               |
/// | 5    | [`COPY_AT_RETURN`](Self::COPY_AT_RETURN)                                   |
/// | 6    | [`ONLY_FAILED`](Self::ONLY_FAILED)                                         |
/// | 7    | a return with this number may be the return of another call                |
///
/// The bits that one edge tests together are neighbours, so that one instruction tests them.
///
/// [`MAX_ARGS`]: super::format::MAX_ARGS
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallAction(u8);

impl CallAction {
    /// The call is recorded, without arguments.
    pub const NONE: Self = Self(0);
    const ARGUMENTS: u8 = 0b111;
    /// Arguments may point to memory that is recorded at the entry.
    pub const COPY_AT_ENTRY: u8 = 1 << 3;
    /// The call is not recorded.
    pub const EXCLUDED: u8 = 1 << 4;
    /// Arguments may point to memory that is recorded at the return.
    pub const COPY_AT_RETURN: u8 = 1 << 5;
    /// The call is recorded only if it failed. All calls have this bit, or no call has.
    pub const ONLY_FAILED: u8 = 1 << 6;
    const MAY_BE_ANOTHER_CALL: u8 = 1 << 7;

    /// How many registers with arguments are recorded, 0 to [`MAX_ARGS`](super::format::MAX_ARGS).
    #[inline(always)]
    pub const fn arguments(self) -> u8 {
        self.0 & Self::ARGUMENTS
    }

    /// Whether any of `bits` is set.
    #[inline(always)]
    pub const fn has(self, bits: u8) -> bool {
        self.0 & bits != 0
    }

    /// Whether a return with this result can be recorded.
    #[inline(always)]
    pub fn admits_result(self, result: i64) -> bool {
        !self.has(Self::ONLY_FAILED) || is_failure(result)
    }

    /// Whether the call is certainly not recorded, in a program as wide as the kernel. With `is_return`, the number is
    /// that of a return, which may belong to another call.
    #[inline(always)]
    pub const fn is_surely_excluded(self, is_return: bool) -> bool {
        let doubt = if is_return { Self::MAY_BE_ANOTHER_CALL } else { 0 };
        self.0 & (Self::EXCLUDED | doubt) == Self::EXCLUDED
    }
}

/// What probes do about every call, for programs as wide as the kernel and for 32-bit programs on a 64-bit kernel.
pub struct CallActions {
    /// By number. The last action is for all numbers from [`NUMBERS`] on.
    tables: [[CallAction; NUMBERS + 1]; 2],
    /// Whether a return is recorded if the kernel has lost its number.
    unnumbered: [bool; 2],
}

impl CallActions {
    /// Every call is recorded without arguments.
    #[inline]
    pub const fn none() -> Self {
        Self { tables: [[CallAction::NONE; NUMBERS + 1]; 2], unnumbered: [true; 2] }
    }

    /// Sets the actions for `selection`. `plans` are the plans for programs as wide as the kernel, and for 32-bit
    /// programs.
    // Written in place: this would be large on the kernel's small stack.
    #[inline]
    pub fn fill(&mut self, machine: Machine, selection: &Selection, plans: &[&CopyPlans; 2]) {
        let calls = selection.calls.as_ref();
        let is_excluded = |is_32bit, number| calls.is_some_and(|calls| !calls.contains(is_32bit, number));
        let only_failed = if selection.failed_only { CallAction::ONLY_FAILED } else { 0 };
        let Self { tables, unnumbered } = self;
        let of = tables.iter_mut().zip(unnumbered).zip(plans);
        for (is_32bit, ((table, unnumbered), plans)) in [false, true].into_iter().zip(of) {
            for (number, action) in table.iter_mut().enumerate() {
                let count = if selection.args { plans.arguments(number as u32) } else { 0 };
                let plans = if selection.copies_memory() { plans.of(number as u32) } else { &[] };
                let copies = plans.iter().fold(0, |bits, plan| bits | copies(*plan));
                let excluded = if is_excluded(is_32bit, number as u32) { CallAction::EXCLUDED } else { 0 };
                // `execve` can return to a program of the other width, which has other numbers. The last action is also
                // used for lost numbers.
                let may_be_another = number == NUMBERS || exec_numbers(machine, !is_32bit).contains(&(number as u32));
                let doubt = if may_be_another { CallAction::MAY_BE_ANOTHER_CALL } else { 0 };
                *action = CallAction(count | copies | excluded | doubt | only_failed);
            }
            *unnumbered = sigreturn_numbers(machine, is_32bit).iter().any(|&number| !is_excluded(is_32bit, number));
        }
    }

    /// What probes do about call `number`.
    #[inline(always)]
    pub fn get(&self, is_32bit: bool, number: u64) -> CallAction {
        let table = &self.tables[usize::from(is_32bit)];
        // In range, and without a branch.
        table[number.min(NUMBERS as u64) as usize]
    }

    /// Whether the return from call `number` is not recorded. `number` is `u32::MAX` at the return from a signal's
    /// handler: the kernel loses the number of the call then.
    #[inline]
    pub fn excludes_return(&self, is_32bit: bool, number: u32) -> bool {
        let is_unnumbered = number == u32::MAX && self.unnumbered[usize::from(is_32bit)];
        !is_unnumbered && self.get(is_32bit, u64::from(number)).has(CallAction::EXCLUDED)
    }
}

/// The edges at which this plan may copy memory.
#[inline]
fn copies(plan: CopyPlan) -> u8 {
    match (plan.what(), plan.direction()) {
        // The command decides.
        (MemoryKind::ByCommand(_), Direction::Value) | (_, Direction::InOut) => {
            CallAction::COPY_AT_ENTRY | CallAction::COPY_AT_RETURN
        }
        (_, Direction::In) => CallAction::COPY_AT_ENTRY,
        (_, Direction::Out) => CallAction::COPY_AT_RETURN,
        (_, Direction::Value) => 0,
    }
}

/// The numbers of `sigreturn` and `rt_sigreturn`. They restore the registers from before the signal, and with these the
/// kernel loses the number of the call (`forget_syscall()` of `arch/arm64/kernel/signal.c`, `orig_ax` in
/// `arch/x86/kernel/signal_64.c`).
#[inline]
const fn sigreturn_numbers(machine: Machine, is_32bit: bool) -> &'static [u32] {
    match (machine, is_32bit) {
        (Machine::Arm64, false) => &[139],
        (Machine::X86_64, false) => &[15],
        // i386 and ARM have equal numbers.
        (Machine::Arm, _) | (Machine::Arm64 | Machine::X86_64, true) => &[119, 173],
    }
}
