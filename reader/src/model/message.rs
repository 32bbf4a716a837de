// SPDX-License-Identifier: GPL-2.0

//! The structure of a message of sockets, `struct msghdr`, as it is recorded.

use super::IovecReader;
use syscall_record_format::calls::plan::{MAX_ADDRESS_BYTES, MAX_CONTROL_BYTES, MAX_PIECES};

/// The fields of a message's structure. Before version 3 of the format no addresses are recorded.
pub struct MessageHead {
    /// The address of the name, if it is recorded.
    pub name: Option<u64>,
    /// The name's length.
    pub name_len: u64,
    /// The address of the list of buffers, if it is recorded.
    pub buffers: Option<u64>,
    /// How many buffers there are.
    pub count: u64,
    /// The address of the control data, if it is recorded.
    pub control: Option<u64>,
    /// The control data's length.
    pub control_len: u64,
    /// What the kernel tells of the message.
    pub flags: u64,
}

impl MessageHead {
    /// Reads the fields from the front of a message.
    pub fn read(recorded: &mut IovecReader<'_>) -> Option<Self> {
        if recorded.is_before_version_3 {
            let mut next = || recorded.next_word();
            let [name_len, flags, control_len, count] = [next()?, next()?, next()?, next()?];
            return Some(Self { name: None, name_len, buffers: None, count, control: None, control_len, flags });
        }
        let mut next = || Some(recorded.next_word()? | (recorded.next_word()? << 32));
        let [name, name_len, buffers, count, control] = [next()?, next()?, next()?, next()?, next()?];
        let (control_len, flags) = (next()?, next()? & u64::from(u32::MAX));
        let name_len = name_len & u64::from(u32::MAX);
        let [name, buffers, control] = [name, buffers, control].map(Some);
        Some(Self { name, name_len, buffers, count, control, control_len, flags })
    }

    /// How many bytes of the name are recorded, if all could be read.
    pub fn name_bytes(&self) -> u64 {
        match self.name {
            Some(0) => 0,
            _ => self.name_len.min(MAX_ADDRESS_BYTES as u64),
        }
    }

    /// How many buffers are recorded.
    pub fn recorded_buffers(&self) -> u64 {
        match self.buffers {
            Some(0) => 0,
            _ => self.count.min(MAX_PIECES),
        }
    }

    /// How many bytes of the control data are recorded.
    pub fn control_bytes(&self) -> u64 {
        match self.control {
            None | Some(0) => 0,
            Some(_) => self.control_len.min(MAX_CONTROL_BYTES as u64),
        }
    }
}
