// SPDX-License-Identifier: GPL-2.0

//! Ring buffers of packets, one for each CPU. The CPU's probes are the only writer of a buffer; one reader reads all
//! buffers.
//!
//! From the ground up; a file uses only files that stand before it in this list:
//!
//! * `lost_events`: the threads of which events were dropped
//! * `buffer`: the memory of one CPU's ring buffer, and what writer and reader share
//! * `reader`: the reading ends of all buffers, as a safe interface
//! * `writer`: the writing ends of all buffers; writes any event (slow path)
//! * `fast_path`: writes the usual event
//! * `in_place`: writes an event and the memory of its arguments as the fast path does
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
//! *cut* an open packet. It clears `end` and `remembered`, so that the writer finds no room, takes the slow path, and
//! writes its next event to a new packet.
//! Then the reader waits for RCU. Probes write with preemption off, so after a grace period no probe is left that found
//! room. The packet then holds all that was written until then, and belongs to the reader. Neither side ever waits for
//! the other. The writer pays nothing: it looks for room in any case. (It closes the cut packet when it writes its next
//! event. Until then `closed` stays behind.)
//!
//! # Fast path and slow path
//!
//! The fast path writes an event if the CPU's last event was of the same thread and the packet has room. The slow path
//! found out that the thread passes the filter, and what its name is, when it wrote an earlier event of the thread. The
//! probes of forks and renames forget a thread that gets another name or whose id is used again. The slow path writes
//! everything else.

mod lost_events;
mod buffer;
pub(crate) mod reader;
pub(crate) mod writer;
pub(crate) mod fast_path;
pub(crate) mod in_place;

pub(crate) use buffer::{PacketStart, SessionInfo};
