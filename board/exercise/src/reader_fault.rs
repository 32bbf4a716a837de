// SPDX-License-Identifier: GPL-2.0

//! A reader that sleeps in a page fault of its own, while the device copies a packet to it.
//!
//! The page that it reads to is registered with userfaultfd: the read sleeps until this program fills the page. Nobody
//! else may have to wait for it meanwhile.

use crate::device::{check_packet, expect, open, poll_for, record_calls, set_request, Check, PACKET_BYTES};
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::{AsRawFd, FromRawFd};
use std::time::{Duration, Instant};
use std::{fs, ptr, thread};
use syscall_record_format::request::Request;

// Of `include/uapi/linux/userfaultfd.h`. The numbers are the same on all architectures.
const UFFD_API: u64 = 0xaa;
const UFFDIO_API: u32 = 0xc018_aa3f;
const UFFDIO_REGISTER: u32 = 0xc020_aa00;
const UFFDIO_REGISTER_MODE_MISSING: u64 = 1;
const UFFDIO_ZEROPAGE: u32 = 0xc020_aa04;

/// Bytes of a `struct uffd_msg`.
const MESSAGE_BYTES: usize = 32;

/// How long a step may take that does not wait for the page.
const STEP: Duration = Duration::from_secs(1);

/// How long the case may take before a signal ends it.
const DEADLINE_SECONDS: libc::c_uint = 60;

/// A page that is not there until [`fill`](Self::fill) puts it there.
struct MissingPage {
    start: *mut u8,
    faults: File,
}

// SAFETY: The address only names a place.
unsafe impl Sync for MissingPage {}

impl MissingPage {
    fn new() -> Result<Self, String> {
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
        // SAFETY: A new mapping, and a descriptor that nobody else owns.
        let (start, faults) = unsafe {
            let protection = libc::PROT_READ | libc::PROT_WRITE;
            let start = libc::mmap(ptr::null_mut(), PACKET_BYTES, protection, flags, -1, 0);
            let descriptor = libc::syscall(libc::SYS_userfaultfd, libc::O_CLOEXEC) as libc::c_int;
            if start == libc::MAP_FAILED || descriptor < 0 {
                return Err(format!("userfaultfd: {}", io::Error::last_os_error()));
            }
            (start.cast(), File::from_raw_fd(descriptor))
        };
        let page = Self { start, faults };
        page.command(UFFDIO_API, &mut [UFFD_API, 0, 0])?;
        page.command(UFFDIO_REGISTER, &mut [page.address(), PACKET_BYTES as u64, UFFDIO_REGISTER_MODE_MISSING, 0])?;
        Ok(page)
    }

    fn address(&self) -> u64 {
        self.start as usize as u64
    }

    /// Makes a command of userfaultfd with a structure of 64-bit fields.
    fn command(&self, command: u32, fields: &mut [u64]) -> Check {
        // SAFETY: The structure has as many bytes as the command says, and the kernel checks what is in it.
        let result = unsafe { libc::ioctl(self.faults.as_raw_fd(), command as libc::Ioctl, fields.as_mut_ptr()) };
        expect(result == 0, || format!("userfaultfd, command {command:#x}: {}", io::Error::last_os_error()))
    }

    /// Waits until somebody touches the page. He sleeps from then on.
    fn wait_for_fault(&self) -> Check {
        (&self.faults).read_exact(&mut [0; MESSAGE_BYTES]).map_err(|error| format!("userfaultfd: {error}"))
    }

    fn fill(&self) -> Check {
        self.command(UFFDIO_ZEROPAGE, &mut [self.address(), PACKET_BYTES as u64, 0, 0])
    }

    /// Reads from `device` to the page. Sleeps until the page is filled.
    fn read_from(&self, device: &File) -> isize {
        // SAFETY: The mapping has as many bytes, and no reference leads there.
        unsafe { libc::read(device.as_raw_fd(), self.start.cast(), PACKET_BYTES) }
    }
}

/// Runs `step`, which must not wait for the reader that sleeps.
fn at_once<T>(name: &str, step: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    let start = Instant::now();
    let result = step().map_err(|what| format!("{name}: {what}"))?;
    expect(start.elapsed() < STEP, || format!("{name} took {:?}", start.elapsed()))?;
    Ok(result)
}

/// While a reader sleeps in its page fault, nobody waits for it but a second reader, who can be killed. Afterwards the
/// sleeping reader has its packet whole, and the next reader gets the next one.
pub fn sleep_while_reading() -> Check {
    // SAFETY: Takes a number.
    unsafe { libc::alarm(DEADLINE_SECONDS) };
    let device = open(libc::O_NONBLOCK)?;
    let page = MissingPage::new()?;
    record_calls()?;
    expect(poll_for(&device, 30_000)?, || "nothing was recorded".into())?;
    thread::scope(|scope| {
        let reader = scope.spawn(|| page.read_from(&device));
        page.wait_for_fault()?;
        let tried = use_device_meanwhile(&device);
        // In any case, or this program would not end.
        page.fill()?;
        let count = reader.join().map_err(|_| "the reader panics".to_string())?;
        tried?;
        expect(count == PACKET_BYTES as isize, || format!("the reader that slept got {count}"))
    })?;
    let mut packet = vec![0; PACKET_BYTES];
    // SAFETY: The page is filled, and nobody writes to it any more.
    unsafe { ptr::copy_nonoverlapping(page.start, packet.as_mut_ptr(), PACKET_BYTES) };
    check_packet(&packet)?;
    expect(poll_for(&device, 30_000)?, || "what was recorded meanwhile is not readable".into())?;
    (&device).read_exact(&mut packet).map_err(|error| error.to_string())?;
    check_packet(&packet)
}

/// What must not wait while another thread sleeps in its read.
fn use_device_meanwhile(device: &File) -> Check {
    at_once("poll", || {
        poll_for(device, 0).and_then(|ready| expect(!ready, || "says that a read would not wait".into()))
    })?;
    at_once("read without waiting", || {
        let mut device = device;
        let error = device.read(&mut [0; 64]).err().and_then(|error| error.raw_os_error());
        expect(error == Some(libc::EAGAIN), || format!("gave {error:?}"))
    })?;
    at_once("closing a second descriptor", || device.try_clone().map(drop).map_err(|error| error.to_string()))?;
    let parameter = "/sys/module/syscall_record/parameters/snaplen";
    at_once("reading a parameter", || fs::read(parameter).map(drop).map_err(|error| error.to_string()))?;
    at_once("writing a parameter", || fs::write(parameter, "40").map_err(|error| error.to_string()))?;
    kill_second_reader(device)?;
    // More than a flush is due for, so that the kernel's worker has something to do.
    record_calls()?;
    thread::sleep(Duration::from_millis(300));
    expect(!is_worker_stuck()?, || "a worker of the kernel waits for a lock".into())?;
    // It forgets what was not read, but for the packet that is being read. So this comes last.
    at_once("a request", || set_request(device, &Request::default().to_bytes()).map_err(|error| error.to_string()))?;
    record_calls()
}

/// A second reader, which may wait, ends when it is killed.
fn kill_second_reader(device: &File) -> Check {
    // SAFETY: The descriptor is open. The child makes system calls alone.
    let child = unsafe {
        libc::fcntl(device.as_raw_fd(), libc::F_SETFL, 0);
        let child = libc::fork();
        if child == 0 {
            let mut byte = 0_u8;
            libc::read(device.as_raw_fd(), (&raw mut byte).cast(), 1);
            libc::_exit(0);
        }
        child
    };
    let mut status = 0;
    thread::sleep(Duration::from_millis(200));
    let result = at_once("a second reader that is killed", || {
        // SAFETY: The child was not waited for, and there is room for its status.
        let is_ended = unsafe {
            libc::kill(child, libc::SIGKILL);
            libc::waitpid(child, &mut status, 0) == child
        };
        expect(is_ended && libc::WIFSIGNALED(status), || format!("did not wait for its turn: {status:#x}"))
    });
    // SAFETY: The descriptor is open.
    unsafe { libc::fcntl(device.as_raw_fd(), libc::F_SETFL, libc::O_NONBLOCK) };
    result
}

/// Whether a worker of the kernel sleeps uninterruptibly in the module.
fn is_worker_stuck() -> Result<bool, String> {
    for entry in fs::read_dir("/proc").map_err(|error| error.to_string())?.flatten() {
        let stack = fs::read_to_string(entry.path().join("stack")).unwrap_or_default();
        let name = fs::read_to_string(entry.path().join("comm")).unwrap_or_default();
        if name.starts_with("kworker") && stack.contains("[syscall_record]") && stack.contains("mutex_lock") {
            return Ok(true);
        }
    }
    Ok(false)
}

/// A reader that sleeps in its page fault can be killed. The next reader then gets the whole packet.
pub fn be_killed_while_reading() -> Check {
    // SAFETY: Takes a number.
    unsafe { libc::alarm(DEADLINE_SECONDS) };
    // SAFETY: This program has one thread here.
    let child = unsafe { libc::fork() };
    if child == 0 {
        let _ = read_in_child();
        // SAFETY: Takes a number.
        unsafe { libc::_exit(1) };
    }
    let mut status = 0;
    // SAFETY: There is room for the status.
    let is_ended = unsafe { libc::waitpid(child, &mut status, 0) == child };
    expect(is_ended && libc::WIFSIGNALED(status), || format!("the first reader ended with {status:#x}"))?;
    let mut device = open(0)?;
    let mut packet = vec![0; PACKET_BYTES];
    device.read_exact(&mut packet).map_err(|error| error.to_string())?;
    check_packet(&packet)
}

/// Kills this process while a thread of it sleeps in a read.
fn read_in_child() -> Check {
    let page = MissingPage::new()?;
    let device = open(0)?;
    record_calls()?;
    expect(poll_for(&device, 30_000)?, || "nothing was recorded".into())?;
    thread::scope(|scope| {
        scope.spawn(|| page.read_from(&device));
        page.wait_for_fault()?;
        // SAFETY: Takes numbers.
        unsafe { libc::kill(libc::getpid(), libc::SIGKILL) };
        Ok(())
    })
}
