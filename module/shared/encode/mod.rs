// SPDX-License-Identifier: GPL-2.0

//! Turns events into the words of a packet.
//!
//! The usual event is one word: the packet knows its task and the time of the previous event, and its fields are small.
//! A return that directly follows the entry of its task takes no word of its own, but completes the word of the entry.
//! These events take the *fast path*: a function that makes the word. An event of such a task that has memory is
//! written in place: [`Encoder::begin`]. All other events take the *slow path*, [`Encoder::put`].
//!
//! | file          | what it has                                                                 |
//! |---------------|-----------------------------------------------------------------------------|
//! | `event.rs`    | an event, as probes give it to the encoder                                  |
//! | `encoder.rs`  | what the encoder keeps of a CPU's events; the fast path                     |
//! | `put.rs`      | writes any event: the slow path                                             |
//! | `in_place.rs` | writes an event with its memory, which is copied straight into the packet   |

mod event;
mod encoder;
mod put;
mod in_place;

#[allow(unused_imports)] // The module does not name all of them.
pub use self::{
    in_place::EventInPlace,
    put::{PacketFull, Written, MAX_EVENT_WORDS, MAX_MEMORY_WORDS},
};
pub use encoder::Encoder;
pub use event::*;
