// SPDX-License-Identifier: GPL-2.0

//! Which memory the module copies for each call.
//!
//! | file             | what it has                                                                          |
//! |------------------|--------------------------------------------------------------------------------------|
//! | `memory_kind.rs` | what lies in the memory that an argument points to                                   |
//! | `command.rs`     | what `fcntl`, `ioctl`, `prctl`, `futex` and `clone` point to, by their command       |
//! | `copy_plan.rs`   | the plan for one argument, in 32 bits                                                |
//! | `derive.rs`      | makes a call's plans from its prototype, at compile time                             |
//! | `plans.rs`       | the plans of all calls of one table                                                  |

mod memory_kind;
mod command;
mod copy_plan;
mod derive;
mod plans;

pub use copy_plan::{CopyPlan, Count, MAX_ADDRESS_BYTES, MAX_CONTROL_BYTES, MAX_DIRENTS, MAX_PIECES, MESSAGE_WORDS};
#[allow(unused_imports)] // The module does not name all of them.
pub use {
    copy_plan::NULL_BUFFER,
    derive::PLANS_OF_CALL,
    memory_kind::{MemoryKind, SubCommand},
    plans::CopyPlans,
};
