// SPDX-License-Identifier: GPL-2.0

//! What loop devices are and are told, `struct loop_info` and `struct loop_info64`.

use super::arrays::put_array;
use super::bytes::integer;
use super::context::Context;
use super::flags::put_constants;
use super::scalars::put_device;
use crate::calls::Abi;
use crate::text::quote::put_quoted;
use crate::text::{number, Append};

const NAME_BYTES: usize = 64;
const KEY_BYTES: usize = 32;

/// Appends `struct loop_info64`.
pub(super) fn put_loop_info64(out: &mut Vec<u8>, context: &Context<'_>, bytes: &[u8]) -> Option<()> {
    let number = |at: usize, size: usize| integer(bytes, at, size);
    bytes.get(..232)?;
    out.put_byte(b'{');
    if context.shows_all {
        put_device_member(out, "lo_device", number(0, 8)?);
        out.put(b", lo_inode=");
        number::put_decimal(out, number(8, 8)?);
        out.put(b", ");
        put_device_member(out, "lo_rdevice", number(16, 8)?);
        out.put(b", ");
    }
    out.put(b"lo_offset=");
    number::put_hex(out, number(24, 8)?);
    if context.shows_all {
        out.put(b", lo_sizelimit=");
        number::put_decimal(out, number(32, 8)?);
    }
    out.put(b", lo_number=");
    number::put_decimal(out, number(40, 4)?);
    let is_encrypted = context.shows_all || number(44, 4)? != 0;
    if is_encrypted {
        put_encryption(out, number(44, 4)?, number(48, 4)?);
    }
    out.put(b", lo_flags=");
    put_constants(out, "loop_flags", number(52, 4)?);
    put_name(out, context, ", lo_file_name=", bytes.get(56..56 + NAME_BYTES)?);
    if is_encrypted {
        put_name(out, context, ", lo_crypt_name=", bytes.get(120..120 + NAME_BYTES)?);
        put_key(out, context, bytes.get(184..184 + KEY_BYTES)?, number(48, 4)?);
    }
    put_end(out, context, bytes.get(216..232)?, 8, "lo_init")?;
    out.put_byte(b'}');
    Some(())
}

/// Appends `struct loop_info`, which differs between machines.
pub(super) fn put_loop_info(out: &mut Vec<u8>, context: &Context<'_>, bytes: &[u8]) -> Option<()> {
    let long = context.long_size();
    // The size of a device number, and where device, inode, device and offset stand.
    let (device, [at_device, at_inode, at_rdevice, at_offset]) = match context.call.abi {
        Abi::X86_64 => (8, [8, 16, 24, 32]),
        Abi::Arm64 => (4, [4, 8, 16, 20]),
        Abi::Arm | Abi::I386 => (2, [4, 8, 12, 16]),
    };
    let number = |at: usize, size: usize| integer(bytes, at, size);
    let at_name = at_offset + 16;
    let at_key = at_name + NAME_BYTES;
    let at_init = (at_key + KEY_BYTES).next_multiple_of(long);
    bytes.get(..at_init + 2 * long + 4)?;
    out.put(b"{lo_number=");
    number::put_signed(out, i64::from(number(0, 4)? as i32));
    if context.shows_all {
        out.put(b", ");
        put_device_member(out, "lo_device", number(at_device, device)?);
        out.put(b", lo_inode=");
        number::put_decimal(out, number(at_inode, long)?);
        out.put(b", ");
        put_device_member(out, "lo_rdevice", number(at_rdevice, device)?);
    }
    out.put(b", lo_offset=");
    number::put_hex(out, number(at_offset, 4)?);
    let is_encrypted = context.shows_all || number(at_offset + 4, 4)? != 0;
    if is_encrypted {
        put_encryption(out, number(at_offset + 4, 4)?, number(at_offset + 8, 4)?);
    }
    out.put(b", lo_flags=");
    put_constants(out, "loop_flags", number(at_offset + 12, 4)?);
    put_name(out, context, ", lo_name=", bytes.get(at_name..at_key)?);
    if is_encrypted {
        put_key(out, context, bytes.get(at_key..at_key + KEY_BYTES)?, number(at_offset + 8, 4)?);
    }
    let init = bytes.get(at_init..at_init + 2 * long)?;
    put_end(out, context, init, long, "lo_init")?;
    if context.shows_all {
        out.put(b", reserved=");
        put_array(out, context, bytes.get(at_init + 2 * long..)?, None, 1, 4, &number::put_hex)?;
    }
    out.put_byte(b'}');
    Some(())
}

fn put_device_member(out: &mut Vec<u8>, name: &str, device: u64) {
    out.put(name.as_bytes());
    out.put_byte(b'=');
    put_device(out, device);
}

fn put_encryption(out: &mut Vec<u8>, kind: u64, key_size: u64) {
    out.put(b", lo_encrypt_type=");
    put_constants(out, "loop_crypt", kind);
    out.put(b", lo_encrypt_key_size=");
    number::put_decimal(out, key_size);
}

/// Appends a name, which may fill its field to the last byte but one.
fn put_name(out: &mut Vec<u8>, _context: &Context<'_>, member: &str, bytes: &[u8]) {
    out.put(member.as_bytes());
    let end = bytes.iter().position(|&byte| byte == 0);
    put_quoted(out, bytes.get(..end.unwrap_or(bytes.len() - 1)).unwrap_or_default());
    if end.is_none() {
        out.put(b"...");
    }
}

fn put_key(out: &mut Vec<u8>, _context: &Context<'_>, bytes: &[u8], size: u64) {
    out.put(b", lo_encrypt_key=");
    put_quoted(out, bytes.get(..size as usize).unwrap_or(bytes));
}

/// Appends the last member, or that there is more.
fn put_end(out: &mut Vec<u8>, context: &Context<'_>, bytes: &[u8], size: usize, name: &str) -> Option<()> {
    if !context.shows_all {
        out.put(b", ...");
        return Some(());
    }
    out.put_member(name);
    put_array(out, context, bytes, None, size, 2, &number::put_hex)
}
