// SPDX-License-Identifier: GPL-2.0

//! The words that prototypes use for what parameters are, and how much memory each stands for.
//!
//! # Words for values
//!
//! | word                | meaning                                                                                    |
//! |---------------------|--------------------------------------------------------------------------------------------|
//! | `int` `uint`        | 32 bits, signed and unsigned; the register's higher bits can be anything                   |
//! | `long` `ulong` `size` | as wide as the program's registers                                                       |
//! | `off` `u64`         | 64 bits, signed and unsigned; takes two registers on 32-bit ARM                            |
//! | `off_low` `off_high` | halves of one `off`, neighbours in either order; 64-bit machines have all in the low half |
//! | `hex` `hex32`       | bits without names, as wide as a register or 32                                            |
//! | `ptr`               | an address whose memory is not recorded                                                    |
//! | `fd` `dirfd`        | a file descriptor; a `dirfd` can also be `AT_FDCWD`, the current directory                 |
//! | `pid`               | a process, a thread or a process group; 0 and negative numbers are valid; 32 bits          |
//! | `uid` `gid`         | a user, a group; 32 bits                                                                   |
//! | `old_uid` `old_gid` | a user, a group; 16 bits                                                                   |
//! | `mode`              | permissions, in octal, and file types                                                      |
//! | `dev`               | a device number, as the kernel packs it into 32 bits                                       |
//! | `signal`            | the number of a signal                                                                     |
//! | `old_sigset`        | a set of the first signals, as wide as a register                                          |
//! | `pgoff`             | an offset in units of 4096 bytes                                                           |
//! | `key`               | a key of System V IPC                                                                      |
//! | `key_serial`        | a key of the kernel's key management                                                       |
//! | `fcntl_arg` `ioctl_arg` `keyctl_arg` `prctl_arg` | a number or an address, as the call's first command says      |
//!
//! Sets of bits and enumerations have the name that the manual pages use: `accept_flags` `access_mode` `arch_prctl_op`
//! `at_flags` `bpf_cmd` `clock_id` `clone_flags` (the lowest byte is a signal in `clone`, and another flag in `setns`)
//! `close_range_flags` `delete_module_flags` `dup_flags` `epoll_flags` `epoll_op` `eventfd_flags` `fadvise`
//! `fallocate_mode` `fanotify_flags` `fanotify_mark_flags` `fanotify_mask` (64 bits, as `u64`) `fcntl_cmd` `flock_op`
//! `fsconfig_cmd` `fsmount_flags` `fsopen_flags` `fspick_flags` `futex2_flags` `futex_op` `get_mempolicy_flags`
//! `inotify_flags` `inotify_mask` `io_uring_enter_flags` `io_uring_register_op` `ioctl_cmd` `ioprio` `ioprio_which`
//! `ipc_call` `ipc_cmd` `ipc_flags` (of `semget` and its like: the lowest bits are a mode) `itimer` `kcmp_type`
//! `kexec_file_flags` `kexec_flags` `keyctl_op` `landlock_rule` `lsm_attr` `madvise` `map_flags` `membarrier_cmd`
//! `memfd_flags` `mempolicy` `mempolicy_flags` `mlock_flags` `mlockall_flags` `module_flags` `mount_attr_flags`
//! `mount_flags` `move_mount_flags` `mremap_flags` `msg_flags` `msgop_flags` `msync_flags` `open_flags`
//! `open_tree_flags` `perf_flags` `personality` `pidfd_flags` `pipe_flags` `pkey_rights` `prctl_op` `priority_which`
//! `prot` `ptrace_op` `quota_cmd` `random_flags` `reboot_cmd` `rename_flags` `resource` `rseq_flags` `rusage_who`
//! `rwf_flags` `sched_policy` `seccomp_flags` `seccomp_op` `shmat_flags` `shutdown_how` `sigmask_how` `signalfd_flags`
//! `sock_level` `sock_option` (the `sock_level` before it decides its meaning) `socket_domain` `socket_protocol` (the
//! `socket_domain` decides its meaning) `socket_type` `socketcall` `splice_flags` `statx_flags` `statx_mask`
//! `swap_flags` `sync_file_range_flags` `syslog_op` `timer_flags` `timerfd_flags` `timerfd_settime_flags`
//! `umount_flags` `unshare_flags` `userfaultfd_flags` `wait_id` `wait_options` `whence` `xattr_flags`.
//!
//! # Words for memory
//!
//! *bytes*: a length counts bytes, not elements. *result*: at the return there are at most as many elements as the
//! call's result says.
//!
//! | word                | meaning                                                                                    |
//! |---------------------|--------------------------------------------------------------------------------------------|
//! | `path` `str`        | a string that ends in a NUL                                                                |
//! | `bytes`             | any contents (*bytes*, *result*)                                                           |
//! | `strings` `vars`    | a null-terminated array of pointers to strings; of `vars` only their number is recorded    |
//! | `iovec`             | an array of buffers; the direction is that of the buffers (`out`: *result*, in bytes)      |
//! | `remote_iovec`      | an array of buffers in another process; their contents are not recorded                    |
//! | `msghdr`            | a `struct msghdr`, its address and its buffers (`out`: *result*, in bytes)                 |
//! | `mmsghdr`           | an array of `struct mmsghdr`, their addresses and buffers (`out`: *result*)                |
//! | `msgbuf`            | a `long`, then as many bytes as the length says (*bytes*, *result*)                        |
//! | `sockaddr`          | a socket's address (*bytes*)                                                               |
//! | `sockopt`           | the value of a socket option (*bytes*)                                                     |
//! | `int` `uint` `long` `ulong` `size` `off` `u64` `ptr` | a value of this word, or an array of values               |
//! | `uid` `gid` `old_uid` `old_gid` | a value of this word, or an array of values (arrays: *result*)                 |
//! | `int2`              | two `int`, the file descriptors that `pipe` and `socketpair` return                        |
//! | `wait_status`       | an `int` with the status of `waitpid`                                                      |
//! | `timespec` `timeval` `itimerspec` `itimerval` `timex` `utimbuf` | times with 64-bit seconds, on every machine    |
//! | `timespec32` `timeval32` `itimerspec32` `itimerval32` `timex32` `utimbuf32` | times with 32-bit seconds          |
//! | `timespec_2` `timespec32_2` `timeval_2` `timeval32_2` | two times: of the last access and of the last change     |
//! | `rlimit` `rlimit32` `rlimit64` | limits of 64, 32 and 64 bits                                                    |
//! | `sigset`            | a set of signals (*bytes*)                                                                 |
//! | `cpu_set`           | a set of CPUs (*bytes*, *result*)                                                          |
//! | `old_sigset`        | a `ulong` of signals                                                                       |
//! | `fd_set` `nodemask` | a set of file descriptors, of memory nodes; the length counts bits                         |
//! | `sigset_argpack`    | the address of a `sigset`, and its size                                                    |
//! | `dirents` `old_dirents` | directory entries of `getdents64` and of `getdents` (*bytes*, *result*)                |
//! | `old_dirent`        | one directory entry, of `readdir`                                                          |
//! | `file_handle`       | the length and the type of a file handle, without the handle's bytes                       |
//! | `mincore_vec`       | a byte for each page, of which the call's length is the bytes (*bytes*)                    |
//! | `sock_fprog`        | what the operation of `seccomp` says: a filter's address and length, an action, sizes      |
//! | `landlock_rule_attr` `quota_data` | what the rule's type, or the quota's command, says                           |
//!
//! Structures have their name in C, and may differ between machines as they do in C: `cachestat` `cachestat_range`
//! `epoll_event` `futex_waitv` `io_event` `io_uring_params` `iocb` `kexec_segment` `mnt_id_req` `mq_attr` `msqid_ds`
//! `ns_id_req` `old_sigaction` `old_utsname` `oldold_utsname` `oldstat` (`struct __old_kernel_stat`) `perf_attr`
//! (`struct perf_event_attr`) `pollfd` `rusage` `sched_param` `sembuf` `shmid_ds` `sigaction`
//! `sigevent` `siginfo` `stack_t` `stat` `stat64` `statfs` `statfs64` `statx` `sysinfo` `timezone` `tms`
//! `user_cap_data` `user_cap_header` `user_desc` `ustat` `utsname`. The program tells the size of these structures
//! (*bytes*): `bpf_attr` `clone_args` `file_attr` `landlock_ruleset_attr` `lsm_ctx` `mount_attr` `open_how`
//! `sched_attr` `statmount` `xattr_args`.

use super::abi::Abi;

/// Bytes in a program's memory of one element of what a word stands for: 1 for strings and for what is counted in
/// bytes, the size of an address for `strings`; `None` for words of values.
///
/// The sizes are those that a compiler finds in the kernel's `include/uapi` for each architecture, and for 32-bit
/// programs on 64-bit kernels in `include/linux/compat.h` and `time32.h`. Of structures with several versions they are
/// the sizes of `IPC_64`, or else of the oldest version.
#[inline]
pub const fn size_of_word(word: &[u8], abi: Abi) -> Option<u16> {
    let is_32bit = abi.is_32bit();
    Some(match word {
        b"path" | b"str" | b"bytes" | b"msgbuf" | b"mincore_vec" | b"sockaddr" | b"sockopt" | b"sigset"
        | b"cpu_set" | b"dirents" | b"old_dirents" => 1,
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
        // Sets of bits consist of words; the size is that of a word.
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
        b"cachestat_range" | b"user_desc" | b"sock_fprog" | b"landlock_rule_attr" => 16,
        b"futex_waitv" | b"mnt_id_req" => 24,
        b"io_event" | b"ns_id_req" | b"oldstat" => 32,
        b"cachestat" => 40,
        b"oldold_utsname" => 45,
        b"iocb" | b"sigevent" => 64,
        // `struct fs_disk_quota`; the other structures are smaller.
        b"quota_data" => 112,
        // Its own size stands in it. A program may know an older version: then what lies behind it is recorded, too.
        b"perf_attr" => 136,
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

/// Whether the kernel writes at most as many elements of this word as the call's result says.
pub(super) const fn is_counted_by_result(word: &[u8]) -> bool {
    matches!(word, b"bytes" | b"msgbuf" | b"dirents" | b"old_dirents" | b"cpu_set" | b"mmsghdr" | b"gid" | b"old_gid")
}

/// Whether this word stands for a value of 64 bits, which takes two registers on 32-bit ARM. (On i386 the kernel's own
/// prototypes have two halves instead.) `WIDE_WORDS` in `scripts/generate-calls` lists the same words.
#[inline]
pub(super) const fn is_wide(word: &[u8]) -> bool {
    matches!(word, b"off" | b"u64" | b"fanotify_mask")
}
