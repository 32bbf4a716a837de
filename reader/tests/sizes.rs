// SPDX-License-Identifier: GPL-2.0

//! Compares the table's sizes of structures with those of this machine's C library, where both mean the same structure.

#![cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]

use std::mem::size_of;
use syscall_record::calls::{self, Abi};

#[test]
fn sizes_of_structures_agree_with_the_c_library() {
    let abi = if cfg!(target_arch = "x86_64") { Abi::X86_64 } else { Abi::Arm64 };
    let sizes = [
        ("epoll_event", size_of::<libc::epoll_event>()),
        ("iovec", size_of::<libc::iovec>()),
        ("itimerspec", size_of::<libc::itimerspec>()),
        ("itimerval", size_of::<libc::itimerval>()),
        ("mmsghdr", size_of::<libc::mmsghdr>()),
        ("mq_attr", size_of::<libc::mq_attr>()),
        ("msghdr", size_of::<libc::msghdr>()),
        ("msqid_ds", size_of::<libc::msqid_ds>()),
        ("pollfd", size_of::<libc::pollfd>()),
        ("rlimit", size_of::<libc::rlimit>()),
        ("rusage", size_of::<libc::rusage>()),
        ("sembuf", size_of::<libc::sembuf>()),
        ("shmid_ds", size_of::<libc::shmid_ds>()),
        ("sigevent", size_of::<libc::sigevent>()),
        ("siginfo", size_of::<libc::siginfo_t>()),
        ("stack_t", size_of::<libc::stack_t>()),
        ("stat", size_of::<libc::stat>()),
        ("statfs", size_of::<libc::statfs>()),
        ("statx", size_of::<libc::statx>()),
        ("sysinfo", size_of::<libc::sysinfo>()),
        ("timespec", size_of::<libc::timespec>()),
        ("timespec_2", size_of::<[libc::timespec; 2]>()),
        ("timeval", size_of::<libc::timeval>()),
        ("timex", size_of::<libc::timex>()),
        ("tms", size_of::<libc::tms>()),
        ("utimbuf", size_of::<libc::utimbuf>()),
    ];
    for (word, size) in sizes {
        assert_eq!(calls::size_of(word, abi).map(usize::from), Some(size), "{word}");
    }
}
