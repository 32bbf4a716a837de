// SPDX-License-Identifier: GPL-2.0

//! The model: makes of each decoded event an [`Event`] with all that is known of it.
//!
//! A record says little: an entry its call, a return its result. Filters and styles need more: the call's name and
//! arguments, how long it took, whose process made it, and on which file. The model remembers what came before, and
//! adds that to each event. Each file uses only files that stand above it here:
//!
//! - `event`: the events that the model makes
//! - `iovec`: takes apart what is recorded of lists of buffers
//! - `id_map`: a hash map by small numbers
//! - `address`: reads socket addresses
//! - `path`: joins paths
//! - `wall_clock`: from ticks to the time of day
//! - `effects`: what each system call does to threads, processes and descriptors
//! - `incoming_memory`: puts the pieces of recorded memory together
//! - `descriptor_table`: the descriptors of processes, and what they refer to
//! - `procfs`: what `/proc` knows of processes that were there before the recording
//! - `threads`: all threads, and the calls that they are in
//! - `processes`: all processes, with their parents and descriptors
//! - `state`: all that the model remembers
//! - `lineage`: calls that make threads and processes, or replace their program
//! - `pairing`: finds the entry that a return belongs to
//! - `credentials`: calls that set the user of a process, or tell it
//! - `descriptor_update`: a call with its arguments, and access to the descriptors of its process
//! - `sockets`: what calls did to sockets
//! - `descriptors`: what calls did to descriptors and to the current directory
//! - `aftermath`: what a call ends: threads, processes, descriptors
//! - `model`: the model itself, which calls all of these in turn

mod address;
mod effects;
mod event;
pub(crate) mod id_map;
mod path;
mod wall_clock;
mod descriptor_table;
mod incoming_memory;
mod iovec;
mod message;
mod procfs;
mod threads;
mod processes;
mod descriptor_update;
mod state;
mod aftermath;
mod credentials;
mod descriptors;
mod lineage;
#[expect(clippy::module_inception, reason = "the folder's main type")]
mod model;
mod pairing;
mod sockets;

pub use effects::{changes_threads, is_followed, returns_descriptor};
pub use event::{CallEvent, Edge, Event, EventKind, File, FileKind, Memory, Process, UNNAMED_ARGUMENTS};
pub use iovec::{IovecBuffer, IovecReader};
pub use message::MessageHead;
pub use model::{Model, ModelNeeds};
