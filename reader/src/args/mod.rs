// SPDX-License-Identifier: GPL-2.0

//! Arguments and results of calls as text, in strace's form.
//!
//! The table of calls ([`crate::calls`]) gives each parameter a *kind*. The memory that a pointer refers to was
//! recorded with the call. Where it is missing, the address is printed: it could not be read, was not recorded, or the
//! call failed and did not write it. If it was not resident when it was to be copied, a comment says so.
//!
//! # How to add a kind of argument
//!
//! 1. Give the parameter its kind: `scripts/call-kinds.conf` says how, and the kind joins the lists in
//!    [`crate::calls`].
//! 2. Flags or an enumeration: add the set to `constants/sets.rs`. A structure: add its layout to `layout_rows.rs`.
//!    Both are found by the kind's name, and nothing else is to do.
//! 3. Anything else has a decoder: a function `put_…` in the file of its subject. Name the kind in `atoms.rs`, and give
//!    it a line here in [`put_value`] or [`put_memory`].
//!
//! # Files
//!
//! Each imports only from those above it.
//!
//! - `atoms`: names of calls and kinds as numbers
//! - `layout_rows`: the table of structures
//! - `layouts`: finds structures in it
//! - `bytes`: integers in memory
//! - `context`: the call, its registers and its memory
//! - `flags`: values as constants
//! - `dates`: times as dates
//! - `scalars`: numbers with a meaning of their own
//! - `structs`: structures of the table
//! - `arrays`: arrays of numbers and structures, sets of bits
//! - `commands`, `command_memory`: `fcntl`, `ioctl`, `prctl`, `keyctl`
//! - `ioctl_memory`: the memory of `ioctl`, by its command
//! - `files`, `polling`, `signals`, `tasks`, `buffers`, `capabilities`: memory, by subject
//! - `sized`: structures whose size the program tells
//! - `addresses`, `messages`, `socket_options`: sockets
//! - `values`: values of one kind or call each
//! - `relevance`: which arguments mean something, and when they are known
//! - `results`: results

pub(crate) mod atoms;
pub(crate) mod bytes;
mod dates;
mod flags;
mod layout_rows;
mod layouts;
mod context;
mod scalars;
mod addresses;
mod commands;
mod files;
mod signals;
mod structs;
mod tasks;
mod terminals;
mod values;
mod arrays;
mod buffers;
mod capabilities;
mod sized;
mod loop_devices;
mod ioctl_memory;
mod command_memory;
mod messages;
mod socket_options;
mod polling;
mod relevance;
mod results;

use crate::calls::{Direction, Parameter};
use crate::constants::ConstantSet;
use crate::model::{IovecReader, Memory};
use crate::text::{number, Append};
use atoms::Atom;

pub use context::TextLimits;
pub(crate) use {
    context::Context,
    relevance::{is_relevant, waits_for_return},
    results::put_result,
    scalars::{put_clone_flags, CLONE_CHILD_TID, CLONE_PARENT_SETTID, CLONE_PIDFD, CLONE_SETTLS},
    tasks::clone3_output_flags,
};

/// Whether the result of the context's call is an address, or bits, and therefore hexadecimal.
pub(crate) fn is_hex_result(context: &Context<'_>) -> bool {
    results::is_hex(context)
}

/// Whether the program gives this argument of the context's call. It does not give the mode of a file that is not
/// created: the register holds something else then.
pub(crate) fn is_given(context: &Context<'_>, parameter: &Parameter) -> bool {
    let is_mode = Atom::of_kind(parameter) == atoms::MODE && parameter.value(context.call.registers).is_some();
    !is_mode || is_relevant(context, parameter)
}

/// Appends the argument that is `parameter` of a call; nothing if it was not recorded. At an entry a pointer to memory
/// that the kernel will write is an address.
pub(crate) fn put_recorded_argument(out: &mut Vec<u8>, context: &Context<'_>, parameter: &Parameter) {
    if parameter.value(context.call.registers).is_some() {
        put_argument(out, context, parameter);
    }
}

/// Appends the argument that is `parameter` of a call; `?` if it was not recorded.
pub(crate) fn put_argument(out: &mut Vec<u8>, context: &Context<'_>, parameter: &Parameter) {
    let Some(value) = parameter.value(context.call.registers) else {
        out.put_byte(b'?');
        return;
    };
    if put_exception(out, context, parameter, value) {
        return;
    }
    match parameter.direction {
        Direction::Value => put_value(out, context, parameter, value),
        Direction::In | Direction::Out | Direction::InOut => put_pointer(out, context, parameter, value),
    }
}

/// Appends an argument whose meaning differs from its kind because of the call's other arguments. Appends nothing and
/// gives `false` for any other argument.
fn put_exception(out: &mut Vec<u8>, context: &Context<'_>, parameter: &Parameter, value: u64) -> bool {
    let register = parameter.register;
    match context.name {
        atoms::FUTEX | atoms::FUTEX_TIME64 => values::put_futex_argument(out, context.register(1), register, value),
        atoms::MOUNT => values::put_mount_argument(out, values::mount_flags(context.register(3)), register, value),
        _ => false,
    }
}

/// Appends a value, by its kind.
fn put_value(out: &mut Vec<u8>, context: &Context<'_>, parameter: &Parameter, value: u64) {
    let low = u64::from(value as u32);
    let (call, abi) = (context.name, context.call.abi);
    match Atom::of_kind(parameter) {
        atoms::FCNTL_ARG | atoms::IOCTL_ARG | atoms::PRCTL_ARG
            if command_memory::put_command_memory(out, context, parameter) => {}
        atoms::INT if call == atoms::SYSLOG && context.register(0) == 8 => flags::put_commented(out, "loglevel", low),
        atoms::PTR if call == atoms::PTRACE && parameter.register == 3 => {
            values::put_ptrace_data(out, context.register(0), value);
        }
        atoms::FD if call == atoms::CLOSE_RANGE => number::put_decimal(out, low),
        // FSCONFIG_SET_PATH and FSCONFIG_SET_PATH_EMPTY have the descriptor of a directory.
        atoms::INT if call == atoms::FSCONFIG && matches!(context.register(1) as u32, 3 | 4) => {
            scalars::put_dirfd(out, value);
        }
        atoms::FD | atoms::INT | atoms::PID => number::put_signed(out, i64::from(value as i32)),
        atoms::DIRFD if call == atoms::FANOTIFY_MARK && low == u64::from(u32::MAX) => out.put(b"FAN_NOFD"),
        atoms::DIRFD => scalars::put_dirfd(out, value),
        atoms::UINT if call == atoms::QUOTACTL || call == atoms::QUOTACTL_FD => values::put_quota_id(out, context, low),
        atoms::UINT => number::put_decimal(out, low),
        atoms::ULONG if call == atoms::IOPERM => number::put_hex(out, value),
        atoms::ULONG if call == atoms::KCMP && context.register(2) as u32 == 0 => {
            number::put_signed(out, i64::from(value as i32));
        }
        atoms::SECCOMP_FLAGS if context.register(0) as u32 != 1 => number::put_hex(out, low),
        atoms::LONG if context.name_text.ends_with("truncate") => number::put_decimal(out, value),
        atoms::LONG => number::put_signed(out, context.sign_extend_long(value)),
        atoms::ULONG | atoms::SIZE | atoms::U64 => number::put_decimal(out, value),
        atoms::OFF => number::put_signed(out, value as i64),
        atoms::OFF_LOW | atoms::OFF_HIGH => number::put_signed(out, context.join_halves(parameter, value) as i64),
        atoms::HEX => values::put_hex_value(out, context, parameter, value),
        atoms::HEX32 => values::put_hex_value(out, context, parameter, low),
        atoms::PTR => number::put_address(out, value),
        atoms::PGOFF => number::put_hex(out, value.wrapping_mul(4096)),
        atoms::UID | atoms::GID => scalars::put_id(out, low, u64::from(u32::MAX)),
        atoms::OLD_UID | atoms::OLD_GID => scalars::put_id(out, low & 0xffff, 0xffff),
        atoms::MODE if matches!(call, atoms::MKNOD | atoms::MKNODAT) => scalars::put_file_mode(out, low & 0xffff),
        atoms::MODE => number::put_mode(out, low & 0xffff),
        atoms::DEV => scalars::put_device(out, low),
        atoms::SIGNAL => scalars::put_signal(out, low),
        atoms::OLD_SIGSET => signals::put_signal_mask(out, value, context.long_size()),
        atoms::KEY if low == 0 => out.put(b"IPC_PRIVATE"),
        atoms::KEY => number::put_hex(out, low),
        atoms::KEY_SERIAL => scalars::put_key_serial(out, low),
        atoms::FCNTL_ARG => {
            commands::put_fcntl_argument(out, context, value);
            command_memory::put_absence(out, context, parameter);
        }
        atoms::IOCTL_ARG => {
            commands::put_ioctl_argument(out, context, value);
            command_memory::put_absence(out, context, parameter);
        }
        atoms::IOCTL_CMD => commands::put_ioctl_command(out, context, low as u32),
        atoms::PRCTL_ARG | atoms::KEYCTL_ARG => commands::put_command_argument(out, context, parameter, value),
        atoms::OPEN_FLAGS => scalars::put_open_flags(out, abi, low),
        atoms::ACCEPT_FLAGS => flags::put_constants(out, "sock_flags", low),
        atoms::DUP_FLAGS | atoms::PIPE_FLAGS => flags::put_flags(out, scalars::open_flag_set(abi), low),
        atoms::TIMERFD_SETTIME_FLAGS => flags::put_constants(out, "timerfd_flags", low),
        atoms::AT_FLAGS if call == atoms::FACCESSAT2 => flags::put_constants(out, "faccessat_flags", low),
        atoms::AT_FLAGS if call == atoms::NAME_TO_HANDLE_AT => flags::put_constants(out, "name_to_handle_flags", low),
        atoms::AT_FLAGS if call == atoms::EXECVEAT => flags::put_constants(out, "execveat_flags", low),
        atoms::STATX_FLAGS => values::put_statx_flags(out, low),
        atoms::CLONE_FLAGS if call == atoms::SETNS => flags::put_constants(out, "setns_flags", low),
        atoms::CLONE_FLAGS => scalars::put_clone_flags(out, value),
        atoms::MAP_FLAGS => values::put_map_flags(out, low),
        atoms::FUTEX_OP => values::put_futex_op(out, low),
        atoms::FUTEX2_FLAGS => scalars::put_futex2_flags(out, low),
        atoms::SOCKET_TYPE => values::put_socket_type(out, low),
        atoms::SOCKET_PROTOCOL => values::put_socket_protocol(out, context, low),
        atoms::SOCK_OPTION => values::put_sock_option(out, context.register(1) as u32, low),
        atoms::IPC_FLAGS => values::put_ipc_flags(out, context.name_text, low),
        atoms::IPC_CMD => values::put_ipc_command(out, context.name_text, low),
        atoms::MEMPOLICY => values::put_mempolicy(out, low),
        atoms::PERSONALITY if low == u64::from(u32::MAX) => number::put_hex(out, low),
        atoms::PERSONALITY => values::put_personality(out, low),
        atoms::FANOTIFY_FLAGS => flags::put_of_two_sets(out, ["fanotify_class", "fanotify_flags"], low, 0xc),
        atoms::IOPRIO => values::put_ioprio(out, low),
        atoms::QUOTA_CMD => values::put_quota_command(out, low),
        atoms::PTRACE_OP => values::put_ptrace_request(out, abi, low),
        atoms::SYSLOG_OP => flags::put_commented(out, "syslog_op", low),
        atoms::SWAP_FLAGS => values::put_swap_flags(out, low),
        atoms::MOUNT_FLAGS => values::put_mount_flags(out, value),
        atoms::KEXEC_FLAGS => values::put_kexec_flags(out, value),
        atoms::MEMFD_FLAGS => values::put_memfd_flags(out, call, low),
        atoms::FANOTIFY_MASK
        | atoms::PROT
        | atoms::UNSHARE_FLAGS
        | atoms::PKEY_RIGHTS
        | atoms::PERF_FLAGS
        | atoms::KEXEC_FILE_FLAGS => flags::put_constants(out, parameter.kind, value),
        _ => flags::put_constants_of(out, ConstantSet::of_kind(parameter.kind_hash), low),
    }
}

/// Appends the memory that an argument points to, or the address if the memory is not known.
fn put_pointer(out: &mut Vec<u8>, context: &Context<'_>, parameter: &Parameter, value: u64) {
    let start = out.len();
    let is_put = match context.memory(parameter) {
        Some(memory)
            if value != 0 && (!memory.is_fault || can_be_partial(Atom::of_kind(parameter), parameter.length)) =>
        {
            put_memory(out, context, parameter, value, memory).is_some()
        }
        _ => false,
    };
    if !is_put {
        out.truncate(start);
        number::put_address(out, value);
        if value != 0 {
            context.put_absence(out, parameter);
        }
    }
}

/// Appends the address of a socket. The kernel writes no more of one than the program has room for.
fn put_sockaddr_argument(
    out: &mut Vec<u8>,
    context: &Context<'_>,
    parameter: &Parameter,
    memory: &Memory,
) -> Option<()> {
    let mut bytes = memory.bytes.as_slice();
    let mut is_short = memory.is_fault;
    if parameter.direction == Direction::Out {
        let length = context.find_parameter(&|other| Some(other.name) == parameter.length)?;
        if let Some(room) = context.input(&length).and_then(|room| bytes::integer(&room.bytes, 0, 4)) {
            let room = room as usize;
            is_short &= bytes.len() < room;
            bytes = bytes.get(..room).unwrap_or(bytes);
        }
    }
    if is_short {
        return None;
    }
    addresses::put_sockaddr(out, bytes)
}

/// Whether memory of this kind is printed although a part of it could not be read.
fn can_be_partial(kind: Atom, length: Option<&str>) -> bool {
    let is_array = length.is_some_and(|length| length.starts_with(|first: char| first.is_ascii_alphabetic()));
    is_array
        && matches!(
            kind,
            atoms::INT
                | atoms::UINT
                | atoms::PTR
                | atoms::UID
                | atoms::GID
                | atoms::OLD_UID
                | atoms::OLD_GID
                | atoms::U64
        )
        || matches!(
            kind,
            atoms::STRINGS
                | atoms::VARS
                | atoms::IOVEC
                | atoms::REMOTE_IOVEC
                | atoms::MSGHDR
                | atoms::MMSGHDR
                | atoms::POLLFD
                | atoms::EPOLL_EVENT
                | atoms::PATH
                | atoms::STR
                | atoms::SOCKADDR
                | atoms::SOCKOPT
                | atoms::NODEMASK
                | atoms::SOCK_FPROG
                | atoms::LANDLOCK_RULE_ATTR
                | atoms::QUOTA_DATA
                | atoms::SEMBUF
                | atoms::KEXEC_SEGMENT
                | atoms::FUTEX_WAITV
                | atoms::MINCORE_VEC
                | atoms::USER_CAP_DATA
        )
        || sized::is_sized(kind)
}

/// Appends memory, by its kind; `None` if the address is to be printed instead.
fn put_memory(
    out: &mut Vec<u8>,
    context: &Context<'_>,
    parameter: &Parameter,
    value: u64,
    memory: &Memory,
) -> Option<()> {
    let bytes = memory.bytes.as_slice();
    let kind = Atom::of_kind(parameter);
    let count = || context.count(parameter);
    let fault = memory.is_fault.then_some(value);
    if sized::is_sized(kind) {
        return sized::put_sized(out, context, parameter, kind, memory);
    }
    match kind {
        atoms::PATH => buffers::put_path(out, memory)?,
        atoms::STR if matches!(context.name, atoms::GETCWD | atoms::MQ_OPEN | atoms::MQ_UNLINK) => {
            buffers::put_path(out, memory)?;
        }
        atoms::STR if context.name == atoms::MEMFD_CREATE => buffers::put_memfd_name(out, memory)?,
        atoms::STR => buffers::put_string(out, context, memory)?,
        atoms::BYTES => buffers::put_bytes(out, context, parameter, memory)?,
        atoms::STRINGS => buffers::put_strings(out, context, memory),
        atoms::VARS => buffers::put_variable_count(out, value, memory)?,
        atoms::IOVEC => {
            let filled = context.filled(parameter);
            buffers::put_iovec(out, context, &mut IovecReader::of(memory), Some(value), count()?, filled);
        }
        atoms::REMOTE_IOVEC => buffers::put_remote_iovec(out, context, bytes, fault, count()?),
        atoms::MSGBUF => buffers::put_msgbuf(out, context, bytes, count())?,
        atoms::MSGHDR => messages::put_msghdr(out, context, &mut IovecReader::of(memory), context.filled(parameter))?,
        atoms::MMSGHDR => messages::put_mmsghdr(out, context, parameter, memory, value)?,
        atoms::SOCKADDR => put_sockaddr_argument(out, context, parameter, memory)?,
        atoms::SOCKOPT => {
            socket_options::put_sockopt(out, context, memory, count().filter(|&len| len > 0)?)?;
        }
        atoms::INT2 => arrays::put_ints(out, context, bytes, 2)?,
        atoms::SCHED_PARAM => arrays::put_ints(out, context, bytes, 1)?,
        atoms::NODEMASK => arrays::put_node_mask(out, context, parameter, bytes)?,
        atoms::FD_SET => drop(arrays::put_bits(out, bytes, count()?, usize::MAX)),
        atoms::CPU_SET => drop(arrays::put_bits(out, bytes, u64::MAX, usize::MAX)),
        atoms::TIMESPEC_2 => files::put_file_times(out, bytes, 16, 9)?,
        atoms::TIMESPEC32_2 => files::put_file_times(out, bytes, 8, 9)?,
        atoms::TIMEVAL_2 => files::put_file_times(out, bytes, 16, 6)?,
        atoms::TIMEVAL32_2 => files::put_file_times(out, bytes, 8, 6)?,
        atoms::STAT | atoms::STAT64 | atoms::OLDSTAT => files::put_stat(out, context, kind, bytes)?,
        atoms::STATX => files::put_statx(out, bytes)?,
        atoms::OPEN_HOW => files::put_open_how(out, context, bytes)?,
        atoms::DIRENTS | atoms::OLD_DIRENTS => files::put_dirents(out, context, value, memory),
        atoms::POLLFD => polling::put_pollfds(out, context, bytes, fault, count()?)?,
        atoms::EPOLL_EVENT => polling::put_epoll_events(out, context, parameter, bytes)?,
        atoms::SIGSET => signals::put_sigset_argument(out, context, bytes)?,
        atoms::OLD_SIGSET => signals::put_sigset(out, bytes),
        atoms::SIGACTION => signals::put_sigaction(out, context, bytes, false)?,
        atoms::OLD_SIGACTION => signals::put_sigaction(out, context, bytes, true)?,
        atoms::SIGINFO => signals::put_siginfo(out, context, bytes)?,
        atoms::SIGEVENT => signals::put_sigevent(out, context, bytes)?,
        atoms::WAIT_STATUS => tasks::put_wait_status(out, bytes::integer(bytes, 0, 4)? as u32),
        atoms::USER_CAP_DATA => capabilities::put_capabilities(out, context, bytes)?,
        atoms::CLONE_ARGS => tasks::put_clone_args(out, bytes)?,
        atoms::USER_DESC => tasks::put_user_desc(out, bytes)?,
        // More than `KEXEC_SEGMENT_MAX`: the kernel does not read them.
        atoms::KEXEC_SEGMENT if count()? > 16 => return None,
        atoms::SEMBUF | atoms::FUTEX_WAITV | atoms::IO_EVENT | atoms::KEXEC_SEGMENT | atoms::USER_CAP_HEADER
            if parameter.length.is_some() =>
        {
            arrays::put_structs(out, context, parameter, bytes, fault)?;
        }
        atoms::SOCK_FPROG => values::put_seccomp_argument(out, context, bytes)?,
        atoms::LANDLOCK_RULE_ATTR => match context.register(1) as u32 {
            1 if bytes.len() >= 12 => structs::put_struct(out, context, "landlock_path_beneath_attr", bytes)?,
            2 if bytes.len() >= 16 => structs::put_struct(out, context, "landlock_net_port_attr", bytes)?,
            _ => return None,
        },
        atoms::MINCORE_VEC => {
            // A byte for each page.
            let pages = context.register(1).div_ceil(4096);
            arrays::put_array(out, context, bytes, None, 1, pages, &|out, value| number::put_decimal(out, value & 1))?;
        }
        atoms::QUOTA_DATA => values::put_quota_data(out, context, bytes)?,
        _ if layouts::find_layout(parameter.kind).is_some() => {
            structs::put_struct(out, context, parameter.kind, bytes)?;
        }
        _ => arrays::put_numbers(out, context, parameter, kind, bytes, fault)?,
    }
    Some(())
}
