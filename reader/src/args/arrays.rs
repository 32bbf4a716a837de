// SPDX-License-Identifier: GPL-2.0

//! Arrays of numbers and of structures, and sets of bits. Numbers in memory stand between brackets even if it is one.

use super::atoms::{self, Atom};
use super::bytes::{integer, sign_extend};
use super::context::Context;
use super::dates::put_date_comment;
use super::flags::put_constants;
use super::scalars::{put_errno, put_id};
use super::structs::put_struct;
use crate::calls::{Direction, Parameter};
use crate::text::{number, Append};

/// Appends up to `count` elements of `size` bytes each, as `put` has them; `None` if not even the first is there.
/// `fault` is the address of the array, if it could not be read to its end.
pub(super) fn put_array(
    out: &mut Vec<u8>,
    context: &Context<'_>,
    bytes: &[u8],
    fault: Option<u64>,
    size: usize,
    count: u64,
    put: &dyn Fn(&mut Vec<u8>, u64),
) -> Option<()> {
    out.put_byte(b'[');
    let mut at = 0;
    for index in 0..count {
        if index > 0 {
            out.put(b", ");
        }
        match integer(bytes, at, size) {
            Some(value) if index < context.limit as u64 || context.shows_all => put(out, value),
            None if index == 0 => return None,
            value => {
                put_rest(out, fault.filter(|_| value.is_none()), at);
                break;
            }
        }
        at += size;
    }
    out.put_byte(b']');
    Some(())
}

/// Appends that there is more; with the address of the first byte that could not be read, `at` bytes behind `fault`.
pub(super) fn put_rest(out: &mut Vec<u8>, fault: Option<u64>, at: usize) {
    out.put(b"...");
    if let Some(address) = fault {
        out.put(b" /* ");
        number::put_address(out, address.wrapping_add(at as u64));
        out.put(b" */");
    }
}

/// Appends `count` numbers of type `int`.
pub(super) fn put_ints(out: &mut Vec<u8>, context: &Context<'_>, bytes: &[u8], count: u64) -> Option<()> {
    put_array(out, context, bytes, None, 4, count, &|out, value| number::put_signed(out, i64::from(value as i32)))
}

/// Appends an array of structures whose layout is in the table.
pub(super) fn put_structs(
    out: &mut Vec<u8>,
    context: &Context<'_>,
    parameter: &Parameter,
    bytes: &[u8],
    fault: Option<u64>,
) -> Option<()> {
    let size = match Atom::of_kind(parameter) {
        atoms::SEMBUF => 6,
        atoms::FUTEX_WAITV => 24,
        atoms::IO_EVENT => 32,
        atoms::KEXEC_SEGMENT => 4 * context.long_size(),
        _ => 8,
    };
    out.put_byte(b'[');
    for index in 0..context.count(parameter)? {
        if index > 0 {
            out.put(b", ");
        }
        let at = (index as usize).checked_mul(size)?;
        let element = bytes.get(at..).unwrap_or_default();
        if element.len() < size || index >= context.limit as u64 {
            if index == 0 && fault.is_some() {
                return None;
            }
            put_rest(out, fault.filter(|_| element.len() < size), at);
            break;
        }
        put_struct(out, context, parameter.kind, element)?;
    }
    out.put_byte(b']');
    Some(())
}

/// Appends numbers of a kind that also exists as a value; `None` for any other kind.
pub(super) fn put_numbers(
    out: &mut Vec<u8>,
    context: &Context<'_>,
    parameter: &Parameter,
    kind: Atom,
    bytes: &[u8],
    fault: Option<u64>,
) -> Option<()> {
    let size = match kind {
        atoms::INT | atoms::UINT | atoms::UID | atoms::GID => 4,
        atoms::OLD_UID | atoms::OLD_GID => 2,
        atoms::OFF | atoms::U64 => 8,
        atoms::LONG | atoms::ULONG | atoms::SIZE | atoms::PTR => context.long_size(),
        _ => return None,
    };
    let count = match parameter.length {
        None if parameter.direction == Direction::InOut && size == 4 => {
            return put_changed(out, context, parameter, bytes);
        }
        None => 1,
        // The result of `move_pages` is no number of elements.
        Some(_) if context.name == atoms::MOVE_PAGES => context.count(parameter)?,
        // More groups than there can be.
        Some(_) if context.name_text.starts_with("setgroups") && context.count(parameter)? > 1 << 16 => return None,
        Some(_) => context.count(parameter)?.min(context.filled(parameter)),
    };
    let is_time = context.name == atoms::TIME || context.name == atoms::STIME;
    put_array(out, context, bytes, fault, size, count, &|out, value| match kind {
        // What became of a page: a node, or an error.
        atoms::INT if context.name == atoms::MOVE_PAGES && parameter.direction == Direction::Out => {
            match (value as i32).checked_neg().filter(|&error| error > 0) {
                Some(error) => {
                    out.put_byte(b'-');
                    put_errno(out, error as u32);
                }
                None => number::put_signed(out, i64::from(value as i32)),
            }
        }
        atoms::OFF if matches!(context.name, atoms::SENDFILE | atoms::SENDFILE64) => number::put_decimal(out, value),
        atoms::INT if context.name == atoms::GET_MEMPOLICY => put_constants(out, "mempolicy", value),
        atoms::INT | atoms::LONG if is_time => {
            let seconds = sign_extend(value, size);
            number::put_signed(out, seconds);
            put_date_comment(out, seconds, 0, 0);
        }
        atoms::INT | atoms::LONG => number::put_signed(out, sign_extend(value, size)),
        atoms::OFF => number::put_signed(out, value as i64),
        atoms::UID | atoms::GID => put_id(out, value, u64::from(u32::MAX)),
        atoms::OLD_UID | atoms::OLD_GID => put_id(out, value, 0xffff),
        atoms::PTR => number::put_address(out, value),
        _ => number::put_decimal(out, value),
    })
}

/// Appends an `int` that the call may change: its value at the entry, and the value at the return if that differs.
fn put_changed(out: &mut Vec<u8>, context: &Context<'_>, parameter: &Parameter, bytes: &[u8]) -> Option<()> {
    let before = integer(bytes, 0, 4)?;
    out.put_byte(b'[');
    number::put_signed(out, i64::from(before as i32));
    if let Some(after) = context.output(parameter).and_then(|memory| integer(&memory.bytes, 0, 4)) {
        if after != before {
            out.put(b" => ");
            number::put_signed(out, i64::from(after as i32));
        }
    }
    out.put_byte(b']');
    Some(())
}

/// Appends a set of memory nodes, as hexadecimal numbers of the size of a `long`.
pub(super) fn put_node_mask(
    out: &mut Vec<u8>,
    context: &Context<'_>,
    parameter: &Parameter,
    bytes: &[u8],
) -> Option<()> {
    let long = context.long_size();
    let bits = 8 * long as u64;
    // The length is the number of bits plus 1.
    let count = context.count(parameter)?.saturating_add(bits).saturating_sub(2) / bits;
    let width = 2 * long;
    // The kernel reads and writes no more than that, though more may be said to be there.
    if (bytes.len() as u64) < count.saturating_mul(long as u64).min(1 << 12) {
        return None;
    }
    put_array(out, context, bytes, None, long, count, &|out, mask| number::put_padded_hex(out, mask, width))
}

/// Appends the numbers of the bits that are set among the first `count`, at most `limit` of them. Gives how many it
/// has appended.
pub(super) fn put_bits(out: &mut Vec<u8>, bytes: &[u8], count: u64, limit: usize) -> usize {
    out.put_byte(b'[');
    let mut done = 0;
    for (at, byte) in bytes.iter().enumerate() {
        for bit in (0..8).filter(|bit| (byte >> bit) & 1 != 0) {
            let number = at as u64 * 8 + bit;
            if number < count && done < limit {
                if done > 0 {
                    out.put_byte(b' ');
                }
                number::put_decimal(out, number);
                done += 1;
            }
        }
    }
    out.put_byte(b']');
    done
}
