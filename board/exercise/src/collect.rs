// SPDX-License-Identifier: GPL-2.0

//! Reads everything that was recorded until now, and notices when it has everything.
//!
//! The device delivers events in the order of their times. When it delivers an event, it has delivered all events from
//! before. The functions here have such an event recorded, the *mark*: a child process calls `getppid`, while a request
//! has the module record this child alone. So nothing depends on how fast the machine is.

use crate::device::{open, poll_for, set_request, PACKET_BYTES};
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

/// The name of the child. The test cases leave out its lines.
const NAME: &std::ffi::CStr = c"collector";

/// How long the device may take to deliver the mark.
const DEADLINE: Duration = Duration::from_secs(120);

/// Writes the packets that were recorded until now to standard output.
pub fn print_rest() -> ExitCode {
    match open(libc::O_NONBLOCK).and_then(|mut device| copy_rest(&mut device, &mut std::io::stdout())) {
        Ok(()) => ExitCode::SUCCESS,
        Err(what) => {
            eprintln!("exercise collect: {what}");
            ExitCode::FAILURE
        }
    }
}

/// Copies the packets that were recorded until now, and those with the mark, to `output`. Other events that are
/// recorded after the start of this function may be missing. Replaces the request of the open device.
pub fn copy_rest(device: &mut File, output: &mut impl Write) -> Result<(), String> {
    let start = Instant::now();
    let child = MarkProcess::start()?;
    let pids = List::new(&[child.pid as u32]).ok_or("no room for a process id")?;
    let filter = TaskFilter { pids, ..TaskFilter::default() };
    let selection = Selection { filter, calls: Some(only_getppid()), edges: Edges::Enter, ..Selection::default() };
    let request = Request { selection, keep_unread: true };
    set_request(device, &request.to_bytes()).map_err(|error| format!("the request for the mark: {error}"))?;
    // The mark must not be dropped: make room in full buffers.
    while poll_for(device, 200)? {
        copy_packet(device, output)?;
    }
    // The header of an earlier packet has an earlier wall clock.
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

/// Copies one packet. Returns the wall clock of its header, in nanoseconds since 1970; `None` if it holds no events.
fn copy_packet(device: &mut File, output: &mut impl Write) -> Result<Option<u64>, String> {
    let mut packet = [0; PACKET_BYTES];
    device.read_exact(&mut packet).map_err(|error| format!("read: {error}"))?;
    output.write_all(&packet).map_err(|error| format!("write: {error}"))?;
    let word = |index: usize| {
        let mut bytes = [0; 8];
        bytes.copy_from_slice(&packet[8 * index..8 * index + 8]);
        u64::from_le_bytes(bytes)
    };
    // The table in `format` gives the places: word 1 has the number of used words, word 5 the wall clock.
    let used = (word(1) >> 32) as u16;
    Ok((usize::from(used) > HEADER_WORDS).then(|| word(5)))
}

/// The wall clock, in nanoseconds since 1970.
fn wall_clock() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_nanos() as u64)
}

/// The set of `getppid` alone, by its number for this program, whether the kernel has 32 or 64 bits.
fn only_getppid() -> CallSet {
    let mut calls = CallSet::none();
    for is_32bit in [false, true] {
        calls.set(is_32bit, libc::SYS_getppid as u32, true);
    }
    calls
}

/// A child process. When it is told to, it makes the mark, again and again until this is dropped.
struct MarkProcess {
    pid: libc::pid_t,
    /// A byte that is written here tells the process to make the mark.
    to: File,
}

impl MarkProcess {
    fn start() -> Result<Self, String> {
        let mut ends = [0; 2];
        // SAFETY: There is room for two descriptors.
        if unsafe { libc::pipe2(ends.as_mut_ptr(), libc::O_CLOEXEC) } != 0 {
            return Err("no pipe".into());
        }
        // SAFETY: Both descriptors are new, and nobody else owns them.
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

impl Drop for MarkProcess {
    fn drop(&mut self) {
        // The child has the device open as long as it lives.
        // SAFETY: The process is our child, and nobody has waited for it.
        unsafe {
            libc::kill(self.pid, libc::SIGKILL);
            libc::waitpid(self.pid, std::ptr::null_mut(), 0);
        }
    }
}

/// Runs in the child: waits for a byte from `from`, and makes the mark from then on.
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
