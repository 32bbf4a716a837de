// SPDX-License-Identifier: GPL-2.0

//! Copies the memory that the arguments of a call point to, before the call's own record.
//!
//! Another thread of the program may change the memory at any time, also while the kernel carries out the call. So the
//! recorded memory may differ from what the kernel sees.

use super::chunks::{read_user, ChunkStore, Chunks, CopyStop};
use super::context::ProbeContext;
use super::nested_memory::{copy_dirents, NestedMemory};
use crate::kernel_api::arch::{Registers, MACHINE};
use crate::kernel_api::user_memory::Access;
use crate::shared::calls::{
    plan::{CopyPlan, Count, MemoryKind, MAX_ADDRESS_BYTES},
    Abi, Direction,
};
use crate::shared::copy_steps::MIN_ITEMS_BYTES;
use crate::shared::format::{is_failure, ChunkHead};
use kernel::prelude::*;

/// The longest path, `PATH_MAX` of `include/uapi/linux/limits.h`.
const MAX_STRING_BYTES: usize = 4096;
/// No more bits of a set are recorded. (Programs may have more than the 1024 descriptors of the C library's `fd_set`.)
const MAX_BITS: usize = 1 << 15;

/// Copies the memory that the arguments of one call point to.
pub(crate) struct ArgumentCopy<'a> {
    pub(crate) context: &'a ProbeContext,
    /// Whether a 32-bit program on a 64-bit kernel makes the call.
    pub(crate) is_32bit: bool,
    /// System call number.
    pub(crate) number: u32,
    pub(crate) registers: Registers<'a>,
    /// Result; `None` at the entry.
    pub(crate) result: Option<i64>,
    /// Whether memory that the kernel reads is copied now.
    pub(crate) with_inputs: bool,
}

impl ArgumentCopy<'_> {
    /// Copies the memory that `plans` name, as far as `access` reads it, to `store`.
    ///
    /// # Errors
    ///
    /// [`CopyStop::NoRoom`] if a chunk is missing. [`CopyStop::Absent`] if memory is not resident, and if `may_give_up`
    /// then.
    pub(crate) fn copy_all(
        &self,
        plans: &[CopyPlan],
        store: &mut ChunkStore<'_>,
        access: Access,
        may_give_up: bool,
    ) -> Result<(), CopyStop> {
        for &plan in plans {
            if self.may_have_memory(plan) {
                self.copy_argument(plan, store, access, may_give_up)?;
            }
        }
        Ok(())
    }

    /// The directions in which memory is copied at this edge of the call, see [`CopyPlan::is_of_directions`]: of memory
    /// that the kernel writes only if the call fails, or only if it succeeds.
    #[inline(always)]
    fn directions(&self, of_failure: bool) -> u32 {
        let is_written = self.result.is_some_and(|result| is_failure(result) == of_failure);
        u32::from(self.with_inputs) | u32::from(is_written) << 1
    }

    /// Whether there may be memory to copy at this edge: a quick look.
    #[inline(always)]
    fn may_have_memory(&self, plan: CopyPlan) -> bool {
        // What a command decides may have no direction yet. A null pointer is recorded as an argument; there is no
        // memory.
        let is_due = !plan.has_direction() || plan.is_of_directions(self.directions(plan.is_of_failure()));
        is_due && self.register(plan.register()) != 0
    }

    /// Copies the memory of one argument, if it is due at this edge. Errors as for [`copy_all`](Self::copy_all).
    #[inline(never)]
    fn copy_argument(
        &self,
        plan: CopyPlan,
        store: &mut ChunkStore<'_>,
        access: Access,
        may_give_up: bool,
    ) -> Result<(), CopyStop> {
        let resolved = match plan.command() {
            None => Some(plan),
            Some(register) => plan.resolve(self.register(register) as u32, self.abi()),
        };
        let Some(plan) = resolved else { return Ok(()) };
        let is_due = plan.is_of_directions(self.directions(plan.is_of_failure()));
        // A null pointer is recorded as an argument; there is no memory.
        if !is_due || self.register(plan.register()) == 0 {
            return Ok(());
        }
        let at = self.register(plan.register());
        let snaplen = self.context.settings.selection.snaplen as usize;
        let count = self.count(plan.count(), access);
        let mut chunks = Chunks::new(store, access, self.chunk_head(plan), snaplen);
        let size = usize::from(plan.size());
        let bytes = count.saturating_mul(size).saturating_add(usize::from(plan.head()));
        let (bytes, limit) = match plan.what() {
            MemoryKind::Bits => (bytes_of_bits(count, size), MAX_BITS / 8),
            MemoryKind::Sockaddr => (bytes, MAX_ADDRESS_BYTES),
            MemoryKind::Items => (bytes, snaplen.max(MIN_ITEMS_BYTES as usize)),
            _ => (bytes, snaplen),
        };
        let copied = match plan.what() {
            MemoryKind::Payload | MemoryKind::Items | MemoryKind::Bits | MemoryKind::Sockaddr => {
                chunks.copy_up_to(at, bytes, limit)
            }
            // A size is the length of the whole string.
            MemoryKind::Str => chunks.copy_string(at, if size > 1 { size } else { MAX_STRING_BYTES }),
            _ => self.copy_nested(plan, &mut chunks, at, count, bytes),
        };
        if may_give_up && copied == Err(CopyStop::Absent) {
            return copied;
        }
        chunks.end(copied)
    }

    /// Copies the memory of an argument that points to more memory, or has parts.
    #[inline(never)]
    fn copy_nested(
        &self,
        plan: CopyPlan,
        chunks: &mut Chunks<'_, '_>,
        at: u64,
        count: usize,
        bytes: usize,
    ) -> Result<(), CopyStop> {
        let snaplen = chunks.snaplen;
        // A list of small buffers is recorded in whole, as a structure would be.
        chunks.snaplen = snaplen.max(MIN_ITEMS_BYTES as usize);
        let nested = NestedMemory { pointer_bytes: self.program_bits() as usize / 8, snaplen };
        let copied = match plan.what() {
            MemoryKind::Dirents => copy_dirents(chunks, at, bytes),
            MemoryKind::Strings => nested.copy_strings(chunks, at),
            MemoryKind::Vars => nested.count_vars(chunks, at),
            MemoryKind::Iovec => nested.copy_vector(chunks, at, count as u64, self.limit(plan)),
            MemoryKind::Msghdr => nested.copy_message(chunks, at, self.limit(plan)),
            MemoryKind::Mmsghdr => nested.copy_messages(chunks, at, count as u64, plan.direction() == Direction::Out),
            // `copy_argument` has resolved commands, and copies the others.
            _ => Ok(()),
        };
        let is_list = matches!(plan.what(), MemoryKind::Iovec | MemoryKind::Msghdr | MemoryKind::Mmsghdr);
        match copied {
            // The address of the last buffer follows. If that buffer is incomplete, it is the one that could not be
            // read.
            Err(CopyStop::BadAddress | CopyStop::Absent) if is_list && chunks.total > 0 => {
                chunks.put(&chunks.piece.to_le_bytes()).and(copied)
            }
            _ => copied,
        }
    }

    /// The head of the first chunk of an argument, without bytes.
    #[inline(always)]
    fn chunk_head(&self, plan: CopyPlan) -> ChunkHead {
        ChunkHead {
            register: plan.register(),
            call: self.number as u8,
            at_return: self.result.is_some(),
            ..ChunkHead::default()
        }
    }

    fn abi(&self) -> Abi {
        Abi::new(MACHINE, self.is_32bit)
    }

    /// Bits of the program's registers and pointers.
    fn program_bits(&self) -> u32 {
        MACHINE.program_bits(self.is_32bit)
    }

    /// The value of a register.
    fn register(&self, register: u8) -> u64 {
        let value = self.registers.arg(self.is_32bit, usize::from(register));
        // A 32-bit program does not own the upper halves of its registers.
        match self.program_bits() {
            32 => u64::from(value as u32),
            _ => value,
        }
    }

    /// How many items the memory holds.
    #[inline]
    fn count(&self, count: Count, access: Access) -> usize {
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
                match read_user(access, self.register(register), &mut count) {
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

/// The bytes of a set of `count` bits, which consists of words of `size` bytes, a power of two.
fn bytes_of_bits(count: usize, size: usize) -> usize {
    let rest = size.wrapping_sub(1);
    (count.div_ceil(8).wrapping_add(rest)) & !rest
}
