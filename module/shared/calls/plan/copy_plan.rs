// SPDX-License-Identifier: GPL-2.0

//! The plan for copying the memory that one argument points to, in 32 bits.

use super::command;
use super::memory_kind::{MemoryKind, SubCommand, DIRECTIONS};
use crate::shared::calls::{abi::Abi, prototype::Direction};

/// How to copy the memory that one argument points to.
///
/// Except for strings, the memory is [`Self::head`] bytes, followed by [`Self::count`] elements of [`Self::size`]
/// bytes. Programs may pass any count: it must be limited before copying.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CopyPlan(u32);

/// Stands in place of the number of bytes that follow of a buffer in a list if the buffer's address is null.
pub const NULL_BUFFER: u32 = u32::MAX;
/// The most buffers of a list, and the most messages of a call, that the module records.
pub const MAX_PIECES: u64 = 16;
/// The words of a message's structure: its name and the name's length, its buffers and their number, its control data
/// and that data's length, and flags.
pub const MESSAGE_WORDS: usize = 7;
/// The most bytes of a message's control data that the module records.
pub const MAX_CONTROL_BYTES: usize = 512;
/// The longest address of any family of sockets, `struct sockaddr_storage`; the module records no longer ones.
pub const MAX_ADDRESS_BYTES: usize = 128;
/// The most directory entries that the module counts.
pub const MAX_DIRENTS: u32 = 1 << 16;

/// How many elements lie in the memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Count {
    /// One.
    One,
    /// The value of this register; of its lower 32 bits if the flag is set.
    Register(u8, bool),
    /// As [`Self::Register`], and at most the call's result.
    AtMost(u8, bool),
    /// The `int` that this register points to.
    PointerIn(u8),
    /// The call's result.
    Result,
}

// The bits of a plan, from the lowest: 3 register, 2 direction, 4 what, 3 + 3 count, 1 failure, 12 size, 4 head.
const KINDS: [MemoryKind; 16] = [
    MemoryKind::Str,
    MemoryKind::Payload,
    MemoryKind::Items,
    MemoryKind::Bits,
    MemoryKind::Sockaddr,
    MemoryKind::Strings,
    MemoryKind::Vars,
    MemoryKind::Iovec,
    MemoryKind::Msghdr,
    MemoryKind::Mmsghdr,
    MemoryKind::ByCommand(SubCommand::Fcntl),
    MemoryKind::ByCommand(SubCommand::Ioctl),
    MemoryKind::ByCommand(SubCommand::Prctl),
    MemoryKind::ByCommand(SubCommand::Futex),
    MemoryKind::ByCommand(SubCommand::Clone),
    MemoryKind::Dirents,
];
/// Sizes are below this.
pub(super) const SIZE_LIMIT: u16 = 1 << 12;
/// [`CopyPlan::head`] is a multiple of this.
const HEAD_UNIT: u8 = 4;

impl CopyPlan {
    /// Marks an unused place of a table; differs from every plan, because those have a size or a command.
    pub(super) const NONE: Self = Self(0);

    #[inline]
    pub(super) const fn new(register: u8, direction: Direction, what: MemoryKind, count: Count, size: u16) -> Self {
        let what = match what {
            MemoryKind::Str => 0,
            MemoryKind::Payload => 1,
            MemoryKind::Items => 2,
            MemoryKind::Bits => 3,
            MemoryKind::Sockaddr => 4,
            MemoryKind::Strings => 5,
            MemoryKind::Vars => 6,
            MemoryKind::Iovec => 7,
            MemoryKind::Msghdr => 8,
            MemoryKind::Mmsghdr => 9,
            MemoryKind::Dirents => 15,
            MemoryKind::ByCommand(command) => 10 + command as u32,
        };
        let (count, of) = match count {
            Count::One => (0, 0),
            Count::Register(of, false) => (1, of),
            Count::Register(of, true) => (2, of),
            Count::AtMost(of, false) => (3, of),
            Count::AtMost(of, true) => (4, of),
            Count::PointerIn(of) => (5, of),
            Count::Result => (6, 0),
        };
        Self(
            register as u32
                | ((direction as u32) << 3)
                | (what << 5)
                | (count << 9)
                | ((of as u32) << 12)
                | ((size as u32) << 16),
        )
    }

    /// This plan, for memory that the kernel writes only if the call fails.
    pub(super) const fn of_failure(self) -> Self {
        Self(self.0 | (1 << 15))
    }

    /// This plan, with `bytes` bytes before the elements.
    pub(super) const fn with_head(self, bytes: u8) -> Self {
        assert!(bytes % HEAD_UNIT == 0);
        Self(self.0 | (((bytes / HEAD_UNIT) as u32) << 28))
    }

    pub(super) const fn equals(self, other: Self) -> bool {
        self.0 == other.0
    }

    /// The register that holds the address; 0 is the first that holds an argument.
    #[inline]
    pub const fn register(self) -> u8 {
        (self.0 & 7) as u8
    }

    /// Whether the kernel reads the memory, writes it, or both; [`Direction::Value`] if a command decides that, too.
    #[inline]
    pub const fn direction(self) -> Direction {
        DIRECTIONS[((self.0 >> 3) & 3) as usize]
    }

    /// Whether memory that is copied in one of `directions` is to be copied: 1 for memory that the kernel reads, 2 for
    /// memory that it writes, 3 for either.
    #[inline(always)]
    pub const fn is_of_directions(self, directions: u32) -> bool {
        (self.0 >> 3) & directions & 3 != 0
    }

    /// Whether [`Self::direction`] is known before a command is: it is not [`Direction::Value`].
    #[inline(always)]
    pub const fn has_direction(self) -> bool {
        (self.0 >> 3) & 3 != 0
    }

    /// What lies in the memory.
    #[inline]
    pub const fn what(self) -> MemoryKind {
        KINDS[((self.0 >> 5) & 15) as usize]
    }

    /// How many elements lie in the memory.
    #[inline]
    pub const fn count(self) -> Count {
        let of = ((self.0 >> 12) & 7) as u8;
        match (self.0 >> 9) & 7 {
            0 => Count::One,
            1 => Count::Register(of, false),
            2 => Count::Register(of, true),
            3 => Count::AtMost(of, false),
            4 => Count::AtMost(of, true),
            5 => Count::PointerIn(of),
            _ => Count::Result,
        }
    }

    /// Whether the kernel writes the memory only if the call fails; otherwise it writes only if the call succeeds.
    #[inline]
    pub const fn is_of_failure(self) -> bool {
        self.0 & (1 << 15) != 0
    }

    /// Bytes of an element.
    #[inline]
    pub const fn size(self) -> u16 {
        (self.0 >> 16) as u16 % SIZE_LIMIT
    }

    /// Bytes before the elements.
    #[inline]
    pub const fn head(self) -> u8 {
        (self.0 >> 28) as u8 * HEAD_UNIT
    }

    /// The register of the argument whose value decides what lies in the memory; `None` if no argument decides.
    #[inline]
    pub const fn command(self) -> Option<u8> {
        match (self.what(), self.count()) {
            (MemoryKind::ByCommand(_), Count::Register(register, _)) => Some(register),
            _ => None,
        }
    }

    /// The plan to follow if the argument named by [`Self::command`] is `command`. `None` if nothing is to be copied
    /// then. A plan without a command is returned unchanged.
    #[inline]
    pub const fn resolve(self, command: u32, abi: Abi) -> Option<Self> {
        let MemoryKind::ByCommand(by) = self.what() else { return Some(self) };
        let pointee = match by {
            SubCommand::Fcntl => command::fcntl(command, abi),
            SubCommand::Ioctl => command::ioctl(command),
            SubCommand::Prctl => command::prctl(command, self.register()),
            SubCommand::Futex if command::has_timeout(command) => {
                Some((self.direction(), MemoryKind::Items, self.size()))
            }
            SubCommand::Clone if command::stores_child(command) => {
                Some((self.direction(), MemoryKind::Items, self.size()))
            }
            SubCommand::Futex | SubCommand::Clone => None,
        };
        match pointee {
            Some((direction, what, size)) => Some(Self::new(self.register(), direction, what, Count::One, size)),
            None => None,
        }
    }
}
