// SPDX-License-Identifier: GPL-2.0

//! Structures whose size the program tells, because newer kernels know more of their fields.

use super::atoms::{self, Atom};
use super::bytes::integer;
use super::context::Context;
use super::files::put_open_how;
use super::structs::put_struct;
use super::tasks::put_clone_args;
use crate::calls::Parameter;
use crate::model::Memory;
use crate::text::quote::put_quoted_hex;
use crate::text::{number, Append};

/// How many bytes of a structure this program knows; `None` for other kinds.
fn known_bytes(kind: Atom) -> Option<u64> {
    Some(match kind {
        atoms::CLONE_ARGS => 88,
        atoms::LANDLOCK_RULESET_ATTR | atoms::OPEN_HOW => 24,
        atoms::MOUNT_ATTR => 32,
        atoms::SCHED_ATTR => 56,
        _ => return None,
    })
}

/// Whether the program tells the size of structures of this kind.
pub(super) fn is_sized(kind: Atom) -> bool {
    known_bytes(kind).is_some()
}

/// Appends a structure as far as its size says; `None` if that could not be read, or is less than the first version's.
pub(super) fn put_sized(
    out: &mut Vec<u8>,
    context: &Context<'_>,
    parameter: &Parameter,
    kind: Atom,
    memory: &Memory,
) -> Option<()> {
    let known = known_bytes(kind)?;
    let size = match (context.name, kind) {
        // The structure has its size itself; 0 stands for that of the first version.
        (atoms::SCHED_SETATTR, _) => integer(&memory.bytes, 0, 4).map(|size| if size == 0 { 48 } else { size })?,
        _ => context.count(parameter)?,
    };
    let told = size.min(known) as usize;
    // The first version of a set of rules had one field.
    let is_enough = !memory.is_fault || kind == atoms::LANDLOCK_RULESET_ATTR && memory.bytes.len() >= 8;
    let bytes = memory.bytes.get(..told).or(is_enough.then_some(&memory.bytes))?;
    match kind {
        atoms::OPEN_HOW => put_open_how(out, context, bytes)?,
        atoms::CLONE_ARGS => put_clone_args(out, bytes)?,
        _ => {
            put_struct(out, context, parameter.kind, bytes)?;
            // What is whole by its own size lacks nothing.
            if out.ends_with(b", ...}") && bytes.len() == told {
                out.truncate(out.len() - b", ...}".len());
                out.put_byte(b'}');
            }
        }
    }
    if size > known {
        out.pop();
        put_unknown_fields(out, kind, memory, known as usize, usize::try_from(size).unwrap_or(usize::MAX));
        out.put_byte(b'}');
    }
    Some(())
}

/// Appends what lies behind the fields that this program knows, unless it is 0.
fn put_unknown_fields(out: &mut Vec<u8>, kind: Atom, memory: &Memory, known: usize, size: usize) {
    let shows_bytes = matches!(kind, atoms::OPEN_HOW | atoms::CLONE_ARGS);
    let Some(rest) = memory.bytes.get(known..size) else {
        return out.put(if shows_bytes { b", ???" } else { b", ..." });
    };
    if rest.iter().all(|&byte| byte == 0) {
        return;
    }
    if !shows_bytes {
        return out.put(b", ...");
    }
    out.put(b", /* bytes ");
    number::put_decimal(out, known as u64);
    out.put(b"..");
    number::put_decimal(out, size as u64 - 1);
    out.put(b" */ ");
    put_quoted_hex(out, rest);
}
