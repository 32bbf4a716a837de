// SPDX-License-Identifier: GPL-2.0

//! Opens `/dev/syscall-record`, hands requests over, waits for packets and checks them.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::fs::OpenOptionsExt;
use std::process::Command;
use syscall_record_format::request::SET_REQUEST;

pub const DEVICE: &str = "/dev/syscall-record";

/// Bytes of a packet.
pub const PACKET_BYTES: usize = 4096;

pub const MAGIC: &[u8] = b"\xd3SYSREC\n";

/// What was wrong, if anything.
pub type Check = Result<(), String>;

/// Fails with `what` unless `condition` holds.
pub fn expect(condition: bool, what: impl FnOnce() -> String) -> Check {
    condition.then_some(()).ok_or_else(what)
}

/// Has a child process make calls, which the module records.
pub fn record_calls() -> Check {
    let status = Command::new("/bin/exercise").args(["calls", "10"]).status().map_err(|error| error.to_string())?;
    expect(status.success(), || status.to_string())
}

/// Opens the device, with `flags` for `open`. Requests need a descriptor that can be written.
pub fn open(flags: libc::c_int) -> Result<File, String> {
    OpenOptions::new().read(true).write(true).custom_flags(flags).open(DEVICE).map_err(|error| format!("open: {error}"))
}

/// Hands `request` to the module.
pub fn set_request(device: &File, request: &[u8]) -> io::Result<()> {
    // SAFETY: The kernel reads as many bytes as a request has.
    let result = unsafe { libc::ioctl(device.as_raw_fd(), SET_REQUEST as libc::Ioctl, request.as_ptr()) };
    if result == 0 {
        Ok(())
    } else {
        Err(io::Error::last_os_error())
    }
}

/// Waits until the device is readable, for `milliseconds` at most. Returns whether it is.
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

/// Fails unless `packet` is a whole packet that holds events, with zeroes behind them.
pub fn check_packet(packet: &[u8]) -> Check {
    expect(packet.len() == PACKET_BYTES && packet.starts_with(MAGIC), || "no packet".into())?;
    let used = usize::from(u16::from_le_bytes([packet[12], packet[13]])) * 8;
    expect(used > 128 && packet[used..].iter().all(|&byte| byte == 0), || format!("{used} bytes used"))
}
