// SPDX-License-Identifier: GPL-2.0

//! The model: makes of each decoded event an [`Event`] with all that is known of it.
//!
//! A record says little: an entry its call, a return its result. Filters and styles need more: the call's name and
//! arguments, how long it took, whose process made it, and on which file. The model remembers what came before, and
//! adds that to each event. Each file uses only files that stand above it here:
//!
//! - `address`: reads socket addresses
//! - `effects`: what each system call does to threads, processes and descriptors
//! - `id_map`: a hash map by small numbers
//! - `ledger`: counts the memory of names and descriptors
//! - `path`: joins paths
//! - `wall_clock`: from ticks to the time of day
//! - `name`: names of files and processes
//! - `file`: files, as descriptors refer to them
//! - `message`: takes apart what is recorded of messages of sockets
//! - `known_threads`: what other threads an event can tell of
//! - `event`: the events that the model makes
//! - `iovec`: takes apart what is recorded of lists of buffers
//! - `incoming_memory`: puts the pieces of recorded memory together
//! - `open_file`: what descriptors refer to
//! - `descriptor_map`: a map by descriptor, whose copies share memory
//! - `sharing`: the tables of descriptors and the directories that threads and processes share
//! - `socket_tables`: the sockets of this machine
//! - `procfs`: what `/proc` knows of processes that were there before the recording
//! - `threads`: all threads, and the calls that they are in
//! - `processes`: all processes, with their parents
//! - `state`: all that the model remembers
//! - `threads_view`: shows the threads to styles whose lines tell of more than one
//! - `older`: what was open before the recording began
//! - `credentials`: calls that set the user of a process, or tell it
//! - `descriptor_update`: a call with its arguments, and access to what its thread has
//! - `sockets`: what calls did to sockets
//! - `descriptors`: what calls did to descriptors and to the current directory
//! - `inheritance`: what a new thread or process has of its maker
//! - `makers`: calls that have made threads and processes, in their makers
//! - `lineage`: calls that make threads and processes, or replace their program
//! - `succession`: finds out which threads and processes were killed
//! - `pairing`: finds the entry that a return belongs to
//! - `following`: follows descriptors and the current directory from call to call
//! - `aftermath`: what a call ends: threads, processes, descriptors
//! - `model`: the model itself, which calls all of these in turn

mod address;
mod effects;
pub(crate) mod id_map;
mod ledger;
mod path;
mod wall_clock;
mod name;
mod file;
mod known_threads;
mod event;
mod iovec;
mod message;
mod incoming_memory;
mod open_file;
mod descriptor_map;
mod sharing;
mod socket_tables;
mod procfs;
mod threads;
mod processes;
mod state;
mod threads_view;
mod older;
mod credentials;
mod descriptor_update;
mod sockets;
mod descriptors;
mod inheritance;
mod makers;
mod lineage;
mod succession;
mod pairing;
mod following;
mod aftermath;
#[expect(clippy::module_inception, reason = "the folder's main type")]
mod model;

pub use effects::{changes_threads, is_followed, returns_descriptor};
pub use event::{CallEvent, Death, Edge, Event, EventKind, Memory, Process, UNNAMED_ARGUMENTS};
pub use file::{File, FileKind};
pub use iovec::{IovecBuffer, IovecReader};
pub use known_threads::{KnownThreads, OtherThread, Printed, ThreadsView};
pub use message::MessageHead;
pub use model::{Model, ModelNeeds};
pub use name::{Name, ProcessName};
