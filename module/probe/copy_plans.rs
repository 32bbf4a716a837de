// SPDX-License-Identifier: GPL-2.0

//! How many arguments each call has, and what to copy of the memory that they point to.

use crate::kernel_api::arch::MACHINE;
use crate::shared::calls::{
    plan::{CopyPlan, CopyPlans},
    Abi,
};

/// The plans of calls that the kernel's own programs make, and of calls that 32-bit programs make. 64-bit kernels have
/// other numbers for the latter.
pub(crate) static COPY_PLANS: [&CopyPlans; 2] = {
    static OWN: CopyPlans = CopyPlans::new(Abi::new(MACHINE, false));
    #[cfg(CONFIG_64BIT)]
    static OF_32BIT: CopyPlans = CopyPlans::new(Abi::new(MACHINE, true));
    #[cfg(not(CONFIG_64BIT))]
    use OWN as OF_32BIT;
    [&OWN, &OF_32BIT]
};

/// What to copy of the memory that the arguments of call `number` point to.
pub(crate) fn of_call(is_32bit: bool, number: u32) -> &'static [CopyPlan] {
    COPY_PLANS[usize::from(is_32bit)].of(number)
}
