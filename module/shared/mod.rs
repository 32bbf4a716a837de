// SPDX-License-Identifier: GPL-2.0

//! What module and reader share: the record format, and all logic of the module that needs no kernel.
//!
//! This source is compiled twice: by Kbuild into `syscall_record.ko` (crate root `module/main.rs`), and by cargo for
//! the reader and the host tests (crate root `module/host.rs`). It is not `unsafe` and does not allocate.
//!
//! | file             | what it has                                              |
//! |------------------|----------------------------------------------------------|
//! | `format/`        | the record format, bit by bit                            |
//! | `ticks.rs`       | ticks, the unit of time in records                       |
//! | `order.rs`       | the order of the CPUs' packets in one stream             |
//! | `encode/`        | turns events into records                                |
//! | `calls/`         | the table of system calls                                |
//! | `call_set.rs`    | a set of system calls                                    |
//! | `filter.rs`      | which tasks are recorded                                 |
//! | `rules.rs`       | limits and defaults of settings                          |
//! | `values.rs`      | the values of settings as text                           |
//! | `selection.rs`   | what a recording records                                 |
//! | `action.rs`      | what probes do about each call                           |
//! | `copy_steps.rs`  | how to copy the memory of most calls                     |
//! | `settings.rs`    | the settings of a recording, and the module's parameters |
//! | `request.rs`     | the request of a reader, as bytes of an `ioctl`          |

#![forbid(unsafe_code)]

pub mod format;
pub mod order;
pub mod ticks;
pub mod calls;
pub mod encode;
pub mod filter;
pub mod rules;
pub mod call_set;
pub mod values;
pub mod selection;
pub mod action;
pub mod copy_steps;
pub mod request;
pub mod settings;
