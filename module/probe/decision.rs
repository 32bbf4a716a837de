// SPDX-License-Identifier: GPL-2.0

//! The decision of a probe about a call. The first row that applies counts:
//!
//! | program       | action of the call ([`CallAction`])       | result  | probe          | step             |
//! |---------------|-------------------------------------------|---------|----------------|------------------|
//! | kernel's kind | none of the marks that the probe looks at | any     | any            | [`FastPath`]     |
//! | any           | only failed calls are recorded            | success | [`ReturnOnly`] | [`Skip`]         |
//! | kernel's kind | surely excluded                           | any     | any            | [`Skip`]         |
//! | 32-bit        | any                                       | any     | any            | [`HandleMarked`] |
//! | kernel's kind | excluded                                  | any     | any            | [`HandleMarked`] |
//! | kernel's kind | has memory to copy here                   | any     | any            | [`CopyMemory`]   |
//! | kernel's kind | only failed calls are recorded            | failure | [`ReturnOnly`] | [`FastPath`]     |
//!
//! The later steps, in `slow_path`:
//!
//! | step           | condition                                                 | next                            |
//! |----------------|-----------------------------------------------------------|---------------------------------|
//! | `CopyMemory`   | as for `FastPath`, and all memory can be copied           | the event is recorded           |
//! | `CopyMemory`   | otherwise                                                 | slow path                       |
//! | `HandleMarked` | the call is excluded, by the table of its own kind        | `Skip`                          |
//! | `HandleMarked` | otherwise                                                 | slow path                       |
//! | `FastPath`     | the last event on this CPU was of the task, there is room | the event is recorded           |
//! | `FastPath`     | otherwise                                                 | slow path                       |
//! | slow path      | the buffer is full, the last event was of the task        | the event is counted as dropped |
//! | slow path      | the task does not pass the filter                         | `Skip`                          |
//! | slow path      | the task is the reader                                    | nothing                         |
//! | slow path      | otherwise                                                 | the event is recorded           |
//! | `Skip`         | [`exempts`](ProbeKind::exempts), and the task cannot pass | the task exempts itself         |
//!
//! [`FastPath`]: Step::FastPath
//! [`Skip`]: Step::Skip
//! [`CopyMemory`]: Step::CopyMemory
//! [`HandleMarked`]: Step::HandleMarked
//! [`ReturnOnly`]: ProbeKind::ReturnOnly

use crate::shared::action::CallAction;
use crate::shared::format::Edges;

/// Which probe of system calls runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ProbeKind {
    /// Records entries.
    Enter = 0,
    /// Records returns where entries are recorded.
    Exit = 1,
    /// Records returns where entries are not recorded.
    ReturnOnly = 2,
}

/// What a probe does about a call next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Records the call by the fast path if the task and the buffer allow that, by the slow path if not.
    FastPath,
    /// Records the call, and memory that its arguments point to.
    CopyMemory,
    /// Decides out of line.
    HandleMarked,
    /// Does not record the call.
    Skip,
}

impl ProbeKind {
    /// The marks of an action that make the probe decide out of line.
    #[inline(always)]
    const fn marks(self) -> u8 {
        match self {
            Self::Enter => CallAction::EXCLUDED | CallAction::COPY_AT_ENTRY,
            Self::Exit => CallAction::EXCLUDED | CallAction::COPY_AT_RETURN,
            Self::ReturnOnly => CallAction::EXCLUDED | CallAction::COPY_AT_ENTRY | CallAction::COPY_AT_RETURN,
        }
    }

    /// All marks of an action that the probe looks at.
    #[inline(always)]
    const fn all_marks(self) -> u8 {
        match self {
            // The other probes are not attached where only failed calls are recorded.
            Self::ReturnOnly => self.marks() | CallAction::ONLY_FAILED,
            _ => self.marks(),
        }
    }

    /// The step to take about a call with this `action`, which a program that `is_32bit` made on a 64-bit kernel. At an
    /// entry `result` is ignored.
    // In this order, and inlined: the usual call costs one test.
    #[inline(always)]
    pub(crate) fn step(self, action: CallAction, is_32bit: bool, result: i64) -> Step {
        let is_return_only = matches!(self, Self::ReturnOnly);
        if is_32bit || action.has(self.all_marks()) {
            let is_return = !matches!(self, Self::Enter);
            if (is_return_only && !action.admits_result(result)) || (!is_32bit && action.is_surely_excluded(is_return))
            {
                return Step::Skip;
            }
            // The other probes look at no other marks.
            if is_32bit || action.has(CallAction::EXCLUDED) {
                return Step::HandleMarked;
            }
            if !is_return_only || action.has(self.marks()) {
                return Step::CopyMemory;
            }
        }
        Step::FastPath
    }

    /// Whether a task that cannot pass exempts itself when this probe skips its call: once a call. If
    /// `return_needs_entry`, the kernel traces a return only if it traced the entry, and the task waits for the return.
    #[inline(always)]
    pub(crate) fn exempts(self, edges: Edges, return_needs_entry: bool) -> bool {
        match self {
            Self::Enter => !return_needs_entry || edges == Edges::Enter,
            Self::Exit => return_needs_entry,
            Self::ReturnOnly => true,
        }
    }
}
