// SPDX-License-Identifier: GPL-2.0

//! The table of system calls: the numbers, the name and the parameters of each.
//!
//! Module and reader use one table for all architectures. A change of a parameter changes what the module copies,
//! what the reader prints and what `-L` lists. The module keeps no texts: only [`plan::Plans`] gets into it,
//! made from the rows at compile time. Names, categories and parsed parameters are in the reader's `calls`.
//!
//! | file           | what it has                                                                             |
//! |----------------|-----------------------------------------------------------------------------------------|
//! | `abi.rs`       | the tables of system calls: which one a program uses                                    |
//! | `row.rs`       | the type of a row                                                                       |
//! | `rows.rs`      | the rows, written by `scripts/generate-calls`                                           |
//! | `prototype.rs` | the grammar of a row's prototype, and its parser                                        |
//! | `words.rs`     | the words for what parameters are, and how much memory each stands for                  |
//! | `plan/`        | which memory the module copies for each call, made from the prototypes at compile time  |

mod abi;
mod row;
pub mod words;
pub mod prototype;
mod rows;
pub mod plan;

pub use abi::{exec_numbers, Abi, NUMBERS};
pub use prototype::Direction;
#[allow(unused_imports)] // The module does not name these.
pub use {abi::ABIS, row::CallRow, rows::ROWS};
