// SPDX-License-Identifier: GPL-2.0

//! A reader that may be killed at any time: no packet that it has taken from the device is lost then.
//!
//! The device copies each packet straight into a file that is mapped, so that there is no moment at which a packet is
//! in this program alone. The next reader goes on at the first place of the file where there is no packet.

use crate::device::{open, poll_for, PACKET_BYTES};
use std::fs::File;
use std::os::fd::AsRawFd;
use std::path::Path;
use std::process::ExitCode;
use std::ptr;
use std::time::Duration;

/// Bytes that the file may have. What nobody has written to takes no memory.
const FILE_BYTES: usize = 256 << 20;

/// Copies packets to the file `name` until there is `/tmp/end`, and waits `pause` milliseconds after each. Then the
/// file ends with its last packet.
pub fn save_packets(name: &str, pause: u64) -> ExitCode {
    match try_to_save(name, Duration::from_millis(pause)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(what) => {
            eprintln!("exercise save: {what}");
            ExitCode::FAILURE
        }
    }
}

fn try_to_save(name: &str, pause: Duration) -> Result<(), String> {
    let mut file = PacketFile::open(name)?;
    let device = open(libc::O_NONBLOCK)?;
    while !Path::new("/tmp/end").exists() {
        if poll_for(&device, 20)? {
            file.read_packet(&device)?;
            std::thread::sleep(pause);
        }
    }
    file.file.set_len(file.offset as u64).map_err(|error| format!("{name}: {error}"))
}

/// A mapped file of packets.
struct PacketFile {
    file: File,
    start: *mut u8,
    /// The place of the next packet.
    offset: usize,
}

impl PacketFile {
    /// Opens the file, or makes it, to add packets behind those that are there.
    fn open(name: &str) -> Result<Self, String> {
        let failed = |error| format!("{name}: {error}");
        let file = File::options().read(true).write(true).create(true).truncate(false).open(name).map_err(failed)?;
        file.set_len(FILE_BYTES as u64).map_err(failed)?;
        let protection = libc::PROT_READ | libc::PROT_WRITE;
        // SAFETY: A new mapping.
        let start =
            unsafe { libc::mmap(ptr::null_mut(), FILE_BYTES, protection, libc::MAP_SHARED, file.as_raw_fd(), 0) };
        if start == libc::MAP_FAILED {
            return Err(format!("{name}: cannot be mapped"));
        }
        let mut file = Self { file, start: start.cast(), offset: 0 };
        // A packet begins with a byte that is not zero.
        while file.first_byte()? != 0 {
            file.offset += PACKET_BYTES;
        }
        Ok(file)
    }

    /// The first byte of the next packet: zero if it is not there yet.
    fn first_byte(&self) -> Result<u8, String> {
        if self.offset >= FILE_BYTES {
            return Err("the file is full".into());
        }
        // SAFETY: The place is within the mapping, and no other process writes to the file now.
        Ok(unsafe { self.start.add(self.offset).read_volatile() })
    }

    /// Has the device copy its next packet to the file.
    fn read_packet(&mut self, device: &File) -> Result<(), String> {
        // The page is there before the device copies to it.
        self.first_byte()?;
        // SAFETY: A packet's bytes are within the mapping, whose size is a number of packets.
        let count = unsafe { libc::read(device.as_raw_fd(), self.start.add(self.offset).cast(), PACKET_BYTES) };
        if count != PACKET_BYTES as isize {
            return Err(format!("read gave {count}"));
        }
        self.offset += PACKET_BYTES;
        Ok(())
    }
}
