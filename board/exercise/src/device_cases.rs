// SPDX-License-Identifier: GPL-2.0

//! Cases that use `/dev/syscall-record` rightly and wrongly. Each prints `ok`, or what was wrong.
//!
//! The module must be loaded with `proc_name=exercise`. It must have recorded nothing yet, unless a case says
//! otherwise.

use crate::collect::copy_rest;
use crate::device::{
    check_packet, expect, open, poll_for, record_calls, set_request, Check, DEVICE, MAGIC, PACKET_BYTES,
};
use crate::{reader_cases, reader_fault};
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::fd::AsRawFd;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};
use syscall_record_format::request::{Request, SET_REQUEST};

/// Runs the case with this name.
pub fn run(case: &str) -> ExitCode {
    let check = match case {
        "empty" => read_without_records(),
        "poll" => poll_until_records(),
        "epoll" => epoll_until_records(),
        "bad-address" => read_to_bad_address(),
        "small" => read_in_pieces(),
        "vector" => read_into_vector(),
        "busy" => open_twice(),
        "half" => leave_half_a_packet(),
        "late" => read_when_told(),
        "bad-requests" => make_bad_requests(),
        "fault" => reader_fault::sleep_while_reading(),
        "fault-killed" => reader_fault::be_killed_while_reading(),
        "turns" => reader_cases::read_in_turns(),
        "own" => reader_cases::call_while_reading(),
        "heir" => reader_cases::hand_device_on(),
        _ => Err("no such case".into()),
    };
    match check {
        Ok(()) => {
            println!("ok");
            ExitCode::SUCCESS
        }
        Err(what) => {
            println!("{what}");
            ExitCode::FAILURE
        }
    }
}

fn errno_of(result: io::Result<usize>) -> Option<i32> {
    result.err().and_then(|error| error.raw_os_error())
}

/// Discards what was recorded so far, and opens the device.
fn open_emptied() -> Result<File, String> {
    copy_rest(&mut open(libc::O_NONBLOCK)?, &mut io::sink())?;
    // `copy_rest` makes a request, which ends when the device is closed.
    open(libc::O_NONBLOCK)
}

/// While nothing is recorded, read fails with EAGAIN at once, and poll says that nothing is readable.
fn read_without_records() -> Check {
    let mut device = open_emptied()?;
    let result = device.read(&mut [0; PACKET_BYTES]);
    expect(errno_of(result) == Some(libc::EAGAIN), || "read did not say EAGAIN".into())?;
    let ready = poll_for(&device, 300)?;
    expect(!ready, || "poll says readable without records".into())
}

/// poll waits until records can be read.
fn poll_until_records() -> Check {
    let mut device = open_emptied()?;
    let start = Instant::now();
    record_calls()?;
    // At the end of its time, poll looks for records without having been woken.
    let is_woken = poll_for(&device, 30_000)? && start.elapsed() < Duration::from_secs(20);
    expect(is_woken, || "poll did not see records".into())?;
    read_packet(&mut device)
}

/// epoll, edge-triggered, waits until records can be read.
fn epoll_until_records() -> Check {
    let mut device = open_emptied()?;
    // SAFETY: Valid descriptors and an event structure are passed.
    let ready = unsafe {
        let epoll = libc::epoll_create1(0);
        let mut event = libc::epoll_event { events: (libc::EPOLLIN | libc::EPOLLET) as u32, u64: 7 };
        libc::epoll_ctl(epoll, libc::EPOLL_CTL_ADD, device.as_raw_fd(), &mut event);
        record_calls()?;
        let mut events = [libc::epoll_event { events: 0, u64: 0 }; 1];
        let count = libc::epoll_wait(epoll, events.as_mut_ptr(), 1, 30_000);
        libc::close(epoll);
        count == 1 && { events[0].u64 } == 7
    };
    expect(ready, || "epoll did not see records".into())?;
    read_packet(&mut device)
}

/// A read to a bad address fails and loses nothing. A read to a buffer whose end is bad returns the bytes before it.
fn read_to_bad_address() -> Check {
    let mut device = open_emptied()?;
    record_calls()?;
    expect(poll_for(&device, 30_000)?, || "nothing was recorded".into())?;
    for _ in 0..3 {
        // SAFETY: The kernel refuses the address.
        let result = unsafe { libc::read(device.as_raw_fd(), 16 as *mut libc::c_void, PACKET_BYTES) };
        let error = io::Error::last_os_error().raw_os_error();
        expect(result == -1 && error == Some(libc::EFAULT), || format!("read gave {result}, {error:?}"))?;
    }
    // The first half of the buffer is mapped.
    let page = 4096;
    // SAFETY: The mapping is new, and nobody uses its second half.
    let (count, bytes) = unsafe {
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
        let start =
            libc::mmap(std::ptr::null_mut(), 2 * page, libc::PROT_READ | libc::PROT_WRITE, flags, -1, 0).cast::<u8>();
        libc::munmap(start.add(page).cast(), page);
        let count = libc::read(device.as_raw_fd(), start.add(page - 1000).cast(), PACKET_BYTES);
        (count, std::slice::from_raw_parts(start.add(page - 1000), 1000).to_vec())
    };
    // Some architectures stop a few bytes short of the fault.
    let good = 1000 - 32..=1000;
    expect(good.contains(&count) && bytes.starts_with(MAGIC), || format!("a read of 1000 good bytes gave {count}"))?;
    let bytes = &bytes[..count as usize];
    let mut rest = vec![0; PACKET_BYTES - bytes.len()];
    device.read_exact(&mut rest).map_err(|error| format!("the rest of the packet: {error}"))?;
    check_packet(&[bytes, &rest[..]].concat())
}

/// Reads a packet in pieces of many sizes.
fn read_in_pieces() -> Check {
    let mut device = open(0)?;
    record_calls()?;
    let mut packet = Vec::new();
    for size in [1, 2, 3, 5, 7, 8, 13, 100, 1000].into_iter().cycle() {
        let size = size.min(PACKET_BYTES - packet.len());
        if size == 0 {
            break;
        }
        let mut piece = vec![0; size];
        let count = device.read(&mut piece).map_err(|error| error.to_string())?;
        expect(count == size, || format!("{count} bytes for {size}"))?;
        packet.extend(piece);
    }
    expect(device.read(&mut []).is_ok_and(|count| count == 0), || "an empty read is not 0".into())?;
    check_packet(&packet)
}

/// Reads a packet by readv into two buffers.
fn read_into_vector() -> Check {
    let mut device = open(0)?;
    record_calls()?;
    let (mut first, mut second) = ([0; 100], [0; PACKET_BYTES - 100]);
    let count = device
        .read_vectored(&mut [io::IoSliceMut::new(&mut first), io::IoSliceMut::new(&mut second)])
        .map_err(|error| error.to_string())?;
    expect(count == PACKET_BYTES, || format!("readv gave {count}"))?;
    check_packet(&[&first[..], &second[..]].concat())
}

/// A second open fails with EBUSY as long as the device is open.
fn open_twice() -> Check {
    let first = open(0)?;
    for _ in 0..5 {
        let error = OpenOptions::new().read(true).open(DEVICE).err().and_then(|error| error.raw_os_error());
        expect(error == Some(libc::EBUSY), || format!("a second open gave {error:?}"))?;
    }
    drop(first);
    open(0).map(drop)
}

/// If a reader closes the device in the middle of a packet, the next reader gets the whole packet.
fn leave_half_a_packet() -> Check {
    let mut device = open(0)?;
    record_calls()?;
    let mut first = [0; 1000];
    device.read_exact(&mut first).map_err(|error| error.to_string())?;
    drop(device);
    let mut device = open(0)?;
    let mut packet = vec![0; PACKET_BYTES];
    device.read_exact(&mut packet).map_err(|error| error.to_string())?;
    expect(packet.starts_with(&first), || "the next reader gets something else".into())?;
    check_packet(&packet)
}

/// Opens the device, makes `/tmp/opened`, and waits for `/tmp/go`. Then copies what is recorded to `/tmp/raw`, until
/// there is `/tmp/end`. Makes `/tmp/caught-up` when nothing is left to read. (Its own calls are not recorded.)
fn read_when_told() -> Check {
    let mut device = open(libc::O_NONBLOCK)?;
    File::create("/tmp/opened").map_err(|error| error.to_string())?;
    while !Path::new("/tmp/go").exists() {
        std::thread::sleep(Duration::from_millis(20));
    }
    let mut raw = File::create("/tmp/raw").map_err(|error| error.to_string())?;
    let mut packet = [0; PACKET_BYTES];
    while !Path::new("/tmp/end").exists() {
        if poll_for(&device, 20)? {
            let count = device.read(&mut packet).map_err(|error| error.to_string())?;
            raw.write_all(&packet[..count]).map_err(|error| error.to_string())?;
        } else {
            File::create("/tmp/caught-up").map_err(|error| error.to_string())?;
        }
    }
    copy_rest(&mut device, &mut raw)
}

/// The module refuses bad requests, and says why in the log. It refuses commands that it does not know. Afterwards it
/// records as before.
fn make_bad_requests() -> Check {
    let read_only = File::open(DEVICE).map_err(|error| error.to_string())?;
    let result = set_request(&read_only, &Request::default().to_bytes()).map_err(|error| error.raw_os_error());
    expect(result == Err(Some(libc::EBADF)), || format!("a descriptor that is not open for writing: {result:?}"))?;
    drop(read_only);
    let mut device = open(libc::O_NONBLOCK)?;
    let command = |command: u32, argument: *const u8| {
        // SAFETY: The kernel reads what is at `argument`, or fails.
        let result = unsafe { libc::ioctl(device.as_raw_fd(), command as libc::Ioctl, argument) };
        if result == 0 {
            Ok(())
        } else {
            Err(io::Error::last_os_error().raw_os_error())
        }
    };
    let good = Request::default().to_bytes();
    // TCGETS, another number, another direction.
    for unknown in [0x5401, SET_REQUEST + 1, SET_REQUEST ^ (3 << 30)] {
        let result = command(unknown, good.as_ptr());
        expect(result == Err(Some(libc::ENOTTY)), || format!("command {unknown:#x}: {result:?}"))?;
    }
    let result = command(SET_REQUEST, 8 as *const u8);
    expect(result == Err(Some(libc::EFAULT)), || format!("bad address: {result:?}"))?;
    let result = command(SET_REQUEST - (1 << 16), good.as_ptr());
    expect(result == Err(Some(libc::EINVAL)), || format!("another size: {result:?}"))?;
    for (offset, byte) in [(0, 2), (4, 3), (4, 9), (10, 1), (16, 17), (16, 1), (28, 1)] {
        let mut bytes = good;
        bytes[offset] = byte;
        let result = command(SET_REQUEST, bytes.as_ptr());
        expect(result == Err(Some(libc::EINVAL)), || format!("byte {offset} is {byte}: {result:?}"))?;
    }
    record_calls()?;
    expect(poll_for(&device, 30_000)?, || "nothing is recorded any more".into())?;
    read_packet(&mut device)
}

/// Reads a packet and checks it.
fn read_packet(device: &mut File) -> Check {
    let mut packet = vec![0; PACKET_BYTES];
    let count = device.read(&mut packet).map_err(|error| format!("read: {error}"))?;
    expect(count == PACKET_BYTES, || format!("a packet of {count} bytes"))?;
    check_packet(&packet)
}
