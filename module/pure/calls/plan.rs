// SPDX-License-Identifier: GPL-2.0

//! What to copy of the memory that a call's arguments point to: the table, made ready for who does it.

pub use super::plans::Plans;
use super::{command, Abi, Direction};

/// One argument of a call whose memory is to be copied, and how.
///
/// Unless it is a string, [`Self::head`] bytes lie there and then as many times [`Self::size`] as
/// [`Self::count`] says. Programs may say any number: who copies has limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan(u32);

/// Said in place of the number of bytes that follow of a buffer in a list, if that has no address.
pub const NULL_PIECE: u32 = u32::MAX;

/// What lies there. The program may have put anything there, or nothing: a bad address is no error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// A string that ends in a NUL.
    Str,
    /// Contents, of which a person wants to see the beginning.
    Payload,
    /// A structure, or an array of some, or a number.
    Items,
    /// Bits, of which the count counts each: in words of [`Plan::size`] bytes, the last one whole.
    Bits,
    /// A socket's address.
    Sockaddr,
    /// Entries of a folder, `struct linux_dirent64`.
    Dirents,
    /// A null-terminated array of addresses of strings.
    Strings,
    /// The same, of which only the number of strings matters.
    Vars,
    /// An array of `struct iovec`. Where the buffers are written, the result says how many bytes in all.
    ///
    /// Recorded is for each its length, how many bytes of it follow or [`NULL_PIECE`], both in 32 bits, and these. Where
    /// not all could be read, the address of the last buffer ends it, in 64 bits: if that buffer is not whole, it is the
    /// bad one.
    Iovec,
    /// A `struct msghdr`, likewise: bytes of the name, flags, bytes of control data and number of buffers, in 32 bits each;
    /// the name; the buffers.
    Msghdr,
    /// An array of `struct mmsghdr`, each of which says how many bytes its buffers have: recorded is this, in 32 bits, and
    /// the message.
    Mmsghdr,
    /// One of the above or nothing, as another argument says ([`Plan::command`], [`Plan::resolve`]).
    ByCommand(Command),
}

/// Which argument says what lies where another points to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// The command of `fcntl`.
    Fcntl,
    /// The command of `ioctl`.
    Ioctl,
    /// The option of `prctl`.
    Prctl,
    /// The operation of `futex`: few have a timeout.
    Futex,
    /// The flags of `clone`: few programs want the number of the child stored.
    Clone,
}

/// How many there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Count {
    /// One.
    One,
    /// As many as this register says, of which the lower half counts if the flag is set.
    Register(u8, bool),
    /// Likewise, but no more than the call's result.
    AtMost(u8, bool),
    /// As many as the `int` says that this register points to.
    PointerIn(u8),
    /// As many as the call's result.
    Result,
}

// The bits of a plan, from the lowest: 3 register, 2 direction, 4 what, 3 + 3 count, 1 failure, 12 size, 4 head.
const DIRECTIONS: [Direction; 4] = [Direction::Value, Direction::In, Direction::Out, Direction::InOut];
const WHATS: [What; 16] = [
    What::Str,
    What::Payload,
    What::Items,
    What::Bits,
    What::Sockaddr,
    What::Strings,
    What::Vars,
    What::Iovec,
    What::Msghdr,
    What::Mmsghdr,
    What::ByCommand(Command::Fcntl),
    What::ByCommand(Command::Ioctl),
    What::ByCommand(Command::Prctl),
    What::ByCommand(Command::Futex),
    What::ByCommand(Command::Clone),
    What::Dirents,
];
/// Entries of a folder that the module counts at the most.
pub const MAX_DIRENTS: u32 = 1 << 16;
/// Sizes are below this.
pub(super) const SIZE_LIMIT: u16 = 1 << 12;
/// What [`Plan::head`] is a multiple of.
const HEAD_UNIT: u8 = 4;

impl Plan {
    /// None; none is like it.
    pub(super) const NONE: Self = Self(0);

    #[inline]
    pub(super) const fn new(register: u8, direction: Direction, what: What, count: Count, size: u16) -> Self {
        let what = match what {
            What::Str => 0,
            What::Payload => 1,
            What::Items => 2,
            What::Bits => 3,
            What::Sockaddr => 4,
            What::Strings => 5,
            What::Vars => 6,
            What::Iovec => 7,
            What::Msghdr => 8,
            What::Mmsghdr => 9,
            What::Dirents => 15,
            What::ByCommand(command) => 10 + command as u32,
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

    /// The same, but of something that is there only if the call failed.
    pub(super) const fn of_failure(self) -> Self {
        Self(self.0 | (1 << 15))
    }

    /// The same with so many bytes before those that are counted.
    pub(super) const fn with_head(self, bytes: u8) -> Self {
        assert!(bytes % HEAD_UNIT == 0);
        Self(self.0 | (((bytes / HEAD_UNIT) as u32) << 28))
    }

    pub(super) const fn equals(self, other: Self) -> bool {
        self.0 == other.0
    }

    /// The register that points there, counted from the first that holds an argument.
    #[inline]
    pub const fn register(self) -> u8 {
        (self.0 & 7) as u8
    }

    /// Whether the kernel reads the memory, writes it, or both.
    #[inline]
    pub const fn direction(self) -> Direction {
        DIRECTIONS[((self.0 >> 3) & 3) as usize]
    }

    /// What lies there.
    #[inline]
    pub const fn what(self) -> What {
        WHATS[((self.0 >> 5) & 15) as usize]
    }

    /// How many lie there.
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

    /// Whether what the kernel writes is there only if the call failed; only if it did not, otherwise.
    #[inline]
    pub const fn is_of_failure(self) -> bool {
        self.0 & (1 << 15) != 0
    }

    /// How many bytes one takes.
    #[inline]
    pub const fn size(self) -> u16 {
        (self.0 >> 16) as u16 % SIZE_LIMIT
    }

    /// How many bytes lie there before those that are counted.
    #[inline]
    pub const fn head(self) -> u8 {
        (self.0 >> 28) as u8 * HEAD_UNIT
    }

    /// The register of the argument that says what lies there, if one does.
    #[inline]
    pub const fn command(self) -> Option<u8> {
        match (self.what(), self.count()) {
            (What::ByCommand(_), Count::Register(register, _)) => Some(register),
            _ => None,
        }
    }

    /// What to do if the argument that [`Self::command`] names is `command`: a plan that no other argument
    /// decides, or `None` if nothing lies there.
    #[inline]
    pub const fn resolve(self, command: u32, abi: Abi) -> Option<Self> {
        let What::ByCommand(by) = self.what() else { return Some(self) };
        let found = match by {
            Command::Fcntl => command::fcntl(command, abi),
            Command::Ioctl => command::ioctl(command),
            Command::Prctl => command::prctl(command),
            Command::Futex if command::has_timeout(command) => Some((self.direction(), What::Items, self.size())),
            Command::Clone if command::stores_child(command) => Some((self.direction(), What::Items, self.size())),
            Command::Futex | Command::Clone => None,
        };
        match found {
            Some((direction, what, size)) => Some(Self::new(self.register(), direction, what, Count::One, size)),
            None => None,
        }
    }
}
