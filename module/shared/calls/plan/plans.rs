// SPDX-License-Identifier: GPL-2.0

//! The plans of all calls of one table, made at compile time.

use super::copy_plan::CopyPlan;
use super::derive::{plans_of, PLANS_OF_CALL};
use crate::shared::calls::{
    abi::{Abi, NUMBERS},
    rows::ROWS,
};
use crate::shared::format::MAX_ARGS;

/// Which memory to copy for each call of one table, and how many registers hold its arguments. The module has one in a
/// static for each table that its kernel's programs use, and nothing else of the table of calls.
pub struct CopyPlans {
    /// By number, from the lowest bit: [`PLACE_BITS`] for the place of the call's first plan in [`Self::plans`],
    /// [`COUNT_BITS`] for the number of its plans, and the number of registers that hold arguments.
    calls: [u16; NUMBERS],
    /// The plans of all calls. Calls with equal plans share them.
    plans: [CopyPlan; PLANS],
}

/// Places in a table of plans; the largest table needs a few less.
const PLANS: usize = 288;
const PLACE_BITS: u32 = 9;
/// Bits for numbers up to [`PLANS_OF_CALL`], and up to [`MAX_ARGS`].
const COUNT_BITS: u32 = 3;

const _: () = assert!(PLANS <= 1 << PLACE_BITS && PLACE_BITS + 2 * COUNT_BITS <= u16::BITS);

impl CopyPlans {
    /// The plans of the calls of programs that use `abi`.
    pub const fn new(abi: Abi) -> Self {
        let unknown = (MAX_ARGS as u16) << (PLACE_BITS + COUNT_BITS);
        let mut all = Self { calls: [unknown; NUMBERS], plans: [CopyPlan::NONE; PLANS] };
        let (mut row, mut used) = (0, 0);
        while row < ROWS.len() {
            let number = ROWS[row].numbers[abi as usize];
            if number >= 0 && number < NUMBERS as i32 {
                let (plans, count, registers) = plans_of(ROWS[row].prototype.as_bytes(), abi);
                let mut place = 0;
                while count > 0 && place < used && !(all.plans[place].equals(plans[0]) && all.has(place, &plans, count))
                {
                    place += 1;
                }
                let registers = (registers as usize) << (PLACE_BITS + COUNT_BITS);
                all.calls[number as usize] = (place | (count << PLACE_BITS) | registers) as u16;
                let mut at = 0;
                while at < count {
                    all.plans[place + at] = plans[at];
                    at += 1;
                }
                if place + count > used {
                    used = place + count;
                }
            }
            row += 1;
        }
        all
    }

    /// The plans of call `number`, in the order of its arguments; empty if no call of this number is known.
    #[inline]
    pub fn of(&self, number: u32) -> &[CopyPlan] {
        let call = usize::from(self.calls.get(number as usize).copied().unwrap_or_default());
        let (start, count) = (call % (1 << PLACE_BITS), (call >> PLACE_BITS) % (1 << COUNT_BITS));
        self.plans.get(start..start.wrapping_add(count)).unwrap_or_default()
    }

    /// How many registers hold the arguments of call `number`; [`MAX_ARGS`] if no call of this number is known.
    ///
    /// A 64-bit argument takes two 32-bit registers. On ARM the first of them has an even number; a register that is
    /// therefore left unused before it counts, too.
    #[inline]
    pub fn arguments(&self, number: u32) -> u8 {
        self.calls.get(number as usize).map_or(MAX_ARGS as u8, |call| (call >> (PLACE_BITS + COUNT_BITS)) as u8)
    }

    /// Whether these `count` plans can stand at `place`: each place has the plan already, or is unused.
    const fn has(&self, place: usize, plans: &[CopyPlan; PLANS_OF_CALL], count: usize) -> bool {
        let mut at = 0;
        while at < count {
            let here = self.plans[place + at];
            if !here.equals(plans[at]) && !here.equals(CopyPlan::NONE) {
                return false;
            }
            at += 1;
        }
        true
    }
}
