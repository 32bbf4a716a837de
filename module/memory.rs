// SPDX-License-Identifier: GPL-2.0

//! Copies what the arguments of a call point to, in chunks, before the call's own record.
//!
//! The kernel's tracepoints for system calls may fault and sleep. So memory is read first, piece by
//! piece, to a buffer on the stack, with preemption on; each piece is then written as an event is. What the
//! program is doing to its memory meanwhile, in another thread, it does to the call as well: what is recorded need not be
//! what the kernel sees.

#![deny(unsafe_code)]

use crate::kernel_api::arch;
use crate::kernel_api::task::Current;
use crate::probe;
use crate::pure::calls::{
    plan::{Count, Plan, What, MAX_DIRENTS, NULL_PIECE},
    Abi, Direction,
};
use crate::pure::encode::Event;
use crate::pure::format::{is_failure, Chunk, ChunkHead, Task, MAX_ARGS, MAX_CHUNK_BYTES};
use crate::tracer::Tracer;
use core::mem::size_of;
use kernel::{
    bindings,
    prelude::*,
    transmute::AsBytes,
    uaccess::{UserPtr, UserSlice},
};

/// A path ends here at the latest, `PATH_MAX` of `include/uapi/linux/limits.h`, and all the arguments of a program.
const MAX_STRING_BYTES: usize = 4096;
/// Arguments of a program that are recorded at the most.
const MAX_STRINGS: usize = 64;
/// Variables of an environment that are counted at the most.
const MAX_VARS: u32 = 4096;
/// Pieces of a vector, and messages of a call, that are recorded at the most.
const MAX_PIECES: u64 = 16;
/// Bytes of structures that are recorded, even if `snaplen` is less.
const MIN_ITEMS_BYTES: usize = 512;
/// Bits of a set that are recorded at the most, `__FD_SETSIZE` of `include/uapi/linux/posix_types.h`.
const MAX_BITS: usize = 1024;
/// No entry of a folder is shorter: `struct linux_dirent64` of `include/linux/dirent.h` with a name of one byte, aligned.
const MIN_DIRENT_BYTES: usize = 24;
/// No family of sockets has longer addresses, `struct sockaddr_storage`.
const MAX_ADDRESS_BYTES: usize = 128;

/// Why there is no more of an argument's memory.
enum Stop {
    /// It could not be read.
    Fault,
    /// The buffer had no room for a chunk. What follows would be taken for what was lost.
    Lost,
}

/// A call whose memory is to be copied.
pub(crate) struct Copy<'a> {
    /// Where to.
    pub(crate) tracer: &'a Tracer,
    /// Whose.
    pub(crate) task: &'a Task,
    /// System call number.
    pub(crate) number: u32,
    /// The arguments.
    pub(crate) registers: [u64; MAX_ARGS],
    /// Result; `None` at the entry.
    pub(crate) result: Option<i64>,
    /// Whether what the kernel reads is copied now.
    pub(crate) with_inputs: bool,
}

impl Copy<'_> {
    /// Writes what the call's `plans` say. Returns the time, in ticks, that the call's own record is to have:
    /// a return's is not to have waited for its memory, an entry's is when the call begins, and both are later
    /// than what was written, which may be on another CPU.
    // With a stack frame of its own: most events that come here have no memory.
    #[inline(never)]
    pub(crate) fn all(&self, plans: &[Plan]) -> u64 {
        let clock = &self.tracer.means.clock;
        let mut next = clock.now();
        for plan in plans {
            let resolved = match plan.command() {
                None => Some(*plan),
                Some(register) => plan.resolve(self.register(register) as u32, self.abi()),
            };
            // A null pointer says everything itself.
            if let Some(plan) = resolved.filter(|plan| self.is_due(*plan) && self.register(plan.register()) != 0) {
                match self.one(plan, next) {
                    Ok(time) => next = time,
                    // Nor is there room for the rest.
                    Err(time) => return time,
                }
            }
        }
        if self.result.is_some() {
            next
        } else {
            next.max(clock.now())
        }
    }

    /// Whether there is something to copy now.
    fn is_due(&self, plan: Plan) -> bool {
        let is_written = self.result.is_some_and(|result| is_failure(result) == plan.is_of_failure());
        match plan.direction() {
            Direction::Value => false,
            Direction::In => self.with_inputs,
            Direction::Out => is_written,
            Direction::InOut => self.with_inputs || is_written,
        }
    }

    /// Writes what one of them says, from the time `next` on. Returns the time that what follows it may have, as an error
    /// if the buffer is full.
    fn one(&self, plan: Plan, next: u64) -> Result<u64, u64> {
        let mut chunks = Chunks::new(self, plan.register(), next);
        let at = self.register(plan.register());
        let snaplen = self.tracer.settings.snaplen as usize;
        let count = self.count(plan.count());
        let size = usize::from(plan.size());
        let bytes = count.saturating_mul(size).saturating_add(usize::from(plan.head()));
        let copied = match plan.what() {
            // Where it has a size, that is all of it.
            What::Str if size > 1 => chunks.string(at, size),
            What::Str => chunks.string(at, MAX_STRING_BYTES),
            What::Payload => chunks.up_to(at, bytes, snaplen),
            What::Items => chunks.up_to(at, bytes, snaplen.max(MIN_ITEMS_BYTES)),
            What::Bits => chunks.up_to(at, count.div_ceil(8).next_multiple_of(size.max(1)), MAX_BITS / 8),
            What::Sockaddr => chunks.up_to(at, bytes, MAX_ADDRESS_BYTES),
            What::Dirents => self.dirents(&mut chunks, at, bytes),
            What::Strings => self.strings(&mut chunks, at),
            What::Vars => self.vars(&mut chunks, at),
            What::Iovec => self.vector(&mut chunks, at, count as u64, self.limit(plan)),
            What::Msghdr => self.message(&mut chunks, at, self.limit(plan)),
            What::Mmsghdr => self.messages(&mut chunks, at, count as u64, plan),
            // It was resolved.
            What::ByCommand(_) => Ok(()),
        };
        let is_list = matches!(plan.what(), What::Iovec | What::Msghdr | What::Mmsghdr);
        let copied = match copied {
            // If the last buffer is not whole, it is the one that could not be read.
            Err(Stop::Fault) if is_list && chunks.total > 0 => chunks.put(&chunks.piece.to_le_bytes()).and(copied),
            _ => copied,
        };
        chunks.end(copied)
    }

    fn abi(&self) -> Abi {
        Abi::new(arch::MACHINE, self.task.is_32bit)
    }

    fn register(&self, register: u8) -> u64 {
        let value = self.registers.get(usize::from(register)).copied().unwrap_or(0);
        // What a 32-bit program's registers hold above is not its.
        match arch::MACHINE.program_bits(self.task.is_32bit) {
            32 => u64::from(value as u32),
            _ => value,
        }
    }

    /// How many of something there are.
    fn count(&self, count: Count) -> usize {
        let in_register = |register, is_narrow| {
            let value = self.register(register);
            if is_narrow {
                value as u32 as usize
            } else {
                usize::try_from(value).unwrap_or(usize::MAX)
            }
        };
        let result = self.result.map_or(usize::MAX, |result| usize::try_from(result).unwrap_or(0));
        match count {
            Count::One => 1,
            Count::Register(register, is_narrow) => in_register(register, is_narrow),
            Count::AtMost(register, is_narrow) => in_register(register, is_narrow).min(result),
            Count::Result => result,
            Count::PointerIn(register) => {
                let mut count = [0; 4];
                match read(self.register(register), &mut count) {
                    Ok(()) => u32::from_le_bytes(count) as usize,
                    Err(_) => 0,
                }
            }
        }
    }

    /// How many bytes the pieces of a vector have: of what the call has written, as many as it says.
    fn limit(&self, plan: Plan) -> usize {
        match (plan.direction(), self.result) {
            (Direction::Out, Some(result)) => usize::try_from(result).unwrap_or(0),
            _ => usize::MAX,
        }
    }

    /// Bytes of the program's pointers.
    fn pointer_bytes(&self) -> usize {
        arch::MACHINE.program_bits(self.task.is_32bit) as usize / 8
    }

    /// The `index`th pointer, or number as long as one, of those at `at`.
    fn word(&self, at: u64, index: u64) -> Result<u64, Stop> {
        let size = self.pointer_bytes();
        let mut bytes = [0; 8];
        let place = at.wrapping_add(index.wrapping_mul(size as u64));
        read(place, bytes.get_mut(..size).unwrap_or_default())?;
        Ok(u64::from_le_bytes(bytes))
    }

    /// A program's arguments, each with its NUL.
    fn strings(&self, chunks: &mut Chunks<'_>, at: u64) -> Result<(), Stop> {
        let mut left = MAX_STRING_BYTES;
        for index in 0..=MAX_STRINGS {
            let string = self.word(at, index as u64)?;
            if string == 0 {
                return Ok(());
            }
            if left == 0 || index == MAX_STRINGS {
                break;
            }
            let before = chunks.total;
            chunks.string(string, left)?;
            chunks.put(&[0])?;
            left = left.saturating_sub(chunks.total.wrapping_sub(before));
        }
        chunks.head.is_cut = true;
        Ok(())
    }

    /// How many variables an environment has.
    fn vars(&self, chunks: &mut Chunks<'_>, at: u64) -> Result<(), Stop> {
        let mut count = 0u32;
        while count < MAX_VARS && self.word(at, u64::from(count))? != 0 {
            count = count.wrapping_add(1);
        }
        chunks.put(&count.to_le_bytes())
    }

    /// How many entries of a folder there are in so many bytes, and the first of them.
    fn dirents(&self, chunks: &mut Chunks<'_>, at: u64, bytes: usize) -> Result<(), Stop> {
        let (mut count, mut offset) = (0u32, 0usize);
        while offset < bytes && count < MAX_DIRENTS {
            // `d_reclen` of `struct linux_dirent64`, behind two words of 64 bits.
            let mut size = [0; 2];
            read(at.wrapping_add(offset as u64).wrapping_add(16), &mut size)?;
            let size = usize::from(u16::from_le_bytes(size));
            // The program may have changed it.
            if size < MIN_DIRENT_BYTES {
                break;
            }
            offset = offset.saturating_add(size);
            count = count.wrapping_add(1);
        }
        chunks.put(&count.to_le_bytes())?;
        chunks.up_to(at, bytes, self.tracer.settings.snaplen as usize)
    }

    /// The pieces of a vector, which have `limit` bytes together: for each its length, how many bytes follow or
    /// [`NULL_PIECE`], and these.
    fn vector(&self, chunks: &mut Chunks<'_>, at: u64, count: u64, mut limit: usize) -> Result<(), Stop> {
        for index in 0..count.min(MAX_PIECES) {
            let base = self.word(at, index.wrapping_mul(2))?;
            let length = self.word(at, index.wrapping_mul(2).wrapping_add(1))?;
            let there = usize::try_from(length).unwrap_or(usize::MAX).min(limit);
            let recorded = there.min(chunks.snaplen);
            chunks.put(&u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes())?;
            if base == 0 {
                chunks.put(&NULL_PIECE.to_le_bytes())?;
                continue;
            }
            chunks.put(&(recorded as u32).to_le_bytes())?;
            chunks.piece = base;
            chunks.copy(base, recorded)?;
            chunks.head.is_cut |= recorded < there;
            limit = limit.wrapping_sub(there);
            chunks.snaplen = chunks.snaplen.wrapping_sub(recorded);
        }
        chunks.head.is_cut |= count > MAX_PIECES;
        Ok(())
    }

    /// A message: bytes of the name, flags, bytes of control data, pieces; the name; the pieces, which have
    /// `limit` bytes together.
    fn message(&self, chunks: &mut Chunks<'_>, at: u64, limit: usize) -> Result<(), Stop> {
        // `struct user_msghdr` of `include/linux/socket.h`, `struct compat_msghdr` of `include/net/compat.h`: of the
        // second and the last field, of the type int, the upper halves are unused where pointers have 64 bits.
        let name = self.word(at, 0)?;
        let name_bytes = (self.word(at, 1)? as u32 as usize).min(MAX_ADDRESS_BYTES);
        let name_bytes = if name == 0 { 0 } else { name_bytes };
        let (pieces, count) = (self.word(at, 2)?, self.word(at, 3)?);
        let control_bytes = self.word(at, 5)?;
        let flags = self.word(at, 6)? as u32;
        for field in [name_bytes as u32, flags, control_bytes as u32, count.min(MAX_PIECES) as u32] {
            chunks.put(&field.to_le_bytes())?;
        }
        chunks.copy(name, name_bytes)?;
        self.vector(chunks, pieces, count, limit)
    }

    /// Several messages: for each its length, and the message.
    fn messages(&self, chunks: &mut Chunks<'_>, at: u64, count: u64, plan: Plan) -> Result<(), Stop> {
        // `struct mmsghdr` of `include/linux/socket.h`: a message, which is 7 words long, and its length.
        for index in 0..count.min(MAX_PIECES) {
            let message = at.wrapping_add(index.wrapping_mul(8 * self.pointer_bytes() as u64));
            let length = self.word(message, 7)? as u32;
            chunks.put(&length.to_le_bytes())?;
            let limit = if plan.direction() == Direction::Out { length as usize } else { usize::MAX };
            self.message(chunks, message, limit)?;
        }
        chunks.head.is_cut |= count > MAX_PIECES;
        Ok(())
    }
}

/// The memory of one argument on its way into chunks.
struct Chunks<'a> {
    copy: &'a Copy<'a>,
    head: ChunkHead,
    /// The chunk that is being filled, and how many bytes of it are.
    buffer: [u64; MAX_CHUNK_BYTES / size_of::<u64>()],
    len: usize,
    /// Bytes so far.
    total: usize,
    /// How many bytes of buffers may still be recorded where there are several.
    snaplen: usize,
    /// Where the last one of these lies.
    piece: u64,
    /// The time of the next chunk, in ticks.
    next: u64,
}

impl<'a> Chunks<'a> {
    fn new(copy: &'a Copy<'a>, register: u8, next: u64) -> Self {
        let head =
            ChunkHead { register, call: copy.number as u8, at_return: copy.result.is_some(), ..ChunkHead::default() };
        let snaplen = copy.tracer.settings.snaplen as usize;
        let buffer = [0; MAX_CHUNK_BYTES / size_of::<u64>()];
        Self { copy, head, buffer, len: 0, total: 0, snaplen, piece: 0, next }
    }

    /// Up to so many bytes of the buffer's free rest, which is not empty.
    fn room(&mut self, len: usize) -> Result<&mut [u8], Stop> {
        if self.len == MAX_CHUNK_BYTES {
            self.flush()?;
        }
        let end = self.len.saturating_add(len).min(MAX_CHUNK_BYTES);
        Ok(AsBytes::as_bytes_mut(&mut self.buffer).get_mut(self.len..end).unwrap_or_default())
    }

    /// So many bytes of the room were filled.
    fn filled(&mut self, len: usize) {
        self.len = self.len.wrapping_add(len);
        self.total = self.total.wrapping_add(len);
    }

    /// Appends bytes of the kernel's.
    fn put(&mut self, mut bytes: &[u8]) -> Result<(), Stop> {
        while !bytes.is_empty() {
            let room = self.room(bytes.len())?;
            let (now, later) = bytes.split_at(room.len());
            room.copy_from_slice(now);
            self.filled(now.len());
            bytes = later;
        }
        Ok(())
    }

    /// Appends the first `limit` of the program's `len` bytes at `from`.
    fn up_to(&mut self, from: u64, len: usize, limit: usize) -> Result<(), Stop> {
        self.head.is_cut |= len > limit;
        self.copy(from, len.min(limit))
    }

    /// Appends so many of the program's bytes: all until one that cannot be read.
    fn copy(&mut self, mut from: u64, mut len: usize) -> Result<(), Stop> {
        while len > 0 {
            let room = self.room(len)?;
            let read_bytes = room.len();
            if read(from, room).is_err() {
                // What lies on its page may be readable nevertheless; the buffer reaches over one page's end at the most.
                let page = bindings::PAGE_SIZE as u64;
                let before = (page.wrapping_sub(from % page) as usize).min(read_bytes);
                let there = room.get_mut(..before).unwrap_or_default();
                if before < read_bytes && read(from, there).is_ok() {
                    self.filled(before);
                }
                return Err(Stop::Fault);
            }
            self.filled(read_bytes);
            from = from.wrapping_add(read_bytes as u64);
            len = len.wrapping_sub(read_bytes);
        }
        Ok(())
    }

    /// Appends the program's string at `from`, without its NUL, and no more than `limit` bytes of it.
    fn string(&mut self, mut from: u64, mut limit: usize) -> Result<(), Stop> {
        loop {
            // A byte of the room may be needed for the NUL.
            if self.len.wrapping_add(1) >= MAX_CHUNK_BYTES {
                self.flush()?;
            }
            let room = self.room(limit.saturating_add(1))?;
            let most = room.len().wrapping_sub(1);
            let user = UserSlice::new(UserPtr::from_addr(from as usize), room.len());
            let len = user.reader().strcpy_into_buf(room).map_err(|_| Stop::Fault)?.to_bytes().len();
            self.filled(len);
            // As long as there was room: there may be more, and if not, an empty rest is found.
            if len < most {
                return Ok(());
            }
            from = from.wrapping_add(len as u64);
            limit = limit.wrapping_sub(len);
            if limit == 0 {
                self.head.is_cut = true;
                return Ok(());
            }
        }
    }

    /// Writes the last chunk, if all before it are written and `copied` is how it went. Returns the time that what
    /// follows may have, as an error if the buffer is full.
    fn end(&mut self, copied: Result<(), Stop>) -> Result<u64, u64> {
        if !matches!(copied, Err(Stop::Lost)) {
            self.head.is_last = true;
            self.head.is_fault = copied.is_err();
            if self.flush().is_ok() {
                return Ok(self.next);
            }
        }
        Err(self.next)
    }

    /// Writes a chunk, later than what was written before: the next may be on another CPU, where nothing else tells
    /// their order.
    fn flush(&mut self) -> Result<(), Stop> {
        self.head.len = self.len as u16;
        // What an earlier chunk left behind the end.
        let padding = self.len..self.len.next_multiple_of(size_of::<u64>());
        AsBytes::as_bytes_mut(&mut self.buffer).get_mut(padding).unwrap_or_default().fill(0);
        self.len = 0;
        if let Some(chunk) = Chunk::new(self.head, &self.buffer) {
            let Copy { tracer, task, .. } = *self.copy;
            let guard = Current::get().preempt_disable();
            let time = probe::write(tracer, guard, task, self.next, &Event::Memory(chunk), false);
            self.next = self.next.max(time.ok_or(Stop::Lost)?).wrapping_add(1);
        }
        self.head.continues = true;
        Ok(())
    }
}

/// Reads the program's memory at `from`.
fn read(from: u64, to: &mut [u8]) -> Result<(), Stop> {
    let user = UserSlice::new(UserPtr::from_addr(from as usize), to.len());
    user.reader().read_slice(to).map_err(|_| Stop::Fault)
}
