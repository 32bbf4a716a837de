// SPDX-License-Identifier: GPL-2.0

//! Runs programs that may do less than root.

use std::io;
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode};

/// The capabilities that the test cases name, by their numbers (`include/uapi/linux/capability.h`).
const NAMES: [(&str, libc::c_ulong); 3] = [("sys_ptrace", 19), ("sys_admin", 21), ("perfmon", 38)];

/// No kernel has a capability with a higher number.
const LAST_CAPABILITY: libc::c_ulong = 63;

/// Runs a program as user 0 with these capabilities alone: names with commas, or `none`.
pub fn run_with_capabilities(names: &str, program: &str, arguments: &[&str]) -> ExitCode {
    let kept: Vec<libc::c_ulong> = numbers_of(names).collect();
    for capability in (0..=LAST_CAPABILITY).filter(|capability| !kept.contains(capability)) {
        // What user 0 gets when it runs a program is bounded by this set. Numbers that the kernel lacks fail.
        // SAFETY: Takes numbers.
        unsafe { libc::prctl(libc::PR_CAPBSET_DROP, capability, 0, 0, 0) };
    }
    become_program(program, arguments)
}

/// Runs a program as root of a user namespace of its own, as in a container.
pub fn run_in_user_namespace(program: &str, arguments: &[&str]) -> ExitCode {
    // SAFETY: Takes a number. This program has one thread.
    if unsafe { libc::unshare(libc::CLONE_NEWUSER) } != 0 {
        eprintln!("exercise: unshare: {}", io::Error::last_os_error());
        return ExitCode::FAILURE;
    }
    std::fs::write("/proc/self/uid_map", "0 0 1").expect("the map can be written once");
    become_program(program, arguments)
}

/// Runs a program as another user, of this group alone.
pub fn run_as_user(user: libc::uid_t, group: libc::gid_t, program: &str, arguments: &[&str]) -> ExitCode {
    // SAFETY: Takes numbers, and an empty list.
    let is_user =
        unsafe { libc::setgroups(0, std::ptr::null()) == 0 && libc::setgid(group) == 0 && libc::setuid(user) == 0 };
    assert!(is_user, "{}", io::Error::last_os_error());
    become_program(program, arguments)
}

/// Gives a file these capabilities, as `setcap` does with `=ep`: a program that runs from it has them.
pub fn grant_capabilities(names: &str, file: &str) -> ExitCode {
    // `struct vfs_cap_data` of `include/uapi/linux/capability.h`: version 2 and effective, then the lower and the upper
    // halves of what is permitted and what can be inherited.
    let set: u64 = numbers_of(names).map(|number| 1 << number).sum();
    let words = [0x0200_0001, set as u32, 0, (set >> 32) as u32, 0];
    let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
    let file = std::ffi::CString::new(file).expect("a file's name");
    // SAFETY: Both names end in NULs; the length is that of the bytes.
    let result = unsafe {
        libc::setxattr(file.as_ptr(), c"security.capability".as_ptr(), bytes.as_ptr().cast(), bytes.len(), 0)
    };
    assert_eq!(result, 0, "{}", io::Error::last_os_error());
    ExitCode::SUCCESS
}

/// The numbers of capabilities: names with commas, or `none`.
fn numbers_of(names: &str) -> impl Iterator<Item = libc::c_ulong> + '_ {
    let number = |name| NAMES.iter().find(|(known, _)| *known == name).expect("the name of a capability").1;
    names.split(',').filter(|&name| name != "none").map(number)
}

fn become_program(program: &str, arguments: &[&str]) -> ExitCode {
    eprintln!("exercise: {program}: {}", Command::new(program).args(arguments).exec());
    ExitCode::FAILURE
}
