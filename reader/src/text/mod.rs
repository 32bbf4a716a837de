// SPDX-License-Identifier: GPL-2.0

//! Texts that are stored compressed. What appends text to lines is a package of its own, `reader/text`.
//!
//! - `coding`: the code of compressed texts
//! - `compressor`: compresses texts, for the build script
//! - `compressed_text`: texts that are stored compressed
//! - `table`: compressed tables in which a text is found by its name

mod coding;
#[cfg(test)]
mod compressor;
pub(crate) mod compressed_text;
pub(crate) mod table;

pub(crate) use syscall_record_text::{chunk, escape, json, number, payload, quote, Append, NameHash};
