// SPDX-License-Identifier: GPL-2.0

//! Values of one kind or call each: most have constants of more than one set.

use super::atoms::{self, Atom};
use super::bytes::integer;
use super::context::Context;
use super::flags::{put_constants, put_flags, put_more_flags, put_of_two_sets, put_or};
use super::scalars::{put_id, put_signal};
use super::structs::put_struct;
use crate::calls::{Abi, Parameter};
use crate::constants::{find_constant, ConstantSet};
use crate::text::quote::put_quoted;
use crate::text::{number, Append};

/// Appends a value of the kind `hex`: a hexadecimal number, unless more is known of the call's argument.
pub(super) fn put_hex_value(out: &mut Vec<u8>, context: &Context<'_>, parameter: &Parameter, value: u64) {
    match (context.name, parameter.register) {
        (atoms::REBOOT, _) => put_constants(out, "reboot_magic", u64::from(value as u32)),
        (atoms::PIDFD_SEND_SIGNAL, _) => put_constants(out, "pidfd_signal_flags", u64::from(value as u32)),
        (atoms::LANDLOCK_CREATE_RULESET, _) => put_constants(out, "landlock_flags", u64::from(value as u32)),
        (atoms::MMAP, _) => number::put_hex(out, value),
        (atoms::SCHED_GETATTR | atoms::SCHED_SETATTR | atoms::COPY_FILE_RANGE, _) => {
            number::put_decimal(out, u64::from(value as u32))
        }
        (atoms::SYSLOG, _) => number::put_signed(out, i64::from(value as i32)),
        // Futexes' sizes and flags, in the newer calls; the `flags` of `futex_waitv` itself have no meaning yet.
        (atoms::FUTEX_REQUEUE, 1) => number::put_hex(out, value),
        _ => number::put_hex(out, value),
    }
}

/// The flags of `mount` as the kernel takes them: without a number that old programs put in their upper half.
pub(super) fn mount_flags(value: u64) -> u64 {
    const MAGIC: u64 = 0xc0ed_0000;
    const MAGIC_MASK: u64 = 0xffff_0000;
    if value & MAGIC_MASK == MAGIC {
        value & !MAGIC_MASK
    } else {
        value
    }
}

/// Appends the flags of `mount`.
pub(super) fn put_mount_flags(out: &mut Vec<u8>, value: u64) {
    let flags = mount_flags(value);
    if flags != value {
        out.put(b"MS_MGC_VAL");
        if flags == 0 {
            return;
        }
        out.put_byte(b'|');
    }
    put_constants(out, "mount_flags", flags);
}

/// Appends the flags of `kexec_load`: the architecture of the kernel, and flags.
pub(super) fn put_kexec_flags(out: &mut Vec<u8>, value: u64) {
    const ARCH: u64 = 0xffff_0000;
    put_constants(out, "kexec_arch", value & ARCH);
    if value & !ARCH != 0 {
        out.put_byte(b'|');
        put_constants(out, "kexec_flags", value & !ARCH);
    }
}

/// Appends the flags of `memfd_create`, with the logarithm of the size of huge pages, or of `memfd_secret`.
pub(super) fn put_memfd_flags(out: &mut Vec<u8>, call: Atom, value: u64) {
    const HUGE_SHIFT: u32 = 26;
    const HUGE: u64 = 0x3f << HUGE_SHIFT;
    if call == atoms::MEMFD_SECRET {
        return put_constants(out, "memfd_secret_flags", value);
    }
    let start = out.len();
    if value & !HUGE != 0 || value == 0 {
        put_constants(out, "memfd_flags", value & !HUGE);
    }
    if value & HUGE != 0 {
        put_or(out, start);
        number::put_decimal(out, (value & HUGE) >> HUGE_SHIFT);
        out.put(b"<<MFD_HUGE_SHIFT");
    }
}

/// Appends flags of `statx` and similar calls: `AT_STATX_*` is a number among them.
pub(super) fn put_statx_flags(out: &mut Vec<u8>, value: u64) {
    const SYNC: u64 = 0x6000;
    put_constants(out, "statx_sync", value & SYNC);
    let rest = value & !SYNC;
    if rest != 0 {
        out.put_byte(b'|');
        let start = out.len();
        put_more_flags(out, ConstantSet::new("at_flags"), rest, start);
    }
}

/// Appends how memory is mapped: a type, flags, and the logarithm of the size of huge pages.
pub(super) fn put_map_flags(out: &mut Vec<u8>, value: u64) {
    const TYPE: u64 = 0xf;
    const HUGE_SHIFT: u32 = 26;
    const HUGE: u64 = 0x3f << HUGE_SHIFT;
    let set = ConstantSet::new("map_flags");
    match set.and_then(|set| set.constant(value & TYPE)) {
        Some(constant) => constant.put(out),
        None => {
            number::put_hex(out, value & TYPE);
            out.put(b" /* MAP_??? */");
        }
    }
    let rest = value & !(TYPE | HUGE);
    if rest != 0 {
        out.put_byte(b'|');
        let start = out.len();
        put_more_flags(out, set, rest, start);
    }
    if value & HUGE != 0 {
        out.put_byte(b'|');
        number::put_decimal(out, (value & HUGE) >> HUGE_SHIFT);
        out.put(b"<<MAP_HUGE_SHIFT");
    }
}

/// Appends an operation of `futex`, and its flags.
pub(super) fn put_futex_op(out: &mut Vec<u8>, value: u64) {
    const PRIVATE: u64 = 0x80;
    const REALTIME: u64 = 0x100;
    match find_constant("futex_op", value & !(PRIVATE | REALTIME)) {
        Some(constant) => {
            constant.put(out);
            if value & PRIVATE != 0 {
                out.put(b"_PRIVATE");
            }
            if value & REALTIME != 0 {
                out.put(b"|FUTEX_CLOCK_REALTIME");
            }
        }
        None => put_constants(out, "futex_op", value),
    }
}

/// Appends an argument of `futex` whose meaning depends on the operation. Appends nothing and gives `false` if the
/// argument is of its usual kind.
pub(super) fn put_futex_argument(out: &mut Vec<u8>, operation: u64, register: u8, value: u64) -> bool {
    const WAKE_OP: u64 = 5;
    let low = u64::from(value as u32);
    match (operation & 0x7f, register) {
        (3..=5 | 12, 3) => number::put_decimal(out, low),
        (9 | 10, 5) if low == u64::from(u32::MAX) => out.put(b"FUTEX_BITSET_MATCH_ANY"),
        (4 | 12, 5) => number::put_decimal(out, low),
        (WAKE_OP, 5) => {
            if (low >> 28) & 8 != 0 {
                out.put(b"FUTEX_OP_OPARG_SHIFT<<28|");
            }
            put_constants(out, "futex_wake_op", (low >> 28) & 7);
            out.put(b"<<28|");
            number::put_hex(out, (low >> 12) & 0xfff);
            out.put(b"<<12|");
            put_constants(out, "futex_wake_cmp", (low >> 24) & 0xf);
            out.put(b"<<24|");
            number::put_hex(out, low & 0xfff);
        }
        (14.., 3) => number::put_address(out, value),
        _ => return false,
    }
    true
}

/// Appends the address of a string that `mount` ignores, because of its flags. Appends nothing and gives `false` for
/// any other argument.
pub(super) fn put_mount_argument(out: &mut Vec<u8>, flags: u64, register: u8, value: u64) -> bool {
    const MS_REMOUNT: u64 = 0x20;
    const MS_BIND_OR_MOVE_OR_PROPAGATION: u64 = 0x1e_3000;
    let is_other = flags & MS_BIND_OR_MOVE_OR_PROPAGATION != 0;
    let is_ignored = match register {
        2 => flags & MS_REMOUNT != 0 || is_other,
        4 => flags & MS_REMOUNT == 0 && is_other,
        _ => false,
    };
    if is_ignored {
        number::put_address(out, value);
    }
    is_ignored
}

/// Appends how a swap area is used: flags, and its priority in the lowest bits.
pub(super) fn put_swap_flags(out: &mut Vec<u8>, value: u64) {
    const PRIORITY: u64 = 0x7fff;
    let start = out.len();
    if value & !PRIORITY != 0 || value == 0 {
        put_constants(out, "swap_flags", value & !PRIORITY);
    }
    const PREFER: u64 = 0x8000;
    if value & (PRIORITY | PREFER) != 0 {
        put_or(out, start);
        number::put_decimal(out, value & PRIORITY);
    }
}

/// Appends the type of a socket, and its flags.
pub(super) fn put_socket_type(out: &mut Vec<u8>, value: u64) {
    let start = out.len();
    let mut rest = value;
    if let Some(constant) = find_constant("socket_type", value & 0xf) {
        constant.put(out);
        rest &= !0xf;
        if rest == 0 {
            return;
        }
    }
    put_or(out, start);
    put_constants(out, "sock_flags", rest);
}

/// Appends the protocol of a socket, by the socket's domain.
pub(super) fn put_socket_protocol(out: &mut Vec<u8>, context: &Context<'_>, value: u64) {
    match context.register(0) as u32 {
        2 | 10 if context.name == atoms::SOCKET => put_constants(out, "protocol", value),
        16 if context.name == atoms::SOCKET => put_constants(out, "netlink_protocol", value),
        29 if context.name == atoms::SOCKET => put_constants(out, "can_protocol", value),
        31 if context.name == atoms::SOCKET => put_constants(out, "bluetooth_protocol", value),
        17 if context.name == atoms::SOCKET => {
            out.put(b"htons(");
            put_constants(out, "eth_p", u64::from((value as u16).swap_bytes()));
            out.put_byte(b')');
        }
        _ => number::put_decimal(out, value),
    }
}

/// Appends an option of a socket, by the option's level.
pub(super) fn put_sock_option(out: &mut Vec<u8>, level: u32, value: u64) {
    let set = match level {
        0 => "sol_ip",
        1 => "sol_socket",
        6 => "sol_tcp",
        17 => "sol_udp",
        41 => "sol_ipv6",
        263 => "sol_packet",
        270 => "sol_netlink",
        282 => "sol_tls",
        101 => "sol_can_raw",
        255 => "sol_raw",
        _ => return number::put_decimal(out, value),
    };
    put_constants(out, set, value);
}

/// Appends flags of System V IPC, and the permissions in their lowest bits.
pub(super) fn put_ipc_flags(out: &mut Vec<u8>, call: &str, value: u64) {
    let start = out.len();
    let bits = value & !0o777;
    if bits != 0 {
        let set = ConstantSet::new(if call == "shmget" { "shm_flags" } else { "ipc_flags" });
        put_more_flags(out, set, bits, start);
    }
    put_or(out, start);
    number::put_mode(out, value & 0o777);
}

/// Appends a command of System V IPC. The sets of commands are named after their calls.
pub(super) fn put_ipc_command(out: &mut Vec<u8>, call: &str, value: u64) {
    const IPC_64: u64 = 0x100;
    if value & IPC_64 != 0 {
        out.put(b"IPC_64|");
    }
    put_constants(out, call, value & !IPC_64);
}

/// Appends how memory is spread over nodes: a mode, and flags.
pub(super) fn put_mempolicy(out: &mut Vec<u8>, value: u64) {
    const FLAGS: u64 = 0xe000;
    if find_constant("mempolicy", value & !FLAGS).is_none() && value & FLAGS != 0 {
        return put_flags(out, ConstantSet::new("mempolicy_mode_flags"), value);
    }
    put_of_two_sets(out, ["mempolicy", "mempolicy_mode_flags"], value, !FLAGS);
}

/// Appends what the last argument of `seccomp` points to, by the operation.
pub(super) fn put_seccomp_argument(out: &mut Vec<u8>, context: &Context<'_>, bytes: &[u8]) -> Option<()> {
    const SET_MODE_FILTER: u32 = 1;
    const GET_ACTION_AVAIL: u32 = 2;
    const GET_NOTIF_SIZES: u32 = 3;
    match context.register(0) as u32 {
        SET_MODE_FILTER if bytes.len() >= 2 * context.long_size() => put_struct(out, context, "sock_fprog", bytes),
        GET_ACTION_AVAIL => {
            out.put_byte(b'[');
            put_constants(out, "seccomp_ret", integer(bytes, 0, 4)?);
            out.put_byte(b']');
            Some(())
        }
        GET_NOTIF_SIZES if context.has_succeeded() && bytes.len() >= 6 => {
            put_struct(out, context, "seccomp_notif_sizes", bytes)
        }
        _ => None,
    }
}

/// Appends the third argument of `quotactl`: a user, group or project, or for `Q_QUOTAON` a format.
pub(super) fn put_quota_id(out: &mut Vec<u8>, context: &Context<'_>, value: u64) {
    const QUOTAON: u32 = 0x80_0002;
    let command = context.register(if context.name == atoms::QUOTACTL { 0 } else { 1 }) as u32 >> 8;
    if command == QUOTAON {
        put_constants(out, "quota_format", value);
    } else {
        put_id(out, value, u64::from(u32::MAX));
    }
}

/// Appends what the last argument of `quotactl` points to, by the command.
pub(super) fn put_quota_data(out: &mut Vec<u8>, context: &Context<'_>, bytes: &[u8]) -> Option<()> {
    let command = context.register(if context.name == atoms::QUOTACTL { 0 } else { 1 }) as u32 >> 8;
    match command {
        // Q_QUOTAON: the path of a file
        0x80_0002 => {
            let end = bytes.iter().position(|&byte| byte == 0)?;
            put_quoted(out, bytes.get(..end)?);
            Some(())
        }
        // Q_GETQUOTA, Q_SETQUOTA; Q_GETFMT
        0x80_0007 if !context.has_succeeded() => None,
        0x80_0007 | 0x80_0008 if bytes.len() >= 72 => put_struct(out, context, "dqblk", bytes),
        0x80_0004 if context.has_succeeded() => {
            out.put_byte(b'[');
            put_constants(out, "quota_format", integer(bytes, 0, 4)?);
            out.put_byte(b']');
            Some(())
        }
        _ => None,
    }
}

/// Appends a persona, and its flags.
pub(super) fn put_personality(out: &mut Vec<u8>, value: u64) {
    put_of_two_sets(out, ["personality", "personality_flags"], value, 0xff);
}

/// Appends an I/O priority: a class, and a priority in the class.
pub(super) fn put_ioprio(out: &mut Vec<u8>, value: u64) {
    out.put(b"IOPRIO_PRIO_VALUE(");
    put_constants(out, "ioprio_class", value >> 13);
    out.put(b", ");
    number::put_decimal(out, value & 0x1fff);
    out.put_byte(b')');
}

/// Appends a command of `quotactl`, and the type of quota.
pub(super) fn put_quota_command(out: &mut Vec<u8>, value: u64) {
    out.put(b"QCMD(");
    put_constants(out, "quota_cmd", value >> 8);
    out.put(b", ");
    put_constants(out, "quota_type", value & 0xff);
    out.put_byte(b')');
}

/// Appends a request of `ptrace`. Some numbers mean different requests on different machines.
pub(super) fn put_ptrace_request(out: &mut Vec<u8>, abi: Abi, value: u64) {
    let own = match abi {
        Abi::X86_64 | Abi::I386 => "ptrace_op_x86",
        Abi::Arm => "ptrace_op_arm",
        Abi::Arm64 => "ptrace_op_arm64",
    };
    match find_constant(own, value) {
        Some(constant) => constant.put(out),
        None => put_constants(out, "ptrace_op", value),
    }
}

/// Appends the last argument of `ptrace`, by the request.
pub(super) fn put_ptrace_data(out: &mut Vec<u8>, request: u64, value: u64) {
    const CONT: u64 = 7;
    const SINGLESTEP: u64 = 9;
    const DETACH: u64 = 17;
    const SYSCALL: u64 = 24;
    const SETOPTIONS: u64 = 0x4200;
    const SEIZE: u64 = 0x4206;
    match request {
        CONT | SINGLESTEP | DETACH | SYSCALL => put_signal(out, value),
        SETOPTIONS | SEIZE => put_constants(out, "ptrace_options", value),
        _ => number::put_address(out, value),
    }
}
