// SPDX-License-Identifier: GPL-2.0

//! The record format, bit by bit. This file is its only definition.
//!
//! # Stream
//!
//! A stream is a sequence of packets of [`PACKET_BYTES`] bytes. Each packet holds what one CPU
//! recorded over one stretch of time and can be decoded alone; a stream may be cut after any packet
//! and begun at any packet. All numbers are little-endian, and everything is made of 64-bit words,
//! on every architecture.
//!
//! Packets lie in the stream in the order of their base times. The *watermark* of a packet promises
//! that no packet after it holds an event before that time: a reader that merges CPUs may print every
//! event before the watermark at once and needs to keep no more than the rest.
//!
//! # Packet
//!
//! | word   | bits  | field                                                                      |
//! |--------|-------|----------------------------------------------------------------------------|
//! | 0      | 0–63  | [`MAGIC`]                                                                  |
//! | 1      | 0–7   | [`VERSION`]                                                                |
//! |        | 8–15  | architecture of the kernel, [`Machine`]                                    |
//! |        | 16–31 | CPU number                                                                 |
//! |        | 32–47 | words used, header included; those behind are zero                         |
//! |        | 48–49 | edges that are recorded, [`Edges`]                                         |
//! |        | 50    | arguments are recorded                                                     |
//! |        | 51–63 | zero                                                                       |
//! | 2      | 0–31  | sequence number of the packet on this CPU, from 0 when the module is loaded |
//! |        | 32–63 | session: a number chosen when these settings came into force               |
//! | 3      | 0–63  | base time in ticks, where the deltas of the records start                  |
//! | 4      | 0–63  | watermark in ticks                                                         |
//! | 5      | 0–63  | wall clock (`CLOCK_REALTIME`) at base time, nanoseconds since 1970          |
//! | 6      | 0–63  | nanoseconds per tick, a fixed-point number with 32 fractional bits          |
//! | 7      | 0–63  | events this CPU has dropped since the module was loaded, at base time       |
//! | 8      | 0–63  | of those, the ones since the previous packet of this CPU                   |
//! | 9–15   |       | kernel release (`uname -r`), NUL padded, the first 56 bytes                 |
//! | 16–511 |       | records                                                                    |
//!
//! An event is one edge of a system call: its entry or its return. Drops lie between packets, never
//! inside: what was lost, was lost after the last record of the CPU's previous packet and before the
//! base time of the one that counts it.
//!
//! # Records
//!
//! The kind is in bits 0–3 of a record's first word; unused bits are zero. A *delta* is in ticks,
//! since the event before it in the packet (since the base time for the first).
//!
//! | kind   | name       | first word                                                      | further words     |
//! |--------|------------|-----------------------------------------------------------------|-------------------|
//! | 1      | ENTER_WIDE | 4 program is 32-bit, 5–7 arguments, 32–63 delta                 | number, arguments |
//! | 2, 3   | ENTER      | 4–12 number, 41–63 delta                                        |                   |
//! | 4, 5   | ENTER_ARGS | 4–12 number, 41–43 arguments, 44–63 delta                       | arguments         |
//! | 6      | EXIT       | 4–31 delta, 32–63 result (signed)                               |                   |
//! | 7      | EXIT_WIDE  | 32–63 delta                                                     | result            |
//! | 8      | TIME       | 4–63 absolute time in ticks                                     |                   |
//! | 9      | TASK       | 4 program is 32-bit, 5–7 slot, 8–31 tid, 32–55 tgid             | comm, comm        |
//! | 10, 11 | CALL       | as ENTER; 13–28 result (signed), 29–40 duration                 |                   |
//! | 12, 13 | CALL_ARGS  | as ENTER_ARGS; 13–28 result (signed), 29–40 duration            | arguments         |
//! | 14     | SWITCH     | 5–7 slot                                                        |                   |
//! | 15     | MEMORY     | 4–6 argument, 7–10 and 21 flags, 11–20 bytes, 24–31 call, 32–63 delta | the bytes         |
//!
//! * A CALL is an ENTER directly followed by an EXIT, `duration` ticks later: the writer completes the
//!   word of the entry when the next event of its CPU is a return of the same task.
//! * The odd kind of these says that a 32-bit program made the call on a 64-bit kernel: numbers are
//!   then those of the 32-bit table of the architecture and registers are 32 bits wide. An EXIT has the
//!   width of the task's last ENTER, or where the packets show none, that of its TASK.
//! * `arguments` is how many registers with arguments follow, 0 to [`MAX_ARGS`]: a word for each, or
//!   where registers have 32 bits a word for two, the first in the lower half.
//! * Where only returns are recorded, a CALL has the duration 0 and stands for its return alone; where
//!   it does not fit, an ENTER is directly followed by the EXIT that belongs to it, with the delta 0,
//!   and both stand for the return alone.
//! * TIME replaces the time of the last event; it is written where a delta does not fit.
//! * TASK says which thread the records behind it belong to, and stores it in one of [`SLOTS`] slots;
//!   SWITCH goes back to the thread of a slot. Slots are empty at the start of a packet, so the first
//!   record of a packet (TIME aside) is a TASK. `comm` is 16 bytes in memory order, NUL padded.
//! * MEMORY is a chunk of the memory that an argument of the task's next event points to: the argument that
//!   register 0 to 5 holds, the lower 8 bits of the call's number, and 0 to [`MAX_CHUNK_BYTES`] bytes, the last word
//!   filled up with zeros. Flags: 7 it is this argument's last chunk, 8 the rest could not be read, 9 there was
//!   more than is recorded, 10 it was read when the call returned, 21 it is not the argument's first. Chunks whose
//!   event was dropped belong to none; of an argument nothing follows a chunk for which there was no room. How lists
//!   of buffers are told, `calls::plan::What` says.
//! * EXIT carries no number: it returns from the task's last ENTER. When no ENTER was recorded (the
//!   task began to match a filter in the middle of a call, or events were dropped) it stands alone.
//!
//! Bits and kinds beyond these belong to later versions; a reader refuses a version it does not know.

/// Bytes of a packet.
pub const PACKET_BYTES: usize = 4096;
/// Words of a packet.
pub const PACKET_WORDS: usize = PACKET_BYTES / 8;
/// Words of a packet's header.
pub const HEADER_WORDS: usize = 16;
/// First word of a packet. The first byte is no text and the last is a line feed, so that neither a
/// text file nor a transfer that rewrites line ends passes for a capture. It is not the first word of
/// any record: it would be an entry with a result.
pub const MAGIC: u64 = u64::from_le_bytes(*b"\xd3SYSREC\n");
/// Version of the format.
pub const VERSION: u8 = 1;
/// Slots for tasks in a packet.
pub const SLOTS: usize = 8;
/// Bytes of the kernel release kept in a header.
pub const RELEASE_BYTES: usize = 56;
/// Bytes of a task's name, `TASK_COMM_LEN` of `include/linux/sched.h`; the last is always NUL.
pub const COMM_BYTES: usize = 16;

/// The largest errno, `MAX_ERRNO` of `include/linux/err.h`.
pub const MAX_ERRNO: i64 = 4095;

/// Whether the result of a call says that it failed: it is a negated errno then.
#[inline(always)]
pub const fn is_failure(result: i64) -> bool {
    -MAX_ERRNO <= result && result < 0
}

/// Registers that carry the arguments of a system call.
pub const MAX_ARGS: usize = 6;
/// Bytes of memory that one MEMORY record holds at the most.
pub const MAX_CHUNK_BYTES: usize = 512;
/// Words of the longest record.
pub const MAX_RECORD_WORDS: usize = 1 + MAX_CHUNK_BYTES / 8;
/// Words of the longest record of an entry.
pub const MAX_ENTER_WORDS: usize = 2 + MAX_ARGS;

/// A packet's memory.
pub type Packet = [u64; PACKET_WORDS];
/// A task's name as two little-endian words.
pub type Comm = [u64; COMM_BYTES / 8];

// The layout is an interface: these numbers change only together with `VERSION`.
const _: () = assert!(PACKET_WORDS == 512 && core::mem::size_of::<Packet>() == 4096);
const _: () = assert!(RELEASE_BYTES == (HEADER_WORDS - 9) * 8);
const _: () = assert!(SLOTS == 1 << SLOT.width);
const _: () = assert!(CALL_DELTA.shift + CALL_DELTA.width == 64);
const _: () = assert!(CALL_ARGS_COUNT.shift == CALL_DELTA.shift && CALL_ARGS_DELTA.shift + CALL_ARGS_DELTA.width == 64);
const _: () = assert!(EXIT_RESULT.shift + EXIT_RESULT.width == 64);
const _: () = assert!(MAX_CHUNK_BYTES as u64 <= MEMORY_BYTES.max() && MAX_CHUNK_BYTES % 8 == 0);
const _: () = assert!(MAX_ENTER_WORDS <= MAX_RECORD_WORDS);
const _: () = assert!(TASK_TGID.shift + TASK_TGID.width <= 64);
const _: () = assert!(cfg!(target_endian = "little"), "records are written in place, little-endian");

/// A field of a word: `width` bits from bit `shift`.
#[derive(Clone, Copy)]
pub struct Field {
    shift: u32,
    width: u32,
}

impl Field {
    const fn new(shift: u32, width: u32) -> Self {
        Self { shift, width }
    }

    /// The largest value the field holds.
    #[inline(always)]
    pub const fn max(self) -> u64 {
        u64::MAX >> (64 - self.width)
    }

    /// `value` in place. Bits that do not fit are cut off.
    #[inline(always)]
    pub const fn put(self, value: u64) -> u64 {
        (value & self.max()) << self.shift
    }

    /// The field's value in `word`.
    #[inline(always)]
    pub const fn get(self, word: u64) -> u64 {
        (word >> self.shift) & self.max()
    }

    /// The field's value in `word`, sign-extended.
    #[inline(always)]
    pub const fn get_signed(self, word: u64) -> i64 {
        ((word << (64 - self.shift - self.width)) as i64) >> (64 - self.width)
    }
}

const HEADER_EDGES: Field = Field::new(48, 2);
const HEADER_HAS_ARGS: Field = Field::new(50, 1);
const KIND: Field = Field::new(0, 4);
const CALL_NUMBER: Field = Field::new(4, 9);
const CALL_RESULT: Field = Field::new(13, 16);
const CALL_DURATION: Field = Field::new(29, 12);
const CALL_DELTA: Field = Field::new(41, 23);
const CALL_ARGS_COUNT: Field = Field::new(41, 3);
const CALL_ARGS_DELTA: Field = Field::new(44, 20);
const DELTA: Field = Field::new(32, 32);
const EXIT_DELTA: Field = Field::new(4, 28);
const EXIT_RESULT: Field = Field::new(32, 32);
const TIME: Field = Field::new(4, 60);
const IS_32BIT: Field = Field::new(4, 1);
const ENTER_WIDE_ARGS: Field = Field::new(5, 3);
const SLOT: Field = Field::new(5, 3);
const MEMORY_ARGUMENT: Field = Field::new(4, 3);
const MEMORY_IS_LAST: Field = Field::new(7, 1);
const MEMORY_IS_FAULT: Field = Field::new(8, 1);
const MEMORY_IS_CUT: Field = Field::new(9, 1);
const MEMORY_AT_RETURN: Field = Field::new(10, 1);
const MEMORY_BYTES: Field = Field::new(11, 10);
const MEMORY_CONTINUES: Field = Field::new(21, 1);
const MEMORY_CALL: Field = Field::new(24, 8);
const TASK_TID: Field = Field::new(8, 24);
const TASK_TGID: Field = Field::new(32, 24);

const KIND_ENTER_WIDE: u64 = 1;
const KIND_ENTER: u64 = 2;
const KIND_ENTER_ARGS: u64 = 4;
const KIND_EXIT: u64 = 6;
const KIND_EXIT_WIDE: u64 = 7;
const KIND_TIME: u64 = 8;
const KIND_TASK: u64 = 9;
const KIND_SWITCH: u64 = 14;
const KIND_MEMORY: u64 = 15;
/// Makes an ENTER a CALL.
const RETURNED: u64 = 8;

/// The largest delta of an ENTER_WIDE and of an EXIT_WIDE.
pub const MAX_DELTA: u64 = DELTA.max();
/// The largest delta of an EXIT.
pub const MAX_EXIT_DELTA: u64 = EXIT_DELTA.max();

/// Architecture of the recording kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Machine {
    /// 64-bit ARM; a 32-bit program on it uses the numbers of [`Machine::Arm`].
    Arm64 = 1,
    /// 32-bit ARM, EABI.
    Arm = 2,
    /// x86-64; a 32-bit program on it uses the i386 numbers.
    X86_64 = 3,
}

impl Machine {
    /// Bits of a register of the kernel's own programs.
    #[inline]
    pub const fn register_bits(self) -> u32 {
        match self {
            Self::Arm => 32,
            Self::Arm64 | Self::X86_64 => 64,
        }
    }

    /// Bits of a register of a program, `is_32bit` if it is a 32-bit program on a 64-bit kernel.
    #[inline]
    pub const fn program_bits(self, is_32bit: bool) -> u32 {
        if is_32bit {
            32
        } else {
            self.register_bits()
        }
    }

    #[inline]
    const fn from_byte(byte: u8) -> Option<Self> {
        match byte {
            1 => Some(Self::Arm64),
            2 => Some(Self::Arm),
            3 => Some(Self::X86_64),
            _ => None,
        }
    }
}

/// Which edges of system calls are recorded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(u8)]
pub enum Edges {
    /// Entries and returns.
    #[default]
    Both = 0,
    /// Entries alone.
    Enter = 1,
    /// Returns alone; they tell their call.
    Exit = 2,
}

impl Edges {
    /// As a header has them.
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

/// A packet's header. The units and ranges are those of the table at the head of this file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
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
    /// Tells two loads of the module apart, and two settings of one.
    pub session: u32,
    /// Ticks at which the packet's deltas start.
    pub base_time: u64,
    /// No later packet holds an event before this tick.
    pub watermark: u64,
    /// Wall clock at `base_time`, nanoseconds since 1970.
    pub wall_clock: u64,
    /// Nanoseconds per tick, 32.32 fixed point.
    pub tick: u64,
    /// Events dropped on this CPU so far.
    pub dropped: u64,
    /// Those of `dropped` since this CPU's previous packet.
    pub dropped_before: u64,
    /// `uname -r`, NUL padded.
    pub release: [u8; RELEASE_BYTES],
}

/// Why a header is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadHeader {
    /// The first word is not [`MAGIC`].
    Magic,
    /// The version is another than [`VERSION`].
    Version(u8),
    /// A field has a value that it cannot have.
    Field,
}

impl Header {
    /// The header as it stands in a packet.
    #[inline]
    pub fn to_words(self) -> [u64; HEADER_WORDS] {
        let mut words = [0; HEADER_WORDS];
        words[0] = MAGIC;
        words[1] = u64::from(VERSION)
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
    /// [`BadHeader`] says what is wrong with the first [`HEADER_WORDS`] of `packet`.
    #[inline]
    pub fn from_words(packet: &Packet) -> Result<Self, BadHeader> {
        if packet[0] != MAGIC {
            return Err(BadHeader::Magic);
        }
        let version = packet[1] as u8;
        if version != VERSION {
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

/// The arguments of a call, as a record has them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Args<'a> {
    words: &'a [u64],
    count: u8,
    bits: u32,
}

impl<'a> Args<'a> {
    /// The arguments behind a record's `head` words.
    #[inline]
    fn behind(words: &'a [u64], head: usize, count: u64, bits: u32) -> Option<Self> {
        if count > MAX_ARGS as u64 {
            return None;
        }
        let len = arg_words(bits, count as u32) as usize;
        Some(Self { words: words.get(head..head + len)?, count: count as u8, bits })
    }

    /// Arguments in registers of so many `bits`: `count` of them, 0 to [`MAX_ARGS`], in `words` as records
    /// have them. `None` if there are less words than that.
    #[inline]
    pub fn new(words: &'a [u64], count: u8, bits: u32) -> Option<Self> {
        Self::behind(words, 0, u64::from(count), bits)
    }

    /// Their number, 0 to [`MAX_ARGS`].
    #[inline]
    pub fn count(&self) -> u8 {
        self.count
    }

    /// The words of a record that hold them.
    #[inline]
    pub fn words(&self) -> &'a [u64] {
        self.words
    }

    /// The arguments in their order, zero-extended.
    #[inline]
    pub fn iter(&self) -> impl Iterator<Item = u64> + 'a {
        let Self { words, bits, .. } = *self;
        (0..usize::from(self.count)).filter_map(move |index| match bits {
            32 => Some((words.get(index / 2)? >> (index % 2 * 32)) & 0xffff_ffff),
            _ => words.get(index).copied(),
        })
    }
}

/// One record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Record<'a> {
    /// A call that returned before anything else happened on its CPU.
    Call {
        /// Made by a 32-bit program on a 64-bit kernel.
        is_32bit: bool,
        /// System call number, below 512.
        number: u32,
        /// Arguments, none if they are not recorded.
        args: Args<'a>,
        /// Result, a negated errno on failure.
        result: i64,
        /// Ticks from entry to return.
        duration: u64,
        /// Ticks from the event before to the entry.
        delta: u64,
    },
    /// The entry of a call.
    Enter {
        /// Made by a 32-bit program on a 64-bit kernel.
        is_32bit: bool,
        /// System call number; programs can pass any.
        number: u32,
        /// Arguments, none if they are not recorded.
        args: Args<'a>,
        /// Ticks since the event before.
        delta: u64,
    },
    /// The return from a call.
    Exit {
        /// Result, a negated errno on failure.
        result: i64,
        /// Ticks since the event before.
        delta: u64,
    },
    /// The time of the last event becomes this.
    Time(u64),
    /// The thread of the records that follow.
    Task(Task, u8),
    /// The thread of that slot again.
    Switch(u8),
    /// Memory that an argument of the task's next event points to.
    Memory {
        /// What it is.
        chunk: Chunk<'a>,
        /// Ticks since the event before.
        delta: u64,
    },
}

/// A piece of the memory that an argument points to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chunk<'a> {
    /// Which piece of what.
    pub head: ChunkHead,
    words: &'a [u64],
}

/// What a chunk says of its bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ChunkHead {
    /// The register that holds the argument, below [`MAX_ARGS`].
    pub register: u8,
    /// It is not this argument's first.
    pub continues: bool,
    /// It is this argument's last.
    pub is_last: bool,
    /// What follows it could not be read.
    pub is_fault: bool,
    /// There was more than is recorded.
    pub is_cut: bool,
    /// It was read when the call returned, not at its entry.
    pub at_return: bool,
    /// The lower bits of the call's number.
    pub call: u8,
    /// How many bytes, 0 to [`MAX_CHUNK_BYTES`].
    pub len: u16,
}

impl<'a> Chunk<'a> {
    /// The chunk of the first `head.len` bytes of `words`, little-endian. `None` if there are less, or more
    /// than a record holds.
    #[inline]
    pub fn new(head: ChunkHead, words: &'a [u64]) -> Option<Self> {
        let len = usize::from(head.len);
        if len > MAX_CHUNK_BYTES || usize::from(head.register) >= MAX_ARGS {
            return None;
        }
        Some(Self { head, words: words.get(..len.div_ceil(8))? })
    }

    /// That of the MEMORY at the start of `words`.
    // Not inlined: most recordings have none.
    #[inline(never)]
    fn behind(words: &'a [u64]) -> Option<Self> {
        let (&word, words) = words.split_first()?;
        let head = ChunkHead {
            register: MEMORY_ARGUMENT.get(word) as u8,
            continues: MEMORY_CONTINUES.get(word) != 0,
            is_last: MEMORY_IS_LAST.get(word) != 0,
            is_fault: MEMORY_IS_FAULT.get(word) != 0,
            is_cut: MEMORY_IS_CUT.get(word) != 0,
            at_return: MEMORY_AT_RETURN.get(word) != 0,
            call: MEMORY_CALL.get(word) as u8,
            len: MEMORY_BYTES.get(word) as u16,
        };
        Self::new(head, words)
    }

    /// The words of a record that hold the bytes.
    #[inline]
    pub fn words(&self) -> &'a [u64] {
        self.words
    }

    /// The bytes.
    #[inline]
    pub fn bytes(&self) -> impl Iterator<Item = u8> + 'a {
        self.words.iter().flat_map(|word| word.to_le_bytes()).take(usize::from(self.head.len))
    }
}

/// A thread as a stream names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Task {
    /// Runs a 32-bit program on a 64-bit kernel.
    pub is_32bit: bool,
    /// Thread id, as in `gettid(2)`, of the initial pid namespace.
    pub tid: u32,
    /// Process id, as in `getpid(2)`, of the initial pid namespace.
    pub tgid: u32,
    /// Name.
    pub comm: Comm,
}

/// Words that `count` registers of so many `bits` take.
#[inline(always)]
pub const fn arg_words(bits: u32, count: u32) -> u32 {
    if bits == 32 {
        count.wrapping_add(1) >> 1
    } else {
        count
    }
}

/// The words for registers of so many `bits`; those behind [`arg_words`] mean nothing.
#[inline]
pub const fn pack_args(args: [u64; MAX_ARGS], bits: u32) -> [u64; MAX_ARGS] {
    if bits != 32 {
        return args;
    }
    let [a, b, c, d, e, f] = args;
    [(a & 0xffff_ffff) | (b << 32), (c & 0xffff_ffff) | (d << 32), (e & 0xffff_ffff) | (f << 32), 0, 0, 0]
}

/// The word of an ENTER, where number and delta fit.
#[inline(always)]
pub const fn enter(is_32bit: bool, number: u64, delta: u64) -> Option<u64> {
    // One test for both.
    if (number >> CALL_NUMBER.width) | (delta >> CALL_DELTA.width) != 0 {
        return None;
    }
    let kind = KIND_ENTER | is_32bit as u64;
    Some(kind | (number << CALL_NUMBER.shift) | (delta << CALL_DELTA.shift))
}

/// The word of an ENTER_ARGS, where number and delta fit; [`set_args`] adds the number of arguments.
#[inline(always)]
pub const fn enter_args(is_32bit: bool, number: u64, delta: u64) -> Option<u64> {
    if (number >> CALL_NUMBER.width) | (delta >> CALL_ARGS_DELTA.width) != 0 {
        return None;
    }
    let kind = KIND_ENTER_ARGS | is_32bit as u64;
    Some(kind | (number << CALL_NUMBER.shift) | (delta << CALL_ARGS_DELTA.shift))
}

/// The word of an ENTER_ARGS with its number of arguments.
#[inline(always)]
pub const fn set_args(enter_args: u64, count: u8) -> u64 {
    enter_args | ((count as u64) << CALL_ARGS_COUNT.shift)
}

/// The word of a CALL or CALL_ARGS, from that of its entry, if result and duration fit.
#[inline(always)]
pub const fn complete(enter: u64, result: i64, duration: u64) -> Option<u64> {
    let above = (result as u64).wrapping_add(1 << (CALL_RESULT.width - 1)) >> CALL_RESULT.width;
    if above | (duration >> CALL_DURATION.width) != 0 {
        return None;
    }
    Some(enter | RETURNED | CALL_RESULT.put(result as u64) | (duration << CALL_DURATION.shift))
}

/// The first words of an ENTER_WIDE, for any number; `delta` is at most [`MAX_DELTA`].
#[inline]
pub const fn enter_wide(is_32bit: bool, number: u32, args: u8, delta: u64) -> [u64; 2] {
    let head = KIND_ENTER_WIDE | IS_32BIT.put(is_32bit as u64) | ENTER_WIDE_ARGS.put(args as u64) | DELTA.put(delta);
    [head, number as u64]
}

/// The word of an EXIT, where result and delta fit one.
#[inline(always)]
pub const fn exit(result: i64, delta: u64) -> Option<u64> {
    if result != result as i32 as i64 || delta > MAX_EXIT_DELTA {
        return None;
    }
    Some(KIND_EXIT | EXIT_DELTA.put(delta) | EXIT_RESULT.put(result as u64))
}

/// The words of an EXIT_WIDE, for any result; `delta` is at most [`MAX_DELTA`].
#[inline]
pub const fn exit_wide(result: i64, delta: u64) -> [u64; 2] {
    [KIND_EXIT_WIDE | DELTA.put(delta), result as u64]
}

/// The word of a TIME. 60 bits of ticks last for centuries.
#[inline]
pub const fn time(ticks: u64) -> u64 {
    KIND_TIME | TIME.put(ticks)
}

/// The words of a TASK. Linux limits ids to 22 bits (`PID_MAX_LIMIT`, `include/linux/threads.h`).
#[inline]
pub const fn task(task: &Task, slot: u8) -> [u64; 3] {
    let head = KIND_TASK
        | IS_32BIT.put(task.is_32bit as u64)
        | SLOT.put(slot as u64)
        | TASK_TID.put(task.tid as u64)
        | TASK_TGID.put(task.tgid as u64);
    [head, task.comm[0], task.comm[1]]
}

/// The word of a SWITCH.
#[inline]
pub const fn switch(slot: u8) -> u64 {
    KIND_SWITCH | SLOT.put(slot as u64)
}

/// The first word of a MEMORY; `delta` is at most [`MAX_DELTA`].
#[inline]
pub const fn memory(head: ChunkHead, delta: u64) -> u64 {
    KIND_MEMORY
        | MEMORY_ARGUMENT.put(head.register as u64)
        | MEMORY_CONTINUES.put(head.continues as u64)
        | MEMORY_IS_LAST.put(head.is_last as u64)
        | MEMORY_IS_FAULT.put(head.is_fault as u64)
        | MEMORY_IS_CUT.put(head.is_cut as u64)
        | MEMORY_AT_RETURN.put(head.at_return as u64)
        | MEMORY_BYTES.put(head.len as u64)
        | MEMORY_CALL.put(head.call as u64)
        | DELTA.put(delta)
}

impl<'a> Record<'a> {
    /// Reads the record at the start of `words`, which a kernel of `machine` wrote; returns it with the
    /// number of words it takes.
    ///
    /// `None`: not a record, or one whose further words are missing.
    // Always: who wants only some of it pays only for that.
    #[inline(always)]
    pub fn from_words(words: &'a [u64], machine: Machine) -> Option<(Self, usize)> {
        let word = *words.first()?;
        let kind = KIND.get(word);
        let args = |head, is_32bit, count| Args::behind(words, head, count, machine.program_bits(is_32bit));
        Some(match kind {
            2..=5 | 10..=13 => {
                let is_32bit = kind & 1 != 0;
                let number = CALL_NUMBER.get(word) as u32;
                let (args, delta) = if kind & KIND_ENTER_ARGS != 0 {
                    (args(1, is_32bit, CALL_ARGS_COUNT.get(word))?, CALL_ARGS_DELTA.get(word))
                } else {
                    (args(1, is_32bit, 0)?, CALL_DELTA.get(word))
                };
                let (result, duration) = (CALL_RESULT.get_signed(word), CALL_DURATION.get(word));
                let record = if kind & RETURNED != 0 {
                    Self::Call { is_32bit, number, args, result, duration, delta }
                } else if result == 0 && duration == 0 {
                    Self::Enter { is_32bit, number, args, delta }
                } else {
                    return None;
                };
                (record, 1 + args.words.len())
            }
            KIND_EXIT => {
                let record = Self::Exit { result: EXIT_RESULT.get_signed(word), delta: EXIT_DELTA.get(word) };
                (record, 1)
            }
            KIND_EXIT_WIDE if Field::new(4, 28).get(word) == 0 => {
                let record = Self::Exit { result: *words.get(1)? as i64, delta: DELTA.get(word) };
                (record, 2)
            }
            KIND_ENTER_WIDE if Field::new(8, 24).get(word) == 0 => {
                let is_32bit = IS_32BIT.get(word) != 0;
                let number = u32::try_from(*words.get(1)?).ok()?;
                let args = args(2, is_32bit, ENTER_WIDE_ARGS.get(word))?;
                (Self::Enter { is_32bit, number, args, delta: DELTA.get(word) }, 2 + args.words.len())
            }
            KIND_TIME => (Self::Time(TIME.get(word)), 1),
            KIND_TASK if word >> 56 == 0 => {
                let task = Task {
                    is_32bit: IS_32BIT.get(word) != 0,
                    tid: TASK_TID.get(word) as u32,
                    tgid: TASK_TGID.get(word) as u32,
                    comm: [*words.get(1)?, *words.get(2)?],
                };
                (Self::Task(task, SLOT.get(word) as u8), 3)
            }
            KIND_MEMORY if Field::new(22, 2).get(word) == 0 => {
                let chunk = Chunk::behind(words)?;
                (Self::Memory { chunk, delta: DELTA.get(word) }, 1 + chunk.words.len())
            }
            KIND_SWITCH if word >> 8 == 0 && IS_32BIT.get(word) == 0 => (Self::Switch(SLOT.get(word) as u8), 1),
            _ => return None,
        })
    }
}
