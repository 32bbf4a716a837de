// SPDX-License-Identifier: GPL-2.0

//! A page of memory that is not there until a test wants it to be.
//!
//! The page is registered with userfaultfd. Whoever touches it, the program or the kernel on its behalf, waits in a
//! page fault. Another thread then makes `/tmp/waits`, with the number of the thread that waits, and fills the page
//! when there is `/tmp/fill`.

use std::fs::File;
use std::io::{self, Read};
use std::os::fd::{AsRawFd, FromRawFd};
use std::path::Path;
use std::ptr;
use std::thread;
use std::time::Duration;

// Of `include/uapi/linux/userfaultfd.h`. The numbers are the same on all architectures.
const UFFD_API: u64 = 0xaa;
const UFFD_FEATURE_THREAD_ID: u64 = 1 << 8;
const UFFDIO_API: u32 = 0xc018_aa3f;
const UFFDIO_REGISTER: u32 = 0xc020_aa00;
const UFFDIO_REGISTER_MODE_MISSING: u64 = 1;
const UFFDIO_COPY: u32 = 0xc028_aa03;
const UFFD_EVENT_PAGEFAULT: u8 = 0x12;

/// Bytes of a `struct uffd_msg`, and where the number of the thread stands in it.
const MESSAGE_BYTES: usize = 32;
const MESSAGE_THREAD: std::ops::Range<usize> = 24..28;

/// The page. Reading or writing it waits until there is `/tmp/fill`.
pub struct LatePage {
    pub start: *mut u8,
    pub bytes: usize,
}

impl LatePage {
    /// Makes the page, with a thread that fills it with `contents` and then zeroes.
    pub fn new(contents: &[u8]) -> Self {
        // SAFETY: Takes a number.
        let bytes = usize::try_from(unsafe { libc::sysconf(libc::_SC_PAGESIZE) }).expect("bytes of a page");
        let mut page = contents.to_vec();
        page.resize(bytes, 0);
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
        // SAFETY: A new mapping.
        let start = unsafe { libc::mmap(ptr::null_mut(), bytes, libc::PROT_READ | libc::PROT_WRITE, flags, -1, 0) };
        assert_ne!(start, libc::MAP_FAILED);
        // SAFETY: Takes flags, and returns a descriptor that nobody else owns.
        let faults = unsafe {
            let descriptor = libc::syscall(libc::SYS_userfaultfd, libc::O_CLOEXEC) as libc::c_int;
            assert!(descriptor >= 0, "userfaultfd: {}", io::Error::last_os_error());
            File::from_raw_fd(descriptor)
        };
        command(&faults, UFFDIO_API, &mut [UFFD_API, UFFD_FEATURE_THREAD_ID, 0]);
        let address = start as usize as u64;
        command(&faults, UFFDIO_REGISTER, &mut [address, bytes as u64, UFFDIO_REGISTER_MODE_MISSING, 0]);
        // A name of its own: tests record this program by its name.
        let handler = thread::Builder::new().name("fills".into());
        handler.spawn(move || fill_when_told(faults, address, &page)).expect("a thread");
        Self { start: start.cast(), bytes }
    }
}

/// Makes a command of userfaultfd with a structure of 64-bit fields.
fn command(faults: &File, command: u32, fields: &mut [u64]) {
    // SAFETY: The structure has as many bytes as the command says, and the kernel checks what is in it.
    let result = unsafe { libc::ioctl(faults.as_raw_fd(), command as libc::Ioctl, fields.as_mut_ptr()) };
    assert_eq!(result, 0, "userfaultfd, command {command:#x}: {}", io::Error::last_os_error());
}

/// Waits until somebody touches the page at `address`, says so, and fills it when told to.
fn fill_when_told(mut faults: File, address: u64, page: &[u8]) {
    let mut message = [0; MESSAGE_BYTES];
    faults.read_exact(&mut message).expect("a message of userfaultfd");
    assert_eq!(message[0], UFFD_EVENT_PAGEFAULT);
    let mut thread = [0; 4];
    thread.copy_from_slice(&message[MESSAGE_THREAD]);
    // Another name first: who finds the file finds the number in it.
    std::fs::write("/tmp/waits.part", format!("{}\n", u32::from_ne_bytes(thread))).expect("/tmp can be written");
    std::fs::rename("/tmp/waits.part", "/tmp/waits").expect("/tmp can be written");
    while !Path::new("/tmp/fill").exists() {
        thread::sleep(Duration::from_millis(10));
    }
    command(&faults, UFFDIO_COPY, &mut [address, page.as_ptr() as usize as u64, page.len() as u64, 0, 0]);
}
