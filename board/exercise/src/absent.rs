// SPDX-License-Identifier: GPL-2.0

//! Calls whose memory is mapped and not resident, or not mapped at all.
//!
//! The kernel refuses each call before it looks at the memory, so that nothing but a tracer touches it. The calls are
//! told apart by their first argument, a descriptor that nobody has.

use std::fs::File;
use std::io::Write;
use std::os::fd::AsRawFd;
use std::ptr;

/// The first of the descriptors.
const FIRST: libc::c_int = 7700;

/// Bytes of each buffer. One that crosses the end of a page has half of them on each side.
const BYTES: usize = 64;

/// Makes a call with each kind of memory, of descriptors from [`FIRST`] on:
///
/// | 0 | a page of a file that the program has touched |
/// | 1 | a page of a file that nobody has touched here |
/// | 2 | a page of a file that was touched and given back by `MADV_DONTNEED` |
/// | 3 | a page without a file that nobody has touched |
/// | 4 | half of it touched, half of it on the next page, which nobody has touched |
/// | 5 | half of it touched, half of it on the next page, which may not be read |
/// | 6 | a page that may not be read (`PROT_NONE`) |
/// | 7 | an address where nothing is mapped |
/// | 8 | a null pointer |
/// | 9 | a page of a file's mapping beyond the end of the file |
/// | 10 | a vector of two buffers, the first touched, the second a page of a file that nobody has touched |
/// | 11 | a vector in a page of a file that nobody has touched |
///
/// Then it opens a path that lies in a page of a file that nobody has touched, and waits for a child whose status the
/// kernel does not write, at such a page.
pub fn pass_absent_memory() {
    let page = page_bytes();
    let file = make_file(page);
    let touched = map_file(&file, page);
    touch(touched);
    let given_back = map_file(&file, page);
    touch(given_back);
    let half = map_file(&file, page);
    touch(half);
    let half_bad = map_file(&file, page);
    touch(half_bad);
    let none = map_file(&file, page);
    let hole = map_file(&file, page);
    // SAFETY: The mappings are this function's own, and it only touches what is left of them.
    unsafe {
        assert_eq!(libc::madvise(given_back.cast(), page, libc::MADV_DONTNEED), 0);
        assert_eq!(libc::mprotect(half_bad.add(page).cast(), page, libc::PROT_NONE), 0);
        assert_eq!(libc::mprotect(none.cast(), page, libc::PROT_NONE), 0);
    }
    let border = page - BYTES / 2;
    let single = [
        touched,
        map_file(&file, page),
        given_back,
        map_anonymous(page),
        half.wrapping_add(border),
        half_bad.wrapping_add(border),
        none,
        hole,
        ptr::null_mut(),
        map_file(&file, page).wrapping_add((PAGES - 1) * page),
    ];
    // Both together are as long as the other buffers: `snaplen` is the limit for them together.
    let buffer = |start: *mut u8| libc::iovec { iov_base: start.cast(), iov_len: BYTES / 2 };
    let vector = [buffer(touched), buffer(map_file(&file, page))];
    let vectors = [vector.as_ptr(), map_file(&file, page).cast::<libc::iovec>()];
    let path = map_file(&file, page).wrapping_add(PATH_AT);
    let status = map_file(&file, page);
    // No later mapping takes the place.
    // SAFETY: Nobody uses the mapping.
    assert_eq!(unsafe { libc::munmap(hole.cast(), PAGES * page) }, 0);
    let mut descriptor = FIRST;
    // SAFETY: The kernel refuses the descriptors. The path is there once the kernel touches it, and `status` has room.
    unsafe {
        for start in single {
            libc::syscall(libc::SYS_write, descriptor, start, BYTES);
            descriptor += 1;
        }
        for start in vectors {
            libc::syscall(libc::SYS_writev, descriptor, start, 2);
            descriptor += 1;
        }
        libc::syscall(libc::SYS_openat, libc::AT_FDCWD, path, libc::O_RDONLY | libc::O_CLOEXEC);
        let child = crate::wait::start_child();
        libc::syscall(libc::SYS_wait4, child, status, libc::WNOHANG, 0);
        libc::kill(child, libc::SIGKILL);
    }
}

/// Pages of each mapping. The file has one page less.
const PAGES: usize = 3;

/// What stands in the file's first page, and where.
const PATH: &[u8] = b"/none/absent\0";
const PATH_AT: usize = 1000;

fn page_bytes() -> usize {
    // SAFETY: Takes a number.
    usize::try_from(unsafe { libc::sysconf(libc::_SC_PAGESIZE) }).expect("bytes of a page")
}

/// A file of digits and [`PATH`].
fn make_file(page: usize) -> File {
    let options = File::options().read(true).write(true).create(true).truncate(true).open("/tmp/digits");
    let mut file = options.expect("/tmp can be written");
    let mut contents: Vec<u8> = (b'0'..=b'9').cycle().take((PAGES - 1) * page).collect();
    contents[PATH_AT..PATH_AT + PATH.len()].copy_from_slice(PATH);
    file.write_all(&contents).expect("/tmp can be written");
    file
}

/// A new mapping of the file, of which nothing is resident.
fn map_file(file: &File, page: usize) -> *mut u8 {
    map(PAGES * page, libc::MAP_PRIVATE, file.as_raw_fd())
}

fn map_anonymous(page: usize) -> *mut u8 {
    map(PAGES * page, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS, -1)
}

fn map(bytes: usize, flags: libc::c_int, file: libc::c_int) -> *mut u8 {
    // SAFETY: A new mapping.
    let start = unsafe { libc::mmap(ptr::null_mut(), bytes, libc::PROT_READ | libc::PROT_WRITE, flags, file, 0) };
    assert_ne!(start, libc::MAP_FAILED);
    start.cast()
}

/// Makes the page at `start` resident, and no other: reading it would map its neighbours, too. Writes what is there.
fn touch(start: *mut u8) {
    // SAFETY: The page is mapped, and nobody else uses it.
    unsafe { start.write_volatile(b'0') };
}
