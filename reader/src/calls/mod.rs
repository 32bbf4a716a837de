// SPDX-License-Identifier: GPL-2.0

//! The table of system calls with names, categories and parameters.
//!
//! The rows are shared with the kernel module, which copies memory by them. This adds what only the reader needs.
//!
//! | file            | what it has                                                               |
//! |-----------------|---------------------------------------------------------------------------|
//! | `parameter.rs`  | a parameter of a call, and how much memory it stands for                  |
//! | `category.rs`   | the categories                                                            |
//! | `categories.rs` | the category of each call, written by `scripts/generate-calls`            |
//! | `parsed_row.rs` | a row as plain data                                                       |
//! | `known_call.rs` | finds a call by number or name; name, prototype and category of a call    |

mod category;
mod categories;
mod parameter;
mod parsed_row;
mod known_call;

pub use category::Category;
pub(crate) use known_call::ROW_COUNT;
pub use known_call::{prototypes, KnownCall};
pub(crate) use parameter::ElementCount;
pub use parameter::{size_of, Parameter};
pub use syscall_record_format::calls::{plan, Abi, Direction, NUMBERS};
