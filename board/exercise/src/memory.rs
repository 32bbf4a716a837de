// SPDX-License-Identifier: GPL-2.0

//! Makes system calls whose arguments point to memory with known contents.

use std::ptr;

/// Passes paths, buffers and structures to the kernel: short ones, ones that are too long, and ones at bad addresses.
/// The C library's functions might change the arguments, so these are plain system calls.
pub fn pass_memory() {
    let page = GuardedPage::new();
    pass_paths(&page);
    let (reader, writer) = make_pipe();
    pass_buffers(&page, reader, writer);
    pass_vectors(&page, reader, writer);
    pass_socket_memory();
    pass_program_arguments();
    let pause = [0 as libc::c_long, 1_000_000];
    // SAFETY: The call reads two `long`s: on 32-bit machines it is the call with the old structure.
    unsafe { libc::syscall(libc::SYS_nanosleep, pause.as_ptr(), 0) };
}

/// A readable page, and behind it a page that cannot be read.
struct GuardedPage {
    end: *mut u8,
}

const PAGE: usize = 4096;

impl GuardedPage {
    fn new() -> Self {
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
        // SAFETY: A new mapping, whose second half nobody touches.
        let start = unsafe {
            let start = libc::mmap(ptr::null_mut(), 2 * PAGE, libc::PROT_READ | libc::PROT_WRITE, flags, -1, 0);
            assert_ne!(start, libc::MAP_FAILED);
            assert_eq!(libc::mprotect(start.add(PAGE), PAGE, libc::PROT_NONE), 0);
            start
        };
        Self { end: start.cast::<u8>().wrapping_add(PAGE) }
    }

    /// Writes `bytes` to the end of the readable page. Returns where they begin.
    fn put(&self, bytes: &[u8]) -> *const u8 {
        assert!(bytes.len() <= PAGE);
        // SAFETY: The page is ours, and `bytes` are no longer than it.
        unsafe {
            let to = self.end.sub(bytes.len());
            to.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len());
            to
        }
    }
}

fn pass_paths(page: &GuardedPage) {
    let long = [b"/none/".as_slice(), &[b'x'; 1500], b"\0"].concat();
    let longest = [b'y'; 5000];
    open_path(c"/none/whole".as_ptr().cast());
    open_path(page.put(b"/none/at the end\0"));
    open_path(page.put(b"/none/without end"));
    open_path(long.as_ptr());
    open_path(longest.as_ptr());
    open_path(ptr::without_provenance(8));
    open_path(ptr::null());
}

fn open_path(path: *const u8) {
    // SAFETY: The kernel refuses what is no path, and no file has one of these paths.
    unsafe { libc::syscall(libc::SYS_openat, libc::AT_FDCWD, path, libc::O_RDONLY | libc::O_CLOEXEC) };
}

fn make_pipe() -> (i32, i32) {
    let mut ends = [0; 2];
    // SAFETY: Room for two descriptors.
    assert_eq!(unsafe { libc::syscall(libc::SYS_pipe2, ends.as_mut_ptr(), libc::O_CLOEXEC) }, 0);
    (ends[0], ends[1])
}

fn pass_buffers(page: &GuardedPage, reader: i32, writer: i32) {
    let digits: Vec<u8> = (b'0'..=b'9').cycle().take(700).collect();
    let mut to = [0u8; 100];
    // SAFETY: The buffers have the lengths that are passed, or the kernel fails where they end.
    unsafe {
        libc::syscall(libc::SYS_write, writer, b"ping\n".as_ptr(), 5);
        libc::syscall(libc::SYS_read, reader, to.as_mut_ptr(), to.len());
        libc::syscall(libc::SYS_write, writer, digits.as_ptr(), digits.len());
        libc::syscall(libc::SYS_read, reader, to.as_mut_ptr(), to.len());
        libc::syscall(libc::SYS_write, writer, page.put(b"half"), 20);
        libc::syscall(libc::SYS_write, -1, ptr::without_provenance::<u8>(8), 20);
        libc::syscall(libc::SYS_read, -1, to.as_mut_ptr(), to.len());
    }
}

fn pass_vectors(page: &GuardedPage, reader: i32, writer: i32) {
    let piece = |text: &mut [u8]| libc::iovec { iov_base: text.as_mut_ptr().cast(), iov_len: text.len() };
    let (mut one, mut two, mut three) = (*b"one", *b"", *b"three");
    let (mut a, mut b) = ([0u8; 4], [0u8; 600]);
    let from = [piece(&mut one), piece(&mut two), piece(&mut three)];
    let to = [piece(&mut a), piece(&mut b)];
    let at = |address: *const u8, len| libc::iovec { iov_base: address.cast_mut().cast(), iov_len: len };
    let bad = [piece(&mut one), at(ptr::null(), 0), at(ptr::without_provenance(8), 5)];
    let half = [at(page.put(b"half"), 20)];
    // SAFETY: The vectors and their pieces live until the end of this function, or the kernel fails at bad addresses.
    unsafe {
        libc::syscall(libc::SYS_writev, writer, from.as_ptr(), from.len());
        libc::syscall(libc::SYS_readv, reader, to.as_ptr(), to.len());
        libc::syscall(libc::SYS_writev, -1, bad.as_ptr(), bad.len());
        libc::syscall(libc::SYS_writev, -1, half.as_ptr(), half.len());
    }
}

fn pass_socket_memory() {
    let mut ends = [0; 2];
    let (mut hello, mut answer) = (*b"hello", [0u8; 64]);
    let mut address = libc::sockaddr_un { sun_family: libc::AF_UNIX as u16, sun_path: [0; 108] };
    for (to, from) in address.sun_path.iter_mut().zip(b"/none/socket") {
        *to = *from as libc::c_char;
    }
    // SAFETY: All memory that is passed lives until the end of this function, and has the lengths that are passed.
    unsafe {
        libc::syscall(libc::SYS_socketpair, libc::AF_UNIX, libc::SOCK_DGRAM, 0, ends.as_mut_ptr());
        let mut piece = libc::iovec { iov_base: hello.as_mut_ptr().cast(), iov_len: hello.len() };
        let mut message: libc::msghdr = std::mem::zeroed();
        message.msg_iov = &mut piece;
        message.msg_iovlen = 1;
        libc::syscall(libc::SYS_sendmsg, ends[0], &message, 0);
        piece = libc::iovec { iov_base: answer.as_mut_ptr().cast(), iov_len: answer.len() };
        message.msg_iov = &mut piece;
        libc::syscall(libc::SYS_recvmsg, ends[1], &mut message, 0);
        libc::syscall(libc::SYS_connect, ends[0], &address, 2 + b"/none/socket\0".len());
    }
}

fn pass_program_arguments() {
    let arguments = [c"first".as_ptr(), c"second argument".as_ptr(), ptr::null()];
    let environment = [c"A=1".as_ptr(), c"B=2".as_ptr(), c"C=3".as_ptr(), ptr::null()];
    // SAFETY: Both are lists of strings that end with a null pointer. There is no such program.
    unsafe {
        libc::syscall(libc::SYS_execve, c"/none/program".as_ptr(), arguments.as_ptr(), environment.as_ptr());
    }
}
