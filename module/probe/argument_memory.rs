// SPDX-License-Identifier: GPL-2.0

//! Copies the memory that the arguments of a call point to, before the call's own record.
//!
//! Another thread of the program may change the memory at any time, also while the kernel carries out the call. So the
//! recorded memory may differ from what the kernel sees.

use super::chunks::{read_user, Chunks, CopyStop};
use super::context::ProbeContext;
use super::nested_memory::{copy_dirents, NestedMemory, MAX_ADDRESS_BYTES};
use crate::kernel_api::arch::MACHINE;
use crate::shared::calls::{
    plan::{CopyPlan, Count, MemoryKind},
    Abi, Direction,
};
use crate::shared::format::{is_failure, ChunkHead, Task, MAX_ARGS};
use kernel::prelude::*;

/// The longest path, `PATH_MAX` of `include/uapi/linux/limits.h`.
const MAX_STRING_BYTES: usize = 4096;
/// This many bytes of structures are recorded even if `snaplen` is less.
const MIN_ITEMS_BYTES: usize = 512;
/// No more bits of a set are recorded, `__FD_SETSIZE` of `include/uapi/linux/posix_types.h`.
const MAX_BITS: usize = 1024;

/// Copies the memory that the arguments of one call point to.
pub(crate) struct ArgumentCopy<'a> {
    pub(crate) context: &'a ProbeContext,
    /// The task that makes the call.
    pub(crate) task: &'a Task,
    /// System call number.
    pub(crate) number: u32,
    /// The arguments.
    pub(crate) registers: [u64; MAX_ARGS],
    /// Result; `None` at the entry.
    pub(crate) result: Option<i64>,
    /// Whether memory that the kernel reads is copied now.
    pub(crate) with_inputs: bool,
}

impl ArgumentCopy<'_> {
    /// Copies the memory that `plans` name. Returns the time, in ticks, that the call's own record is to have: of a
    /// return, the time before the copying; of an entry, the time after it, when the call begins. Both are later than
    /// the times of the chunks, which may be on another CPU.
    // With a stack frame of its own: most events that take the slow path have no memory.
    #[inline(never)]
    pub(crate) fn copy_all(&self, plans: &[CopyPlan]) -> u64 {
        let clock = &self.context.hot.clock;
        let mut next = clock.now();
        for plan in plans {
            let resolved = match plan.command() {
                None => Some(*plan),
                Some(register) => plan.resolve(self.register(register) as u32, self.abi()),
            };
            // A null pointer is recorded as an argument; there is no memory.
            if let Some(plan) = resolved.filter(|plan| self.is_due(*plan) && self.register(plan.register()) != 0) {
                match self.copy_argument(plan, next) {
                    Ok(time) => next = time,
                    // There is no room for the other arguments either.
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

    /// Whether the memory of `plan` is to be copied at this edge of the call.
    fn is_due(&self, plan: CopyPlan) -> bool {
        let is_written = self.result.is_some_and(|result| is_failure(result) == plan.is_of_failure());
        match plan.direction() {
            Direction::Value => false,
            Direction::In => self.with_inputs,
            Direction::Out => is_written,
            Direction::InOut => self.with_inputs || is_written,
        }
    }

    /// Copies the memory of one argument, from the time `next` on. Returns the time that the next record may have, as
    /// an error if there was no room.
    fn copy_argument(&self, plan: CopyPlan, next: u64) -> Result<u64, u64> {
        let head = ChunkHead {
            register: plan.register(),
            call: self.number as u8,
            at_return: self.result.is_some(),
            ..ChunkHead::default()
        };
        let mut chunks = Chunks::new(self.context, self.task, head, next);
        let at = self.register(plan.register());
        let snaplen = self.context.settings.selection.snaplen as usize;
        let count = self.count(plan.count());
        let size = usize::from(plan.size());
        let bytes = count.saturating_mul(size).saturating_add(usize::from(plan.head()));
        let nested = NestedMemory { pointer_bytes: self.program_bits() as usize / 8 };
        let copied = match plan.what() {
            // A size is the length of the whole string.
            MemoryKind::Str if size > 1 => chunks.copy_string(at, size),
            MemoryKind::Str => chunks.copy_string(at, MAX_STRING_BYTES),
            MemoryKind::Payload => chunks.copy_up_to(at, bytes, snaplen),
            MemoryKind::Items => chunks.copy_up_to(at, bytes, snaplen.max(MIN_ITEMS_BYTES)),
            MemoryKind::Bits => chunks.copy_up_to(at, count.div_ceil(8).next_multiple_of(size.max(1)), MAX_BITS / 8),
            MemoryKind::Sockaddr => chunks.copy_up_to(at, bytes, MAX_ADDRESS_BYTES),
            MemoryKind::Dirents => copy_dirents(&mut chunks, at, bytes),
            MemoryKind::Strings => nested.copy_strings(&mut chunks, at),
            MemoryKind::Vars => nested.count_vars(&mut chunks, at),
            MemoryKind::Iovec => nested.copy_vector(&mut chunks, at, count as u64, self.limit(plan)),
            MemoryKind::Msghdr => nested.copy_message(&mut chunks, at, self.limit(plan)),
            MemoryKind::Mmsghdr => {
                nested.copy_messages(&mut chunks, at, count as u64, plan.direction() == Direction::Out)
            }
            // `copy_all` has resolved it.
            MemoryKind::ByCommand(_) => Ok(()),
        };
        let is_list = matches!(plan.what(), MemoryKind::Iovec | MemoryKind::Msghdr | MemoryKind::Mmsghdr);
        let copied = match copied {
            // The address of the last buffer follows. If that buffer is incomplete, it is the one that could not be
            // read.
            Err(CopyStop::Fault) if is_list && chunks.total > 0 => chunks.put(&chunks.piece.to_le_bytes()).and(copied),
            _ => copied,
        };
        chunks.end(copied)
    }

    fn abi(&self) -> Abi {
        Abi::new(MACHINE, self.task.is_32bit)
    }

    /// Bits of the program's registers and pointers.
    fn program_bits(&self) -> u32 {
        MACHINE.program_bits(self.task.is_32bit)
    }

    /// The value of a register.
    fn register(&self, register: u8) -> u64 {
        let value = self.registers.get(usize::from(register)).copied().unwrap_or(0);
        // A 32-bit program does not own the upper halves of its registers.
        match self.program_bits() {
            32 => u64::from(value as u32),
            _ => value,
        }
    }

    /// How many items the memory holds.
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
                match read_user(self.register(register), &mut count) {
                    Ok(()) => u32::from_le_bytes(count) as usize,
                    Err(_) => 0,
                }
            }
        }
    }

    /// The most bytes that the buffers of a vector have together. If the call has written them, its result says how
    /// many.
    fn limit(&self, plan: CopyPlan) -> usize {
        match (plan.direction(), self.result) {
            (Direction::Out, Some(result)) => usize::try_from(result).unwrap_or(0),
            _ => usize::MAX,
        }
    }
}
