// SPDX-License-Identifier: GPL-2.0

//! Opens `/dev/syscall-record`, hands requests over, and waits for packets.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::fs::OpenOptionsExt;
use syscall_record_format::request::SET_REQUEST;

pub const DEVICE: &str = "/dev/syscall-record";

/// Bytes of a packet.
pub const PACKET_BYTES: usize = 4096;

/// Opens the device, with `flags` for `open`.
pub fn open(flags: libc::c_int) -> Result<File, String> {
    OpenOptions::new().read(true).custom_flags(flags).open(DEVICE).map_err(|error| format!("open: {error}"))
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
