// SPDX-License-Identifier: GPL-2.0

//! strace's style. The expected lines were printed by strace 6.13 of Debian 13, unless a comment says otherwise.
//!
//! - `threads`: the threads of these calls
//! - `sample`: calls for the tests, and how they are printed
//! - `arguments`: arguments and results
//! - `boundaries`: arguments that another argument, a size or a version bounds
//! - `lines`: starts and ends of lines, and calls in two parts
//! - `arbitrary`: arbitrary calls and memory

mod arbitrary;
mod arguments;
mod boundaries;
mod lines;
mod sample;
mod threads;
