// SPDX-License-Identifier: GPL-2.0

//! Cases in which several processes use one open device, and what is recorded of these processes.

use crate::calls::call_getppid;
use crate::collect::copy_rest;
use crate::device::{expect, open, poll_for, Check, PACKET_BYTES};
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::FromRawFd;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

/// The processes of a case may take so long.
const DEADLINE: Duration = Duration::from_secs(60);

/// How often the two processes read in turns, and how many bytes each time.
const TURNS: usize = 100;
const PIECE_BYTES: usize = 16;

/// What both read in turns: less than a packet.
const READ_BYTES: usize = 2 * PIECE_BYTES * TURNS;

/// Two processes read in turns, while another one is recorded. The CPUs go on filling their packets.
pub fn read_in_turns() -> Check {
    let mut device = open(0)?;
    let mut recorded =
        Command::new("/bin/exercise").args(["pace", "1000", "60"]).spawn().map_err(|error| error.to_string())?;
    let (mut to_child, mut from_child) = (pipe()?, pipe()?);
    // SAFETY: This program has one thread here.
    if unsafe { libc::fork() } == 0 {
        // Ends with the parent, whose end of the pipe is the only one then.
        drop(to_child.1);
        let mut byte = [0];
        while to_child.0.read_exact(&mut byte).is_ok() {
            let is_read = device.read_exact(&mut [0; PIECE_BYTES]).is_ok();
            let _ = from_child.1.write_all(&[u8::from(is_read)]);
        }
        // SAFETY: Takes a number.
        unsafe { libc::_exit(0) };
    }
    let start = Instant::now();
    for _ in 0..TURNS {
        device.read_exact(&mut [0; PIECE_BYTES]).map_err(|error| format!("the parent's turn: {error}"))?;
        let mut is_read = [0];
        to_child
            .1
            .write_all(b"x")
            .and_then(|()| from_child.0.read_exact(&mut is_read))
            .map_err(|error| error.to_string())?;
        expect(is_read == [1], || "the child's turn failed".into())?;
        // Something must be recorded in between.
        thread::sleep(Duration::from_millis(3));
    }
    let elapsed = start.elapsed();
    let _ = recorded.kill().and_then(|()| recorded.wait());
    device.read_exact(&mut [0; PACKET_BYTES - READ_BYTES]).map_err(|error| format!("the rest of a packet: {error}"))?;
    let mut rest = Vec::new();
    copy_rest(&mut device, &mut rest)?;
    let packets = 1 + rest.len() / PACKET_BYTES;
    // A packet is flushed after a tenth of a second. Each of two processes begins, and the end costs some more.
    let allowed = elapsed.as_millis() as usize / 100 + 20;
    expect(packets <= allowed, || format!("{TURNS} turns in {elapsed:?} made {packets} packets, more than {allowed}"))
}

/// A process that has used the device makes 100 calls of `getppid` in each of two threads. None is recorded. (The
/// caller counts what stands in `/tmp/raw`.)
pub fn call_while_reading() -> Check {
    let mut device = open(libc::O_NONBLOCK)?;
    poll_for(&device, 0)?;
    call_getppid(100);
    thread::spawn(|| call_getppid(100)).join().map_err(|_| "the thread panics".to_string())?;
    copy_to_file(&mut device)
}

/// The process that opened the device hands it to a child, closes it, makes 30 calls of `getppid` and ends. Another
/// process gets its id and makes 100 calls. Both are recorded, though the child only waits for records. (The caller
/// counts what stands in `/tmp/raw`.)
pub fn hand_device_on() -> Check {
    // SAFETY: This program has one thread here.
    let opener = unsafe { libc::fork() };
    if opener == 0 {
        let is_done = open_and_hand_on().is_ok();
        // SAFETY: Takes a number.
        unsafe { libc::_exit(libc::c_int::from(!is_done)) };
    }
    let mut status = 0;
    // SAFETY: There is room for the status. From here on the id is free.
    let is_ended = unsafe { libc::waitpid(opener, &mut status, 0) == opener };
    expect(is_ended && status == 0, || format!("the process that opens the device ended with {status:#x}"))?;
    run_with_id(opener)?;
    File::create("/tmp/enough").map_err(|error| error.to_string())?;
    let start = Instant::now();
    while !Path::new("/tmp/all").exists() {
        expect(start.elapsed() < DEADLINE, || "the process that got the device does not end".into())?;
        thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}

fn open_and_hand_on() -> Check {
    let mut device = open(libc::O_NONBLOCK)?;
    let (mut is_used, mut used) = pipe()?;
    // SAFETY: This program has one thread here.
    if unsafe { libc::fork() } == 0 {
        let _ = poll_for(&device, 0).map(|_| used.write_all(b"x"));
        while !Path::new("/tmp/enough").exists() {
            let _ = poll_for(&device, 20);
        }
        let is_copied = copy_to_file(&mut device).is_ok();
        drop(device);
        let _ = File::create(if is_copied { "/tmp/all" } else { "/tmp/failed" });
        // SAFETY: Takes a number.
        unsafe { libc::_exit(0) };
    }
    is_used.read_exact(&mut [0]).map_err(|error| error.to_string())?;
    drop(device);
    call_getppid(30);
    Ok(())
}

/// Makes a process with the id `pid`, which runs a program that makes 100 calls of `getppid`.
fn run_with_id(pid: libc::pid_t) -> Check {
    // `struct clone_args` of `include/uapi/linux/sched.h`, version 1.
    let ids = [pid];
    let mut fields = [0_u64; 10];
    fields[4] = libc::SIGCHLD as u64;
    fields[8] = ids.as_ptr() as usize as u64;
    fields[9] = 1;
    // SAFETY: The structure has as many bytes as is said. Without a stack of its own the child goes on as after a fork.
    let child = unsafe { libc::syscall(libc::SYS_clone3, fields.as_mut_ptr(), size_of_val(&fields)) };
    if child == 0 {
        let arguments = [c"exercise".as_ptr(), c"calls".as_ptr(), c"100".as_ptr(), std::ptr::null()];
        // SAFETY: The strings end in NULs and the list in a null pointer.
        unsafe {
            libc::execv(c"/bin/exercise".as_ptr(), arguments.as_ptr());
            libc::_exit(127);
        }
    }
    expect(child == libc::c_long::from(pid), || format!("clone3: {}", io::Error::last_os_error()))?;
    let mut status = 0;
    // SAFETY: There is room for the status.
    let is_ended = unsafe { libc::waitpid(pid, &mut status, 0) == pid };
    expect(is_ended && status == 0, || format!("the process with the id ended with {status:#x}"))
}

fn copy_to_file(device: &mut File) -> Check {
    copy_rest(device, &mut File::create("/tmp/raw").map_err(|error| error.to_string())?)
}

/// The ends of a new pipe, to read from and to write to.
fn pipe() -> Result<(File, File), String> {
    let mut ends = [0; 2];
    // SAFETY: There is room for two descriptors, which nobody else owns.
    unsafe {
        if libc::pipe2(ends.as_mut_ptr(), libc::O_CLOEXEC) != 0 {
            return Err("no pipe".into());
        }
        Ok((File::from_raw_fd(ends[0]), File::from_raw_fd(ends[1])))
    }
}
