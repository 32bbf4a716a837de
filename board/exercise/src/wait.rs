// SPDX-License-Identifier: GPL-2.0

//! Calls whose memory is not there until a test wants it to be, see `late_page`.
//!
//! Each call is one that the program makes nowhere else, or its first argument is a number of its own.

use crate::late_page::LatePage;
use std::fs::File;
use std::io::Read;
use std::os::fd::{AsRawFd, FromRawFd};

/// What the page is filled with.
const PATH: &[u8] = b"/none/late\0";

/// Bytes that are read and written.
const BYTES: usize = 64;

/// Makes the call with this name, and prints its result:
///
/// - `write`, `openat`, `writev` (the vector is in the page), `buffer` (a buffer of writev is in it), `read`: the
///   kernel touches the page while it carries the call out. So the program waits, whoever traces it. `read` alone has
///   memory that no probe touches before: its probe comes when the kernel has waited.
/// - `refused`: a write to a bad descriptor. The kernel never touches the page: the program waits only where the probe
///   of the entry does.
/// - `wait4`: a child that lives on. The kernel does not write its status to the page: the program waits only where the
///   probe of the return does.
pub fn make_call_that_waits(name: &str) {
    // The child does not have the page.
    let child = if name == "wait4" { start_child() } else { 0 };
    let page = LatePage::new(PATH);
    let start = page.start;
    let (mut from, to) = make_pipe();
    let vector = libc::iovec { iov_base: start.cast(), iov_len: BYTES };
    // SAFETY: The page has room for everything here, and lives until the program ends.
    let result = unsafe {
        match name {
            "write" => libc::syscall(libc::SYS_write, to.as_raw_fd(), start, BYTES),
            "refused" => libc::syscall(libc::SYS_write, -1, start, BYTES),
            "openat" => libc::syscall(libc::SYS_openat, libc::AT_FDCWD, start, libc::O_RDONLY),
            // Behind the path, the page has zeroes: two pieces without bytes.
            "writev" => libc::syscall(libc::SYS_writev, to.as_raw_fd(), start.add(BYTES), 2),
            "buffer" => libc::syscall(libc::SYS_writev, to.as_raw_fd(), &raw const vector, 1),
            "read" => {
                // As much as the pipe has.
                assert_eq!(libc::write(to.as_raw_fd(), PATH.as_ptr().cast(), PATH.len()), PATH.len() as isize);
                libc::syscall(libc::SYS_read, from.as_raw_fd(), start, BYTES)
            }
            "wait4" => libc::syscall(libc::SYS_wait4, child, start, libc::WNOHANG, 0),
            _ => panic!("'{name}': no such call"),
        }
    };
    println!("{result}");
    if matches!(name, "write" | "buffer") {
        let mut bytes = [0; BYTES];
        from.read_exact(&mut bytes).expect("what was written");
        assert!(bytes.starts_with(PATH), "something else was written");
    }
    // The others have not needed the page, and nobody may ever fill it.
    assert!(matches!(name, "refused" | "wait4") || is_filled(&page), "something else is in the page");
}

/// Whether the page has what it is filled with.
fn is_filled(page: &LatePage) -> bool {
    // SAFETY: The page is there by now, and nobody writes to it.
    unsafe { std::slice::from_raw_parts(page.start, page.bytes) }.starts_with(PATH)
}

/// A child that does nothing and ends with this program.
pub fn start_child() -> libc::pid_t {
    // SAFETY: The program has one thread here. The child makes system calls alone.
    unsafe {
        match libc::fork() {
            0 => {
                libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL);
                loop {
                    libc::pause();
                }
            }
            child => child,
        }
    }
}

fn make_pipe() -> (File, File) {
    let mut ends = [0; 2];
    // SAFETY: There is room for two descriptors, which are new, and which nobody else owns.
    unsafe {
        assert_eq!(libc::pipe2(ends.as_mut_ptr(), libc::O_CLOEXEC), 0);
        (File::from_raw_fd(ends[0]), File::from_raw_fd(ends[1]))
    }
}
