// SPDX-License-Identifier: GPL-2.0

//! What lies in the memory that an argument points to.

use crate::shared::calls::prototype::Direction;

/// The directions by their numbers. Bit 0 says that the kernel reads the memory, bit 1 that it writes it.
pub(super) const DIRECTIONS: [Direction; 4] = [Direction::Value, Direction::In, Direction::Out, Direction::InOut];
const _: () =
    assert!(matches!((DIRECTIONS[1], DIRECTIONS[2], DIRECTIONS[3]), (Direction::In, Direction::Out, Direction::InOut)));

/// What lies in the memory that an argument points to. Programs may pass any address: what is expected there may be
/// missing or malformed, and a bad address is no error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemoryKind {
    /// A string that ends in a NUL.
    Str,
    /// Contents, such as the bytes of a file; a person wants to see their beginning.
    Payload,
    /// A number, a structure, or an array of either.
    Items,
    /// A set of bits. The count is in bits; the memory is whole words of [`CopyPlan::size`](super::CopyPlan::size)
    /// bytes.
    Bits,
    /// A socket's address.
    Sockaddr,
    /// Directory entries, `struct linux_dirent64`.
    Dirents,
    /// A null-terminated array of addresses of strings; the strings are recorded.
    Strings,
    /// A null-terminated array of addresses of strings; only the number of strings is recorded.
    Vars,
    /// An array of `struct iovec`. Where the kernel writes the buffers, the result is the sum of the bytes written.
    ///
    /// The record has for each buffer: its length (32 bits), how many of its bytes follow or [`NULL_BUFFER`] (32 bits),
    /// and these bytes. Where not all buffers could be read, or were not resident, the record ends with the address of
    /// the last buffer in it (64 bits): if that buffer is incomplete, its address is the bad one.
    ///
    /// [`NULL_BUFFER`]: super::NULL_BUFFER
    Iovec,
    /// A `struct msghdr`. The record has its [`MESSAGE_WORDS`] fields (64 bits each), then the name, then the buffers
    /// as for [`Self::Iovec`], then the control data. Of a null pointer nothing is recorded.
    ///
    /// [`MESSAGE_WORDS`]: super::MESSAGE_WORDS
    Msghdr,
    /// An array of `struct mmsghdr`. The record has for each element how many bytes its buffers have (32 bits), and the
    /// message as for [`Self::Msghdr`].
    Mmsghdr,
    /// One of the above, or nothing: the value of another argument decides
    /// ([`CopyPlan::command`](super::CopyPlan::command), [`CopyPlan::resolve`](super::CopyPlan::resolve)).
    ByCommand(SubCommand),
}

/// An argument whose value decides what another argument points to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubCommand {
    /// The command of `fcntl`.
    Fcntl,
    /// The command of `ioctl`.
    Ioctl,
    /// The option of `prctl`.
    Prctl,
    /// The operation of `futex`: few operations have a timeout.
    Futex,
    /// The flags of `clone`: few programs want the number of the child stored.
    Clone,
}
