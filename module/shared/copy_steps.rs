// SPDX-License-Identifier: GPL-2.0

//! How to copy the memory of most calls, looked up by the call's number and edge, in a form that takes few instructions
//! to follow: a step for each piece of memory.

use super::calls::{
    plan::{CopyPlan, CopyPlans, Count, MemoryKind, MAX_ADDRESS_BYTES, PLANS_OF_CALL},
    Direction, NUMBERS,
};
use super::format::Edges;
use super::selection::Selection;

/// This many bytes of structures are recorded even if `snaplen` is less.
pub const MIN_ITEMS_BYTES: u32 = 512;

/// How to copy one piece of the memory that a call has at an edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C, align(8))]
pub struct CopyStep {
    /// The register that holds the address.
    address: u8,
    /// The register that holds the number of elements, if `how` says so.
    count: u8,
    /// [`COUNT`] and flags.
    how: u8,
    /// Bytes before the elements.
    head: u8,
    /// Bytes of an element.
    size: u16,
    /// How many bytes are recorded at most.
    limit: u16,
}

// The bits of `CopyStep::how`.
/// Bits for a place in [`COUNTS`].
const COUNT: u8 = 3;
/// The result limits the number of elements.
const BY_RESULT: u8 = 1 << 2;
/// There is no memory if the call failed.
const NEEDS_SUCCESS: u8 = 1 << 3;
/// It is a string, without `count`.
const IS_STRING: u8 = 1 << 4;
/// The call has memory of another kind, or none.
const IS_OTHER: u8 = 1 << 5;
/// The register that holds the number of elements points to it, an `int`.
const BY_POINTER: u8 = 1 << 6;
/// Another step of the call comes after it.
const HAS_NEXT: u8 = 1 << 7;

/// The number of elements is a register's value, with the first number as a mask, and the second's bits set.
const COUNTS: [(usize, usize); 4] = [(0, 1), (usize::MAX, 0), (u32::MAX as usize, 0), (0, usize::MAX)];
const ONE: u8 = 0;
const IN_REGISTER: u8 = 1;
const IN_LOWER_HALF: u8 = 2;
const ANY: u8 = 3;

/// No more elements than that are recorded; so the number of bytes does not overflow.
const MAX_ELEMENTS: usize = 1 << 16;

impl CopyStep {
    /// The only step of a call that has memory of another kind, or none.
    const OTHER: Self = Self { address: 0, count: 0, how: IS_OTHER, head: 0, size: 0, limit: 0 };

    /// How to copy what `plan` names. `has_inputs` at an edge at which memory that the kernel reads is recorded. `None`
    /// if it is of another kind.
    fn of(plan: CopyPlan, has_inputs: bool, snaplen: u32) -> Option<Self> {
        if plan.direction() == Direction::Value || plan.is_of_failure() {
            return None;
        }
        let is_needed_if_failed = has_inputs && plan.direction() != Direction::Out;
        let if_failed = if is_needed_if_failed { 0 } else { NEEDS_SUCCESS };
        let (kind, limit) = match plan.what() {
            MemoryKind::Str if plan.size() <= 1 => (IS_STRING, 0),
            MemoryKind::Payload => (0, snaplen),
            MemoryKind::Items => (0, snaplen.max(MIN_ITEMS_BYTES)),
            MemoryKind::Sockaddr => (0, MAX_ADDRESS_BYTES as u32),
            _ => return None,
        };
        let (count_by, count) = match plan.count() {
            Count::One => (ONE, 0),
            Count::Register(register, false) => (IN_REGISTER, register),
            Count::Register(register, true) => (IN_LOWER_HALF, register),
            Count::AtMost(register, false) => (IN_REGISTER | BY_RESULT, register),
            Count::AtMost(register, true) => (IN_LOWER_HALF | BY_RESULT, register),
            Count::PointerIn(register) => (IN_LOWER_HALF | BY_POINTER, register),
            Count::Result => (ANY | BY_RESULT, 0),
        };
        let limit = u16::try_from(limit).ok()?;
        let how = count_by | if_failed | kind;
        Some(Self { address: plan.register(), count, how, head: plan.head(), size: plan.size(), limit })
    }

    /// Whether the call has memory of another kind, or none: then nothing else here holds.
    #[inline(always)]
    pub const fn is_other(self) -> bool {
        self.how & IS_OTHER != 0
    }

    /// Whether there is no memory if the call failed.
    #[inline(always)]
    pub const fn needs_success(self) -> bool {
        self.how & NEEDS_SUCCESS != 0
    }

    /// Whether the memory is a string.
    #[inline(always)]
    pub const fn is_string(self) -> bool {
        self.how & IS_STRING != 0
    }

    /// Whether no step of the call comes after this one.
    #[inline(always)]
    pub const fn is_last(self) -> bool {
        self.how & HAS_NEXT == 0
    }

    /// The register that holds the address.
    #[inline(always)]
    pub const fn address(self) -> u8 {
        self.address
    }

    /// The register that the number of elements follows from.
    #[inline(always)]
    pub const fn count(self) -> u8 {
        self.count
    }

    /// Whether that register points to the number of elements, an `int`.
    #[inline(always)]
    pub const fn is_counted_by_pointer(self) -> bool {
        self.how & BY_POINTER != 0
    }

    /// How many bytes there are, and how many of them are recorded. `count` is the value of the register that
    /// [`count`](Self::count) names, or what it points to. `result` is the call's result, which is no failure; `None`
    /// at the entry.
    #[inline(always)]
    pub fn bytes(self, count: u64, result: Option<i64>) -> (usize, usize) {
        let (mask, set) = COUNTS[usize::from(self.how & COUNT)];
        let mut count = count as usize & mask | set;
        if let Some(result) = result {
            if self.how & BY_RESULT != 0 {
                count = count.min(usize::try_from(result).unwrap_or(0));
            }
        }
        let bytes = count.min(MAX_ELEMENTS).wrapping_mul(usize::from(self.size)).wrapping_add(usize::from(self.head));
        (bytes, bytes.min(usize::from(self.limit)))
    }
}

/// How many steps a table has at most. The largest, of ARM with returns alone, needs all of them.
const STEPS: usize = 256;

/// How to copy the memory of all calls of one table, at the entry and at the return.
pub struct CopySteps {
    /// By edge and number, where in `steps` the call's steps begin. The last place is for all numbers from [`NUMBERS`]
    /// on.
    places: [[u8; NUMBERS + 1]; 2],
    /// The steps of all calls. Calls with equal steps share them.
    steps: [CopyStep; STEPS],
}

impl CopySteps {
    /// No call has memory.
    #[inline]
    pub const fn none() -> Self {
        Self { places: [[0; NUMBERS + 1]; 2], steps: [CopyStep::OTHER; STEPS] }
    }

    /// Takes what is to be copied under `selection` from `plans`, the plans for programs as wide as the kernel. Returns
    /// how many steps that takes.
    // Written in place: this would be large on the kernel's small stack.
    pub fn fill(&mut self, selection: &Selection, plans: &CopyPlans) -> usize {
        let Self { places, steps } = self;
        // At place 0 is the step of calls that steps do not copy, or whose steps do not fit.
        steps.fill(CopyStep::OTHER);
        let mut used = 1;
        for (at_return, places) in [false, true].into_iter().zip(places) {
            let has_inputs = !at_return || selection.edges == Edges::Exit;
            for (number, place) in places.iter_mut().enumerate() {
                let mut own = [CopyStep::OTHER; PLANS_OF_CALL];
                let count = steps_of(plans.of(number as u32), at_return, has_inputs, selection.snaplen, &mut own);
                let own = own.get(..count).unwrap_or_default();
                *place = 0;
                if own.is_empty() {
                    continue;
                }
                let known = steps.windows(count).take(used).position(|known| known == own);
                if let Some(known) = known {
                    *place = known as u8;
                } else if let Some(free) = steps.get_mut(used..used.wrapping_add(count)) {
                    free.copy_from_slice(own);
                    *place = used as u8;
                    used = used.wrapping_add(count);
                }
            }
        }
        used
    }

    /// Where the steps of call `number` begin.
    #[inline(always)]
    pub fn first(&self, at_return: bool, number: u64) -> u8 {
        // In range, and without a branch.
        self.places[usize::from(at_return)][number.min(NUMBERS as u64) as usize]
    }

    /// The step at `place`. The next place has the call's next step, unless this is the [last](CopyStep::is_last).
    #[inline(always)]
    pub fn at(&self, place: u8) -> CopyStep {
        self.steps[usize::from(place)]
    }
}

/// Writes the steps for the memory of a call with these `plans` to `steps`. Returns how many there are: none if not all
/// of it can be copied so.
fn steps_of(
    plans: &[CopyPlan],
    at_return: bool,
    has_inputs: bool,
    snaplen: u32,
    steps: &mut [CopyStep; PLANS_OF_CALL],
) -> usize {
    let due = plans.iter().filter(|plan| match plan.direction() {
        Direction::In => has_inputs,
        Direction::Out => at_return,
        Direction::InOut | Direction::Value => true,
    });
    let mut count = 0usize;
    for (step, plan) in steps.iter_mut().zip(due) {
        let Some(known) = CopyStep::of(*plan, has_inputs, snaplen) else { return 0 };
        *step = known;
        count = count.wrapping_add(1);
    }
    for step in steps.iter_mut().take(count.saturating_sub(1)) {
        step.how |= HAS_NEXT;
    }
    count
}
