// SPDX-License-Identifier: GPL-2.0

//! Finds the packets in a stream of bytes, also in a damaged one.

use memchr::memchr_iter;
use syscall_record_format::format::{
    BadHeader, Header, Packet, Record, HEADER_WORDS, MAGIC, MAX_RECORD_WORDS, PACKET_BYTES, PACKET_WORDS,
};

/// Size of the buffer that packets are found in. Each read fills the free part of it.
const BUFFER_BYTES: usize = 16 * PACKET_BYTES;

/// A packet that was found in the stream.
pub struct Framed<'a> {
    /// Its header. `used` is how many words can be decoded. Where the rest of the packet is damaged or missing, that is
    /// less than the packet's own header says.
    pub header: Header,
    /// Its words, `used` of them.
    pub words: &'a [u64],
}

/// A place where the stream is damaged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Damage {
    /// Where it is in the input, in bytes.
    pub offset: u64,
    /// What is wrong there.
    pub kind: DamageKind,
}

/// Kinds of damage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DamageKind {
    /// So many bytes were skipped: they are not a packet, or they are the damaged rest of one.
    Skipped(u64),
    /// The input ends inside a packet. So many bytes of records are missing.
    Truncated(u64),
    /// A packet of this format version was skipped: this reader does not know the version.
    Version(u8),
}

/// Takes bytes and returns packets.
pub struct Framing {
    buffer: Box<[u8; BUFFER_BYTES]>,
    /// The words of the packet that was found last.
    words: Box<Packet>,
    /// `start..end` of the buffer holds the bytes that were read and not consumed.
    start: usize,
    end: usize,
    /// Where `start` is in the input.
    offset: u64,
    /// Where in the input the bytes that are being skipped begin; `None` while nothing is skipped.
    skipping_since: Option<u64>,
    /// The damage that is reported before the next packet.
    damage: Option<Damage>,
}

impl Default for Framing {
    fn default() -> Self {
        Self::new()
    }
}

impl Framing {
    /// A framing that has no bytes yet.
    pub fn new() -> Self {
        let (buffer, words) = (Box::new([0; BUFFER_BYTES]), Box::new([0; PACKET_WORDS]));
        Self { buffer, words, start: 0, end: 0, offset: 0, skipping_since: None, damage: None }
    }

    /// Where the next bytes of the input go. Call [`filled`](Self::filled) with the number of bytes that came. The
    /// space is not empty once [`next`](Self::next) has returned `None`.
    pub fn space(&mut self) -> &mut [u8] {
        self.buffer.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        &mut self.buffer[self.end..]
    }

    /// Notes that so many bytes were written to [`space`](Self::space).
    pub fn filled(&mut self, bytes: usize) {
        self.end += bytes;
    }

    /// Offset in the input, in bytes, where the last packet that was returned ends.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// Returns the next packet, or the damage before it. `None` means that more bytes are needed. `at_end` says that no
    /// more bytes will come; `None` is then the end.
    // Not inlined, so that it is compiled for speed.
    #[inline(never)]
    pub fn next(&mut self, at_end: bool) -> Option<Result<Framed<'_>, Damage>> {
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
            read_words(&mut self.words, &self.buffer[self.start..self.start + len]);
            let header = Header::from_words(&self.words);
            if len < HEADER_WORDS * 8 || matches!(header, Err(BadHeader::Magic | BadHeader::Field)) {
                self.skip_to_magic(at_end);
                continue;
            }
            if let Some(damage) = self.end_skipping() {
                return Some(Err(damage));
            }
            match header {
                Ok(header) => return Some(Ok(self.packet(header, len))),
                Err(BadHeader::Version(version)) => {
                    self.damage = Some(Damage { offset: self.offset, kind: DamageKind::Version(version) });
                    self.consume(len);
                }
                Err(_) => unreachable!("skipped above"),
            }
        }
    }

    /// Consumes a packet of which `len` bytes came, and returns the part of it that is sound.
    fn packet(&mut self, header: Header, len: usize) -> Framed<'_> {
        let used = usize::from(header.used);
        let there = used.min(len / 8);
        let mut sound = sound_words(&self.words[..there], &header);
        let is_cut_off = there < used && there - sound < MAX_RECORD_WORDS;
        // Where bytes were lost, the next packet begins where the padding of this one should be.
        let is_sound = sound == used && self.words[used..].iter().all(|&word| word == 0);
        if is_sound || is_cut_off {
            self.consume(len);
            if len < PACKET_BYTES {
                let kind = DamageKind::Truncated((used - sound) as u64 * 8);
                self.damage = Some(Damage { offset: self.offset, kind });
            }
        } else if let Some(next) = self.next_inside(&header, len) {
            sound = sound.min(next / 8);
            self.consume(sound * 8);
            self.skipping_since = Some(self.offset);
            self.consume(next - sound * 8);
        } else {
            self.consume(sound * 8);
            self.skipping_since = Some(self.offset);
        }
        Framed { header: Header { used: sound as u16, ..header }, words: &self.words[..sound] }
    }

    /// Where in a damaged packet, as an offset in bytes, the next packet of the same recording begins. The first bytes
    /// of that packet may look like records. The session number tells it from a name that a program made to look like a
    /// packet.
    fn next_inside(&self, header: &Header, len: usize) -> Option<usize> {
        let bytes = &self.buffer[self.start..self.end];
        let session = header.session.to_le_bytes();
        find_magic(&bytes[..len], |position| {
            position >= HEADER_WORDS * 8 && bytes.get(position + 20..position + 24) == Some(&session[..])
        })
    }

    /// Skips bytes up to the next place that looks like a packet.
    fn skip_to_magic(&mut self, at_end: bool) {
        self.skipping_since.get_or_insert(self.offset);
        let bytes = &self.buffer[self.start..self.end];
        // If there is no magic, the last bytes may still be the beginning of one.
        let rest = if at_end { 0 } else { size_of_val(&MAGIC) - 1 };
        let skipped = match find_magic(&bytes[1..], |_| true) {
            Some(position) => position + 1,
            None => bytes.len().saturating_sub(rest).max(1),
        };
        self.consume(skipped);
    }

    /// Ends skipping. Returns what was skipped, if anything was.
    fn end_skipping(&mut self) -> Option<Damage> {
        let offset = self.skipping_since.take()?;
        Some(Damage { offset, kind: DamageKind::Skipped(self.offset - offset) })
    }

    /// Moves on by so many bytes.
    fn consume(&mut self, bytes: usize) {
        self.start += bytes;
        self.offset += bytes as u64;
    }
}

/// Where the first magic stands for whose position `is_wanted` is true.
// The first byte is rare, so that a search for all eight would not be faster, and it takes more room.
fn find_magic(bytes: &[u8], is_wanted: impl Fn(usize) -> bool) -> Option<usize> {
    let magic = MAGIC.to_le_bytes();
    memchr_iter(magic[0], bytes).find(|&position| bytes[position..].starts_with(&magic) && is_wanted(position))
}

/// Reads the words of a packet of which these bytes came; the missing words are zero.
fn read_words(words: &mut Packet, bytes: &[u8]) {
    for (word, eight) in words.iter_mut().zip(bytes.chunks_exact(8)) {
        *word = u64::from_le_bytes(eight.try_into().expect("chunks of 8"));
    }
    words[bytes.len() / 8..].fill(0);
}

/// How many of these words, the header's included, are sound records.
fn sound_words(words: &[u64], header: &Header) -> usize {
    let mut sound = HEADER_WORDS.min(words.len());
    while let Some((_, len)) = Record::from_words(&words[sound..], header.machine, header.version) {
        sound += len;
    }
    sound
}
