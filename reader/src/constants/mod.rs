// SPDX-License-Identifier: GPL-2.0

//! Names of the numbers in the kernel's interface. All are in a few compressed tables of text, because a pointer to a
//! name takes more memory than a name does.
//!
//! - `sets`: the table of all sets: flags, commands, types
//! - `constant_set`: finds a set, and the constants in it
//! - `ioctls`: the table of `ioctl` commands, made by `scripts/generate-ioctls`
//! - `ioctl_names`: finds commands in it
//! - `signals`: names of signals
//! - `errors`: the table of errors
//! - `errno`: names and meanings of errors

#[cfg(test)]
mod errors;
pub(crate) mod errno;
mod sets;
mod constant_set;
mod ioctls;
pub(crate) mod ioctl_names;
pub(crate) mod signals;

pub(crate) use constant_set::{find_constant, ConstantSet};
