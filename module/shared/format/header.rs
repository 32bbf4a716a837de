// SPDX-License-Identifier: GPL-2.0

//! A packet's header, read and written.

use super::fields::{HEADER_EDGES, HEADER_HAS_ARGS};
use super::layout::{Packet, HEADER_WORDS, MAGIC, PACKET_WORDS, RELEASE_BYTES, VERSION};
use super::machine::Machine;

/// Which edges of system calls are recorded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(u8)]
pub enum Edges {
    /// Entries and returns.
    #[default]
    Both = 0,
    /// Entries only.
    Enter = 1,
    /// Returns only; their records have the number and the arguments of the call.
    Exit = 2,
}

impl Edges {
    /// The edges with this number in a header.
    #[inline]
    pub const fn from_bits(bits: u64) -> Option<Self> {
        match bits {
            0 => Some(Self::Both),
            1 => Some(Self::Enter),
            2 => Some(Self::Exit),
            _ => None,
        }
    }
}

/// A packet's header. The table in the folder's documentation has units and ranges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Version of the format, 1 to [`VERSION`].
    pub version: u8,
    /// Architecture of the recording kernel.
    pub machine: Machine,
    /// CPU number.
    pub cpu: u16,
    /// Words used, [`HEADER_WORDS`]`..=`[`PACKET_WORDS`].
    pub used: u16,
    /// Edges that are recorded.
    pub edges: Edges,
    /// Whether arguments are recorded.
    pub has_args: bool,
    /// Number of the packet on its CPU.
    pub sequence: u32,
    /// Differs between two loads of the module, and between two settings of one load.
    pub session: u32,
    /// Where the deltas of the packet's records start, in ticks.
    pub base_time: u64,
    /// No later packet holds an event before this time, in ticks.
    pub watermark: u64,
    /// Wall clock at `base_time`, nanoseconds since 1970.
    pub wall_clock: u64,
    /// Nanoseconds per tick, 32.32 fixed point.
    pub tick: u64,
    /// Events that this CPU has dropped since the module was loaded.
    pub dropped: u64,
    /// Events that this CPU has dropped since its previous packet.
    pub dropped_before: u64,
    /// The kernel release (`uname -r`), padded with NULs.
    pub release: [u8; RELEASE_BYTES],
}

/// Why a header is invalid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadHeader {
    /// The first word is not [`MAGIC`].
    Magic,
    /// The version is not one of 1 to [`VERSION`].
    Version(u8),
    /// A field has an invalid value.
    Field,
}

impl Header {
    /// The words of the header.
    #[inline]
    pub fn to_words(self) -> [u64; HEADER_WORDS] {
        let mut words = [0; HEADER_WORDS];
        words[0] = MAGIC;
        words[1] = u64::from(self.version)
            | ((self.machine as u64) << 8)
            | (u64::from(self.cpu) << 16)
            | (u64::from(self.used) << 32)
            | HEADER_EDGES.put(self.edges as u64)
            | HEADER_HAS_ARGS.put(u64::from(self.has_args));
        words[2] = u64::from(self.sequence) | (u64::from(self.session) << 32);
        words[3] = self.base_time;
        words[4] = self.watermark;
        words[5] = self.wall_clock;
        words[6] = self.tick;
        words[7] = self.dropped;
        words[8] = self.dropped_before;
        for (word, bytes) in words[9..].iter_mut().zip(self.release.chunks_exact(8)) {
            let mut eight = [0; 8];
            eight.copy_from_slice(bytes);
            *word = u64::from_le_bytes(eight);
        }
        words
    }

    /// Reads a header.
    ///
    /// # Errors
    ///
    /// [`BadHeader`] says what is wrong with the first [`HEADER_WORDS`] words of `packet`.
    #[inline]
    pub fn from_words(packet: &Packet) -> Result<Self, BadHeader> {
        if packet[0] != MAGIC {
            return Err(BadHeader::Magic);
        }
        let version = packet[1] as u8;
        if !(1..=VERSION).contains(&version) {
            return Err(BadHeader::Version(version));
        }
        let machine = Machine::from_byte((packet[1] >> 8) as u8).ok_or(BadHeader::Field)?;
        let used = (packet[1] >> 32) as u16;
        let in_range = (HEADER_WORDS..=PACKET_WORDS).contains(&usize::from(used));
        let edges = Edges::from_bits(HEADER_EDGES.get(packet[1])).ok_or(BadHeader::Field)?;
        if !in_range || packet[1] >> 51 != 0 {
            return Err(BadHeader::Field);
        }
        let mut release = [0; RELEASE_BYTES];
        for (bytes, word) in release.chunks_exact_mut(8).zip(&packet[9..HEADER_WORDS]) {
            bytes.copy_from_slice(&word.to_le_bytes());
        }
        Ok(Self {
            version,
            machine,
            cpu: (packet[1] >> 16) as u16,
            used,
            edges,
            has_args: HEADER_HAS_ARGS.get(packet[1]) != 0,
            sequence: packet[2] as u32,
            session: (packet[2] >> 32) as u32,
            base_time: packet[3],
            watermark: packet[4],
            wall_clock: packet[5],
            tick: packet[6],
            dropped: packet[7],
            dropped_before: packet[8],
            release,
        })
    }
}
