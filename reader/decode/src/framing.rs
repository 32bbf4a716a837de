// SPDX-License-Identifier: GPL-2.0

//! From bytes to packets: finds them, also in a damaged stream.

use memchr::memmem;
use syscall_record_format::format::{
    BadHeader, Header, Machine, Packet, Record, HEADER_WORDS, MAGIC, MAX_RECORD_WORDS, PACKET_BYTES, PACKET_WORDS,
};

/// Bytes that are looked at together. A read fills what is free of it.
const BUFFER_BYTES: usize = 16 * PACKET_BYTES;

/// A packet out of the stream.
pub struct Framed {
    /// Its header. `used` says how many words can be decoded: less than the packet claims where the
    /// rest is damaged or missing.
    pub header: Header,
    /// Its words; those behind `used` mean nothing.
    pub words: Packet,
}

/// What was wrong with the stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Damage {
    /// Where in the input, in bytes.
    pub offset: u64,
    /// What it was.
    pub kind: DamageKind,
}

/// Kinds of damage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DamageKind {
    /// So many bytes are no packet, or are the damaged rest of one; they were skipped.
    Skipped(u64),
    /// The input ends inside a packet. So many bytes of records are missing.
    Truncated(u64),
    /// A packet has this version of the format, which this reader does not know; it was skipped.
    Version(u8),
}

/// Takes bytes in, gives packets out.
pub struct Framing {
    buffer: Box<[u8; BUFFER_BYTES]>,
    /// What is in the buffer and not taken.
    start: usize,
    end: usize,
    /// Where `start` is in the input.
    offset: u64,
    /// Where the bytes that are being skipped begin.
    skipping_since: Option<u64>,
    /// What is to be said before the next packet.
    damage: Option<Damage>,
}

impl Default for Framing {
    fn default() -> Self {
        Self::new()
    }
}

impl Framing {
    /// Without any bytes yet.
    pub fn new() -> Self {
        let buffer = Box::new([0; BUFFER_BYTES]);
        Self { buffer, start: 0, end: 0, offset: 0, skipping_since: None, damage: None }
    }

    /// Where the next bytes of the input go; [`filled`](Self::filled) is told how many came. There is
    /// space once [`next`](Self::next) has returned `None`.
    pub fn space(&mut self) -> &mut [u8] {
        self.buffer.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        &mut self.buffer[self.end..]
    }

    /// So many bytes were put into [`space`](Self::space).
    pub fn filled(&mut self, bytes: usize) {
        self.end += bytes;
    }

    /// How many bytes of the input the packets that were given out end behind.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// The next packet, or damage that was met before it. `None`: more bytes are needed. With `at_end`
    /// no more will come, and `None` is the end.
    pub fn next(&mut self, at_end: bool) -> Option<Result<Framed, Damage>> {
        loop {
            if let Some(damage) = self.damage.take() {
                return Some(Err(damage));
            }
            let len = (self.end - self.start).min(PACKET_BYTES);
            if len < PACKET_BYTES && !at_end {
                return None;
            }
            if len == 0 {
                return self.end_skipping().map(Err);
            }
            let words = to_words(&self.buffer[self.start..self.start + len]);
            let header = Header::from_words(&words);
            if len < HEADER_WORDS * 8 || matches!(header, Err(BadHeader::Magic | BadHeader::Field)) {
                self.skip(at_end);
                continue;
            }
            if let Some(damage) = self.end_skipping() {
                return Some(Err(damage));
            }
            match header {
                Ok(header) => return Some(Ok(self.packet(header, words, len))),
                Err(BadHeader::Version(version)) => {
                    self.damage = Some(Damage { offset: self.offset, kind: DamageKind::Version(version) });
                    self.take(len);
                }
                Err(_) => unreachable!("skipped above"),
            }
        }
    }

    /// Takes a packet whose first `len` bytes are there, as far as it is sound.
    fn packet(&mut self, header: Header, words: Packet, len: usize) -> Framed {
        let used = usize::from(header.used);
        let there = used.min(len / 8);
        let mut sound = sound_words(&words[..there], header.machine);
        let is_cut_off = there < used && there - sound < MAX_RECORD_WORDS;
        // Where bytes are lost, the next packet begins in what should be the padding of this one.
        let is_sound = sound == used && words[used..].iter().all(|&word| word == 0);
        if is_sound || is_cut_off {
            self.take(len);
            if len < PACKET_BYTES {
                let kind = DamageKind::Truncated((used - sound) as u64 * 8);
                self.damage = Some(Damage { offset: self.offset, kind });
            }
        } else if let Some(next) = self.next_inside(&header, len) {
            sound = sound.min(next / 8);
            self.take(sound * 8);
            self.skipping_since = Some(self.offset);
            self.take(next - sound * 8);
        } else {
            self.take(sound * 8);
            self.skipping_since = Some(self.offset);
        }
        Framed { header: Header { used: sound as u16, ..header }, words }
    }

    /// Where the next packet of the same recording begins inside a damaged one. Its first bytes may
    /// have passed for records; the session number tells it from a name made to look like one.
    fn next_inside(&self, header: &Header, len: usize) -> Option<usize> {
        let bytes = &self.buffer[self.start..self.end];
        let session = header.session.to_le_bytes();
        memmem::find_iter(&bytes[..len], &MAGIC.to_le_bytes()).find(|&position| {
            position >= HEADER_WORDS * 8 && bytes.get(position + 20..position + 24) == Some(&session[..])
        })
    }

    /// Goes on to the next place that looks like a packet.
    fn skip(&mut self, at_end: bool) {
        self.skipping_since.get_or_insert(self.offset);
        let bytes = &self.buffer[self.start..self.end];
        let magic = MAGIC.to_le_bytes();
        // Without one, the last bytes may still be the beginning of one.
        let rest = if at_end { 0 } else { magic.len() - 1 };
        let skipped = match memmem::find(&bytes[1..], &magic) {
            Some(position) => position + 1,
            None => bytes.len().saturating_sub(rest).max(1),
        };
        self.take(skipped);
    }

    /// What was skipped, if something was.
    fn end_skipping(&mut self) -> Option<Damage> {
        let offset = self.skipping_since.take()?;
        Some(Damage { offset, kind: DamageKind::Skipped(self.offset - offset) })
    }

    fn take(&mut self, bytes: usize) {
        self.start += bytes;
        self.offset += bytes as u64;
    }
}

/// The words of as much of a packet as is there, zero behind that.
fn to_words(bytes: &[u8]) -> Packet {
    let mut words = [0; PACKET_WORDS];
    for (word, eight) in words.iter_mut().zip(bytes.chunks_exact(8)) {
        *word = u64::from_le_bytes(eight.try_into().expect("chunks of 8"));
    }
    words
}

/// How many words, header included, are sound records.
fn sound_words(words: &[u64], machine: Machine) -> usize {
    let mut sound = HEADER_WORDS.min(words.len());
    while let Some((_, len)) = Record::from_words(&words[sound..], machine) {
        sound += len;
    }
    sound
}
