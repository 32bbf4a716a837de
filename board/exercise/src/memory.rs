// SPDX-License-Identifier: GPL-2.0

//! System calls whose arguments point to memory that can be told.

use std::ptr;

/// Paths, buffers and structures, whole, too long, and not there. Everything is done with calls of the kernel itself, so that
/// the arguments are these.
pub fn memory() {
    let edge = Edge::new();
    paths(&edge);
    let (reader, writer) = pipe();
    buffers(&edge, reader, writer);
    vectors(&edge, reader, writer);
    sockets();
    programs();
    let pause = [0 as libc::c_long, 1_000_000];
    // SAFETY: Two `long`s are what this call reads on 64-bit machines; on others it is the old call, which does as well.
    unsafe { libc::syscall(libc::SYS_nanosleep, pause.as_ptr(), 0) };
}

/// A page that can be read, before one that cannot.
struct Edge {
    end: *mut u8,
}

const PAGE: usize = 4096;

impl Edge {
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

    /// `bytes` at the end of what can be read.
    fn put(&self, bytes: &[u8]) -> *const u8 {
        assert!(bytes.len() <= PAGE);
        // SAFETY: The page is ours and as long.
        unsafe {
            let to = self.end.sub(bytes.len());
            to.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len());
            to
        }
    }
}

fn paths(edge: &Edge) {
    let long = [b"/none/".as_slice(), &[b'x'; 1500], b"\0"].concat();
    let longest = [b'y'; 5000];
    open(c"/none/whole".as_ptr().cast());
    open(edge.put(b"/none/at the end\0"));
    open(edge.put(b"/none/without end"));
    open(long.as_ptr());
    open(longest.as_ptr());
    open(ptr::without_provenance(8));
    open(ptr::null());
}

fn open(path: *const u8) {
    // SAFETY: The kernel refuses what is no path, and there are no such files.
    unsafe { libc::syscall(libc::SYS_openat, libc::AT_FDCWD, path, libc::O_RDONLY | libc::O_CLOEXEC) };
}

fn pipe() -> (i32, i32) {
    let mut ends = [0; 2];
    // SAFETY: Room for two descriptors.
    assert_eq!(unsafe { libc::syscall(libc::SYS_pipe2, ends.as_mut_ptr(), libc::O_CLOEXEC) }, 0);
    (ends[0], ends[1])
}

fn buffers(edge: &Edge, reader: i32, writer: i32) {
    let digits: Vec<u8> = (b'0'..=b'9').cycle().take(700).collect();
    let mut to = [0u8; 100];
    // SAFETY: The buffers are as long as is said, or the kernel sees that they are not.
    unsafe {
        libc::syscall(libc::SYS_write, writer, b"ping\n".as_ptr(), 5);
        libc::syscall(libc::SYS_read, reader, to.as_mut_ptr(), to.len());
        libc::syscall(libc::SYS_write, writer, digits.as_ptr(), digits.len());
        libc::syscall(libc::SYS_read, reader, to.as_mut_ptr(), to.len());
        libc::syscall(libc::SYS_write, writer, edge.put(b"half"), 20);
        libc::syscall(libc::SYS_write, -1, ptr::without_provenance::<u8>(8), 20);
        libc::syscall(libc::SYS_read, -1, to.as_mut_ptr(), to.len());
    }
}

fn vectors(edge: &Edge, reader: i32, writer: i32) {
    let piece = |text: &mut [u8]| libc::iovec { iov_base: text.as_mut_ptr().cast(), iov_len: text.len() };
    let (mut one, mut two, mut three) = (*b"one", *b"", *b"three");
    let (mut a, mut b) = ([0u8; 4], [0u8; 600]);
    let from = [piece(&mut one), piece(&mut two), piece(&mut three)];
    let to = [piece(&mut a), piece(&mut b)];
    let at = |address: *const u8, len| libc::iovec { iov_base: address.cast_mut().cast(), iov_len: len };
    let bad = [piece(&mut one), at(ptr::null(), 0), at(ptr::without_provenance(8), 5)];
    let half = [at(edge.put(b"half"), 20)];
    // SAFETY: The vectors and their pieces live until the end of this function, or the kernel sees that they do not.
    unsafe {
        libc::syscall(libc::SYS_writev, writer, from.as_ptr(), from.len());
        libc::syscall(libc::SYS_readv, reader, to.as_ptr(), to.len());
        libc::syscall(libc::SYS_writev, -1, bad.as_ptr(), bad.len());
        libc::syscall(libc::SYS_writev, -1, half.as_ptr(), half.len());
    }
}

fn sockets() {
    let mut ends = [0; 2];
    let (mut hello, mut answer) = (*b"hello", [0u8; 64]);
    let mut address = libc::sockaddr_un { sun_family: libc::AF_UNIX as u16, sun_path: [0; 108] };
    for (to, from) in address.sun_path.iter_mut().zip(b"/none/socket") {
        *to = *from as libc::c_char;
    }
    // SAFETY: All memory that is passed lives until the end of this function and is as long as is said.
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

fn programs() {
    let arguments = [c"first".as_ptr(), c"second argument".as_ptr(), ptr::null()];
    let environment = [c"A=1".as_ptr(), c"B=2".as_ptr(), c"C=3".as_ptr(), ptr::null()];
    // SAFETY: Both are lists of strings that end with a null pointer. There is no such program.
    unsafe {
        libc::syscall(libc::SYS_execve, c"/none/program".as_ptr(), arguments.as_ptr(), environment.as_ptr());
    }
}
