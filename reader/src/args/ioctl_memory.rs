// SPDX-License-Identifier: GPL-2.0

//! The memory that the argument of `ioctl` points to, by its command.

use super::addresses::put_sockaddr;
use super::bytes::integer;
use super::context::Context;
use super::flags::put_constants;
use super::layouts::find_layout;
use super::loop_devices::{put_loop_info, put_loop_info64};
use super::structs::put_struct;
use crate::text::quote::put_quoted;
use crate::text::{number, Append};
use std::io::Write as _;

/// Whether a command that does not say so tells its caller something. (`module/shared/calls/plan/command.rs` has the
/// same.)
pub(super) fn is_plain_read(command: u32) -> bool {
    matches!(
        command,
        2 | 0x301 | 0x30d | 0x705 | 0x125e | 0x1260 | 0x1263 | 0x1265 | 0x1267 | 0x1268 | 0x1278..=0x127c | 0x127e
            | 0x4600 | 0x4602 | 0x4b31 | 0x4b33 | 0x4b3b | 0x4b44 | 0x4c03 | 0x4c05
            | 0x5401 | 0x5405 | 0x540f | 0x5411 | 0x5413 | 0x5415 | 0x5419 | 0x541b | 0x541e | 0x5424 | 0x5429 | 0x542e | 0x545d
            | 0x5600 | 0x5601 | 0x5603 | 0x8903..=0x8905
    )
}

/// Whether the kernel answers in the structure in which the program asks, and has the question alone if it fails.
pub(super) fn is_answered(command: u32) -> bool {
    match command & 0xffff {
        0x8910 | 0x8912 | 0xb402 | 0xb40b => true,
        command => find_interface_member(command).is_some_and(|(_, is_asked)| is_asked),
    }
}

/// Appends the memory; `None` if nothing is known of it.
pub(super) fn put_ioctl_memory_by_command(
    out: &mut Vec<u8>,
    context: &Context<'_>,
    command: u32,
    bytes: &[u8],
) -> Option<()> {
    let long = context.long_size();
    let layout = match command & 0xffff {
        0x301 => "hd_geometry",
        0x1269 => "blkpg_ioctl_arg",
        0x1277 | 0x127d | 0x127f => {
            put_list(out, bytes, 8, 2)?;
            return Some(());
        }
        0x5602 | 0x5601 => "vt_mode",
        0x5603 => "vt_stat",
        0x541e | 0x541f => "serial_struct",
        0x542e | 0x542f => "serial_rs485",
        0x545d => "serial_icounter",
        0x5700 if command >> 30 == 2 => "watchdog_info",
        0x5879 => "fstrim_range",
        0x581f => "fsxattr",
        0x5820 => "fsxattr_set",
        0x6b01..=0x6b05 => return put_list(out, bytes, bytes.len().min(4), 1),
        0x7007..=0x700a => "rtc_time",
        0x700f | 0x7010 => "rtc_wkalrm",
        0x7011 | 0x7012 => "rtc_pll_info",
        0x4c02 | 0x4c03 => return put_loop_info(out, context, bytes),
        0x4c04 | 0x4c05 => return put_loop_info64(out, context, bytes),
        0x4c0a => {
            out.put(b"{fd=");
            number::put_decimal(out, integer(bytes, 0, 4)?);
            out.put(b", block_size=");
            number::put_decimal(out, integer(bytes, 4, 4)?);
            out.put(b", info=");
            put_loop_info64(out, context, bytes.get(8..)?)?;
            out.put_byte(b'}');
            return Some(());
        }
        0x3e00 if command >> 16 == 0x4006 => "counter_watch",
        0x1273 => "blk_user_trace_setup",
        0x4600 | 0x4601 => "fb_var_screeninfo",
        0x4602 => "fb_fix_screeninfo",
        0xb401 => "gpiochip_info",
        0xb402 | 0xb40b => match context.has_succeeded() {
            true => "gpioline_info",
            false => "gpioline_asked",
        },
        0x8912 => "ifconf",
        0x8910 => return put_interface_name(out, bytes),
        0x8911 | 0x8913..=0x8950 | 0x8970 | 0x8971 => return put_ifreq(out, context, command & 0xffff, bytes),
        0x660b => "fiemap",
        0x4502 => "input_id",
        0x4503 => {
            return put_list(out, bytes, 4, 2);
        }
        0x4540..=0x457f | 0x45c0..=0x45ff => "input_absinfo",
        0x4d01 => "mtd_info_user",
        0x4d02 | 0x4d05 | 0x4d06 | 0x4d17 => "erase_info_user",
        0x3d01 | 0x3d0a => "ptp_clock_caps",
        0x5415..=0x5418 => return put_flags_in_brackets(out, "tiocm", integer(bytes, 0, 4)?),
        0x6601 | 0x6602 => return put_flags_in_brackets(out, "fs_flags", integer(bytes, 0, 4)?),
        0x5704 => return put_flags_in_brackets(out, "wdios", integer(bytes, 0, 4)?),
        0x5701 | 0x5702 => return put_flags_in_brackets(out, "wdiof", integer(bytes, 0, 4)?),
        // Numbers of 64 bits, and as wide as registers.
        0x700b | 0x700d | 0x1260 | 0x1263 | 0x1265 => return put_list(out, bytes, long, 1),
        0x1280 => return put_list(out, bytes, 8, 1),
        0x1267 | 0x127e => return put_list(out, bytes, 2, 1),
        // Signed numbers of 32 bits: of terminals, block devices, watchdogs, random numbers, input, PTP, NAND, virtual
        // terminals.
        1
        | 2
        | 0x302..=0x31a
        | 0x5419
        | 0x541a
        | 0x5420
        | 0x5423
        | 0x5424
        | 0x5429
        | 0x5440
        | 0x5438
        | 0x125d
        | 0x125e
        | 0x1268
        | 0x1270
        | 0x1271
        | 0x1278..=0x127c
        | 0x5703
        | 0x5706..=0x570a
        | 0x5200
        | 0x5201
        | 0x8901..=0x8905
        | 0x4501
        | 0x4584
        | 0x45a0
        | 0x5600
        | 0x4b3b
        | 0x4b44
        | 0x4f01
        | 0x4f02
        | 0x4f04
        | 0x4f05 => {
            out.put_byte(b'[');
            number::put_signed(out, i64::from(integer(bytes, 0, 4)? as i32));
            out.put_byte(b']');
            return Some(());
        }
        _ => return None,
    };
    let start = out.len();
    put_struct(out, context, layout, bytes)?;
    // A structure that is not whole is no structure.
    let is_abbreviated = !context.shows_all && find_layout(layout).is_some_and(|fields| fields.contains("..."));
    if out.ends_with(b", ...}") && !is_abbreviated {
        out.truncate(start);
        return None;
    }
    Some(())
}

/// Appends `count` numbers of `size` bytes.
fn put_list(out: &mut Vec<u8>, bytes: &[u8], size: usize, count: usize) -> Option<()> {
    for at in 0..count {
        out.put(if at == 0 { b"[" } else { b", " });
        number::put_decimal(out, integer(bytes, at * size, size)?);
    }
    out.put_byte(b']');
    Some(())
}

fn put_flags_in_brackets(out: &mut Vec<u8>, set: &str, value: u64) -> Option<()> {
    out.put_byte(b'[');
    put_constants(out, set, value);
    out.put_byte(b']');
    Some(())
}

fn put_name(out: &mut Vec<u8>, bytes: &[u8]) -> Option<()> {
    let name = bytes.get(..15)?.split(|&byte| byte == 0).next()?;
    out.put(b"{ifr_name=");
    put_quoted(out, name);
    Some(())
}

/// Appends the index of an interface, and the name that the kernel gives for it.
fn put_interface_name(out: &mut Vec<u8>, bytes: &[u8]) -> Option<()> {
    out.put(b"{ifr_ifindex=");
    number::put_signed(out, i64::from(integer(bytes, 16, 4)? as i32));
    let name = bytes.get(..16)?.split(|&byte| byte == 0).next()?;
    out.put(b", ifr_name=");
    put_quoted(out, name);
    out.put_byte(b'}');
    Some(())
}

/// Finds the member of a `struct ifreq` that a command is about, and whether the program asks for it.
fn find_interface_member(command: u32) -> Option<(&'static str, bool)> {
    Some(match command {
        0x8913 => ("ifr_flags", true),
        0x8914 => ("ifr_flags", false),
        0x8915 => ("ifr_addr", true),
        0x8916 => ("ifr_addr", false),
        0x8917 => ("ifr_dstaddr", true),
        0x8918 => ("ifr_dstaddr", false),
        0x8919 => ("ifr_broadaddr", true),
        0x891a => ("ifr_broadaddr", false),
        0x891b => ("ifr_netmask", true),
        0x891c => ("ifr_netmask", false),
        0x891d => ("ifr_metric", true),
        0x891e => ("ifr_metric", false),
        0x8921 => ("ifr_mtu", true),
        0x8922 => ("ifr_mtu", false),
        0x8923 => ("ifr_newname", false),
        0x8924 | 0x8931 | 0x8932 => ("ifr_hwaddr", false),
        0x8927 => ("ifr_hwaddr", true),
        0x8933 => ("ifr_ifindex", true),
        0x8942 => ("ifr_qlen", true),
        0x8943 => ("ifr_qlen", false),
        _ => return None,
    })
}

/// Appends a `struct ifreq`: the name of an interface, and what the command is about.
fn put_ifreq(out: &mut Vec<u8>, context: &Context<'_>, command: u32, bytes: &[u8]) -> Option<()> {
    put_name(out, bytes)?;
    let value = bytes.get(16..)?;
    let signed = |at: usize| integer(value, at, 4).map(|number| i64::from(number as i32));
    let Some((name, is_asked)) = find_interface_member(command) else {
        out.put_byte(b'}');
        return Some(());
    };
    if is_asked && !context.has_succeeded() {
        out.put_byte(b'}');
        return Some(());
    }
    out.put_member(name);
    match name {
        "ifr_flags" => put_constants(out, "iff", integer(value, 0, 2)?),
        "ifr_hwaddr" => {
            out.put(b"{sa_family=");
            put_constants(out, "arphrd", integer(value, 0, 2)?);
            out.put(b", sa_data=");
            for (at, byte) in value.get(2..8)?.iter().enumerate() {
                if at > 0 {
                    out.put_byte(b':');
                }
                let _ = write!(out, "{byte:02x}");
            }
            out.put_byte(b'}');
        }
        "ifr_newname" => put_quoted(out, value.get(..16)?.split(|&byte| byte == 0).next()?),
        "ifr_addr" | "ifr_dstaddr" | "ifr_broadaddr" | "ifr_netmask" => put_sockaddr(out, value.get(..16)?)?,
        _ => number::put_signed(out, signed(0)?),
    }
    out.put_byte(b'}');
    Some(())
}
