// SPDX-License-Identifier: GPL-2.0

//! How many registers hold the arguments of a call, compared with manual pages and other tracers.

use syscall_record_format::calls::{plan::CopyPlans, Abi, NUMBERS};
use syscall_record_format::format::{Machine, MAX_ARGS};

fn check(machine: Machine, is_32bit: bool, known: &[(u32, &str, u8)]) {
    let plans = CopyPlans::new(Abi::new(machine, is_32bit));
    for &(number, name, count) in known {
        assert_eq!(plans.arguments(number), count, "{machine:?} {number} {name}");
    }
    // No calls have the last numbers.
    for number in [NUMBERS as u32 - 1, NUMBERS as u32, u32::MAX] {
        assert_eq!(plans.arguments(number), MAX_ARGS as u8);
    }
}

#[test]
fn arm64_calls_have_known_register_counts() {
    let known = [
        (17, "getcwd", 2),
        (46, "ftruncate", 2),
        (47, "fallocate", 4),
        (56, "openat", 4),
        (57, "close", 1),
        (63, "read", 3),
        (67, "pread64", 4),
        (72, "pselect6", 6),
        (93, "exit", 1),
        (98, "futex", 6),
        (124, "sched_yield", 0),
        (139, "rt_sigreturn", 0),
        (173, "getppid", 0),
        (220, "clone", 5),
        (221, "execve", 3),
        (222, "mmap", 6),
        (223, "fadvise64", 4),
        (281, "execveat", 5),
        (435, "clone3", 2),
        // Its entry point is sys_ni_syscall: the kernel's source does not have its parameters any more.
        (18, "lookup_dcookie", 6),
        // The generic table has it for other architectures.
        (244, "none: not for arm64", 6),
    ];
    check(Machine::Arm64, false, &known);
}

#[test]
fn arm_calls_have_known_register_counts() {
    let known = [
        (0, "restart_syscall", 0),
        (1, "exit", 1),
        (3, "read", 3),
        (5, "open", 3),
        (6, "close", 1),
        // A call of the old ABI alone.
        (13, "none: time", 6),
        (64, "getppid", 0),
        (72, "sigsuspend", 3),
        (119, "sigreturn", 0),
        (120, "clone", 5),
        (140, "_llseek", 5),
        (173, "rt_sigreturn", 0),
        (192, "mmap2", 6),
        (322, "openat", 4),
        // 64-bit arguments, where a register before the first is unused …
        (180, "pread64: fd, buf, count, -, pos, pos", 6),
        (181, "pwrite64: fd, buf, count, -, pos, pos", 6),
        (193, "truncate64: path, -, length, length", 4),
        (194, "ftruncate64: fd, -, length, length", 4),
        (225, "readahead: fd, -, offset, offset, count", 5),
        // … and where none is.
        (270, "arm_fadvise64_64: fd, advice, offset, offset, len, len", 6),
        (341, "arm_sync_file_range: fd, flags, offset, offset, nbytes, nbytes", 6),
        (352, "fallocate: fd, mode, offset, offset, len, len", 6),
        (368, "fanotify_mark: fd, flags, mask, mask, dfd, pathname", 6),
        // The kernel takes the halves of the offset as two parameters.
        (361, "preadv", 5),
        (392, "preadv2", 6),
    ];
    check(Machine::Arm, false, &known);
}

#[test]
fn x86_64_calls_have_known_register_counts() {
    let known = [
        (0, "read", 3),
        (2, "open", 3),
        (3, "close", 1),
        (9, "mmap", 6),
        (15, "rt_sigreturn", 0),
        (17, "pread64", 4),
        (56, "clone", 5),
        (57, "fork", 0),
        (59, "execve", 3),
        (76, "truncate", 2),
        (110, "getppid", 0),
        (202, "futex", 6),
        (257, "openat", 4),
        (285, "fallocate", 4),
        (435, "clone3", 2),
        (174, "create_module", 6),
    ];
    check(Machine::X86_64, false, &known);
}

#[test]
fn i386_calls_have_known_register_counts() {
    let known = [
        (3, "read", 3),
        (5, "open", 3),
        (22, "umount", 1),
        (64, "getppid", 0),
        (72, "sigsuspend", 3),
        (82, "select: a structure", 1),
        (90, "mmap: a structure", 1),
        (102, "socketcall", 2),
        (117, "ipc", 6),
        (119, "sigreturn", 0),
        (120, "clone", 5),
        (180, "pread64: fd, buf, count, pos, pos", 5),
        (192, "mmap2", 6),
        (193, "truncate64: path, length, length", 3),
        (225, "readahead: fd, offset, offset, count", 4),
        (250, "fadvise64: fd, offset, offset, len, advice", 5),
        (272, "fadvise64_64: fd, offset, offset, len, len, advice", 6),
        (295, "openat", 4),
        (314, "sync_file_range: fd, offset, offset, nbytes, nbytes, flags", 6),
        (324, "fallocate: fd, mode, offset, offset, len, len", 6),
        (339, "fanotify_mark: fd, flags, mask, mask, dfd, pathname", 6),
        (17, "break", 6),
    ];
    check(Machine::X86_64, true, &known);
}
