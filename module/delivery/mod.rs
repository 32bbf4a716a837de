// SPDX-License-Identifier: GPL-2.0

//! Delivers packets from the ring buffers to the reader of `/dev/syscall-record`.
//!
//! From the ground up; a file uses only files that stand before it in this list:
//!
//! * `stream`: one stream of packets out of all CPUs' ring buffers
//! * `readers`: the processes that read the device
//! * `flush`: makes packets due and wakes the reader
//! * `device`: `/dev/syscall-record`

#![forbid(unsafe_code)]

pub(crate) mod stream;
pub(crate) mod readers;
pub(crate) mod flush;
pub(crate) mod device;
