// SPDX-License-Identifier: GPL-2.0

//! The record format, bit by bit. The tables below are its only definition. They describe version 3; the last parts
//! say what is different in versions 2 and 1.
//!
//! # Stream
//!
//! A stream is a sequence of packets of [`PACKET_BYTES`] bytes. A packet holds what one CPU recorded in one stretch of
//! time. Each packet can be decoded alone: a stream may begin and end between any two packets. The format consists of
//! 64-bit words, and numbers are little-endian, on every architecture.
//!
//! Packets stand in the stream in the order of their base times. The *watermark* of a packet is a promise: no later
//! packet holds an event before that time. So a reader that merges CPUs can print every event before the watermark at
//! once.
//!
//! # Packet
//!
//! | word   | bits  | field                                                                                    |
//! |--------|-------|------------------------------------------------------------------------------------------|
//! | 0      | 0–63  | [`MAGIC`]                                                                                |
//! | 1      | 0–7   | [`VERSION`]                                                                              |
//! |        | 8–15  | architecture of the kernel, [`Machine`]                                                  |
//! |        | 16–31 | number of the CPU                                                                        |
//! |        | 32–47 | words used, header included; the words after these are zero                              |
//! |        | 48–49 | edges that are recorded, [`Edges`]                                                       |
//! |        | 50    | 1 if arguments are recorded                                                              |
//! |        | 51–63 | zero                                                                                     |
//! | 2      | 0–31  | sequence number of the packet on this CPU; 0 is the first after the module was loaded    |
//! |        | 32–63 | session: a number chosen when the settings were put in force                             |
//! | 3      | 0–63  | base time in ticks, where the deltas of the records start                                |
//! | 4      | 0–63  | watermark in ticks                                                                       |
//! | 5      | 0–63  | wall clock (`CLOCK_REALTIME`) at base time, nanoseconds since 1970                       |
//! | 6      | 0–63  | nanoseconds per tick, a fixed-point number with 32 fractional bits                       |
//! | 7      | 0–63  | events that this CPU has dropped since the module was loaded, at base time               |
//! | 8      | 0–63  | events that this CPU has dropped since its previous packet                               |
//! | 9–15   |       | kernel release (`uname -r`), the first 56 bytes, padded with NULs                        |
//! | 16–511 |       | records                                                                                  |
//!
//! An event is one edge of a system call: its entry or its return. Drops lie between packets, never inside: the dropped
//! events came after the last record of the CPU's previous packet, and before the base time of the packet that counts
//! them.
//!
//! # Records
//!
//! Bits 0–3 of a record's first word are its kind. Unused bits are zero. A *delta* is the ticks since the packet's
//! previous event; for the first event since the base time.
//!
//! | kind   | name       | first word                                                            | further words     |
//! |--------|------------|-----------------------------------------------------------------------|-------------------|
//! | 1      | ENTER_WIDE | 4 program is 32-bit, 5–7 arguments, 32–63 delta                       | number, arguments |
//! | 2, 3   | ENTER      | 4–12 number, 41–63 delta                                              |                   |
//! | 4, 5   | ENTER_ARGS | 4–12 number, 41–43 arguments, 44–63 delta                             | arguments         |
//! | 6      | EXIT       | 4–12 number, 13 and 14 flags, 15–39 delta, 40–63 result (signed)      |                   |
//! | 7      | EXIT_WIDE  | 4, 8 and 9 flags, 5–7 arguments, 10–31 delta, 32–63 number            | result, arguments |
//! | 8      | TIME       | 4–63 absolute time in ticks                                           |                   |
//! | 9      | TASK       | 4 program is 32-bit, 5–7 slot, 8–31 tid, 32–55 tgid                   | comm, comm        |
//! | 10, 11 | CALL       | as ENTER; 13–28 result (signed), 29–40 duration                       |                   |
//! | 12, 13 | CALL_ARGS  | as ENTER_ARGS; 13–28 result (signed), 29–40 duration                  | arguments         |
//! | 14     | SWITCH     | 5–7 slot                                                              |                   |
//! | 15     | MEMORY     | 4–6 argument, 7–10, 21, 22 flags, 11–20 bytes, 24–31 call, 32–63 delta | the bytes        |
//!
//! * CALL stands for an ENTER that is directly followed by an EXIT, `duration` ticks later. If the next event of the
//!   CPU after an entry is the return of the same task, the writer turns the ENTER into a CALL.
//! * The odd one of two kinds says that a 32-bit program made the call on a 64-bit kernel. The number is then one of
//!   the architecture's 32-bit table, and registers have 32 bits.
//! * `arguments` is how many registers with arguments follow, 0 to [`MAX_ARGS`]. Each takes a word. Where registers
//!   have 32 bits, two share a word, the first in the lower half.
//! * EXIT and EXIT_WIDE are returns that do not complete a CALL. They have the number of the call, as the registers
//!   have it at the return: `u32::MAX` where the kernel has lost it, which is after `sigreturn` and `rt_sigreturn`.
//!   Flag 13 of EXIT and 4 of EXIT_WIDE: a 32-bit program made the call on a 64-bit kernel. Flag 14 of EXIT and 9 of
//!   EXIT_WIDE: entries or returns of the task may have been dropped since its last recorded entry. Without this flag,
//!   the record is the return from the task's last entry, if that has not returned and has the same number and width.
//!   Otherwise no entry of the call is recorded: the task began to match a filter during the call, or the entry was
//!   dropped, or seccomp or a ptracer refused the call before its entry was traced. Flag 8 of EXIT_WIDE: arguments
//!   follow as in an entry, because the call may have been refused.
//! * Where only returns are recorded, a CALL with the duration 0 stands for its return alone. If the return does not
//!   fit into a CALL, it is an EXIT or, where arguments are recorded, an EXIT_WIDE with flag 8.
//! * TIME sets the time of the last event. The writer uses it where a delta does not fit.
//! * TASK says which thread the following records belong to, and stores the thread in one of [`SLOTS`] slots. SWITCH
//!   returns to the thread of a slot. Slots are empty at the start of a packet: its first record, apart from TIME, is a
//!   TASK. `comm` is 16 bytes in the order of memory, padded with NULs.
//! * MEMORY is a chunk of the memory that an argument of the task's next event points to. `argument` is the register of
//!   the argument, 0 to 5; `call` is the lower 8 bits of the call's number; `bytes` is 0 to [`MAX_CHUNK_BYTES`]. The
//!   last word is filled up with zeros. Flag 7: this is the argument's last chunk. Flag 8: the rest could not be read,
//!   since the address is bad. Flag 22: the rest was not resident when it was to be copied. Flag 9: there was more than
//!   is recorded. Flag 10: the memory was read at the return. (Memory that the kernel only reads is then as it was at
//!   the return, too.) Flag 21: this is not the argument's first chunk. Chunks whose event was dropped belong to no
//!   event. After a chunk that found no room, no more chunks of its argument follow.
//!   [`MemoryKind`](super::calls::plan::MemoryKind) describes the contents of lists of buffers.
//!
//! Later versions may use further bits and kinds. A reader refuses a version that it does not know.
//!
//! # Version 2
//!
//! * In memory of the kinds `Msghdr` and `Mmsghdr`, a message begins with four words of 32 bits: the bytes of its name
//!   that are recorded, its flags, the bytes of its control data, and the number of its buffers that are recorded. Its
//!   name and its buffers follow, but no control data.
//!
//! # Version 1
//!
//! As version 2, but:
//!
//! * EXIT has 4–31 delta, 32–63 result. EXIT_WIDE has 32–63 delta, and the result as its only further word. Neither has
//!   a number: it returns from the task's last ENTER, and has its width. If no ENTER was recorded, the EXIT stands
//!   alone, and has the width of the task's TASK. Near drops, an EXIT may belong to another call than it seems.
//! * Where only returns are recorded, a return that does not fit into a CALL is an ENTER directly followed by its EXIT
//!   with the delta 0; both stand for the return alone.
//! * Bit 22 of MEMORY is zero. Flag 8 stands for memory that was not resident, too.
//!
//! # Files
//!
//! | file         | what it has                                                       |
//! |--------------|-------------------------------------------------------------------|
//! | `layout.rs`  | sizes and limits, magic and version                               |
//! | `fields.rs`  | the bits and kinds of the table of records                        |
//! | `machine.rs` | the architecture of the kernel                                    |
//! | `header.rs`  | a packet's header, read and written                               |
//! | `task.rs`    | a thread                                                          |
//! | `args.rs`    | the arguments of a call                                           |
//! | `chunk.rs`   | a chunk of memory                                                 |
//! | `write.rs`   | the words of each kind of record                                  |
//! | `record.rs`  | a record, read from its words                                     |

mod layout;
mod machine;
mod task;
mod args;
mod fields;
mod chunk;
mod header;
mod record;
mod write;

pub use args::*;
pub use chunk::*;
pub use fields::{MAX_DELTA, MAX_EXIT_DELTA, MAX_EXIT_WIDE_DELTA};
pub use header::*;
pub use layout::*;
pub use machine::*;
#[allow(unused_imports)] // The module writes records, and reads none.
pub use record::*;
pub use task::*;
pub use write::*;
