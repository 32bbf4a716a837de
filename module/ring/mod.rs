// SPDX-License-Identifier: GPL-2.0

//! Ring buffers of packets, one for each CPU. The CPU's probes are the only writer of a buffer; one reader reads all
//! buffers.
//!
//! From the ground up; a file uses only files that stand before it in this list:
//!
//! * `buffer`: the memory of one CPU's ring buffer, and what writer and reader share
//! * `reader`: the reading ends of all buffers, as a safe interface
//! * `writer`: the writing ends of all buffers; writes any event (slow path)
//! * `fast_path`: writes the usual event
//!
//! # Loss policy
//!
//! No packet is overwritten before it was read. While all packets of a buffer wait for the reader, its writer drops and
//! counts new events. It never stalls the program that makes them.
//!
//! # Which side owns a packet
//!
//! Packets are numbered from 0; packet `n` lies in slot `n % slots`. Three counts say which side owns a packet:
//!
//! ```text
//!     [read, closed)    complete, the reader's
//!     [closed, opened)  none or one, the writer's open packet
//!     all other slots   free            opened - read <= slots
//! ```
//!
//! The writer opens a packet when it has none, and closes it when it is full. The reader need not wait for that: it can
//! *cut* an open packet. It clears `end`, so that the writer finds no room and writes its next event to a new packet.
//! Then the reader waits for RCU. Probes write with preemption off, so after a grace period no probe is left that found
//! room. The packet then holds all that was written until then, and belongs to the reader. Neither side ever waits for
//! the other. The writer pays nothing: it looks for room in any case. (It closes the cut packet when it writes its next
//! event. Until then `closed` stays behind.)
//!
//! # Fast path and slow path
//!
//! The fast path writes an event if the CPU's last event was of the same task and the packet has room. The slow path
//! found out that the task passes the filter when it wrote an earlier event of the task. Every change of `end` makes
//! the slow path find it out again. The slow path writes everything else.

mod buffer;
pub(crate) mod reader;
pub(crate) mod writer;
pub(crate) mod fast_path;

pub(crate) use buffer::{PacketStart, SessionInfo};
