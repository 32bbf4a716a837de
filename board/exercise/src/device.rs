// SPDX-License-Identifier: GPL-2.0

//! Uses of `/dev/syscall-record`, right and wrong ones. Each says `ok` or what was wrong. All expect
//! a module that records `exercise` or `getppid` loops, with nothing recorded yet unless they say so.

use crate::collect::copy_rest;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::fd::AsRawFd;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};
use syscall_record_format::request::{Request, SET_REQUEST};

const DEVICE: &str = "/dev/syscall-record";
const MAGIC: &[u8] = b"\xd3SYSREC\n";
pub const PACKET: usize = 4096;

type Check = Result<(), String>;

/// Runs a case.
pub fn run(case: &str) -> ExitCode {
    let check = match case {
        "empty" => empty(),
        "poll" => poll(),
        "epoll" => epoll(),
        "bad-address" => bad_address(),
        "small" => small(),
        "vector" => vector(),
        "busy" => busy(),
        "half" => half(),
        "late" => late(),
        "bad-requests" => bad_requests(),
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

fn expect(condition: bool, what: impl FnOnce() -> String) -> Check {
    condition.then_some(()).ok_or_else(what)
}

/// Opens the device.
pub fn open(flags: libc::c_int) -> Result<File, String> {
    OpenOptions::new().read(true).custom_flags(flags).open(DEVICE).map_err(|error| format!("open: {error}"))
}

/// Has another process make calls that are recorded.
fn record() -> Check {
    let status = Command::new("/bin/exercise").args(["calls", "10"]).status().map_err(|error| error.to_string())?;
    expect(status.success(), || status.to_string())
}

fn errno(result: io::Result<usize>) -> Option<i32> {
    result.err().and_then(|error| error.raw_os_error())
}

/// Opens the device when what was recorded so far is thrown away.
fn open_emptied() -> Result<File, String> {
    copy_rest(&mut open(libc::O_NONBLOCK)?, &mut io::sink())?;
    // The request that this makes ends with its open file.
    open(libc::O_NONBLOCK)
}

/// Without anything to read: EAGAIN at once, poll says no.
fn empty() -> Check {
    let mut device = open_emptied()?;
    let result = device.read(&mut [0; PACKET]);
    expect(errno(result) == Some(libc::EAGAIN), || "read did not say EAGAIN".into())?;
    let ready = poll_for(&device, 300)?;
    expect(!ready, || "poll says readable without records".into())
}

/// poll waits for records and then there are some.
fn poll() -> Check {
    let mut device = open_emptied()?;
    let start = Instant::now();
    record()?;
    // When its time is up it looks once more, without having been woken.
    let is_woken = poll_for(&device, 30_000)? && start.elapsed() < Duration::from_secs(20);
    expect(is_woken, || "poll did not see records".into())?;
    read_packet(&mut device)
}

/// The same by epoll, edge-triggered.
fn epoll() -> Check {
    let mut device = open_emptied()?;
    // SAFETY: Valid descriptors and an event structure are passed.
    let ready = unsafe {
        let epoll = libc::epoll_create1(0);
        let mut event = libc::epoll_event { events: (libc::EPOLLIN | libc::EPOLLET) as u32, u64: 7 };
        libc::epoll_ctl(epoll, libc::EPOLL_CTL_ADD, device.as_raw_fd(), &mut event);
        record()?;
        let mut events = [libc::epoll_event { events: 0, u64: 0 }; 1];
        let count = libc::epoll_wait(epoll, events.as_mut_ptr(), 1, 30_000);
        libc::close(epoll);
        count == 1 && { events[0].u64 } == 7
    };
    expect(ready, || "epoll did not see records".into())?;
    read_packet(&mut device)
}

/// A read to a bad address fails and loses nothing, alone or behind a good part.
fn bad_address() -> Check {
    let mut device = open_emptied()?;
    record()?;
    expect(poll_for(&device, 30_000)?, || "nothing was recorded".into())?;
    for _ in 0..3 {
        // SAFETY: The kernel finds out that the address is bad.
        let result = unsafe { libc::read(device.as_raw_fd(), 16 as *mut libc::c_void, PACKET) };
        let error = io::Error::last_os_error().raw_os_error();
        expect(result == -1 && error == Some(libc::EFAULT), || format!("read gave {result}, {error:?}"))?;
    }
    // Half of the buffer is mapped.
    let page = 4096;
    // SAFETY: New memory of this process, of which the second half is taken back.
    let (count, bytes) = unsafe {
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
        let start =
            libc::mmap(std::ptr::null_mut(), 2 * page, libc::PROT_READ | libc::PROT_WRITE, flags, -1, 0).cast::<u8>();
        libc::munmap(start.add(page).cast(), page);
        let count = libc::read(device.as_raw_fd(), start.add(page - 1000).cast(), PACKET);
        (count, std::slice::from_raw_parts(start.add(page - 1000), 1000).to_vec())
    };
    // Some architectures stop a few bytes short of the fault.
    let good = 1000 - 32..=1000;
    expect(good.contains(&count) && bytes.starts_with(MAGIC), || format!("a read of 1000 good bytes gave {count}"))?;
    let bytes = &bytes[..count as usize];
    let mut rest = vec![0; PACKET - bytes.len()];
    device.read_exact(&mut rest).map_err(|error| format!("the rest of the packet: {error}"))?;
    check_packet(&[bytes, &rest[..]].concat())
}

/// A packet can be read in pieces of any size.
fn small() -> Check {
    let mut device = open(0)?;
    record()?;
    let mut packet = Vec::new();
    for size in [1, 2, 3, 5, 7, 8, 13, 100, 1000].into_iter().cycle() {
        let size = size.min(PACKET - packet.len());
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

/// readv fills several buffers.
fn vector() -> Check {
    let mut device = open(0)?;
    record()?;
    let (mut first, mut second) = ([0; 100], [0; PACKET - 100]);
    let count = device
        .read_vectored(&mut [io::IoSliceMut::new(&mut first), io::IoSliceMut::new(&mut second)])
        .map_err(|error| error.to_string())?;
    expect(count == PACKET, || format!("readv gave {count}"))?;
    check_packet(&[&first[..], &second[..]].concat())
}

/// There is one reader at a time.
fn busy() -> Check {
    let first = open(0)?;
    for _ in 0..5 {
        let error = OpenOptions::new().read(true).open(DEVICE).err().and_then(|error| error.raw_os_error());
        expect(error == Some(libc::EBUSY), || format!("a second open gave {error:?}"))?;
    }
    drop(first);
    open(0).map(drop)
}

/// Who reads half a packet and dies leaves the whole of it to the next.
fn half() -> Check {
    let mut device = open(0)?;
    record()?;
    let mut first = [0; 1000];
    device.read_exact(&mut first).map_err(|error| error.to_string())?;
    drop(device);
    let mut device = open(0)?;
    let mut packet = vec![0; PACKET];
    device.read_exact(&mut packet).map_err(|error| error.to_string())?;
    expect(packet.starts_with(&first), || "the next reader gets something else".into())?;
    check_packet(&packet)
}

/// Opens the device, makes `/tmp/opened`, and does not read before there is `/tmp/go`. Then it copies to `/tmp/raw` what was
/// recorded until there was `/tmp/end`. When it has read all that was due, it makes `/tmp/caught-up`. (Its own calls are
/// not recorded.)
fn late() -> Check {
    let mut device = open(libc::O_NONBLOCK)?;
    File::create("/tmp/opened").map_err(|error| error.to_string())?;
    while !Path::new("/tmp/go").exists() {
        std::thread::sleep(Duration::from_millis(20));
    }
    let mut raw = File::create("/tmp/raw").map_err(|error| error.to_string())?;
    let mut packet = [0; PACKET];
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

/// Requests that the module refuses, and says why in the log, and commands that it does not know. Then it records as
/// before.
fn bad_requests() -> Check {
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
    record()?;
    expect(poll_for(&device, 30_000)?, || "nothing is recorded any more".into())?;
    read_packet(&mut device)
}

/// Hands over `request`.
pub fn set_request(device: &File, request: &[u8]) -> io::Result<()> {
    // SAFETY: The kernel reads as many bytes as a request has.
    let result = unsafe { libc::ioctl(device.as_raw_fd(), SET_REQUEST as libc::Ioctl, request.as_ptr()) };
    if result == 0 {
        Ok(())
    } else {
        Err(io::Error::last_os_error())
    }
}

fn read_packet(device: &mut File) -> Check {
    let mut packet = vec![0; PACKET];
    let count = device.read(&mut packet).map_err(|error| format!("read: {error}"))?;
    expect(count == PACKET, || format!("a packet of {count} bytes"))?;
    check_packet(&packet)
}

fn check_packet(packet: &[u8]) -> Check {
    expect(packet.len() == PACKET && packet.starts_with(MAGIC), || "no packet".into())?;
    let used = usize::from(u16::from_le_bytes([packet[12], packet[13]])) * 8;
    expect(used > 128 && packet[used..].iter().all(|&byte| byte == 0), || format!("{used} bytes used"))
}

/// Waits so many milliseconds at the most until the device is readable.
pub fn poll_for(device: &File, milliseconds: i32) -> Result<bool, String> {
    let mut entry = libc::pollfd { fd: device.as_raw_fd(), events: libc::POLLIN, revents: 0 };
    // SAFETY: One entry is passed.
    let count = unsafe { libc::poll(&mut entry, 1, milliseconds) };
    match count {
        0 => Ok(false),
        1 if entry.revents & libc::POLLIN != 0 => Ok(true),
        _ => Err(format!("poll gave {count}, {:#x}", entry.revents)),
    }
}
