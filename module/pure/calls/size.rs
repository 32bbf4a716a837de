// SPDX-License-Identifier: GPL-2.0

//! How much memory the words stand for.

use super::Abi;

/// How many bytes of a program's memory one of what a word stands for takes: 1 of what is counted in bytes and of
/// strings, an address of `strings`; `None` of words for values.
///
/// These are the sizes that a compiler finds in the kernel's `include/uapi` for each architecture, and in its
/// `include/linux/compat.h` and `time32.h` for 32-bit programs on 64-bit kernels; those of `IPC_64` and, of structures
/// that have grown, the oldest.
#[inline]
pub const fn size_of(word: &str, abi: Abi) -> Option<u16> {
    size_of_bytes(word.as_bytes(), abi)
}

#[inline]
pub(super) const fn size_of_bytes(word: &[u8], abi: Abi) -> Option<u16> {
    let is_32bit = abi.is_32bit();
    Some(match word {
        b"path" | b"str" | b"bytes" | b"msgbuf" | b"sockaddr" | b"sockopt" | b"sigset" | b"cpu_set" | b"dirents"
        | b"old_dirents" => 1,
        b"bpf_attr"
        | b"clone_args"
        | b"file_attr"
        | b"landlock_ruleset_attr"
        | b"lsm_ctx"
        | b"mount_attr"
        | b"open_how"
        | b"sched_attr"
        | b"statmount"
        | b"xattr_args" => 1,

        b"old_uid" | b"old_gid" => 2,
        b"int" | b"uint" | b"uid" | b"gid" | b"wait_status" | b"sched_param" => 4,
        b"off" | b"u64" | b"int2" | b"timezone" | b"pollfd" | b"user_cap_header" | b"file_handle" => 8,
        b"long" | b"ulong" | b"size" | b"ptr" | b"old_sigset" if is_32bit => 4,
        b"long" | b"ulong" | b"size" | b"ptr" | b"old_sigset" => 8,
        // Of sets of bits, the words that they are made of.
        b"fd_set" | b"nodemask" if is_32bit => 4,
        b"fd_set" | b"nodemask" => 8,
        b"strings" | b"vars" if is_32bit => 4,
        b"strings" | b"vars" => 8,
        b"sigset_argpack" | b"iovec" | b"remote_iovec" if is_32bit => 8,
        b"sigset_argpack" | b"iovec" | b"remote_iovec" => 16,
        b"msghdr" if is_32bit => 28,
        b"msghdr" => 56,
        b"mmsghdr" if is_32bit => 32,
        b"mmsghdr" => 64,

        b"timespec32" | b"timeval32" | b"utimbuf32" | b"rlimit32" => 8,
        b"timespec" | b"timeval" | b"utimbuf" | b"rlimit" | b"rlimit64" => 16,
        b"timespec32_2" | b"timeval32_2" | b"itimerspec32" | b"itimerval32" => 16,
        b"timespec_2" | b"timeval_2" | b"itimerspec" | b"itimerval" => 32,
        b"timex32" => 128,
        b"timex" => 208,

        b"sembuf" => 6,
        b"old_dirent" => 10,
        b"user_cap_data" => 12,
        b"cachestat_range" | b"user_desc" => 16,
        b"futex_waitv" | b"mnt_id_req" => 24,
        b"io_event" | b"ns_id_req" | b"oldstat" => 32,
        b"cachestat" => 40,
        b"oldold_utsname" => 45,
        b"iocb" | b"perf_attr" | b"sigevent" => 64,
        b"io_uring_params" => 120,
        b"siginfo" => 128,
        b"statx" => 256,
        b"old_utsname" => 325,
        b"utsname" => 390,

        b"stack_t" if is_32bit => 12,
        b"stack_t" => 24,
        b"kexec_segment" | b"tms" | b"old_sigaction" if is_32bit => 16,
        b"kexec_segment" | b"tms" => 32,
        b"mq_attr" if is_32bit => 32,
        b"mq_attr" => 64,
        b"ustat" | b"sigaction" if is_32bit => 20,
        b"ustat" | b"sigaction" => 32,
        b"sysinfo" | b"statfs" if is_32bit => 64,
        b"sysinfo" => 112,
        b"statfs" => 120,
        b"rusage" if is_32bit => 72,
        b"rusage" => 144,
        b"shmid_ds" if is_32bit => 84,
        b"shmid_ds" => 112,
        b"msqid_ds" if is_32bit => 88,
        b"msqid_ds" => 120,
        b"statfs64" => 84,
        b"epoll_event" => match abi {
            Abi::Arm64 | Abi::Arm => 16,
            Abi::X86_64 | Abi::I386 => 12,
        },
        b"stat" => match abi {
            Abi::Arm64 => 128,
            Abi::X86_64 => 144,
            Abi::Arm | Abi::I386 => 64,
        },
        b"stat64" => match abi {
            Abi::I386 => 96,
            _ => 104,
        },
        _ => return None,
    })
}
