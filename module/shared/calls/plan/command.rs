// SPDX-License-Identifier: GPL-2.0

//! What an argument points to where the value of another argument decides it.

use super::memory_kind::MemoryKind;
use crate::shared::calls::{abi::Abi, prototype::Direction};
use crate::shared::format::COMM_BYTES;

/// Which side accesses the memory, what it holds, and its size in bytes; `None` if the argument is no pointer.
type Pointee = Option<(Direction, MemoryKind, u16)>;

const IN: Direction = Direction::In;
const OUT: Direction = Direction::Out;
const INOUT: Direction = Direction::InOut;

/// What the argument of `fcntl` points to (`include/uapi/asm-generic/fcntl.h`, `include/uapi/linux/fcntl.h`).
#[inline]
pub(super) const fn fcntl(command: u32, abi: Abi) -> Pointee {
    // A `struct flock`; in 32-bit programs some commands have a `struct flock64`.
    let lock = if abi.is_32bit() { 16 } else { 32 };
    let lock_64 = match abi {
        Abi::I386 => 24,
        _ => 32,
    };
    Some(match command {
        // F_GETLK, F_SETLK, F_SETLKW
        5 => (INOUT, MemoryKind::Items, lock),
        6 | 7 => (IN, MemoryKind::Items, lock),
        // F_GETLK64, F_SETLK64, F_SETLKW64
        12 if abi.is_32bit() => (INOUT, MemoryKind::Items, lock_64),
        13 | 14 if abi.is_32bit() => (IN, MemoryKind::Items, lock_64),
        // F_OFD_GETLK, F_OFD_SETLK, F_OFD_SETLKW
        36 => (INOUT, MemoryKind::Items, lock_64),
        37 | 38 => (IN, MemoryKind::Items, lock_64),
        // F_SETOWN_EX, F_GETOWN_EX
        15 => (IN, MemoryKind::Items, 8),
        16 => (OUT, MemoryKind::Items, 8),
        // F_GET_RW_HINT, F_GET_FILE_RW_HINT; F_SET_RW_HINT, F_SET_FILE_RW_HINT
        1035 | 1037 => (OUT, MemoryKind::Items, 8),
        1036 | 1038 => (IN, MemoryKind::Items, 8),
        _ => return None,
    })
}

/// What the argument of `ioctl` points to. Most commands encode direction and size
/// (`include/uapi/asm-generic/ioctl.h`). Older commands do not: of these, the common ones of terminals and sockets are
/// listed here (`include/uapi/asm-generic/ioctls.h`).
#[inline]
pub(super) const fn ioctl(command: u32) -> Pointee {
    let size = ((command >> 16) & 0x3fff) as u16;
    Some(match (command, command >> 30) {
        // TCGETS; TCSETS, TCSETSW and TCSETSF: the kernel's `struct termios`
        (0x5401, _) => (OUT, MemoryKind::Items, 36),
        (0x5402..=0x5404, _) => (IN, MemoryKind::Items, 36),
        // TIOCGPGRP, TIOCOUTQ, FIONREAD
        (0x540f | 0x5411 | 0x541b, _) => (OUT, MemoryKind::Items, 4),
        // TIOCSPGRP, FIONBIO, FIOASYNC
        (0x5410 | 0x5421 | 0x5452, _) => (IN, MemoryKind::Items, 4),
        // TIOCGWINSZ, TIOCSWINSZ
        (0x5413, _) => (OUT, MemoryKind::Items, 8),
        (0x5414, _) => (IN, MemoryKind::Items, 8),
        (_, 0) => return None,
        (_, _) if size == 0 || size > LARGEST_IOCTL => return None,
        // The program writes, and the kernel reads.
        (_, 1) => (IN, MemoryKind::Items, size),
        (_, 2) => (OUT, MemoryKind::Items, size),
        (_, _) => (INOUT, MemoryKind::Items, size),
    })
}

/// Larger structures of `ioctl` are not recorded.
const LARGEST_IOCTL: u16 = 1024;

/// What the second argument of `prctl` points to (`include/uapi/linux/prctl.h`).
#[inline]
pub(super) const fn prctl(option: u32) -> Pointee {
    Some(match option {
        // PR_SET_NAME, PR_GET_NAME
        15 => (IN, MemoryKind::Str, COMM_BYTES as u16),
        16 => (OUT, MemoryKind::Str, COMM_BYTES as u16),
        // PR_GET_PDEATHSIG, PR_GET_UNALIGN, PR_GET_FPEMU, PR_GET_FPEXC, PR_GET_ENDIAN, PR_GET_TSC,
        // PR_GET_CHILD_SUBREAPER
        2 | 5 | 9 | 11 | 19 | 25 | 37 => (OUT, MemoryKind::Items, 4),
        _ => return None,
    })
}

/// Whether the fourth argument of this `futex` operation is a timeout (`include/uapi/linux/futex.h`).
#[inline]
pub(super) const fn has_timeout(operation: u32) -> bool {
    // Without FUTEX_PRIVATE_FLAG and FUTEX_CLOCK_REALTIME: FUTEX_WAIT, FUTEX_LOCK_PI, FUTEX_WAIT_BITSET,
    // FUTEX_WAIT_REQUEUE_PI, FUTEX_LOCK_PI2.
    matches!(operation & !(128 | 256), 0 | 6 | 9 | 11 | 13)
}

/// Whether `clone` with these flags stores a number for the parent: CLONE_PARENT_SETTID the child's id, CLONE_PIDFD a
/// file descriptor (`include/uapi/linux/sched.h`).
#[inline]
pub(super) const fn stores_child(flags: u32) -> bool {
    flags & (0x0010_0000 | 0x0000_1000) != 0
}
