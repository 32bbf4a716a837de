// SPDX-License-Identifier: GPL-2.0

//! Reads everything that was recorded until now, and knows when that is everything.
//!
//! The device delivers events in the order of their times. So it has delivered everything that was recorded before an event
//! as soon as it delivers that event. This module has such an event recorded, the *mark*: a child process calls `getppid`,
//! while a request has the module record this child alone. No time is guessed, and a slow machine changes nothing.

use crate::device::{open, poll_for, set_request, PACKET};
use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::{AsRawFd, FromRawFd};
use std::process::ExitCode;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use syscall_record_format::call_set::CallSet;
use syscall_record_format::filter::{List, TaskFilter};
use syscall_record_format::format::{Edges, HEADER_WORDS};
use syscall_record_format::request::Request;
use syscall_record_format::selection::Selection;

/// The name of the child. The cases leave out its lines.
const NAME: &std::ffi::CStr = c"collector";

/// Within this time the device delivers the mark, or it never will.
const DEADLINE: Duration = Duration::from_secs(120);

/// Writes to standard output what was recorded.
pub fn run() -> ExitCode {
    match open(libc::O_NONBLOCK).and_then(|mut device| copy_rest(&mut device, &mut std::io::stdout())) {
        Ok(()) => ExitCode::SUCCESS,
        Err(what) => {
            eprintln!("exercise collect: {what}");
            ExitCode::FAILURE
        }
    }
}

/// Copies to `output` what was recorded until now, and the packets with the mark. What else is recorded after the start of
/// this function may be missing. The device's request, if there was one, is another afterwards.
pub fn copy_rest(device: &mut File, output: &mut impl Write) -> Result<(), String> {
    let start = Instant::now();
    let child = Child::start()?;
    let pids = List::new(&[child.pid as u32]).ok_or("no room for a process id")?;
    let filter = TaskFilter { pids, ..TaskFilter::default() };
    let selection = Selection { filter, calls: Some(getppid()), edges: Edges::Enter, ..Selection::default() };
    let request = Request { selection, keep_unread: true };
    set_request(device, &request.to_bytes()).map_err(|error| format!("the request for the mark: {error}"))?;
    // The mark must not be dropped: make room in full buffers.
    while poll_for(device, 200)? {
        copy_packet(device, output)?;
    }
    // Packets from before this moment are older by their header's wall clock.
    std::thread::sleep(Duration::from_millis(5));
    let since = wall_clock();
    std::thread::sleep(Duration::from_millis(5));
    child.make_mark()?;
    let mut is_marked = false;
    while !is_marked {
        if start.elapsed() > DEADLINE {
            return Err(format!("the device has not delivered the mark in {} seconds", DEADLINE.as_secs()));
        }
        if poll_for(device, 1_000)? {
            is_marked = copy_packet(device, output)?.is_some_and(|time| time >= since);
        }
    }
    drop(child);
    // Packets that only tell of drops may come after the mark.
    while poll_for(device, 0)? {
        copy_packet(device, output)?;
    }
    Ok(())
}

/// Copies one packet. The wall clock at its begin, if it holds events.
fn copy_packet(device: &mut File, output: &mut impl Write) -> Result<Option<u64>, String> {
    let mut packet = [0; PACKET];
    device.read_exact(&mut packet).map_err(|error| format!("read: {error}"))?;
    output.write_all(&packet).map_err(|error| format!("write: {error}"))?;
    let word = |index: usize| {
        let mut bytes = [0; 8];
        bytes.copy_from_slice(&packet[8 * index..8 * index + 8]);
        u64::from_le_bytes(bytes)
    };
    // See the table in `format`: the words used, and the wall clock.
    let used = (word(1) >> 32) as u16;
    Ok((usize::from(used) > HEADER_WORDS).then(|| word(5)))
}

/// Nanoseconds since 1970.
fn wall_clock() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_nanos() as u64)
}

/// The number of `getppid`, of this program on each kernel that runs it.
fn getppid() -> CallSet {
    let mut calls = CallSet::none();
    for is_32bit in [false, true] {
        calls.set(is_32bit, libc::SYS_getppid as u32, true);
    }
    calls
}

/// A process that makes the mark when it is told to, again and again until it is dropped.
struct Child {
    pid: libc::pid_t,
    /// A byte here tells it.
    to: File,
}

impl Child {
    fn start() -> Result<Self, String> {
        let mut ends = [0; 2];
        // SAFETY: There is room for two descriptors.
        if unsafe { libc::pipe2(ends.as_mut_ptr(), libc::O_CLOEXEC) } != 0 {
            return Err("no pipe".into());
        }
        // SAFETY: Both descriptors are new and nobody else's.
        let (from, to) = unsafe { (File::from_raw_fd(ends[0]), File::from_raw_fd(ends[1])) };
        // SAFETY: This program has one thread here. The child makes system calls alone.
        match unsafe { libc::fork() } {
            -1 => Err("no child".into()),
            0 => mark_when_told(from.as_raw_fd()),
            pid => Ok(Self { pid, to }),
        }
    }

    fn make_mark(&self) -> Result<(), String> {
        (&self.to).write_all(b"x").map_err(|error| format!("the child that makes the mark: {error}"))
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        // SAFETY: It is a child of ours, which was not waited for. It holds the device open as long as it lives.
        unsafe {
            libc::kill(self.pid, libc::SIGKILL);
            libc::waitpid(self.pid, std::ptr::null_mut(), 0);
        }
    }
}

/// What the child does.
fn mark_when_told(from: libc::c_int) -> ! {
    let mut byte = 0_u8;
    // SAFETY: The name is a C string, and there is room for one byte.
    unsafe {
        libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL);
        libc::prctl(libc::PR_SET_NAME, NAME.as_ptr());
        libc::read(from, (&raw mut byte).cast(), 1);
        loop {
            libc::syscall(libc::SYS_getppid);
            libc::poll(std::ptr::null_mut(), 0, 20);
        }
    }
}
