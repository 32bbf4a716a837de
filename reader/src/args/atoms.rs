// SPDX-License-Identifier: GPL-2.0

//! Names of calls and of kinds of parameters as numbers.
//!
//! Comparing numbers takes a fraction of the code that comparing text does, and there are hundreds of comparisons.

use crate::calls::{KnownCall, Parameter};
use crate::text::NameHash;

/// A name as a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Atom(NameHash);

impl Atom {
    /// The number of a name.
    pub(crate) const fn new(text: &str) -> Self {
        Self(NameHash::new(text))
    }

    /// A call's name, and its number.
    #[inline]
    pub(crate) fn of_call(call: KnownCall) -> (&'static str, Self) {
        let (name, hash) = call.name_and_hash();
        (name, Self(hash))
    }

    /// The number of a parameter's kind.
    #[inline]
    pub(crate) fn of_kind(parameter: &Parameter) -> Self {
        Self(parameter.kind_hash)
    }
}

macro_rules! atoms {
    ($($name:ident $text:literal,)*) => {
        $(pub(crate) const $name: Atom = Atom::new($text);)*

        #[cfg(test)]
        const ALL: &[&str] = &[$($text),*];
    };
}

// The calls and kinds that some code treats in a way of its own, sorted by name.
#[rustfmt::skip]
atoms! {
    ACCEPT "accept", ACCEPT4 "accept4", ACCEPT_FLAGS "accept_flags", ADJTIMEX "adjtimex",
    ARM_FADVISE64_64 "arm_fadvise64_64", AT_FLAGS "at_flags", BPF "bpf", BRK "brk", BYTES "bytes", CAPGET "capget",
    CAPSET "capset", CLOCK_ADJTIME "clock_adjtime", CLOCK_ADJTIME64 "clock_adjtime64", CLOCK_ID "clock_id",
    CLOCK_NANOSLEEP "clock_nanosleep", CLOCK_NANOSLEEP_TIME64 "clock_nanosleep_time64", CLONE "clone",
    CLONE3 "clone3", CLONE_ARGS "clone_args", CLONE_FLAGS "clone_flags", CLOSE_RANGE "close_range",
    COPY_FILE_RANGE "copy_file_range",
    CPU_SET "cpu_set", DEV "dev", DIRENTS "dirents", DIRFD "dirfd", DUP_FLAGS "dup_flags", EPOLL_CTL "epoll_ctl",
    EPOLL_EVENT "epoll_event", EXECVEAT "execveat", EXIT "exit", EXIT_GROUP "exit_group", FACCESSAT2 "faccessat2",
    FANOTIFY_FLAGS "fanotify_flags", FANOTIFY_MARK "fanotify_mark", FANOTIFY_MASK "fanotify_mask", FCNTL "fcntl",
    FCNTL64 "fcntl64", FCNTL_ARG "fcntl_arg", FD "fd", FD_SET "fd_set", FSCONFIG "fsconfig", FUTEX "futex",
    FUTEX2_FLAGS "futex2_flags", FUTEX_OP "futex_op", FUTEX_REQUEUE "futex_requeue", FUTEX_TIME64 "futex_time64",
    FUTEX_WAITV "futex_waitv", GETCWD "getcwd", GETDENTS64 "getdents64", GETPEERNAME "getpeername",
    GETRANDOM "getrandom", GETSOCKNAME "getsockname", GETSOCKOPT "getsockopt", GET_MEMPOLICY "get_mempolicy",
    GET_THREAD_AREA "get_thread_area", GID "gid", HEX "hex", HEX32 "hex32", INT "int", INT2 "int2", IOCTL "ioctl",
    IOCTL_ARG "ioctl_arg", IOCTL_CMD "ioctl_cmd", IOPERM "ioperm", IOPRIO "ioprio", IOPRIO_GET "ioprio_get",
    IOVEC "iovec", IO_EVENT "io_event", IPC_CMD "ipc_cmd", IPC_FLAGS "ipc_flags", KCMP "kcmp",
    KEXEC_FILE_FLAGS "kexec_file_flags", KEXEC_FLAGS "kexec_flags", KEXEC_SEGMENT "kexec_segment", KEY "key",
    KEYCTL_ARG "keyctl_arg", KEY_SERIAL "key_serial", LANDLOCK_CREATE_RULESET "landlock_create_ruleset",
    LANDLOCK_RULESET_ATTR "landlock_ruleset_attr", LANDLOCK_RULE_ATTR "landlock_rule_attr", LONG "long",
    MAP_FLAGS "map_flags", MEMBARRIER "membarrier", MEMFD_CREATE "memfd_create", MEMFD_FLAGS "memfd_flags",
    MEMFD_SECRET "memfd_secret", MEMPOLICY "mempolicy", MINCORE_VEC "mincore_vec", MKNOD "mknod", MKNODAT "mknodat",
    MMAP "mmap", MMAP2 "mmap2", MMSGHDR "mmsghdr", MODE "mode", MOUNT "mount", MOUNT_ATTR "mount_attr",
    MOUNT_FLAGS "mount_flags", MOVE_PAGES "move_pages", MQ_ATTR "mq_attr", MQ_OPEN "mq_open", MQ_UNLINK "mq_unlink",
    MREMAP "mremap", MSGBUF "msgbuf", MSGHDR "msghdr", NAME_TO_HANDLE_AT "name_to_handle_at", NEWSELECT "_newselect",
    NODEMASK "nodemask", OFF "off", OFF_HIGH "off_high", OFF_LOW "off_low", OLDSTAT "oldstat",
    OLD_DIRENTS "old_dirents", OLD_GID "old_gid", OLD_SIGACTION "old_sigaction", OLD_SIGSET "old_sigset",
    OLD_UID "old_uid", OPEN "open", OPENAT "openat", OPEN_FLAGS "open_flags", OPEN_HOW "open_how", PATH "path",
    PERF_FLAGS "perf_flags", PERSONALITY "personality", PGOFF "pgoff", PID "pid", PIDFD_SEND_SIGNAL "pidfd_send_signal",
    PIPE_FLAGS "pipe_flags", PKEY_RIGHTS "pkey_rights", POLL "poll", POLLFD "pollfd", PPOLL "ppoll",
    PPOLL_TIME64 "ppoll_time64", PRCTL "prctl", PRCTL_ARG "prctl_arg", PROT "prot", PSELECT6 "pselect6",
    PSELECT6_TIME64 "pselect6_time64", PTR "ptr", PTRACE "ptrace", PTRACE_OP "ptrace_op", QUOTACTL "quotactl",
    QUOTACTL_FD "quotactl_fd", QUOTA_CMD "quota_cmd", QUOTA_DATA "quota_data", REBOOT "reboot", RECVMMSG "recvmmsg",
    RECVMMSG_TIME64 "recvmmsg_time64", REMOTE_IOVEC "remote_iovec", RESTART_SYSCALL "restart_syscall",
    RT_SIGPENDING "rt_sigpending", RT_SIGTIMEDWAIT "rt_sigtimedwait", RT_SIGTIMEDWAIT_TIME64 "rt_sigtimedwait_time64",
    SCHED_ATTR "sched_attr", SCHED_GETATTR "sched_getattr", SCHED_GETSCHEDULER "sched_getscheduler",
    SCHED_PARAM "sched_param", SCHED_SETATTR "sched_setattr", SECCOMP_FLAGS "seccomp_flags", SELECT "select",
    SEMBUF "sembuf", SENDFILE "sendfile", SENDFILE64 "sendfile64", SENDMMSG "sendmmsg", SETDOMAINNAME "setdomainname",
    SETHOSTNAME "sethostname", SETNS "setns", SET_THREAD_AREA "set_thread_area", SHMAT "shmat", SIGACTION "sigaction",
    SIGEVENT "sigevent", SIGINFO "siginfo", SIGNAL "signal", SIGSET "sigset", SIZE "size", SOCKADDR "sockaddr",
    SOCKET "socket", SOCKET_PROTOCOL "socket_protocol", SOCKET_TYPE "socket_type", SOCKOPT "sockopt",
    SOCK_FPROG "sock_fprog", SOCK_OPTION "sock_option", SPLICE "splice", STAT "stat", STAT64 "stat64", STATX "statx",
    STATX_FLAGS "statx_flags", STIME "stime", STR "str", STRINGS "strings", SWAP_FLAGS "swap_flags", SYSLOG "syslog",
    SYSLOG_OP "syslog_op", TIME "time", TIMERFD_SETTIME_FLAGS "timerfd_settime_flags", TIMESPEC32_2 "timespec32_2",
    TIMESPEC_2 "timespec_2", TIMEVAL32_2 "timeval32_2", TIMEVAL_2 "timeval_2", U64 "u64", UID "uid", UINT "uint",
    ULONG "ulong", UMASK "umask", UNSHARE_FLAGS "unshare_flags", USER_CAP_DATA "user_cap_data",
    USER_CAP_HEADER "user_cap_header", USER_DESC "user_desc", VARS "vars", WAIT4 "wait4", WAITPID "waitpid",
    WAIT_STATUS "wait_status",
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calls::Abi;
    use std::collections::HashMap;

    #[test]
    fn every_atom_is_a_name_of_the_table_and_no_two_names_share_a_number() {
        let calls = Abi::ALL.into_iter().flat_map(|abi| KnownCall::all(abi).map(|(_, call)| call));
        let mut known = HashMap::new();
        for call in calls {
            let kinds = call.parameters().into_iter().flatten().map(|parameter| parameter.kind);
            for text in kinds.chain([call.name(), ""]) {
                assert_eq!(*known.entry(Atom::new(text).0).or_insert(text), text);
            }
        }
        for text in ALL {
            assert_eq!(known.get(&Atom::new(text).0), Some(text), "{text} is in no row of the table");
        }
    }
}
