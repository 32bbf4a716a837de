// SPDX-License-Identifier: GPL-2.0

//! What the module and the reader share: the record format and all logic that needs no kernel.
//!
//! Compiled twice from this one source: by Kbuild into `syscall_record.ko` (crate root
//! `module/main.rs`) and by cargo for the reader and the host tests (crate root `module/host.rs`).
//! Nothing here is `unsafe`, allocates, or knows where memory comes from. What the module has not may:
//! `calls/table.rs`, of cargo's feature `host`.

#![forbid(unsafe_code)]

pub mod action;
pub mod calls;
pub mod callset;
pub mod encode;
pub mod filter;
pub mod format;
pub mod order;
pub mod request;
pub mod settings;
pub mod ticks;
