// SPDX-License-Identifier: GPL-2.0

//! Calls that a seccomp filter refuses. The kernel traces their returns, and not their entries.

use crate::calls::call_getppid;

/// Makes `count` calls of getppid, which return `EPERM`, and one of mkdirat, which returns `EACCES`.
pub fn make_refused_calls(count: u64) {
    refuse(&[(libc::SYS_getppid, libc::EPERM), (libc::SYS_mkdirat, libc::EACCES)]);
    call_getppid(count);
    // SAFETY: The path ends in a NUL.
    unsafe { libc::mkdirat(libc::AT_FDCWD, c"/refused".as_ptr(), 0o755) };
}

/// Gives this thread a filter that refuses each of these calls with an error.
fn refuse(calls: &[(libc::c_long, libc::c_int)]) {
    // `struct seccomp_data` begins with the number of the call.
    let mut filter = vec![instruction(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, 0, 0)];
    for &(number, error) in calls {
        // Skips the next instruction if the number is another one.
        filter.push(instruction(libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K, 1, number as u32));
        filter.push(instruction(libc::BPF_RET | libc::BPF_K, 0, libc::SECCOMP_RET_ERRNO | error as u32));
    }
    filter.push(instruction(libc::BPF_RET | libc::BPF_K, 0, libc::SECCOMP_RET_ALLOW));
    let program = libc::sock_fprog { len: filter.len() as u16, filter: filter.as_mut_ptr() };
    // SAFETY: The program and its instructions are there during the calls.
    let is_set = unsafe {
        libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
            && libc::prctl(libc::PR_SET_SECCOMP, libc::SECCOMP_MODE_FILTER, &raw const program) == 0
    };
    assert!(is_set, "the filter is not taken: {}", std::io::Error::last_os_error());
}

/// An instruction that skips `skipped` instructions if its comparison fails.
fn instruction(code: u32, skipped: u8, operand: u32) -> libc::sock_filter {
    libc::sock_filter { code: code as u16, jt: 0, jf: skipped, k: operand }
}
